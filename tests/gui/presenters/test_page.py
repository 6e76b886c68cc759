"""From states to pages, and from wishes to intents."""

from __future__ import annotations

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.guard import Answer, Press
from roomtone.gui.presenters.model import PageModel
from roomtone.gui.presenters.page import PagePresenter
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import Phase, PlayingView, StudioState
from tests.gui.stage import Stage

PROBLEM = Problem("device-gone", "The input is gone", "It was unplugged", "Plug it in again")


class Desk:
    """A presenter on the stage, and the pages that it made."""

    def __init__(self, stage: Stage, clock: ManualClock) -> None:
        self.pages: list[PageModel] = []
        self.presenter = PagePresenter(clock, self.pages.append)
        self.presenter.studio = stage
        stage.subscribe(self.presenter.show_state, self.presenter.show_levels)
        stage.start()

    @property
    def page(self) -> PageModel:
        return self.pages[-1]


def test_before_the_studio_is_there_wishes_come_to_nothing(clock: ManualClock) -> None:
    pages: list[PageModel] = []
    presenter = PagePresenter(clock, pages.append)
    presenter.refresh()
    assert presenter.press_record(Press.BUTTON) is Answer.IGNORE
    presenter.play_or_pause("take-0")
    presenter.choose_input("scarlett")
    assert pages[0].empty is not None
    assert pages[0].empty.title == "Opening the studio"
    assert not pages[0].transport.enabled


