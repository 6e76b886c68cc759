"""Answering a call: what it asks of the recorder, made ready. Every function may block and raises ``RoomtoneError``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from roomtone.devices.pictures.model import PictureMode, parse_mode
from roomtone.foundation.errors import Problem, RoomtoneError, UsageError, WorldError
from roomtone.studio.aim import Aim
from roomtone.studio.camera_views import mode_text
from roomtone.studio.together import Together, no_such_take
from roomtone.studio.together_snapshot import PartKind
from roomtone.studio.together_words import kind_of_take, title_of
from roomtone.wire.project.items import CallFields, Tempo

# A fetch that takes longer goes on in the background, and the person records without.
FETCH_SECONDS: Final = 120.0
_NEAR: Final = 0.5


@dataclass(frozen=True)
class Ready:
    """The recorder as a call wants it: ``script`` for the prompter, ``reference`` a file whose picture is the ghost.

    ``troubles`` are what could not be made ready; a take can be recorded all the same.
    """

    aim: Aim
    title: str = ""
    script: str = ""
    aspect: str = ""
    reference: tuple[str, str] = ("", "")
    troubles: list[Problem] = field(default_factory=list)


def make_ready(together: Together, call_id: str, guides: list[str] | None = None) -> Ready:
    """Make the recorder ready for a call; ``guides`` are takes to hear instead of those that the call names."""
    call = together.call(call_id)
    if call.closed:
        raise UsageError(
            "call-closed", f"“{call.title}” was not answered", "It is closed", "roomtone next shows what is open"
        )
    troubles: list[Problem] = []
    wanted = (call.guide or []) if guides is None else guides
    # Whoever wants to hear nothing hears no clicks either.
    tempo = (call.tempo or []) if guides is None or guides else []
    guide, heard = _guide(together, wanted, troubles, tempo, call.count_in or 0)
    return Ready(
        Aim(
            call=call_id,
            part=(call.part or call.title or "")[:100],
            guide=guide,
            heard=tuple(heard),
            rate=call.sample_rate or 0,
            frame_rate=call.frame_rate or 0.0,
        ),
        call.title or "",
        call.script or "",
        call.aspect or "",
        _reference(together, call, troubles),
        troubles,
    )


def make_ready_to_read(together: Together, take: str) -> Ready:
    """Make the recorder ready for reading somebody's text aloud."""
    document = together.document()
    there = document.state.takes.get(take)
    if there is None:
        raise no_such_take(take)
    if kind_of_take(there) is not PartKind.WRITING:
        raise UsageError("no-text", f"“{there.title}” is not read", "It is no writing", "Choose a take that is")
    facts = together.facts()
    text = facts.texts.get(take, "")
    if not text:
        together.fetch(take, wait=FETCH_SECONDS)
        text = together.facts().texts.get(take, "")
    return Ready(Aim(part=f"Reading of {there.title}"[:100], used=(take,)), there.title, text)


def guide_of(together: Together, takes: list[str]) -> tuple[str, list[str]]:
    """Return the mix of takes to record against, and which of them are in it. Raises what is in the way."""
    troubles: list[Problem] = []
    guide, heard = _guide(together, takes, troubles)
    if troubles:
        raise WorldError(troubles[0].code, troubles[0].title, troubles[0].detail, troubles[0].remedy)
    return guide, heard


def _guide(
    together: Together, takes: list[str], troubles: list[Problem], tempo: Sequence[Tempo] = (), count_in: int = 0
) -> tuple[str, list[str]]:
    """Return the file that is heard and the takes in it: their mix, after a count-in; without any, a metronome."""
    files: list[str] = []
    heard: list[str] = []
    for take in takes:
        try:
            there = together.files(take, FETCH_SECONDS)
            found = [path for media, path in there if media.startswith("audio/")]
            found = found or [path for media, path in there if media.startswith("video/")]
        except RoomtoneError as error:
            troubles.append(_not_here(together, take, error.problem))
            continue
        if found:
            files += found
            heard.append(take)
    if not files and not tempo:
        return "", []
    rate = together.workshop.playback.output_rate()
    if not rate:
        troubles.append(
            Problem(
                "no-output",
                f"The {'guide' if files else 'clicks'} will not be heard",
                "The system offers no sound output",
                "Plug one in",
            )
        )
        return "", []
    return together.workshop.rendering.make_guide(files, rate, tempo, count_in), heard


def _not_here(together: Together, take: str, problem: Problem) -> Problem:
    title = title_of(together.document().state, take)
    return Problem("guide-missing", f"“{title}” is not here yet", problem.title, "It will be when the server answers")


def _reference(together: Together, call: CallFields, troubles: list[Problem]) -> tuple[str, str]:
    """Return the take and file whose picture is laid over the preview."""
    if not call.reference:
        return "", ""
    try:
        files = together.files(call.reference, FETCH_SECONDS)
    except RoomtoneError as error:
        troubles.append(_not_here(together, call.reference, error.problem))
        return "", ""
    path = next((path for media, path in files if media.startswith(("image/", "video/"))), "")
    return (call.reference, path) if path else ("", "")


def mode_with(modes: list[str], now: tuple[int, int], frame_rate: float) -> str:
    """Return the mode of a camera that has the rate a call asks for, in its present size where it can; "" for none."""
    found = [(parse_mode(text), text) for text in modes]
    fitting = [(mode, text) for mode, text in found if abs(mode.fps - frame_rate) <= _NEAR]
    same = [text for mode, text in fitting if (mode.width, mode.height) == now]
    if same or fitting:
        return same[0] if same else fitting[0][1]
    width, height = now
    # A camera that tells no modes may still do what it is asked for.
    return mode_text(PictureMode(width, height, frame_rate)) if not modes and height else ""
