"""How names of accounts are compared."""

from __future__ import annotations

import unicodedata


def login_of(name: str) -> str:
    """Return a name as it is compared: without regard to the size of letters and the ways to write an accent."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def no_login(account: str) -> str:
    """Return what stands in the place of a name for whoever cannot come in by theirs: no name begins with a space."""
    return f" {account}"
