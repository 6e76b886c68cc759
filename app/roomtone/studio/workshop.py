"""The use cases, one after the other: what the command line calls directly and the window through ``Studio``.

Every method may block and raises ``RoomtoneError``; nothing here is called from a thread that paints.
"""

from __future__ import annotations

import getpass
import logging
import threading
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from roomtone.assembly.messages import BringIn, BroughtIn, Checked, Exported, ExportFilm, Loudness
from roomtone.devices.model import DeviceList
from roomtone.engine import messages as told
from roomtone.engine.client import EngineClient
from roomtone.foundation import settings as settings_file
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError, from_os_error
from roomtone.foundation.paths import Home
from roomtone.foundation.settings import Settings
from roomtone.foundation.workers.client import WorkerGoneError
from roomtone.studio.aim import CLICK, FREE, GUIDE, Aim
from roomtone.studio.placed import export_of
from roomtone.studio.playback import Playback
from roomtone.studio.rendering import Rendering
from roomtone.takes import editing
from roomtone.takes.library import Library, LibraryItem
from roomtone.takes.model import TakeState
from roomtone.takes.naming import one_line
from roomtone.upload import messages as sync
from roomtone.upload.client import SyncClient

log = logging.getLogger(__name__)

FIRST_PROJECT: Final = "First project"
_MAX_NAME: Final = 100

EngineEvents = Callable[[told.Event], None]
SyncEvents = Callable[[sync.Event], None]


def _nothing(*_: object) -> None:
    """Hear an event and do nothing."""


