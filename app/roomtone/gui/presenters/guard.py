"""The guard of the record button: against a double press, and against a stop by accident."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SETTLE_SECONDS: Final = 0.6
CONFIRM_SECONDS: Final = 2.0
BOUNCE_SECONDS: Final = 0.08


class Press(StrEnum):
    """Where a press came from. A click is aimed; a key may be hit by an elbow."""

    BUTTON = "button"
    KEY = "key"


class Answer(StrEnum):
    """What a press comes to."""

    RECORD = "record"
    STOP = "stop"
    ASK_AGAIN = "ask again"
    IGNORE = "ignore"


class RecordGuard:
    """Decides what a press means. Times are monotonic seconds, given by the caller.

    After a start or a stop was asked for, presses are ignored for 600 ms, so a double click does one thing.
    A key stops a take only when it is pressed a second time within two seconds.
    """

    def __init__(self) -> None:
        self._asked = float("-inf")
        self._armed = float("-inf")

    def press(self, kind: Press, rolling: bool, now: float) -> Answer:
        """Judge a press at ``now`` while a take rolls or not."""
        if now - self._asked < SETTLE_SECONDS:
            return Answer.IGNORE
        if rolling and kind is Press.KEY:
            since = now - self._armed
            if since < BOUNCE_SECONDS:
                return Answer.IGNORE
            if since > CONFIRM_SECONDS:
                self._armed = now
                return Answer.ASK_AGAIN
        self._asked = now
        self._armed = float("-inf")
        return Answer.STOP if rolling else Answer.RECORD

    def armed(self, now: float) -> bool:
        """Return whether one more press of the key would stop the take."""
        return now - self._armed <= CONFIRM_SECONDS
