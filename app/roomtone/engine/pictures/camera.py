"""An open camera as the engine has it: its process, its shared memory, its clock, and what is wrong with it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from roomtone.devices.pictures import messages as cam
from roomtone.devices.pictures.messages import Condition
from roomtone.devices.pictures.model import Control, PictureMode, PictureSource
from roomtone.devices.pictures.ring import RingError, RingKeeper
from roomtone.engine import messages as m
from roomtone.engine.pictures import troubles
from roomtone.engine.pictures.taking import FrameTaker, Ring
from roomtone.engine.pictures.timing import FrameClock
from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import Problem, RoomtoneError, WorldError, from_problem
from roomtone.foundation.workers.child import ChildProcess

log = logging.getLogger(__name__)

OPEN_SECONDS: Final = 20.0
_SNAP_SECONDS: Final = 10.0
# A camera's process that ended is started again this often; in between its own process does the trying.
_RESTART_SECONDS: Final = 1.0
# Nothing for this long from a process that should at least say that nothing comes: that is told.
_QUIET_SECONDS: Final = 3.0
# Nothing for this long: it is ended and made anew.
_STUCK_SECONDS: Final = 8.0


class Camera:
    """Keeps one source open until ``close``, whatever becomes of its process. Safe to use from several threads."""

    def __init__(
        self,
        source: PictureSource,
        mode: PictureMode,
        rings: Callable[[], Path],
        clock: Clock,
        log_file: Path,
        changed: Callable[[], None],
    ) -> None:
        self.source = source
        self.mode = mode
        self._rings = rings
        self._clock = clock
        self._log_file = log_file
        self._changed = changed
        self._lock = threading.Lock()
        self._seen = threading.Condition(self._lock)
        self._process: ChildProcess[cam.Event] | None = None
        self._ring: Ring | None = None
        self._frames = FrameClock()
        self._taker: FrameTaker | None = None
        self._controls: list[Control] = []
        self._lost: Problem | None = None
        self._condition: Problem | None = None
        self._stuck: Problem | None = None
        self._snapped: dict[str, Problem | None] = {}
        self._number = -1
        # Frames after a pause, until it is clear when they were taken.
        self._held: list[cam.Frame] = []
        self._heard = clock.monotonic()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    # For whoever opens it.

    def open(self) -> None:
        """Start, and return when the first picture is there. Raises ``RoomtoneError`` with everything let go."""
        self._thread.start()
        deadline = self._clock.monotonic() + OPEN_SECONDS
        with self._seen:
            while self._number < 0 and self._lost is None and self._clock.monotonic() < deadline:
                self._seen.wait(0.1)
            problem = self._lost
            there = self._number >= 0
        if there:
            return
        self.close()
        raise troubles.not_opened(self.source.name, problem)

    def close(self) -> None:
        """End the process and let go of the memory."""
        self._ending.set()
        self._end_process()
        if self._thread.ident is not None:
            self._thread.join()
        self._drop_ring()

    def describe(self) -> m.Camera:
        """Return the camera as others may see it; what a take makes of it is not known here."""
        with self._lock:
            opened = self._ring.opened if self._ring is not None else None
            return m.Camera(
                source=self.source.id,
                name=self.source.name,
                kind=self.source.kind,
                preview=opened.ring if opened else "",
                width=opened.width if opened else 0,
                height=opened.height if opened else 0,
                promised=opened.fps if opened else 0.0,
                fps=round(self._frames.fps, 2) if self._frames.settled else 0.0,
                jitter_ms=round(self._frames.jitter_ms, 1),
                controls=self._controls,
                trouble=self._lost or self._stuck or self._condition,
            )

    @property
    def size(self) -> tuple[int, int, float]:
        """Width, height and frames a second of the pictures that come now: measured, or else promised."""
        with self._lock:
            if self._ring is None:
                return 0, 0, 0.0
            opened = self._ring.opened
            return opened.width, opened.height, self._frames.fps or opened.fps or 30.0

    @property
    def frames(self) -> FrameClock:
        """The clock of its frames; read it on any thread, it changes on the camera's."""
        return self._frames

    def take(self, taker: FrameTaker | None) -> None:
        """Hand every frame from the next one on to ``taker``; ``None`` lets the camera write over all of them."""
        with self._lock:
            self._taker = taker
            if self._ring is not None:
                number = self._number
                self._ring.keeper.keep(taker is not None, max(0, number - self._ring.first + 1))

    def control(self, command: cam.SetControl) -> None:
        """Set a control; what becomes of it is seen in ``describe``."""
        self._write(command)

    def snap(self, file: Path) -> None:
        """Have the newest picture written to ``file``. Raises ``RoomtoneError``."""
        name = str(file)
        if file.exists():
            raise WorldError("exists", "No picture was taken", f"“{file.name}” is there already", "Choose another name")
        self._write(cam.Snap(name))
        deadline = self._clock.monotonic() + _SNAP_SECONDS
        with self._seen:
            while name not in self._snapped and self._clock.monotonic() < deadline and not self._ending.is_set():
                self._seen.wait(0.1)
            answered = name in self._snapped
            problem = self._snapped.pop(name, None)
        if problem is not None:
            raise from_problem(problem)
        if not answered:
            raise _no_picture(self.source.name)

    def attend(self) -> None:
        """Look after the process; called about twice a second."""
        with self._lock:
            quiet = self._clock.monotonic() - self._heard
            news = quiet > _QUIET_SECONDS and self._stuck is None and self._lost is None
            taker = self._taker
            if news:
                self._stuck = troubles.process_stuck(self.source.name)
                why = self._stuck.title
        if news:
            if taker is not None:
                taker.lost(why)
            self._changed()
        if quiet > _STUCK_SECONDS and not self._ending.is_set():
            log.warning("the process of %s says nothing; it is made anew", self.source.name)
            self._heard = self._clock.monotonic()
            self._end_process(at_once=True)

    # The camera's thread.

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                for event in self._start().events():
                    self._take_event(event)
            except OSError as error:
                log.warning("the process of %s cannot be run: %s", self.source.name, error)
            except Exception:
                # Whatever it was, the sound and the other cameras go on, and this one is tried again.
                log.exception("the pictures of %s could not be taken", self.source.name)
                self._end_process(at_once=True)
            if self._ending.is_set():
                break
            self._be_lost(troubles.process_gone(self.source.name))
            self._clock.wait(self._ending, _RESTART_SECONDS)
        self._end_process()

    def _start(self) -> ChildProcess[cam.Event]:
        process = ChildProcess(cam.NAME, decoder_of(cam.Event), self._log_file)
        with self._lock:
            self._process = process
            self._heard = self._clock.monotonic()
            # Every process counts its frames from 0.
            self._number = -1
        source = self.source
        process.tell(cam.OpenPicture(source.id, source.name, source.kind, self.mode, str(self._rings())))
        return process

    def _take_event(self, event: cam.Event) -> None:
        self._heard = self._clock.monotonic()
        if self._stuck is not None:
            self._stuck = None
            self._changed()
        match event:
            case cam.Frame():
                self._take_frame(event)
                return
            case cam.Opened():
                self._take_ring(event)
            case cam.Dropped():
                with self._lock:
                    taker = self._taker
                if taker is not None:
                    taker.dropped(event.count)
                return
            case cam.Lost():
                self._be_lost(event.problem)
                return
            case cam.Conditions():
                with self._lock:
                    self._condition = troubles.condition(event.condition, self.source, event.fps, self._promised())
                    taker, problem = self._taker, self._condition
                if taker is not None and problem is not None and event.condition is Condition.SILENT:
                    taker.lost(problem.title)
            case cam.Snapped():
                with self._seen:
                    self._snapped[event.file] = event.problem
                    self._seen.notify_all()
                return
            case cam.ControlSet():
                with self._lock:
                    self._controls = event.controls
        self._changed()

    def _take_frame(self, frame: cam.Frame) -> None:
        self._held.append(frame)
        self._let_go(self._frames.ready([(held.source_time, held.arrival) for held in self._held]))

    def _let_go(self, count: int | None = None) -> None:
        """Hand on the first ``count`` of the frames that were held back, or all."""
        held = self._held[:count]
        del self._held[:count]
        for frame in held:
            self._hand_on(frame)

    def _hand_on(self, frame: cam.Frame) -> None:
        taken = self._frames.add(frame.source_time, frame.arrival)
        with self._seen:
            self._number = frame.number
            ring, taker = self._ring, self._taker
            first = frame.number == (ring.first if ring is not None else 0)
            self._seen.notify_all()
            if ring is not None and taker is not None:
                taker.frame(ring, frame, taken)
        if first:
            self._changed()

    def _take_ring(self, opened: cam.Opened) -> None:
        self._let_go()
        try:
            keeper = RingKeeper(Path(opened.ring))
        except (OSError, RingError) as error:
            log.warning("the pictures of %s cannot be reached: %s", self.source.name, error)
            return
        with self._lock:
            old = self._ring
            # Pictures of another size without a pause are numbered on.
            again = self._lost is not None
            if old is not None and old.opened.ring != opened.ring:
                # A process that was killed could not take it away itself.
                Path(old.opened.ring).unlink(missing_ok=True)
            self._ring = Ring(keeper, opened, self._number + 1)
            keeper.keep(self._taker is not None, 0)
            self._controls = opened.controls or self._controls
            self._lost = None
            if again:
                self._frames.restart()
            self._frames.describe(opened.fps, numbered=opened.numbered)

    def _be_lost(self, problem: Problem) -> None:
        self._let_go()
        with self._seen:
            taker = self._taker
            news = self._lost is None
            self._lost = problem
            self._seen.notify_all()
        if news and taker is not None:
            taker.lost(problem.title)
        if news:
            self._changed()

    def _drop_ring(self) -> None:
        with self._lock:
            ring, self._ring = self._ring, None
        if ring is not None:
            # A view that somebody still holds keeps the memory; it goes with the last of them.
            with contextlib.suppress(BufferError):
                ring.keeper.close()
            Path(ring.opened.ring).unlink(missing_ok=True)

    def _promised(self) -> float:
        return self._ring.opened.fps if self._ring is not None else 0.0

    def _write(self, command: cam.Command) -> None:
        process = self._process
        if process is None:
            raise _no_picture(self.source.name)
        try:
            process.tell(command)
        except OSError as error:
            raise _no_picture(self.source.name) from error

    def _end_process(self, *, at_once: bool = False) -> None:
        with self._lock:
            process = self._process
        if process is not None:
            process.end(at_once=at_once)


def _no_picture(name: str) -> RoomtoneError:
    return WorldError(
        "no-picture",
        f"“{name}” sends no picture",
        "It was opened, and nothing arrives",
        "Check that it is switched on and that no other program uses it, then try again",
    )
