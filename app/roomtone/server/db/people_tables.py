"""The repository's part about people: accounts, keys, projects, members and the links that open them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from roomtone.server.db import account_rows, item_rows, project_rows
from roomtone.server.db.records import (
    AccountRecord,
    Decided,
    InviteRecord,
    KeyRecord,
    MemberRecord,
    ProjectRecord,
)
from roomtone.server.db.transactions import Transactions
from roomtone.server.problems import RefusedError
from roomtone.wire.project.people import Role


class PeopleTables(Transactions):
    """``PeopleStore`` over SQLAlchemy."""

    def add_account(self, account: AccountRecord, key: KeyRecord | None) -> bool:
        with self._write(access=True) as db:
            return account_rows.add_account(db, account, key)

    def accounts(self) -> list[AccountRecord]:
        with self._read() as db:
            return account_rows.accounts(db)

    def account(self, account: str) -> AccountRecord | None:
        with self._read() as db:
            return account_rows.account(db, account)

    def account_named(self, name: str) -> AccountRecord | None:
        with self._read() as db:
            return account_rows.account_named(db, name)

    def set_passphrase(self, account: str, passphrase: str, at: datetime) -> bool:
        with self._write(access=True) as db:
            if not account_rows.set_passphrase(db, account, passphrase):
                return False
            project_rows.renewed(db, account, at)
            return True

    def add_key(self, key: KeyRecord) -> None:
        with self._write(access=True) as db:
            account_rows.add_key(db, key)

    def replace_key(self, old: str, key: KeyRecord) -> bool:
        with self._write(access=True) as db:
            return account_rows.replace_key(db, old, key)

    def key_of(self, token_hash: str) -> KeyRecord | None:
        with self._read() as db:
            return account_rows.key_of(db, token_hash)

    def keys_of(self, account: str) -> list[KeyRecord]:
        with self._read() as db:
            return account_rows.keys_of(db, account)

    def use_key(self, token_hash: str, at: datetime) -> None:
        with self._write() as db:
            account_rows.use_key(db, token_hash, at)

    def drop_key(self, account: str, token_hash: str) -> bool:
        with self._write(access=True) as db:
            return account_rows.drop_key(db, account, token_hash)

    def drop_keys(self, account: str) -> int:
        with self._write(access=True) as db:
            return account_rows.drop_keys(db, account)

    def add_project(self, project: ProjectRecord, account: str, said: Decided) -> bool:
        with self._write(access=True) as db:
            seq = project_rows.add_project(db, project, account)
            if seq is None:
                return False
            item_rows.begin_project(db, project.id, said, seq)
            return True

    def project_exists(self, project: str) -> bool:
        with self._read() as db:
            return project_rows.project_exists(db, project)

    def projects_of(self, account: str) -> list[ProjectRecord]:
        with self._read() as db:
            return project_rows.projects_of(db, account)

    def project_of(self, account: str, project: str) -> ProjectRecord | None:
        with self._read() as db:
            return project_rows.project_of(db, account, project)

    def roles_of(self, account: str) -> dict[str, Role]:
        with self._read() as db:
            return project_rows.roles_of(db, account)

    def members(self, project: str) -> list[MemberRecord]:
        with self._read() as db:
            return project_rows.members(db, project)

    def change_member(
        self, project: str, account: str, at: datetime, decide: Callable[[list[MemberRecord]], Role | None]
    ) -> MemberRecord | None:
        with self._write(access=True) as db:
            role = decide(project_rows.members(db, project))
            if role is None:
                project_rows.let_go(db, project, account, at)
            else:
                project_rows.set_member(db, project, account, role, at)
            return project_rows.member(db, project, account)

    def add_invite(self, invite: InviteRecord) -> None:
        with self._write() as db:
            project_rows.add_invite(db, invite)

    def invites(self, project: str) -> list[InviteRecord]:
        with self._read() as db:
            return project_rows.invites(db, project)

    def invite(self, code_hash: str) -> InviteRecord | None:
        with self._read() as db:
            return project_rows.invite(db, code_hash)

    def accept_invite(
        self,
        invite: InviteRecord,
        account: AccountRecord,
        key: KeyRecord | None,
        at: datetime,
        decide: Callable[[MemberRecord | None], Role | None],
    ) -> bool:
        with self._write(access=True) as db:
            if account_rows.account(db, account.id) is None and not account_rows.add_account(db, account, None):
                return False
            role = decide(project_rows.member(db, invite.project, account.id))
            if role is not None:
                if not project_rows.use_invite(db, invite.id, at):
                    raise RefusedError("unknown-invite")
                project_rows.set_member(db, invite.project, account.id, role, at)
            if key is not None:
                account_rows.add_key(db, key)
            return True

    def revoke_invite(self, project: str, invite: str) -> bool:
        with self._write() as db:
            return project_rows.revoke_invite(db, project, invite)
