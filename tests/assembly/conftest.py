"""What the tests of the assembly layer share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.paths import Home
from roomtone.takes.library import Library


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the samples, filled as they are asked for."""
    return tmp_path_factory.mktemp("samples")


@pytest.fixture
def library(home: Home) -> Iterator[Library]:
    """The library of an empty home."""
    made = Library(home.library, home.takes)
    yield made
    made.close()
