"""What happens to an exception that nobody caught: it is logged and told, and the window lives on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

from roomtone.foundation.errors import Problem, RoomtoneError, unexpected

log = logging.getLogger(__name__)


class Faults(QObject):
    """Takes over ``sys.excepthook``, which Qt calls for exceptions in slots and events; ``tell`` gets the problem."""

    _met = Signal(object)

    def __init__(self, tell: Callable[[Problem], None]) -> None:
        super().__init__()
        # Queued, because an exception in the middle of painting must not change what is being painted.
        self._met.connect(tell, Qt.ConnectionType.QueuedConnection)
        self._before = sys.excepthook
        self._threads_before = threading.excepthook

    def install(self) -> None:
        """Be in charge from now on."""
        sys.excepthook = self.met
        threading.excepthook = self._met_in_thread

    def remove(self) -> None:
        """Leave it to whoever was in charge before."""
        sys.excepthook = self._before
        threading.excepthook = self._threads_before

    def met(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an exception and tell the person."""
        if issubclass(kind, KeyboardInterrupt):
            return
        log.error("unhandled exception in the window", exc_info=(kind, error, trace))
        problem = error.problem if isinstance(error, RoomtoneError) else unexpected("showing the window").problem
        self._met.emit(problem)

    def _met_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.met(args.exc_type, args.exc_value, args.exc_traceback)
