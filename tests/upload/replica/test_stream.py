"""The stream of events against a real server: what happens is heard of; where nothing can be heard, that is said."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.upload.account import Joined
from roomtone.upload.http import RequestsTransport
from roomtone.upload.place import Place
from roomtone.upload.replica.stream import Stream
from roomtone.wire.api import NewProject, Project
from roomtone.wire.project.edits import Answers, Edit, Edits
from roomtone.wire.project.items import ProjectFields
from tests.rigs.processes import until
from tests.server.rig import RunningServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path) as running:
        yield running


def test_what_happens_on_the_server_is_heard_of_until_it_is_gone(home: Home, server: RunningServer) -> None:
    transport, clock = RequestsTransport(SystemClock()), SystemClock()
    place = Place(home, transport)
    place.use(Joined(server.url, server.token))
    project = secrets.token_hex(16)
    made = place.call("PUT", f"/api/projects/{project}", Project, NewProject("Song"))
    heard: list[str] = []
    stream = Stream(place, transport, clock, lambda: True, heard.append)
    stream.start()
    stream.follow(project, made.cursor)
    until(lambda: stream.follows(project), 20, "the stream to be open")
    assert not stream.follows(secrets.token_hex(16))
    until(lambda: heard == [project], 20, "one question, because something may have happened before")
    edit = Edit(secrets.token_hex(16), project, "2026-11-28T10:00:00.000Z", ProjectFields(brief="Ours"))
    place.call("POST", f"/api/projects/{project}/edits", Answers, Edits([edit]))
    until(lambda: len(heard) > 1, 20, "the edit to be heard of")
    server.kill()
    until(lambda: not stream.follows(project), 40, "the stream to say that it hears nothing any more")
    stream.close()
    until(lambda: not stream.running, 20, "the thread to end")
