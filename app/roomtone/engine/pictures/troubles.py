"""What the engine says of a camera that is in trouble."""

from __future__ import annotations

from roomtone.devices.pictures.messages import Condition
from roomtone.devices.pictures.model import PictureKind, PictureSource
from roomtone.foundation.errors import Problem, RoomtoneError, WorldError


def process_gone(name: str) -> Problem:
    """Return what to say when the process of a camera ended."""
    return Problem(
        "camera-lost",
        f"“{name}” is gone for a moment",
        "Its driver or its stream ended unexpectedly",
        "The sound goes on, and the picture comes back by itself as soon as it can",
    )


def process_stuck(name: str) -> Problem:
    """Return what to say when the process of a camera says nothing any more."""
    return Problem(
        "camera-silent",
        f"No picture arrives from “{name}”",
        "Its driver does not answer",
        "The sound goes on. The camera is opened anew by itself if this lasts",
    )


def not_opened(name: str, problem: Problem | None) -> RoomtoneError:
    """Return what to say of a camera that never sent a picture; ``problem`` is what its own process said."""
    return WorldError(
        problem.code if problem is not None else "no-picture",
        f"“{name}” could not be opened",
        problem.detail if problem is not None else "It answers, but sends no picture",
        "Check that it is switched on, that its name or address is right, and that no other program uses it",
    )


def film_broke(name: str, error: Exception) -> RoomtoneError:
    """Return what to say when a film cannot be written any more while the sound can."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else "The encoder failed"
    return WorldError(
        "film-ended",
        f"The picture of “{name}” is not recorded any more",
        why,
        "The sound goes on, and the picture so far is kept. Stop, and begin a new take to have it again",
    )


def condition(found: Condition, source: PictureSource, fps: float, promised: float) -> Problem | None:
    """Return what to say of pictures that come, but are not as they should be; ``None`` when all is well."""
    name, shown = source.name, source.kind in (PictureKind.SCREEN, PictureKind.WINDOW)
    match found:
        case Condition.FINE:
            return None
        case Condition.BLACK:
            return Problem(
                "camera-black",
                f"“{name}” shows only black",
                "Every picture is dark",
                "Wake it up, or show something on it" if shown else "Take the cover off the lens, or switch a light on",
            )
        case Condition.FROZEN:
            return Problem(
                "camera-frozen",
                f"The picture of “{name}” does not move",
                "It sends the same picture over and over",
                "Unplug it and plug it in again; a phone may have locked its screen",
            )
        case Condition.SLOW:
            why, remedy = _slowness(source.kind)
            instead = f"{fps:.0f} instead of {promised:.0f}" if promised else f"only {fps:.0f}"
            return Problem("camera-slow", f"“{name}” sends {instead} pictures a second", why, remedy)
        case Condition.SILENT:
            slow = source.kind is PictureKind.NETWORK
            return Problem(
                "camera-silent",
                f"No picture arrives from “{name}”",
                "Its network may be down" if slow else "It stopped sending",
                "The sound goes on. Check it; the picture comes back by itself",
            )


def _slowness(kind: PictureKind) -> tuple[str, str]:
    """Return why pictures of this kind come too slowly, and what helps."""
    match kind:
        case PictureKind.CAMERA:
            return "In low light cameras expose longer and halve their rate", "Add light, or lock the exposure"
        case PictureKind.NETWORK:
            return "It or its network is too slow", "Come nearer to the Wi-Fi, or choose a smaller picture"
        case _:
            return "This computer is too busy to film it faster", "Close other programs, or film a single window"
