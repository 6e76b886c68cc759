"""A real server as its own process, and a client that can also say what no good client says."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store

from roomtone.wire import tus
from tests.rigs.processes import Program
from tests.rigs.s3 import S3Server

OFFSET_TYPE = ("Content-Type", tus.OFFSET_TYPE)
RESUMABLE = ("Tus-Resumable", tus.VERSION)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Keeping:
    """Where a server keeps things: the options that every command over them needs, and the keys to them.

    Without any, they are files in its folder.
    """

    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    bucket: S3Store | None = None


FILES: Final = Keeping()


def outside(database: str, store: S3Server) -> Keeping:
    """Return how to keep things in a database and in a new place of an object store."""
    prefix = f"servers/{secrets.token_hex(8)}"
    return Keeping(("--database", database, "--store", store.url(prefix)), store.environment, store.bucket(prefix))


class RunningServer:
    """``roomtone server run`` on a free port over a folder; ``kill`` and ``start`` again keep the port and the data.

    As a context manager it is running inside, and ended on the way out.
    """

    def __init__(
        self,
        folder: Path,
        data: Path | None = None,
        arguments: Sequence[str] = (),
        program: str = "roomtone",
        keeping: Keeping = FILES,
    ) -> None:
        self.folder = folder
        self.data = data or folder / "server"
        self.keeping = keeping
        self._environment = {**os.environ, **keeping.environment}
        self._arguments = arguments
        self._module = program
        self._port = 0
        self._program: Program | None = None

    def start(self) -> Self:
        """Start it and wait until it accepts requests."""
        argv = [sys.executable, "-m", self._module, "--home", str(self.folder), "server", "run", "--json"]
        argv += ["--port", str(self._port), "--data", str(self.data), "--owner-token", str(self.token_file)]
        self._program = Program([*argv, *self.keeping.options, *self._arguments], self._environment)
        found = self._program.wait_for_line(r'^\{"url":.*')
        self._port = urlsplit(json.loads(found.group(0))["url"]).port or 0
        return self

    @property
    def token_file(self) -> Path:
        return self.folder / "owner.token"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def token(self) -> str:
        return self.token_file.read_text().strip()

    @property
    def program(self) -> Program:
        assert self._program is not None
        return self._program

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        self.program.kill()

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        self.program.signal(signal.SIGTERM)
        return self.program.wait()

    def lose_sealed(self, take: str) -> None:
        """Lose the bytes of a take, as a broken disk would."""
        if self.keeping.bucket is None:
            for path in (self.data / "store").rglob(f"{take}*"):
                path.rename(path.with_suffix(".gone"))
            return
        listed = [one["path"] for several in obstore.list(self.keeping.bucket, "store") for one in several]
        obstore.delete(self.keeping.bucket, [path for path in listed if take in path])

    def client(self, token: str | None = None) -> Client:
        """Return a client that signs with the owner's token, or with another one."""
        return Client(self.url, self.token if token is None else token)

    def command(self, *arguments: str) -> Any:
        """Run another ``roomtone server`` command over the same data and return its document."""
        argv = [sys.executable, "-m", "roomtone", "--home", str(self.folder), "server", *arguments]
        with Program([*argv, "--json", "--data", str(self.data), *self.keeping.options], self._environment) as running:
            assert running.wait() == 0, running.output
            return json.loads(running.output)

    def another_account(self, name: str) -> Client:
        """Add an account and return its client."""
        return self.client(self.command("user", "add", name)["token"])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is not None and self._program.running:
            self._program.end()


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code, or nothing."""
        return str(self.json.get("code", "")) if self.body else ""

    @property
    def offset(self) -> int:
        return int(self.headers["upload-offset"])


class Client:
    """Speaks HTTP with exactly the headers that it is given."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def ask(self, method: str, path: str, headers: Pairs = (), body: bytes | None = None) -> Answer:
        """Send one request on a connection of its own; with ``body`` its length is announced."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in self.signed(headers):
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def signed(self, headers: Pairs) -> list[tuple[str, str]]:
        """Return the headers with the token, where there is one and they bring none."""
        if not self.token or any(name.lower() == "authorization" for name, _ in headers):
            return list(headers)
        return [("Authorization", f"Bearer {self.token}"), *headers]

    def put(self, path: str, document: Any) -> Answer:
        return self.ask("PUT", path, [("Content-Type", "application/json")], json.dumps(document).encode())

    def post(self, path: str, document: Any) -> Answer:
        return self.ask("POST", path, [("Content-Type", "application/json")], json.dumps(document).encode())

    def get(self, path: str, headers: Pairs = ()) -> Answer:
        return self.ask("GET", path, headers)

    def project(self, title: str = "Song") -> str:
        """Make a project and return its id."""
        identity = secrets.token_hex(16)
        assert self.put(f"/api/projects/{identity}", {"title": title}).status == 200
        return identity

    def take(self, project: str, *tracks: str) -> str:
        """Start a take with tracks and return its id."""
        identity = secrets.token_hex(16)
        declared = [{"name": name, "media": "audio/flac"} for name in tracks or ("mic.flac",)]
        answer = self.put(f"/api/takes/{identity}", {"project": project, "title": "Take", "tracks": declared})
        assert answer.status == 200, answer.body
        return identity

    def track(self, name: str = "mic.flac") -> tuple[str, str]:
        """Make a project with a take of one track; return the take's id and the track's name."""
        return self.take(self.project(), name), name

    def create(self, headers: Pairs, body: bytes | None = b"") -> Answer:
        """POST a creation with the protocol's version."""
        return self.ask("POST", tus.UPLOADS, [RESUMABLE, *headers], body)

    def upload(self, length: int | None = None, place: Mapping[str, str] | None = None) -> str:
        """Create an upload, by default for a fresh track, and return its path; ``None`` defers the length."""
        if place is None:
            take, track = self.track()
            place = {"take": take, "track": track}
        size = ("Upload-Defer-Length", "1") if length is None else ("Upload-Length", str(length))
        answer = self.create([size, ("Upload-Metadata", tus.format_metadata(dict(place)))])
        assert answer.status == 201, answer.body
        return answer.headers["location"]

    def append(self, path: str, offset: int, body: bytes, headers: Pairs = ()) -> Answer:
        """PATCH bytes at an offset."""
        return self.ask("PATCH", path, [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", str(offset)), *headers], body)

    def look(self, path: str) -> Answer:
        """HEAD an upload."""
        return self.ask("HEAD", path, [RESUMABLE])

    def seal(
        self, take: str, track: str, length: int, digest: str, patches: Sequence[tuple[int, bytes]] = ()
    ) -> Answer:
        """Ask for a track's seal."""
        told = [{"offset": offset, "data": base64.b64encode(data).decode()} for offset, data in patches]
        path = f"/api/takes/{take}/tracks/{track}/seal"
        return self.post(path, {"length": length, "digest": digest, "patches": told})

    def bare(self) -> socket.socket:
        """Open a connection; the caller closes it."""
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)

    def head(self, method: str, path: str, headers: Pairs) -> bytes:
        """Return a request's head as bytes, signed."""
        lines = self.signed([("Host", urlsplit(self.url).netloc), *headers])
        text = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode()

    def half_open(self, path: str, offset: int, body: bytes, announced: int, headers: Pairs = ()) -> socket.socket:
        """Begin a PATCH that announces more than it sends, and then says nothing; the caller closes the socket."""
        lines = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", str(offset)), ("Content-Length", str(announced)), *headers]
        connection = self.bare()
        connection.sendall(self.head("PATCH", path, lines) + body)
        return connection


def checksum(body: bytes, algorithm: str = "sha256") -> tuple[str, str]:
    """Return the checksum header of a body."""
    digest = hashlib.new(algorithm, body).digest()
    return "Upload-Checksum", f"{algorithm} {base64.b64encode(digest).decode()}"


def read_answer(connection: socket.socket) -> Answer:
    """Read one answer off a bare socket."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, response.read())
