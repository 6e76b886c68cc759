"""The OpenAPI document of everything that the server answers, made from its routes and their rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from roomtone.server import problems
from roomtone.server.api import raw_operations
from roomtone.server.asgi import Incoming, Receive, Scope, Send, respond
from roomtone.server.services.rules import RULES, Limit, Rule, Where, Who
from roomtone.wire import api
from roomtone.wire.project import credits, edits, health, lineage, notices, overview, people, suggestions

_REF: Final = "#/components/schemas/{name}"
_DOCUMENTS: Final = (
    *(api.About, api.Account, api.NewProject, api.Project, api.Projects, api.NewTake, api.Take, api.Takes),
    *(api.SealTrack, api.Track, api.SealTake, api.Changes, api.Change, api.ProblemDocument),
    *(edits.Edits, edits.Answers, edits.History, edits.StatePage),
    *(people.Members, people.Member, people.NewRole, people.NewInvite, people.Invite, people.Invites),
    *(people.Invitation, people.JoinProject, people.Login, people.NewPassphrase, people.Key, people.NewDevice),
    *(people.Devices, overview.ProjectPage, overview.Queue, credits.Credits, lineage.LineageLines, health.Health),
    *(suggestions.Suggestions, notices.Notices),
)
_PATTERNS: Final = {"name": r"^[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}$"}
_ID: Final = r"^[0-9a-f]{32}$"
_BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# What can be in the way of any request.
_ALWAYS: Final = frozenset({400, 408, 431, 503})


class SchemaEndpoint:
    """The ASGI application for ``/api/schema``. ``generated`` is what the framework knows of the documents."""

    def __init__(self, generated: Callable[[], dict[str, Any]]) -> None:
        self._generated = generated
        self._body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        if not self._body:
            self._body = msgspec.json.encode(complete(self._generated()))
        await respond(send, incoming, 200, [(b"content-type", b"application/json")], self._body)


def complete(generated: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document: raw routes, refusals, rights and exact schemas besides what the framework found."""
    paths: dict[str, Any] = {}
    for (method, template), rule in RULES.items():
        known = generated["paths"].get(template, {}).get(method.lower())
        operation = dict(known) if known is not None else raw_operations.OPERATIONS[method, template]
        paths.setdefault(template, {})[method.lower()] = _operation(operation, template, rule)
    _, components = msgspec.json.schema_components(_DOCUMENTS, ref_template=_REF)
    components["Patch"]["properties"]["data"]["pattern"] = _BASE64
    return {
        "openapi": "3.1.0",
        "info": generated["info"] | {"license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(known: dict[str, Any], template: str, rule: Rule) -> dict[str, Any]:
    asked = [one for one in known.get("parameters", []) if one["in"] != "path"]
    good = {status: answer for status, answer in known["responses"].items() if status < "400"}
    refused = {str(status): _problem(status) for status in sorted(_refusals(known, rule)) if str(status) not in good}
    names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    if names:
        refused.setdefault("404", _problem(404))
    operation = {
        "operationId": known["operationId"],
        "summary": known.get("summary", ""),
        "description": f"For {rule.who}; about {rule.where}."
        + (f" Needs the right to {rule.right}." if rule.right else ""),
        "parameters": [_in_path(name) for name in names] + asked,
        "responses": good | refused,
    }
    if "requestBody" in known:
        operation["requestBody"] = known["requestBody"]
    if rule.who is not Who.ANYBODY:
        operation["security"] = [{"token": []}]
    return operation


def _refusals(known: dict[str, Any], rule: Rule) -> set[int]:
    """Return every status with which a route may refuse."""
    found = set(_ALWAYS)
    if rule.who is not Who.ANYBODY:
        found |= {401, 403}
    if rule.where is not Where.NOWHERE:
        found |= {404}
    if rule.limit is not Limit.NONE:
        found |= {429}
    if rule.limit is Limit.ENTRY:
        # Joining takes a token where there is one, and finds a link or does not, a name that is taken or wrong.
        found |= {401, 403, 404, 409}
    if "requestBody" in known:
        found |= {409, 413, 507}
    if rule.limit is Limit.WRITE:
        found |= {403, 404, 409, 507}
    return found | set(known.get("x-refusals", []))


def _problem(status: int) -> dict[str, Any]:
    codes = sorted(code for code, its in problems.codes().items() if its == status)
    content = {api.PROBLEM_TYPE: {"schema": {"$ref": _REF.format(name="ProblemDocument")}}}
    return {"description": ", ".join(codes) or "refused", "content": content}


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": _PATTERNS.get(name, _ID)}
    return {"name": name, "in": "path", "required": True, "schema": schema}
