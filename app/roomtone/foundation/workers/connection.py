"""One end of a local connection, with what ``multiprocessing.connection`` leaves out.

Its calls block for ever when the other side stalls half-way through a message. ``Wire`` can be cut from
another thread, and the handshake has a deadline.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge

from roomtone.foundation.workers.protocol import MAX_MESSAGE

HANDSHAKE_SECONDS = 5.0
_SMALL_MESSAGE = 16 << 10


class Wire:
    """A connection that sends from many threads and can be cut while another thread reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._cut = False
        self._room: select.poll | None = None

    def handshake(self, key: bytes, *, listening: bool) -> None:
        """Prove to each other that both know ``key``. Raises ``OSError``, ``EOFError`` or ``AuthenticationError``."""
        timer = threading.Timer(HANDSHAKE_SECONDS, self.cut)
        timer.daemon = True
        timer.start()
        try:
            if listening:
                deliver_challenge(self._connection, key)
                answer_challenge(self._connection, key)
            else:
                answer_challenge(self._connection, key)
                deliver_challenge(self._connection, key)
        except (ValueError, AssertionError) as error:
            # The peer speaks something that is no handshake at all; Python 3.11 asserts that it does.
            raise AuthenticationError(str(error)) from error
        finally:
            timer.cancel()

    def send(self, message: bytes) -> None:
        """Send one message whole. Raises ``OSError`` when the other side is gone."""
        with self._sending:
            self._connection.send_bytes(message)

    def takes_at_once(self, size: int) -> bool:
        """Return whether ``send`` would take a message of ``size`` bytes without waiting for the other side.

        A local socket is writable only while most of its buffer is free, so a small message fits whole.
        """
        if sys.platform == "win32" or size > _SMALL_MESSAGE:
            return False
        if self._room is None:
            self._room = select.poll()
            self._room.register(self._connection.fileno(), select.POLLOUT)
        return any(events & select.POLLOUT for _, events in self._room.poll(0))

    def receive(self) -> bytes:
        """Return the next message. Raises ``EOFError`` or ``OSError`` at the end of the connection."""
        return self._connection.recv_bytes(MAX_MESSAGE)

    def cut(self) -> None:
        """End the connection now and wake whoever reads from it or writes to it."""
        if self._cut:
            return
        self._cut = True
        if os.name == "nt":
            self.close()
            return
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as twin:
            twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the connection. Only its reader calls this, when it reads no more."""
        with contextlib.suppress(OSError):
            self._connection.close()


def connect(address: str, key: bytes) -> Wire:
    """Connect to a listening worker. Raises ``OSError``, ``EOFError`` or ``AuthenticationError``."""
    connection = Client(address, family="AF_PIPE" if os.name == "nt" else "AF_UNIX")
    wire = Wire(connection)
    try:
        wire.handshake(key, listening=False)
    except BaseException:
        wire.close()
        raise
    return wire
