"""What the tests of the studio share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from roomtone.foundation.paths import Home
from tests.rigs.workers import end_workers


@pytest.fixture
def place(home: Home) -> Iterator[Home]:
    """A home whose workers are ended after the test."""
    yield home
    end_workers(home)
