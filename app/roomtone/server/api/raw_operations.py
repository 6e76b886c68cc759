"""What OpenAPI says of the routes that the framework never sees: uploads, downloads, events, the document itself."""

from __future__ import annotations

from typing import Any, Final

from roomtone.wire import tus

_Operation = dict[str, Any]
_NUMBER: Final = {"type": "integer", "minimum": 0, "maximum": tus.MAX_UPLOAD_BYTES}


def _header(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _answer(text: str, *headers: str) -> dict[str, Any]:
    found: dict[str, Any] = {"description": text}
    if headers:
        found["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return found


def _upload(
    name: str,
    summary: str,
    responses: dict[str, Any],
    parameters: list[Any],
    refusals: list[int],
    *,
    body: bool = False,
) -> _Operation:
    operation: _Operation = {
        "operationId": name,
        "summary": summary,
        "parameters": [_VERSION, *parameters],
        "responses": responses,
        "x-refusals": refusals,
    }
    if body:
        content = {tus.OFFSET_TYPE: {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": False, "content": content}
    return operation


_VERSION: Final = _header("Tus-Resumable", {"const": tus.VERSION}, required=True)
_CHECKSUM: Final = _header(
    "Upload-Checksum", {"type": "string", "pattern": "^(sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=)$"}
)
_ABOUT_TUS: Final = _answer("tus 1.0.0", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size")
_OFFSET: Final = ("Tus-Resumable", "Upload-Offset", "Cache-Control")
_APPENDED: Final = _answer("The bytes are safe", *_OFFSET)
_PATCH_HEADERS: Final = [
    _header("Upload-Offset", _NUMBER, required=True),
    _header("Upload-Length", _NUMBER),
    _CHECKSUM,
]
_DOWNLOAD_REFUSALS: Final = [410, 416, 500]
_RANGE: Final = [
    _header("Range", {"type": "string", "pattern": "^bytes=[0-9]{1,15}-[0-9]{0,15}$"}),
    _header("If-None-Match", {"type": "string", "pattern": '^"[!#-~]*"$'}),
    _header("If-Range", {"type": "string", "pattern": '^"[!#-~]*"$'}),
]
_BYTES: Final = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_TRACK: Final = {
    "200": _answer("The whole track", "ETag", "Accept-Ranges") | {"content": _BYTES},
    "206": _answer("A range of it", "ETag", "Content-Range") | {"content": _BYTES},
    "304": _answer("It is unchanged", "ETag"),
}


def _described(name: str, summary: str) -> _Operation:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": _answer("The document") | {"content": content}},
    }


def _track(name: str, summary: str) -> _Operation:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": _RANGE,
        "responses": _TRACK,
        "x-refusals": _DOWNLOAD_REFUSALS,
    }


OPERATIONS: Final[dict[tuple[str, str], _Operation]] = {
    ("GET", "/api/schema"): _described("Schema", "This document"),
    ("GET", "/api/schema/openapi.json"): _described("SchemaFile", "This document, by a name with an ending"),
    ("GET", "/api/takes/{take}/tracks/{name}"): _track("Download", "The bytes of a sealed track"),
    ("HEAD", "/api/takes/{take}/tracks/{name}"): _track("DownloadHead", "How large a sealed track is"),
    ("GET", "/api/projects/{project}/events"): {
        "operationId": "Events",
        "summary": "The change feed as server-sent events, until one of both sides ends it",
        "parameters": [
            _header("Last-Event-ID", {"type": "string", "pattern": "^[0-9]{1,15}$"}),
            {"name": "since", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0}},
        ],
        "responses": {"200": _answer("Events") | {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    },
    ("OPTIONS", "/api/uploads"): {
        "operationId": "AboutUploads",
        "summary": "What this server knows of tus",
        "responses": {"204": _ABOUT_TUS},
    },
    ("OPTIONS", "/api/uploads/{upload}"): {
        "operationId": "AboutUpload",
        "summary": "What this server knows of tus",
        "responses": {"204": _ABOUT_TUS},
    },
    ("POST", "/api/uploads"): _upload(
        "CreateUpload",
        "Create an upload, or join finished ones",
        {"201": _answer("It is created", "Location", *_OFFSET)},
        [
            _header("Upload-Length", _NUMBER),
            _header("Upload-Defer-Length", {"const": "1"}),
            _header("Upload-Concat", {"type": "string", "pattern": "^(partial|final;[^ ]+( [^ ]+)*)$"}),
            _header(
                "Upload-Metadata", {"type": "string", "pattern": "^[a-z]+ [A-Za-z0-9+/=]+(,[a-z]+ [A-Za-z0-9+/=]+)*$"}
            ),
            _CHECKSUM,
        ],
        [404, 409, 410, 412, 413, 415, 429, 460, 507],
        body=True,
    ),
    ("HEAD", "/api/uploads/{upload}"): _upload(
        "LookAtUpload",
        "How far an upload is",
        {"200": _answer("How far it is", "Upload-Length", *_OFFSET)},
        [],
        [410, 412],
    ),
    ("PATCH", "/api/uploads/{upload}"): _upload(
        "AppendToUpload",
        "Append bytes",
        {"204": _APPENDED},
        _PATCH_HEADERS,
        [409, 410, 412, 413, 415, 429, 460, 507],
        body=True,
    ),
    ("DELETE", "/api/uploads/{upload}"): _upload(
        "EndUpload",
        "End an upload and forget its bytes",
        {"204": _answer("It is gone")},
        [],
        [409, 410, 412],
    ),
    ("POST", "/api/uploads/{upload}"): _upload(
        "OverrideUpload",
        "Another method, for those who can send nothing else",
        {"200": _answer("How far it is", *_OFFSET), "204": _APPENDED},
        [
            _header("X-HTTP-Method-Override", {"enum": ["PATCH", "DELETE", "HEAD", "OPTIONS"]}, required=True),
            *[{**one, "required": False} for one in _PATCH_HEADERS],
        ],
        [405, 409, 410, 412, 413, 415, 460, 507],
        body=True,
    ),
}
