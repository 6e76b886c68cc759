"""Takes as lanes."""

from __future__ import annotations

from roomtone.gui.presenters.model import LaneModel, RollingModel
from roomtone.gui.presenters.words import offset_text, placing_text, spoken_length
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import InputView, RollingView, Safety, TakeView


class LanePresenter:
    """Makes lanes of takes, and makes each only once as long as its take stays the same."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[TakeView, LaneModel]] = {}
        self._project = ""

    def lanes(self, takes: list[TakeView], project: str) -> tuple[LaneModel, ...]:
        """Return the lanes of ``takes`` in their order, shown on the page of ``project``."""
        if project != self._project:
            self._project, self._made = project, {}
        made = {}
        for take in takes:
            known = self._made.get(take.id)
            if known is None or known[0] != take:
                known = (take, _lane(take, project))
            made[take.id] = known
        self._made = made
        return tuple(lane for _, lane in made.values())


class RollingPresenter:
    """Makes the red lane, and remembers where sound was lost while it watched."""

    def __init__(self) -> None:
        self._take = ""
        self._dropouts = 0
        self._gaps: list[float] = []

    def rolling(self, view: RollingView | None, source: InputView | None, project: str) -> RollingModel | None:
        """Return the lane of the take that rolls."""
        if view is None:
            self._take = ""
            return None
        if view.id != self._take:
            self._take, self._dropouts, self._gaps = view.id, view.dropouts, []
        if view.dropouts > self._dropouts:
            self._gaps.append(view.seconds)
            self._dropouts = view.dropouts
        return RollingModel(
            id=view.id,
            title=view.title,
            heading=_heading(view.title, project),
            detail=_source(source),
            seconds=view.seconds,
            safe_seconds=min(view.seconds, view.safe_seconds),
            tracks=tuple(view.tracks),
            trouble=_trouble(view),
            gaps=tuple(self._gaps),
        )


def _lane(take: TakeView, project: str) -> LaneModel:
    if take.unreadable is not None:
        why = take.unreadable
        line = Line("Cannot be opened", Tone.LOOK)
        message = why.sentence()
        return LaneModel(
            take.id, take.title, take.title, "Left as it is", line, 0.0, 0.0, (), message=message, readable=False,
            playable=False, trashed=take.trashed, spoken=f"{take.title}. Cannot be opened. {message}",
        )  # fmt: skip
    tags = (*(("Recovered",) if take.recovered else ()), *(("Practice tone",) if take.practice else ()))
    safety = _safety(take)
    message = take.problem.sentence() if take.problem is not None else ""
    length = spoken_length(take.seconds) if take.plays else ""
    star = "starred" if take.starred else ""
    placed = offset_text(take.offset) if take.belongs_to else ""
    sure = placing_text(take.confidence) if take.belongs_to else ""
    said = (
        take.title,
        length,
        *tags,
        star,
        f"{placed}, {sure}" if placed else "",
        safety.text,
        message,
        take.detail,
        f"Note: {take.note}" if take.note else "",
    )
    return LaneModel(
        id=take.id,
        title=take.title,
        heading=_heading(take.title, project),
        detail=take.detail,
        safety=safety,
        sent=1.0 if take.safety is Safety.SAFE else max(0.0, min(1.0, take.sent)),
        seconds=take.seconds,
        tracks=tuple(take.tracks) if take.audio else (),
        tags=tags,
        message=message,
        note=take.note,
        starred=take.starred,
        playable=take.plays and not take.trashed,
        filmed=take.filmed,
        trashed=take.trashed,
        own=not take.practice,
        spoken=". ".join(part for part in said if part),
        media=take.media,
        thumbnail=take.thumbnail,
        filmstrip=take.filmstrip,
        placed=placed,
        sure=sure,
        offset=take.offset,
        belongs=bool(take.belongs_to),
        folder=take.folder,
    )


def _heading(title: str, project: str) -> str:
    """Leave out the project that automatic names begin with: the page belongs to it."""
    return title.removeprefix(f"{project} – ") or title


def _safety(take: TakeView) -> Line:
    if take.safety is Safety.SAFE:
        return Line("Safe on the server", Tone.SAFE)
    if take.safety is Safety.SENDING:
        return Line(f"Sending, {int(take.sent * 100)} %", Tone.QUIET)
    if take.safety is Safety.NEEDS_YOU:
        return Line("Needs you", Tone.LOOK)
    return Line("On this computer", Tone.QUIET)


def _source(source: InputView | None) -> str:
    if source is None:
        return ""
    rate = f"{source.rate / 1000:g} kHz"
    depth = {"flac": "24-bit FLAC", "wav": "24-bit WAV", "wav-float": "32-bit float WAV"}.get(source.format)
    return " · ".join(part for part in (source.label, rate, depth or source.format) if part)


def _trouble(view: RollingView) -> str:
    parts = []
    if view.dropouts:
        parts.append(f"{view.dropouts} dropout{'' if view.dropouts == 1 else 's'}")
    if view.clipped:
        parts.append("clipped")
    return " · ".join(parts)
