"""Drafts: whatever was done to one is on disk, damage is met with reasons, and nothing that was written is lost."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.takes import draft_editing as editing
from roomtone.takes import drafts as d
from tests.rigs.processes import Program
from tests.takes.making import make_take

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def _picture(tmp_path: Path, name: str = "a.png", raw: bytes = PNG) -> Path:
    file = tmp_path / name
    file.write_bytes(raw)
    return file


def _begin(home: Home, clock: ManualClock, kind: d.DraftKind = d.DraftKind.STILL, title: str = "") -> d.Draft:
    return editing.begin(home.drafts, kind, clock, title)


def test_a_draft_is_what_its_folder_says(home: Home, clock: ManualClock, tmp_path: Path) -> None:
    draft = _begin(home, clock, d.DraftKind.STOP_MOTION, title=" Moon\nwalk ")
    assert (draft.title, draft.kind, draft.state) == ("Moon walk", d.DraftKind.STOP_MOTION, d.DraftState.OPEN)
    for number in range(3):
        clock.advance(1)
        draft = editing.add_picture(draft, _picture(tmp_path, raw=PNG + bytes([number])), clock)
    draft = editing.drop_picture(draft, "0002.png", clock)
    assert [p.file.read_bytes()[-1] for p in draft.pictures] == [0, 2]
    assert editing.drop_picture(draft, str(draft.all_pictures[1].file), clock, on=False).pictures[1].bytes == 18
    assert d.read_draft(draft.folder).all_pictures[2].at == draft.all_pictures[2].at
    assert d.find_draft(home.drafts, home.takes, "Moon walk").id == draft.id
    assert d.find_draft(home.drafts, home.takes, draft.id[:6]).id == draft.id
    assert d.find_draft(home.drafts, home.takes, "moon").id == draft.id
    with pytest.raises(UsageError, match="No draft is called"):
        d.find_draft(home.drafts, home.takes, "nope")
    with pytest.raises(UsageError, match="has no picture"):
        editing.drop_picture(draft, "0009.png", clock)


@pytest.mark.parametrize(
    ("raw", "ending"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"II*\0", "tif"),
        (b"MM\0*", "tif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_pictures_are_told_by_their_first_bytes(raw: bytes, ending: str) -> None:
    assert editing.picture_ending(raw) == ending


def test_what_is_no_picture_is_refused_and_changes_nothing(home: Home, clock: ManualClock, tmp_path: Path) -> None:
    draft = _begin(home, clock)
    os.mkfifo(tmp_path / "pipe")
    for file in (_picture(tmp_path, "words.png", b"words"), tmp_path, tmp_path / "gone.png", tmp_path / "pipe"):
        with pytest.raises(UsageError) as refused:
            editing.add_picture(draft, file, clock)
        assert (refused.value.code, bool(refused.value.remedy)) == ("no-picture", True)
    page = _begin(home, clock, d.DraftKind.WRITING)
    with pytest.raises(UsageError, match="page of writing"):
        editing.add_picture(page, _picture(tmp_path), clock)
    with pytest.raises(UsageError, match="no page of writing"):
        editing.write_text(draft, "words", clock)
    with pytest.raises(UsageError, match="longer than 4 MiB"):
        editing.write_text(page, "long " * (1 << 20), clock)
    assert [path.name for path in draft.folder.iterdir()] == [d.DRAFT_JOURNAL]
    assert [path.name for path in page.folder.iterdir()] == [d.DRAFT_JOURNAL]


def test_a_picture_that_was_cut_off_is_not_there_and_its_name_is_not_used_again(
    home: Home, clock: ManualClock, tmp_path: Path
) -> None:
    draft = _begin(home, clock)
    (draft.folder / "0001.png").write_bytes(PNG[:5])
    assert d.read_draft(draft.folder).pictures == ()
    draft = editing.add_picture(draft, _picture(tmp_path), clock)
    assert [p.file.name for p in draft.pictures] == ["0002.png"]


def test_a_snapped_picture_is_moved(home: Home, clock: ManualClock, tmp_path: Path) -> None:
    draft = _begin(home, clock)
    file = _picture(tmp_path)
    draft = editing.add_picture(draft, file, clock, move=True)
    assert not file.exists()
    assert draft.pictures[0].file.read_bytes() == PNG


def test_thrown_away_brought_back_and_kept(home: Home, clock: ManualClock, tmp_path: Path) -> None:
    draft = editing.add_picture(_begin(home, clock), _picture(tmp_path), clock)
    thrown = editing.throw_away(draft, True, clock)
    assert thrown.state is d.DraftState.THROWN_AWAY
    with pytest.raises(UsageError, match="thrown away"):
        editing.add_picture(thrown, _picture(tmp_path), clock)
    draft = editing.throw_away(thrown, False, clock)
    assert (draft.state, len(draft.pictures)) == (d.DraftState.OPEN, 1)
    take = make_take(home.takes, "Moon", id=draft.id)
    kept = editing.mark_kept(draft, take, clock)
    assert (kept.state, d.take_of(kept, home.takes)) == (d.DraftState.KEPT, take)
    assert not draft.pictures[0].file.exists()
    changes: list[Callable[[], d.Draft]] = [
        lambda: editing.throw_away(kept, True, clock),
        lambda: editing.title_draft(kept, "x", clock),
        lambda: editing.add_picture(kept, _picture(tmp_path), clock),
    ]
    for change in changes:
        with pytest.raises(UsageError, match="a take already"):
            change()


def test_a_picture_that_came_while_the_draft_was_kept_stays(home: Home, clock: ManualClock, tmp_path: Path) -> None:
    draft = editing.add_picture(_begin(home, clock), _picture(tmp_path), clock)
    later = editing.add_picture(draft, _picture(tmp_path), clock)
    editing.mark_kept(draft, make_take(home.takes, id=draft.id), clock)
    assert [p.file.exists() for p in later.pictures] == [False, True]


def test_a_draft_whose_take_is_there_is_kept_although_a_crash_left_that_unsaid(home: Home, clock: ManualClock) -> None:
    draft, other = _begin(home, clock), _begin(home, clock)
    make_take(home.takes, "Moon", id=draft.id)
    listed, _ = d.list_drafts(home.drafts, home.takes)
    assert {x.id: x.state for x in listed} == {draft.id: d.DraftState.KEPT, other.id: d.DraftState.OPEN}


# The journal


def test_newer_damaged_and_strange_journals(home: Home, clock: ManualClock) -> None:
    good = _begin(home, clock)
    with (good.folder / d.DRAFT_JOURNAL).open("ab") as journal:
        journal.write(b'{"e":"sung","at":"x"}\n{"e":"titled","title":"New","at":"2027"}\n\xff\n{"e":"titled","tit')
    assert d.read_draft(good.folder).title == "New"
    for name, raw in (
        ("newer", b'{"schema":9,"shape":[]}\n'),
        ("damaged", b"nonsense\n"),
        ("headless", b'{"e":"titled","title":"x","at":"","schema":1}\n'),
        ("torn", b'{"e":"began"'),
    ):
        (home.drafts / name).mkdir()
        (home.drafts / name / d.DRAFT_JOURNAL).write_bytes(raw)
    (home.drafts / "cut off").mkdir()
    listed, troubles = d.list_drafts(home.drafts, home.takes)
    assert [draft.id for draft in listed] == [good.id]
    assert sorted(trouble.code for trouble in troubles) == ["newer-draft", *["unreadable-draft"] * 3]
    assert all(trouble.remedy for trouble in troubles)
    # An entry after the torn one is a line of its own.
    assert editing.title_draft(d.read_draft(good.folder), "Newest", clock).title == "Newest"


def test_a_name_in_the_journal_leads_nowhere_else(home: Home, clock: ManualClock) -> None:
    draft = _begin(home, clock)
    with (draft.folder / d.DRAFT_JOURNAL).open("ab") as journal:
        journal.write(msgspec.json.encode(d.PictureAdded("../../etc/passwd", 1, "2027")) + b"\n")
    assert [p.file for p in d.read_draft(draft.folder).pictures] == [draft.folder / "passwd"]


# Writing


def test_a_page_is_what_was_written_last(home: Home, clock: ManualClock) -> None:
    page = _begin(home, clock, d.DraftKind.WRITING)
    for text in ("V", "Verse", "Verse one\r\n\tla\x00", "Verse one\n\tla"):
        page = editing.write_text(page, text, clock)
    assert page.text == "Verse one\n\tla"
    assert (page.folder / d.TEXT).read_text() == page.text
    assert [revision.text for revision in page.revisions] == [page.text]
    assert page.shown_title == "Verse one"
    assert _begin(home, clock, d.DraftKind.STOP_MOTION).shown_title == "Stop-motion"
    assert editing.write_text(page, "long " * 40, clock).shown_title == "long " * 15 + "long…"


def test_a_pause_and_much_change_make_revisions(home: Home, clock: ManualClock) -> None:
    page = _begin(home, clock, d.DraftKind.WRITING)
    page = editing.write_text(page, "first", clock)
    clock.advance(5)
    page = editing.write_text(page, "first second", clock)
    assert [r.text for r in page.recorded] == ["first"]
    # Typing on and on: no pause, but in the end much has changed.
    text = page.text
    for _ in range(20):
        clock.advance(1)
        text += " word"
        page = editing.write_text(page, text, clock)
    assert 2 <= len(page.recorded) <= 5
    assert page.revisions[-1].text == text


def test_what_is_thrown_out_at_once_stays_as_a_revision(home: Home, clock: ManualClock) -> None:
    page = _begin(home, clock, d.DraftKind.WRITING)
    verse = "A whole verse that somebody selected and typed over by mistake."
    page = editing.write_text(page, verse, clock)
    page = editing.write_text(page, "Verse two, short", clock)
    page = editing.write_text(page, "Chorus", clock)
    assert [r.text for r in page.revisions] == [verse, "Verse two, short", "Chorus"]


def test_a_revision_that_is_asked_for_is_made(home: Home, clock: ManualClock) -> None:
    page = editing.write_text(_begin(home, clock, d.DraftKind.WRITING), "a", clock, revise=True)
    for text in ("b", "b", "c"):
        page = editing.write_text(page, text, clock, revise=True)
    assert [r.text for r in page.revisions] == ["a", "b", "c"]


def test_revisions_of_a_long_text_stay_small(home: Home, clock: ManualClock) -> None:
    page = _begin(home, clock, d.DraftKind.WRITING)
    text = "word " * 20_000
    for number in range(40):
        clock.advance(4)
        page = editing.write_text(page, text + "more " * number, clock)
    assert len((page.folder / d.DRAFT_JOURNAL).read_bytes()) < 160 * 4096 + 2 * len(text)
    assert page.text.endswith("more ")


def test_a_page_that_goes_on_from_a_take(home: Home, clock: ManualClock) -> None:
    page = editing.begin(home.drafts, d.DraftKind.WRITING, clock, "Song", ("ab" * 16,), "Verse")
    assert (page.text, page.began.lineage, len(page.revisions)) == ("Verse", ["ab" * 16], 1)
    assert [r.text for r in editing.write_text(page, "Verse two", clock).revisions] == ["Verse", "Verse two"]


@given(st.lists(st.tuples(st.text(max_size=60), st.floats(0, 30)), max_size=12))
def test_any_writing_keeps_its_last_text_and_only_what_was_written(steps: list[tuple[str, float]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # What reaches the disk was shown above; here it only costs time.
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(os, "fdatasync", lambda _: None)
        folder = Path(os.environ["ROOMTONE_HOME"]) / "pages"
        folder.mkdir(exist_ok=True)
        clock = ManualClock()
        page = editing.begin(folder, d.DraftKind.WRITING, clock)
        written = {""}
        for text, pause in steps:
            clock.advance(pause)
            page = editing.write_text(page, text, clock)
            written.add(editing.page_text(text))
            assert page.text == editing.page_text(text)
        assert {revision.text for revision in page.revisions} <= written
        assert page.revisions == () or page.revisions[-1].text == page.text


# A crash

_CHILD = """
import sys
from collections.abc import Callable
from pathlib import Path
from roomtone.foundation.clock import SystemClock
from roomtone.takes import draft_editing as editing, drafts

