"""What the sync worker is asked and tells about what people do together; a part of ``messages``.

What works without the network says so. Everything else raises ``offline`` where the server is not reached, with
nothing changed.
"""

from __future__ import annotations

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.replica.states import EditState
from roomtone.wire.api import Account, Take
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import Fields, ProjectFields
from roomtone.wire.project.people import Member, NewInvite, Role
from roomtone.wire.project.state import ProjectState

# Commands: projects and edits


class GetProject(msgspec.Struct, frozen=True, tag="get-project"):
    """What is new of a project after ``version``, in parts; works offline. → ``ProjectPart``

    Ask again with its ``run`` and ``version`` while ``more``. Where ``run`` is another one than before, all that is
    known is told anew. From then on this computer keeps the project up to date, and told by ``ProjectChanged``.
    """

    project: str
    run: str = ""
    version: int = 0


class ListLocalProjects(msgspec.Struct, frozen=True, tag="list-local-projects"):
    """Every project that this computer has seen, on any server; works offline. → ``LocalProjects``"""


class NewEdit(msgspec.Struct, frozen=True):
    """A change to make: fields of an item, which it begins where it is not there yet."""

    item: str
    fields: Fields


class MakeEdits(msgspec.Struct, frozen=True, tag="make-edits"):
    """Change a project. The edits are durable when this returns; works offline. → ``list[str]``: their ids"""

    project: str
    edits: list[NewEdit]


class DismissEdit(msgspec.Struct, frozen=True, tag="dismiss-edit"):
    """Let go of an edit that was refused; works offline. → ``None``"""

    edit: str


class RetryEdits(msgspec.Struct, frozen=True, tag="retry-edits"):
    """Send what waits at once, also what was refused. → ``None``"""

    project: str


class StartProject(msgspec.Struct, frozen=True, tag="start-project"):
    """Begin a project with its steps; works offline. The same ``id`` again changes nothing. → ``LocalProject``"""

    id: str
    fields: ProjectFields
    steps: list[str] = []


class GetHistory(msgspec.Struct, frozen=True, tag="get-history"):
    """Every edit of an item, the first arrived first. → ``wire.project.edits.History``"""

    project: str
    item: str
    after: int = 0


class MoveProject(msgspec.Struct, frozen=True, tag="move-project"):
    """Move a project from the server on this computer to the one that was joined, under the same id. → ``Moved``

    It is durable when this returns: the project, then its items with their original times, then its takes are sent as
    the network allows. Again, it changes nothing.
    """

    project: str


# Commands: people


class LookAtLink(msgspec.Struct, frozen=True, tag="look-at-link"):
    """What a link to join leads to; nothing is changed. → ``wire.project.people.Invitation``"""

    link: str


class JoinLink(msgspec.Struct, frozen=True, tag="join-link"):
    """Come in by a link ``…/join#CODE``, with the account of this home where it has one there. → ``JoinedProject``

    "" for a passphrase makes a guest.
    """

    link: str
    name: str = ""
    passphrase: str = ""
    device: str = ""


class LogIn(msgspec.Struct, frozen=True, tag="log-in"):
    """Come back to a server with name and passphrase. → ``messages.Membership``"""

    url: str
    name: str
    passphrase: str
    device: str = ""


class SetPassphrase(msgspec.Struct, frozen=True, tag="set-passphrase"):
    """Choose a passphrase; a guest gets an account by it. → ``None``"""

    new: str
    old: str = ""


class MakeInvite(msgspec.Struct, frozen=True, tag="make-invite"):
    """Make a link to a project. → ``MadeInvite``"""

    project: str
    invite: NewInvite


class ListInvites(msgspec.Struct, frozen=True, tag="list-invites"):
    """The links of a project. → ``wire.project.people.Invites``"""

    project: str


class RevokeInvite(msgspec.Struct, frozen=True, tag="revoke-invite"):
    """Let a link open nothing any more. → ``None``"""

    project: str
    invite: str


class SetRole(msgspec.Struct, frozen=True, tag="set-role"):
    """Make somebody something else in a project. → ``wire.project.people.Member``"""

    project: str
    account: str
    role: Role


class LetGo(msgspec.Struct, frozen=True, tag="let-go"):
    """Let somebody go, or leave. → ``None``"""

    project: str
    account: str


class ListDevices(msgspec.Struct, frozen=True, tag="list-devices"):
    """The keys of the account. → ``wire.project.people.Devices``"""


class MakeRecorderKey(msgspec.Struct, frozen=True, tag="make-recorder-key"):
    """Make a key that can add takes to a project and nothing else. → ``wire.project.people.Key``"""

    project: str
    device: str = ""


class RevokeDevice(msgspec.Struct, frozen=True, tag="revoke-device"):
    """Take a key back. → ``None``"""

    device: str


class RotateKey(msgspec.Struct, frozen=True, tag="rotate-key"):
    """Use a new key on this computer from now on; the old one opens nothing more. → ``messages.Membership``"""


# Commands: takes of others


