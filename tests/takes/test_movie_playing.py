"""Films as a browser plays them: sealed, and recovered without a final header."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from roomtone.foundation.clock import ManualClock
from roomtone.takes.recovery import recover_all
from tests.rigs.browser import browser, watch

_SAMPLES = Path(__file__).parents[1] / "data" / "takes"


@pytest.mark.skipif(browser() is None, reason="Chromium is not installed")
@pytest.mark.parametrize("kind", ["growing", "sealed"])
def test_a_film_plays_to_its_end_in_a_browser(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "takes" / "film"
    shutil.copytree(_SAMPLES / f"schema-1-{kind}-film", folder)
    recovered, troubles = recover_all(folder.parent, ManualClock())
    assert (len(recovered), troubles) == (int(kind == "growing"), [])
    seen = watch(folder / "camera-1.mp4")
    assert seen["what"] == "ended"
    assert seen["error"] is None
    assert (seen["width"], seen["height"]) == (320, 180)
    assert 2.5 < seen["duration"] < 3.2
    assert seen["at"] == pytest.approx(seen["duration"], abs=0.1)
    assert seen["frames"] > 60
