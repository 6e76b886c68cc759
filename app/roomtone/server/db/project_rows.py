"""Projects, who is in them, and the links that open them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from roomtone.server.db import schema as s
from roomtone.server.db.feed_rows import add_change
from roomtone.server.db.records import ChangeRecord, InviteRecord, MemberRecord, ProjectRecord
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.people import Role

_PROJECT: Final = select(s.projects.c.id).where(s.projects.c.id == bindparam("project"))
_ROLES: Final = select(s.members.c.project, s.members.c.role).where(
    s.members.c.account == bindparam("member"), s.members.c.gone.is_(False)
)
_TAKE_COUNT: Final = select(func.count()).where(s.takes.c.project == s.projects.c.id).scalar_subquery()
_HEAD: Final = select(func.max(s.changes.c.seq)).where(s.changes.c.project == s.projects.c.id).scalar_subquery()
_PROJECTS_OF: Final = (
    select(s.projects, _TAKE_COUNT.label("takes"), _HEAD.label("cursor"))
    .join(s.members, s.members.c.project == s.projects.c.id)
    .where(s.members.c.account == bindparam("member"), s.members.c.gone.is_(False))
    .order_by(s.projects.c.created, s.projects.c.id)
)
_ONE_OF: Final = _PROJECTS_OF.where(s.projects.c.id == bindparam("project"))
_MEMBERS: Final = (
    select(s.members, s.accounts.c.name, s.accounts.c.guest)
    .join(s.accounts, s.accounts.c.id == s.members.c.account)
    .where(s.members.c.project == bindparam("of"))
    .order_by(s.members.c.created, s.members.c.account)
)
_MEMBER: Final = _MEMBERS.where(s.members.c.account == bindparam("member"))
_INVITES: Final = select(s.invites, s.accounts.c.name.label("maker_name")).join(
    s.accounts, s.accounts.c.id == s.invites.c.maker
)
_INVITES_OF: Final = _INVITES.where(s.invites.c.project == bindparam("of")).order_by(
    s.invites.c.created, s.invites.c.id
)
_INVITE: Final = _INVITES.where(s.invites.c.hash == bindparam("code_hash"))


def add_project(db: Connection, project: ProjectRecord, account: str) -> int | None:
    """Add a project with its owner and return its first change, or ``None`` where the id is taken."""
    if project_exists(db, project.id):
        return None
    db.execute(insert(s.projects), {"id": project.id, "title": project.title, "created": project.created})
    owner = {"project": project.id, "account": account, "created": project.created, "role": Role.OWNER.value}
    db.execute(insert(s.members), owner)
    return add_change(db, project.id, ChangeRecord(ChangeKind.PROJECT_CREATED, project.id, project.created))


def project_exists(db: Connection, project: str) -> bool:
    """Return whether there is such a project."""
    return db.execute(_PROJECT, {"project": project}).first() is not None


def projects_of(db: Connection, account: str) -> list[ProjectRecord]:
    """Return the projects of a member with their counts, in one statement."""
    return [_project(row) for row in db.execute(_PROJECTS_OF, {"member": account})]


def project_of(db: Connection, account: str, project: str) -> ProjectRecord | None:
    """Return one project of a member."""
    row = db.execute(_ONE_OF, {"member": account, "project": project}).first()
    return _project(row) if row else None


def roles_of(db: Connection, account: str) -> dict[str, Role]:
    """Return what somebody is in each of their projects."""
    return {row.project: Role(row.role) for row in db.execute(_ROLES, {"member": account})}


def members(db: Connection, project: str) -> list[MemberRecord]:
    """Return everybody in a project, also those who left, in the order in which they came."""
    return [_member(row) for row in db.execute(_MEMBERS, {"of": project})]


def member(db: Connection, project: str, account: str) -> MemberRecord | None:
    """Return one member, also one who left."""
    row = db.execute(_MEMBER, {"of": project, "member": account}).first()
    return _member(row) if row else None


def set_member(db: Connection, project: str, account: str, role: Role, at: datetime) -> bool:
    """Make somebody a member of this role, or a member again; return whether that changed anything."""
    found = member(db, project, account)
    if found is not None and not found.gone and found.role is role:
        return False
    which = (s.members.c.project == project) & (s.members.c.account == account)
    if found is None:
        values = {"project": project, "account": account, "created": at, "role": role.value}
        db.execute(insert(s.members), values)
    else:
        db.execute(update(s.members).where(which).values(role=role.value, gone=False))
    add_change(db, project, ChangeRecord(ChangeKind.MEMBER_CHANGED, account, at, role.value))
    return True


def let_go(db: Connection, project: str, account: str, at: datetime) -> None:
    """Mark a member as gone."""
    which = (s.members.c.project == project) & (s.members.c.account == account)
    db.execute(update(s.members).where(which).values(gone=True))
    add_change(db, project, ChangeRecord(ChangeKind.MEMBER_CHANGED, account, at, "gone"))


def renewed(db: Connection, account: str, at: datetime) -> None:
    """Tell all projects of an account that it is no guest any more."""
    for project, role in roles_of(db, account).items():
        add_change(db, project, ChangeRecord(ChangeKind.MEMBER_CHANGED, account, at, role.value))


def add_invite(db: Connection, invite: InviteRecord) -> None:
    """Add a link."""
    plain = ("id", "hash", "project", "maker", "created", "expires", "uses_left", "note", "revoked")
    db.execute(insert(s.invites), {name: getattr(invite, name) for name in plain} | {"role": invite.role.value})


def invites(db: Connection, project: str) -> list[InviteRecord]:
    """Return the links of a project, oldest first."""
    return [_invite(row) for row in db.execute(_INVITES_OF, {"of": project})]


def invite(db: Connection, code_hash: str) -> InviteRecord | None:
    """Return the link of that code."""
    row = db.execute(_INVITE, {"code_hash": code_hash}).first()
    return _invite(row) if row else None


def use_invite(db: Connection, identity: str, at: datetime) -> bool:
    """Take one of the uses that are left; return whether there was one."""
    open_still = (
        (s.invites.c.id == identity)
        & (s.invites.c.uses_left > 0)
        & s.invites.c.revoked.is_(False)
        & (s.invites.c.expires > at)
    )
    return db.execute(update(s.invites).where(open_still).values(uses_left=s.invites.c.uses_left - 1)).rowcount == 1


def revoke_invite(db: Connection, project: str, identity: str) -> bool:
    """Take a link back; return whether the project has it."""
    which = (s.invites.c.project == project) & (s.invites.c.id == identity)
    return db.execute(update(s.invites).where(which).values(revoked=True)).rowcount == 1


def _project(row: Row[Any]) -> ProjectRecord:
    return ProjectRecord(row.id, row.title, row.created, row.takes, row.cursor or 0)


def _member(row: Row[Any]) -> MemberRecord:
    return MemberRecord(row.account, row.name, Role(row.role), row.created, row.guest, row.gone)


def _invite(row: Row[Any]) -> InviteRecord:
    return InviteRecord(
        row.id,
        row.hash,
        row.project,
        Role(row.role),
        row.maker,
        row.created,
        row.expires,
        row.uses_left,
        row.note,
        row.revoked,
        row.maker_name,
    )
