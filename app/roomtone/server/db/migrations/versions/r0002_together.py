"""What people do together: roles, invitations, keys for devices, passphrases, items and the edits that made them.

Nothing is made anew, only added: SQLite would copy a table to change it, and could not let go of the old one while
others refer to it.
"""

import hashlib
import json
import unicodedata
from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    false,
    func,
    insert,
    select,
    update,
)

revision = "0002"
down_revision = "0001"

# Older than whatever anybody has ever changed, so that it wins over nothing.
_FIRST = "1970-01-01T00:00:00.000Z"


def upgrade() -> None:
    """Add columns and tables, and fill them with what is known."""
    db = op.get_bind()
    _people(db)
    _takes(db)
    _invites()
    _items()
    _write_titles(db)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=false())


def _reflected(db: Connection, *names: str) -> list[Table]:
    known = MetaData()
    return [Table(name, known, autoload_with=db) for name in names]


def _people(db: Connection) -> None:
    op.execute("ALTER TABLE accounts RENAME COLUMN name TO login")
    op.add_column("accounts", Column("name", Text, nullable=False, server_default=""))
    op.add_column("accounts", Column("passphrase", Text))
    op.add_column("accounts", _flag("guest"))
    op.add_column("tokens", Column("device", Text, nullable=False, server_default=""))
    op.add_column("tokens", Column("scope", Text, nullable=False, server_default="full"))
    op.add_column("tokens", Column("project", Text, nullable=False, server_default=""))
    op.add_column("tokens", Column("used", Text))
    op.add_column("members", Column("role", Text, nullable=False, server_default="contributor"))
    op.add_column("members", _flag("gone"))
    accounts, members = _reflected(db, "accounts", "members")
    rows = db.execute(select(accounts.c.id, accounts.c.login).order_by(accounts.c.created, accounts.c.id)).all()
    db.execute(update(accounts).values(name=accounts.c.login, login=" " + accounts.c.id))
    folded: set[str] = set()
    for row in rows:
        login = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", row.login).casefold()).strip()
        # Of two whose names differ in nothing but their letters' size, the older comes in by name.
        if login not in folded:
            folded.add(login)
            db.execute(update(accounts).where(accounts.c.id == row.id).values(login=login))
    for project, account in _first_members(db, members).items():
        first = (members.c.project == project) & (members.c.account == account)
        db.execute(update(members).where(first).values(role="owner"))


def _first_members(db: Connection, members: Table) -> dict[str, str]:
    """Return who began each project: its creator is its oldest member."""
    rows = db.execute(select(members).order_by(members.c.created.desc(), members.c.account.desc()))
    return {row.project: row.account for row in rows}


def _takes(db: Connection) -> None:
    op.add_column("takes", Column("changed", BigInteger, nullable=False, server_default="0"))
    op.add_column("takes", _flag("withdrawn"))
    op.create_index("ix_takes_project_changed", "takes", ["project", "changed"])
    op.create_index("ix_takes_maker", "takes", ["maker"])
    takes, changes = _reflected(db, "takes", "changes")
    db.execute(update(takes).values(changed=takes.c.seq))
    newest = select(changes.c.subject, func.max(changes.c.seq).label("seq")).group_by(changes.c.subject)
    rows = [{"identity": row.subject, "newest": row.seq} for row in db.execute(newest)]
    if rows:
        db.execute(update(takes).where(takes.c.id == bindparam("identity")).values(changed=bindparam("newest")), rows)


def _invites() -> None:
    op.create_table(
        "invites",
        Column("id", Text, primary_key=True),
        Column("hash", Text, nullable=False),
        Column("project", Text, ForeignKey("projects.id", name="fk_invites_project"), nullable=False),
        Column("role", Text, nullable=False),
        Column("maker", Text, ForeignKey("accounts.id", name="fk_invites_maker"), nullable=False),
        Column("created", Text, nullable=False),
        Column("expires", Text, nullable=False),
        Column("uses_left", Integer, nullable=False),
        Column("note", Text, nullable=False),
        Column("revoked", Boolean(create_constraint=False), nullable=False),
    )
    op.create_index("ix_invites_hash", "invites", ["hash"], unique=True)
    op.create_index("ix_invites_project", "invites", ["project"])


def _items() -> None:
    op.create_table(
        "items",
        Column("project", Text, ForeignKey("projects.id", name="fk_items_project")),
        Column("id", Text),
        Column("kind", Text, nullable=False),
        Column("author", Text, ForeignKey("accounts.id", name="fk_items_author"), nullable=False),
        Column("created", Text, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("fields", Text, nullable=False),
        Column("stamps", Text, nullable=False),
        PrimaryKeyConstraint("project", "id", name="pk_items"),
    )
    op.create_index("ix_items_project_seq", "items", ["project", "seq"])
    op.create_index("ix_items_project_kind", "items", ["project", "kind"])
    op.create_table(
        "edits",
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("project", Text, ForeignKey("projects.id", name="fk_edits_project"), nullable=False),
        Column("id", Text, nullable=False),
        Column("item", Text, nullable=False),
        Column("account", Text, ForeignKey("accounts.id", name="fk_edits_account"), nullable=False),
        Column("received", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("body", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_edits_project_id", "edits", ["project", "id"], unique=True)
    op.create_index("ix_edits_project_item", "edits", ["project", "item", "number"])


def _write_titles(db: Connection) -> None:
    """Make the item of every project, whose title was all that was said of it."""
    projects, members, changes, items, edits = _reflected(db, "projects", "members", "changes", "items", "edits")
    owners = _first_members(db, members)
    first = select(changes.c.project, func.min(changes.c.seq).label("seq")).group_by(changes.c.project)
    seqs = {row.project: row.seq for row in db.execute(first)}
    for row in db.execute(select(projects)).all():
        owner = owners.get(row.id)
        if owner is None:
            continue
        edit = hashlib.sha256(f"title of {row.id}".encode()).hexdigest()[:32]
        fields = json.dumps({"kind": "project", "title": row.title}, ensure_ascii=False, separators=(",", ":"))
        values: dict[str, Any] = {
            "project": row.id,
            "id": row.id,
            "kind": "project",
            "author": owner,
            # RFC 3339 with milliseconds instead of microseconds.
            "created": row.created[:23] + "Z",
            # The change that says that there is the project tells of its title, too.
            "seq": seqs.get(row.id, 1),
            "fields": fields,
            "stamps": json.dumps({"title": f"{_FIRST}/{edit}"}),
        }
        db.execute(insert(items), values)
        told = {"project": row.id, "id": edit, "item": row.id, "account": owner, "received": row.created}
        db.execute(insert(edits), told | {"at": _FIRST, "body": fields})