class FetchTake(msgspec.Struct, frozen=True, tag="fetch-take"):
    """Bring somebody's take here, or with ``preview`` only its smallest track. → ``LocalCopy`` as it is now

    It goes on in the background; ``CopyChanged`` tells what comes of it. What is here is not fetched again.
    """

    project: str
    take: str
    preview: bool = False


class FreeTake(msgspec.Struct, frozen=True, tag="free-take"):
    """Let go of the local copy of somebody's take, once the server has verified that it has it. → ``LocalCopy``

    A take that was made here is never touched by this.
    """

    project: str
    take: str


class ListCopies(msgspec.Struct, frozen=True, tag="list-copies"):
    """What of a project's takes is on this computer; works offline. → ``LocalCopies``"""

    project: str


TogetherCommand = (
    GetProject
    | ListLocalProjects
    | MakeEdits
    | DismissEdit
    | RetryEdits
    | StartProject
    | GetHistory
    | MoveProject
    | LookAtLink
    | JoinLink
    | LogIn
    | SetPassphrase
    | MakeInvite
    | ListInvites
    | RevokeInvite
    | SetRole
    | LetGo
    | ListDevices
    | MakeRecorderKey
    | RevokeDevice
    | RotateKey
    | FetchTake
    | FreeTake
    | ListCopies
)

# Results


class PendingEdit(msgspec.Struct, frozen=True, omit_defaults=True):
    """An edit of this computer that the server has not settled. ``replica.states.WORDS`` has words for the state.

    ``problem`` is why it was refused, or what it waits for.
    """

    edit: Edit
    state: EditState
    problem: Problem | None = None


class ProjectPart(msgspec.Struct, frozen=True):
    """A part of what is known of a project, pending edits applied. ``members`` is ``None`` where none is new.

    ``pending``, ``me`` and what follows are always whole.
    """

    run: str
    version: int
    more: bool
    items: list[Item]
    takes: list[Take]
    members: list[Member] | None
    pending: list[PendingEdit]
    me: str
    role: Role | None
    synced: str
    online: bool | None
    server: str
    here: bool


class ProjectDocument(msgspec.Struct, frozen=True):
    """A project as this computer knows it, with what was done here applied to ``state``.

    ``me`` is the account of this home there, "" before its server was ever reached; ``synced`` (RFC 3339) is when all
    that the server has was seen last, "" for never; ``online`` is ``None`` before anything was tried. ``here`` tells
    that it lives on this computer's own server. ``state.takes`` also holds the own takes that are not sent yet.
    """

    state: ProjectState
    pending: list[PendingEdit]
    me: str
    role: Role | None
    synced: str
    online: bool | None
    server: str
    here: bool
    version: int


class LocalProject(msgspec.Struct, frozen=True):
    """A project in the list. ``here``: it lives on this computer's own server. ``reachable``: its server is the one
    that is used now; others wait until their server is used again, or until they are moved."""

    id: str
    title: str
    takes: int
    role: Role | None
    synced: str
    pending: int
    refused: int = 0
    server: str = ""
    here: bool = False
    reachable: bool = True


class LocalProjects(msgspec.Struct, frozen=True):
    """The projects by title."""

    projects: list[LocalProject]


class Moved(msgspec.Struct, frozen=True):
    """What is on its way: so many edits, so many takes; ``missing`` are titles of takes whose files are not here.

    ``before`` tells that it was sent there before.
    """

    project: str
    server: str
    edits: int
    takes: int
    missing: list[str]
    before: bool = False


class JoinedProject(msgspec.Struct, frozen=True):
    """The project that a link led into, on which server and as whom."""

    project: str
    title: str
    role: Role | None
    url: str
    account: Account


class MadeInvite(msgspec.Struct, frozen=True):
    """A link that was made; it is told this once."""

    id: str
    link: str
    role: Role
    expires: str


class LocalTrack(msgspec.Struct, frozen=True):
    """A track of a take on this computer; whole, and with the server's digest."""

    name: str
    media: str
    path: str
    bytes: int


class LocalCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of a take is here. ``own``: it was made here. ``whole``: all its tracks are here. ``preview``: the file of
    its preview, "" where that is not here.

    ``fetching`` tells that more of it comes, ``got`` of ``total`` bytes (0 where that is not known yet); ``problem``
    why it stopped.
    """

    take: str
    tracks: list[LocalTrack]
    own: bool = False
    whole: bool = False
    fetching: bool = False
    got: int = 0
    total: int = 0
    problem: Problem | None = None
    preview: str = ""


class LocalCopies(msgspec.Struct, frozen=True):
    """All copies of a project's takes of which something is here or on its way."""

    copies: list[LocalCopy]


# Events


class ProjectChanged(msgspec.Struct, frozen=True, tag="project-changed"):
    """What is seen of a project changed, or what waits in it; ``GetProject`` tells what."""

    project: str
    version: int


class CopyChanged(msgspec.Struct, frozen=True, tag="copy-changed"):
    """More of a take is here, or less, or its fetching ended."""

    project: str
    copy: LocalCopy
