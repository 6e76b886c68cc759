"""Files that survive: the one atomic write, durable appends, safe names, free space."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import unicodedata
from pathlib import Path

# The names that Windows keeps for devices, whatever their ending; it reads superscript digits as digits.
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    "conin$",
    "conout$",
    *(f"{p}{n}" for p in ("com", "lpt") for n in "0123456789¹²³"),
}
_MAX_NAME_BYTES = 120


def sync_directory(folder: Path) -> None:
    """Make the names in ``folder`` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_data(fd: int) -> None:
    """Make the bytes of an open file durable, leaving out time stamps where the system can."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:
        os.fsync(fd)


def atomic_write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace ``path`` by ``data`` so that a crash leaves either the old file or the whole new one.

    Raises ``OSError`` with the old file untouched.
    """
    fd, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            if os.name != "nt":
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def make_directory(path: Path, mode: int = 0o755) -> None:
    """Create ``path`` with its parents and make the new names durable. An existing folder is left alone."""
    if path.is_dir():
        return
    make_directory(path.parent, mode)
    path.mkdir(mode=mode, exist_ok=True)
    sync_directory(path.parent)


def safe_name(title: str, fallback: str = "untitled") -> str:
    """Return a file name that every system accepts and that still reads like ``title``.

    Any Unicode goes in. Separators, control characters and the characters that Windows forbids become
    spaces; the result is at most 120 UTF-8 bytes, never ends in a dot or space and is never a device name.
    """
    text = unicodedata.normalize("NFC", title)
    kept = (" " if unicodedata.category(c)[0] in "CZ" or c in '/\\:*?"<>|' else c for c in text)
    name = " ".join("".join(kept).split()).strip(". ")
    name = _shortened(name)
    # Windows looks at what stands before the first dot, without the spaces there.
    if name.split(".")[0].strip().lower() in _RESERVED:
        name = _shortened(f"_{name}")
    return name or fallback


def _shortened(name: str) -> str:
    """Return as much of ``name`` as a file name may hold, without half a character or a dot at its end."""
    encoded = name.encode("utf-8")
    if len(encoded) <= _MAX_NAME_BYTES:
        return name
    return encoded[:_MAX_NAME_BYTES].decode("utf-8", "ignore").rstrip(". ")


def free_bytes(folder: Path) -> int:
    """Return how many bytes an ordinary user may still write where ``folder`` (or its parent) lies."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a whole file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
