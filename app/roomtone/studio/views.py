"""From what the workers tell to what a person reads: pure functions, no I/O."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from roomtone.assembly.messages import Pictures
from roomtone.engine.messages import Activity, Input, Status
from roomtone.studio.aim import CLICK, GUIDE
from roomtone.studio.flashing import BEEPS
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import InputView, Phase, PlayingView, RollingView, Safety, TakeView
from roomtone.takes.documents import Ending, Source
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.takes.model import TakeState
from roomtone.upload.messages import Link, TakeSync
from roomtone.upload.states import SyncState

PHASES: Final = {
    Activity.CLOSED: Phase.NO_INPUT,
    Activity.LISTENING: Phase.READY,
    Activity.RECORDING: Phase.RECORDING,
    Activity.SEALING: Phase.SAVING,
}
_SAFETY: Final = {
    SyncState.LOCAL: Safety.ON_THIS_COMPUTER,
    SyncState.SENDING: Safety.SENDING,
    SyncState.SAFE: Safety.SAFE,
    SyncState.NEEDS_YOU: Safety.NEEDS_YOU,
}
USUAL_RATE: Final = 48_000
USUAL_BITS: Final = 24
FORMATS: Final = {"flac": "Lossless FLAC", "wav": "24-bit WAV", "wav-float": "32-bit float WAV"}


def duration(seconds: float) -> str:
    """Return a length as people write it: 0:07, 12:30, 1:02:03."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def size(count: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit in ("bytes", "kB") or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def input_view(source: Input) -> InputView:
    """Return how the open input is shown."""
    practice = source.source is Source.PRACTICE_TONE
    tracks = ["+".join(map(str, group)) for group in source.tracks]
    label = "Practice tone" if practice else source.name
    return InputView(source.device, label, source.rate, source.format, tracks, practice)


def rolling_view(status: Status, frames: int, synced: TakeSync | None) -> RollingView | None:
    """Return how the rolling take is shown, ``frames`` being the latest count."""
    rolling = status.rolling
    if rolling is None:
        return None
    return RollingView(
        id=rolling.id,
        title=rolling.title,
        seconds=max(frames, rolling.frames) / rolling.rate,
        safe_seconds=synced.safe_seconds if synced else 0.0,
        tracks=[name for name in rolling.files if name not in {film.track for film in rolling.pictures}],
        dropouts=rolling.dropouts,
        clipped=rolling.clipped,
    )


def playing_view(status: Status | None) -> PlayingView | None:
    """Return what is heard, or seen."""
    playing = status.playing if status else None
    if playing is None or playing.take in (BEEPS, GUIDE, CLICK):
        # The beeps of the self-test, a guide and clicks are no takes, and nobody wants to wind them.
        return None
    return PlayingView(playing.take, playing.at, playing.length, playing.paused, playing.picture, playing.blind)


def guide_seconds(status: Status | None) -> float:
    """Return how long the guide is that is heard, or 0."""
    playing = status.playing if status else None
    return playing.length if playing is not None and playing.take == GUIDE else 0.0


def take_view(
    item: LibraryItem, synced: TakeSync | None, safe: bool, drawn: Pictures | None = None, filmed: bool = False
) -> TakeView:
    """Return how a take is listed; ``filmed`` says that another take is a film of it."""
    safety = Safety.SAFE if safe else _SAFETY[synced.state] if synced else Safety.ON_THIS_COMPUTER
    sent = total = 0
    for track in synced.tracks if synced else []:
        sent, total = sent + track.sent, total + track.total
    return TakeView(
        id=item.id or item.folder,
        title=item.title,
        started=item.started,
        seconds=item.seconds,
        detail=_detail(item),
        safety=safety,
        sent=1.0 if safe else (sent / total if total else 0.0),
        starred=item.starred,
        note=item.note,
        trashed=item.state is TakeState.TRASHED,
        recovered=item.ending is Ending.RECOVERED,
        practice=item.source is Source.PRACTICE_TONE,
        audio=any(has_sound(track) for track in item.tracks),
        plays=any(has_sound(track) or is_film(track) for track in item.tracks),
        tracks=[track.name for track in item.tracks if has_sound(track)],
        filmed=filmed or any(is_film(track) for track in item.tracks),
        media=media_of(item),
        thumbnail=drawn.thumbnail if drawn else "",
        filmstrip=drawn.filmstrip if drawn else "",
        belongs_to=item.against,
        offset=item.offset,
        confidence=item.confidence,
        problem=synced.problem if synced and safety is not Safety.SAFE else None,
        unreadable=item.problem,
        folder=item.folder,
    )


def has_sound(track: TrackItem) -> bool:
    """Return whether a track can be heard. Film tracks count samples of their sound, where they have any."""
    return track.media.startswith("audio/") or (track.frames > 0 and track.rate > 0)


def is_film(track: TrackItem) -> bool:
    """Return whether a track is seen in motion."""
    return track.media.startswith("video/") and has_pictures(track)


def has_pictures(track: TrackItem) -> bool:
    """Return whether a track can be seen; many a file called a film holds sound only."""
    if track.media.startswith("video/"):
        return track.width > 0 or not track.rate
    return track.media.startswith("image/") or track.media == "application/pdf"


def media_of(item: LibraryItem) -> str:
    """Return what a take is: a film made of single pictures is artwork, one with a camera's film is video."""
    seen = [track.media for track in item.tracks if has_pictures(track)]
    # Stop-motion and time-lapses keep their pictures in an archive beside the film.
    archived = any(track.media == "application/zip" for track in item.tracks)
    if seen:
        return "video" if not archived and all(media.startswith("video/") for media in seen) else "artwork"
    written = any(track.media.startswith("text/") for track in item.tracks)
    return "writing" if written and not any(has_sound(track) for track in item.tracks) else "sound"


