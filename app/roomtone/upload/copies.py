"""The takes of others on this computer: fetched when they are asked for, let go of when they are safe elsewhere."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import Problem, RoomtoneError, UsageError, WorldError, from_os_error, unexpected
from roomtone.foundation.files import make_directory
from roomtone.takes.model import Take as LocalTake
from roomtone.upload.download import download
from roomtone.upload.http import Transport
from roomtone.upload.place import Place
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.together_messages import CopyChanged, LocalCopies, LocalCopy, LocalTrack
from roomtone.wire.api import Take, Track, TrackState
from roomtone.wire.digest import Digest
from roomtone.wire.previews import MEDIA, own_tracks, preview_of, size_of

log = logging.getLogger(__name__)

_PIECE: Final = 1 << 20
# So many takes are fetched at a time.
MOST: Final = 3
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}")


class Copies:
    """Copies lie in ``others/<project>/<take>``, whole files only. Safe to use from many threads."""

    def __init__(
        self,
        folder: Path,
        keeper: Keeper,
        place: Place,
        transport: Transport,
        publish: Callable[[CopyChanged], None],
    ) -> None:
        self._folder = folder
        self._keeper = keeper
        self._place = place
        self._transport = transport
        self._publish = publish
        self._lock = threading.Lock()
        # What is still to be fetched of each take that a thread is busy with.
        self._queues: dict[str, list[Track]] = {}
        self._room = threading.Semaphore(MOST)
        self._problems: dict[str, Problem] = {}

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return bool(self._queues)

    def fetch(self, project: str, take: str, preview: bool) -> LocalCopy:
        """Begin to fetch a take, or only its preview, else its smallest track. What is here is not fetched again."""
        told = self._told(project, take)
        own = self._own(project)
        if take in own:
            return self._copy(project, told, own)
        here = self._copy(project, told, own)
        if here.whole:
            return here
        wanted = _wanted(told, preview)
        missing = [track for track in wanted if not self._file(project, take, track.name).exists()]
        with self._lock:
            if missing and take not in self._queues:
                self._problems.pop(take, None)
                self._queues[take] = missing
                threading.Thread(target=self._fetch, args=(project, take), name="fetching", daemon=True).start()
            elif missing:
                queue = self._queues[take]
                queue += [track for track in missing if track not in queue]
        return self._copy(project, told, own)

    def free(self, project: str, take: str) -> LocalCopy:
        """Let go of a copy once the server has every byte of it. Raises ``RoomtoneError`` with everything kept."""
        own = self._own(project)
        if take in own:
            raise UsageError(
                "own-take",
                "The take was kept",
                "It was made on this computer, and its folder is yours",
                "Move it to the trash if you do not want it any more",
            )
        here = self._copy(project, self._told(project, take), own)
        server = {track.name: track for track in self._place.call("GET", f"/api/takes/{take}", Take).tracks}
        for track in here.tracks:
            there = server.get(track.name)
            if there is None or there.state is not TrackState.SEALED or there.digest != _digest(Path(track.path)):
                raise WorldError(
                    "not-on-server",
                    "The copy was kept",
                    f"The server does not have {track.name} as it is here",
                    "Keep it until the server has it; nothing was lost",
                )
        try:
            for track in here.tracks:
                Path(track.path).unlink(missing_ok=True)
            for name in MEDIA:
                self._file(project, take, name).unlink(missing_ok=True)
            self._clear(self._folder / project / take)
        except OSError as error:
            raise from_os_error(error, "letting go of a copy") from error
        return self._tell(project, take)

    def of_project(self, project: str) -> LocalCopies:
        """Return the copies of a project's takes of which something is here or on its way."""
        folder = self._folder / project
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        with self._lock:
            names |= self._queues.keys() | self._problems.keys()
        own = self._own(project)
        names |= own.keys()
        with self._keeper.changing(self._keeper.home_of(project), project) as replica:
            takes = [take for name in sorted(names) if (take := replica.said.takes.get(name)) is not None]
        return LocalCopies([self._copy(project, take, own) for take in takes])

    def _fetch(self, project: str, take: str) -> None:
        try:
            with self._room:
                while (track := self._next(take)) is not None:
                    self._fetch_track(take, track.name, self._file(project, take, track.name))
                    self._tell(project, take)
        except RoomtoneError as error:
            log.info("a take was not fetched: %s", error)
            self._stop(take, error.problem)
        except OSError as error:
            self._stop(take, from_os_error(error, "fetching a take").problem)
        except Exception:
            # The boundary of this thread: whoever waits has to hear that it is over.
            log.exception("a take could not be fetched")
            self._stop(take, unexpected("fetching a take").problem)
        finally:
            self._tell(project, take)

    def _stop(self, take: str, problem: Problem) -> None:
        with self._lock:
            self._queues.pop(take, None)
            self._problems[take] = problem

    def _next(self, take: str) -> Track | None:
        """Return the track to fetch now. Nothing left ends the fetching in the same moment, so that no wish is lost."""
        with self._lock:
            queue = self._queues.get(take)
            if not queue:
                self._queues.pop(take, None)
                return None
            return queue.pop(0)

    def _clear(self, folder: Path) -> None:
        """Remove what is left of a copy: parts that were never finished, and the folder."""
        with self._lock:
            if folder.name in self._queues or not folder.is_dir():
                return
            for part in folder.glob("*.part"):
                part.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _own(self, project: str) -> dict[str, LocalTake]:
        return {take.id: take for take in self._keeper.own_takes(project) if take.manifest is not None}

    def _fetch_track(self, take: str, track: str, to: Path) -> None:
        make_directory(to.parent)
        self._place.with_endpoint(lambda endpoint: download(self._transport, endpoint, take, track, to))

    def _tell(self, project: str, take: str) -> LocalCopy:
        copy = self._copy(project, self._told(project, take), self._own(project))
        self._publish(CopyChanged(project, copy))
        return copy

    def _told(self, project: str, take: str) -> Take:
        with self._keeper.changing(self._keeper.home_of(project), project) as replica:
            found = replica.said.takes.get(take)
        if found is None:
            raise UsageError(
                "no-such-take", "There is no such take in the project", take, "roomtone takes queue shows the takes"
            )
        return found

    def _copy(self, project: str, take: Take, own: dict[str, LocalTake]) -> LocalCopy:
        mine = own.get(take.id)
        parts = own_tracks(take)
        files = [
            (track, mine.folder / track.name if mine is not None else self._file(project, take.id, track.name))
            for track in parts
            if _NAME.fullmatch(track.name)
        ]
        small = preview_of(take)
        preview = self._file(project, take.id, small.name) if small is not None else None
        here = [
            LocalTrack(track.name, track.media, str(file), file.stat().st_size)
            for track, file in files
            if file.exists()
        ]
        with self._lock:
            fetching = take.id in self._queues
        return LocalCopy(
            take=take.id,
            tracks=here,
            own=mine is not None,
            whole=len(here) == len(files) and bool(files),
            fetching=fetching,
            got=sum(track.bytes for track in here),
            total=size_of(take),
            preview=str(preview) if preview is not None and preview.exists() else "",
            problem=self._problems.get(take.id),
        )

    def _file(self, project: str, take: str, track: str) -> Path:
        return self._folder / project / take / track


def _wanted(take: Take, preview: bool) -> list[Track]:
    # A name that is no name never becomes a path, whatever a server says.
    small = preview_of(take)
    if preview and small is not None:
        return [small]
    sealed = [track for track in own_tracks(take) if track.state is TrackState.SEALED and _NAME.fullmatch(track.name)]
    if not sealed:
        raise WorldError(
            "not-there-yet", "The take is not here yet", "It is still on its way to the server", "Try again in a moment"
        )
    return [min(sealed, key=lambda track: track.received)] if preview else sealed


def _digest(path: Path) -> str:
    digest = Digest()
    with path.open("rb") as file:
        while block := file.read(_PIECE):
            digest.update(block)
    return digest.text()
