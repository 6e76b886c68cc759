"""What the server asks of the place where bytes are kept.

Nothing here supposes a file system: an object store can hold a staged upload as the parts of a multipart
upload with a small tail beside them, and seal it by completing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Pieces = Sequence[bytes | bytearray | memoryview]


@dataclass(frozen=True)
class Progress:
    """How far a staged upload is: ``committed`` bytes would survive a power cut; ``touched`` is the last commit."""

    committed: int
    touched: datetime | None


@dataclass(frozen=True)
class Replacement:
    """Bytes that take the place of others in a staged upload when it is sealed."""

    offset: int
    data: bytes


class Staged(Protocol):
    """The bytes of one upload on their way.

    The caller uses it from one thread at a time (``push`` excepted), has at most one open per upload, and closes
    it. Every method may block. Errors are ``WorldError``; ``disk-full`` means that nothing that was committed is
    lost and that the same call may succeed later, after ``roll_back``.
    """

    @property
    def committed(self) -> int:
        """How many bytes would survive a power cut now."""

    @property
    def appended(self) -> int:
        """How many bytes there are, committed or not."""

    @property
    def touched(self) -> datetime | None:
        """When bytes were committed last."""

    def append(self, pieces: Pieces) -> None:
        """Put bytes behind what is appended. They count for nothing before ``commit``."""

    def push(self) -> None:
        """Begin to make appended bytes durable, so that ``commit`` takes less time.

        May be called from another thread while bytes are appended, but not beside ``commit`` or ``close``.
        """

    def commit(self, at: datetime) -> int:
        """Make everything that is appended durable and counted; return how many bytes that are."""

    def roll_back(self) -> None:
        """Forget what is appended and not committed."""

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` appended bytes from ``offset``, fewer at the end."""

    def close(self) -> None:
        """Let go of handles. Bytes that are not committed are forgotten."""


class Object(Protocol):
    """A sealed object, open for reading by several threads at once. The caller closes it."""

    @property
    def size(self) -> int:
        """Its length in bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer at the end."""

    def close(self) -> None:
        """Let go of handles."""


class Storage(Protocol):
    """Staged uploads, and sealed objects that never change.

    Upload names are 32 hexadecimal digits. Keys are segments of ``[a-z0-9.-]`` joined by ``/`` that do not begin
    with a dot; the caller makes them so, and never gives one key to two different contents.
    """

    def stage(self, upload: str) -> Staged:
        """Open a staged upload; one that is not there begins empty."""

    def progress(self, upload: str) -> Progress:
        """Say how far a staged upload is, without opening it; one that is not there is empty."""

    def staged(self) -> list[str]:
        """Return the names of all staged uploads."""

    def discard(self, upload: str) -> None:
        """Remove a staged upload. Removing what is not there is harmless. The caller has closed it."""

    def seal(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> None:
        """Turn the first ``length`` committed bytes, with the replacements made, into the durable object ``key``.

        The caller has recorded the arguments where they survive a crash, has closed the staged upload, and
        repeats the call with the same ones until it has returned once; repeating it after that is harmless.
        """

    def open(self, key: str) -> Object:
        """Open a sealed object. Raises ``WorldError`` with the code ``object-missing``."""

    def keys(self) -> Iterator[tuple[str, int]]:
        """Go through all sealed objects with their sizes."""

    def close(self) -> None:
        """Let go of handles. Everything that was staged is closed."""
