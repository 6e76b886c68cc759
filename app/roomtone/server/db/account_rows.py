"""Accounts and the keys that let them in. Statements are built once: building them costs more than running them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from roomtone.server.db import schema as s
from roomtone.server.db.names import login_of, no_login
from roomtone.server.db.records import AccountRecord, KeyRecord
from roomtone.wire.project.people import Scope

_BY_LOGIN: Final = select(s.accounts).where(s.accounts.c.login == bindparam("login"))
_BY_ID: Final = select(s.accounts).where(s.accounts.c.id == bindparam("identity"))
_KEYS: Final = select(
    s.tokens,
    s.accounts.c.name,
    s.accounts.c.guest,
    s.accounts.c.passphrase,
    s.accounts.c.created.label("account_created"),
).join(s.accounts, s.tokens.c.account == s.accounts.c.id)
_KEY: Final = _KEYS.where(s.tokens.c.hash == bindparam("token_hash"))
_KEYS_OF: Final = _KEYS.where(s.tokens.c.account == bindparam("of")).order_by(s.tokens.c.created, s.tokens.c.hash)


def add_account(db: Connection, account: AccountRecord, key: KeyRecord | None) -> bool:
    """Add an account with its first key unless its name is taken; guests share names."""
    login = no_login(account.id) if account.guest else login_of(account.name)
    if db.execute(_BY_LOGIN, {"login": login}).first():
        return False
    values = {"id": account.id, "login": login, "name": account.name, "created": account.created}
    values |= {"guest": account.guest, "passphrase": account.passphrase or None}
    db.execute(insert(s.accounts), values)
    if key is not None:
        add_key(db, key)
    return True


def accounts(db: Connection) -> list[AccountRecord]:
    """Return all accounts by name."""
    return [_account(row) for row in db.execute(select(s.accounts).order_by(s.accounts.c.name, s.accounts.c.created))]


def account(db: Connection, identity: str) -> AccountRecord | None:
    """Return one account."""
    row = db.execute(_BY_ID, {"identity": identity}).first()
    return _account(row) if row else None


def account_named(db: Connection, name: str) -> AccountRecord | None:
    """Return who comes in by a name."""
    row = db.execute(_BY_LOGIN, {"login": login_of(name)}).first()
    return _account(row) if row else None


def set_passphrase(db: Connection, identity: str, passphrase: str) -> bool:
    """Change a passphrase, and make an account of a guest, unless another has the name."""
    found = account(db, identity)
    if found is None:
        return False
    other = account_named(db, found.name)
    if other is not None and other.id != identity:
        return False
    values = {"passphrase": passphrase, "guest": False, "login": login_of(found.name)}
    db.execute(update(s.accounts).where(s.accounts.c.id == identity).values(**values))
    return True


def add_key(db: Connection, key: KeyRecord) -> None:
    """Add a token."""
    values = {"hash": key.hash, "account": key.account.id, "created": key.created, "device": key.device}
    db.execute(insert(s.tokens), values | {"scope": key.scope.value, "project": key.project, "used": key.used})


def key_of(db: Connection, token_hash: str) -> KeyRecord | None:
    """Return what a token opens, and for whom."""
    row = db.execute(_KEY, {"token_hash": token_hash}).first()
    return _key(row) if row else None


def keys_of(db: Connection, account: str) -> list[KeyRecord]:
    """Return the keys of an account, oldest first."""
    return [_key(row) for row in db.execute(_KEYS_OF, {"of": account})]


def replace_key(db: Connection, old: str, key: KeyRecord) -> bool:
    """Put a new key in an old one's place, unless that is gone."""
    if not drop_key(db, key.account.id, old):
        return False
    add_key(db, key)
    return True


def use_key(db: Connection, token_hash: str, at: datetime) -> None:
    """Remember when a key was used."""
    db.execute(update(s.tokens).where(s.tokens.c.hash == token_hash).values(used=at))


def drop_key(db: Connection, account: str, token_hash: str) -> bool:
    """Take one key from an account; return whether it had it."""
    mine = (s.tokens.c.account == account) & (s.tokens.c.hash == token_hash)
    return db.execute(delete(s.tokens).where(mine)).rowcount == 1


def drop_keys(db: Connection, account: str) -> int:
    """Remove the tokens of an account; return how many."""
    return db.execute(delete(s.tokens).where(s.tokens.c.account == account)).rowcount


def _account(row: Row[Any]) -> AccountRecord:
    return AccountRecord(row.id, row.name, row.created, row.guest, row.passphrase or "")


def _key(row: Row[Any]) -> KeyRecord:
    owner = AccountRecord(row.account, row.name, row.account_created, row.guest, row.passphrase or "")
    return KeyRecord(row.hash, owner, row.created, row.device, Scope(row.scope), row.project, row.used)
