"""Recording as a use case: the input, the take that rolls, and what is said of trouble with either."""

from __future__ import annotations

from roomtone.devices.model import PRACTICE_TONE, DeviceList
from roomtone.engine import messages as engine
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.studio.board import Board
from roomtone.studio.hearing import SILENT_CODE, Heard, SilenceWatch, levels_view, silent_problem
from roomtone.studio.queueing import QueueThread
from roomtone.studio.workshop import Workshop


class Recording:
    """What the record button and the choice of an input do."""

    def __init__(
        self,
        board: Board,
        workshop: Workshop,
        clock: Clock,
        intents: QueueThread,
    ) -> None:
        self._board = board
        self._workshop = workshop
        self._clock = clock
        self._intents = intents
        self._silence = SilenceWatch()
        # The input that was opened last, to come back to after the engine died; the practice tone is not kept
        # in the settings.
        self._opened: tuple[str, str] | None = None

    # What a person asks for, on the studio's thread.

    def record(self) -> None:
        """Begin a take."""
        self._silence.begin()
        self._workshop.start_take()

    def stop(self) -> None:
        """End the rolling take."""
        with self._board.looking() as model:
            rolling = model.rolling
        if rolling is not None:
            self._workshop.stop_take(rolling.id)

    def choose_input(self, device: str, channels: str) -> None:
        """Record from another input, now and at the next start."""
        # The practice tone is for this time only: a real microphone comes first at the next start.
        if device != PRACTICE_TONE:
            self._workshop.change(input=device, channels=channels)
        self._open(device, channels)

    def choose_format(self, form: str) -> None:
        """Record in another format from the next take on."""
        settings = self._workshop.change(format=form)
        with self._board.looking() as model:
            status = model.status
        self._open(status.input.device if status and status.input else "", settings.channels)

    def come_back(self) -> None:
        """Open the input that was open before, or that of last time."""
        settings = self._workshop.settings
        self._open(*(self._opened or (settings.input, settings.channels)))

    def _open(self, device: str, channels: str) -> None:
        settings = self._workshop.settings
        try:
            self._workshop.open_input(device, channels, self._rate(device), settings.format)
            self._opened = (device, channels)
        except RoomtoneError as error:
            if error.code == "bad-channels" and channels:
                self._workshop.open_input(device, "", 0, settings.format)
            elif error.code == "no-such-input" and device:
                # The one of last time is not plugged in: the default one will do, and says so.
                self._board.notice(error.problem)
                self._open("", "")
            else:
                self._offer_practice(error.problem)

    def _rate(self, device: str) -> int:
        """Return the rate to record at in Hz, 0 for the device's own, or what a call asks for."""
        return self._workshop.settings.rate if device == PRACTICE_TONE and not self._workshop.aim.rate else 0

    def _offer_practice(self, problem: Problem) -> None:
        with self._board.looking() as model:
            model.no_input = True
        self._board.notice(
            problem,
            "Use the practice tone",
            lambda: self._intents.put(lambda: self.choose_input(PRACTICE_TONE, "")),
        )

    def _reopen(self) -> None:
        settings = self._workshop.settings
        self._intents.put(lambda: self._open(settings.input, settings.channels))

    # What the engine tells, on its thread.

    def take_status(self, status: engine.Status) -> None:
        """Show the engine's state; say once what is wrong with the input or the disk."""
        with self._board.looking() as model:
            before = model.status
            model.take_status(status)
            trouble = status.trouble
            news = trouble is not None and (before is None or before.trouble != trouble)
            if before is not None and before.trouble is not None and trouble != before.trouble:
                model.dismiss_code(before.trouble.code)
            said_already = model.has_notice("disk-low")
        if news and trouble is not None and trouble.code != "disk-low":
            action = self._reopen if trouble.code == "device-gone" else None
            self._board.notice(trouble, "Try again" if action else "", action)
        elif news and trouble is not None and not said_already:
            self._board.notice(trouble)
        else:
            self._board.publish()

    def take_devices(self, devices: DeviceList) -> None:
        """Show which inputs there are; open the one that came back, or the first one that was plugged in."""
        with self._board.looking() as model:
            known = bool(model.devices.devices) or model.no_input
            model.devices = devices
            closed = model.status is not None and model.status.input is None
        if devices.inputs and closed and known:
            # Nobody needs to ask for it.
            self._reopen()
        self._board.publish()

    def hear(self, levels: engine.Levels) -> None:
        """Hand the levels on, and watch that a take is not silent by accident."""
        with self._board.looking() as model:
            model.frames = max(levels.frames, 0)
            source = model.status.input if model.status else None
        self._board.tell_levels(levels_view(levels, source))
        if levels.frames < 0:
            return
        match self._silence.update(levels, self._clock.monotonic()):
            case Heard.SILENCE:
                self._board.notice(silent_problem(source.name if source else "the input"))
            case Heard.SOUND:
                with self._board.looking() as model:
                    model.dismiss_code(SILENT_CODE)
            case Heard.NOTHING:
                pass
        self._board.publish()
