"""Aiming as a use case: the recorder set for a call, the day's prompt or a reading, and back again."""

from __future__ import annotations

import threading

import msgspec

from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.aim import FREE, Aim
from roomtone.studio.answering import Ready, make_ready, make_ready_to_read, mode_with
from roomtone.studio.board import Board
from roomtone.studio.pictures import Pictures
from roomtone.studio.preferences import Preferences
from roomtone.studio.queueing import QueueThread
from roomtone.studio.recording import Recording
from roomtone.studio.snapshot import Framing, PrompterView
from roomtone.studio.together import Together
from roomtone.studio.together_today import today_view

_GHOST: float = 0.35


class Aiming:
    """What a call asks for is set when it is answered, and what was there before comes back afterwards."""

    def __init__(
        self,
        board: Board,
        together: Together,
        recording: Recording,
        pictures: Pictures,
        preferences: Preferences,
        intents: QueueThread,
        cameras: QueueThread,
    ) -> None:
        self._board = board
        self._together = together
        self._recording = recording
        self._pictures = pictures
        self._preferences = preferences
        self._intents = intents
        self._cameras = cameras
        # Calls are answered on the thread that may wait for a server, and given up on the one that does not.
        self._lock = threading.RLock()
        self._before: tuple[Framing, PrompterView] | None = None

    @property
    def aim(self) -> Aim:
        """What the next take is for."""
        return self._together.workshop.aim

    def answer_call(self, call: str) -> None:
        """Set the recorder for a call; "" goes back to free takes."""
        self._check_still()
        self.release()
        if call:
            self._set(make_ready(self._together, call))

    def answer_prompt(self) -> None:
        """Let the next take be the answer to the day's prompt."""
        self._check_still()
        self.release()
        prompt = today_view(self._together.facts()).prompt
        self._set(Ready(msgspec.structs.replace(FREE, prompt=prompt)))

    def read_aloud(self, take: str) -> None:
        """Let the next take be the reading of somebody's text."""
        self._check_still()
        ready = make_ready_to_read(self._together, take)
        self.release()
        self._set(ready)

    def release(self) -> None:
        """Go back to free takes, with picture and prompter as they were before."""
        with self._lock:
            aim, self._together.workshop.aim = self.aim, FREE
            self.restore()
        with self._board.changing() as model:
            model.ghost_file = ""
        if aim.rate:
            self._intents.put(self._recording.come_back)

    def restore(self) -> None:
        """Let picture and prompter be as they were before a call was answered: what it asks for is no preference."""
        with self._lock:
            before, self._before = self._before, None
        if before is not None:
            framing, prompter = before
            self._preferences.choose_framing(framing)
            self._preferences.prompt(prompter)

    def _check_still(self) -> None:
        with self._board.looking() as model:
            rolling = model.rolling
        if rolling is not None:
            raise UsageError(
                "still-recording", "The recorder was not set", f"“{rolling.title}” is being recorded", "Stop it first"
            )

    def _set(self, ready: Ready) -> None:
        with self._lock:
            self._together.workshop.aim = ready.aim
        for trouble in ready.troubles:
            self._board.notice(trouble)
        if ready.aim.rate:
            self._intents.put(self._recording.come_back)
        if ready.aim.frame_rate:
            self._cameras.put(lambda: self._set_cameras(ready.aim.frame_rate))
        with self._board.looking() as model:
            framing, prompter = model.framing, model.prompter
        ghost = self._ghost(ready)
        if ready.aspect or ready.script or ghost:
            with self._lock:
                self._before = (framing, prompter)
        if ready.aspect or ghost:
            seen = max(framing.ghost, _GHOST) if ghost else framing.ghost
            aspect = ready.aspect or framing.aspect
            self._preferences.choose_framing(msgspec.structs.replace(framing, aspect=aspect, ghost=seen))
        if ready.script:
            self._preferences.prompt(msgspec.structs.replace(prompter, text=ready.script, shown=True))
        with self._board.changing() as model:
            model.ghost_file = ghost

    def _ghost(self, ready: Ready) -> str:
        take, file = ready.reference
        if not file:
            return ""
        try:
            return self._together.workshop.rendering.draw_file(take, file).thumbnail
        except RoomtoneError as error:
            # The framing can be read of the call, too.
            self._board.notice(error.problem)
            return ""

    def _set_cameras(self, frame_rate: float) -> None:
        with self._board.looking() as model:
            modes = {choice.id: choice.modes for choice in model.camera_choices}
            cameras = list(model.cameras)
        for camera in cameras:
            mode = mode_with(modes.get(camera.id, []), (camera.width, camera.height), frame_rate)
            if mode:
                self._pictures.open(camera.id, mode)
