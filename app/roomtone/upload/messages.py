"""What the sync worker is asked and what it tells: the one contract of this process.

Version 1, as the frames of ``foundation.workers.protocol`` say. A command's result follows its name. What is about
projects, people and the takes of others is in ``together_messages``.
"""

from __future__ import annotations

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.states import SyncState
from roomtone.upload.together_messages import CopyChanged, ProjectChanged, TogetherCommand
from roomtone.wire.api import Account, ChangeKind

# Commands


class Poke(msgspec.Struct, frozen=True, tag="poke"):
    """A take began, ended or changed in this folder: look at once. → ``None``"""

    folder: str


class GetStatus(msgspec.Struct, frozen=True, tag="status"):
    """How everything stands. → ``Status``"""


class RetryNow(msgspec.Struct, frozen=True, tag="retry-now"):
    """Try everything again at once, also what needed the person. → ``None``"""


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """Send nothing more, or go on. Lasts until the worker ends; it begins with what the settings say. → ``None``"""

    on: bool


class SetCap(msgspec.Struct, frozen=True, tag="set-cap"):
    """Send at most so many bytes per second; 0 for as many as will go. Lasts like ``Pause``. → ``None``"""

    bytes_per_second: int


class ListProjects(msgspec.Struct, frozen=True, tag="list-projects"):
    """The projects on the server, or where it is not reached those that were seen there. → ``wire.api.Projects``"""


class CreateProject(msgspec.Struct, frozen=True, tag="create-project"):
    """Start a project; the same ``id`` again changes nothing. → ``wire.api.Project``"""

    id: str
    title: str


class ListTakes(msgspec.Struct, frozen=True, tag="list-takes"):
    """A page of a project's takes on the server. → ``wire.api.Takes``"""

    project: str
    after: int = 0


class Join(msgspec.Struct, frozen=True, tag="join"):
    """Use another server from now on. → ``Membership``"""

    url: str
    token: str = ""


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Go back to the embedded server. → ``Membership``"""


class WhoAmI(msgspec.Struct, frozen=True, tag="who-am-i"):
    """Which server is used, and as whom. → ``Membership``"""


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Tell ``RemoteChange`` for this project from now on, instead of any other, and keep it up to date. → ``None``

    ``since`` is the cursor to go on from; below zero means from now. An empty project ends the watching.
    """

    project: str
    since: int = -1


class Download(msgspec.Struct, frozen=True, tag="download"):
    """Fetch a sealed track into the file ``to``, going on with a part that is there. → ``Downloaded``

    The file appears whole and with its digest checked, or not at all.
    """

    take: str
    track: str
    to: str


Command = (
    Poke
    | GetStatus
    | RetryNow
    | Pause
    | SetCap
    | ListProjects
    | CreateProject
    | ListTakes
    | Join
    | Leave
    | WhoAmI
    | Watch
    | Download
    | TogetherCommand
)

# Events


class TrackSync(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a track stands. ``sent`` of ``total`` bytes are synced and checked on the server.

    These hold ``safe_frames`` of the ``frames`` that are synced on this computer.
    """

    name: str
    state: SyncState
    sent: int
    total: int
    frames: int = 0
    safe_frames: int = 0
    problem: Problem | None = None


class TakeSync(msgspec.Struct, frozen=True, omit_defaults=True, tag="take"):
    """How a take stands. ``behind_seconds`` of its sound are on this computer and not yet on the server.

    ``problem`` is why it does not get on; with any state but *needs you* it passes by itself.
    """

    take: str
    folder: str
    state: SyncState
    live: bool = False
    tracks: list[TrackSync] = []
    behind_seconds: float = 0.0
    safe_seconds: float = 0.0
    problem: Problem | None = None


class Link(msgspec.Struct, frozen=True, tag="link"):
    """How the way to the server stands. ``online`` is ``None`` before anything was tried.

    ``url`` is empty while the embedded server has not been needed. ``waiting`` takes are not safe yet and can go
    on without the person.
    """

    online: bool | None
    url: str
    embedded: bool
    paused: bool
    bytes_per_second: int
    waiting: int
    problem: Problem | None = None


class SafeTakes(msgspec.Struct, frozen=True, tag="safe-takes"):
    """The ids of all takes that are safe on the server since before; told to every new client, and to all of them when
    another server is used: no take but these is safe there then."""

    takes: list[str]


class RemoteChange(msgspec.Struct, frozen=True, tag="remote-change"):
    """Something happened in the watched project; ``seq`` is the cursor after it."""

    project: str
    seq: int
    kind: ChangeKind
    subject: str
    at: str
    detail: str = ""


Event = TakeSync | Link | SafeTakes | RemoteChange | ProjectChanged | CopyChanged

# Results


class Status(msgspec.Struct, frozen=True):
    """How everything stands. ``safe`` lists the takes that are done; ``takes`` all others."""

    link: Link
    takes: list[TakeSync]
    safe: list[str]


class Membership(msgspec.Struct, frozen=True):
    """Which server is used, and as whom."""

    url: str
    embedded: bool
    account: Account


class Downloaded(msgspec.Struct, frozen=True):
    """A track that was fetched: its file, size, and the digest that both sides agree on."""

    path: str
    bytes: int
    digest: str
