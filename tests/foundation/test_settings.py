"""Settings: kept, put aside when unreadable, and never written over when a newer version wrote them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from roomtone.foundation.errors import WorldError
from roomtone.foundation.settings import (
    SCHEMA,
    CameraSetting,
    FramingSetting,
    PrompterSetting,
    Settings,
    load,
    save,
)


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    assert load(path) == Settings()
    chosen = Settings(person="Änne", theme="dark", rate=96_000, format="wav")
    save(path, chosen)
    assert load(path) == chosen


@pytest.mark.parametrize("raw", [b"", b"{", b"\x00\x01", b'{"person":"\xff"}', b'{"rate":"fast"}', b"[]"])
def test_an_unreadable_file_is_put_aside_and_never_thrown_away(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(raw)
    assert load(path) == Settings()
    assert not path.exists()
    assert (tmp_path / "settings.json.unreadable").read_bytes() == raw


def test_the_second_unreadable_file_does_not_replace_the_first(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for raw in (b"first", b"second", b"third"):
        path.write_bytes(raw)
        load(path)
    kept = {entry.read_bytes() for entry in tmp_path.iterdir()}
    assert kept == {b"first", b"second", b"third"}


def test_settings_of_a_newer_version_are_used_as_far_as_understood_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    raw = msgspec.json.encode(
        {"schema": SCHEMA + 1, "person": "Ana", "theme": "sepia", "rate": {"input": 1}, "cloud": [1]}
    )
    path.write_bytes(raw)
    found = load(path)
    assert (found.schema, found.person, found.theme, found.rate) == (SCHEMA + 1, "Ana", "system", 48_000)
    with pytest.raises(WorldError) as refused:
        save(path, Settings(person="Mika"))
    assert refused.value.code == "newer-settings"
    assert path.read_bytes() == raw


def test_fields_that_this_version_does_not_know_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b'{"schema":1,"person":"Ana","from a later build":true}')
    assert load(path).person == "Ana"


def test_cameras_framing_and_prompter_come_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    chosen = Settings(
        cameras=[CameraSetting("V4L2/desk", "720p30"), CameraSetting("screen")],
        framing=FramingSetting(mirrored=False, aspect="9:16", ghost=0.25),
        prompter=PrompterSetting("la la", 90, True),
    )
    save(path, chosen)
    assert load(path) == chosen


@pytest.mark.parametrize(
    "raw",
    [b'{"framing":{"aspect":"3:2"}}', b'{"framing":{"ghost":2}}', b'{"prompter":{"words_a_minute":-1}}'],
)
def test_framing_that_cannot_be_is_no_setting(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(raw)
    assert load(path) == Settings()
    assert (tmp_path / "settings.json.unreadable").read_bytes() == raw
