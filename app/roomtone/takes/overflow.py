"""The overflow of a take: what its own disk has no room for. Part of the on-disk contract.

::

    <in memory>/roomtone-<user>-<home>/<name of the take's folder>/
        journal.jsonl           the journal goes on here; entries may be told again in the take's own one
        mic-1.flac@1048576 …    the track goes on here, from that byte
        take.json               the manifest, where the take was sealed before there was room for it

It lies in a file system that is kept in memory, in a folder that only its owner may enter, and is gone when the
computer is switched off; but a killed process loses nothing of it, and whoever sends the take to a server reads it.
The recorder makes it when the disk is full. It goes home, into the take's own folder, when there is room again, and is
removed once all of it is there. Where a system keeps no files in memory there is no overflow.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from roomtone.foundation.paths import make_private
from roomtone.takes.folder import JOURNAL, MANIFEST

_IN_MEMORY: Final = ("tmpfs", "ramfs")


@dataclass(frozen=True)
class Spill:
    """How a track goes on: the file ``path`` holds it from byte ``at``."""

    path: Path
    track: str
    at: int

    @property
    def end(self) -> int:
        """Up to which byte the track lies here. Raises ``OSError`` when the spill is gone."""
        return self.at + self.path.stat().st_size


def bases(environment: Mapping[str, str] | None = None) -> list[Path]:
    """Return the folders below which overflows may lie: those that this system keeps in memory."""
    if os.name == "nt":
        return []
    env = os.environ if environment is None else environment
    named = [Path("/dev/shm"), Path(f"/run/user/{os.getuid()}")]
    if env.get("XDG_RUNTIME_DIR"):
        named.append(Path(env["XDG_RUNTIME_DIR"]))
    kinds = _kinds()
    found: dict[int, Path] = {}
    for path in named:
        with contextlib.suppress(OSError):
            device = path.stat().st_dev
            if kinds.get(device) in _IN_MEMORY:
                found.setdefault(device, path)
    return list(found.values())


def place(base: Path, takes: Path) -> Path:
    """Return the folder below ``base`` for the overflows of the take folders in ``takes``."""
    tag = hashlib.sha256(os.fsencode(takes.resolve())).hexdigest()[:12]
    return base / f"roomtone-{os.getuid() if hasattr(os, 'getuid') else 0}-{tag}"


class OverflowFinder:
    """Finds the overflow of one take, cheaply enough to ask many times a second."""

    def __init__(self, folder: Path) -> None:
        self._found = [place(base, folder.parent) / folder.name for base in bases()]

    def find(self) -> Path | None:
        """Return the take's overflow, or ``None`` where there is none."""
        for path in self._found:
            if os.path.isdir(path) and _ours(path.parent):
                return path
        return None

    def stamp(self) -> tuple[int, int, bool]:
        """Return what differs whenever there is something new in the overflow."""
        for path in self._found:
            with contextlib.suppress(OSError):
                journal = os.stat(path / JOURNAL)
                return journal.st_ino, journal.st_size, os.path.exists(path / MANIFEST)
        return 0, 0, False


def waiting(takes: Path) -> list[Path]:
    """Return the folders in ``takes`` of which something lies in an overflow, by name."""
    found: set[Path] = set()
    for base in bases():
        where = place(base, takes)
        with contextlib.suppress(OSError):
            if _ours(where):
                found |= {takes / name for name in os.listdir(where)}
    return sorted(folder for folder in found if (folder / JOURNAL).exists())


def spills(overflow: Path) -> list[Spill]:
    """Return what an overflow holds of tracks. Raises ``OSError``."""
    found = []
    for path in overflow.iterdir():
        track, marked, at = path.name.rpartition("@")
        if marked and at.isascii() and at.isdecimal():
            found.append(Spill(path, track, int(at)))
    return sorted(found, key=lambda spill: (spill.track, spill.at))


def read_track(path: Path, offset: int, size: int, block: int) -> Iterator[bytes]:
    """Go through ``size`` bytes of a track from ``offset``, at most ``block`` at a time, wherever they lie now.

    Ends early when there are no more. Raises ``OSError``.
    """
    end = offset + size
    finder: OverflowFinder | None = None
    while offset < end:
        before = offset
        for data in _read(path, offset, end, block):
            offset += len(data)
            yield data
        if offset < end:
            finder = finder or OverflowFinder(path.parent)
            for data in _read_spill(finder.find(), path.name, offset, end, block):
                offset += len(data)
                yield data
        # What was in the overflow a moment ago may have gone home meanwhile: the track itself is asked last.
        if offset == before and offset >= path.stat().st_size:
            return


def _read_spill(overflow: Path | None, track: str, offset: int, end: int, block: int) -> Iterator[bytes]:
    if overflow is None:
        return
    with contextlib.suppress(FileNotFoundError):
        for spill in spills(overflow):
            if spill.track == track and spill.at <= offset < spill.end:
                for data in _read(spill.path, offset - spill.at, end - spill.at, block):
                    offset += len(data)
                    yield data


def _read(path: Path, offset: int, end: int, block: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        while offset < end and (data := file.read(min(block, end - offset))):
            offset += len(data)
            yield data


def make_overflow(folder: Path) -> tuple[Path, int] | None:
    """Make the overflow of the take in ``folder``, private; return it, and how many bytes it may hold.

    That is half of what is free there. Returns ``None`` where nothing is kept in memory but the full disk itself.
    """
    full = folder.stat().st_dev
    for base in sorted(bases(), key=lambda base: shutil.disk_usage(base).free, reverse=True):
        if base.stat().st_dev == full:
            continue
        where = place(base, folder.parent)
        try:
            with contextlib.suppress(FileExistsError):
                where.mkdir(mode=0o700)
            if not make_private(where):
                continue
            overflow = where / folder.name
            overflow.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            continue
        return overflow, shutil.disk_usage(base).free // 2
    return None


def remove_overflow(overflow: Path) -> None:
    """Remove an overflow of which everything has gone home; and the home's folder with its last one."""
    shutil.rmtree(overflow, ignore_errors=True)
    with contextlib.suppress(OSError):
        overflow.parent.rmdir()


def _ours(where: Path) -> bool:
    """Everybody may make folders where files are kept in memory: one that is not ours is not looked into."""
    try:
        found = where.lstat()
    except OSError:
        return False
    return found.st_uid == os.getuid() and not os.path.islink(where)


def _kinds() -> dict[int, str]:
    """Return the kind of each mounted file system by its device number. Source: proc(5), mountinfo."""
    kinds = {}
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return {}
    for line in lines:
        fields = line.split()
        major, _, minor = fields[2].partition(":")
        kinds[os.makedev(int(major), int(minor))] = fields[fields.index("-") + 1]
    return kinds
