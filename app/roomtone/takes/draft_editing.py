"""Changes to a draft. Each is durable before it is returned, and one that a crash cuts off never happened."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from bisect import bisect_left
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from roomtone import __version__
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.files import atomic_write, safe_name, sync_directory
from roomtone.takes.drafts import (
    DRAFT_JOURNAL,
    SCHEMA,
    TEXT,
    TRANSITIONS,
    Draft,
    DraftBegan,
    DraftEntry,
    DraftKind,
    DraftState,
    DraftTitled,
    Kept,
    PictureAdded,
    PictureDropped,
    Revision,
    ThrownAway,
    Wrote,
    read_draft,
)
from roomtone.takes.editing import MAX_TITLE
from roomtone.takes.journal import Journal
from roomtone.takes.naming import one_line

MAX_TEXT_BYTES: Final = 4 << 20
MAX_PICTURE_BYTES: Final = 1 << 30
MAX_PICTURES: Final = 50_000
# Nobody writes for so long without meaning it: what was there before the pause is a revision.
PAUSE_SECONDS: Final = 3.0
# So many characters changed are worth a revision without a pause, and are never thrown out without one.
MUCH: Final = 40
# Of a short text, half of it is much, where it is more than a word.
A_WORD: Final = 12
# Long texts get fewer revisions, so that a day of writing stays small: at most this many bytes a second.
_BYTES_A_SECOND: Final = 4096


def begin(
    drafts: Path, kind: DraftKind, clock: Clock, title: str = "", lineage: tuple[str, ...] = (), text: str = ""
) -> Draft:
    """Begin a draft in a folder of its own. ``lineage`` names the takes that it goes on from. Raises ``OSError``."""
    name = one_line(title)[:MAX_TITLE]
    draft_id = uuid.uuid4().hex
    began = DraftBegan(SCHEMA, draft_id, kind, name, clock.now().isoformat(), __version__, list(lineage))
    folder = drafts / f"{safe_name(name, kind.value)} [{draft_id[:8]}]"
    folder.mkdir()
    if text:
        # The first revision is what the page began with.
        _append(folder, began, Wrote(page_text(text), began.at))
    else:
        _append(folder, began)
    sync_directory(drafts)
    return read_draft(folder)


def title_draft(draft: Draft, title: str, clock: Clock) -> Draft:
    """Give a draft another title."""
    _check_open(draft)
    return _add(draft, DraftTitled(one_line(title)[:MAX_TITLE], clock.now().isoformat()))


def add_picture(draft: Draft, file: Path, clock: Clock, *, move: bool = False) -> Draft:
    """Copy (or ``move``) a picture into a draft, as its newest. Raises ``UsageError`` or ``OSError``.

    Whether it can be decoded to its end is found when the draft is kept.
    """
    _check_open(draft)
    if draft.kind is DraftKind.WRITING:
        raise _refused(draft, "It is a page of writing", "Begin artwork for pictures: roomtone artwork begin")
    if len(draft.all_pictures) >= MAX_PICTURES:
        raise _refused(draft, f"It has {MAX_PICTURES} pictures already", "Keep it, and begin another one")
    ending = _look_at(draft, file)
    name = _reserve(draft.folder, ending)
    try:
        _fill(draft.folder / name, file, move=move)
    except BaseException:
        (draft.folder / name).unlink(missing_ok=True)
        raise
    size = (draft.folder / name).stat().st_size
    return _add(draft, PictureAdded(name, size, clock.now().isoformat()))


def drop_picture(draft: Draft, picture: str, clock: Clock, *, on: bool = True) -> Draft:
    """Leave a picture out (its file name or path), or put it back in its place. Raises ``UsageError``."""
    _check_open(draft)
    name = Path(picture).name
    found = [p for p in draft.all_pictures if p.file.name == name]
    if not found:
        raise UsageError(
            "no-such-picture",
            f"“{draft.shown_title}” has no picture “{name}”",
            f"It has {len(draft.pictures)}",
            "roomtone artwork show tells their names",
        )
    if found[0].dropped is on:
        return draft
    return _add(draft, PictureDropped(name, on, clock.now().isoformat()))


def write_text(draft: Draft, text: str, clock: Clock, *, revise: bool = False) -> Draft:
    """Make ``text`` the page. The text that was there becomes a revision where it is worth one, or with ``revise``.

    It is after a pause, after much change, and before much of it goes. Raises ``UsageError`` or ``OSError``.
    """
    _check_open(draft)
    if draft.kind is not DraftKind.WRITING:
        raise _refused(draft, "It is no page of writing", "Begin one: roomtone write new")
    page = page_text(text)
    if len(page.encode()) > MAX_TEXT_BYTES:
        raise _refused(draft, f"The text is longer than {MAX_TEXT_BYTES >> 20} MiB", "Part it into several pages")
    # Somebody else may have written meanwhile: the command line beside the window.
    draft = read_draft(draft.folder)
    if page == draft.text:
        return draft
    now = clock.now()
    recorded = draft.recorded[-1].text if draft.recorded else ""
    if draft.text != recorded and (revise or _worth_a_revision(draft, page, now)):
        draft = _add(draft, Wrote(draft.text, draft.text_at))
    path = draft.folder / TEXT
    atomic_write(path, page.encode())
    # Revisions are told apart by this time, which is the clock's and not that of the disk.
    os.utime(path, (now.timestamp(), now.timestamp()))
    return read_draft(draft.folder)


def throw_away(draft: Draft, on: bool, clock: Clock) -> Draft:
    """Put a draft aside, or bring it back. Its files stay. Raises ``UsageError``."""
    wanted = DraftState.THROWN_AWAY if on else DraftState.OPEN
    if draft.state is wanted:
        return draft
    if wanted not in TRANSITIONS[draft.state]:
        raise _is_kept(draft)
    return _add(draft, ThrownAway(on, clock.now().isoformat()))


def mark_kept(draft: Draft, take: Path, clock: Clock) -> Draft:
    """Say that a draft became the take in ``take``; what the take now holds, or what was left out, is let go of.

    Asking again is harmless.
    """
    fresh = read_draft(draft.folder)
    if fresh.state is not DraftState.KEPT:
        fresh = _add(fresh, Kept(take.name, clock.now().isoformat()))
    # Only what this draft knew of: a picture that came in the last moment is in no take, and stays.
    for picture in (*draft.all_pictures, *(p for p in fresh.all_pictures if p.dropped)):
        picture.file.unlink(missing_ok=True)
    return fresh


def page_text(text: str) -> str:
    """Return a text as it is kept: any Unicode with line ends and tabs, without what cannot be written or seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.isprintable():
        return lines
    kept = (c if c in "\n\t" or not _is_control(c) else "" for c in lines)
    return "".join(kept).encode("utf-8", "ignore").decode()


