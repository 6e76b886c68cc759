"""What the server asks of its database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Protocol

from roomtone.server.db.records import (
    AccountRecord,
    ChangeRecord,
    Declared,
    ProjectRecord,
    Sealing,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)


class Repository(Protocol):
    """Accounts, projects, takes, uploads and the change feed.

    Every method is one transaction, may block, and may be called from any thread. A method that changes something
    returns after that is durable. The caller checks rights and limits before; here are only the rules that need a
    transaction. A change becomes visible in a project's feed only when every smaller one is.
    """

    def version(self) -> int:
        """Return a number that differs from before whenever anything was committed since, by whomever.

        What another process commits may be noticed a few milliseconds late.

        It is cheap enough for every request and never blocks, so that what was read can be kept until it changes.
        """

    def access_version(self) -> int:
        """Return a number that differs from before whenever accounts, tokens or members may have changed.

        As cheap as ``version``.
        """

    # Accounts

    def add_account(self, account: AccountRecord, token_hash: str) -> bool:
        """Add an account with its first token; return ``False`` when the name is taken."""

    def accounts(self) -> list[AccountRecord]:
        """Return all accounts by name."""

    def add_token(self, account: str, token_hash: str, at: datetime) -> None:
        """Add a token to an account."""

    def drop_tokens(self, account: str) -> int:
        """Take all tokens from an account; return how many those were."""

    def account_of(self, token_hash: str) -> AccountRecord | None:
        """Return whom a token belongs to."""

    # Projects

    def add_project(self, project: ProjectRecord, account: str) -> bool:
        """Add a project with its first member and its first change; return ``False`` when the id is taken."""

    def project_exists(self, project: str) -> bool:
        """Return whether there is such a project."""

    def projects_of(self, account: str) -> list[ProjectRecord]:
        """Return the projects of a member, oldest first."""

    def memberships(self, account: str) -> frozenset[str]:
        """Return the ids of the projects of a member."""

    def add_member(self, project: str, account: str, at: datetime) -> None:
        """Make an account a member. Repeating it is harmless. The caller knows that both exist."""

    # Takes

    def add_take(self, take: TakeRecord) -> bool:
        """Add a take with its tracks and its change; return ``False`` when the id is taken."""

    def add_tracks(self, take: str, tracks: Collection[TrackRecord]) -> None:
        """Add tracks to a take; those whose names are there already are left as they are."""

    def take(self, take: str) -> TakeRecord | None:
        """Return a take."""

    def takes_of(self, project: str, after: int, limit: int) -> list[TakeRecord]:
        """Return the takes of a project with a larger ``seq`` than ``after``, oldest first."""

    def seal_take(self, take: str, manifest: dict[str, Any], at: datetime) -> None:
        """Seal a take, with its change. The caller knows that every track is sealed. Repeating it is harmless."""

    # Uploads

    def add_upload(self, upload: UploadRecord) -> UploadRecord:
        """Add an upload and return it; or, where its take's track has an open one, return that and add nothing."""

    def add_track_upload(self, take: str, track: str, plan: Callable[[Declared | None], UploadRecord]) -> UploadRecord:
        """Add the upload that ``plan`` makes of what is declared, or return the open one of that track.

        ``plan`` is given ``None`` where there is no such take, and whatever it raises ends this without a change.
        """

    def upload(self, upload: str) -> UploadRecord | None:
        """Return an upload, whatever its state."""

    def uploads(self, states: Collection[UploadState]) -> list[UploadRecord]:
        """Return all uploads in one of these states, oldest first."""

    def set_length(self, upload: str, length: int) -> None:
        """Say how long a deferred upload is going to be. One that has a length keeps it."""

    def begin_seal(self, upload: str, sealing: Sealing) -> None:
        """Record a checked seal: ``RECEIVING`` → ``SEALING``. The caller holds the upload."""

    def finish_seal(self, upload: str, at: datetime) -> None:
        """Seal the track: ``SEALING`` → ``SEALED``, with its change.

        An upload that makes its own take gets it here, sealed. Repeating it is harmless.
        """

    def end_upload(self, upload: str) -> None:
        """Mark an upload as terminated or expired: → ``GONE``. The caller holds the upload."""

    def forget_uploads(self, before: datetime) -> int:
        """Remove those that are gone and were created before a time; return how many."""

    # Feed

    def changes(self, project: str, since: int, limit: int) -> list[ChangeRecord]:
        """Return the changes of a project with a larger ``seq`` than ``since``, oldest first."""

    # The whole

    def sealed_tracks(self) -> list[tuple[str, str, int, str]]:
        """Return take, key, size and digest of every sealed track."""

    def faults(self) -> list[str]:
        """Let the database check itself; return what it complains about."""

    def close(self) -> None:
        """Let go of all connections."""
