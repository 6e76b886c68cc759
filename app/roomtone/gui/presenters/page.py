"""The page's presenter: states of the studio and wishes of the person in, whole pages and intents out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.camera import CameraPresenter
from roomtone.gui.presenters.channels import channel_choices
from roomtone.gui.presenters.drafts import DraftsPresenter
from roomtone.gui.presenters.elapsed import RunningTime
from roomtone.gui.presenters.guard import Answer, Press, RecordGuard
from roomtone.gui.presenters.lanes import LanePresenter, RollingPresenter
from roomtone.gui.presenters.meters import Bar, Meters
from roomtone.gui.presenters.model import (
    EmptyModel,
    FrameModel,
    HeaderModel,
    InputModel,
    NoticeModel,
    PageModel,
    PlayingModel,
    TransportModel,
)
from roomtone.gui.presenters.prompting import PrompterModel
from roomtone.gui.presenters.words import clock_text
from roomtone.studio.intents import StudioIntents
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import InputChoice, LevelsView, NoticeView, Phase, PlayingView, StudioState

_LABELS: Final = {
    Phase.STARTING: "Record",
    Phase.NO_INPUT: "Record",
    Phase.READY: "Record",
    Phase.RECORDING: "Stop recording",
    Phase.SAVING: "Saving the take",
}
_HINTS: Final = {
    Phase.STARTING: "Starting …",
    Phase.NO_INPUT: "No input to record from",
    Phase.READY: "Space to record",
    Phase.RECORDING: "Space twice to stop",
    Phase.SAVING: "Saving …",
}


class PagePresenter:
    """Holds what the page shows. ``on_page`` is called with every page that differs from the last one.

    Without ``studio``, before it has started, wishes come to nothing. All calls come from one thread.
    """

    def __init__(self, clock: Clock, on_page: Callable[[PageModel], None]) -> None:
        self._clock = clock
        self._on_page = on_page
        self.studio: StudioIntents | None = None
        self.meters = Meters()
        self._state = StudioState()
        self._lanes = LanePresenter()
        self._rolling = RollingPresenter()
        self._guard = RecordGuard()
        self._recorded = RunningTime()
        self._played = RunningTime()
        self._armed = False
        self._trash_open = False
        self._own_notices: dict[int, NoticeView] = {}
        self._next_notice = -1
        self._announcement = (0, "")
        self._page: PageModel | None = None
        self.camera = CameraPresenter(self.refresh)
        self.drafts = DraftsPresenter()

    @property
    def state(self) -> StudioState:
        """The newest state."""
        return self._state

    @property
    def armed(self) -> bool:
        """Whether one more press of the space bar would stop the take."""
        return self._armed

    def show_state(self, state: StudioState) -> None:
        """Take in a new state."""
        before, self._state = self._state, state
        now = self._clock.monotonic()
        if state.rolling is not None:
            self._recorded.tell(state.rolling.id, state.rolling.seconds, state.phase is Phase.RECORDING, now)
        if state.playing is not None:
            self._played.tell(state.playing.take, state.playing.at, not state.playing.paused, now)
        else:
            self._played.tell("", 0.0, False, now)
        self._announce(before, state)
        self.refresh()

    def show_levels(self, levels: LevelsView) -> None:
        """Take in the newest levels."""
        self.meters.tell(levels, self._clock.monotonic())

    def bars(self) -> tuple[Bar, ...]:
        """Return the meters as they are to be painted now."""
        return self.meters.bars(self._clock.monotonic())

    def frame(self) -> FrameModel:
        """Return what moves, as it is now."""
        now = self._clock.monotonic()
        if self._armed and not self._guard.armed(now):
            self._armed = False
            self.refresh()
        recorded = self._recorded.at(now) if self._state.rolling is not None else 0.0
        playing = self._state.playing
        played = min(self._played.at(now), playing.length) if playing is not None else 0.0
        return FrameModel(clock_text(recorded if self._state.rolling is not None else played), recorded, played)

    def refresh(self) -> None:
        """Make the page afresh, and hand it over if it differs."""
        page = self._make()
        if page != self._page:
            self._page = page
            self._on_page(page)

    def press_record(self, kind: Press) -> Answer:
        """The record button or its key was pressed."""
        if self._state.phase not in (Phase.READY, Phase.RECORDING):
            return Answer.IGNORE
        answer = self._guard.press(kind, self._state.phase is Phase.RECORDING, self._clock.monotonic())
        if self.studio is not None and answer is Answer.RECORD:
            self.studio.record()
        if self.studio is not None and answer is Answer.STOP:
            self.studio.stop()
        self._armed = answer is Answer.ASK_AGAIN or (self._armed and answer is Answer.IGNORE)
        if answer is Answer.ASK_AGAIN:
            self._say("Press Space again to stop recording")
        self.refresh()
        return answer

    def play_or_pause(self, take: str) -> None:
        """Play a take, or pause it and go on when it is the one that plays."""
        if self.studio is None or not self._playable(take):
            return
        playing = self._state.playing
        if playing is not None and playing.take == take:
            self.studio.pause(not playing.paused)
        else:
            self.studio.play(take)

    def pause_or_go_on(self) -> None:
        """Pause what plays, or go on."""
        if self.studio is not None and self._state.playing is not None:
            self.studio.pause(not self._state.playing.paused)

    def play_from(self, take: str, share: float) -> None:
        """Play a take from a part (0 to 1) of its length."""
        if self.studio is None or not self._playable(take):
            return
        seconds = next((view.seconds for view in self._state.takes if view.id == take), 0.0)
        at = max(0.0, min(1.0, share)) * seconds
        if self._state.playing is not None and self._state.playing.take == take:
            self.studio.seek(at)
        else:
            self.studio.play(take, at)

    def show_trash(self, shown: bool) -> None:
        """Show the trash, or the takes again."""
        self._trash_open = shown
        self.refresh()

    def work_on(self, draft: str) -> None:
        """Work on this draft, on the page of its kind."""
        self.drafts.choose(draft)
        self.refresh()

    def choose_input(self, device: str) -> None:
        """Choose another input; its channels are left to the studio."""
        if self.studio is not None and device and device != self._input_id():
            self.studio.choose_input(device)

    def choose_channels(self, channels: str) -> None:
        """Choose other channels of the open input."""
        opened = self._state.input
        if self.studio is not None and opened is not None and channels != ",".join(opened.tracks):
            self.studio.choose_input(opened.id, channels)

    def use_practice(self) -> None:
        """Choose the practice tone."""
        choice = next((choice for choice in self._state.inputs if choice.practice), None)
        if self.studio is not None and choice is not None:
            self.studio.choose_input(choice.id)

    def add_notice(self, problem: Problem) -> None:
        """Show something that the window itself has to tell; the same thing is shown once."""
        if any(notice.problem == problem for notice in self._own_notices.values()):
            return
        self._own_notices[self._next_notice] = NoticeView(self._next_notice, problem)
        self._next_notice -= 1
        self.refresh()

    def dismiss(self, notice: int) -> None:
        """Take a notice away."""
        if notice in self._own_notices:
            del self._own_notices[notice]
            self.refresh()
        elif self.studio is not None:
            self.studio.dismiss(notice)

    def act(self, notice: int) -> None:
        """Do what a notice offers."""
        if self.studio is not None and notice >= 0:
            self.studio.act(notice)

    def _playable(self, take: str) -> bool:
        return any(view.id == take and view.plays and view.unreadable is None for view in self._state.takes)

    def _input_id(self) -> str:
        return self._state.input.id if self._state.input is not None else ""

    def _say(self, text: str) -> None:
        self._announcement = (self._announcement[0] + 1, text)

    def _announce(self, before: StudioState, state: StudioState) -> None:
        if before.phase is state.phase:
            return
        if state.phase is Phase.RECORDING:
            self._say("Recording")
        elif before.phase is Phase.RECORDING:
            self._say("Recording stopped")
        elif state.phase is Phase.READY:
            self._say("Take saved" if before.phase is Phase.SAVING else "Ready to record")
        elif state.phase is Phase.NO_INPUT:
            self._say("No input to record from")

    def _make(self) -> PageModel:
        state = self._state
        rolling = self._rolling.rolling(state.rolling, state.input, state.project)
        lanes = self._lanes.lanes(state.trash if self._trash_open else state.takes, state.project)
        empty = _empty(state, self._trash_open) if rolling is None and not lanes else None
        camera = self.camera.model(state)
        artwork, writing = self.drafts.models(state, camera)
        return PageModel(
            header=HeaderModel(
                project=state.project,
                safe=state.safe_line,
                theme=state.theme,
                trash_open=self._trash_open,
                trashed=len(state.trash),
                person=state.person,
                form=state.input.format if state.input is not None else "flac",
            ),
            transport=_transport(state, self._armed),
            rolling=rolling,
            lanes=lanes,
            playing=_playing(state.playing),
            empty=empty,
            notices=_notices([*state.notices, *self._own_notices.values()]),
            undo=state.undo,
            announcement=self._announcement,
            camera=camera,
            prompter=PrompterModel(
                state.prompter, state.rolling.id if state.rolling is not None else "", state.guide_seconds
            ),
            artwork=artwork,
            writing=writing,
            together=self._state.together,
        )


def _playing(view: PlayingView | None) -> PlayingModel | None:
    if view is None:
        return None
    blind = f"{view.blind.title}: {view.blind.detail}" if view.blind is not None else ""
    return PlayingModel(view.take, view.at, view.length, view.paused, view.picture, blind)


def _transport(state: StudioState, armed: bool) -> TransportModel:
    hint = Line(_HINTS[state.phase], Tone.QUIET)
    if armed and state.phase is Phase.RECORDING:
        hint = Line("Space again to stop", Tone.LOOK)
    opened = state.input
    inputs = state.inputs
    tracks = opened.tracks if opened is not None else []
    width = next((choice.channels for choice in inputs if opened is not None and choice.id == opened.id), None)
    if opened is not None and width is None:
        # The open input may be known before the list of inputs is, and stays one when it was pulled out.
        width = max((int(part) for track in tracks for part in track.split("+") if part.isdigit()), default=1)
        inputs = [InputChoice(opened.id, opened.label, width, opened.practice), *inputs]
    return TransportModel(
        phase=state.phase,
        label=_LABELS[state.phase],
        hint=hint,
        enabled=state.phase in (Phase.READY, Phase.RECORDING),
        input=InputModel(
            inputs=tuple(inputs),
            input=opened.id if opened is not None else "",
            channels=channel_choices(width or 0, tracks),
            channel=",".join(tracks),
            enabled=state.phase in (Phase.READY, Phase.NO_INPUT) and bool(state.inputs),
        ),
        computer=state.computer_line,
        project=state.project_line,
        disk=state.disk_line,
        can_retry=state.project_line.tone is Tone.LOOK,
    )


def _notices(views: list[NoticeView]) -> tuple[NoticeModel, ...]:
    return tuple(
        NoticeModel(
            view.id,
            view.problem.title,
            " – ".join(part for part in (view.problem.detail, view.problem.remedy) if part),
            view.tone,
            view.action,
        )
        for view in views
    )


def _empty(state: StudioState, trash_open: bool) -> EmptyModel:
    if trash_open:
        return EmptyModel("trash-2", "The trash is empty", "Takes that you put here can be taken out again.")
    if state.phase is Phase.STARTING:
        return EmptyModel("mic", "Opening the studio", "Looking for your microphone …")
    if state.phase is Phase.NO_INPUT:
        practice = any(choice.practice for choice in state.inputs)
        return EmptyModel(
            "mic-off",
            "No microphone was found",
            "Plug one in and it shows up here by itself. Until then you can try everything with a built-in tone."
            if practice
            else "Plug one in and it shows up here by itself.",
            "Use the practice tone" if practice else "",
        )
    return EmptyModel("mic", "Press Record and play", "Your take is in the project by the time you stop.")
