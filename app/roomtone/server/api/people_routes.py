"""The addresses of people: members of projects, links that open them, and keys."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from roomtone.server.api.take_routes import Signed
from roomtone.server.services.people import People
from roomtone.wire.api import Id
from roomtone.wire.project.people import Member, Members, NewRole


def people_routes(people: People) -> list[ControllerRouterHandler]:
    """Return the handlers."""
    return [*_members(people)]


def _members(people: People) -> list[ControllerRouterHandler]:
    @get("/projects/{project:str}/members")
    async def members(project: FromPath[Id]) -> Members:
        return await people.members(project)

    @put("/projects/{project:str}/members/{member:str}")
    async def put_member(
        visitor: Signed, project: FromPath[Id], member: FromPath[Id], data: JSONBody[NewRole]
    ) -> Member:
        return await people.put_member(visitor, project, member, data)

    @delete("/projects/{project:str}/members/{member:str}", status_code=204)
    async def let_go(visitor: Signed, project: FromPath[Id], member: FromPath[Id]) -> None:
        await people.let_go(visitor, project, member)

    return [members, put_member, let_go]
