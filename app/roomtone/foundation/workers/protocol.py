"""The frames on the local socket: what surrounds the messages of each worker.

A connection begins with the mutual challenge of ``multiprocessing.connection`` over a key that only the owner
can read. After that each side sends JSON documents, never pickles. Version 1.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.foundation.files import atomic_write
from roomtone.foundation.paths import Home

VERSION: Final = 1
# A request or event is small; anything larger is garbage or an attack.
MAX_MESSAGE: Final = 4 * 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """A command on its way to the worker; ``id`` comes back with the reply."""

    v: int
    id: int
    do: msgspec.Raw


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker sends: a reply (``id`` with ``ok`` or ``error``) or an event."""

    v: int
    id: int = 0
    ok: msgspec.Raw = msgspec.Raw()
    error: Problem | None = None
    event: msgspec.Raw = msgspec.Raw()


class Address(msgspec.Struct, frozen=True):
    """Where a running worker listens, as its address file says."""

    v: int
    pid: int
    address: str


def address_file(home: Home, name: str) -> Path:
    """Return where the worker ``name`` publishes its address."""
    return home.run / f"{name}.json"


def lock_file(home: Home, name: str) -> Path:
    """Return the file that the running worker ``name`` keeps locked."""
    return home.run / f"{name}.lock"


def make_key(home: Home, name: str) -> bytes:
    """Write a fresh key that only the owner can read, and return it."""
    key = secrets.token_hex(32).encode()
    atomic_write(home.run / f"{name}.key", key, mode=0o600)
    return key


def read_key(home: Home, name: str) -> bytes:
    """Return the key of the running worker. Raises ``OSError``."""
    return (home.run / f"{name}.key").read_bytes()


def remove_leftovers(home: Home, name: str) -> None:
    """Remove the address and the sockets of a worker ``name`` that was killed."""
    address_file(home, name).unlink(missing_ok=True)
    if os.name != "nt":
        for socket in home.socket_folder().glob(f"{name}-*"):
            socket.unlink(missing_ok=True)


def socket_address(home: Home, name: str) -> str:
    """Return a fresh socket address for this process."""
    tag = secrets.token_hex(4)
    if os.name == "nt":
        return rf"\\.\pipe\roomtone-{name}-{tag}"
    return str(home.socket_folder() / f"{name}-{tag}")
