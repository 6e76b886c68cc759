"""Which tests run beside each other where two processes share them."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


def scope_of(nodeid: str) -> str:
    """Return what has to run in the same process as a test: its module, whose tests share what it prepared."""
    return nodeid.partition("::")[0]


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return a scheduler that hands tests out by ``scope_of``."""
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = scope_of
    return scheduler
