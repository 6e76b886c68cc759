"""Takes as earlier versions left them open and recover for ever. Whoever changes the format adds to them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from roomtone.foundation.clock import SystemClock
from roomtone.takes.decode import decode_whole
from roomtone.takes.documents import Ending
from roomtone.takes.folder import NewerFolderError
from roomtone.takes.model import TakeState, load_take
from roomtone.takes.recovery import digest_file, recover_all
from tests.rigs.processes import run

_SAMPLES = Path(__file__).parents[1] / "data" / "takes"


def _fingerprint(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_a_sealed_take_of_schema_1_opens_and_nothing_changes_it(tmp_path: Path) -> None:
    folder = tmp_path / "takes" / "sealed"
    shutil.copytree(_SAMPLES / "schema-1-sealed-flac", folder)
    before = _fingerprint(folder)
    assert recover_all(folder.parent, SystemClock()) == ([], [])
    take = load_take(folder)
    assert take.state is TakeState.SEALED
    assert take.title == "Sealed – take 1"
    assert take.manifest is not None
    assert take.manifest.schema == 1
    for track in take.manifest.tracks:
        assert digest_file(folder / track.name) == track.digest
        assert decode_whole(folder / track.name).frames == track.frames
    assert _fingerprint(folder) == before


@pytest.mark.parametrize("form", ["flac", "wav"])
def test_a_take_of_schema_1_whose_recorder_died_becomes_whole(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "takes" / "growing"
    shutil.copytree(_SAMPLES / f"schema-1-growing-{form}", folder)
    synced = load_take(folder).synced[f"mic-1.{form}"][1]
    recovered, troubles = recover_all(folder.parent, SystemClock())
    assert not troubles
    assert [take.title for take in recovered] == ["Growing – take 1"]
    manifest = recovered[0].manifest
    assert manifest is not None
    assert manifest.ending is Ending.RECOVERED
    track = manifest.tracks[0]
    assert track.frames >= synced > 0
    assert decode_whole(folder / track.name).frames == track.frames
    assert digest_file(folder / track.name) == track.digest
    if form == "flac":
        run(["flac", "-t", "-s", folder / track.name])
    before = _fingerprint(folder)
    assert recover_all(folder.parent, SystemClock()) == ([], [])
    assert _fingerprint(folder) == before


def test_a_take_of_a_newer_schema_is_left_alone_and_said_so(tmp_path: Path) -> None:
    folder = tmp_path / "takes" / "newer"
    shutil.copytree(_SAMPLES / "schema-1-growing-flac", folder)
    journal = folder / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"schema":1', '"schema":2', 1))
    before = _fingerprint(folder)
    recovered, troubles = recover_all(folder.parent, SystemClock())
    assert recovered == []
    assert [type(trouble) for trouble in troubles] == [NewerFolderError]
    assert "newer version" in troubles[0].detail
    assert "Update Roomtone" in troubles[0].remedy
    assert _fingerprint(folder) == before


@pytest.mark.expects_log("not recovered")
def test_one_strange_folder_keeps_no_other_from_being_recovered(tmp_path: Path) -> None:
    takes = tmp_path / "takes"
    shutil.copytree(_SAMPLES / "schema-1-growing-flac", takes / "a good one")
    shutil.copytree(_SAMPLES / "schema-1-growing-flac", takes / "a strange one")
    (takes / "a strange one" / "mic-1.flac").unlink()
    (takes / "a strange one" / "mic-1.flac").mkdir()
    shutil.copytree(_SAMPLES / "schema-1-growing-wav", takes / "b good one")
    recovered, troubles = recover_all(takes, SystemClock())
    assert len(recovered) == 2
    assert len(troubles) == 1