def test_the_same_state_makes_no_new_page(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.publish()
    assert len(desk.pages) == 1
    stage.publish(project="Another one")
    assert len(desk.pages) == 2


def test_an_unchanged_take_keeps_its_lane(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    before = desk.page.lanes
    stage.star("take-3", True)
    assert [new is old for new, old in zip(desk.page.lanes, before, strict=True)].count(False) == 1
    assert desk.page.lanes[3].starred


def test_recording_is_announced_and_its_time_runs(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    assert desk.presenter.press_record(Press.KEY) is Answer.RECORD
    assert stage.said == [("record",)]
    assert desk.page.announcement[1] == "Recording"
    assert desk.page.transport.label == "Stop recording"
    stage.roll_to(5.0)
    clock.advance(0.25)
    assert desk.presenter.frame().time == "00:00:05.250"


def test_the_key_asks_and_the_page_says_so_until_it_is_forgotten(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.roll_to(5.0)
    assert desk.presenter.press_record(Press.KEY) is Answer.ASK_AGAIN
    assert desk.page.transport.hint == Line("Space again to stop", Tone.LOOK)
    assert desk.page.announcement[1] == "Press Space again to stop recording"
    clock.advance(2.5)
    desk.presenter.frame()
    assert desk.page.transport.hint == Line("Space twice to stop", Tone.QUIET)
    assert stage.said == []
    desk.presenter.press_record(Press.KEY)
    clock.advance(0.5)
    assert desk.presenter.press_record(Press.KEY) is Answer.STOP
    assert stage.said == [("stop",)]


def test_no_press_counts_while_the_take_is_saved(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.publish(phase=Phase.SAVING)
    assert desk.presenter.press_record(Press.BUTTON) is Answer.IGNORE
    assert stage.said == []


def test_play_pauses_and_goes_on(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    for _ in range(3):
        desk.presenter.play_or_pause("take-0")
    assert stage.said == [("play", "take-0", 0.0), ("pause", True), ("pause", False)]
    desk.presenter.play_from("take-0", 0.5)
    desk.presenter.play_from("take-2", 2.0)
    assert stage.said[3:] == [("seek", 8.5), ("play", "take-2", 63.0)]


def test_what_cannot_be_read_cannot_be_played(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    desk.presenter.play_or_pause("take-10")
    desk.presenter.play_from("take-10", 0.5)
    assert stage.said == []
    lane = desk.page.lanes[10]
    assert not lane.playable
    assert not lane.readable
    assert "Update Roomtone" in lane.message


def test_the_playhead_ends_with_the_take(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.publish(playing=PlayingView("take-0", 16.9, 17.0))
    clock.advance(0.4)
    assert desk.presenter.frame().playing_at == 17.0


def test_dropouts_are_marked_where_they_were_seen(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.roll_to(1.0)
    stage.roll_to(2.0, dropouts=1)
    stage.roll_to(3.0, dropouts=1)
    stage.roll_to(4.0, dropouts=3)
    assert desk.page.rolling is not None
    assert desk.page.rolling.gaps == (2.0, 4.0)
    assert desk.page.rolling.trouble == "3 dropouts"


def test_the_green_line_never_passes_the_take(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.roll_to(2.0, behind=-3.0)
    assert desk.page.rolling is not None
    assert desk.page.rolling.safe_seconds == 2.0


def test_automatic_names_lose_the_project(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    assert desk.page.lanes[0].heading == "Low harmony – Ana – take 3"
    assert desk.page.lanes[7].heading == "take 8"
    stage.publish(project="Another one")
    assert desk.page.lanes[0].heading == desk.page.lanes[0].title


def test_lanes_say_everything_to_a_screen_reader(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    assert "Recovered" in desk.page.lanes[6].spoken
    assert "Practice tone" in desk.page.lanes[9].spoken
    assert "Note: The breath before “home” is lovely" in desk.page.lanes[0].spoken
    assert "The server does not answer" in desk.page.lanes[5].spoken
    assert "Sending, 62 %" in desk.page.lanes[1].spoken


def test_without_an_input_the_practice_tone_is_offered(bare: Stage, clock: ManualClock) -> None:
    desk = Desk(bare, clock)
    assert desk.page.empty is not None
    assert desk.page.empty.title == "Press Record and play"
    bare.publish(phase=Phase.NO_INPUT, input=None)
    assert desk.page.empty is not None
    assert desk.page.empty.action == "Use the practice tone"
    desk.presenter.use_practice()
    assert bare.said == [("choose_input", "practice", "")]


def test_choosing_what_is_chosen_does_nothing(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    desk.presenter.choose_input("scarlett")
    desk.presenter.choose_channels("1,2")
    desk.presenter.choose_channels("1+2")
    desk.presenter.choose_input("built-in")
    assert stage.said == [("choose_input", "scarlett", "1+2"), ("choose_input", "built-in", "")]


def test_the_open_input_is_shown_before_the_list_of_inputs_is_known(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.publish(inputs=[])
    shown = desk.page.transport.input
    assert [choice.label for choice in shown.inputs] == ["Scarlett Solo USB"]
    assert shown.input == "scarlett"
    assert [choice.value for choice in shown.channels] == ["1+2", "1", "2", "1,2"]


def test_inputs_are_left_alone_while_a_take_rolls(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    assert desk.page.transport.input.enabled
    stage.roll_to(1.0)
    assert not desk.page.transport.input.enabled


def test_notices_of_the_studio_and_of_the_window_stand_together(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    stage.warn(PROBLEM, action="Try again")
    own = Problem("bug", "Something went wrong", "", "Report it")
    desk.presenter.add_notice(own)
    desk.presenter.add_notice(own)
    assert [(notice.title, notice.action) for notice in desk.page.notices] == [
        ("The input is gone", "Try again"),
        ("Something went wrong", ""),
    ]
    assert desk.page.notices[0].text == "It was unplugged – Plug it in again"
    desk.presenter.act(0)
    desk.presenter.dismiss(desk.page.notices[0].id)
    assert desk.page.notices == ()
    assert stage.said == [("act", 0), ("dismiss", 0)]


def test_the_trash_is_another_list(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    desk.presenter.show_trash(True)
    assert desk.page.empty is not None
    assert desk.page.empty.title == "The trash is empty"
    stage.trash("take-2")
    assert [lane.id for lane in desk.page.lanes] == ["take-2"]
    assert desk.page.lanes[0].trashed
    assert not desk.page.lanes[0].playable
    assert desk.page.undo
    desk.presenter.show_trash(False)
    assert len(desk.page.lanes) == 11


def test_what_could_not_be_sent_can_be_sent_again(stage: Stage, clock: ManualClock) -> None:
    desk = Desk(stage, clock)
    assert not desk.page.transport.can_retry
    stage.publish(project_line=Line("The server does not answer", Tone.LOOK))
    assert desk.page.transport.can_retry


def test_an_empty_state_is_a_page(clock: ManualClock) -> None:
    pages: list[PageModel] = []
    presenter = PagePresenter(clock, pages.append)
    presenter.show_state(StudioState())
    assert pages[-1].transport.input.channels == ()
