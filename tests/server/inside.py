"""A whole server inside the test's own process, without sockets: fast enough to be asked thousands of questions."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from roomtone.foundation.clock import ManualClock
from roomtone.server.asgi import Message
from roomtone.server.asgi import Scope as Asgi
from roomtone.server.composition import compose
from roomtone.server.db.records import AccountRecord, KeyRecord
from roomtone.server.db.sql import SqlRepository, open_repository
from roomtone.server.services.access import new_token
from roomtone.server.storage.memory import MemoryStorage
from roomtone.wire import tus
from roomtone.wire.digest import digest_of
from roomtone.wire.project.people import Role, Scope
from tests.server.filling import add_project
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Answer

Pairs = Sequence[tuple[str, str]]


class Inside:
    """A server over a database and a store in memory, with a clock that is moved. A context manager."""

    def __init__(self, repository: SqlRepository | None = None, quota: int | None = None) -> None:
        self.clock = ManualClock()
        self.storage = MemoryStorage()
        self.repository = repository or open_repository(None)
        self.parts = compose(self.repository, self.storage, self.clock, quota=quota)
        self._loop = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close()
        self.parts.close()
        self.repository.close()

    def person(self, name: str, scope: Scope = Scope.FULL, project: str = "") -> Person:
        """Add an account and return it with a key."""
        account = AccountRecord(secrets.token_hex(16), name, self.clock.now())
        token, hashed = new_token()
        assert self.repository.add_account(account, KeyRecord(hashed, account, self.clock.now(), "", scope, project))
        return Person(self, account, token)

    def nobody(self) -> Person:
        """Return somebody without a token."""
        return Person(self, AccountRecord("", "", self.clock.now()), "")

    def project(self, owner: Person, title: str = "Song") -> str:
        """Make a project."""
        identity = secrets.token_hex(16)
        assert add_project(self.repository, identity, title, owner.id, self.clock.now())
        return identity

    def join(self, project: str, person: Person, role: Role) -> None:
        """Make somebody a member."""
        self.repository.change_member(project, person.id, self.clock.now(), lambda _: role)

    def ask(self, method: str, target: str, headers: Pairs = (), body: bytes = b"", client: str = "10.0.0.1") -> Answer:
        """Ask the server."""
        return self._loop.run(self._ask(method, target, headers, body, client))

    async def _ask(self, method: str, target: str, headers: Pairs, body: bytes, client: str) -> Answer:
        path, _, query = target.partition("?")
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
        if body or method in ("POST", "PUT", "PATCH"):
            pairs.append((b"content-length", str(len(body)).encode()))
        scope: Asgi = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": pairs,
            "client": (client, 1234),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        told: dict[str, Any] = {"status": 0, "headers": {}, "body": b""}
        never = asyncio.Event()

        async def receive() -> Message:
            if not waiting:
                await never.wait()
            return waiting.pop()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                told["body"] += message.get("body", b"")

        await self.parts.application(scope, receive, send)
        return Answer(told["status"], told["headers"], told["body"])


class Person:
    """Somebody who asks the server inside."""

    def __init__(self, server: Inside, account: AccountRecord, token: str) -> None:
        self.server = server
        self.account = account
        self.token = token

    @property
    def id(self) -> str:
        return self.account.id

    def with_key(self, scope: Scope, project: str = "") -> Person:
        """Return the same person with another key."""
        token, hashed = new_token()
        now = self.server.clock.now()
        self.server.repository.add_key(KeyRecord(hashed, self.account, now, "", scope, project))
        return Person(self.server, self.account, token)

    def ask(self, method: str, target: str, headers: Pairs = (), body: bytes = b"", client: str = "10.0.0.1") -> Answer:
        signed = [("Authorization", f"Bearer {self.token}"), *headers] if self.token else list(headers)
        return self.server.ask(method, target, signed, body, client)

    def send(self, method: str, target: str, document: Any) -> Answer:
        """Send a document."""
        return self.ask(method, target, [("Content-Type", "application/json")], json.dumps(document).encode())

    def get(self, target: str) -> Any:
        """Return a document that is there."""
        answer = self.ask("GET", target)
        assert answer.status == 200, answer.body
        return answer.json

    def edit(self, project: str, *edits: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Send edits and return their answers."""
        answer = self.send("POST", f"/api/projects/{project}/edits", {"edits": edits})
        assert answer.status == 200, answer.body
        answers: list[Mapping[str, Any]] = answer.json["answers"]
        return answers

    def take(self, project: str, body: bytes = b"12345") -> str:
        """Put a sealed take into a project and return its id."""
        take = secrets.token_hex(16)
        tracks = [{"name": "mic.flac", "media": "audio/flac"}]
        answer = self.send("PUT", f"/api/takes/{take}", {"project": project, "title": "Take", "tracks": tracks})
        assert answer.status == 200, answer.body
        place = tus.format_metadata({"take": take, "track": "mic.flac"})
        creation = [RESUMABLE, OFFSET_TYPE, ("Upload-Length", str(len(body))), ("Upload-Metadata", place)]
        assert self.ask("POST", tus.UPLOADS, creation, body).status == 201
        seal = {"length": len(body), "digest": digest_of(body)}
        assert self.send("POST", f"/api/takes/{take}/tracks/mic.flac/seal", seal).status == 200
        assert self.send("POST", f"/api/takes/{take}/seal", {"manifest": {}}).status == 200
        return take


def edit(item: str, at: str = "2026-01-01T00:00:00.000Z", **fields: Any) -> dict[str, Any]:
    """Return an edit as it is sent; ``kind`` is among its fields."""
    return {"id": secrets.token_hex(16), "item": item, "at": at, "fields": fields}


def fresh() -> str:
    """Return an id that is not used yet."""
    return secrets.token_hex(16)