clock, folder, source = SystemClock(), Path(sys.argv[1]), Path(sys.argv[2])
stills = editing.begin(folder, drafts.DraftKind.STILL, clock)
page = editing.begin(folder, drafts.DraftKind.WRITING, clock)
print("begun", stills.folder.name, page.folder.name, sep="/", flush=True)
for number in range(100_000):
    stills = editing.add_picture(stills, source, clock)
    page = editing.write_text(page, f"line {number}\\n" * 20, clock)
    print(number, flush=True)
"""


def test_what_was_shown_before_a_kill_is_there_after_it(home: Home, tmp_path: Path) -> None:
    whole = PNG + os.urandom(200_000)
    source = _picture(tmp_path, raw=whole)
    chance = random.Random(7)
    for _ in range(4):
        with Program([sys.executable, "-c", _CHILD, home.drafts, source]) as child:
            wanted = chance.randint(3, 40)
            child.wait_for_line(rf"^{wanted}$")
            child.kill()
            lines = child.output.splitlines()
        _, stills_name, page_name = next(line for line in lines if line.startswith("begun")).split("/")
        shown = max(int(line) for line in lines if line.isdigit())
        stills, page = d.read_draft(home.drafts / stills_name), d.read_draft(home.drafts / page_name)
        assert len(stills.pictures) in (shown + 1, shown + 2)
        assert all(picture.file.read_bytes() == whole for picture in stills.pictures)
        number = int(page.text.split()[1])
        assert number in (shown, shown + 1)
        assert page.text == f"line {number}\n" * 20
    assert d.list_drafts(home.drafts, home.takes)[1] == []
