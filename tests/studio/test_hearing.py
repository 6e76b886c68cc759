"""Levels for people, and the watch over silence."""

from __future__ import annotations

from roomtone.engine.messages import Input, Levels
from roomtone.studio.hearing import Heard, SilenceWatch, levels_view

_SOUND = Levels([(-20.0, -30.0, 0), (-144.0, -144.0, 0)], 100)
_NOTHING = Levels([(-144.0, -144.0, 0), (-144.0, -144.0, 0)], 100)


def test_channels_carry_the_names_of_the_device() -> None:
    source = Input("ALSA/x", "x", 48_000, "flac", [[3], [1, 2]])
    view = levels_view(Levels([(-3.0, -9.0, 0), (0.0, -3.0, 4), (-60.0, -70.0, 0)]), source)
    assert [(label, clipped) for label, _, _, clipped in view.channels] == [("3", False), ("1", True), ("2", False)]
    assert levels_view(_SOUND, None).channels[0][0] == ""


def test_lasting_silence_is_said_once_and_its_end_once() -> None:
    watch = SilenceWatch()
    assert [watch.update(_NOTHING, now) for now in (0.0, 2.0, 4.5, 5.0)] == [
        Heard.NOTHING,
        Heard.NOTHING,
        Heard.SILENCE,
        Heard.NOTHING,
    ]
    assert [watch.update(_SOUND, now) for now in (6.0, 7.0)] == [Heard.SOUND, Heard.NOTHING]


def test_one_channel_with_sound_is_no_silence_and_a_new_take_begins_anew() -> None:
    watch = SilenceWatch()
    assert {watch.update(_SOUND, float(now)) for now in range(20)} == {Heard.NOTHING}
    watch.update(_NOTHING, 20.0)
    watch.begin()
    assert watch.update(_NOTHING, 30.0) is Heard.NOTHING
