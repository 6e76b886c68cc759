"""The calls of ``SyncClient`` about what people do together."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from typing import Final

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import UsageError, WorldError, from_problem
from roomtone.foundation.workers.client import WorkerClient
from roomtone.upload import together_messages as messages
from roomtone.upload.messages import Membership
from roomtone.upload.together_messages import (
    JoinedProject,
    LocalCopies,
    LocalCopy,
    LocalProject,
    LocalProjects,
    MadeInvite,
    Moved,
    NewEdit,
    ProjectDocument,
)
from roomtone.upload.whole_project import WholeProjects
from roomtone.wire.project.edits import History
from roomtone.wire.project.items import ProjectFields
from roomtone.wire.project.people import Devices, Invitation, Invites, Key, Member, NewInvite, Role

# A server that has to be started first, or that is far away, takes its time.
SERVER_SECONDS: Final = 60.0
MOVE_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 0.1


class TogetherCalls:
    """Projects, people and the takes of others. Calls block; they raise ``RoomtoneError``."""

    def __init__(self, connection: WorkerClient, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._wholes = WholeProjects()

    # Projects and edits: these work offline, but for ``history``

    def get_project(self, project: str) -> ProjectDocument:
        """Return all that is known of a project; only what is new since the last time crosses to this process."""
        return self._wholes.get(project, lambda ask: self._connection.call(ask, messages.ProjectPart))

    def list_local_projects(self) -> list[LocalProject]:
        """Return every project that this computer has seen."""
        return self._connection.call(messages.ListLocalProjects(), LocalProjects).projects

    def make_edits(self, project: str, edits: Sequence[NewEdit]) -> list[str]:
        """Change a project; the edits are durable when this returns their ids. Raises ``UsageError`` for bad fields."""
        for edit in edits:
            _check(edit)
        return self._connection.call(messages.MakeEdits(project, list(edits)), list[str])

    def dismiss_edit(self, edit: str) -> None:
        """Let go of an edit that was refused."""
        self._connection.call(messages.DismissEdit(edit), type(None))

    def retry_edits(self, project: str) -> None:
        """Send what waits at once, also what was refused."""
        self._connection.call(messages.RetryEdits(project), type(None))

    def start_project(self, fields: ProjectFields, steps: Sequence[str] = (), project: str = "") -> LocalProject:
        """Begin a project, with an id of its own unless one is given."""
        _check(NewEdit("0" * 32, fields))
        command = messages.StartProject(project or secrets.token_hex(16), fields, list(steps))
        return self._connection.call(command, LocalProject)

    def history(self, project: str, item: str, after: int = 0) -> History:
        """Return the edits of an item after the first ``after``."""
        return self._connection.call(messages.GetHistory(project, item, after), History, SERVER_SECONDS)

    def move_project(self, project: str) -> Moved:
        """Move a project from this computer's own server to the one that was joined."""
        return self._connection.call(messages.MoveProject(project), Moved, MOVE_SECONDS)

    # People

    def look_at_link(self, link: str) -> Invitation:
        """Return what a link to join leads to."""
        return self._connection.call(messages.LookAtLink(link), Invitation, SERVER_SECONDS)

    def join_link(self, link: str, name: str = "", passphrase: str = "", device: str = "") -> JoinedProject:
        """Come in by a link; "" for a passphrase is a guest."""
        command = messages.JoinLink(link, name, passphrase, device)
        return self._connection.call(command, JoinedProject, SERVER_SECONDS)

    def log_in(self, url: str, name: str, passphrase: str, device: str = "") -> Membership:
        """Come back to a server with name and passphrase."""
        return self._connection.call(messages.LogIn(url, name, passphrase, device), Membership, SERVER_SECONDS)

    def set_passphrase(self, new: str, old: str = "") -> None:
        """Choose a passphrase; a guest gets an account by it."""
        self._connection.call(messages.SetPassphrase(new, old), type(None), SERVER_SECONDS)

    def make_invite(self, project: str, invite: NewInvite) -> MadeInvite:
        """Make a link to a project."""
        return self._connection.call(messages.MakeInvite(project, invite), MadeInvite, SERVER_SECONDS)

    def list_invites(self, project: str) -> Invites:
        """Return the links of a project."""
        return self._connection.call(messages.ListInvites(project), Invites, SERVER_SECONDS)

    def revoke_invite(self, project: str, invite: str) -> None:
        """Let a link open nothing any more."""
        self._connection.call(messages.RevokeInvite(project, invite), type(None), SERVER_SECONDS)

    def set_role(self, project: str, account: str, role: Role) -> Member:
        """Make somebody something else in a project."""
        return self._connection.call(messages.SetRole(project, account, role), Member, SERVER_SECONDS)

    def let_go(self, project: str, account: str) -> None:
        """Let somebody go, or leave."""
        self._connection.call(messages.LetGo(project, account), type(None), SERVER_SECONDS)

    def list_devices(self) -> Devices:
        """Return the keys of the account."""
        return self._connection.call(messages.ListDevices(), Devices, SERVER_SECONDS)

    def make_recorder_key(self, project: str, device: str = "") -> Key:
        """Make a key that can add takes to a project and nothing else."""
        return self._connection.call(messages.MakeRecorderKey(project, device), Key, SERVER_SECONDS)

    def revoke_device(self, device: str) -> None:
        """Take a key back."""
        self._connection.call(messages.RevokeDevice(device), type(None), SERVER_SECONDS)

    def rotate_key(self) -> Membership:
        """Use a new key on this computer from now on."""
        return self._connection.call(messages.RotateKey(), Membership, SERVER_SECONDS)

    # The takes of others

    def fetch_take(self, project: str, take: str, *, preview: bool = False) -> LocalCopy:
        """Bring somebody's take here in the background; ``CopyChanged`` tells what comes of it."""
        return self._connection.call(messages.FetchTake(project, take, preview), LocalCopy)

    def fetch_take_now(self, project: str, take: str, *, preview: bool = False, wait: float = 3600.0) -> LocalCopy:
        """Bring somebody's take here and wait for it. Raises what stopped it."""
        deadline = self._clock.monotonic() + wait
        copy = self.fetch_take(project, take, preview=preview)
        while copy.fetching:
            if self._clock.monotonic() >= deadline:
                raise WorldError(
                    "still-fetching",
                    "The take is not here yet",
                    f"Not all of it came within {wait:g} s",
                    "It goes on in the background; ask again later",
                )
            self._clock.wait(threading.Event(), _LOOK_SECONDS)
            found = {one.take: one for one in self.list_copies(project)}
            copy = found.get(take, copy)
        if copy.problem is not None:
            raise from_problem(copy.problem)
        return copy

    def free_take(self, project: str, take: str) -> LocalCopy:
        """Let go of the local copy of somebody's take, once the server has verified that it has it."""
        return self._connection.call(messages.FreeTake(project, take), LocalCopy, SERVER_SECONDS)

    def list_copies(self, project: str) -> list[LocalCopy]:
        """Return what of a project's takes is on this computer."""
        return self._connection.call(messages.ListCopies(project), LocalCopies).copies


def _check(edit: NewEdit) -> None:
    """A field that is too long or malformed is explained here, and not called a message that nobody understood."""
    try:
        decode(msgspec.json.encode(edit), NewEdit)
    except msgspec.ValidationError as error:
        raise UsageError(
            "bad-field", "The change was not made", f"A field of it is too long or malformed: {error}", "Change it"
        ) from error