class Workshop:
    """The workers, the library and the settings of one home, held together.

    The event functions are called on the workers' own threads and must not block; ``lost`` hears the name of
    a worker that ended.
    """

    def __init__(
        self,
        home: Home,
        clock: Clock,
        on_engine: EngineEvents = _nothing,
        on_sync: SyncEvents = _nothing,
        lost: Callable[[str], None] = _nothing,
    ) -> None:
        self.home = home
        self._clock = clock
        self._on_engine = on_engine
        self._on_sync = on_sync
        self._lost = lost
        self._lock = threading.RLock()
        self._engine: EngineClient | None = None
        self._cameras: EngineClient | None = None
        self._sync: SyncClient | None = None
        self._closed = False
        # What every take from now on is for.
        self.aim: Aim = FREE
        self._guiding = ""
        # How many takes were begun here.
        self.begun = 0
        self.rendering = Rendering(home, clock)
        self.playback = Playback(self)
        self._unkept: dict[str, object] = {}
        self.library = Library(home.library, home.takes)
        self._settings = settings_file.load(home.settings)

    # Workers.

    def engine(self) -> EngineClient:
        """Return the engine worker, found or started."""
        with self._lock:
            self._check_open(told.NAME)
            if self._engine is None:
                gone = threading.Event()
                lost = partial(self._engine_lost, gone)
                client = EngineClient.ensure(self.home, self._clock, self._on_engine, lost)
                # One that ended at once was told of before it could be forgotten.
                self._engine = None if gone.is_set() else client
                return client
            return self._engine

    def cameras(self) -> EngineClient:
        """Return a second connection to the engine: a worker answers one connection's commands one after the other,
        and a camera that does not answer must not keep a take from beginning."""
        with self._lock:
            self._check_open(told.NAME)
            if self._cameras is None:
                gone = threading.Event()
                lost = partial(self._cameras_lost, gone)
                client = EngineClient.ensure(self.home, self._clock, _nothing, lost)
                self._cameras = None if gone.is_set() else client
                return client
            return self._cameras

    def sync(self) -> SyncClient:
        """Return the sync worker, found or started."""
        with self._lock:
            self._check_open("sync")
            if self._sync is None:
                gone = threading.Event()
                lost = partial(self._sync_lost, gone)
                client = SyncClient.ensure(self.home, self._clock, self._on_sync, lost)
                self._sync = None if gone.is_set() else client
                return client
            return self._sync

    def close(self) -> None:
        """Let go of the workers; what they do goes on."""
        with self._lock:
            self._closed = True
            clients = [self._engine, self._cameras, self._sync]
            self._engine = self._cameras = self._sync = None
        for client in clients:
            if client is not None:
                client.close()
        self.rendering.close()
        self.library.close()

    def _check_open(self, name: str) -> None:
        if self._closed:
            # Whoever still waits in a queue must not start or find a worker that nobody lets go of.
            raise WorkerGoneError(name)

    # Settings and the project.

    @property
    def settings(self) -> Settings:
        return self._settings

    def change(self, **values: object) -> Settings:
        """Change settings and keep them. A full disk costs the keeping, not the change."""
        self._unkept |= values
        try:
            # Somebody else may have changed others meanwhile: the window and the command line have one file.
            self._settings = msgspec.structs.replace(settings_file.load(self.home.settings), **self._unkept)
            settings_file.save(self.home.settings, self._settings)
            self._unkept = {}
        except (OSError, RoomtoneError) as error:
            self._settings = msgspec.structs.replace(self._settings, **values)
            log.info("the settings were not kept: %s", error)
        return self._settings

    def project(self) -> tuple[str, str]:
        """Return the id and title of the project that takes go to; the first one is begun here, offline too."""
        if not self._settings.project:
            person = self._settings.person or _login_name()
            self.change(project=uuid.uuid4().hex, project_title=FIRST_PROJECT, person=person)
        return self._settings.project, self._settings.project_title

    def create_project(self, title: str) -> tuple[str, str]:
        """Begin a project and let new takes go to it."""
        text = one_line(title)
        if not text or len(text) > editing.MAX_TITLE:
            raise UsageError(
                "bad-title", "The project was not begun", "A title has 1 to 300 characters", "Choose another"
            )
        project = self.sync().create_project(text, uuid.uuid4().hex)
        self.change(project=project.id, project_title=project.title)
        return project.id, project.title

    def use_project(self, reference: str) -> tuple[str, str]:
        """Let new takes go to the project with this id or title."""
        projects = self.sync().list_projects()
        found = [p for p in projects if reference in (p.id, p.title)]
        if len(found) != 1:
            raise UsageError(
                "no-such-project",
                f"No single project is called “{reference}”",
                "There are: " + (", ".join(p.title for p in projects) or "none"),
                "roomtone project list shows them with their ids",
            )
        self.change(project=found[0].id, project_title=found[0].title)
        return found[0].id, found[0].title

    # Recording.

    def devices(self, *, rates: bool = False) -> DeviceList:
        return self.engine().devices(rates=rates)

    def open_input(self, device: str = "", channels: str = "", rate: int = 0, form: told.Format = "flac") -> told.Input:
        """Open an input at ``rate`` Hz; with 0 at what the call asks for that is answered, or at the device's own."""
        if rate or not self.aim.rate:
            return self.engine().open_input(device, channels, rate, form)
        try:
            return self.engine().open_input(device, channels, self.aim.rate, form)
        except RoomtoneError as error:
            if error.code != "device-refused":
                raise
            # What is recorded at another rate is converted later; that is no reason not to record.
            opened = self.engine().open_input(device, channels, 0, form)
            self._on_engine(told.Notice(error.problem))
            return opened

    def start_take(self, title: str = "", part: str | None = None, seconds: float = 0.0) -> told.Rolling:
        """Begin a take on the open input, with the guide of its aim, and tell the sync worker where it grows.

        After ``seconds`` the engine ends it by itself, 0 for never.
        """
        project, project_title = self.project()
        aim = self.aim
        part = part if part is not None else aim.part or self._settings.part
        self.begun += 1
        heard = self._play_guide(aim)
        rolling = self.engine().start_take(
            told.StartTake(
                project=project,
                project_title=project_title,
                part=one_line(part)[:_MAX_NAME],
                person=self._settings.person,
                title=one_line(title)[: editing.MAX_TITLE],
                lineage=aim.lineage(heard=heard),
                call=aim.call,
                prompt=aim.prompt,
                seconds=seconds,
            )
        )
        self._guiding = rolling.id if heard else ""
        self.poke(rolling.folder)
        return rolling

    def stop_take(self, take: str = "") -> told.Sealed:
        """End the rolling take, and its guide; return it sealed and read back."""
        if self._guiding and take in ("", self._guiding):
            self._guiding = ""
            self.engine().stop_playing()
        sealed = self.engine().stop_take(take)
        self.poke(sealed.folder)
        return sealed

    def _play_guide(self, aim: Aim) -> bool:
        """Let the guide begin; return whether it is heard. What was not heard is no lineage of the take."""
        if not aim.guide:
            return False
        try:
            self.engine().play(GUIDE if aim.heard else CLICK, aim.guide, 0.0, self._settings.output)
        except RoomtoneError as error:
            # A take is worth more than its guide; whoever records hears why there is none.
            self._on_engine(told.Notice(error.problem))
            return False
        return True

    def poke(self, folder: str) -> None:
        """Tell the sync worker to look at a take now. Without one the take waits on this computer."""
        try:
            self.sync().poke(Path(folder))
        except RoomtoneError as error:
            log.info("the sync worker was not told of %s: %s", folder, error)

    def watch(self) -> None:
        """Reach the sync worker, so that its events arrive from now on."""
        self.sync()

    # Takes.

    def takes(self) -> list[LibraryItem]:
        return self.library.refresh()

    def find(self, reference: str) -> LibraryItem:
        return self.library.find(reference)

    def export_film(self, item: LibraryItem, file: str, fps: int, track: str = "") -> Exported:
        """Write a take as a film of constant rate: its pictures, or those of the camera that was placed against it."""
        return self.rendering.export_film(export_of(item, self.takes, ExportFilm(item.folder, file, track, fps)))

    def rename(self, item: LibraryItem, title: str) -> None:
        self._edit(item, lambda folder: editing.rename(folder, title, self._clock))

    def star(self, item: LibraryItem, on: bool) -> None:
        self._edit(item, lambda folder: editing.star(folder, on, self._clock))

    def note(self, item: LibraryItem, text: str) -> None:
        self._edit(item, lambda folder: editing.note(folder, text, self._clock))

    def trash(self, item: LibraryItem, on: bool) -> None:
        self._edit(item, lambda folder: editing.trash(folder, on, self._clock))

    def _edit(self, item: LibraryItem, change: Callable[[Path], object]) -> None:
        if item.state is TakeState.RECORDING:
            raise UsageError(
                "still-recording", f"“{item.title}” was not changed", "It is being recorded", "Stop it first"
            )
        try:
            change(Path(item.folder))
        except OSError as error:
            raise from_os_error(error, "changing a take") from error

    # Jobs of the render worker.

    def bring_in(self, file: str, title: str = "", *, keep_location: bool = False) -> BroughtIn:
        """Make a take of an existing file; where it was made is taken out of the copy unless it shall be kept."""
        project, project_title = self.project()
        path = str(Path(file).absolute())
        try:
            path.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UsageError(
                "unreadable-file", "The file was not brought in", "Its name is no valid Unicode", "Rename the file"
            ) from error
        command = BringIn(
            path,
            project,
            project_title,
            part=self.aim.part[:_MAX_NAME],
            person=self._settings.person,
            title=one_line(title),
            call=self.aim.call,
            prompt=self.aim.prompt,
            lineage=list(self.aim.used),
            keep_location=keep_location,
        )
        brought = self.rendering.bring_in(command)
        self.poke(brought.folder)
        return brought

    def draw_peaks(self, item: LibraryItem) -> None:
        """Make the waveforms of a take that the cache misses."""
        self.rendering.draw_peaks(item)

    def loudness(self, item: LibraryItem) -> dict[str, Loudness]:
        """Measure every sound track of a take."""
        return self.rendering.loudness(item)

    def check(self, item: LibraryItem) -> list[Checked]:
        """Read, hash and decode a take again."""
        return self.rendering.check(item)

    def _engine_lost(self, gone: threading.Event) -> None:
        gone.set()
        self._engine = None
        self._lost(told.NAME)

    def _cameras_lost(self, gone: threading.Event) -> None:
        gone.set()
        self._cameras = None

    def _sync_lost(self, gone: threading.Event) -> None:
        gone.set()
        self._sync = None
        self._lost("sync")


def _login_name() -> str:
    """Return who is logged in, for the names of takes; nothing for the system's own accounts."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # No name is known here, as in a container with a bare number for its user.
        return ""
    return "" if name in ("root", "SYSTEM") else name[:1].upper() + name[1:]
