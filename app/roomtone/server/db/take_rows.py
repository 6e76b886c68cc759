"""Takes and their tracks: whole pages of them in two statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, literal_column, null, select, update

from roomtone.server.db import item_rows
from roomtone.server.db import schema as s
from roomtone.server.db.feed_rows import add_change
from roomtone.server.db.records import ChangeRecord, Declared, Sealing, TakeRecord, TrackRecord, UploadState
from roomtone.server.problems import RefusedError
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.items import TakeFields

_OPEN_STATES: Final = (UploadState.RECEIVING, UploadState.SEALING)
# Said with values in the statement, as the index of open uploads has them: with bound ones it would not be used, and
# every open upload would be read.
UPLOAD_IS_OPEN: Final = and_(
    s.uploads.c.state.in_([literal_column(f"'{state.value}'") for state in _OPEN_STATES]),
    s.uploads.c.take != literal_column("''"),
)

_ADD: Final = insert(s.takes)
_ADD_TRACKS: Final = insert(s.tracks)
_EXISTS: Final = select(s.takes.c.id).where(s.takes.c.id == bindparam("identity"))
_TAKES: Final = (
    select(s.takes, s.accounts.c.name.label("maker_name"))
    .join(s.accounts, s.accounts.c.id == s.takes.c.maker)
    .order_by(s.takes.c.seq)
)
_ONE: Final = _TAKES.where(s.takes.c.id == bindparam("identity"))
_PAGE: Final = _TAKES.where(s.takes.c.project == bindparam("of"), s.takes.c.seq > bindparam("after")).limit(
    bindparam("most")
)
_OPEN_UPLOAD: Final = and_(s.uploads.c.take == s.tracks.c.take, s.uploads.c.track == s.tracks.c.name, UPLOAD_IS_OPEN)
_DECLARED: Final = (
    select(s.takes.c.project, s.takes.c.maker, s.takes.c.sealed, s.tracks.c.name, s.tracks.c.media, s.tracks.c.digest)
    .select_from(
        s.takes.outerjoin(s.tracks, and_(s.tracks.c.take == s.takes.c.id, s.tracks.c.name == bindparam("track")))
    )
    .where(s.takes.c.id == bindparam("identity"))
)
_TRACKS_OF_TAKES: Final = (
    select(s.tracks, func.coalesce(s.uploads.c.id, "").label("upload"))
    .select_from(s.takes.join(s.tracks, s.tracks.c.take == s.takes.c.id).outerjoin(s.uploads, _OPEN_UPLOAD))
    .order_by(s.tracks.c.take, s.tracks.c.place)
)
_TRACKS: Final = _TRACKS_OF_TAKES.where(s.takes.c.id == bindparam("take"))
_TRACKS_OF: Final = _TRACKS_OF_TAKES.where(
    s.takes.c.project == bindparam("of"), s.takes.c.seq > bindparam("after"), s.takes.c.seq <= bindparam("until")
)
_TRACKS_SINCE: Final = _TRACKS_OF_TAKES.where(
    s.takes.c.project == bindparam("of"),
    s.takes.c.changed > bindparam("since"),
    s.takes.c.changed <= bindparam("until"),
)
_SEAL_TRACK: Final = (
    update(s.tracks)
    .where(s.tracks.c.take == bindparam("of_take"), s.tracks.c.name == bindparam("of_track"))
    .values(digest=bindparam("new_digest"), size=bindparam("new_size"), key=bindparam("new_key"))
)
_RETELL: Final = update(s.takes).where(s.takes.c.id == bindparam("identity")).values(changed=bindparam("new_changed"))
_SINCE: Final = (
    select(s.takes, s.accounts.c.name.label("maker_name"))
    .join(s.accounts, s.accounts.c.id == s.takes.c.maker)
    .where(s.takes.c.project == bindparam("of"), s.takes.c.changed > bindparam("since"))
    .order_by(s.takes.c.changed)
)


def add_take(db: Connection, take: TakeRecord) -> bool:
    """Add a take with its tracks and its change unless the id is taken. Raises ``not-yours``."""
    if db.execute(_EXISTS, {"identity": take.id}).first():
        return False
    insert_take(db, take)
    return True


def insert_take(db: Connection, take: TakeRecord, more: Sequence[ChangeRecord] = ()) -> None:
    """Add a take whose id is known to be free, as it is: with what is sealed of it, and its changes.

    What was said of it before it came binds its id to whoever said it: anybody else's take is ``not-yours`` then.
    """
    said = item_rows.item(db, take.project, take.id)
    if said is not None and said.author != take.maker:
        raise RefusedError("not-yours", "Somebody else has spoken of a take with this id")
    seq = changed = add_change(db, take.project, ChangeRecord(ChangeKind.TAKE_STARTED, take.id, take.created))
    for change in more:
        changed = add_change(db, take.project, change)
    values = {name: getattr(take, name) for name in ("id", "project", "maker", "title", "part", "person")}
    values |= {"started": take.started, "created": take.created, "sealed": take.sealed, "seq": seq, "manifest": null()}
    withdrawn = said is not None and isinstance(said.fields, TakeFields) and bool(said.fields.withdrawn)
    db.execute(_ADD, values | {"changed": changed, "withdrawn": withdrawn})
    _insert_tracks(db, take.id, take.tracks, 0)


def add_tracks(db: Connection, take: str, tracks: Collection[TrackRecord]) -> None:
    """Add those tracks whose names are new."""
    there = set(db.execute(select(s.tracks.c.name).where(s.tracks.c.take == take)).scalars())
    _insert_tracks(db, take, [track for track in tracks if track.name not in there], len(there))


def _insert_tracks(db: Connection, take: str, tracks: Collection[TrackRecord], place: int) -> None:
    rows = [
        {
            "take": take,
            "name": track.name,
            "place": place + offset,
            "media": track.media,
            "digest": track.digest,
            "size": track.size,
            "key": track.key,
        }
        for offset, track in enumerate(tracks)
    ]
    if rows:
        db.execute(_ADD_TRACKS, rows)


def take(db: Connection, identity: str) -> TakeRecord | None:
    """Return one take."""
    row = db.execute(_ONE, {"identity": identity}).first()
    if row is None:
        return None
    return _record(row, _grouped(db, _TRACKS, {"take": identity}).get(identity, ()))


def declared(db: Connection, identity: str, name: str) -> Declared | None:
    """Return what decides about bytes for a track."""
    row = db.execute(_DECLARED, {"identity": identity, "track": name}).first()
    if row is None:
        return None
    track = None if row.name is None else TrackRecord(row.name, row.media, row.digest)
    return Declared(row.project, row.maker, row.sealed, track)


def takes_of(db: Connection, project: str, after: int, limit: int) -> list[TakeRecord]:
    """Return a page of the takes of a project."""
    rows = db.execute(_PAGE, {"of": project, "after": after, "most": limit}).all()
    if not rows:
        return []
    found = _grouped(db, _TRACKS_OF, {"of": project, "after": after, "until": rows[-1].seq})
    return [_record(row, found.get(row.id, ())) for row in rows]


def takes_since(db: Connection, project: str, since: int, limit: int | None) -> list[TakeRecord]:
    """Return the takes that are to be told after a change, those that are to be told first before the others."""
    query = _SINCE if limit is None else _SINCE.limit(limit)
    rows = db.execute(query, {"of": project, "since": since}).all()
    if not rows:
        return []
    found = _grouped(db, _TRACKS_SINCE, {"of": project, "since": since, "until": rows[-1].changed})
    return [_record(row, found.get(row.id, ())) for row in rows]


def _grouped(db: Connection, query: Select[Any], values: dict[str, Any]) -> dict[str, list[TrackRecord]]:
    """Return tracks by take, each with the upload that is open for it."""
    found: dict[str, list[TrackRecord]] = {}
    for take, name, _, media, digest, size, key, upload in db.execute(query, values).all():
        found.setdefault(take, []).append(TrackRecord(name, media, digest, size, key, upload))
    return found


def _record(row: Any, tracks: Sequence[TrackRecord]) -> TakeRecord:
    # By place, in the order of the table's columns: by name, a long page takes half as long again.
    identity, project, maker, title, part, person, started, created, seq, sealed, manifest, changed, gone, name = row
    return TakeRecord(
        identity,
        project,
        maker,
        name,
        title,
        part,
        person,
        started,
        created,
        seq,
        sealed,
        manifest,
        tuple(tracks),
        changed,
        gone,
    )


def seal_take(db: Connection, identity: str, manifest: dict[str, Any] | None, at: datetime) -> None:
    """Seal a take, with its change, unless it is sealed."""
    row = db.execute(select(s.takes.c.project, s.takes.c.sealed).where(s.takes.c.id == identity)).one()
    if row.sealed:
        return
    seq = add_change(db, row.project, ChangeRecord(ChangeKind.TAKE_SEALED, identity, at))
    values: dict[str, Any] = {"sealed": True, "changed": seq}
    if manifest is not None:
        values["manifest"] = manifest
    db.execute(update(s.takes).where(s.takes.c.id == identity).values(**values))


def seal_track(db: Connection, project: str, identity: str, name: str, sealing: Sealing, at: datetime) -> None:
    """Write down what a track was sealed as, with its change."""
    values = {"of_take": identity, "of_track": name, "new_size": sealing.length, "new_key": sealing.key}
    db.execute(_SEAL_TRACK, values | {"new_digest": sealing.digest})
    seq = add_change(db, project, ChangeRecord(ChangeKind.TRACK_SEALED, identity, at, name))
    db.execute(_RETELL, {"identity": identity, "new_changed": seq})


def sealed_tracks(db: Connection) -> list[tuple[str, str, int, str]]:
    """Return take, key, size and digest of every sealed track."""
    query = select(s.tracks).where(s.tracks.c.digest != "").order_by(s.tracks.c.key)
    return [(row.take, row.key, row.size, row.digest) for row in db.execute(query)]


def stored_bytes(db: Connection, account: str) -> int:
    """Return how many sealed bytes are an account's."""
    query = select(func.coalesce(func.sum(s.tracks.c.size), 0)).select_from(
        s.tracks.join(s.takes, s.takes.c.id == s.tracks.c.take)
    )
    return int(db.execute(query.where(s.takes.c.maker == account)).scalar_one())
