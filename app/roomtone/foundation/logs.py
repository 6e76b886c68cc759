"""Logs: one rotating file a process, in the home's log folder."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from pathlib import Path
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s"


def log_to_file(folder: Path, process: str) -> None:
    """Send this process's log into ``folder``; also what would otherwise be an unseen crash of a thread."""
    handler = logging.handlers.RotatingFileHandler(
        folder / f"{process}.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    # A disk that is full costs the log, and never a page of traceback on a person's screen.
    logging.raiseExceptions = False
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    log = logging.getLogger("roomtone")

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("unhandled exception", exc_info=(kind, error, trace))

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical(
                "unhandled exception in thread %s",
                args.thread.name if args.thread else "?",
                exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
            )

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
