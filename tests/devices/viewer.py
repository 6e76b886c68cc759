"""The engine's side of a camera's process, for tests: it is the real process, told and heard as the engine does."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
import numpy as np

from roomtone.devices.pictures.messages import Command, Condition, Conditions, Event, Frame, Lost, Opened, OpenPicture
from roomtone.devices.pictures.model import PictureKind, PictureMode
from roomtone.devices.pictures.ring import RingKeeper, RingLooker
from roomtone.foundation.workers.spawn import executable
from tests.rigs.camera import Gray, frame_number
from tests.rigs.processes import until

E = TypeVar("E")


class Viewer:
    """Watches one source. Every event is kept in ``events``; frames may be kept from being written over."""

    def __init__(
        self,
        source: str,
        kind: PictureKind = PictureKind.NETWORK,
        mode: PictureMode | None = None,
        env: dict[str, str] | None = None,
        keep: bool = False,
        preview_width: int = 640,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rt-ring-")
        self.folder = Path(self._folder.name)
        self.events: list[Event] = []
        self._marked = 0
        self._keep = keep
        self._env = env
        self._open = OpenPicture(
            source, "the camera", kind, mode or PictureMode(), str(self.folder / "ring"), preview_width
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._hear, name="viewer")
        self._keepers: dict[str, RingKeeper] = {}
        self.grays: list[tuple[Frame, Gray]] = []
        self.look_at_pictures = False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process."""
        assert self._process is not None
        return self._process

    def tell(self, command: Command) -> None:
        """Send a command."""
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(msgspec.json.encode(command) + b"\n")
        stdin.flush()

    def mark(self) -> None:
        """From now on only later events count for ``wait``."""
        self._marked = len(self.events)

    def wait(
        self, kind: type[E], suits: Callable[[E], bool] = lambda _: True, seconds: float = 15.0, what: str = ""
    ) -> E:
        """Wait for an event of a kind that suits, and return it."""

        def look() -> E | None:
            for event in self.events[self._marked :]:
                if isinstance(event, kind) and suits(event):
                    return event
            return None

        try:
            return until(look, seconds, what or kind.__name__)
        except TimeoutError as error:
            others = [event for event in self.events if not isinstance(event, Frame)]
            raise TimeoutError(f"{error}; it said {others[-10:]}") from None

    def wait_frames(self, count: int, seconds: float = 20.0) -> list[Frame]:
        """Wait until ``count`` more frames came, and return them."""
        until(lambda: len(self._frames()) >= count, seconds, f"{count} frames; it said {self.said()}")
        return self._frames()

    def wait_condition(self, condition: Condition, seconds: float = 15.0) -> Conditions:
        """Wait for a condition."""
        return self.wait(Conditions, lambda event: event.condition is condition, seconds, str(condition))

    def wait_lost(self, code: str, seconds: float = 15.0) -> Lost:
        """Wait until the source is lost for that reason."""
        return self.wait(Lost, lambda event: event.problem.code == code, seconds, code)

    def said(self) -> list[Event]:
        """Return what it said besides frames."""
        return [event for event in self.events[self._marked :] if not isinstance(event, Frame)]

    def keeper(self) -> RingKeeper:
        """Return the newest ring."""
        return self._keepers[next(e.ring for e in reversed(self.events) if isinstance(e, Opened))]

    def looker(self) -> RingLooker:
        """Return a new look at the newest ring, to be closed."""
        return RingLooker(Path(next(e.ring for e in reversed(self.events) if isinstance(e, Opened))))

    def _frames(self) -> list[Frame]:
        return [event for event in self.events[self._marked :] if isinstance(event, Frame)]

    def _hear(self) -> None:
        decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
        assert self.process.stdout is not None
        ring: RingKeeper | None = None
        for line in self.process.stdout:
            event = decoder.decode(line)
            if isinstance(event, Opened):
                ring = self._keepers[event.ring] = RingKeeper(Path(event.ring))
                ring.keep(self._keep, 0)
            if isinstance(event, Frame) and self.look_at_pictures and ring is not None:
                with ring.frame(event.slot) as planes:
                    size = ring.shape.width * ring.shape.height
                    luma = np.frombuffer(planes, np.uint8)[:size].reshape(ring.shape.height, ring.shape.width)
                    self.grays.append((event, luma.copy()))
            self.events.append(event)

    def numbers(self) -> list[int | None]:
        """Return the numbers in the bar codes of the pictures that were looked at."""
        return [frame_number(gray) for _, gray in self.grays]

    def __enter__(self) -> Self:
        with (self.folder / "errors").open("wb") as errors:
            self._process = subprocess.Popen(
                [*executable(), "worker", "camera"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._env,
            )
        self._thread.start()
        self.tell(self._open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self.process
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.wait()
            self._thread.join()
            assert process.stdout is not None
            process.stdout.close()
            for keeper in self._keepers.values():
                keeper.close()
            said = (self.folder / "errors").read_text(errors="replace")
            self._folder.cleanup()
        assert "Traceback" not in said, said


def consecutive(numbers: list[Any]) -> bool:
    """Return whether each number is one more than the one before."""
    return all(later - earlier == 1 for earlier, later in itertools.pairwise(numbers))
