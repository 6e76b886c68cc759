"""Accounts as whoever runs the server sees them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.files import atomic_write, make_directory
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import AccountRecord, KeyRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import hash_token, new_token
from roomtone.server.services.invites import make_invite
from roomtone.wire.project.people import Invite, NewInvite, Role

MAX_NAME: Final = 100


def add_account(
    repository: Repository, name: str, clock: Clock, project: str | None = None
) -> tuple[AccountRecord, str]:
    """Add an account, a member of ``project`` where one is named; return it with its token, which is kept nowhere.

    Raises ``name-taken`` or ``unknown-project``; nothing was changed then.
    """
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise UsageError("bad-name", "The account was not added", f"A name has 1 to {MAX_NAME} letters", "Shorten it")
    if project is not None and not repository.project_exists(project):
        raise RefusedError("unknown-project", project)
    token, hashed = new_token()
    account = AccountRecord(secrets.token_hex(16), name, clock.now())
    if not repository.add_account(account, KeyRecord(hashed, account, clock.now())):
        raise RefusedError("name-taken", name)
    if project is not None:
        repository.change_member(project, account.id, clock.now(), lambda _: Role.CONTRIBUTOR)
    return account, token


def another_token(repository: Repository, name: str, clock: Clock) -> str:
    """Return a further token for an account. Raises ``unknown-account``."""
    token, hashed = new_token()
    repository.add_key(KeyRecord(hashed, find_account(repository, name), clock.now()))
    return token


def find_account(repository: Repository, name: str) -> AccountRecord:
    """Return the account of that name. Raises ``unknown-account``."""
    found = repository.account_named(name)
    if found is None:
        raise RefusedError("unknown-account", name)
    return found


def invite(repository: Repository, project: str, wanted: NewInvite, clock: Clock) -> Invite:
    """Make a link in the name of a project's owner. Raises ``unknown-project``."""
    owners = [one.account for one in repository.members(project) if one.role is Role.OWNER and not one.gone]
    if not owners:
        raise RefusedError("unknown-project", project)
    return make_invite(repository, project, owners[0], wanted, clock)


def owner_token(repository: Repository, path: Path, name: str, clock: Clock) -> None:
    """See to it that ``path`` holds a token that works, of an account that is made for it at the first start.

    Only the owner of the file can read it. Raises ``OSError``.
    """
    if path.exists() and repository.key_of(hash_token(path.read_text().strip())) is not None:
        return
    if repository.account_named(name) is not None:
        token = another_token(repository, name, clock)
    else:
        _, token = add_account(repository, name, clock)
    make_directory(path.parent, 0o700)
    atomic_write(path, f"{token}\n".encode(), mode=0o600)
