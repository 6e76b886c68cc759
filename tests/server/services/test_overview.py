"""What is derived of a project: right at once after every change, and as narrow as its reader's view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from roomtone.server.services.overview import Overviews
from roomtone.wire.project.people import Role
from tests.server.inside import Inside, Person, edit, fresh


@pytest.fixture
def inside() -> Iterator[Inside]:
    with Inside() as server:
        yield server


@pytest.fixture
def ana(inside: Inside) -> Person:
    return inside.person("Ana")


@pytest.fixture
def project(inside: Inside, ana: Person) -> str:
    return inside.project(ana)


@pytest.fixture
def mika(inside: Inside, project: str) -> Person:
    mika = inside.person("Mika")
    inside.join(project, mika, Role.CONTRIBUTOR)
    return mika


def look(person: Person, project: str, what: str) -> Any:
    return person.get(f"/api/projects/{project}/{what}")


def test_the_page_follows_every_change(inside: Inside, ana: Person, mika: Person, project: str) -> None:
    first = look(ana, project, "page")
    assert (first["project"]["title"], first["role"], first["members"], first["takes"]) == ("Song", "owner", 2, 0)
    assert look(mika, project, "page")["role"] == "contributor"
    call = fresh()
    ana.edit(project, edit(call, kind="call", title="Bass", wanted=1), edit(project, kind="project", title="Psalm"))
    take = mika.take(project)
    mika.edit(project, edit(take, kind="take", submitted=True, call=call))
    page = look(ana, project, "page")
    assert (page["project"]["title"], page["takes"], page["accepted"]) == ("Psalm", 1, 0)
    assert page["health"]["line"] == "1 take waits to be heard"
    ana.edit(project, edit(take, kind="take", verdict="accepted", heard=True))
    assert look(ana, project, "page")["accepted"] == 1
    assert look(ana, project, "health")["calls"][0]["missing"] == 0
    inside.clock.advance(10 * 86_400)
    assert look(ana, project, "health")["stalled"]


def test_queue_credits_lineage_next_and_notices(inside: Inside, ana: Person, mika: Person, project: str) -> None:
    call = fresh()
    ana.edit(project, edit(call, kind="call", title="Low harmony", part="alto", minutes=5))
    (suggested,) = look(mika, project, "next?minutes=10")["calls"]
    assert suggested["title"] == "Low harmony"
    guide, take = ana.take(project), mika.take(project)
    ana.edit(project, edit(guide, kind="take", submitted=True))
    mika.edit(project, edit(take, kind="take", submitted=True, call=call, against=[guide]))
    assert look(mika, project, "next")["calls"] == []
    assert [one["take"]["id"] for one in look(ana, project, "queue")["takes"]] == [guide, take]
    assert [(one["depth"], one["tie"]) for one in look(ana, project, "lineage")["lines"]] == [
        (0, None),
        (1, "recorded against"),
    ]
    ana.edit(project, edit(take, kind="take", verdict="accepted", seconds_used=2.5))
    assert [(one["name"], one["role"], one["seconds"]) for one in look(mika, project, "credits")["credits"]] == [
        ("Mika", "alto", 2.5)
    ]
    (told,) = look(mika, project, "notices")["notices"]
    assert (told["reason"], told["subject"]) == ("accepted", take)
    assert look(mika, project, f"notices?since={told['at']}")["notices"] == []
    assert [one["reason"] for one in look(ana, project, "notices")["notices"]] == ["used"]
    assert inside.repository.head(project) > 0


def test_a_guests_page_knows_of_a_guests_things(inside: Inside, ana: Person, mika: Person, project: str) -> None:
    guest = inside.person("Guest")
    inside.join(project, guest, Role.GUEST)
    ana.edit(project, edit(fresh(), kind="call", title="Bass"))
    own, others = guest.take(project), mika.take(project)
    guest.edit(project, edit(own, kind="take", submitted=True))
    mika.edit(project, edit(others, kind="take", submitted=True))
    assert look(ana, project, "page")["takes"] == 2
    page = look(guest, project, "page")
    assert (page["takes"], page["role"], [one["fields"]["title"] for one in page["calls"]]) == (1, "guest", ["Bass"])
    assert [one["title"] for one in look(guest, project, "next")["calls"]] == ["Bass"]
    for what in ("queue", "credits", "lineage", "health"):
        assert guest.ask("GET", f"/api/projects/{project}/{what}").code == "not-allowed"


def test_projects_that_nobody_looks_at_are_forgotten(
    inside: Inside, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Overviews, "most_takes", 25)
    projects = [inside.project(ana, f"{number}") for number in range(5)]
    for _ in range(2):
        for number, project in enumerate(projects):
            assert look(ana, project, "page")["project"]["title"] == f"{number}"
