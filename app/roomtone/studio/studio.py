"""The studio: what a face may ask for, each handed to the part that knows, on the thread that may wait for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.studio.backstage import Backstage
from roomtone.studio.snapshot import DraftKind, Framing, LevelsView, PrompterView, StudioState
from roomtone.studio.together_studio import TogetherStudio
from roomtone.studio.waveforms import Waveforms


class Studio(TogetherStudio):
    """See ``intents.StudioIntents`` for what it owes. Nothing is done here: the parts are in ``Backstage``."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self._waveforms = Waveforms(home)
        self._parts = Backstage(home, clock)
        super().__init__(self._parts)
        self._now = self._parts.intents.put
        self._errand = self._parts.errands.put
        self._play = self._parts.playing.put
        self._film = self._parts.filming.put
        self._camera = self._parts.cameras.put
        self._draft = self._parts.writing.put

    @property
    def waveforms(self) -> Waveforms:
        return self._waveforms

    def subscribe(self, on_state: Callable[[StudioState], None], on_levels: Callable[[LevelsView], None]) -> None:
        self._parts.board.subscribe(on_state, on_levels)

    def start(self) -> None:
        self._parts.start()

    def close(self) -> None:
        self._parts.close()

    # Recording.

    def record(self) -> None:
        self._now(self._parts.recording.record)

    def stop(self) -> None:
        self._now(self._parts.recording.stop)

    def choose_input(self, device: str, channels: str = "") -> None:
        self._now(lambda: self._parts.recording.choose_input(device, channels))

    def choose_format(self, form: str) -> None:
        self._now(lambda: self._parts.recording.choose_format(form))

    # How it looks, who plays.

    def choose_theme(self, theme: str) -> None:
        self._now(lambda: self._parts.preferences.choose_theme(theme))

    def name_person(self, name: str) -> None:
        self._now(lambda: self._parts.preferences.name_person(name))

    def choose_framing(self, framing: Framing) -> None:
        self._parts.preferences.choose_framing(framing)

    def prompt(self, prompter: PrompterView) -> None:
        self._parts.preferences.prompt(prompter)

    # Pictures.

    def open_camera(self, source: str, mode: str = "") -> None:
        self._camera(lambda: self._parts.pictures.open(source, mode))

    def close_camera(self, source: str) -> None:
        self._camera(lambda: self._parts.pictures.close(source))

    def control_camera(self, source: str, control: str, value: float, automatic: bool = False) -> None:
        self._camera(lambda: self._parts.pictures.control(source, control, value, automatic))

    def test_sync(self, source: str, claps: bool = False) -> None:
        self._camera(lambda: self._parts.sync_test.run(source, claps))

    def choose_ghost(self, take: str) -> None:
        with self._parts.board.changing() as model:
            model.ghost_take = take

    # Drafts.

    def begin_draft(self, kind: DraftKind) -> None:
        self._draft(lambda: self._parts.drafts.begin(kind))

    def snap(self, draft: str, source: str) -> None:
        self._camera(lambda: self._parts.drafts.snap(draft, source))

    def drop_picture(self, draft: str, picture: str) -> None:
        self._draft(lambda: self._parts.drafts.drop_picture(draft, picture))

    def lapse(self, draft: str, source: str, every: float) -> None:
        self._draft(lambda: self._parts.drafts.lapse(draft, source, every))

    def write(self, draft: str, text: str) -> None:
        self._parts.drafts.write(draft, text)

    def restore_page(self, draft: str, revision: int) -> None:
        self._draft(lambda: self._parts.drafts.restore_page(draft, revision))

    def keep_draft(self, draft: str, title: str = "", fps: int = 12) -> None:
        self._errand(lambda: self._parts.drafts.keep(draft, title, fps))

    def throw_draft_away(self, draft: str) -> None:
        self._draft(lambda: self._parts.drafts.throw_away(draft))

    # Films.

    def export_film(self, take: str, file: str, fps: int = 30) -> None:
        self._film(lambda: self._parts.films.export(take, file, fps))

    def align(self, take: str, file: str) -> None:
        self._film(lambda: self._parts.films.align(take, file))

    def nudge(self, take: str, offset: float) -> None:
        self._errand(lambda: self._parts.films.nudge(take, offset))

    # Playing.

    def play(self, take: str, at: float = 0.0) -> None:
        begun = self._parts.workshop.begun
        self._play(lambda: self._parts.takes.play(take, at, begun))

    def seek(self, at: float) -> None:
        self._play(lambda: self._parts.workshop.engine().seek(at))

    def pause(self, on: bool) -> None:
        self._play(lambda: self._parts.workshop.engine().pause(on))

    def stop_playing(self) -> None:
        self._play(lambda: self._parts.workshop.engine().stop_playing())

    # Takes.

    def rename(self, take: str, title: str) -> None:
        self._now(lambda: self._parts.takes.rename(take, title))

    def star(self, take: str, on: bool) -> None:
        self._now(lambda: self._parts.takes.star(take, on))

    def note(self, take: str, text: str) -> None:
        self._now(lambda: self._parts.takes.note(take, text))

    def trash(self, take: str) -> None:
        self._now(lambda: self._parts.takes.trash(take))

    def restore(self, take: str) -> None:
        self._now(lambda: self._parts.takes.restore(take))

    def undo(self) -> None:
        self._parts.takes.undo()

    def bring_in(self, files: list[str]) -> None:
        for file in files:
            self._errand(partial(self._parts.takes.bring_in, file))

    # Sending and notices.

    def retry(self) -> None:
        self._now(lambda: self._parts.workshop.sync().retry_now())

    def dismiss(self, notice: int) -> None:
        with self._parts.board.changing() as model:
            model.dismiss(notice)

    def act(self, notice: int) -> None:
        with self._parts.board.changing() as model:
            action = model.actions.get(notice)
            model.dismiss(notice)
        if action is not None:
            action()
