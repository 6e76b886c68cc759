"""Noticing what other processes commit to PostgreSQL: they say so with their commit, and a thread listens."""

from __future__ import annotations

import logging
import secrets
import selectors
import socket
import threading
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from roomtone.foundation.errors import WorldError
from roomtone.server.db import postgres

log = logging.getLogger(__name__)

_CHANNEL: Final = "roomtone"
_ACCESS: Final = "access"
_RETRY_SECONDS: Final = 1.0
_TRIES: Final = 20
_BETWEEN_TRIES_SECONDS: Final = 0.1


class NotifiedCommits:
    """``Commits`` of a PostgreSQL database, through LISTEN and NOTIFY.

    A notice is part of the transaction that it tells of, so none is missed and none is early. While the database
    cannot be heard, every version is a new one, so that nothing that was kept is believed.

    Whoever serves holds the database's serving lock on the same connection: the lock is gone when its process is.
    """

    def __init__(self, engine: Engine, *, serving: bool) -> None:
        """Begin to listen. Raises ``WorldError`` where another process serves already, and ``DBAPIError``."""
        self._engine = engine
        self._serving = serving
        self._own = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._all = 0
        self._access = 0
        self._hears = False
        self._woken, self._wake = socket.socketpair()
        self._ended = threading.Event()
        try:
            connection = self._connect()
        except BaseException:
            self._close_sockets()
            raise
        self._hears = True
        self._thread = threading.Thread(target=self._listen, args=(connection,), name="database-notices", daemon=True)
        self._thread.start()

    def version(self) -> int:
        if not self._hears:
            self._count(access=True)
        return self._all

    def access_version(self) -> int:
        if not self._hears:
            self._count(access=True)
        return self._access

    def committing(self, db: Connection, *, access: bool) -> None:
        payload = f"{self._own} {_ACCESS}" if access else self._own
        db.exec_driver_sql(f"SELECT pg_notify('{_CHANNEL}', '{payload}')")

    def committed(self, *, access: bool) -> None:
        self._count(access=access)

    def close(self) -> None:
        self._ended.set()
        self._wake.send(b"!")
        self._thread.join()
        self._close_sockets()

    def _close_sockets(self) -> None:
        self._woken.close()
        self._wake.close()

    def _count(self, *, access: bool) -> None:
        with self._lock:
            self._all += 1
            self._access += access

    def _connect(self) -> psycopg.Connection[Any]:
        connection = postgres.detached(self._engine)
        try:
            connection.execute(f"LISTEN {_CHANNEL}")
            if self._serving:
                self._take_over(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _take_over(self, connection: psycopg.Connection[Any]) -> None:
        """Take the serving lock; the session of a process that was killed a moment ago may have to be noticed first."""
        for _ in range(_TRIES):
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (postgres.SERVING,)).fetchone()
            if row is not None and row[0]:
                return
            self._ended.wait(_BETWEEN_TRIES_SECONDS)
        raise WorldError(
            "server-running",
            "The server was not started",
            "Another one already uses this database",
            "Use that one, or end it first; half a minute after its machine was lost, this one can take over",
        )

    def _listen(self, connection: psycopg.Connection[Any] | None) -> None:
        while not self._ended.is_set():
            try:
                if connection is None:
                    connection = self._connect()
                    # What was committed meanwhile is not known.
                    self._count(access=True)
                    self._hears = True
                    log.info("the database can be heard again")
                self._wait(connection)
            except (psycopg.Error, DBAPIError, OSError, WorldError) as error:
                if self._hears:
                    log.error("the database cannot be heard: %s", error)
                self._hears = False
                if connection is not None:
                    connection.close()
                    connection = None
                self._ended.wait(_RETRY_SECONDS)
        if connection is not None:
            connection.close()

    def _wait(self, connection: psycopg.Connection[Any]) -> None:
        """Wait for notices and count them, until told to end. Raises when the connection is lost."""
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._ended.is_set():
                selector.select()
                if self._ended.is_set():
                    return
                connection.pgconn.consume_input()
                while (notice := connection.pgconn.notifies()) is not None:
                    own, _, kind = notice.extra.decode().partition(" ")
                    # Our own were counted when they were committed.
                    if own != self._own:
                        self._count(access=kind == _ACCESS)
