"""Disks that fill up and disks that lose their power: real file systems, made for one test.

Both need root and ``mount``; where that is not to be had, a test that asks for them is skipped with the reason.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.processes import cannot, need, run


def need_mounts() -> None:
    """Skip the test where nothing can be mounted."""
    need("mount", "umount", "mkfs.ext4", "cp")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        cannot("mounting needs root")


class SmallDisk:
    """A file system of ``megabytes`` in memory, at ``path``. As a context manager it is mounted inside.

    Whoever uses it ends all processes that have files open there before it is left.
    """

    def __init__(self, megabytes: int) -> None:
        self._megabytes = megabytes
        self.path = Path()

    @property
    def free(self) -> int:
        """How many bytes can still be written."""
        return shutil.disk_usage(self.path).free

    def fill(self, leave: int = 0) -> None:
        """Write a file ``filling`` until only ``leave`` bytes are free; others may write meanwhile."""
        with (self.path / "filling").open("ab") as filling, contextlib.suppress(OSError):
            left = self.free - leave
            while left > 0:
                left -= os.write(filling.fileno(), bytes(min(left, 1 << 20)))

    def make_room(self) -> None:
        """Remove the file that ``fill`` wrote."""
        (self.path / "filling").unlink()

    def __enter__(self) -> Self:
        need_mounts()
        self.path = Path(tempfile.mkdtemp(prefix="rt-small-"))
        try:
            run(["mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m", "tmpfs", self.path])
        except RuntimeError as error:
            self.path.rmdir()
            cannot(f"no tmpfs can be mounted: {error}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run(["umount", self.path])
        self.path.rmdir()


class PowerCutDisk:
    """An ext4 file system in a file, whose state at any moment is what a power cut would have left then.

    Work in ``path``. At any moment ``cut()`` copies what the disk held; ``after(cut)`` mounts such a copy, as the
    next start of the machine would, while the original goes on. As a context manager it is mounted inside; whoever
    uses it ends all processes that have files open there before it is left.
    """

    def __init__(self, megabytes: int = 256) -> None:
        self._megabytes = megabytes
        self._folder = Path()
        self._cuts = 0

    @property
    def path(self) -> Path:
        """Where the file system is mounted."""
        return self._folder / "disk"

    def cut(self) -> Path:
        """Copy what the disk holds now, without anything that is only in memory; return the copy."""
        self._cuts += 1
        copy = self._folder / f"cut-{self._cuts}.img"
        run(["cp", "--sparse=always", self._folder / "disk.img", copy], seconds=60)
        return copy

    @contextmanager
    def after(self, cut: Path) -> Iterator[Path]:
        """Mount a copy, its journal replayed, and give the folder; the copy is removed afterwards."""
        where = self._folder / "after"
        where.mkdir()
        run(["mount", "-o", "loop", cut, where])
        try:
            yield where
        finally:
            run(["umount", where])
            where.rmdir()
            cut.unlink()

    def __enter__(self) -> Self:
        need_mounts()
        self._folder = Path(tempfile.mkdtemp(prefix="rt-power-"))
        image = self._folder / "disk.img"
        with image.open("wb") as file:
            file.truncate(self._megabytes << 20)
        run(["mkfs.ext4", "-q", "-F", image], seconds=60)
        self.path.mkdir()
        try:
            run(["mount", "-o", "loop", image, self.path])
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            shutil.rmtree(self._folder)
            cannot(f"no loop device can be mounted: {error}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run(["umount", self.path])
        shutil.rmtree(self._folder)
