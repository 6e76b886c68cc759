"""The licences in plain words, to be read before the first recording."""

from __future__ import annotations

from typing import Final

from roomtone.wire.project.items import Licence

PLAIN: Final[dict[Licence, str]] = {
    Licence.BY: "Anybody may use and change it, also to earn money, and has to name you.",
    Licence.BY_SA: "Anybody may use and change it and has to name you; what comes of it has the same terms.",
    Licence.BY_NC: "Anybody may use and change it and has to name you, but not to earn money.",
    Licence.ZERO: "Anybody may do anything with it, and need not even name you.",
    Licence.RESERVED: "Nobody but this project may use it; everything else needs your word.",
}

DEFAULT: Final = Licence.BY

WITHDRAWAL: Final = (
    "You can withdraw a take at any time: from then on nobody else can hear it or build on it here. "
    "Copies that others fetched before, and pieces that were published with it, are not called back."
)


def plain(licence: Licence | None) -> str:
    """Return what a licence means, in words that need no lawyer."""
    return PLAIN[licence or DEFAULT]
