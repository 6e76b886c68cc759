"""Accounts, tokens, projects and members. Statements are built once: building them costs more than running them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from roomtone.server.db import schema as s
from roomtone.server.db.feed_rows import add_change
from roomtone.server.db.records import AccountRecord, ChangeRecord, ProjectRecord
from roomtone.wire.api import ChangeKind

_ACCOUNT_NAMED: Final = select(s.accounts.c.id).where(s.accounts.c.name == bindparam("name"))
_ACCOUNT_OF: Final = (
    select(s.accounts)
    .join(s.tokens, s.tokens.c.account == s.accounts.c.id)
    .where(s.tokens.c.hash == bindparam("token_hash"))
)
_PROJECT: Final = select(s.projects.c.id).where(s.projects.c.id == bindparam("project"))
_MEMBERSHIPS: Final = select(s.members.c.project).where(s.members.c.account == bindparam("member"))
_TAKE_COUNT: Final = select(func.count()).where(s.takes.c.project == s.projects.c.id).scalar_subquery()
_HEAD: Final = select(func.max(s.changes.c.seq)).where(s.changes.c.project == s.projects.c.id).scalar_subquery()
_PROJECTS_OF: Final = (
    select(s.projects, _TAKE_COUNT.label("takes"), _HEAD.label("cursor"))
    .join(s.members, s.members.c.project == s.projects.c.id)
    .where(s.members.c.account == bindparam("member"))
    .order_by(s.projects.c.created, s.projects.c.id)
)


def add_account(db: Connection, account: AccountRecord, token_hash: str) -> bool:
    """Add an account with its first token unless the name is taken."""
    if db.execute(_ACCOUNT_NAMED, {"name": account.name}).first():
        return False
    db.execute(insert(s.accounts), {"id": account.id, "name": account.name, "created": account.created})
    add_token(db, account.id, token_hash, account.created)
    return True


def accounts(db: Connection) -> list[AccountRecord]:
    """Return all accounts by name."""
    rows = db.execute(select(s.accounts).order_by(s.accounts.c.name))
    return [AccountRecord(row.id, row.name, row.created) for row in rows]


def add_token(db: Connection, account: str, token_hash: str, at: datetime) -> None:
    """Add a token."""
    db.execute(insert(s.tokens), {"hash": token_hash, "account": account, "created": at})


def drop_tokens(db: Connection, account: str) -> int:
    """Remove the tokens of an account; return how many."""
    return db.execute(delete(s.tokens).where(s.tokens.c.account == account)).rowcount


def account_of(db: Connection, token_hash: str) -> AccountRecord | None:
    """Return whom a token belongs to."""
    row = db.execute(_ACCOUNT_OF, {"token_hash": token_hash}).first()
    return AccountRecord(row.id, row.name, row.created) if row else None


def add_project(db: Connection, project: ProjectRecord, account: str) -> bool:
    """Add a project with its first member and change unless the id is taken."""
    if project_exists(db, project.id):
        return False
    db.execute(insert(s.projects), {"id": project.id, "title": project.title, "created": project.created})
    db.execute(insert(s.members), {"project": project.id, "account": account, "created": project.created})
    add_change(db, project.id, ChangeRecord(ChangeKind.PROJECT_CREATED, project.id, project.created))
    return True


def project_exists(db: Connection, project: str) -> bool:
    """Return whether there is such a project."""
    return db.execute(_PROJECT, {"project": project}).first() is not None


def projects_of(db: Connection, account: str) -> list[ProjectRecord]:
    """Return the projects of a member with their counts, in one statement."""
    rows = db.execute(_PROJECTS_OF, {"member": account})
    return [ProjectRecord(row.id, row.title, row.created, row.takes, row.cursor or 0) for row in rows]


def memberships(db: Connection, account: str) -> frozenset[str]:
    """Return the ids of the projects of a member."""
    return frozenset(db.execute(_MEMBERSHIPS, {"member": account}).scalars())


def add_member(db: Connection, project: str, account: str, at: datetime) -> None:
    """Make an account a member unless it is one."""
    if project not in memberships(db, account):
        db.execute(insert(s.members), {"project": project, "account": account, "created": at})