def picture_ending(head: bytes) -> str:
    """Return the ending of a picture file by its first bytes; "" where it is none that can be kept."""
    for start, ending in (
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpg"),
        (b"GIF8", "gif"),
        (b"II*\0", "tif"),
        (b"MM\0*", "tif"),
    ):
        if head.startswith(start):
            return ending
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character < "\xa0" or character == "\ufeff"


def _look_at(draft: Draft, file: Path) -> str:
    """Return the ending of a picture file. Raises ``UsageError`` for anything else."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _no_picture(file, "It is a folder, a device or a pipe, not an ordinary file")
        with file.open("rb") as opened:
            ending = picture_ending(opened.read(16))
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise _no_picture(file, "There is no such file") from error
    except PermissionError as error:
        raise _no_picture(file, "You may not read it") from error
    if not ending:
        raise _no_picture(file, "It is no PNG, JPEG, WebP, TIFF or GIF picture")
    if found.st_size > MAX_PICTURE_BYTES:
        raise _refused(draft, f"“{file.name}” is larger than {MAX_PICTURE_BYTES >> 20} MiB", "Make it smaller")
    return ending


def _reserve(folder: Path, ending: str) -> str:
    """Return a new name in ``folder``, taken by an empty file: other processes may be adding pictures too."""
    taken = {path.stem for path in folder.iterdir()}
    for number in count(1 + sum(stem.isdigit() for stem in taken)):
        name = f"{number:04}"
        if name in taken:
            continue
        try:
            (folder / f"{name}.{ending}").touch(exist_ok=False)
        except FileExistsError:
            continue
        return f"{name}.{ending}"
    raise AssertionError("there are more numbers than files")


def _fill(target: Path, file: Path, *, move: bool) -> None:
    """Bring a picture's bytes to ``target``, durably."""
    if move:
        with file.open("rb+") as written:
            os.fsync(written.fileno())
        file.replace(target)
    else:
        with file.open("rb") as old, target.open("wb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            os.fsync(new.fileno())
    sync_directory(target.parent)


def _worth_a_revision(draft: Draft, page: str, now: datetime) -> bool:
    """Return whether the text that ``page`` replaces is to stay as a revision."""
    last = draft.recorded[-1] if draft.recorded else Revision("", draft.began.at)
    gone = len(draft.text) - _alike(draft.text, page)
    if gone >= MUCH or (gone > A_WORD and gone * 2 >= len(draft.text)):
        return True
    # Clocks are set back, too.
    since = abs((_time(draft.text_at) - _time(last.at)).total_seconds())
    if draft.recorded and since < max(PAUSE_SECONDS, len(draft.text.encode()) / _BYTES_A_SECOND):
        return False
    paused = abs((now - _time(draft.text_at)).total_seconds()) >= PAUSE_SECONDS
    longer = max(len(draft.text), len(last.text))
    return paused or longer - _alike(last.text, draft.text) >= MUCH


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning and their end."""
    start = _alike_from_start(one, other)
    return start + _alike_from_start(one[start:][::-1], other[start:][::-1])


def _alike_from_start(one: str, other: str) -> int:
    # Whole slices are compared, in C: a loop over the characters of a book would be felt while typing.
    return bisect_left(range(min(len(one), len(other))), True, key=lambda n: one[: n + 1] != other[: n + 1])


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _check_open(draft: Draft) -> None:
    if draft.state is DraftState.KEPT:
        raise _is_kept(draft)
    if draft.state is DraftState.THROWN_AWAY:
        raise UsageError(
            "draft-thrown-away", f"“{draft.shown_title}” was not changed", "It was thrown away", "Bring it back first"
        )


def _is_kept(draft: Draft) -> UsageError:
    return UsageError(
        "draft-kept", f"“{draft.shown_title}” was not changed", "It is a take already", "Begin another one"
    )


def _refused(draft: Draft, why: str, remedy: str) -> UsageError:
    return UsageError("wrong-draft", f"“{draft.shown_title}” was not changed", why, remedy)


def _no_picture(file: Path, why: str) -> UsageError:
    return UsageError("no-picture", f"“{file.name}” was not added", why, "Choose a PNG, JPEG, WebP, TIFF or GIF file")


def _add(draft: Draft, entry: DraftEntry) -> Draft:
    _append(draft.folder, entry)
    return read_draft(draft.folder)


def _append(folder: Path, *entries: DraftEntry) -> None:
    journal = Journal(folder, DRAFT_JOURNAL)
    try:
        journal.append_line(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))
    finally:
        journal.close()
