"""PostgreSQL of the tests' own: one server in a temporary folder, and a fresh database for whoever asks.

PostgreSQL refuses to run as the administrator, so it is handed to an ordinary account there.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from tests.rigs.processes import Program, cannot, free_port, need, run

_ACCOUNT: Final = "nobody"
_PASSWORD: Final = "secret-of-the-rig"


class PostgresServer:
    """As a context manager it runs inside, with a password for its one user, and is gone with its data afterwards."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="rt-pg-"))
        self._port = free_port()
        self._program: Program | None = None
        self._numbers = itertools.count()
        self._prepared: dict[str, str] = {}

    def url(self, database: str) -> str:
        """Return the address of one of its databases, password and all."""
        return f"postgresql://roomtone:{_PASSWORD}@127.0.0.1:{self._port}/{database}"

    def database(self, template: str = "template0") -> str:
        """Make a database, a copy of another one, and return its address. Nobody may use the other one meanwhile."""
        name = f"test_{next(self._numbers)}"
        self._ask("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def prepared(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make a database that is a copy of the one that ``prepare`` filled when it was asked for the first time."""
        if name not in self._prepared:
            url = self.database()
            prepare(url)
            self._prepared[name] = url.rpartition("/")[2]
        return self.database(self._prepared[name])

    def drop(self, url: str) -> None:
        """Remove a database, whoever uses it."""
        self._ask("DROP DATABASE {} WITH (FORCE)", url.rpartition("/")[2])

    def start(self) -> Self:
        """Start the server over its data and wait until it takes connections."""
        argv: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data", "-p", str(self._port)]
        argv += ["-c", f"unix_socket_directories={self._folder}", "-c", "listen_addresses=127.0.0.1"]
        argv += ["-c", "logging_collector=off", "-c", "shared_buffers=32MB", "-c", "autovacuum=off"]
        self._program = Program(_as_ordinary(argv), cwd=self._folder)
        self._program.wait_for_line("database system is ready to accept connections", 60)
        return self

    def kill(self) -> None:
        """End it as a crash would, with all of its helpers."""
        assert self._program is not None
        # After SIGKILL its helpers would live for a moment more; this has it end them first, without a checkpoint.
        self._program.signal(signal.SIGQUIT)
        self._program.wait()

    def __enter__(self) -> Self:
        try:
            if os.geteuid() == 0:
                shutil.chown(self._folder, _ACCOUNT)
            password = self._folder / "password"
            password.write_text(_PASSWORD)
            password.chmod(0o644)
            argv: list[str | Path] = [self._programs / "initdb", "--no-sync", "--auth=scram-sha-256", "-U", "roomtone"]
            # Text is ordered as people do it, which is not the order of its bytes.
            argv += ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en"]
            argv += [f"--pwfile={password}", "-D", self._folder / "data"]
            run(_as_ordinary(argv), 60, cwd=self._folder)
            return self.start()
        except BaseException:
            self._end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._program is not None and self._program.running:
            self._program.signal(signal.SIGINT)
            self._program.wait()
        self._program = None
        shutil.rmtree(self._folder)

    def _ask(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _programs() -> Path:
    """Return the folder of the server's programs, the newest version's; skip the test where there is none."""
    # Debian keeps them away from everybody's search path, in a folder for each version.
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3].zfill(4))
    if found:
        return found[-1].parent
    need("initdb", "postgres")
    return Path(shutil.which("initdb") or "").resolve().parent


def _as_ordinary(argv: Sequence[str | Path]) -> list[str | Path]:
    if os.geteuid() != 0:
        return list(argv)
    need("setpriv")
    try:
        account = pwd.getpwnam(_ACCOUNT)
    except KeyError:
        cannot(f"PostgreSQL does not run as the administrator, and there is no account {_ACCOUNT}")
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *argv]
