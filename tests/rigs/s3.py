"""Two object stores that disagree: moto's server knows create-only puts and keeps objects in memory, s3rver in files.

Both listen on loopback and are S3 as ``--store`` reaches it: through an address, and keys in the environment.
"""

from __future__ import annotations

import http.client
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from obstore.store import S3Store

from tests.rigs.processes import Program, free_port
from tests.server.js_tools import installed

BUCKET: Final = "takes"


class S3Server:
    """A store with one bucket. As a context manager it runs inside; its objects are gone afterwards."""

    # Both let whoever has these keys in; s3rver has no others.
    environment: ClassVar[Mapping[str, str]] = {
        "AWS_ACCESS_KEY_ID": "S3RVER",
        "AWS_SECRET_ACCESS_KEY": "S3RVER",
        "AWS_REGION": "us-east-1",
    }

    def __init__(self) -> None:
        self.port = free_port()
        self._program: Program | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, prefix: str) -> str:
        """Return what ``--store`` is given for a place in the bucket."""
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}"

    def bucket(self, prefix: str) -> S3Store:
        """Return a client of a place in the bucket that is not ours."""
        return S3Store(
            BUCKET,
            prefix=prefix,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            client_options={"allow_http": True},
        )

    def start(self) -> Self:
        """Start it and wait until it takes requests."""
        self._program = Program(self._command())
        self._program.wait_for_line(self._ready, 60)
        return self

    def end(self) -> None:
        """End it; ``start`` brings it back, and moto without its objects."""
        if self._program is not None:
            self._program.end()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    _ready = ""

    def _command(self) -> Sequence[str | Path]:
        raise NotImplementedError


class MotoServer(S3Server):
    """moto: https://docs.getmoto.org/en/latest/docs/server_mode.html"""

    _ready = "Running on"

    def start(self) -> Self:
        super().start()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("PUT", f"/{BUCKET}")
        answered = connection.getresponse()
        assert answered.status == 200, answered.read()
        connection.close()
        return self

    def _command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]


class S3rver(S3Server):
    """s3rver: https://github.com/jamhall/s3rver"""

    _ready = "listening on"

    def __init__(self) -> None:
        super().__init__()
        self._script = installed() / "node_modules" / "s3rver" / "bin" / "s3rver.js"
        self._folder = Path(tempfile.mkdtemp(prefix="rt-s3-"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        shutil.rmtree(self._folder)

    def _command(self) -> Sequence[str | Path]:
        argv: list[str | Path] = ["node", self._script, "-d", self._folder, "-a", "127.0.0.1", "-p", str(self.port)]
        return [*argv, "--no-vhost-buckets", "--configure-bucket", BUCKET]
