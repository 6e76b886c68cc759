"""Comparing what the database says with the bytes that are there."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.foundation.errors import RoomtoneError
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import UploadState
from roomtone.server.storage.contract import Storage
from roomtone.wire.digest import Digest

_PIECE: Final = 4 << 20


class Report(msgspec.Struct, frozen=True):
    """What a check found: how much was looked at, and every fault in words."""

    tracks: int
    bytes: int
    unfinished: int
    faults: list[str]


def check(repository: Repository, storage: Storage, *, deep: bool = False) -> Report:
    """Look at every sealed track and every unfinished upload; ``deep`` reads all bytes again. Changes nothing."""
    faults = [f"database: {fault}" for fault in repository.faults()]
    tracks = repository.sealed_tracks()
    there = dict(storage.keys())
    for _, key, size, digest in tracks:
        if key not in there:
            faults.append(f"{key}: missing from the store")
        elif there[key] != size:
            faults.append(f"{key}: {there[key]} bytes instead of {size}")
        elif deep:
            try:
                found = _digest(storage, key)
            except RoomtoneError as error:
                faults.append(f"{key}: {error}")
            else:
                if found != digest:
                    faults.append(f"{key}: its bytes have changed")
    unfinished = repository.uploads({UploadState.RECEIVING, UploadState.SEALING})
    for upload in unfinished:
        committed = storage.progress(upload.id).committed
        if upload.length is not None and committed > upload.length:
            faults.append(f"upload {upload.id}: {committed} bytes instead of at most {upload.length}")
    return Report(len(tracks), sum(size for _, _, size, _ in tracks), len(unfinished), faults)


def _digest(storage: Storage, key: str) -> str:
    opened = storage.open(key)
    try:
        digest = Digest()
        while digest.length < opened.size:
            digest.update(opened.read(digest.length, _PIECE))
        return digest.text()
    finally:
        opened.close()
