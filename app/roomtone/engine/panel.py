"""What others may see of the engine: one state, changed from several threads, told whole."""

from __future__ import annotations

import threading
from collections.abc import Callable

from roomtone.devices.route import PulseRoute
from roomtone.engine import messages as m
from roomtone.engine import troubles
from roomtone.engine.recording import TakeRecorder
from roomtone.engine.space import filling_speed, low_problem, seconds_left
from roomtone.engine.tracks import bytes_a_second
from roomtone.foundation.errors import BugError, Problem, RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.takes.homecoming import WAITING


class Panel:
    """The state of the engine. Its attributes are changed by the desk alone, with ``lock`` held, briefly."""

    def __init__(
        self,
        home: Home,
        tell: Callable[[m.Event], None],
        playing: Callable[[], m.Playing | None],
        cameras: Callable[[str], list[m.Camera]],
        film_speed: Callable[[], int],
    ) -> None:
        """``cameras`` describes the open ones beside an input; ``film_speed`` is how fast their films would grow."""
        self._home = home
        self._tell = tell
        self._playing = playing
        self._cameras = cameras
        self._film_speed = film_speed
        self.lock = threading.Lock()
        self.activity = m.Activity.CLOSED
        self.input: m.Input | None = None
        self.recorder: TakeRecorder | None = None
        self.trouble: Problem | None = None
        self.waiting = False
        self.route: PulseRoute | None = None

    @property
    def busy(self) -> bool:
        """Whether ending now would cost somebody something."""
        return self.activity in (m.Activity.RECORDING, m.Activity.SEALING)

    @property
    def input_name(self) -> str:
        return self.input.name if self.input else "The input"

    def speed(self) -> int:
        """Return how many bytes a second recording what is open would take on the disk."""
        source = self.input
        if source is None:
            return 0
        sound = bytes_a_second(source.format, source.rate, sum(map(len, source.tracks)))
        return filling_speed(self._home, sound + self._film_speed())

    def status(self) -> m.Status:
        """Return the whole state."""
        speed = self.speed()
        free, seconds = seconds_left(self._home.takes, speed)
        source = self.input
        cameras = self._cameras(source.device if source else "")
        with self.lock:
            trouble = self.trouble or (WAITING if self.waiting else None)
            trouble = trouble or (low_problem(seconds) if self.input else None)
            return m.Status(
                activity=self.activity,
                input=self.input,
                rolling=self.recorder.rolling() if self.recorder else None,
                playing=self._playing(),
                bytes_free=free,
                seconds_left=round(seconds, 1) if speed else 0.0,
                trouble=trouble,
                cameras=cameras,
            )

    def tell(self) -> None:
        """Tell everybody the whole state."""
        self._tell(self.status())

    def tell_of(self, event: m.Event) -> None:
        """Tell everybody of an event."""
        self._tell(event)

    def notice(self, error: RoomtoneError) -> None:
        """Tell of something that a person should know."""
        recorder = self.recorder
        self._tell(m.Notice(error.problem, recorder.id if recorder else ""))

    def be_troubled(self, problem: Problem | None) -> None:
        """Say what is wrong with the input or the disk, or that nothing is any more."""
        with self.lock:
            self.trouble = problem

    def note_waiting(self, on: bool) -> None:
        """Say whether any take waits for room on the disk."""
        with self.lock:
            self.waiting = on

    def watch_route(self) -> None:
        """Look whether the sound system leads something else into the open input; called about twice a second."""
        route = self.route
        if route is None:
            return
        elsewhere = route.elsewhere()
        moved = troubles.moved(self.input_name, elsewhere) if elsewhere else None
        with self.lock:
            before = self.trouble
            other = before is not None and before.code != troubles.MOVED
            if route is not self.route or other or before == moved:
                return
            self.trouble = moved
        self.tell()

    def move(self, new: m.Activity) -> None:
        """Go on to the next activity. Called with the lock held. Raises ``BugError`` where it does not lead there."""
        if new not in m.MOVES[self.activity]:
            raise BugError("bad-move", "The engine lost its way", f"{self.activity} → {new}", "Report this")
        self.activity = new
