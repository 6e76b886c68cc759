"""What a person is told when sending needs them, and the reading of a server's refusals."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import Problem
from roomtone.upload.core_events import Answer, Failure
from roomtone.wire.api import ProblemDocument
from roomtone.wire.tus import parse_number

T = TypeVar("T")

NO_PROJECT: Final = Problem(
    "no-project",
    "This take belongs to no project",
    "It was recorded before a project was chosen",
    "It stays on this computer; record into a project to share takes",
)
PROJECT_ELSEWHERE: Final = Problem(
    "project-elsewhere",
    "The project lives on another server",
    "Another server is used now than the one that the project was begun on",
    "Everything stays on this computer; use that server again, or move the project to this one",
)
SIGNED_OUT: Final = Problem(
    "not-signed-in",
    "The server does not know you any more",
    "Its key for this computer was withdrawn or has expired",
    "Join again with a fresh link; sending then goes on by itself",
)
DISK_FULL: Final = Problem(
    "server-disk-full",
    "The server's disk is full",
    "It takes no more bytes; nothing that is safe is lost",
    "Make space on the server, or tell whoever runs it; sending goes on by itself",
)
TOO_LARGE: Final = Problem(
    "body-too-large",
    "Something between here and the server refuses even small uploads",
    "A proxy or the server allows no bodies of 16 KiB",
    "Tell whoever runs the server to allow larger requests, then retry",
)
DIFFERS: Final = Problem(
    "digest-mismatch",
    "The track on the server differs from the one on this computer",
    "It was sent again from the start, and still differs",
    "Your take is untouched. Check this computer's disk and memory (roomtone takes verify), then retry",
)
OTHER_TRACK: Final = Problem(
    "other-track-sealed",
    "The server has another recording under this take's name",
    "A different track was sealed there earlier",
    "Your take is untouched; export it and bring it in as a new take",
)
OLD_SERVER: Final = Problem(
    "not-understood",
    "This version of Roomtone and the server do not understand each other",
    "The server refused a request that should be right",
    "Update Roomtone and the server, then retry",
)
NOT_ROOMTONE: Final = Problem(
    "no-roomtone-there",
    "The address does not answer as a Roomtone server",
    "Something else may have taken its place, or a proxy is set up wrongly",
    "Check the address, or tell whoever runs the server, then retry",
)
TROUBLE: Final = Problem(
    "server-trouble",
    "The server has trouble answering",
    "It is tried again by itself",
    "Nothing to do; tell whoever runs the server if it stays",
)
OFFLINE: Final = Problem(
    "offline",
    "The server cannot be reached",
    "No connection to it comes about",
    "Takes stay safe on this computer and are sent as soon as it answers",
)
UNTRUSTED: Final = Problem(
    "untrusted-server",
    "The server could not prove who it is",
    "Its certificate is not valid, or somebody is in between",
    "Nothing was sent. Check this computer's clock and the address, or tell whoever runs the server",
)
UNREADABLE: Final = Problem(
    "track-unreadable",
    "A file of the take cannot be read on this computer",
    "It is missing, shorter than its journal says, or not readable",
    "Check the take (roomtone takes verify), then retry",
)

LINK_PROBLEMS: Final = {Failure.UNREACHABLE: OFFLINE, Failure.UNTRUSTED: UNTRUSTED}


def refusal(answer: Answer) -> ProblemDocument:
    """Return the problem document of an answer; one with an empty code where there is none."""
    try:
        return decode(answer.body, ProblemDocument)
    except msgspec.DecodeError:
        return ProblemDocument("", "")


def said(document: ProblemDocument, fallback: Problem) -> Problem:
    """Return what the server said for people to read, or ``fallback`` where it said nothing."""
    if not document.code:
        return fallback
    return Problem(document.code, document.title, document.detail, document.remedy, document.ours)


def document_in(answer: Answer, kind: type[T]) -> T | None:
    """Return the document in an answer, or ``None`` where it is none of that kind."""
    try:
        return decode(answer.body, kind)
    except msgspec.DecodeError:
        return None


def retry_after(answer: Answer) -> float:
    """Return the seconds that ``Retry-After`` asks for; a date in it is read as no wish at all."""
    text = answer.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0.0


def offset_of(answer: Answer) -> int | None:
    """Return ``Upload-Offset``, or ``None`` where it is missing or malformed."""
    try:
        return parse_number(answer.headers.get("upload-offset", ""))
    except ValueError:
        return None
