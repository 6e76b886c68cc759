"""Takes that grow on a real disk as the engine makes them grow, with bytes that mean nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from roomtone.foundation.paths import Home
from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes.journal import Journal
from roomtone.wire.digest import Digest

STARTED: Final = "2026-11-22T19:00:00+00:00"
PATCH_AT: Final = 21
PATCH_SIZE: Final = 21


class GrowingTake:
    """A take of tracks whose bytes are random. The caller says when it grows and when it is sealed."""

    def __init__(
        self,
        home: Home,
        project: str,
        *,
        tracks: int = 1,
        seed: int = 0,
        started: str = STARTED,
        title: str = "Song – take 1",
        rate: int = 48_000,
        call: str = "",
        lineage: Sequence[str] = (),
    ) -> None:
        self.id = secrets.token_hex(16)
        self.project = project
        self.folder = home.takes / f.folder_name(title, self.id)
        self._rate = rate
        self._random = Random(seed)
        self.names = [f"mic-{n + 1}.flac" for n in range(tracks)]
        self.folder.mkdir(parents=True)
        self._journal = Journal(self.folder)
        starts = [d.TrackStart(name, "audio/flac", rate, 2, 24) for name in self.names]
        self._began = d.Began(
            d.SCHEMA, self.id, title, project, "Song", "", "Ana", 1, started, d.Source.RECORDED, "0.1.0", starts,
            lineage=list(lineage), call=call,
        )  # fmt: skip
        self._journal.append(self._began)
        self._digests = {name: Digest() for name in self.names}
        for name in self.names:
            (self.folder / name).touch()
        self.frames = 0

    @property
    def bytes(self) -> int:
        """How many bytes each track has."""
        return self._digests[self.names[0]].length

    def path(self, name: str = "mic-1.flac") -> Path:
        """Return the file of a track."""
        return self.folder / name

    def grow(self, size: int, frames: int = 9600, *, durable: bool = False) -> None:
        """Append ``size`` bytes to every track, and say in the journal that they are synced."""
        for name in self.names:
            data = self._random.randbytes(size)
            with self.path(name).open("ab") as file:
                file.write(data)
            self._digests[name].update(data)
        self.frames += frames
        synced = dict.fromkeys(self.names, (self.bytes, self.frames))
        self._journal.append(d.Synced(synced), durable=durable)

    def seal(self) -> d.Manifest:
        """Give every track its final header and write the manifest."""
        seals = []
        for name in self.names:
            patches = (
                [(PATCH_AT, self._random.randbytes(PATCH_SIZE).hex())] if self.bytes >= PATCH_AT + PATCH_SIZE else []
            )
            self._journal.append(d.Sealing(name, self.bytes, self.frames, patches), durable=False)
            with self.path(name).open("r+b") as sealed:
                for offset, data in patches:
                    sealed.seek(offset)
                    sealed.write(bytes.fromhex(data))
                sealed.seek(0)
                digest = self._digests[name]
                if digest.length:
                    digest.replace_first_chunk(sealed.read(1 << 20))
            seals.append(
                d.TrackSeal(name, "audio/flac", self.bytes, digest.text(), patches, self._rate, 2, 24, self.frames)
            )
        b = self._began
        manifest = d.Manifest(
            schema=d.SCHEMA,
            id=b.id,
            title=b.title,
            project=b.project,
            project_title=b.project_title,
            part=b.part,
            person=b.person,
            number=b.number,
            started=b.started,
            sealed=STARTED,
            source=b.source,
            ending=d.Ending.STOPPED,
            app=b.app,
            tracks=seals,
        )
        f.write_manifest(self.folder, manifest)
        self._journal.close()
        return manifest
