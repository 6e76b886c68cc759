"""People and projects put straight into a repository."""

from __future__ import annotations

from datetime import UTC, datetime

from roomtone.server.db.contract import Repository
from roomtone.server.db.records import AccountRecord, KeyRecord, ProjectRecord
from roomtone.server.services.editing import first_words

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def add_person(repository: Repository, identity: str, name: str, token_hash: str = "", at: datetime = NOW) -> bool:
    """Add an account, with a key where its hash is given; return ``False`` when the name is taken."""
    account = AccountRecord(identity, name, at)
    return repository.add_account(account, KeyRecord(token_hash, account, at) if token_hash else None)


def add_project(repository: Repository, identity: str, title: str, owner: str, at: datetime = NOW) -> bool:
    """Add a project; return ``False`` when the id is taken."""
    record = ProjectRecord(identity, title, at)
    return repository.add_project(record, owner, first_words(record, owner))
