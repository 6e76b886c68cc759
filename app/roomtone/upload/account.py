"""The server that this home has joined, if any. Without one it uses the server embedded in itself."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import UsageError
from roomtone.foundation.files import atomic_write
from roomtone.foundation.paths import Home

log = logging.getLogger(__name__)


class Joined(msgspec.Struct, frozen=True):
    """A server and the key to it."""

    url: str
    token: str


def account_file(home: Home) -> Path:
    """Return where the joined server is remembered; only the owner may read it."""
    return home.account


def load(home: Home) -> Joined | None:
    """Return the joined server, or ``None`` where the embedded one is used."""
    try:
        return decode(account_file(home).read_bytes(), Joined)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        log.info("the account could not be read: %s", error)
        return None


def save(home: Home, joined: Joined) -> None:
    """Remember a server. Raises ``OSError``."""
    atomic_write(account_file(home), msgspec.json.encode(joined), mode=0o600)


def remove(home: Home) -> None:
    """Forget the server."""
    account_file(home).unlink(missing_ok=True)


def read_link(link: str, token: str = "") -> Joined:
    """Read the address of a server: a plain one with a token, or a link to join with (``…/#token=…``).

    Raises ``UsageError``.
    """
    try:
        parts = urlsplit(link.strip() if "://" in link else f"https://{link.strip()}")
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise UsageError("bad-address", "This is no address of a server", link, "Copy the whole link and try again")
    key = token or parse_qs(parts.fragment).get("token", [""])[0]
    if not key:
        raise UsageError(
            "no-token",
            "The link has no key in it",
            "It should end in #token=…",
            "Ask for a fresh link, or give a token",
        )
    return Joined(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", key)
