"""``roomtone server run`` with small limits: what takes a minute elsewhere, and a thousand uploads, is soon there.

``python -m tests.server.impatient ARGUMENT …``
"""

from __future__ import annotations

import sys
from typing import Final

from roomtone import __main__ as program
from roomtone.server.api.protocol import LimitedProtocol
from roomtone.server.uploads.limiting import OpenLimit
from roomtone.server.uploads.receiving import Receiver

HEAD_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 0.5
MOST_OPEN: Final = 8
MOST_PARTS: Final = 3
RETRY_SECONDS: Final = 1

if __name__ == "__main__":
    LimitedProtocol.head_seconds = HEAD_SECONDS
    Receiver.silent_seconds = SILENT_SECONDS
    OpenLimit.most_open = MOST_OPEN
    OpenLimit.most_parts = MOST_PARTS
    OpenLimit.retry_seconds = RETRY_SECONDS
    sys.exit(program.main())
