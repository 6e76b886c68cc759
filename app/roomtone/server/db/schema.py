"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

REVISION: Final = "0002"

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A time in UTC as RFC 3339 text of fixed length, so that text order is time order in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def dump_json(value: Any) -> str:
    """Write a value for a JSON column, or for text that holds JSON; bytes become Base64."""
    return msgspec.json.encode(value).decode()


def load_json(text: str | bytes) -> Any:
    """Read the value of a JSON column."""
    return msgspec.json.decode(text)


accounts: Final = Table(
    "accounts",
    METADATA,
    Column("id", Text, primary_key=True),
    # The name as it is compared, or what is no name at all for those who cannot come in by theirs: guests.
    Column("login", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    # What argon2id made of it.
    Column("passphrase", Text),
    Column("guest", Boolean(create_constraint=False), nullable=False, server_default=false()),
    # Its name is that of the first schema, where the column was the name itself.
    UniqueConstraint("login", name="uq_accounts_name"),
)

tokens: Final = Table(
    "tokens",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("device", Text, nullable=False, server_default=""),
    Column("scope", Text, nullable=False, server_default="full"),
    # The project of a key that opens only one, or nothing.
    Column("project", Text, nullable=False, server_default=""),
    Column("used", Moment),
)

projects: Final = Table(
    "projects",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", Moment, nullable=False),
)

members: Final = Table(
    "members",
    METADATA,
    Column("project", Text, ForeignKey("projects.id"), primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("created", Moment, nullable=False),
    Column("role", Text, nullable=False, server_default="contributor"),
    # Those who left stay in the list: their takes still bear their names.
    Column("gone", Boolean(create_constraint=False), nullable=False, server_default=false()),
)

invites: Final = Table(
    "invites",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("project", Text, ForeignKey("projects.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("maker", Text, ForeignKey("accounts.id"), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("revoked", Boolean(create_constraint=False), nullable=False),
    Index("ix_invites_hash", "hash", unique=True),
)

takes: Final = Table(
    "takes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("project", Text, ForeignKey("projects.id"), nullable=False),
    Column("maker", Text, ForeignKey("accounts.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("started", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sealed", Boolean(create_constraint=False), nullable=False),
    Column("manifest", JSON),
    # The newest change after which this take is to be told again.
    Column("changed", BigInteger, nullable=False, server_default="0"),
    Column("withdrawn", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Index("ix_takes_project_seq", "project", "seq", unique=True),
    Index("ix_takes_project_changed", "project", "changed"),
    Index("ix_takes_maker", "maker"),
)

tracks: Final = Table(
    "tracks",
    METADATA,
    Column("take", Text, ForeignKey("takes.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("media", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
)

uploads: Final = Table(
    "uploads",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("created", Moment, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("length", BigInteger),
    Column("metadata", Text, nullable=False),
    Column("concat", Text, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("project", Text, nullable=False),
    Column("take", Text, nullable=False),
    Column("track", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("sealing", JSON),
    # At most one open upload a track, whatever the requests do at the same time.
    Index(
        "ix_uploads_open",
        "take",
        "track",
        unique=True,
        sqlite_where=text("state IN ('receiving', 'sealing') AND take <> ''"),
        postgresql_where=text("state IN ('receiving', 'sealing') AND take <> ''"),
    ),
)

changes: Final = Table(
    "changes",
    METADATA,
    # SQLite would count 64-bit keys up by itself only when they are declared as INTEGER.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("project", Text, ForeignKey("projects.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_changes_project_seq", "project", "seq"),
    sqlite_autoincrement=True,
)

items: Final = Table(
    "items",
    METADATA,
    Column("project", Text, ForeignKey("projects.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("author", Text, ForeignKey("accounts.id"), nullable=False),
    # As edits carry it, on the clock of whoever began the item.
    Column("created", Text, nullable=False),
    # The newest change of the item.
    Column("seq", BigInteger, nullable=False),
    # JSON, as text: it is read straight into what it is, without a dictionary in between.
    Column("fields", Text, nullable=False),
    Column("stamps", Text, nullable=False),
    Index("ix_items_project_seq", "project", "seq"),
    Index("ix_items_project_kind", "project", "kind"),
)

edits: Final = Table(
    "edits",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("project", Text, ForeignKey("projects.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("received", Moment, nullable=False),
    Column("at", Text, nullable=False),
    # Its fields as they came, as JSON.
    Column("body", Text, nullable=False),
    Index("ix_edits_project_id", "project", "id", unique=True),
    Index("ix_edits_project_item", "project", "item", "number"),
    sqlite_autoincrement=True,
)
