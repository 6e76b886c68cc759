"""Who may do what over the network: one rule for every route. What has no rule here is not served.

``wire.project.rights`` says what each role may do; here stands which of that a route needs, and where.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from roomtone.server.db.records import TakePlace
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.limits import Limits
from roomtone.wire.project.people import Scope
from roomtone.wire.project.rights import Right

# What may stand in a path. The framework does not look at the patterns of its parameters, so this is where they end.
_ID: Final = "[0-9a-f]{32}"
_NAMED: Final = {"name": r"[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}"}


class Who(StrEnum):
    """Whose requests are looked at."""

    ANYBODY = "anybody, also without a token"
    ANY_KEY = "whoever has a key, be it one for recording"
    PERSON = "whoever has a key that opens everything that is theirs"


class Where(StrEnum):
    """What a request is about, and so in which project its right is needed."""

    NOWHERE = "no project"
    PROJECT = "the project in its path"
    NEW_PROJECT = "the project in its path, if there is one"
    TAKE = "the take in its path"
    NEW_TAKE = "the take in its path, or if there is none the project in its body"
    UPLOAD = "the upload in its path, which is the visitor's own"
    NEW_UPLOAD = "what its metadata names"


class Limit(StrEnum):
    """What bounds how often one may ask."""

    NONE = "nothing"
    ENTRY = "so many a minute from one address"
    WRITE = "so many a second of one account"


@dataclass(frozen=True)
class Rule:
    """What a route needs: ``right`` in its project; ``own`` says that only a take's maker may do it.

    ``limit`` is what bounds how often one may ask.
    """

    who: Who = Who.PERSON
    where: Where = Where.NOWHERE
    right: Right | None = None
    own: bool = False
    limit: Limit = Limit.NONE


def _in_project(right: Right) -> Rule:
    return Rule(Who.PERSON, Where.PROJECT, right)


def _writes(rule: Rule) -> Rule:
    return replace(rule, limit=Limit.WRITE)


_OPEN: Final = Rule(Who.ANYBODY)
_ENTRY: Final = Rule(Who.ANYBODY, limit=Limit.ENTRY)
_MINE: Final = Rule()
_KNOW: Final = _in_project(Right.KNOW)
_SEE: Final = _in_project(Right.SEE)
_INVITE: Final = _in_project(Right.INVITE)
_TAKE: Final = Rule(Who.ANY_KEY, Where.TAKE)
# A key for recording adds takes and gives none away, were it stolen.
_TAKE_BYTES: Final = Rule(where=Where.TAKE)
_OWN_TAKE: Final = _writes(Rule(Who.ANY_KEY, Where.TAKE, Right.CONTRIBUTE, own=True))
_UPLOAD: Final = Rule(Who.ANY_KEY, Where.UPLOAD, Right.CONTRIBUTE)

# Where a rule says KNOW, whoever may not see everything gets what guests may see: ``services.visibility``.
RULES: Final[Mapping[tuple[str, str], Rule]] = {
    ("GET", "/api/about"): _OPEN,
    ("GET", "/api/schema"): _OPEN,
    ("GET", "/api/schema/openapi.json"): _OPEN,
    ("GET", "/api/me"): Rule(Who.ANY_KEY),
    ("PUT", "/api/me/passphrase"): _writes(_MINE),
    ("GET", "/api/me/devices"): _MINE,
    ("POST", "/api/me/devices"): _writes(_MINE),
    ("DELETE", "/api/me/devices/{device}"): _writes(_MINE),
    ("POST", "/api/me/rotate"): _writes(_MINE),
    # A token is looked at only by ``join``, which takes its account in.
    ("POST", "/api/invitation"): _ENTRY,
    ("POST", "/api/join"): _ENTRY,
    ("POST", "/api/login"): _ENTRY,
    ("GET", "/api/projects"): _MINE,
    ("PUT", "/api/projects/{project}"): _writes(Rule(Who.PERSON, Where.NEW_PROJECT, Right.KNOW)),
    ("GET", "/api/projects/{project}"): _KNOW,
    ("GET", "/api/projects/{project}/takes"): _KNOW,
    ("GET", "/api/projects/{project}/changes"): _KNOW,
    ("GET", "/api/projects/{project}/events"): _KNOW,
    ("GET", "/api/projects/{project}/state"): _KNOW,
    # Each edit is judged by ``rights.may_edit``.
    ("POST", "/api/projects/{project}/edits"): _writes(_KNOW),
    ("GET", "/api/projects/{project}/items/{item}/history"): _KNOW,
    ("GET", "/api/projects/{project}/page"): _KNOW,
    ("GET", "/api/projects/{project}/queue"): _SEE,
    ("GET", "/api/projects/{project}/credits"): _SEE,
    ("GET", "/api/projects/{project}/lineage"): _SEE,
    ("GET", "/api/projects/{project}/health"): _SEE,
    ("GET", "/api/projects/{project}/next"): _KNOW,
    ("GET", "/api/projects/{project}/notices"): _KNOW,
    ("GET", "/api/projects/{project}/members"): _KNOW,
    # Who may be made what, and whom one may let go, is in ``rights.may_change``; everybody may leave.
    ("PUT", "/api/projects/{project}/members/{member}"): _writes(_in_project(Right.MANAGE)),
    ("DELETE", "/api/projects/{project}/members/{member}"): _writes(_KNOW),
    ("GET", "/api/projects/{project}/invites"): _INVITE,
    ("POST", "/api/projects/{project}/invites"): _writes(_INVITE),
    ("DELETE", "/api/projects/{project}/invites/{invite}"): _writes(_INVITE),
    ("PUT", "/api/takes/{take}"): _writes(Rule(Who.ANY_KEY, Where.NEW_TAKE, Right.CONTRIBUTE, own=True)),
    ("GET", "/api/takes/{take}"): _TAKE,
    ("GET", "/api/takes/{take}/tracks/{name}"): _TAKE_BYTES,
    ("HEAD", "/api/takes/{take}/tracks/{name}"): _TAKE_BYTES,
    ("POST", "/api/takes/{take}/tracks/{name}/seal"): _OWN_TAKE,
    ("POST", "/api/takes/{take}/seal"): _OWN_TAKE,
    ("OPTIONS", "/api/uploads"): _OPEN,
    ("POST", "/api/uploads"): Rule(Who.ANY_KEY, Where.NEW_UPLOAD, Right.CONTRIBUTE),
    ("OPTIONS", "/api/uploads/{upload}"): _OPEN,
    ("HEAD", "/api/uploads/{upload}"): _UPLOAD,
    ("PATCH", "/api/uploads/{upload}"): _UPLOAD,
    ("DELETE", "/api/uploads/{upload}"): _UPLOAD,
    # With the header that names another method, for those who can send nothing else.
    ("POST", "/api/uploads/{upload}"): _UPLOAD,
}


@dataclass(frozen=True)
class Route:
    """A rule with what the path named, and ``take`` where that is about one."""

    rule: Rule
    template: str
    names: Mapping[str, str]


class Routes:
    """Finds the rule of a request, by its method and by a path in which every name is one that could be."""

    def __init__(self, rules: Mapping[tuple[str, str], Rule] = RULES) -> None:
        self._methods: dict[str, dict[str, Rule]] = {}
        for (method, template), rule in rules.items():
            self._methods.setdefault(template, {})[method] = rule
        self._plain = {template for template in self._methods if "{" not in template}
        self._patterns = [(_pattern(template), template) for template in self._methods if template not in self._plain]

    def find(self, method: str, path: str) -> Route:
        """Return the route. Raises ``unknown-path``, or ``wrong-method`` with those that there are."""
        template, names = self._template(path.rstrip("/"))
        methods = self._methods[template]
        if method not in methods:
            allow = ", ".join(sorted(methods))
            raise RefusedError("wrong-method", "", [(b"allow", allow.encode())])
        return Route(methods[method], template, names)

    def _template(self, path: str) -> tuple[str, Mapping[str, str]]:
        if path in self._plain:
            return path, {}
        for pattern, template in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                return template, found.groupdict()
        raise RefusedError("unknown-path")


class Guard:
    """Decides whether a request is carried out. Used on the event loop."""

    def __init__(self, access: Access, limits: Limits) -> None:
        self._access = access
        self._limits = limits

    def admit(self, route: Route, address: str) -> None:
        """Raise ``too-many-requests`` for whoever knocks too often, before anything else is looked at."""
        if route.rule.limit is Limit.ENTRY:
            self._limits.entries.take(address)

    async def check(self, route: Route, visitor: Visitor) -> None:
        """Raise ``RefusedError`` unless the rule of a route lets somebody in, as far as that is known by the path.

        What only a request's body names is checked by ``Visitor.check`` where the body is read.
        """
        rule = route.rule
        if rule.limit is Limit.WRITE:
            self._limits.writes.take(visitor.id)
        if visitor.key.scope is not Scope.FULL and rule.who is Who.PERSON:
            raise RefusedError("key-too-narrow")
        match rule.where:
            case Where.PROJECT if rule.right is not None:
                visitor.check(route.names["project"], rule.right)
            case Where.TAKE:
                place = await self._access.take(visitor, route.names["take"])
                self.check_take(rule, visitor, place)
            case Where.UPLOAD if rule.right is not None:
                upload = await self._access.upload(visitor, route.names["upload"])
                if upload.project:
                    visitor.check(upload.project, rule.right)
            case _:
                # Nothing in the path says more.
                return

    @staticmethod
    def check_take(rule: Rule, visitor: Visitor, place: TakePlace) -> None:
        """Raise unless a rule lets somebody do something with a take that they may know of."""
        if rule.own and place.maker != visitor.id:
            raise RefusedError("not-yours")
        if rule.right is not None:
            visitor.check(place.project, rule.right)


def _pattern(template: str) -> re.Pattern[str]:
    parts = [_named(part[1:-1]) if part.startswith("{") else re.escape(part) for part in template.split("/")]
    return re.compile("/".join(parts), re.ASCII)


def _named(name: str) -> str:
    return f"(?P<{name}>{_NAMED.get(name, _ID)})"
