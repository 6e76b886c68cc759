"""The addresses of what people say in a project."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from roomtone.server.api.take_routes import Cursor, Limit, Signed
from roomtone.server.services.edits import Editor
from roomtone.server.services.overview import Overviews
from roomtone.server.services.state import States
from roomtone.wire.api import Id
from roomtone.wire.project.credits import Credits
from roomtone.wire.project.edits import Answers, Edits, History, StatePage
from roomtone.wire.project.health import Health
from roomtone.wire.project.lineage import LineageLines
from roomtone.wire.project.notices import Notices
from roomtone.wire.project.overview import ProjectPage, Queue
from roomtone.wire.project.suggestions import Suggestions

Minutes = Annotated[int, QueryParameter(ge=0, le=1_000_000)]
Since = Annotated[str, QueryParameter(max_length=40)]


def project_routes(states: States, editor: Editor, overviews: Overviews) -> list[ControllerRouterHandler]:
    """Return the handlers."""
    return [*_said(states, editor), *_derived(overviews)]


def _said(states: States, editor: Editor) -> list[ControllerRouterHandler]:
    @get("/projects/{project:str}/state")
    async def state(visitor: Signed, project: FromPath[Id], since: Cursor = 0, limit: Limit = 500) -> StatePage:
        return await states.page(visitor, project, since, limit)

    @post("/projects/{project:str}/edits", status_code=200)
    async def edits(visitor: Signed, project: FromPath[Id], data: JSONBody[Edits]) -> Answers:
        return await editor.edit(visitor, project, data)

    @get("/projects/{project:str}/items/{item:str}/history")
    async def history(
        visitor: Signed, project: FromPath[Id], item: FromPath[Id], after: Cursor = 0, limit: Limit = 200
    ) -> History:
        return await editor.history(visitor, project, item, after, limit)

    return [state, edits, history]


def _derived(overviews: Overviews) -> list[ControllerRouterHandler]:
    @get("/projects/{project:str}/page")
    async def page(visitor: Signed, project: FromPath[Id]) -> ProjectPage:
        return await overviews.page(visitor, project)

    @get("/projects/{project:str}/queue")
    async def queue(visitor: Signed, project: FromPath[Id]) -> Queue:
        return await overviews.queue(visitor, project)

    @get("/projects/{project:str}/credits")
    async def credited(visitor: Signed, project: FromPath[Id]) -> Credits:
        return await overviews.credits(visitor, project)

    @get("/projects/{project:str}/lineage")
    async def lineage(visitor: Signed, project: FromPath[Id]) -> LineageLines:
        return await overviews.lineage(visitor, project)

    @get("/projects/{project:str}/health")
    async def health(visitor: Signed, project: FromPath[Id]) -> Health:
        return await overviews.health(visitor, project)

    @get("/projects/{project:str}/next")
    async def suggestions(visitor: Signed, project: FromPath[Id], minutes: Minutes = 0) -> Suggestions:
        return await overviews.next(visitor, project, minutes)

    @get("/projects/{project:str}/notices")
    async def notices(visitor: Signed, project: FromPath[Id], since: Since = "") -> Notices:
        return await overviews.notices(visitor, project, since)

    return [page, queue, credited, lineage, health, suggestions, notices]
