"""tus 1.0.0 over ASGI, without a framework in between."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from roomtone.server.asgi import VISITOR, Incoming, Receive, Scope, Send, guarded, respond
from roomtone.server.db.records import Concat
from roomtone.server.problems import Headers, RefusedError
from roomtone.server.services.access import Visitor
from roomtone.server.uploads.headers import (
    Appending,
    RequestHeaders,
    check_version,
    read_appending,
    read_checksum,
    read_creation,
)
from roomtone.server.uploads.limiting import OpenLimit
from roomtone.server.uploads.service import Standing, Uploads
from roomtone.wire import tus

_ONE = re.compile(re.escape(tus.UPLOADS) + r"/([0-9a-f]{32})/?")
_ALL: Final = (tus.UPLOADS, f"{tus.UPLOADS}/")
_RESUMABLE: Final = (b"tus-resumable", tus.VERSION.encode())
_NO_STORE: Final = (b"cache-control", b"no-store")
_OVERRIDES: Final = ("PATCH", "DELETE", "HEAD", "OPTIONS")
_ABOUT: Final[Headers] = [
    _RESUMABLE,
    (b"tus-version", tus.VERSION.encode()),
    (b"tus-extension", tus.EXTENSIONS.encode()),
    (b"tus-checksum-algorithm", ",".join(tus.CHECKSUMS).encode()),
    (b"tus-max-size", str(tus.MAX_UPLOAD_BYTES).encode()),
]


class TusEndpoint:
    """The ASGI application for ``/api/uploads`` and below. The dispatcher has checked the rights."""

    def __init__(self, uploads: Uploads, limit: OpenLimit) -> None:
        self._uploads = uploads
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)

        async def work() -> None:
            status, answer = await self._answer(scope, RequestHeaders(scope["headers"]), incoming)
            await respond(send, incoming, status, answer)

        await guarded(work(), send, incoming, [_RESUMABLE])

    async def _answer(self, scope: Scope, headers: RequestHeaders, incoming: Incoming) -> tuple[int, Headers]:
        method: str = scope["method"]
        override = headers.one("x-http-method-override")
        if override is not None and method == "POST":
            method = override.upper()
            if method not in _OVERRIDES:
                raise RefusedError("wrong-method", "That method cannot stand in for POST")
        if method == "OPTIONS":
            return 204, _ABOUT
        path: str = scope["path"]
        visitor: Visitor = scope[VISITOR]
        if path in _ALL:
            if method != "POST":
                raise RefusedError("wrong-method", "", [(b"allow", b"OPTIONS, POST")])
            check_version(headers)
            return await self._create(visitor, headers, incoming)
        one = _ONE.fullmatch(path)
        if one is None:
            raise RefusedError("unknown-upload")
        upload = one.group(1)
        if method not in ("HEAD", "PATCH", "DELETE"):
            raise RefusedError("wrong-method", "", [(b"allow", b"OPTIONS, HEAD, PATCH, DELETE")])
        check_version(headers)
        if method == "HEAD":
            return 200, _describe(await self._uploads.look(visitor, upload))
        if method == "PATCH":
            wanted = read_appending(headers)
            return 204, _brief(await self._uploads.append(visitor, upload, wanted, incoming))
        await self._uploads.end(visitor, upload)
        return 204, [_RESUMABLE]

    async def _create(self, visitor: Visitor, headers: RequestHeaders, incoming: Incoming) -> tuple[int, Headers]:
        wanted = read_creation(headers)
        checksum = read_checksum(headers)
        if not incoming.empty:
            if headers.one("content-type") != tus.OFFSET_TYPE:
                raise RefusedError("wrong-type")
            if wanted.concat is Concat.FINAL:
                raise RefusedError("final-upload")
        await self._limit.admit(visitor.id, wanted)
        standing, new = await self._uploads.create(visitor, wanted)
        if new and not incoming.empty:
            try:
                body = Appending(0, None, checksum)
                standing = await self._uploads.append(visitor, standing.record.id, body, incoming)
            except RefusedError as error:
                if error.code in ("checksum-mismatch", "too-large"):
                    # Nothing was kept, and the client never gets to know this upload.
                    await self._uploads.end(visitor, standing.record.id)
                raise
        # The path alone: what other names this server has, only the client knows.
        location = f"{tus.UPLOADS}/{standing.record.id}".encode()
        return 201, [(b"location", location), *_brief(standing)]


def _brief(standing: Standing) -> Headers:
    answer: Headers = [_RESUMABLE, _NO_STORE, (b"upload-offset", str(standing.offset).encode())]
    if standing.expires is not None:
        answer.append((b"upload-expires", _http_date(standing.expires.replace(microsecond=0))))
    return answer


def _describe(standing: Standing) -> Headers:
    record = standing.record
    answer = _brief(standing)
    if record.length is None:
        answer.append((b"upload-defer-length", b"1"))
    else:
        answer.append((b"upload-length", str(record.length).encode()))
    if record.metadata:
        answer.append((b"upload-metadata", record.metadata.encode()))
    if record.concat is Concat.PARTIAL:
        answer.append((b"upload-concat", b"partial"))
    elif record.concat is Concat.FINAL:
        parts = " ".join(f"{tus.UPLOADS}/{part}" for part in record.parts)
        answer.append((b"upload-concat", f"final;{parts}".encode()))
    return answer


@lru_cache(maxsize=16)
def _http_date(at: datetime) -> bytes:
    return format_datetime(at, usegmt=True).encode()
