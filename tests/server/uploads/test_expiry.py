"""Expiry, with a clock that is moved: what nobody finishes goes, what is half done is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import WorldError
from roomtone.server.composition import Parts, compose
from roomtone.server.db.records import Sealing, UploadRecord, UploadState
from roomtone.server.db.sql import SqlRepository, open_repository
from roomtone.server.services.access import hash_token
from roomtone.server.storage.memory import MemoryStorage
from roomtone.wire.digest import digest_of
from tests.server.filling import add_person, add_project

ANA, PROJECT = "a" * 32, "c" * 32
DAY = 86_400.0
Story = Callable[[Parts, SqlRepository, MemoryStorage, ManualClock], Coroutine[Any, Any, None]]


def tell(story: Story) -> None:
    """Run a story over a server in memory."""
    repository, storage, clock = open_repository(None), MemoryStorage(), ManualClock()
    add_person(repository, ANA, "Ana", hash_token("token"), clock.now())
    add_project(repository, PROJECT, "Song", ANA, clock.now())
    parts = compose(repository, storage, clock, timedelta(days=14))
    try:
        asyncio.run(story(parts, repository, storage, clock))
    finally:
        parts.close()
        repository.close()


def begin(repository: SqlRepository, storage: MemoryStorage, clock: ManualClock, number: int, body: bytes) -> str:
    """Make an upload of 10 bytes that makes its own take, with ``body`` committed."""
    identity = f"{number:032x}"
    record = UploadRecord(
        identity,
        ANA,
        clock.now(),
        length=10,
        project=PROJECT,
        take=identity,
        track="a.wav",
        filename="a.wav",
        media="audio/wav",
    )
    repository.add_upload(record)
    staged = storage.stage(identity)
    staged.append([body])
    staged.commit(clock.now())
    staged.close()
    return identity


def state(repository: SqlRepository, upload: str) -> UploadState | None:
    found = repository.upload(upload)
    return found.state if found else None


def test_an_upload_expires_after_its_last_byte() -> None:
    async def story(parts: Parts, repository: SqlRepository, storage: MemoryStorage, clock: ManualClock) -> None:
        early = begin(repository, storage, clock, 1, b"12345")
        clock.advance(10 * DAY)
        late = begin(repository, storage, clock, 2, b"12345")
        clock.advance(5 * DAY)
        with pytest.raises(WorldError) as gone:
            await parts.uploads.look(await parts.access.visitor("token"), early)
        assert getattr(gone.value, "code", "") == "upload-gone"
        assert (await parts.uploads.look(await parts.access.visitor("token"), late)).offset == 5
        assert await parts.sweeper.sweep() == 1
        assert (state(repository, early), state(repository, late)) == (UploadState.GONE, UploadState.RECEIVING)
        assert storage.staged() == [late]
        clock.advance(60 * DAY)
        assert await parts.sweeper.sweep() == 1
        assert state(repository, early) is None
        assert storage.staged() == []

    tell(story)


def test_a_complete_upload_that_was_not_sealed_is_sealed() -> None:
    async def story(parts: Parts, repository: SqlRepository, storage: MemoryStorage, clock: ManualClock) -> None:
        upload = begin(repository, storage, clock, 1, b"1234567890")
        assert await parts.sweeper.sweep() == 0
        (take,) = repository.takes_of(PROJECT, 0, 10)
        assert (take.id, take.sealed, take.tracks[0].digest) == (upload, True, digest_of(b"1234567890"))
        clock.advance(20 * DAY)
        await parts.sweeper.sweep()
        assert state(repository, upload) is UploadState.GONE
        assert storage.open(take.tracks[0].key).read(0, 99) == b"1234567890"

    tell(story)


def test_a_seal_that_was_begun_is_finished_at_the_next_start_and_orphans_go() -> None:
    async def story(parts: Parts, repository: SqlRepository, storage: MemoryStorage, clock: ManualClock) -> None:
        upload = begin(repository, storage, clock, 1, b"1234567890")
        repository.begin_seal(upload, Sealing(f"{PROJECT}/{upload}-a.wav", 10, digest_of(b"1234567890")))
        orphan = storage.stage("f" * 32)
        orphan.append([b"nobody's"])
        orphan.commit(clock.now())
        orphan.close()
        unfinished = begin(repository, storage, clock, 2, b"12345")
        await asyncio.to_thread(parts.recover)
        assert state(repository, upload) is UploadState.SEALED
        assert storage.staged() == [unfinished]
        await asyncio.to_thread(parts.recover)
        assert len(repository.takes_of(PROJECT, 0, 10)) == 1

    tell(story)
