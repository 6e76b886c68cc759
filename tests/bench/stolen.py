"""How much of this machine went to others: on shared hosts a late device may be nobody's fault here."""

from __future__ import annotations

import psutil


def stolen_seconds() -> float:
    """Return for how long its processors were kept from this machine while they were wanted; 0 where nobody tells."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))
