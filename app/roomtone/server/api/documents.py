"""The JSON documents, with Litestar: the application, validation, refusals and the OpenAPI schema."""

from __future__ import annotations

import logging
from typing import Any, Final, cast

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ControllerRouterHandler

import roomtone
from roomtone.foundation.errors import BugError, RoomtoneError, unexpected
from roomtone.server import problems
from roomtone.server.api.schema import SchemaEndpoint
from roomtone.server.api.take_routes import AnyRequest
from roomtone.server.asgi import VISITOR, App, Scope
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Visitor
from roomtone.server.services.rules import RULES
from roomtone.wire import api

log = logging.getLogger(__name__)

MAX_BODY: Final = 1 << 20


def build_documents(routes: list[ControllerRouterHandler]) -> tuple[App, App]:
    """Return the ASGI applications for everything that is a JSON document, and for the OpenAPI document of it.

    The dispatcher has checked the rights.
    """
    application: Any = Litestar(
        routes,
        path="/api",
        dependencies={"visitor": Provide(_visitor, sync_to_thread=False)},
        exception_handlers={HTTPException: _refuse_http, RoomtoneError: _refuse, Exception: _fail},
        openapi_config=OpenAPIConfig(title="Roomtone", version=roomtone.__version__, path="/schema"),
        request_max_body_size=MAX_BODY,
        logging_config=None,
        multipart_form_part_limit=1,
    )
    for route in application.routes:
        template = route.path.replace(":str}", "}")
        unruled = [method for method in getattr(route, "methods", ()) if _lacks_rule(method, template)]
        if unruled:
            raise BugError("bug", "A route has no rule", f"{unruled} {template}", "Write it into services.rules")
    serve: App = application
    return serve, SchemaEndpoint(lambda: dict(application.openapi_schema.to_schema()))


def _lacks_rule(method: str, template: str) -> bool:
    # The framework answers these by itself; nothing leads there.
    by_itself = method == "OPTIONS" or template.startswith("/api/schema")
    return not by_itself and (method, template) not in RULES


def _visitor(request: AnyRequest) -> Visitor:
    visitor: Visitor = cast(Scope, request.scope)[VISITOR]
    return visitor


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
