"""The pages of a PDF that somebody reads: each is drawn as it is, and none can hold up or end who draws it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from roomtone.assembly import leaves
from roomtone.assembly.client import RenderClient
from roomtone.assembly.leaves import UndrawnPageError, draw_leaf
from roomtone.assembly.stills import picture_of
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import WorldError
from roomtone.foundation.paths import Home
from tests.assembly.documents import LOCKED, make_pdf
from tests.rigs.workers import end_workers, worker_pid


def test_any_page_is_drawn_and_found_again(home: Home, tmp_path: Path) -> None:
    file = make_pdf(tmp_path / "score.pdf", 3, (400, 200))
    # The second of its pages is another one than its neighbours.
    before, first, second, last = file.read_bytes().split(b"[0 0 400 200]")
    file.write_bytes(before + b"[0 0 400 200]" + first + b"[0 0 200 400]" + second + b"[0 0 400 200]" + last)
    tall = draw_leaf(home, "t1", file, 2)
    assert (tall.number, tall.count, tall.width, tall.height) == (2, 3, 200, 400)
    assert picture_of(Path(tall.file)).to_ndarray(format="rgb24").shape == (2000, 1000, 3)
    drawn = draw_leaf(home, "t1", file, 3)
    assert (drawn.number, drawn.count, drawn.width, drawn.height) == (3, 3, 400, 200)
    pixels = picture_of(Path(drawn.file)).to_ndarray(format="rgb24")
    assert pixels.shape == (1000, 2000, 3)
    assert (pixels[990, 10].tolist(), pixels[10, 1990].tolist()) == ([0, 0, 0], [255, 255, 255])
    # What is in the cache needs no file any more.
    file.unlink()
    assert draw_leaf(home, "t1", file, 3) == drawn
    Path(drawn.file).unlink()
    with pytest.raises(FileNotFoundError):
        draw_leaf(home, "t1", file, 3)


def test_only_the_pages_that_were_drawn_last_are_kept(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "_KEPT", 2)
    file = make_pdf(tmp_path / "score.pdf", 3)
    drawn = [Path(draw_leaf(home, "t1", file, number).file) for number in (1, 2, 3)]
    assert [path.exists() for path in drawn] == [False, True, True]
    assert len(list(drawn[0].parent.iterdir())) == 4


def test_a_page_of_any_size_is_drawn_within_the_bound(home: Home, tmp_path: Path) -> None:
    for number, size in enumerate(((200_000, 200_000), (14_400, 1), (1, 14_400))):
        drawn = draw_leaf(home, f"t{number}", make_pdf(tmp_path / f"{number}.pdf", 1, size), 1)
        picture = picture_of(Path(drawn.file))
        assert max(picture.width, picture.height) <= 2001


def test_why_a_page_cannot_be_shown(home: Home, tmp_path: Path) -> None:
    whole = make_pdf(tmp_path / "whole.pdf", 3)
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(whole.read_bytes()[:100] + b"%%EOF")
    for file, number, why in (
        (damaged, 1, "It is damaged: its pages cannot be found"),
        (make_pdf(tmp_path / "locked.pdf", more=LOCKED), 1, "It is protected with a password"),
        (whole, 4, "It has no page 4: the last one is 3"),
        (whole, 0, "It has no page 0: the last one is 3"),
    ):
        with pytest.raises(UndrawnPageError) as refused:
            draw_leaf(home, "t1", file, number)
        assert refused.value.detail == why
        assert refused.value.title == f"Page {number} of “{file.name}” cannot be shown here"
        assert refused.value.remedy
    with pytest.raises(UndrawnPageError, match="longer than 0 seconds"):
        draw_leaf(home, "t1", whole, 1, seconds=0.001)
    assert list((home.cache / "pages" / "t1").iterdir()) == []


def test_the_worker_goes_on_after_a_page_that_asks_for_too_much(home: Home, tmp_path: Path) -> None:
    inner = "q 30000 0 0 30000 0 0 cm BI /W 30000 /H 30000 /CS /RGB /BPC 8 /F /AHx ID > EI Q " * 3
    bomb, good = make_pdf(tmp_path / "bomb.pdf", 1, drawn=inner), make_pdf(tmp_path / "good.pdf")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\n" + b"\xff" * 4096)
    render = RenderClient.ensure(home, SystemClock())
    try:
        pid = worker_pid(home, "render")
        # Whether there is memory enough for it is up to the machine.
        with suppress(WorldError):
            render.draw_page("t1", str(bomb), 1)
        with pytest.raises(WorldError, match="damaged"):
            render.draw_page("t2", str(broken), 1)
        assert render.draw_page("t3", str(good), 2).number == 2
        assert worker_pid(home, "render") == pid
    finally:
        render.close()
        end_workers(home)
