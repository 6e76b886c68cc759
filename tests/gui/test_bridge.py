"""The bridge brings everything that matters into Qt's thread, and never drowns it."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from roomtone.gui.bridge import Bridge, merge
from roomtone.studio.snapshot import LevelsView, StudioState


def test_a_thousand_states_wait_as_one(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[StudioState] = []
    bridge.state.connect(seen.append)
    for number in range(1000):
        bridge.put_state(StudioState(project=str(number)))
    qtbot.waitUntil(lambda: bool(seen))
    assert [state.project for state in seen] == ["999"]


def test_no_peak_between_two_frames_is_missed(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[LevelsView] = []
    bridge.levels.connect(seen.append)
    bridge.put_levels(LevelsView([("1", -30.0, -40.0, False)]))
    bridge.put_levels(LevelsView([("1", -1.0, -12.0, True)]))
    bridge.put_levels(LevelsView([("1", -50.0, -60.0, False)]))
    qtbot.waitUntil(lambda: bool(seen))
    assert [levels.channels for levels in seen] == [[("1", -1.0, -12.0, True)]]


def test_levels_of_another_input_are_not_merged() -> None:
    newer = LevelsView([("1", -20.0, -30.0, False)])
    assert merge(LevelsView([("1", 0.0, 0.0, True), ("2", 0.0, 0.0, True)]), newer) == newer


def test_states_arrive_in_the_windows_thread_and_the_last_one_always_does(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[tuple[str, int]] = []
    bridge.state.connect(lambda state: seen.append((state.project, threading.get_ident())))

    def tell() -> None:
        for number in range(500):
            bridge.put_state(StudioState(project=str(number)))

    threads = [threading.Thread(target=tell) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][0] == "499")
    assert {ident for _, ident in seen} == {threading.get_ident()}
