"""Who takes part, how somebody comes in, and the keys that let them in.

A link to come in is ``{server}/join#{code}``: what follows the # never reaches a log. Whoever has it picks a name and
a passphrase and gets an account, or a name alone and is a guest.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from roomtone.wire.api import SHOWN, Id, Name

MIN_PASSPHRASE: Final = 8
Passphrase = Annotated[str, msgspec.Meta(max_length=200)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=SHOWN)]
DeviceName = Annotated[str, msgspec.Meta(max_length=100, pattern=SHOWN)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,64}$(?!\n)")]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]


class Role(StrEnum):
    """What somebody is in a project; ``rights`` says what each may do."""

    OWNER = "owner"
    LEADER = "leader"
    CONTRIBUTOR = "contributor"
    REVIEWER = "reviewer"
    GUEST = "guest"


class Scope(StrEnum):
    """How much a key opens: all that its owner may do, or adding takes to one project and nothing else."""

    FULL = "full"
    RECORDER = "recorder"


class Member(msgspec.Struct, frozen=True):
    """Somebody in a project. ``joined`` is RFC 3339; a guest has no passphrase. One who left is ``gone``."""

    account: str
    name: str
    role: Role
    joined: str
    guest: bool = False
    gone: bool = False


class Members(msgspec.Struct, frozen=True):
    """Everybody in a project, also those who left: their takes still bear their names."""

    members: list[Member]


class NewRole(msgspec.Struct, frozen=True):
    """What somebody is to be from now on."""

    role: Role


class NewInvite(msgspec.Struct, frozen=True):
    """A link to make. It opens the project to ``uses`` people, within so many days. Nobody is made an owner by one."""

    role: Role = Role.CONTRIBUTOR
    days: Days = 14
    uses: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    note: Annotated[str, msgspec.Meta(max_length=200, pattern=SHOWN)] = ""


class Invite(msgspec.Struct, frozen=True):
    """A link that was made. ``code`` is told once, to whoever made it, and kept as a hash."""

    id: str
    role: Role
    expires: str
    uses_left: int
    note: str = ""
    revoked: bool = False
    maker: str = ""
    code: str = ""


class Invites(msgspec.Struct, frozen=True):
    """All links of a project that still open it, and those that do not any more."""

    invites: list[Invite]


class Invitation(msgspec.Struct, frozen=True):
    """What a link leads to, told before anybody joins."""

    project: str
    title: str
    role: Role
    expires: str
    licence: str = ""
    brief: str = ""


class JoinProject(msgspec.Struct, frozen=True):
    """Come in by a link: with a new account, with none ("" for a passphrase makes a guest), or with the one whose
    token the request carries, and then name and passphrase are not looked at."""

    code: Code
    name: Name = ""
    passphrase: Passphrase = ""
    device: DeviceName = ""


class Login(msgspec.Struct, frozen=True):
    """Come back with name and passphrase. What is wrong of the two is never said."""

    name: PersonName
    passphrase: Passphrase
    device: DeviceName = ""


class NewPassphrase(msgspec.Struct, frozen=True):
    """The passphrase from now on. ``old`` is the one before, "" for a guest, who becomes an account by this."""

    new: Annotated[str, msgspec.Meta(min_length=MIN_PASSPHRASE, max_length=200)]
    old: Passphrase = ""


class Key(msgspec.Struct, frozen=True):
    """A new token, told once, with whom it belongs to and the project that was joined by it."""

    token: str
    account: str
    name: str
    project: str = ""
    role: Role | None = None


class NewDevice(msgspec.Struct, frozen=True):
    """A further key to make; one for recording names its project."""

    device: DeviceName
    scope: Scope = Scope.FULL
    project: Id | None = None


class Device(msgspec.Struct, frozen=True):
    """A key that was made. ``used`` is when it was last, to the hour, "" for never."""

    id: str
    device: str
    scope: Scope
    created: str
    used: str = ""
    project: str = ""
    current: bool = False


class Devices(msgspec.Struct, frozen=True):
    """Every key of an account that still opens something."""

    devices: list[Device]
