"""The addresses of projects and takes."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

import roomtone
from roomtone.server.services.access import Visitor
from roomtone.server.services.state import States
from roomtone.server.services.takes import Takes
from roomtone.wire import api

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Cursor = Annotated[int, QueryParameter(ge=0, le=1 << 53)]
AnyRequest = Request[Any, Any, State]
Signed = NamedDependency[Visitor]


def take_routes(takes: Takes, states: States) -> list[ControllerRouterHandler]:
    """Return the handlers."""
    return [*_reading(takes, states), *_changing(takes)]


def _reading(takes: Takes, states: States) -> list[ControllerRouterHandler]:
    @get("/about", sync_to_thread=False)
    def about() -> api.About:
        return api.About(roomtone.__version__)

    @get("/me", sync_to_thread=False)
    def me(visitor: Signed) -> api.Account:
        return api.Account(visitor.id, visitor.account.name)

    @get("/projects")
    async def projects(visitor: Signed) -> api.Projects:
        return await takes.projects(visitor)

    @get("/projects/{project:str}")
    async def project(visitor: Signed, project: FromPath[api.Id]) -> api.Project:
        return await takes.project(visitor, project)

    @get("/projects/{project:str}/takes")
    async def page(visitor: Signed, project: FromPath[api.Id], after: Cursor = 0, limit: Limit = 200) -> api.Takes:
        return await takes.page(visitor, project, after, limit)

    @get("/projects/{project:str}/changes")
    async def changes(visitor: Signed, project: FromPath[api.Id], since: Cursor = 0, limit: Limit = 200) -> api.Changes:
        return await states.changes(visitor, project, since, limit)

    @get("/takes/{take:str}")
    async def take(visitor: Signed, take: FromPath[api.Id]) -> api.Take:
        return await takes.take(visitor, take)

    return [about, me, projects, project, page, changes, take]


def _changing(takes: Takes) -> list[ControllerRouterHandler]:
    @put("/projects/{project:str}")
    async def put_project(visitor: Signed, project: FromPath[api.Id], data: JSONBody[api.NewProject]) -> api.Project:
        return await takes.put_project(visitor, project, data)

    @put("/takes/{take:str}")
    async def put_take(visitor: Signed, take: FromPath[api.Id], data: JSONBody[api.NewTake]) -> api.Take:
        return await takes.put_take(visitor, take, data)

    @post("/takes/{take:str}/tracks/{name:str}/seal", status_code=200)
    async def seal_track(
        take: FromPath[api.Id], name: FromPath[api.TrackName], data: JSONBody[api.SealTrack]
    ) -> api.Track:
        return await takes.seal_track(take, name, data)

    @post("/takes/{take:str}/seal", status_code=200)
    async def seal_take(visitor: Signed, take: FromPath[api.Id], data: JSONBody[api.SealTake]) -> api.Take:
        return await takes.seal_take(visitor, take, data)

    return [put_project, put_take, seal_track, seal_take]
