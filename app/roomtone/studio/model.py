"""What the studio knows, and the whole state made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from roomtone.assembly.messages import Pictures
from roomtone.devices.model import PRACTICE_TONE, DeviceList
from roomtone.devices.pictures.model import PictureList
from roomtone.engine.messages import Rolling, Status
from roomtone.foundation.errors import Problem
from roomtone.studio import camera_views, views
from roomtone.studio.lines import Tone
from roomtone.studio.snapshot import (
    CameraChoice,
    CameraView,
    DraftView,
    Framing,
    InputChoice,
    NoticeView,
    Phase,
    PrompterView,
    StudioState,
    TakeView,
)
from roomtone.studio.together_snapshot import TogetherView
from roomtone.takes.library import LibraryItem
from roomtone.takes.model import TakeState
from roomtone.upload import messages as sync
from roomtone.upload.states import SyncState

_MOST_NOTICES = 5


@dataclass
class StudioModel:
    """Changed under the studio's lock only. ``state`` makes the immutable whole."""

    status: Status | None = None
    devices: DeviceList = field(default_factory=lambda: DeviceList([]))
    frames: int = 0
    link: sync.Link | None = None
    project: str = ""
    person: str = ""
    theme: str = "system"
    no_input: bool = False
    camera_choices: list[CameraChoice] = field(default_factory=lambda: camera_views.choices(PictureList([])))
    cameras: list[CameraView] = field(default_factory=list)
    framing: Framing = field(default_factory=Framing)
    ghost_take: str = ""
    # A picture that a call asks for as the ghost, before any other.
    ghost_file: str = ""
    together: TogetherView = field(default_factory=TogetherView)
    prompter: PrompterView = field(default_factory=PrompterView)
    drafts: list[DraftView] = field(default_factory=list)
    testing: str = ""
    testing_since: float | None = None
    undo_label: str = ""
    undo: Callable[[], None] | None = None
    actions: dict[int, Callable[[], None]] = field(default_factory=dict)
    _items: list[LibraryItem] = field(default_factory=list)
    _synced: dict[str, sync.TakeSync] = field(default_factory=dict)
    _safe: set[str] = field(default_factory=set)
    _drawn: dict[str, Pictures] = field(default_factory=dict)
    _notices: list[NoticeView] = field(default_factory=list)
    _numbers: int = 0
    _views: tuple[list[TakeView], list[TakeView]] | None = None

    @property
    def rolling(self) -> Rolling | None:
        """The take that is being recorded."""
        return self.status.rolling if self.status is not None else None

    def set_items(self, items: list[LibraryItem]) -> None:
        """Take the library as it is now."""
        self._items = items
        self._views = None

    def set_drawn(self, take: str, pictures: Pictures) -> None:
        """Take the small pictures of a take."""
        self._drawn[take] = pictures
        self._views = None

    def take_status(self, status: Status) -> None:
        """Take what the engine said."""
        before = self.rolling.id if self.rolling else ""
        if before != (status.rolling.id if status.rolling else ""):
            self.frames = 0
            self._views = None
        self.status = status
        self.cameras = camera_views.camera_views(status)
        if status.input is not None:
            self.no_input = False

    def forget_engine(self) -> None:
        """The engine died: what it said counts no more."""
        self.status = None
        self.cameras = []

    def take_sync(self, event: sync.Event) -> None:
        """Take what the sync worker said."""
        match event:
            case sync.TakeSync():
                old = self._synced.get(event.take)
                self._synced[event.take] = event
                if event.state is SyncState.SAFE:
                    self._safe.add(event.take)
                else:
                    self._safe.discard(event.take)
                rolling = self.rolling.id if self.rolling else ""
                if event.take != rolling or old is None or old.state is not event.state:
                    self._views = None
            case sync.SafeTakes():
                self._safe = set(event.takes)
                self._synced = {take: told for take, told in self._synced.items() if told.state is not SyncState.SAFE}
                self._views = None
            case sync.Link():
                self.link = event

    def add_notice(self, problem: Problem, tone: Tone, action: str, do: Callable[[], None] | None) -> None:
        """Show a notice; one that says the same already is replaced."""
        self.dismiss_code(problem.code, problem.title)
        self._numbers += 1
        self._notices.append(NoticeView(self._numbers, problem, tone, action))
        if do is not None:
            self.actions[self._numbers] = do
        while len(self._notices) > _MOST_NOTICES:
            self.dismiss(self._notices[0].id)

    def has_notice(self, code: str) -> bool:
        """Return whether a notice with this code is shown."""
        return any(notice.problem.code == code for notice in self._notices)

    def dismiss(self, number: int) -> None:
        """Take a notice away."""
        self._notices = [notice for notice in self._notices if notice.id != number]
        self.actions.pop(number, None)

    def dismiss_code(self, code: str, title: str | None = None) -> None:
        """Take away the notices with this code (and title, where one is given)."""
        for notice in list(self._notices):
            if notice.problem.code == code and title in (None, notice.problem.title):
                self.dismiss(notice.id)

    def state(self) -> StudioState:
        """Return the whole state. Its lists of takes are the same objects until a take changes."""
        status = self.status
        synced = self._synced.get(status.rolling.id) if status and status.rolling else None
        rolling = views.rolling_view(status, self.frames, synced) if status else None
        takes, trash = self._take_views()
        return StudioState(
            phase=self._phase(),
            inputs=self._inputs(),
            input=views.input_view(status.input) if status and status.input else None,
            rolling=rolling,
            takes=takes,
            trash=trash,
            playing=views.playing_view(status),
            project=self.project,
            person=self.person,
            theme=self.theme,
            computer_line=views.computer_line(status, rolling),
            project_line=views.project_line(self.link, rolling, synced, takes),
            disk_line=views.disk_line(status),
            safe_line=views.safe_line(takes, self.link, rolling),
            camera_choices=self.camera_choices,
            cameras=self.cameras,
            framing=self.framing,
            ghost=self.ghost_file or views.ghost(takes, self.ghost_take),
            prompter=self.prompter,
            guide_seconds=views.guide_seconds(status),
            drafts=self.drafts,
            testing=self.testing,
            testing_since=self.testing_since,
            undo=self.undo_label,
            notices=list(self._notices),
            together=self.together,
        )

    def _phase(self) -> Phase:
        if self.status is None:
            return Phase.STARTING
        if self.status.input is None and not self.no_input and not self.devices.devices:
            return Phase.STARTING
        return views.PHASES[self.status.activity]

    def _inputs(self) -> list[InputChoice]:
        several = len({device.host for device in self.devices.inputs}) > 1
        found = [
            InputChoice(d.id, f"{d.name} ({d.host.split()[0]})" if several else d.name, d.inputs)
            for d in self.devices.inputs
        ]
        return [*found, InputChoice(PRACTICE_TONE, "Practice tone", 1, practice=True)]

    def _take_views(self) -> tuple[list[TakeView], list[TakeView]]:
        if self._views is None:
            rolling = self.rolling.id if self.rolling else ""
            filmed = {
                item.against
                for item in self._items
                if item.state is TakeState.SEALED and any(map(views.is_film, item.tracks))
            }
            shown = [
                views.take_view(
                    item, self._synced.get(item.id), item.id in self._safe, self._drawn.get(item.id), item.id in filmed
                )
                for item in self._items
                if item.problem is not None or (item.id != rolling and item.state is not TakeState.RECORDING)
            ]
            self._views = ([v for v in shown if not v.trashed], [v for v in shown if v.trashed])
        return self._views
