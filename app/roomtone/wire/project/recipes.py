"""Whether a take does what its call asked for. The result is shown to its maker; it never refuses anything."""

from __future__ import annotations

import msgspec

from roomtone.wire.api import Take
from roomtone.wire.previews import own_tracks
from roomtone.wire.project.items import CallFields, MediaKind
from roomtone.wire.project.state import seconds_of

_KINDS = {
    "audio": MediaKind.SOUND,
    "video": MediaKind.VIDEO,
    "image": MediaKind.ARTWORK,
    "text": MediaKind.WRITING,
}
# A film counts as one of the wanted shape and pace where it is so near that nobody sees the difference.
_ASPECT_TOLERANCE = 0.02
_RATE_TOLERANCE = 0.03
_QUIET_DBFS = -40.0


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at: whether it is as asked, and what was found, in words."""

    good: bool
    text: str


class RecipeCheck(msgspec.Struct, frozen=True):
    """How a take answers its call."""

    findings: list[Finding]

    @property
    def good(self) -> bool:
        """Whether everything is as the call asks."""
        return all(finding.good for finding in self.findings)


def kind_of_media(media: str) -> MediaKind | None:
    """Return what kind of thing a track is; ``None`` for what only accompanies others, as revisions do a page."""
    if media in ("application/pdf", "application/zip"):
        return MediaKind.ARTWORK
    return _KINDS.get(media.partition("/")[0])


def kinds_of(take: Take) -> list[MediaKind]:
    """Return what kinds of media a take holds."""
    found = (kind_of_media(track.media) for track in own_tracks(take))
    return list(dict.fromkeys(kind for kind in found if kind is not None))


def check_recipe(call: CallFields, take: Take) -> RecipeCheck:
    """Compare a sealed take with a call's recipe."""
    tracks = _tracks(take)
    found = [*_kinds(call, take), *_rates(call, tracks), *_pictures(call, tracks), *_sound(tracks, take)]
    if seconds_of(take) == 0.0 and MediaKind.SOUND in kinds_of(take):
        found.append(Finding(False, "It is empty"))
    return RecipeCheck(found)


def _kinds(call: CallFields, take: Take) -> list[Finding]:
    """One of the kinds that are wanted will do."""
    wanted = call.kinds or []
    found = [kind for kind in kinds_of(take) if kind in wanted]
    if found or not wanted:
        return [Finding(True, kind.capitalize()) for kind in found]
    return [Finding(False, f"{' or '.join(kind.value for kind in wanted).capitalize()} is missing")]


def _rates(call: CallFields, tracks: list[dict[str, object]]) -> list[Finding]:
    if not call.sample_rate:
        return []
    rates = {rate for track in tracks if isinstance(rate := track.get("rate"), int) and rate > 0}
    others = sorted(rates - {call.sample_rate})
    if others:
        return [Finding(False, f"{_khz(others[0])} instead of {_khz(call.sample_rate)}; it will be converted")]
    return [Finding(True, _khz(call.sample_rate))] if rates else []


def _pictures(call: CallFields, tracks: list[dict[str, object]]) -> list[Finding]:
    found: list[Finding] = []
    for track in tracks:
        width, height = track.get("width"), track.get("height")
        if isinstance(width, int) and isinstance(height, int) and width and height and call.aspect:
            wanted = _ratio(call.aspect)
            near = wanted == 0 or abs(width / height - wanted) <= wanted * _ASPECT_TOLERANCE
            found.append(Finding(near, call.aspect if near else f"{width} × {height} instead of {call.aspect}"))
        picture = track.get("picture")
        fps = picture.get("fps") if isinstance(picture, dict) else None
        if isinstance(fps, int | float) and call.frame_rate:
            near = abs(fps - call.frame_rate) <= call.frame_rate * _RATE_TOLERANCE
            text = f"{fps:g} frames a second" + ("" if near else f" instead of {call.frame_rate:g}")
            found.append(Finding(near, text))
    return found


def _sound(tracks: list[dict[str, object]], take: Take) -> list[Finding]:
    found: list[Finding] = []
    peaks = [peak for track in tracks if isinstance(peak := track.get("peak"), int | float)]
    clipped = sum(count for track in tracks if isinstance(count := track.get("clipped"), int))
    if peaks:
        found.append(Finding(clipped == 0, "No clipping" if clipped == 0 else f"{clipped} samples are clipped"))
        if max(peaks) < _QUIET_DBFS:
            found.append(Finding(False, f"It is very quiet: the loudest is {max(peaks):.0f} dBFS"))
    dropouts = (take.manifest or {}).get("dropouts")
    if isinstance(dropouts, list) and dropouts:
        found.append(Finding(False, f"Sound is missing at {len(dropouts)} place{'' if len(dropouts) == 1 else 's'}"))
    return found


def _tracks(take: Take) -> list[dict[str, object]]:
    found = (take.manifest or {}).get("tracks")
    return [track for track in found if isinstance(track, dict)] if isinstance(found, list) else []


def _ratio(aspect: str) -> float:
    wide, _, high = aspect.partition(":")
    try:
        return float(wide) / float(high)
    except (ValueError, ZeroDivisionError):
        return 0.0


def _khz(rate: int) -> str:
    return f"{rate / 1000:g} kHz"
