"""The JSON documents, with Litestar: paths, validation and the OpenAPI schema."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Final, cast

from litestar import Litestar, Request, Response, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

import roomtone
from roomtone.foundation.errors import RoomtoneError, unexpected
from roomtone.server import problems
from roomtone.server.asgi import ACCOUNT, App, Scope
from roomtone.server.db.records import AccountRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.takes import Takes
from roomtone.wire import api

log = logging.getLogger(__name__)

MAX_BODY: Final = 1 << 20

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Cursor = Annotated[int, QueryParameter(ge=0, le=1 << 53)]
Signed = NamedDependency[AccountRecord]
AnyRequest = Request[Any, Any, State]


def build_documents(takes: Takes) -> App:
    """Return the ASGI application for everything that is a JSON document."""
    application: Any = Litestar(
        [*_reading(takes), *_changing(takes)],
        path="/api",
        dependencies={"account": Provide(_account, sync_to_thread=False)},
        exception_handlers={HTTPException: _refuse_http, RoomtoneError: _refuse, Exception: _fail},
        openapi_config=OpenAPIConfig(title="Roomtone", version=roomtone.__version__, path="/schema"),
        request_max_body_size=MAX_BODY,
        logging_config=None,
        multipart_form_part_limit=1,
    )
    serve: App = application
    return serve


def _account(request: AnyRequest) -> AccountRecord:
    account: AccountRecord = cast(Scope, request.scope)[ACCOUNT]
    return account


def _reading(takes: Takes) -> list[ControllerRouterHandler]:
    @get("/about", sync_to_thread=False)
    def about() -> api.About:
        return api.About(roomtone.__version__)

    @get("/me", sync_to_thread=False)
    def me(account: Signed) -> api.Account:
        return api.Account(account.id, account.name)

    @get("/projects")
    async def projects(account: Signed) -> api.Projects:
        return await takes.projects(account)

    @get("/projects/{project:str}")
    async def project(account: Signed, project: FromPath[api.Id]) -> api.Project:
        return await takes.project(account, project)

    @get("/projects/{project:str}/takes")
    async def page(account: Signed, project: FromPath[api.Id], after: Cursor = 0, limit: Limit = 200) -> api.Takes:
        return await takes.page(account, project, after, limit)

    @get("/projects/{project:str}/changes")
    async def changes(account: Signed, project: FromPath[api.Id], since: Cursor = 0, limit: Limit = 200) -> api.Changes:
        return await takes.changes(account, project, since, limit)

    @get("/takes/{take:str}")
    async def take(account: Signed, take: FromPath[api.Id]) -> api.Take:
        return await takes.take(account, take)

    return [about, me, projects, project, page, changes, take]


def _changing(takes: Takes) -> list[ControllerRouterHandler]:
    @put("/projects/{project:str}")
    async def put_project(account: Signed, project: FromPath[api.Id], data: JSONBody[api.NewProject]) -> api.Project:
        return await takes.put_project(account, project, data)

    @put("/projects/{project:str}/members/{member:str}", status_code=204)
    async def put_member(account: Signed, project: FromPath[api.Id], member: FromPath[api.Id]) -> None:
        await takes.put_member(account, project, member)

    @put("/takes/{take:str}")
    async def put_take(account: Signed, take: FromPath[api.Id], data: JSONBody[api.NewTake]) -> api.Take:
        return await takes.put_take(account, take, data)

    @post("/takes/{take:str}/tracks/{name:str}/seal", status_code=200)
    async def seal_track(
        account: Signed, take: FromPath[api.Id], name: FromPath[api.TrackName], data: JSONBody[api.SealTrack]
    ) -> api.Track:
        return await takes.seal_track(account, take, name, data)

    @post("/takes/{take:str}/seal", status_code=200)
    async def seal_take(account: Signed, take: FromPath[api.Id], data: JSONBody[api.SealTake]) -> api.Take:
        return await takes.seal_take(account, take, data)

    return [put_project, put_member, put_take, seal_track, seal_take]


def _refuse(request: AnyRequest, error: RoomtoneError) -> Response[bytes]:
    del request
    status, body, headers = problems.answer(error)
    told = {name.decode(): value.decode() for name, value in headers} | {"cache-control": "no-store"}
    return Response(body, status_code=status, media_type=api.PROBLEM_TYPE, headers=told)


def _refuse_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Convert what Litestar itself refuses."""
    if isinstance(error, NotFoundException):
        return _refuse(request, RefusedError("unknown-path"))
    if isinstance(error, MethodNotAllowedException):
        return _refuse(request, RefusedError("wrong-method"))
    if error.status_code == 413:
        return _refuse(request, RefusedError("too-large", f"A document has at most {MAX_BODY} bytes"))
    if isinstance(error, ValidationException) or error.status_code < 500:
        return _refuse(request, RefusedError("bad-document", _explain(error)))
    return _fail(request, error)


def _explain(error: HTTPException) -> str:
    """Say which field was wrong; Litestar puts that into ``extra``."""
    extra = error.extra if isinstance(error.extra, list) else []
    return "; ".join(f"{item.get('key', '')}: {item.get('message', '')}" for item in extra) or str(error.detail)


def _fail(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("a request failed", exc_info=error)
    return _refuse(request, unexpected("answering the request"))
