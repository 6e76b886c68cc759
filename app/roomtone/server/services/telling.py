"""Takes and changes as the API tells them, each to whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime

from roomtone.server.db.records import ChangeRecord, MemberRecord, TakeRecord, TrackRecord
from roomtone.server.storage.contract import Storage
from roomtone.wire import api
from roomtone.wire.project.people import Member


def moment(at: datetime) -> str:
    """Write a time as the API does: RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def change_document(record: ChangeRecord) -> api.Change:
    """Return a change as the API tells it."""
    return api.Change(record.seq, record.kind, record.subject, moment(record.at), record.detail)


def member_document(record: MemberRecord) -> Member:
    """Return a member as the API tells it."""
    return Member(record.account, record.name, record.role, moment(record.joined), record.guest, record.gone)


class Teller:
    """Makes documents of takes. It looks into the storage for every unsealed track, and so blocks."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def take(self, record: TakeRecord, account: str) -> api.Take:
        """Return a take. Of one that was withdrawn, everybody but its maker is told only that there is such a one."""
        hidden = record.withdrawn and record.maker != account
        return api.Take(
            id=record.id,
            project=record.project,
            title=record.title,
            part=record.part,
            person=record.person,
            started=record.started,
            seq=record.seq,
            sealed=record.sealed,
            tracks=[] if hidden else [self.track(track) for track in record.tracks],
            maker=record.maker_name,
            manifest=None if hidden else record.manifest,
            account=record.maker,
        )

    def track(self, track: TrackRecord) -> api.Track:
        """Return a track with how much of it is here."""
        if track.digest:
            return api.Track(track.name, track.media, api.TrackState.SEALED, track.size, track.digest)
        if track.upload:
            received = self._storage.progress(track.upload).committed
            return api.Track(track.name, track.media, api.TrackState.UPLOADING, received)
        return api.Track(track.name, track.media, api.TrackState.DECLARED)
