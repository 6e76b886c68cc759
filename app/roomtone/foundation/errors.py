"""The one error tree.

Every error that a person may meet says what happened (``title``), why (``detail``) and what to do
(``remedy``), and carries a stable ``code`` for programs. Foreign exceptions are converted once, where they
enter; the faces render errors in one place each.
"""

from __future__ import annotations

import errno
from typing import Final

import msgspec


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as plain data, as it crosses a process or the network boundary.

    ``ours`` is true for a bug of Roomtone and false for the world's fault; ``usage`` where what was asked for cannot
    be.
    """

    code: str
    title: str
    detail: str = ""
    remedy: str = ""
    ours: bool = False
    usage: bool = False

    def sentence(self) -> str:
        """Return *what happened – why – what to do* as one line."""
        return " – ".join(part for part in (self.title, self.detail, self.remedy) if part)


class RoomtoneError(Exception):
    """Something that Roomtone can explain. Use one of the two branches below, or a subclass of them."""

    ours: bool = False

    def __init__(self, code: str, title: str, detail: str = "", remedy: str = "") -> None:
        super().__init__(title)
        self.code: Final = code
        self.title: Final = title
        self.detail: Final = detail
        self.remedy: Final = remedy

    @property
    def problem(self) -> Problem:
        """The error as plain data; what is no Unicode in it, such as a part of a file name, is replaced."""
        texts = _unicode(self.title), _unicode(self.detail), _unicode(self.remedy)
        return Problem(self.code, *texts, ours=self.ours, usage=isinstance(self, UsageError))

    def __str__(self) -> str:
        return self.problem.sentence()


def _unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class WorldError(RoomtoneError):
    """The world's fault: a full disk, a device that is gone, no network, a file that is none of ours."""


class UsageError(WorldError):
    """The person or program asked for something that cannot be; nothing was changed."""


class BugError(RoomtoneError):
    """Our fault. Its internals go to the log, never to a client."""

    ours = True


def from_problem(problem: Problem) -> RoomtoneError:
    """Turn plain data that came from another process back into an exception."""
    kind = BugError if problem.ours else UsageError if problem.usage else WorldError
    return kind(problem.code, problem.title, problem.detail, problem.remedy)


def unexpected(doing: str) -> BugError:
    """Return the error for an exception that nobody foresaw; the caller logs the exception itself."""
    return BugError(
        "bug",
        f"Something went wrong while {doing}",
        "Roomtone met a case that it does not know",
        "Your takes are safe. Look into the log folder (roomtone doctor shows it) and report what it says",
    )


def from_os_error(error: OSError, doing: str) -> WorldError:
    """Convert an operating-system error at the boundary where it came in."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorldError(
            "disk-full",
            f"The disk is full while {doing}",
            f"No space is left on the device{where}",
            "Free some space, or choose another folder with --home",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return WorldError(
            "no-permission",
            f"Not allowed while {doing}",
            f"{error.strerror}{where}",
            "Check who owns the folder, or choose another one with --home",
        )
    if error.errno == errno.ENOTDIR:
        return WorldError(
            "not-a-folder",
            f"There is no folder to use while {doing}",
            f"A file lies where a folder has to be{where}",
            "Move the file away, or choose another folder with --home",
        )
    return WorldError(
        "system",
        f"The system refused while {doing}",
        f"{error.strerror or error}{where}",
        "Try again; if it stays, roomtone doctor tells more",
    )
