"""A server in memory that keeps to ``wire.tus`` and ``wire.api``, for the simulator."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.core_events import Answer, Purpose, Request
from roomtone.wire import api
from roomtone.wire.digest import digest_of
from roomtone.wire.tus import MAX_CLIENT_BODY, UPLOADS, parse_metadata


@dataclass
class Upload:
    """An unfinished upload; every byte in it is acknowledged only after it is here."""

    take: str
    track: str
    data: bytearray = field(default_factory=bytearray)


class SimulatedServer:
    """Answers requests at once. Its faults are switches that the simulator sets."""

    def __init__(self) -> None:
        self.projects: set[str] = set()
        self.takes: dict[str, api.NewTake] = {}
        self.sealed_takes: set[str] = set()
        self.sealed: dict[tuple[str, str], bytes] = {}
        self.uploads: dict[str, Upload] = {}
        self.token = 0
        self.full = False
        self.busy: tuple[int, int] | None = None
        self.body_limit = MAX_CLIENT_BODY
        self._numbers = 0

    def digest(self, take: str, track: str) -> str:
        """Return the digest of a sealed track, or nothing."""
        data = self.sealed.get((take, track))
        return digest_of(data) if data is not None else ""

    def answer(self, request: Request, body: bytes, checksum: bytes, token: int) -> Answer:
        """Carry out a request. ``checksum`` is the SHA-256 that came with the body."""
        if token != self.token:
            return problem(401, "not-signed-in")
        if self.busy is not None:
            status, seconds = self.busy
            return Answer(status, {"retry-after": str(seconds)} if seconds else {})
        if request.path.startswith(f"{UPLOADS}/"):
            return self._on_upload(request, body, checksum)
        answers = {
            Purpose.PROJECT: self._found,
            Purpose.DECLARE: self._declare,
            Purpose.SEAL_TAKE: self._seal_take,
            Purpose.CREATE: self._create,
            Purpose.SEAL_TRACK: self._seal_track,
        }
        return answers[request.purpose](request)

    def _found(self, request: Request) -> Answer:
        self.projects.add(request.path.rsplit("/", 1)[1])
        return Answer(200, {}, b"{}")

    def _declare(self, request: Request) -> Answer:
        new = msgspec.json.decode(request.body, type=api.NewTake)
        if new.project not in self.projects:
            return problem(404, "unknown-project")
        self.takes.setdefault(request.take, new)
        return self._show(request.take)

    def _show(self, take: str) -> Answer:
        new = self.takes[take]
        tracks = []
        for track in new.tracks:
            digest = self.digest(take, track.name)
            state = api.TrackState.SEALED if digest else api.TrackState.DECLARED
            tracks.append(api.Track(track.name, track.media, state, digest=digest))
        sealed = take in self.sealed_takes
        shown = api.Take(take, new.project, new.title, new.part, new.person, new.started, 1, sealed, tracks)
        return Answer(200, {}, msgspec.json.encode(shown))

    def _seal_take(self, request: Request) -> Answer:
        take = request.take
        if take not in self.takes:
            return problem(404, "unknown-take")
        if any((take, track.name) not in self.sealed for track in self.takes[take].tracks):
            return problem(409, "tracks-unsealed")
        self.sealed_takes.add(take)
        return self._show(take)

    def _create(self, request: Request) -> Answer:
        metadata = parse_metadata(dict(request.headers)["Upload-Metadata"])
        take, track = metadata["take"].decode(), metadata["track"].decode()
        if take not in self.takes:
            return problem(404, "unknown-take")
        if (take, track) in self.sealed:
            return problem(409, "track-sealed", self.digest(take, track))
        if self.full:
            return problem(507, "disk-full")
        for path, upload in self.uploads.items():
            if (upload.take, upload.track) == (take, track):
                return Answer(201, {"location": f"http://elsewhere{path}"})
        self._numbers += 1
        path = f"{UPLOADS}/{self._numbers:032x}"
        self.uploads[path] = Upload(take, track)
        return Answer(201, {"location": f"http://elsewhere{path}", "upload-offset": "0"})

    def _on_upload(self, request: Request, body: bytes, checksum: bytes) -> Answer:
        upload = self.uploads.get(request.path)
        if upload is None:
            return problem(404, "unknown-upload")
        if request.purpose is Purpose.CLEAR:
            del self.uploads[request.path]
            return Answer(204)
        if request.purpose is Purpose.ASK:
            return Answer(200, {"upload-offset": str(len(upload.data))})
        refused = self._refusal(upload, request, body, checksum)
        if refused is not None:
            return refused
        upload.data += body
        return Answer(204, {"upload-offset": str(len(upload.data))})

    def _refusal(self, upload: Upload, request: Request, body: bytes, checksum: bytes) -> Answer | None:
        """Return why these bytes are not taken."""
        if len(body) > self.body_limit:
            return problem(413, "too-large")
        if int(dict(request.headers)["Upload-Offset"]) != len(upload.data):
            return problem(409, "offset-mismatch")
        if self.full:
            return problem(507, "disk-full")
        if hashlib.sha256(body).digest() != checksum:
            return problem(460, "checksum-mismatch")
        return None

    def _seal_track(self, request: Request) -> Answer:
        seal = msgspec.json.decode(request.body, type=api.SealTrack)
        key = (request.take, request.track)
        if request.take not in self.takes:
            return problem(404, "unknown-take")
        if key in self.sealed and self.digest(*key) != seal.digest:
            return problem(409, "track-sealed", self.digest(*key))
        if key not in self.sealed:
            refused = self._try_seal(key, seal)
            if refused is not None:
                return refused
        track = api.Track(request.track, "audio/flac", api.TrackState.SEALED, seal.length, self.digest(*key))
        return Answer(200, {}, msgspec.json.encode(track))

    def _try_seal(self, key: tuple[str, str], seal: api.SealTrack) -> Answer | None:
        found = next((item for item in self.uploads.items() if (item[1].take, item[1].track) == key), None)
        if found is None or len(found[1].data) < seal.length:
            return problem(409, "track-incomplete")
        data = found[1].data[: seal.length]
        for patch in seal.patches:
            data[patch.offset : patch.offset + len(patch.data)] = patch.data
        if digest_of(bytes(data)) != seal.digest:
            return problem(409, "digest-mismatch")
        self.sealed[key] = bytes(data)
        del self.uploads[found[0]]
        return None


def problem(status: int, code: str, digest: str = "") -> Answer:
    """Return a refusal as the server words it."""
    told = Problem(code, code)
    document: dict[str, Any] = {**msgspec.to_builtins(told), "status": status, "digest": digest}
    return Answer(status, {}, msgspec.json.encode(document))
