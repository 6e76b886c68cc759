"""What goes into the protocol core and what comes out of it: plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

# In


@dataclass(frozen=True)
class LocalTrack:
    """A track as the take declares it."""

    name: str
    media: str


@dataclass(frozen=True)
class LocalTake:
    """A take that the core is told about. ``started`` (RFC 3339, UTC) orders takes; the newest goes first."""

    id: str
    project: str
    project_title: str
    title: str
    part: str
    person: str
    started: str
    tracks: tuple[LocalTrack, ...]


@dataclass(frozen=True)
class Grown:
    """Bytes of a track that are synced on this computer. ``ending``: no byte follows these."""

    bytes: int
    ending: bool = False


@dataclass(frozen=True)
class FinalTrack:
    """A sealed track: its length, ``wire.digest``, and the header patches (offset, new bytes)."""

    length: int
    digest: str
    patches: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True)
class TakeGrew:
    """A take that is being recorded has grown."""

    take: str
    tracks: dict[str, Grown]


@dataclass(frozen=True)
class TakeSealed:
    """A take is sealed; ``manifest`` is what the server is to keep."""

    take: str
    tracks: dict[str, FinalTrack]
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a server said. Header names are lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answered:
    """A request was answered; ``seconds`` is how long that took."""

    request: int
    answer: Answer
    seconds: float = 0.0


class Failure(StrEnum):
    """Why a request got no answer."""

    UNREACHABLE = "unreachable"  # no connection came about
    CUT = "cut"  # the connection broke
    TIMEOUT = "timeout"
    UNTRUSTED = "untrusted"  # the server's certificate is not valid
    UNREADABLE = "unreadable"  # the file on this computer cannot be read


@dataclass(frozen=True)
class Failed:
    """A request got no answer; ``detail`` is for people."""

    request: int
    why: Failure
    detail: str = ""


@dataclass(frozen=True)
class Paused:
    """The person paused sending, or lets it go on."""

    on: bool


@dataclass(frozen=True)
class Capped:
    """At most so many bytes per second are sent; 0 means as many as will go."""

    bytes_per_second: int


@dataclass(frozen=True)
class NewToken:
    """There is another token, or another server."""


@dataclass(frozen=True)
class RetryNow:
    """Somebody asks to try everything again at once."""


@dataclass(frozen=True)
class Reached:
    """Another part of this process just had an answer from the server."""


Event = TakeGrew | TakeSealed | Answered | Failed | Paused | Capped | NewToken | RetryNow | Reached

# Out


class Purpose(StrEnum):
    """What a request is for."""

    PROJECT = "project"
    DECLARE = "declare"
    SEAL_TAKE = "seal-take"
    CREATE = "create"
    ASK = "ask"
    SEND = "send"
    SEAL_TRACK = "seal-track"
    CLEAR = "clear"


@dataclass(frozen=True)
class FileRange:
    """Bytes of a track's file."""

    track: str
    offset: int
    size: int


@dataclass(frozen=True)
class Request:
    """A request to send, without host or token. ``id`` comes back with the answer.

    With ``range`` the body are those bytes, and the sender adds ``Upload-Checksum: sha256`` over what it sends.
    An answer after ``deadline`` (monotonic seconds) is of no use any more.
    """

    id: int
    take: str
    track: str
    purpose: Purpose
    method: str
    path: str
    deadline: float
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    range: FileRange | None = None

    @property
    def size(self) -> int:
        """How many bytes the body has."""
        return self.range.size if self.range else len(self.body)


class TrackRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a track. ``digest`` is set once the server's equals ours: it is safe."""

    upload: str = ""
    again: int = 0
    digest: str = ""


class TakeRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a take between two starts. An old one costs a request or two, never a byte.

    Only paths are kept, never a host or port: an embedded server has another port at every start.
    """

    take: str
    v: int = 1
    declared: bool = False
    safe: bool = False
    tracks: dict[str, TrackRecord] = {}


@dataclass
class Effects:
    """What the core asks for.

    ``send`` is sent at once, ``persist`` made durable when convenient (nothing depends on it but speed),
    ``changed`` are takes whose state a person may want to see; call again at ``wake_at`` at the latest, or
    after the next event where it is ``None``.
    """

    send: list[Request] = field(default_factory=list)
    persist: list[TakeRecord] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    wake_at: float | None = None