def ghost(takes: list[TakeView], chosen: str) -> str:
    """Return the picture that may be laid over the preview: of the chosen take, or of the last one that has any."""
    return next((take.thumbnail for take in takes if take.thumbnail and chosen in ("", take.id)), "")


def _detail(item: LibraryItem) -> str:
    """Say what a person looks for first; what is as usual (48 kHz, 24 bits) is not worth the room."""
    if item.problem is not None or not item.tracks:
        return ""
    track = item.tracks[0]
    # What went wrong comes early: the end of the line may not be seen.
    parts = [duration(item.seconds) if item.seconds else ""]
    if item.dropouts:
        parts.append(f"{item.dropouts} dropout{'s' if item.dropouts > 1 else ''}")
    if any(t.clipped for t in item.tracks):
        parts.append("clipped")
    parts.append(day_and_time(item.started))
    if len(item.tracks) > 1 and not track.media.startswith("text/"):
        parts.append(f"{len(item.tracks)} tracks")
    elif track.channels == 2:
        parts.append("stereo")
    pictures = next((t for t in item.tracks if t.width and t.height and has_pictures(t)), None)
    if pictures is not None:
        parts.append(f"{pictures.width}×{pictures.height}")
    if not track.rate:
        kind, _, name = track.media.partition("/")
        parts.append(kind if kind == "text" else name)
    elif track.rate != USUAL_RATE:
        parts.append(f"{track.rate / 1000:g} kHz")
    if track.bits not in (0, USUAL_BITS):
        parts.append(f"{track.bits}-bit")
    return " · ".join(part for part in parts if part)


def day_and_time(at: str) -> str:
    """Return a time (RFC 3339) for people, in the time of this place."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%-d %b, %H:%M")
    except ValueError:
        return ""


def computer_line(status: Status | None, rolling: RollingView | None) -> Line:
    """Say how much is on this computer, and whether something is wrong with keeping it."""
    if status is None:
        return Line("On this computer", Tone.QUIET)
    if status.rolling is not None and status.rolling.in_memory:
        return Line("Disk full · the last moments are in memory", Tone.LOOK)
    if rolling is not None:
        return Line(f"On this computer · {duration(rolling.seconds)}", Tone.SAFE)
    return Line("On this computer", Tone.SAFE)


def project_line(
    link: Link | None, rolling: RollingView | None, synced: TakeSync | None, takes: list[TakeView] | None = None
) -> Line:
    """Say how much is in the project. Safe is said only of what the server has checked."""
    stuck = sum(take.safety is Safety.NEEDS_YOU for take in takes or [])
    # The server is asked only where there is something to send: what it has checked before is known without it.
    safe = bool(takes) and rolling is None and all(take.safety is Safety.SAFE for take in takes or [])
    if (link is None or link.online is None) and safe:
        line = Line("In the project", Tone.SAFE)
    elif link is None or link.online is None:
        line = Line("In the project · not reached yet", Tone.QUIET)
    elif link.paused:
        line = Line("Sending is paused", Tone.LOOK)
    elif not link.online:
        line = Line("Offline · kept here, sent later", Tone.LOOK)
    elif rolling is not None:
        line = _rolling_line(rolling, synced)
    elif link.waiting:
        line = Line(f"On the way to the project · {link.waiting}", Tone.QUIET)
    elif stuck:
        line = Line(f"Not in the project · {stuck}", Tone.LOOK)
    else:
        line = Line("In the project", Tone.SAFE)
    return line


def _rolling_line(rolling: RollingView, synced: TakeSync | None) -> Line:
    if synced is not None and synced.state is SyncState.NEEDS_YOU:
        return Line("Not sent · kept here", Tone.LOOK)
    if synced is None or not synced.safe_seconds:
        return Line("In the project · starting", Tone.QUIET)
    behind = max(0.0, rolling.seconds - synced.safe_seconds)
    return Line(f"In the project · {behind:.1f} s behind", Tone.SAFE if behind < 5 else Tone.LOOK)


def disk_line(status: Status | None) -> Line:
    """Say what is recorded, and how long the disk lasts."""
    if status is None or status.input is None:
        return Line("", Tone.QUIET)
    minutes = status.seconds_left / 60
    left = f"{minutes / 60:.0f} h left" if minutes >= 120 else f"{minutes:.0f} min left"
    text = f"{FORMATS[status.input.format]} · {size(status.bytes_free)} free · {left}"
    return Line(text, Tone.LOOK if minutes < 15 else Tone.QUIET)


def safe_line(takes: list[TakeView], link: Link | None, rolling: RollingView | None) -> Line:
    """Say in one line how everything stands."""
    if rolling is not None:
        return Line("Recording", Tone.RECORDING)
    needing = sum(take.safety is Safety.NEEDS_YOU for take in takes)
    if needing:
        return Line(f"{needing} take{'s' if needing > 1 else ''} need{'' if needing > 1 else 's'} you", Tone.LOOK)
    unsafe = sum(take.safety is not Safety.SAFE and take.unreadable is None for take in takes)
    if unsafe:
        where = "on the way" if link is not None and link.online else "on this computer only"
        return Line(
            f"{unsafe} take{'s' if unsafe > 1 else ''} {where}", Tone.QUIET if link and link.online else Tone.LOOK
        )
    return Line("Everything safe", Tone.SAFE) if takes else Line("Ready when you are", Tone.QUIET)
