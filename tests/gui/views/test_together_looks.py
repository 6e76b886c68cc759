"""How the pages of what people do together stand on the screen, and what is seen on a take that is heard."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.look import Look
from roomtone.gui.views.ticks import Tick
from roomtone.gui.views.together.people import PeoplePage
from roomtone.gui.views.together.review import ReviewPage, lane_of
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import InvitationView, PartKind, TogetherView
from roomtone.wire.project.people import Role
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage, pairs
from tests.gui.stage_together import JUDE, MIKA, full, takes
from tests.gui.wished import Wished


@pytest.fixture
def wished(desk: Desk, stage: Stage, qtbot: QtBot) -> Wished:
    """What is wished for in the window of a project in which everything is there."""
    made = Wished(desk.window.wishes)
    desk.attach(stage)
    stage.draw("t1", "track-1", pairs(42.0, 4))
    stage.publish(together=full())
    qtbot.waitUntil(lambda: desk.window.together.today.next.row("c1") is not None)
    return made


@pytest.fixture
def review(desk: Desk, wished: Wished) -> ReviewPage:
    """The page Review, a take of somebody else on it that was fetched."""
    desk.window.show_tab("review")
    wished.said.clear()
    return desk.window.together.review


@pytest.fixture
def people(desk: Desk, wished: Wished) -> PeoplePage:
    """The page People."""
    del wished
    desk.window.show_tab("people")
    return desk.window.together.people


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (960, True), (800, False)])
def test_a_second_column_stands_beside_the_page_where_there_is_room(
    desk: Desk, wished: Wished, width: int, beside: bool, qtbot: QtBot
) -> None:
    del wished
    desk.window.resize(width, 900)
    desk.window.show_tab("today")
    page = desk.window.together.today

    def right() -> bool:
        return page.news.mapTo(page, QPoint(0, 0)).x() > page.prompt.mapTo(page, QPoint(0, 0)).x() + 200

    qtbot.waitUntil(lambda: right() is beside)
    assert page.horizontalScrollBar().maximum() == 0


def test_an_empty_page_has_all_of_the_window(desk: Desk, wished: Wished, stage: Stage, qtbot: QtBot) -> None:
    del wished
    stage.publish(together=TogetherView(), project="")
    desk.window.show_tab("project")
    page = desk.window.together.project
    qtbot.waitUntil(page.nothing.isVisible)
    qtbot.waitUntil(
        lambda: abs(page.nothing.mapTo(page, page.nothing.rect().center()).x() - page.rect().center().x()) < 12
    )


def test_what_was_fetched_is_drawn_and_what_was_made_here_looks_as_in_the_list(review: ReviewPage) -> None:
    fetched, own = takes()[0], takes()[1]
    lane = lane_of(fetched, {})
    assert lane is not None
    assert (lane.id, lane.tracks, lane.own) == ("t1", ("track-1",), False)
    assert lane_of(own, {}) is None
    heard = review.take.heard
    assert heard.wave.isVisible()
    assert heard.height() > review.take.marks.sizeHint().height()


@pytest.mark.qt_log_ignore("This plugin does not support .*openDocument")
def test_a_film_is_opened_by_the_systems_own_program(
    review: ReviewPage, stage: Stage, tmp_path: Path, qtbot: QtBot, desk: Desk
) -> None:
    assert not review.take.outside.isVisible()
    view = full("t1")
    film = msgspec.structs.replace(
        view.review.takes[0], kind=PartKind.VIDEO, file=str(tmp_path / "a.mp4"), tracks=(), filmstrip="/strip.png"
    )
    takes = (film, *view.review.takes[1:])
    stage.publish(together=msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, takes=takes)))
    qtbot.waitUntil(review.take.outside.isVisible)
    lane = lane_of(film, {})
    assert lane is not None
    assert (lane.media, lane.filmstrip) == ("video", "/strip.png")
    click(review.take.outside)
    qtbot.waitUntil(lambda: any("a.mp4" in label.text() for label in desk.window.notices.findChildren(QLabel)))


def test_a_click_on_a_mark_goes_to_its_second(review: ReviewPage, wished: Wished) -> None:
    marks = review.take.marks
    x = round(marks.width() * 7.0 / 42.0) + 2
    click(marks, QPoint(x, marks.height() // 2))
    assert wished.said == [("listen", "t1", 7.0)]
    assert review.take.comments.begin.text() == "0:07"
    assert "3 comments" in marks.accessibleDescription()


def test_enter_plays_where_the_playhead_stands(review: ReviewPage, wished: Wished) -> None:
    review.show_playing("t1", 12.0, paused=True)
    marks = review.take.marks
    marks.setFocus(Qt.FocusReason.TabFocusReason)
    press(marks, Qt.Key.Key_Return)
    assert wished.said == [("listen", "t1", 12.0)]
    # What was paused goes on where it was.
    click(review.take.play)
    assert wished.said[-1] == ("listen", "t1", 12.0)


def test_what_was_refused_can_be_written_again(review: ReviewPage) -> None:
    again = next(one for one in review.findChildren(QPushButton) if one.text() == "Write it again")
    click(again)
    assert review.take.comments.text.toPlainText() == "And the end?"
    assert review.take.comments.begin.text() == "0:40"


def test_whoever_scrolls_past_a_choice_does_not_make_it(people: PeoplePage, wished: Wished) -> None:
    box = next(one for one in people.findChildren(ChoiceBox) if one.objectName() == "role" and one.isVisible())
    before, wished.said = box.currentText(), []
    down, nothing = QPoint(0, -120), Qt.KeyboardModifier.NoModifier
    middle = QPointF(box.rect().center())
    turn = QWheelEvent(
        middle, box.mapToGlobal(middle), QPoint(), down, Qt.MouseButton.NoButton, nothing,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert (box.currentText(), wished.said) == (before, [])


def test_a_role_is_shown_once_it_is_so(people: PeoplePage, wished: Wished) -> None:
    box = next(one for one in people.findChildren(ChoiceBox) if one.accessibleName() == f"Role of {MIKA.name}")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert wished.said[-1][0] == "set_role"
    assert box.currentText() == "Contributor"


def test_a_leader_sends_a_word_to_somebody(people: PeoplePage, wished: Wished) -> None:
    def nudge(name: str) -> QPushButton:
        return next(one for one in people.findChildren(QPushButton) if one.accessibleName().startswith(f"Nudge {name}"))

    click(nudge(MIKA.name))
    write(people.nudge.text, "Bars 9 to 12?")
    click(nudge(JUDE.name))
    assert people.nudge.text.toPlainText() == ""
    click(people.nudge.send)
    assert people.nudge.isVisible()
    # What was begun for the first one is still there.
    click(nudge(MIKA.name))
    assert people.nudge.text.toPlainText() == "Bars 9 to 12?"
    wished.said.clear()
    press(people.nudge.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wished.said == [("comment", "p1", "Bars 9 to 12?", None, "", MIKA.account)]
    assert not people.nudge.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_ticked_has_a_tick(look: Look, qtbot: QtBot, theme: str) -> None:
    look.choose(theme)
    tick = Tick(look, "Done")
    qtbot.addWidget(tick)
    tick.setChecked(True)
    tick.resize(tick.sizeHint())
    plain = QCheckBox("Done")
    qtbot.addWidget(plain)
    plain.setChecked(True)
    plain.resize(tick.size())
    image, other = tick.grab().toImage(), plain.grab().toImage()
    ground = QColor(look.colours.page)
    drawn = [
        (x, y)
        for x in range(min(24, image.width()))
        for y in range(image.height())
        if image.pixelColor(x, y) != other.pixelColor(x, y)
    ]
    assert any(_near(image.pixelColor(x, y), ground) for x, y in drawn)


def _near(one: QColor, other: QColor) -> bool:
    return abs(one.lightness() - other.lightness()) < 40


def test_whoever_wants_to_join_writes_at_once(desk: Desk, wished: Wished, qtbot: QtBot) -> None:
    click(desk.window.header.projects)
    panel = desk.window.together.projects
    qtbot.waitUntil(panel.isVisible)
    click(panel.join)
    assert wished.led[-1] == ("people", "join")
    assert desk.window.tab == "people"
    assert QApplication.focusWidget() is desk.window.together.people.join.link


def test_whoever_answers_from_a_notice_is_led_to_the_studio(
    desk: Desk, wished: Wished, stage: Stage, qtbot: QtBot
) -> None:
    del wished
    view = full()
    stage.publish(together=msgspec.structs.replace(view, answering=None))
    desk.window.show_tab("review")
    qtbot.waitUntil(desk.window.together.answering.isHidden)
    stage.publish(together=msgspec.structs.replace(full(), answering=None, offline_line=""))
    qtbot.waitUntil(desk.window.together.queued.line.isHidden)
    assert desk.window.tab == "review"
    stage.publish(together=view)
    qtbot.waitUntil(lambda: desk.window.tab == "studio")
    assert desk.window.together.answering.isVisible()


def test_a_link_that_was_used_is_gone(people: PeoplePage, stage: Stage, qtbot: QtBot) -> None:
    link = "https://choir.example/join#abc"
    write(people.join.link, link)
    view = full()
    invitation = InvitationView(link, "Evening choir", Role.CONTRIBUTOR, "Anybody may use it")
    looked = msgspec.structs.replace(view.people, invitation=invitation)
    stage.publish(together=msgspec.structs.replace(view, people=looked))
    qtbot.waitUntil(people.join.join.isVisible)
    assert people.join.link.text() == link
    stage.publish(together=view)
    qtbot.waitUntil(lambda: people.join.link.text() == "")


def test_how_a_project_stands_is_for_those_who_lead(desk: Desk, wished: Wished, stage: Stage, qtbot: QtBot) -> None:
    del wished
    desk.window.show_tab("project")
    about = desk.window.together.project.about
    assert about.health.isVisible()
    view = full()
    member = msgspec.structs.replace(view.project, may_lead=False)
    stage.publish(together=msgspec.structs.replace(view, project=member))
    qtbot.waitUntil(about.health.isHidden)
