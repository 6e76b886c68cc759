"""Artwork and writing that is not a take yet."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from roomtone.gui.presenters.camera import CameraModel, TileModel
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import DraftKind, DraftView, Framing, Phase, StudioState

KINDS: Final = {
    DraftKind.STOP_MOTION: "Stop-motion",
    DraftKind.STILL: "Still picture",
    DraftKind.TIME_LAPSE: "Time-lapse",
    DraftKind.WRITING: "Page",
}
_WORD: Final = re.compile(r"\S+")


def count_words(text: str) -> int:
    """Return how many words a text has, as parts between white space."""
    return sum(1 for _ in _WORD.finditer(text))


class ArtworkModel(msgspec.Struct, frozen=True):
    """The artwork page: the draft that is worked on, ``None`` before there is one, and what sees it."""

    draft: DraftView | None = None
    drafts: tuple[tuple[str, str], ...] = ()
    camera: TileModel | None = None
    cameras: tuple[tuple[str, str], ...] = ()
    framing: Framing = Framing()
    line: Line = Line("", Tone.QUIET)
    can_snap: bool = False
    can_keep: bool = False


class WritingModel(msgspec.Struct, frozen=True):
    """The writing page: the draft that is written on, ``None`` before there is one."""

    draft: DraftView | None = None
    drafts: tuple[tuple[str, str], ...] = ()
    line: Line = Line("", Tone.QUIET)


class DraftsPresenter:
    """Remembers which drafts are worked on. A draft that was just begun is the one."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._artwork = ""
        self._writing = ""

    def choose(self, draft: str) -> None:
        """Work on this draft, on the page of its kind."""
        self._artwork, self._writing = draft or self._artwork, draft or self._writing

    def models(self, state: StudioState, camera: CameraModel) -> tuple[ArtworkModel, WritingModel]:
        """Return both pages of a state."""
        writing = [one for one in state.drafts if one.kind is DraftKind.WRITING]
        artwork = [one for one in state.drafts if one.kind is not DraftKind.WRITING]
        for drafts in (artwork, writing):
            fresh = [one.id for one in drafts if one.id not in self._known]
            if fresh:
                self.choose(fresh[-1])
        self._known = {one.id for one in state.drafts}
        drawn = _chosen(artwork, self._artwork)
        written = _chosen(writing, self._writing)
        self._artwork = drawn.id if drawn is not None else ""
        self._writing = written.id if written is not None else ""
        pages = WritingModel(written, _names(writing), _written_line(written))
        return _artwork(drawn, artwork, state, camera), pages


def _artwork(drawn: DraftView | None, drafts: list[DraftView], state: StudioState, camera: CameraModel) -> ArtworkModel:
    main = camera.main
    pictures = len(drawn.pictures) if drawn is not None else 0
    seen = main is not None and bool(main.preview) and main.trouble is None
    # A take that rolls keeps its camera busy with what matters more.
    free = state.phase is not Phase.RECORDING and (drawn is None or not drawn.running)
    return ArtworkModel(
        draft=drawn,
        drafts=_names(drafts),
        camera=main,
        cameras=tuple((tile.id, tile.label) for tile in camera.tiles),
        framing=state.framing,
        line=_drawn_line(drawn),
        can_snap=seen and drawn is not None and free,
        can_keep=pictures > 0 and (drawn is None or not drawn.running),
    )


def _chosen(drafts: list[DraftView], wanted: str) -> DraftView | None:
    return next((one for one in drafts if one.id == wanted), drafts[-1] if drafts else None)


def _names(drafts: list[DraftView]) -> tuple[tuple[str, str], ...]:
    return tuple((one.id, one.title or KINDS[one.kind]) for one in drafts)


def _drawn_line(draft: DraftView | None) -> Line:
    if draft is None or not draft.pictures:
        return Line("", Tone.QUIET)
    count = len(draft.pictures)
    return Line(f"{count} picture{'' if count == 1 else 's'}, on this computer", Tone.SAFE)


def _written_line(draft: DraftView | None) -> Line:
    if draft is None:
        return Line("", Tone.QUIET)
    return Line("On this computer", Tone.SAFE) if draft.revisions or draft.text else Line("", Tone.QUIET)
