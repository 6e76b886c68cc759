"""What to send next: for a track by its phase, for a take by its own."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from roomtone.upload.core_events import FileRange, LocalTake, Purpose, Request
from roomtone.upload.core_line import Line
from roomtone.upload.core_pace import MIN_BODY
from roomtone.upload.core_track import AT_ONCE, LIVE_SECONDS, TrackCore
from roomtone.upload.states import Phase, TakePhase
from roomtone.wire import api
from roomtone.wire.tus import OFFSET_TYPE, UPLOADS, format_metadata

# What ``wire.api`` allows; a take on the disk may have any name.
TITLE: Final = 300
NAME: Final = 100


def next_for_track(track: TrackCore, line: Line, now: float, *, live: bool) -> Request | float | None:
    """Return what to send now, or when to ask again, or ``None`` until something happens."""
    if track.flight is not None:
        return track.flight.deadline
    if track.phase in (Phase.WAITING, Phase.DONE, Phase.STUCK) or (track.server_digest and track.final is None):
        return None
    if not track.backoff.ready(now):
        return track.backoff.not_before
    made = _next_bytes(track, line, now, live=live) if track.phase is Phase.SENDING else _step(track, line, now)
    if isinstance(made, Request):
        track.flight = made
    return made


def _step(track: TrackCore, line: Line, now: float) -> Request | None:
    take, name = track.take, track.local.name
    match track.phase:
        case Phase.CREATING:
            about = {"take": take, "track": name, "filename": name, "filetype": track.local.media}
            headers = (("Upload-Defer-Length", "1"), ("Upload-Metadata", format_metadata(about)))
            return line.tus(take, name, Purpose.CREATE, "POST", UPLOADS, now, headers)
        case Phase.ASKING:
            return line.tus(take, name, Purpose.ASK, "HEAD", track.upload, now)
        case Phase.CLEARING:
            return line.tus(take, name, Purpose.CLEAR, "DELETE", track.upload, now)
        case Phase.SEALING if track.final is not None:
            patches = [api.Patch(offset, data) for offset, data in track.final.patches]
            body = msgspec.json.encode(api.SealTrack(track.final.length, track.final.digest, patches))
            path = f"/api/takes/{take}/tracks/{name}/seal"
            return line.json(take, name, Purpose.SEAL_TRACK, "POST", path, body, now)
    return None


def _next_bytes(track: TrackCore, line: Line, now: float, *, live: bool) -> Request | float | None:
    final = track.final
    if final is not None and track.offset >= final.length:
        # A crash may have left less on this computer than was sent: then the upload is of no use.
        track.go(Phase.SEALING if track.offset == final.length else Phase.CLEARING)
        return _step(track, line, now)
    waiting = track.total - track.offset
    if waiting <= 0:
        return None
    due = track.sent_at + LIVE_SECONDS
    if live and not track.grown.ending and waiting < AT_ONCE and now < due:
        return due
    allowed_at = line.budget.ready_at(now)
    if allowed_at > now:
        return allowed_at
    size = min(waiting, line.sizes.allowed(now, line.budget.cap))
    if track.backoff.attempts:
        # What was refused or lost is tried with little at stake.
        size = min(size, MIN_BODY)
    line.budget.spend(size)
    track.sent_at = now
    track.sent_until = track.offset + size
    headers = (("Upload-Offset", str(track.offset)), ("Content-Type", OFFSET_TYPE))
    part = FileRange(track.local.name, track.offset, size)
    return line.tus(track.take, track.local.name, Purpose.SEND, "PATCH", track.upload, now, headers, part)


def next_for_take(take: LocalTake, phase: TakePhase, manifest: dict[str, Any], line: Line, now: float) -> Request:
    """Return the request of a take itself: founding its project, declaring it, or sealing it."""
    if phase is TakePhase.FOUNDING:
        body = msgspec.json.encode(api.NewProject(take.project_title[:TITLE] or "Project"))
        return line.json(take.id, "", Purpose.PROJECT, "PUT", f"/api/projects/{take.project}", body, now)
    path = f"/api/takes/{take.id}"
    if phase is TakePhase.SEALING:
        body = msgspec.json.encode(api.SealTake(manifest))
        return line.json(take.id, "", Purpose.SEAL_TAKE, "POST", f"{path}/seal", body, now)
    tracks = [api.NewTrack(track.name, track.media) for track in take.tracks]
    title, part, person = take.title[:TITLE] or "Take", take.part[:NAME], take.person[:NAME]
    new = api.NewTake(take.project, title, tracks, part, person, take.started)
    return line.json(take.id, "", Purpose.DECLARE, "PUT", path, msgspec.json.encode(new), now)
