"""How a person likes it: shown at once, kept, and never what it cannot be."""

from __future__ import annotations

import pytest

from roomtone.foundation import settings as settings_file
from roomtone.foundation.paths import Home
from roomtone.foundation.settings import MAX_PACE, MAX_PROMPTER, FramingSetting, PrompterSetting, Settings
from roomtone.studio.preferences import ASPECTS
from roomtone.studio.snapshot import Framing, PrompterView
from tests.rigs.processes import until
from tests.studio.ears import Ears


def test_framing_and_prompter_are_shown_at_once_kept_and_there_again(place: Home) -> None:
    framing = Framing(mirrored=False, aspect="2.39:1", thirds=True, eye_line=True, zebra=True, meter=False, ghost=0.5)
    prompter = PrompterView("la\nla", 90, True)
    with Ears(place) as ears:
        ears.studio.choose_framing(framing)
        assert ears.now.framing == framing
        ears.studio.prompt(prompter)
        assert ears.now.prompter == prompter
        until(lambda: settings_file.load(place.settings).prompter.text == "la\nla", 20, "the settings")
    kept = settings_file.load(place.settings)
    assert kept.framing == FramingSetting(False, "2.39:1", True, True, True, False, 0.5)
    with Ears(place) as ears:
        state = ears.wait("the framing of last time", lambda s: s.framing == framing)
        assert state.prompter == prompter


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (Framing(aspect="3:2"), Framing()),
        (Framing(ghost=7.0), Framing(ghost=1.0)),
        (Framing(ghost=-1.0), Framing()),
        (Framing(ghost=float("nan")), Framing()),
    ],
)
def test_framing_that_no_preview_can_have_is_left_out(place: Home, asked: Framing, shown: Framing) -> None:
    ears = Ears(place)
    ears.studio.choose_framing(asked)
    assert ears.now.framing == shown
    ears.studio.close()


def test_a_prompter_has_bounds_and_text_that_can_be_written_down(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.prompt(PrompterView("x" * (MAX_PROMPTER + 5), 10_000))
        assert len(ears.now.prompter.text) == MAX_PROMPTER
        assert ears.now.prompter.words_a_minute == MAX_PACE
        ears.studio.prompt(PrompterView("half \ud83d of it\x00", -5, True))
        shown = PrompterView("half   of it ", 0, True)
        assert ears.now.prompter == shown
        until(lambda: settings_file.load(place.settings).prompter == PrompterSetting(*_fields(shown)), 20, "the text")


def test_every_shape_that_the_settings_know_can_be_chosen(place: Home) -> None:
    ears = Ears(place)
    for aspect in ASPECTS:
        ears.studio.choose_framing(Framing(aspect=aspect))
        assert ears.now.framing.aspect == aspect
    assert len(ASPECTS) == 6
    ears.studio.close()


def test_many_steps_of_a_slider_end_where_it_stopped(place: Home) -> None:
    with Ears(place) as ears:
        for step in range(101):
            ears.studio.choose_framing(Framing(ghost=step / 100))
        ears.wait("the end of the slider", lambda s: s.framing.ghost == 1.0)
    # What waited for the studio's thread was written before it let go.
    assert settings_file.load(place.settings).framing.ghost == 1.0


def test_settings_that_name_no_framing_are_those_of_a_beginner() -> None:
    settings = Settings()
    assert settings.framing == FramingSetting(mirrored=True, meter=True)
    assert settings.cameras == []


def _fields(view: PrompterView) -> tuple[str, int, bool]:
    return view.text, view.words_a_minute, view.shown
