"""Concatenation: the bytes of finished parts, one behind the other, in an upload of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.db.records import Concat, UploadRecord, UploadState
from roomtone.server.problems import RefusedError
from roomtone.server.storage.contract import Storage
from roomtone.server.uploads.headers import check_length
from roomtone.server.uploads.intake import Intake

_PIECE: Final = 2 << 20


def join(storage: Storage, parts: Sequence[UploadRecord], into: Intake, clock: Clock) -> int:
    """Copy the parts and make the copy durable; return its length. The parts stay, and expire by themselves.

    Raises ``parts-unfinished``, and whatever the storage raises, with nothing copied that counts.
    """
    for part in parts:
        finished = part.length == storage.progress(part.id).committed
        if part.concat is not Concat.PARTIAL or part.state is not UploadState.RECEIVING or not finished:
            raise RefusedError("parts-unfinished", f"{part.id} is not a finished part")
    length = sum(part.length or 0 for part in parts)
    check_length(length)
    try:
        for part in parts:
            _copy(storage, part, into)
        into.commit(clock.now())
    except BaseException:
        into.roll_back()
        raise
    return length


def _copy(storage: Storage, part: UploadRecord, into: Intake) -> None:
    staged = storage.stage(part.id)
    try:
        done = 0
        while done < (part.length or 0):
            piece = staged.read(done, _PIECE)
            if not piece:
                raise RefusedError("parts-unfinished", f"{part.id} was ended meanwhile")
            into.append([piece])
            done += len(piece)
    finally:
        staged.close()
