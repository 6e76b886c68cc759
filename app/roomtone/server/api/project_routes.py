"""The addresses of what people say in a project."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from roomtone.server.api.take_routes import Cursor, Limit, Signed
from roomtone.server.services.edits import Editor
from roomtone.server.services.state import States
from roomtone.wire.api import Id
from roomtone.wire.project.edits import Answers, Edits, History, StatePage


def project_routes(states: States, editor: Editor) -> list[ControllerRouterHandler]:
    """Return the handlers."""

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
