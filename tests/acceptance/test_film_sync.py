"""Picture and sound stay together: a camera whose clock runs fast and whose frames come late and unevenly."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.film_sync import FPS, film
from tests.rigs.jack import JackServer

_SECONDS = 20.0
_MEAN_MS = 10.0


def test_every_flash_is_where_its_beep_is_in_the_recording_and_in_its_export(tmp_path: Path) -> None:
    with JackServer() as jack:
        filmed = film(jack, tmp_path, _SECONDS, (640, 368))
    for errors in (filmed.recorded, filmed.exported):
        assert errors.events >= _SECONDS - 3
        assert errors.worst < 1000 / FPS, f"{errors}; {jack.late()}"
    # The ticks of an export beat against the camera's for minutes; only the recording can be judged by so few events.
    assert abs(filmed.recorded.mean) < _MEAN_MS, f"{filmed.recorded}; {jack.late()}"
    manifest = filmed.document["manifest"]
    facts = manifest["tracks"][1]["picture"]
    assert facts["frames"] >= _SECONDS * FPS - 10
    assert facts.get("gaps", []) == []
    assert filmed.document["state"] == "safe-on-the-server"
