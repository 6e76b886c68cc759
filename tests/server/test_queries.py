"""How many statements a page takes does not depend on how much there is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert

from roomtone.server.db import schema as s
from roomtone.server.db.sql import open_repository
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.people import Role
from tests.server.inside import Inside, Person, edit, fresh

FEW, MANY = 50, 5000
PAGES = (
    "takes?limit=1000",
    "changes?limit=1000",
    "state?limit=1000",
    "state?limit=1000&since={begun}",
    "",
    "page",
    "queue",
    "credits",
    "lineage",
    "health",
    "next",
    "notices",
    "members",
)
LEADERS = ("queue", "credits", "lineage", "health")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Note every statement, but for those that begin and end transactions."""
    found: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(inside: Inside, project: str, maker: Person, count: int) -> None:
    """Put takes with tracks, their changes and what is said of them straight into the tables."""
    now = inside.clock.now()
    with inside.repository.engine.begin() as db:
        head = inside.repository.head(project)
        takes, tracks, items, changes = [], [], [], []
        for number in range(count):
            take, seq = secrets.token_hex(16), head + 1 + number
            changes.append({"seq": seq, "kind": ChangeKind.TAKE_STARTED.value, "subject": take, "detail": ""})
            takes.append({"id": take, "project": project, "maker": maker.id, "title": f"{number}", "seq": seq})
            tracks.append({"take": take, "digest": "rt1:x", "size": 9, "key": f"{project}/{take}"})
            said = s.dump_json({"kind": "take", "submitted": True})
            items.append({"id": take, "kind": "take", "author": maker.id, "seq": seq, "fields": said})
        common = {"part": "", "person": "", "started": "", "created": now, "sealed": True, "manifest": {"a": 1}}
        db.execute(insert(s.changes), [{"project": project, "at": now} | one for one in changes])
        db.execute(insert(s.takes), [common | {"changed": one["seq"]} | one for one in takes])
        db.execute(insert(s.tracks), [{"name": "mic.flac", "place": 0, "media": "audio/flac"} | one for one in tracks])
        stamped = {"project": project, "created": "2026-01-01T00:00:00.000Z", "stamps": "{}"}
        db.execute(insert(s.items), [stamped | one for one in items])


def statements(inside: Inside, person: Person, project: str, page: str) -> list[str]:
    """Return what the database is asked for a page, with nothing kept of what was asked before."""
    inside.repository.use_key("nobody", inside.clock.now())
    person.ask("GET", "/api/me")
    with counted(inside.repository.engine) as found:
        person.get(f"/api/projects/{project}/{page}".rstrip("/"))
    return found


@pytest.mark.parametrize("role", [Role.OWNER, Role.GUEST])
def test_pages_take_as_many_statements_whatever_there_is(tmp_path: Path, role: Role) -> None:
    with Inside(open_repository(tmp_path / "server.sqlite")) as inside:
        ana = inside.person("Ana")
        asking = ana if role is Role.OWNER else inside.person("Mika")
        counts = []
        for count in (FEW, MANY):
            project = inside.project(ana)
            if asking is not ana:
                inside.join(project, asking, role)
            begun = inside.repository.head(project)
            fill(inside, project, ana, count)
            pages = [page for page in PAGES if role is Role.OWNER or page not in LEADERS]
            asked = {page: page.replace("{begun}", str(begun)) for page in pages}
            counts.append({page: len(statements(inside, asking, project, asked[page])) for page in pages})
        assert counts[0] == counts[1]
        assert max(counts[1].values()) <= 8, counts[1]


def test_edits_take_as_many_statements_that_read_however_many_those_are(tmp_path: Path) -> None:
    with Inside(open_repository(tmp_path / "server.sqlite")) as inside:
        ana = inside.person("Ana")
        project = inside.project(ana)
        ana.edit(project)
        counts = []
        for count in (2, 200):
            batch = [edit(fresh(), kind="comment", about=project, text="x") for _ in range(count)]
            with counted(inside.repository.engine) as found:
                ana.edit(project, *batch)
            counts.append(sum(statement.startswith("SELECT") for statement in found))
        assert counts[0] == counts[1]
