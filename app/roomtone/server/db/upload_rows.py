"""Uploads and their states."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Update, bindparam, delete, insert, or_, select, update

from roomtone.foundation.decoding import convert
from roomtone.foundation.errors import BugError
from roomtone.server.db import schema as s
from roomtone.server.db import take_rows
from roomtone.server.db.records import (
    MOVES,
    ChangeRecord,
    Concat,
    Sealing,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)
from roomtone.wire.api import ChangeKind

_ADD: Final = insert(s.uploads)
_ONE: Final = select(s.uploads).where(s.uploads.c.id == bindparam("identity"))
_OPEN_FOR: Final = select(s.uploads).where(
    s.uploads.c.take == bindparam("of_take"), s.uploads.c.track == bindparam("of_track"), take_rows.UPLOAD_IS_OPEN
)


def _move_to(to: UploadState, *columns: str) -> Update:
    """Build the statement that changes the state where the transition table allows it, and these columns with it."""
    come_from = or_(*[s.uploads.c.state == state.value for state, targets in MOVES.items() if to in targets])
    values: dict[str, Any] = {column: bindparam(f"new_{column}") for column in columns}
    return update(s.uploads).where(s.uploads.c.id == bindparam("identity"), come_from).values(state=to.value, **values)


_BEGIN_SEAL: Final = _move_to(UploadState.SEALING, "sealing", "length")
_FINISH_SEAL: Final = _move_to(UploadState.SEALED)
_END: Final = _move_to(UploadState.GONE)
_PLAIN: Final = ("id", "account", "created", "length", "metadata", "project", "take", "track", "filename", "media")


def add_upload(db: Connection, upload: UploadRecord) -> UploadRecord:
    """Add an upload, or return the one that is open for the same track."""
    if upload.take and not upload.filename:
        row = db.execute(_OPEN_FOR, {"of_take": upload.take, "of_track": upload.track}).first()
        if row:
            return _record(row)
    values = {name: getattr(upload, name) for name in _PLAIN}
    values |= {"state": upload.state.value, "concat": upload.concat.value, "parts": list(upload.parts)}
    db.execute(_ADD, values)
    return upload


def upload(db: Connection, identity: str) -> UploadRecord | None:
    """Return an upload."""
    row = db.execute(_ONE, {"identity": identity}).first()
    return _record(row) if row else None


def uploads(db: Connection, states: Collection[UploadState]) -> list[UploadRecord]:
    """Return the uploads in some states, oldest first."""
    query = select(s.uploads).where(s.uploads.c.state.in_([state.value for state in states]))
    return [_record(row) for row in db.execute(query.order_by(s.uploads.c.created, s.uploads.c.id))]


def set_length(db: Connection, identity: str, length: int) -> None:
    """Set a deferred length once."""
    db.execute(update(s.uploads).where(s.uploads.c.id == identity, s.uploads.c.length.is_(None)).values(length=length))


def begin_seal(db: Connection, identity: str, sealing: Sealing) -> None:
    """Record a checked seal."""
    _move(db, _BEGIN_SEAL, identity, new_sealing=msgspec.to_builtins(sealing), new_length=sealing.length)


def finish_seal(db: Connection, identity: str, at: datetime) -> None:
    """Seal the track, and the take too where the upload makes its own."""
    found = _existing(db, identity)
    if found.state is UploadState.SEALED:
        return
    if found.sealing is None:
        raise BugError("bug", "A seal was finished that was not begun")
    _move(db, _FINISH_SEAL, identity)
    if not found.filename:
        take_rows.seal_track(db, found.project, found.take, found.track, found.sealing, at)
        return
    sealed = ChangeRecord(ChangeKind.TRACK_SEALED, found.take, at, found.track)
    whole = ChangeRecord(ChangeKind.TAKE_SEALED, found.take, at)
    take_rows.insert_take(db, _own_take(found, found.sealing), (sealed, whole))


def end_upload(db: Connection, identity: str) -> None:
    """Mark an upload as gone."""
    if _existing(db, identity).state is not UploadState.GONE:
        _move(db, _END, identity)


def forget_uploads(db: Connection, before: datetime) -> int:
    """Remove old ones that are gone."""
    old = (s.uploads.c.state == UploadState.GONE.value) & (s.uploads.c.created < before)
    return db.execute(delete(s.uploads).where(old)).rowcount


def _own_take(found: UploadRecord, sealing: Sealing) -> TakeRecord:
    track = TrackRecord(found.track, found.media, sealing.digest, sealing.length, sealing.key)
    started = found.created.isoformat(timespec="seconds").replace("+00:00", "Z")
    return TakeRecord(
        id=found.take,
        project=found.project,
        maker=found.account,
        maker_name="",
        title=found.filename,
        part="",
        person="",
        started=started,
        created=found.created,
        sealed=True,
        tracks=(track,),
    )


def _existing(db: Connection, identity: str) -> UploadRecord:
    found = upload(db, identity)
    if found is None:
        raise BugError("bug", "An upload vanished from the database")
    return found


def _move(db: Connection, move: Update, identity: str, **values: Any) -> None:
    if db.execute(move, {"identity": identity, **values}).rowcount != 1:
        raise BugError("bug", "An upload cannot become what it should from where it is", str(move))


def _record(row: Row[Any]) -> UploadRecord:
    return UploadRecord(
        state=UploadState(row.state),
        concat=Concat(row.concat),
        parts=tuple(row.parts),
        sealing=convert(row.sealing, Sealing) if row.sealing else None,
        **{name: getattr(row, name) for name in _PLAIN},
    )
