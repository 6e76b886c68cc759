"""Which channels of an input can be recorded, and how each choice is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class ChannelChoice(NamedTuple):
    """A choice: ``value`` for the studio, ``label`` for people."""

    value: str
    label: str


def channel_choices(channels: int, tracks: Sequence[str] = ()) -> tuple[ChannelChoice, ...]:
    """Return the choices for an input with so many channels; what is chosen now is always among them."""
    found = [ChannelChoice("1", "Mono")] if channels == 1 else []
    if channels > 1:
        found += [ChannelChoice(f"{n}+{n + 1}", f"{n} + {n + 1}, stereo") for n in range(1, channels, 2)]
        found += [ChannelChoice(str(n), f"{n}, mono") for n in range(1, channels + 1)]
        everything = ",".join(str(n) for n in range(1, channels + 1))
        found.append(ChannelChoice(everything, "1 and 2, two tracks" if channels == 2 else f"All {channels}, mono"))
    chosen = ",".join(tracks)
    if chosen and chosen not in {choice.value for choice in found}:
        found.append(ChannelChoice(chosen, chosen.replace("+", " + ").replace(",", ", ")))
    return tuple(found)
