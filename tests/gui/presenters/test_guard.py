"""A double press does one thing, and no elbow stops a take."""

from __future__ import annotations

from roomtone.gui.presenters.guard import Answer, Press, RecordGuard


def test_a_double_click_only_records() -> None:
    guard = RecordGuard()
    assert guard.press(Press.BUTTON, False, 10.0) is Answer.RECORD
    assert guard.press(Press.BUTTON, True, 10.2) is Answer.IGNORE
    assert guard.press(Press.BUTTON, True, 10.59) is Answer.IGNORE
    assert guard.press(Press.BUTTON, True, 10.7) is Answer.STOP


def test_a_double_click_on_stop_does_not_record_again() -> None:
    guard = RecordGuard()
    guard.press(Press.BUTTON, False, 0.0)
    assert guard.press(Press.BUTTON, True, 5.0) is Answer.STOP
    assert guard.press(Press.BUTTON, False, 5.3) is Answer.IGNORE
    assert guard.press(Press.BUTTON, False, 6.0) is Answer.RECORD


def test_the_key_stops_at_the_second_press() -> None:
    guard = RecordGuard()
    guard.press(Press.KEY, False, 0.0)
    assert guard.press(Press.KEY, True, 5.0) is Answer.ASK_AGAIN
    assert guard.armed(6.0)
    assert guard.press(Press.KEY, True, 6.5) is Answer.STOP
    assert not guard.armed(6.6)


def test_one_press_of_the_key_is_forgotten_after_two_seconds() -> None:
    guard = RecordGuard()
    guard.press(Press.KEY, False, 0.0)
    assert guard.press(Press.KEY, True, 5.0) is Answer.ASK_AGAIN
    assert not guard.armed(7.1)
    assert guard.press(Press.KEY, True, 7.1) is Answer.ASK_AGAIN


def test_a_bouncing_key_is_one_press() -> None:
    guard = RecordGuard()
    guard.press(Press.KEY, False, 0.0)
    assert guard.press(Press.KEY, True, 5.0) is Answer.ASK_AGAIN
    assert guard.press(Press.KEY, True, 5.03) is Answer.IGNORE
    assert guard.press(Press.KEY, True, 5.3) is Answer.STOP


def test_a_click_stops_at_once_though_the_key_was_pressed_before() -> None:
    guard = RecordGuard()
    guard.press(Press.KEY, False, 0.0)
    guard.press(Press.KEY, True, 5.0)
    assert guard.press(Press.BUTTON, True, 5.02) is Answer.STOP
