"""The studio with the real workers, on the practice tone: what a person asks for, and what they are shown."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from roomtone.foundation import settings as settings_file
from roomtone.foundation.paths import Home
from roomtone.foundation.settings import Settings
from roomtone.studio.company import TERMS_CODE
from roomtone.studio.lines import Tone
from roomtone.studio.snapshot import Phase, Safety
from tests.assembly.samples import make_sample
from tests.rigs.processes import alive, kill, until
from tests.rigs.workers import worker_pid
from tests.studio.ears import Ears
from tests.takes.making import make_take


def _engine(home: Home) -> int:
    pid = worker_pid(home, "engine")
    assert pid is not None
    return pid


def test_a_take_from_ready_to_safe(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        rolling = ears.roll(1.0)
        ears.wait("sound in the project", lambda s: s.rolling and s.rolling.safe_seconds > 0)
        assert ears.now.safe_line.tone is Tone.RECORDING
        # While one rolls, a second press does nothing.
        ears.studio.record()
        ears.studio.stop()
        safe = ears.wait_take(rolling.id, "the take to be safe", lambda t: t.safety is Safety.SAFE)
        assert safe.seconds >= 1.0
        assert safe.practice
        assert safe.sent == 1.0
        state = ears.wait("readiness", lambda s: s.phase is Phase.READY and s.rolling is None)
        assert len(state.takes) == 1
        assert state.safe_line.text == "Everything safe"
        assert {n.problem.code for n in state.notices} <= {"no-input", "no-such-input", TERMS_CODE}
        # Stop while none rolls does nothing.
        ears.studio.stop()
        ears.studio.star(rolling.id, True)
        ears.wait_take(rolling.id, "the star", lambda t: t.starred)
        assert not any(n.problem.ours for n in ears.now.notices)
        phases = [state.phase for state in ears.states]
        order = [Phase.STARTING, Phase.READY, Phase.RECORDING, Phase.READY]
        at = -1
        for phase in order:
            at = phases.index(phase, at + 1)
        elapsed = [s.rolling.seconds for s in ears.states if s.rolling is not None]
        assert elapsed == sorted(elapsed)
        until(lambda: len(ears.levels) > 3, 20, "levels")
        assert all(len(levels.channels) <= 1 for levels in ears.levels)
        assert len(ears.studio.waveforms.of(rolling.id, "mic-1.flac").lows) > 10


def test_without_an_input_the_practice_tone_is_offered_and_taken(place: Home) -> None:
    with Ears(place) as ears:
        ears.wait("no input", lambda s: s.phase is Phase.NO_INPUT)
        notice = next(n for n in ears.now.notices if n.action)
        assert notice.problem.remedy or notice.problem.detail
        ears.studio.act(notice.id)
        state = ears.wait("the practice tone", lambda s: s.phase is Phase.READY)
        assert state.input is not None
        assert state.input.practice
        assert notice.id not in [n.id for n in state.notices]
        # It is for this time only.
        assert settings_file.load(place.settings).input == ""
        ears.studio.act(notice.id)
        ears.studio.dismiss(12345)


def test_a_device_of_last_time_that_is_missing_is_named_and_does_not_stop_anything(place: Home) -> None:
    settings_file.save(place.settings, Settings(input="ALSA/gone", channels="1,2"))
    with Ears(place) as ears:
        notice = ears.wait_notice("no-such-input")
        assert "gone" in notice.problem.sentence()
        ears.practise()
        assert settings_file.load(place.settings).input == "ALSA/gone"


@pytest.mark.parametrize("recording", [False, True], ids=["idle", "recording"])
def test_a_killed_engine_comes_back_by_itself_with_the_same_input(place: Home, recording: bool) -> None:
    with Ears(place) as ears:
        ears.practise()
        rolling = ears.roll(1.0) if recording else None
        first = _engine(place)
        told = len(ears.states)
        kill(first)
        ears.wait("the loss", lambda _: any(s.phase is Phase.STARTING for s in ears.states[told:]))
        state = ears.wait("another engine", lambda s: s.phase is Phase.READY and worker_pid(place, "engine") != first)
        assert state.input is not None
        assert state.input.practice
        if rolling is not None:
            kept = ears.wait_take(rolling.id, "the recovered take", lambda t: t.recovered)
            assert kept.seconds > 0.5
            ears.wait_take(rolling.id, "its safety", lambda t: t.safety is Safety.SAFE)
        again = ears.roll()
        ears.studio.stop()
        ears.wait_take(again.id, "the next take", lambda t: t.seconds > 0)


def test_a_killed_sync_worker_comes_back_by_itself(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        until(lambda: worker_pid(place, "sync"), 20, "the sync worker")
        rolling = ears.roll()
        pid = worker_pid(place, "sync")
        assert pid is not None
        kill(pid)
        ears.studio.stop()
        ears.wait_take(rolling.id, "its safety", lambda t: t.safety is Safety.SAFE)
        assert worker_pid(place, "sync") != pid


def test_closing_during_a_take_leaves_it_rolling_and_the_next_studio_finds_it(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        rolling = ears.roll(0.5)
    pid = _engine(place)
    with Ears(place) as ears:
        state = ears.wait("the rolling take", lambda s: s.rolling is not None)
        assert state.rolling is not None
        assert state.rolling.id == rolling.id
        assert state.rolling.seconds >= rolling.seconds
        assert state.phase is Phase.RECORDING
        assert _engine(place) == pid
        ears.studio.stop()
        whole = ears.wait_take(rolling.id, "the take", lambda t: t.seconds > 0)
        assert whole.seconds >= state.rolling.seconds
        assert not whole.recovered
    assert alive(pid)


def test_changes_and_their_undo(place: Home) -> None:
    folder = make_take(place.takes, "Before")
    with Ears(place) as ears:
        take = ears.wait("the take", lambda s: s.takes).takes[0].id
        ears.studio.rename(take, "After")
        ears.wait_take(take, "its new title", lambda t: t.title == "After")
        assert ears.now.undo
        ears.studio.undo()
        ears.wait_take(take, "its old title", lambda t: t.title == "Before")
        ears.studio.note(take, "line\nline")
        ears.wait_take(take, "its note", lambda t: t.note == "line\nline")
        ears.studio.trash(take)
        ears.wait("the trash", lambda s: s.trash and not s.takes)
        assert "Before" in ears.now.undo
        ears.studio.undo()
        ears.wait("the list", lambda s: s.takes and not s.trash)
        assert ears.now.undo == ""
        # With nothing left to take back it does nothing.
        ears.studio.undo()
        ears.studio.rename(take, "   ")
        ears.wait_notice("bad-title")
        ears.studio.star("no such take", True)
        ears.wait_notice("no-such-take")
        assert folder.exists()


def test_files_are_brought_in_and_what_is_refused_is_told(place: Home, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("la la la")
    with Ears(place) as ears:
        ears.studio.bring_in([str(tmp_path), str(words)])
        notice = ears.wait_notice("unreadable-file")
        assert notice.problem.detail == "It is a folder"
        state = ears.wait("the take", lambda s: s.takes)
        assert (state.takes[0].title, state.takes[0].audio) == ("words", False)
        ears.studio.play(state.takes[0].id)
        ears.wait_notice("no-sound")


def test_record_and_stop_do_not_wait_for_what_is_made_playable(place: Home, tmp_path: Path) -> None:
    with Ears(place) as ears:
        ears.practise()
        ears.studio.bring_in([str(make_sample(tmp_path, "song.m4a"))])
        brought = ears.wait("the take", lambda s: s.takes).takes[0]
        until(lambda: len(ears.studio.waveforms.of(brought.id, brought.tracks[0]).lows), 20, "its waveform")
        render = worker_pid(place, "render")
        assert render is not None
        os.kill(render, signal.SIGSTOP)
        try:
            ears.studio.play(brought.id)
            assert ears.wait_notice("getting-ready").problem.title == "Getting “song” ready"
            rolling = ears.roll(0.5)
        finally:
            os.kill(render, signal.SIGCONT)
        # What was asked for before the take is not heard in it.
        ears.wait_notice("recording-began")
        ears.wait("it to be said no more", lambda s: all(n.problem.code != "getting-ready" for n in s.notices))
        assert ears.now.playing is None
        ears.studio.stop()
        ears.wait_take(rolling.id, "the take", lambda t: t.seconds >= 0.5)


def test_what_is_chosen_is_shown_and_kept(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        ears.studio.choose_theme("dark")
        ears.studio.name_person("  Ana \n B ")
        ears.studio.choose_format("wav")
        state = ears.wait("the format", lambda s: s.input and s.input.format == "wav")
        assert (state.theme, state.person) == ("dark", "Ana B")
        assert state.input is not None
        assert state.input.practice
        kept = settings_file.load(place.settings)
        assert (kept.theme, kept.person, kept.format) == ("dark", "Ana B", "wav")


def test_unreadable_folders_are_shown_with_their_reason(place: Home) -> None:
    newer = place.takes / "newer"
    newer.mkdir()
    (newer / "journal.jsonl").write_bytes(b'{"schema":9}\n')
    with Ears(place) as ears:
        shown = ears.wait("the folder", lambda s: s.takes).takes[0]
        assert shown.unreadable is not None
        assert shown.unreadable.code == "newer-take"


def test_intents_never_block_and_states_come_on_threads_of_the_studio(place: Home) -> None:
    """The engine is held still: whoever asks something of it through the studio must not be."""
    with Ears(place) as ears:
        ears.practise()
        pid = _engine(place)
        os.kill(pid, signal.SIGSTOP)
        try:
            asked = threading.Event()

            def ask() -> None:
                ears.studio.record()
                ears.studio.stop()
                ears.studio.rename("x", "y")
                ears.studio.choose_theme("light")
                ears.studio.undo()
                ears.studio.dismiss(1)
                asked.set()

            thread = threading.Thread(target=ask)
            thread.start()
            thread.join(10)
            assert asked.is_set()
        finally:
            os.kill(pid, signal.SIGCONT)
        ears.wait("the theme", lambda s: s.theme == "light")
        # Only dismissing a notice is answered where it was asked.
        own = {"studio", "studio-errands", "studio-cameras", "studio-drafts", "studio-together", "studio-server"}
        assert ears.threads <= own | {"engine-events", "sync-events", thread.name}
        ears.wait("readiness", lambda s: s.phase is Phase.READY)


def test_a_studio_that_was_never_started_can_be_closed(place: Home) -> None:
    Ears(place).studio.close()
    assert worker_pid(place, "engine") is None


def test_a_studio_that_is_closed_at_once_leaves_nothing_behind(place: Home) -> None:
    make_take(place.takes, "Song")
    with Ears(place):
        pass
    with Ears(place) as ears:
        ears.wait("the take", lambda s: s.takes)
