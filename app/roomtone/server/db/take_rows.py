"""Takes and their tracks: whole pages of them in two statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from roomtone.server.db import schema as s
from roomtone.server.db.feed_rows import add_change
from roomtone.server.db.records import ChangeRecord, Sealing, TakeRecord, TrackRecord, UploadState
from roomtone.wire.api import ChangeKind

OPEN = (UploadState.RECEIVING.value, UploadState.SEALING.value)


def add_take(db: Connection, take: TakeRecord) -> bool:
    """Add a take with its tracks and its change unless the id is taken."""
    if db.execute(select(s.takes.c.id).where(s.takes.c.id == take.id)).first():
        return False
    seq = add_change(db, take.project, ChangeRecord(ChangeKind.TAKE_STARTED, take.id, take.created))
    values = {name: getattr(take, name) for name in ("id", "project", "maker", "title", "part", "person")}
    values |= {"started": take.started, "created": take.created, "sealed": False, "seq": seq}
    db.execute(insert(s.takes).values(**values))
    add_tracks(db, take.id, take.tracks)
    return True


def add_tracks(db: Connection, take: str, tracks: Collection[TrackRecord]) -> None:
    """Add those tracks whose names are new."""
    there = set(db.execute(select(s.tracks.c.name).where(s.tracks.c.take == take)).scalars())
    new = [track for track in tracks if track.name not in there]
    if new:
        rows = [
            {
                "take": take,
                "name": t.name,
                "place": len(there) + i,
                "media": t.media,
                "digest": "",
                "size": 0,
                "key": "",
            }
            for i, t in enumerate(new)
        ]
        db.execute(insert(s.tracks), rows)


def take(db: Connection, identity: str) -> TakeRecord | None:
    """Return one take."""
    found = _takes(db, s.takes.c.id == identity, limit=1)
    return found[0] if found else None


def takes_of(db: Connection, project: str, after: int, limit: int) -> list[TakeRecord]:
    """Return a page of the takes of a project."""
    return _takes(db, and_(s.takes.c.project == project, s.takes.c.seq > after), limit)


def _takes(db: Connection, which: ColumnElement[bool], limit: int) -> list[TakeRecord]:
    query = select(s.takes, s.accounts.c.name.label("maker_name")).join(s.accounts, s.accounts.c.id == s.takes.c.maker)
    rows = db.execute(query.where(which).order_by(s.takes.c.seq).limit(limit)).all()
    tracks = _tracks(db, [row.id for row in rows])
    return [
        TakeRecord(
            row.id,
            row.project,
            row.maker,
            row.maker_name,
            row.title,
            row.part,
            row.person,
            row.started,
            row.created,
            row.seq,
            row.sealed,
            row.manifest,
            tuple(tracks[row.id]),
        )
        for row in rows
    ]


def _tracks(db: Connection, takes: Sequence[str]) -> dict[str, list[TrackRecord]]:
    """Return the tracks of these takes by take, each with the upload that is open for it."""
    found: dict[str, list[TrackRecord]] = {identity: [] for identity in takes}
    if not found:
        return found
    open_upload = and_(
        s.uploads.c.take == s.tracks.c.take, s.uploads.c.track == s.tracks.c.name, s.uploads.c.state.in_(OPEN)
    )
    query = (
        select(s.tracks, func.coalesce(s.uploads.c.id, "").label("upload"))
        .outerjoin(s.uploads, open_upload)
        .where(s.tracks.c.take.in_(takes))
        .order_by(s.tracks.c.take, s.tracks.c.place)
    )
    for row in db.execute(query):
        found[row.take].append(TrackRecord(row.name, row.media, row.digest, row.size, row.key, row.upload))
    return found


def seal_take(db: Connection, identity: str, manifest: dict[str, Any] | None, at: datetime) -> None:
    """Seal a take, with its change, unless it is sealed."""
    row = db.execute(select(s.takes.c.project, s.takes.c.sealed).where(s.takes.c.id == identity)).one()
    if row.sealed:
        return
    values: dict[str, Any] = {"sealed": True}
    if manifest is not None:
        values["manifest"] = manifest
    db.execute(update(s.takes).where(s.takes.c.id == identity).values(**values))
    add_change(db, row.project, ChangeRecord(ChangeKind.TAKE_SEALED, identity, at))


def seal_track(db: Connection, identity: str, name: str, sealing: Sealing) -> None:
    """Write down what a track was sealed as."""
    which = and_(s.tracks.c.take == identity, s.tracks.c.name == name)
    values = {"digest": sealing.digest, "size": sealing.length, "key": sealing.key}
    db.execute(update(s.tracks).where(which).values(**values))


def sealed_tracks(db: Connection) -> list[tuple[str, str, int, str]]:
    """Return take, key, size and digest of every sealed track."""
    query = select(s.tracks).where(s.tracks.c.digest != "").order_by(s.tracks.c.key)
    return [(row.take, row.key, row.size, row.digest) for row in db.execute(query)]
