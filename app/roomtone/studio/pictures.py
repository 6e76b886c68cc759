"""Cameras, screens and windows as a use case: opened, seen, told, let go, and found again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from roomtone.devices.pictures.model import PRACTICE_PICTURE, PictureList
from roomtone.engine import messages as engine
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.foundation.settings import CameraSetting
from roomtone.studio import camera_views
from roomtone.studio.board import Board
from roomtone.studio.queueing import QueueThread
from roomtone.studio.workshop import Workshop

log = logging.getLogger(__name__)

HIDDEN_CODE: Final = "hidden-pictures"


class Pictures:
    """``queue`` is a thread of its own: a camera that does not answer must not keep a take from beginning."""

    def __init__(self, board: Board, workshop: Workshop, queue: QueueThread) -> None:
        self._board = board
        self._workshop = workshop
        self._queue = queue
        # What a person opened and did not close, with its mode: opened again when it, or the engine, comes back.
        self._wanted: dict[str, str] = {}
        self._opening: set[str] = set()
        self._said: set[str] = set()
        self._refusals: list[Problem] = []
        self._seen: frozenset[str] = frozenset()

    # What a person asks for, on the queue's thread.

    def open(self, source: str, mode: str) -> None:
        """Open a camera, and remember it for the next start."""
        with self._board.changing() as model:
            # Whoever opens another one, or the same again, has read why the last one could not be opened.
            for refusal in self._refusals:
                model.dismiss_code(refusal.code, refusal.title)
        self._refusals.clear()
        try:
            camera = self._workshop.cameras().open_camera(source, mode)
        except RoomtoneError as error:
            self._refusals.append(error.problem)
            raise
        self._wanted[camera.source] = mode
        self._said.discard(camera.source)
        self._remember()

    def close(self, source: str) -> None:
        """Let go of a camera. Refused, with the reason, while a take records it."""
        self._workshop.cameras().close_camera(source)
        self._wanted.pop(source, None)
        self._remember()

    def control(self, source: str, control: str, value: float, automatic: bool) -> None:
        """Hold a control of a camera, or leave it to the camera."""
        self._workshop.cameras().control_camera(source, control, value, automatic=automatic)

    def come_back(self) -> None:
        """Look what there is, and open what was open before: last time, or before the engine died."""
        self._look()
        with self._board.looking() as model:
            open_now = {camera.id for camera in model.cameras}
        # What a window before this one opened is still open, and is ours now.
        self._wanted = dict.fromkeys(open_now, "") | self._remembered() | self._wanted
        for source in self._wanted.keys() - open_now:
            self._reopen(source)

    def _look(self) -> None:
        try:
            self.take_list(self._workshop.cameras().look_for_pictures())
        except RoomtoneError as error:
            # Nobody asked for it; whoever opens a camera by its name or address hears what is wrong.
            log.info("cameras were not listed: %s", error)

    def _remembered(self) -> dict[str, str]:
        return {camera.source: camera.mode for camera in self._workshop.settings.cameras}

    def _reopen(self, source: str) -> None:
        """Open what a person wanted to have open; that it is missing is said once."""
        if source not in self._wanted or source in self._opening:
            return
        self._opening.add(source)
        try:
            self._workshop.cameras().open_camera(source, self._wanted[source])
        except RoomtoneError as error:
            if source not in self._said:
                self._said.add(source)
                self._board.notice(error.problem, "Try again", lambda: self._queue.put(lambda: self._reopen(source)))
        else:
            self._said.discard(source)
        finally:
            self._opening.discard(source)

    def _remember(self) -> None:
        # The practice picture is for this time only, as the practice tone is.
        kept = [CameraSetting(source, mode) for source, mode in self._wanted.items() if source != PRACTICE_PICTURE]
        self._workshop.change(cameras=kept)

    # What the engine tells, on its thread.

    def take_list(self, found: PictureList) -> None:
        """Show what can be opened; open what came back."""
        sources = frozenset(source.id for source in found.sources)
        with self._board.changing() as model:
            model.camera_choices = camera_views.choices(found)
            open_now = {camera.id for camera in model.cameras}
            back = (sources - self._seen) & self._wanted.keys() - open_now
            self._seen = sources
            if not found.problem:
                model.dismiss_code(HIDDEN_CODE)
            news = bool(found.problem) and not model.has_notice(HIDDEN_CODE)
        for source in back:
            self._queue.put(self._reopening(source))
        if news:
            self._board.notice(Problem(HIDDEN_CODE, "Not every camera or screen can be seen", found.problem))

    def _reopening(self, source: str) -> Callable[[], None]:
        return lambda: self._reopen(source)

    def take_status(self, before: list[engine.Camera], now: list[engine.Camera]) -> None:
        """Say once when trouble with a camera begins, and take it away when it is over."""
        old, new = _troubles(before), _troubles(now)
        for key in old.keys() - new.keys():
            with self._board.looking() as model:
                model.dismiss_code(*key)
        for key in new.keys() - old.keys():
            self._board.notice(new[key])


def _troubles(cameras: list[engine.Camera]) -> dict[tuple[str, str], Problem]:
    """Return what is wrong with the cameras, by code and title: details may change while it lasts."""
    found = [camera.trouble for camera in cameras if camera.trouble is not None]
    return {(trouble.code, trouble.title): trouble for trouble in found}
