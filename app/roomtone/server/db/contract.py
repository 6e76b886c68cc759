"""What the server asks of its database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Protocol

from roomtone.server.db.records import (
    AccountRecord,
    ChangeRecord,
    Decided,
    Declared,
    InviteRecord,
    KeyRecord,
    Known,
    MemberRecord,
    PastRecord,
    ProjectRecord,
    Sealing,
    StateRecord,
    TakePlace,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.people import Role


class PeopleStore(Protocol):
    """Accounts, the keys that let them in, projects, their members and links."""

    def add_account(self, account: AccountRecord, key: KeyRecord | None) -> bool:
        """Add an account with its first key; return ``False`` when the name is taken. Guests share names."""

    def accounts(self) -> list[AccountRecord]:
        """Return all accounts by name."""

    def account(self, account: str) -> AccountRecord | None:
        """Return one account."""

    def account_named(self, name: str) -> AccountRecord | None:
        """Return who comes in by a name; large and small letters are the same. Guests do not."""

    def set_passphrase(self, account: str, passphrase: str, at: datetime) -> bool:
        """Keep the hash of a passphrase, by which a guest gets an account; ``False`` when the name is taken."""

    def add_key(self, key: KeyRecord) -> None:
        """Add a key to an account."""

    def replace_key(self, old: str, key: KeyRecord) -> bool:
        """Put a new key in the place of the one with that hash; return ``False`` where that is gone."""

    def key_of(self, token_hash: str) -> KeyRecord | None:
        """Return what a token opens, and for whom."""

    def keys_of(self, account: str) -> list[KeyRecord]:
        """Return the keys of an account, oldest first."""

    def use_key(self, token_hash: str, at: datetime) -> None:
        """Remember when a key was used."""

    def drop_key(self, account: str, token_hash: str) -> bool:
        """Take one key from an account; return whether it had it."""

    def drop_keys(self, account: str) -> int:
        """Take all keys from an account; return how many those were."""

    def add_project(self, project: ProjectRecord, account: str, said: Decided) -> bool:
        """Add a project with its owner, its first change and what is said of it; ``False`` when the id is taken."""

    def project_exists(self, project: str) -> bool:
        """Return whether there is such a project."""

    def projects_of(self, account: str) -> list[ProjectRecord]:
        """Return the projects of a member, oldest first."""

    def project_of(self, account: str, project: str) -> ProjectRecord | None:
        """Return one project of a member."""

    def roles_of(self, account: str) -> dict[str, Role]:
        """Return what somebody is in each project that they are a member of."""

    def members(self, project: str) -> list[MemberRecord]:
        """Return everybody in a project, also those who left."""

    def change_member(
        self, project: str, account: str, at: datetime, decide: Callable[[list[MemberRecord]], Role | None]
    ) -> MemberRecord | None:
        """Give an account, which exists, the role that ``decide`` makes of all members; ``None`` lets them go.

        Whatever it raises ends this without a change.
        """

    def add_invite(self, invite: InviteRecord) -> None:
        """Add a link."""

    def invites(self, project: str) -> list[InviteRecord]:
        """Return the links of a project, oldest first, also those that open nothing any more."""

    def invite(self, code_hash: str) -> InviteRecord | None:
        """Return the link of that code, whatever became of it."""

    def accept_invite(
        self,
        invite: InviteRecord,
        account: AccountRecord,
        key: KeyRecord | None,
        at: datetime,
        decide: Callable[[MemberRecord | None], Role | None],
    ) -> bool:
        """Let somebody in by a link, and add their account where it is new; ``False`` when its name is taken.

        ``decide`` is told what they were before and says what they become; ``None`` changes nothing and uses nothing
        up. Raises ``unknown-invite`` for a link that does not open anything any more.
        """

    def revoke_invite(self, project: str, invite: str) -> bool:
        """Take a link back; return whether the project has it."""


class ItemStore(Protocol):
    """What people say in a project, and all of it at one moment."""

    def edit(
        self,
        project: str,
        account: str,
        edits: list[Edit],
        referred: Collection[str],
        at: datetime,
        decide: Callable[[Known], Decided],
    ) -> None:
        """Write what ``decide`` makes of edits. It is told of what they and ``referred`` ids speak of.

        The number of statements that read is constant. Whatever it raises ends this without a change.
        """

    def item(self, project: str, item: str) -> Item | None:
        """Return one item."""

    def items(self, project: str, items: Collection[str]) -> list[Item]:
        """Return those of these items that there are, in any order."""

    def history(self, project: str, item: str, seen: int, limit: int) -> list[PastRecord]:
        """Return the edits of an item in the order of arrival, without the first ``seen``."""

    def state(self, project: str, since: int, limit: int | None) -> StateRecord:
        """Return what is new after a change, in a constant number of statements; at most so many items and takes."""

    def head(self, project: str) -> int:
        """Return the newest change of a project."""

    def named_takes(self, project: str) -> frozenset[str]:
        """Return the takes that calls show to whoever is to answer them."""

    def own_takes(self, account: str) -> frozenset[str]:
        """Return the takes that somebody made, of all projects."""

    def take_places(self, takes: Collection[str]) -> dict[str, TakePlace]:
        """Return where takes belong; those that do not exist are missing."""


class Repository(PeopleStore, ItemStore, Protocol):
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

    def stored_bytes(self, account: str) -> int:
        """Return how many sealed bytes are in the takes of an account."""

    def sealed_tracks(self) -> list[tuple[str, str, int, str]]:
        """Return take, key, size and digest of every sealed track."""

    def faults(self) -> list[str]:
        """Let the database check itself; return what it complains about."""

    def close(self) -> None:
        """Let go of all connections."""
