"""Whatever the OpenAPI document allows or forbids to be sent, the answer is one that it names, and never our fault.

Schemathesis makes the requests and judges the answers, with every check that it has.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, CheckFunction, GenerationMode, SerializationContext
from schemathesis.specs.openapi.checks import positive_data_acceptance

from roomtone.server.services.rules import RULES
from roomtone.wire import tus
from roomtone.wire.digest import digest_of
from tests.server.rig import Client, RunningServer

# So many requests of each kind to each route; the same every time.
_BOUNDED: Final = settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_ROTATE: Final = ("POST", "/api/me/rotate")
_EVENTS: Final = ("GET", "/api/projects/{project}/events")
# Which of its headers go together, and that metadata is Base64 of something, OpenAPI cannot say.
_CREATING: Final = (("POST", "/api/uploads"), ("POST", "/api/uploads/{upload}"))
# The others have nothing that could be wrong.
_ASKED: Final = sorted(
    route for route in RULES if "{" in route[1] or (route[0] in ("POST", "PUT") and route != _ROTATE)
)
_CASES: Final = [
    *((route, GenerationMode.POSITIVE) for route in sorted(RULES)),
    *((route, GenerationMode.NEGATIVE) for route in _ASKED),
]


@schemathesis.serializer(tus.OFFSET_TYPE)
def as_bytes(ctx: SerializationContext, value: Any) -> bytes:
    """Send a body to an upload as it is."""
    del ctx
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def person(shared_server: RunningServer) -> Client:
    return shared_server.another_account(f"Schema {secrets.token_hex(4)}")


@pytest.fixture(scope="module")
def described(shared_server: RunningServer) -> Any:
    # What was there may be gone, and a tus header may go with one another header only, which OpenAPI cannot say.
    good = ["2xx", "3xx", "401", "403", "404", "409", "410", "413", "415", "416", "429", "460"]
    bad = ["400", "401", "403", "404", "405", "409", "410", "412", "413", "415", "429"]
    statuses = {"positive_data_acceptance": good, "negative_data_rejection": bad}
    checks = {name: {"expected-statuses": expected} for name, expected in statuses.items()}
    config = schemathesis.Config.from_dict({"checks": checks})
    return schemathesis.openapi.from_url(f"{shared_server.url}/api/schema", config=config)


@pytest.fixture(scope="module")
def there(person: Client) -> dict[str, str]:
    """What exists: a project with a sealed take, and an upload."""
    project = person.project()
    take = person.take(project)
    body = b"12345"
    person.append(person.upload(5, {"take": take, "track": "mic.flac"}), 0, body)
    assert person.seal(take, "mic.flac", 5, digest_of(body)).status == 200
    upload = person.upload(5).rpartition("/")[2]
    me = person.get("/api/me").json["id"]
    return {"project": project, "take": take, "name": "mic.flac", "item": project, "upload": upload, "member": me}


def _check(case: Case[Any], person: Client, route: tuple[str, str]) -> None:
    token = person.token
    if route == _ROTATE:
        token = person.post("/api/me/devices", {"device": ""}).json["token"]
    excluded: list[CheckFunction] = [positive_data_acceptance] if route in _CREATING else []
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)


@pytest.mark.parametrize(
    ("route", "mode"), _CASES, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_what_is_sent_is_answered_as_described(
    described: Any, person: Client, route: tuple[str, str], mode: GenerationMode
) -> None:
    operation = described[route[1]][route[0]]

    @_BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        _check(case, person, route)

    ask()


@pytest.mark.parametrize("route", sorted(route for route in RULES if "{" in route[1]), ids=" ".join)
def test_what_is_there_is_answered_as_described(
    described: Any, person: Client, there: dict[str, str], route: tuple[str, str]
) -> None:
    operation = described[route[1]][route[0]]
    names = {part[1:-1] for part in route[1].split("/") if part.startswith("{")}
    known = {name: there[name] for name in names & set(there)}
    if route == _EVENTS:
        pytest.skip("a stream does not end")

    @_BOUNDED
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=known))
    def ask(case: Case[Any]) -> None:
        _check(case, person, route)

    ask()
