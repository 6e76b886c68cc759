"""Clients that others wrote, plain, in parallel parts, with a deferred length, and over a killed server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from roomtone.wire import tus
from roomtone.wire.digest import digest_of
from tests.rigs.processes import Program
from tests.server.js_tools import installed
from tests.server.rig import Client, RunningServer

SIZE = 5_012_345


@pytest.fixture(scope="session")
def scripts() -> Path:
    return installed()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.wav"
    path.write_bytes(os.urandom(SIZE))
    return path


def start(scripts: Path, client: Client, file: Path, metadata: dict[str, str], **options: Any) -> Program:
    """Begin to upload a file with tus-js-client."""
    wanted = {"endpoint": client.url + tus.UPLOADS, "token": client.token, "file": str(file), "metadata": metadata}
    wanted |= {"chunk": 1_000_000, "parallel": 1, "deferred": False} | options
    return Program(["node", scripts / "upload.mjs", json.dumps(wanted)])


def own_take(client: Client, project: str, file: Path) -> None:
    """Check that a file became a sealed take, byte for byte."""
    (take,) = client.get(f"/api/projects/{project}/takes").json["takes"]
    assert (take["title"], take["sealed"]) == (file.name, True)
    (track,) = take["tracks"]
    body = file.read_bytes()
    assert track["digest"] == digest_of(body)
    assert client.get(f"/api/takes/{take['id']}/tracks/{track['name']}").body == body


@pytest.mark.parametrize("options", [{}, {"parallel": 3}, {"deferred": True}], ids=["plain", "parallel", "deferred"])
def test_tus_js_client_brings_a_take_in(
    client: Client, scripts: Path, recording: Path, options: dict[str, Any]
) -> None:
    project = client.project()
    place = {"project": project, "filename": recording.name}
    with start(scripts, client, recording, place, **options) as uploading:
        uploading.wait_for_line('"done"', 60)
        assert uploading.wait() == 0, uploading.output
    own_take(client, project, recording)


@pytest.mark.parametrize("options", [{}, {"deferred": True}], ids=["plain", "deferred"])
def test_tus_js_client_goes_on_after_the_server_was_killed(
    server: RunningServer, scripts: Path, recording: Path, options: dict[str, Any]
) -> None:
    client = server.client()
    take, track = client.track("mic.wav")
    body = recording.read_bytes()
    with start(scripts, client, recording, {"take": take, "track": track}, chunk=100_000, **options) as uploading:
        uploading.wait_for_line(r'"accepted":1[0-9]{6}\b', 60)
        server.kill()
        server.start()
        uploading.wait_for_line('"done"', 60)
        assert uploading.wait() == 0, uploading.output
    assert client.seal(take, track, SIZE, digest_of(body)).status == 200
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == body


def test_tuspy_brings_a_take_in(client: Client, recording: Path) -> None:
    project = client.project()
    speaking = TusClient(client.url + tus.UPLOADS, headers={"Authorization": f"Bearer {client.token}"})
    place = {"project": project, "filename": recording.name}
    with recording.open("rb") as stream:
        options = {"chunk_size": 700_000, "metadata": place, "upload_checksum": True}
        speaking.uploader(file_stream=stream, **options).upload()
    own_take(client, project, recording)


def test_tuspy_goes_on_after_the_server_was_killed(server: RunningServer, recording: Path) -> None:
    client = server.client()
    project = client.project()
    speaking = TusClient(client.url + tus.UPLOADS, headers={"Authorization": f"Bearer {client.token}"})
    place = {"project": project, "filename": recording.name}
    with recording.open("rb") as stream:
        first = speaking.uploader(file_stream=stream, chunk_size=700_000, metadata=place)
        first.upload(stop_at=1_400_000)
        server.kill()
        server.start()
        second = speaking.uploader(file_stream=stream, chunk_size=700_000, url=first.url)
        assert second.offset == 1_400_000
        second.upload()
    own_take(client, project, recording)
