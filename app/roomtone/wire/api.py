"""The documents of the HTTP API. Every one is a JSON object; unknown fields are ignored by both sides.

Ids of projects and takes are made by whoever starts them (32 lower-case hexadecimal digits), so that work
begun offline keeps its name and a repeated request changes nothing. All paths are below ``/api``.

==========================================  ==============================================================
``GET  /api/about``                         ``About``; needs no token
``GET  /api/me``                            ``Account``
``GET  /api/projects``                      ``Projects``
``PUT  /api/projects/{id}``                 ``NewProject`` → ``Project``; repeating it is harmless
``GET  /api/projects/{id}``                 ``Project``
``GET  /api/projects/{id}/takes``           ``Takes``; ``?after=`` a take's ``seq``, ``?limit=``
``PUT  /api/takes/{id}``                    ``NewTake`` → ``Take``; repeating it may add tracks, never change any
``GET  /api/takes/{id}``                    ``Take``
``POST /api/takes/{id}/tracks/{name}/seal`` ``SealTrack`` → ``Track``
``POST /api/takes/{id}/seal``               ``SealTake`` → ``Take``
``GET  /api/takes/{id}/tracks/{name}``      the bytes of a sealed track; ranges, ``ETag`` is its digest
``GET  /api/projects/{id}/changes``         ``Changes``; ``?since=`` a cursor, ``?limit=``
``GET  /api/projects/{id}/events``          the same as server-sent events; ``Last-Event-ID`` or ``?since=``
``/api/uploads`` and below                  tus 1.0.0, see ``wire.tus``
==========================================  ==============================================================

What people do together, with the documents of ``wire.project``:

==========================================  ==============================================================
``GET  /api/projects/{id}/state``           ``StatePage``: all that is new after ``?since=`` a cursor, ``?limit=``
``POST /api/projects/{id}/edits``           ``Edits`` → ``Answers``; repeating an edit is harmless
``GET  /api/projects/{id}/items/{id}/history``  ``History``; ``?after=`` how many were seen, ``?limit=``
``GET  /api/projects/{id}/page``            ``ProjectPage``
``GET  /api/projects/{id}/queue``           ``Queue``: takes that were submitted, the unheard first
``GET  /api/projects/{id}/credits``         ``Credits``
``GET  /api/projects/{id}/lineage``         ``LineageLines``
``GET  /api/projects/{id}/health``          ``Health``
``GET  /api/projects/{id}/next``            ``Suggestions`` for whoever asks; ``?minutes=``
``GET  /api/projects/{id}/notices``         ``Notices`` for whoever asks; ``?since=``
``GET  /api/projects/{id}/members``         ``Members``
``PUT  /api/projects/{id}/members/{id}``    ``NewRole`` → ``Member``; adds an account, or changes its role
``DELETE /api/projects/{id}/members/{id}``  lets somebody go, or leaves; answered with 204
``GET  /api/projects/{id}/invites``         ``Invites``
``POST /api/projects/{id}/invites``         ``NewInvite`` → ``Invite`` with its ``code``
``DELETE /api/projects/{id}/invites/{id}``  revokes a link; answered with 204
``POST /api/invitation``                    ``JoinProject`` → ``Invitation``: only looks; needs no token
``POST /api/join``                          ``JoinProject`` → ``Key``; needs no token; joins its account with one
``POST /api/login``                         ``Login`` → ``Key``; needs no token
``PUT  /api/me/passphrase``                 ``NewPassphrase``; a guest gets an account by it; answered with 204
``GET  /api/me/devices``                    ``Devices``
``POST /api/me/devices``                    ``NewDevice`` → ``Key``
``DELETE /api/me/devices/{id}``             takes a key back; answered with 204
``POST /api/me/rotate``                     → ``Key``: a new key for this device; the one that asked opens nothing more
==========================================  ==============================================================

Guests are told of a project what is its own, calls, steps, members, their own takes, and the takes that calls show;
so pages may be short, and whoever's own role changed asks for the state from the beginning again. What a maker says
of a take that has not arrived yet is taken, and from then on only they can put a take under that id. Of a take that
was withdrawn everybody but its maker is told a stub without tracks. A key for recording opens ``PUT`` and ``GET`` of
its owner's takes in its project, their uploads and seals, ``GET /api/me``, and nothing else.

A preview (``roomtone.wire.previews``) is the only track that a sealed take still takes in.
A tus upload says where it belongs in its metadata: ``take`` and ``track`` for a declared track (creating it
again returns the unfinished upload that exists), or ``project`` and ``filename`` from a client that knows
nothing of takes: then the finished upload becomes a sealed take by itself, with the upload's id for its own.
Errors are ``application/problem+json`` with a ``ProblemDocument``. Creating an upload for a track that is sealed
is refused with ``track-sealed`` and that track's ``digest``, so that a client which missed the answer to its seal
knows whether its bytes are the ones that are safe.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from roomtone.foundation.errors import Problem

PROBLEM_TYPE: Final = "application/problem+json"
PROTOCOL: Final = 1

# A bare "$" also matches before a line end, which no id or name may have.
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
TrackName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}$(?!\n)")]
# What people read in one line holds nothing that cannot be shown in one.
SHOWN: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$(?!\n)"
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
ShownTitle = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=SHOWN)]
Name = Annotated[str, msgspec.Meta(max_length=100, pattern=SHOWN)]
Media = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{1,20}/[a-z0-9.+-]{1,60}$(?!\n)")]
Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class ProblemDocument(Problem, frozen=True, omit_defaults=True):
    """Why a request was refused. ``status`` repeats the HTTP status; ``digest`` belongs to ``track-sealed``."""

    status: int = 0
    digest: str = ""


class About(msgspec.Struct, frozen=True):
    """What server this is."""

    version: str
    protocol: int = PROTOCOL


class Account(msgspec.Struct, frozen=True):
    """Whoever a token belongs to."""

    id: str
    name: str


class NewProject(msgspec.Struct, frozen=True):
    """A project that somebody starts."""

    title: ShownTitle


class Project(msgspec.Struct, frozen=True):
    """A shared piece of work. ``created`` is RFC 3339 in UTC; ``cursor`` is the head of its change feed."""

    id: str
    title: str
    created: str
    takes: int
    cursor: int


class Projects(msgspec.Struct, frozen=True):
    """The projects that the account is a member of."""

    projects: list[Project]


class TrackState(StrEnum):
    """What the server has of a track."""

    DECLARED = "declared"
    UPLOADING = "uploading"
    SEALED = "sealed"


class NewTrack(msgspec.Struct, frozen=True):
    """A track that is going to be uploaded; ``name`` is its file name within the take."""

    name: TrackName
    media: Media


class Track(msgspec.Struct, frozen=True):
    """One media file of a take. ``received`` bytes are synced and checked; ``digest`` is there once sealed."""

    name: str
    media: str
    state: TrackState
    received: int = 0
    digest: str = ""


class NewTake(msgspec.Struct, frozen=True):
    """A take that is being recorded, or that was."""

    project: Id
    title: ShownTitle
    tracks: Annotated[list[NewTrack], msgspec.Meta(max_length=64)]
    part: Name = ""
    person: Name = ""
    started: Annotated[str, msgspec.Meta(max_length=40, pattern=SHOWN)] = ""


class Take(msgspec.Struct, frozen=True):
    """A take as the server has it. ``seq`` orders the takes of a project by arrival.

    ``maker`` is the name of the account that it belongs to, ``account`` its id.
    """

    id: str
    project: str
    title: str
    part: str
    person: str
    started: str
    seq: int
    sealed: bool
    tracks: list[Track]
    maker: str = ""
    manifest: dict[str, Any] | None = None
    account: str = ""


class Takes(msgspec.Struct, frozen=True):
    """A page of takes, oldest first; ask again with its ``after`` while ``more``.

    Whoever may not see everything may get a page with few takes or none that is not the last.
    """

    takes: list[Take]
    more: bool = False
    after: int = 0


class Patch(msgspec.Struct, frozen=True):
    """Bytes near the start of a track that its final header replaces. ``data`` is Base64 on the wire."""

    offset: Annotated[int, msgspec.Meta(ge=0, le=1 << 16)]
    data: Annotated[bytes, msgspec.Meta(max_length=4096)]


class SealTrack(msgspec.Struct, frozen=True):
    """The end of a track: its whole length, the digest of its sealed bytes, and the header patches.

    The server applies the patches, compares the digest with its own, and seals; a repeated request with the
    same digest is answered like the first. A wrong digest is refused with ``digest-mismatch`` and a missing
    byte with ``track-incomplete``; neither changes the upload.
    """

    length: Count
    digest: Annotated[str, msgspec.Meta(max_length=100)]
    patches: Annotated[list[Patch], msgspec.Meta(max_length=8)] = []


class SealTake(msgspec.Struct, frozen=True):
    """The end of a take, after all its tracks: its manifest, kept as given."""

    manifest: dict[str, Any]


class ChangeKind(StrEnum):
    """What happened in a project."""

    PROJECT_CREATED = "project-created"
    TAKE_STARTED = "take-started"
    TRACK_SEALED = "track-sealed"
    TAKE_SEALED = "take-sealed"
    ITEM_EDITED = "item-edited"
    MEMBER_CHANGED = "member-changed"


class Change(msgspec.Struct, frozen=True):
    """One entry of the change feed. ``seq`` grows without being reused; ``subject`` is the id it is about."""

    seq: int
    kind: ChangeKind
    subject: str
    at: str
    detail: str = ""


class Changes(msgspec.Struct, frozen=True):
    """The changes after a cursor, oldest first; ``cursor`` is where to go on."""

    changes: list[Change]
    cursor: int
    more: bool = False
