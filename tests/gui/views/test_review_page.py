"""The review page: nothing typed is lost, everything goes by keyboard, and every wish is one of the studio's."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.views.together.review import ReviewPage
from roomtone.studio.together_snapshot import ReviewView, TogetherView
from roomtone.wire.project.items import Consent, InShot, Lines, Minors, Moment, Region
from roomtone.wire.project.state import Stage as TakeStage
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_pictures import picture
from tests.gui.stage_together import full
from tests.gui.wished import Wished


@pytest.fixture
def wished(desk: Desk) -> Wished:
    """What the window's pages wished for."""
    return Wished(desk.window.wishes)


@pytest.fixture
def page(desk: Desk, stage: Stage, wished: Wished, qtbot: QtBot) -> ReviewPage:
    """The review page of a project in which everything is there."""
    desk.attach(stage)
    desk.window.show_tab("review")
    look_at(stage, "t1", qtbot, desk.window.together.review)
    wished.said.clear()
    return desk.window.together.review


def look_at(stage: Stage, take: str, qtbot: QtBot, page: ReviewPage, /, **changes: object) -> None:
    """Let a take be looked at, and be changed."""
    view = full(take)
    takes = tuple(msgspec.structs.replace(one, **changes) if one.id == take else one for one in view.review.takes)
    stage.publish(together=msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, takes=takes)))
    title = next(one.title for one in takes if one.id == take)
    qtbot.waitUntil(lambda: page.take.title.text() == title)


def named(page: ReviewPage, name: str) -> QPushButton:
    """Return the button of that name."""
    return next(one for one in page.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible())


def test_without_takes_it_says_what_to_do(desk: Desk, stage: Stage, wished: Wished) -> None:
    desk.attach(stage)
    stage.publish(together=TogetherView())
    desk.window.show_tab("review")
    page = desk.window.together.review
    assert page.empty.isVisible()
    assert not page.list.isVisible()
    click(page.empty.button)
    assert wished.led == [("studio", "")]


def test_the_first_unheard_take_is_looked_at_by_itself(
    page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    view = full("")
    stage.publish(together=view)
    qtbot.waitUntil(lambda: ("review", "t1") in wished.said)
    row = page.list.rows.row("t1")
    assert row is not None
    assert row.accessibleName() == "Low harmony – take 3, Mika · not heard yet · 2 comments"


def test_a_filter_with_nothing_in_it_says_what_to_do(page: ReviewPage, stage: Stage, qtbot: QtBot) -> None:
    view = full("t2")
    own = tuple(take for take in view.review.takes if take.id == "t2")
    stage.publish(together=msgspec.structs.replace(view, review=ReviewView(own, 0, "t2")))
    qtbot.waitUntil(lambda: page.take.title.text() == "My first try")
    page.list.filter.chose.emit("later")
    assert page.list.none.isVisible()
    assert "All takes" in page.list.none.text()
    page.list.filter.chose.emit("mine")
    assert not page.list.none.isVisible()


def test_a_long_list_is_shown_in_parts(page: ReviewPage, stage: Stage, qtbot: QtBot) -> None:
    view = full("n0")
    many = tuple(msgspec.structs.replace(view.review.takes[0], id=f"n{number}") for number in range(250))
    stage.publish(together=msgspec.structs.replace(view, review=ReviewView(many, 250, "n0")))
    qtbot.waitUntil(lambda: page.list.rows.row("n99") is not None)
    assert page.list.rows.row("n100") is None
    click(page.list.more)
    assert page.list.rows.row("n199") is not None
    click(page.list.more)
    assert page.list.rows.row("n249") is not None
    assert page.list.more.isHidden()


def test_takes_are_judged_and_a_reason_is_required(page: ReviewPage, wished: Wished) -> None:
    click(page.take.accept)
    assert wished.said == [("accept", "t1")]
    click(page.take.later)
    why = page.take.why
    assert why.text.hasFocus()
    press(why.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert why.fault.isVisible()
    write(why.text, "It fits episode 4 better")
    press(why.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wished.said[-1] == ("keep_for_later", "t1", "It fits episode 4 better")
    assert not why.isVisible()


def test_what_was_accepted_is_published_as_a_cut(page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    assert not page.take.cut.isVisible()
    look_at(stage, "t5", qtbot, page)
    click(page.take.cut)
    assert wished.said[-1] == ("publish_cut", "t5", "Upright bass")
    view = full("t5")
    published = tuple(
        msgspec.structs.replace(take, cut="First mix") if take.id == "t5" else take for take in view.review.takes
    )
    stage.publish(together=msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, takes=published)))
    qtbot.waitUntil(lambda: page.take.cut.text() == "No cut any more")
    click(page.take.cut)
    assert wished.said[-1] == ("publish_cut", "t5", "")


def test_how_much_of_a_take_is_in_the_piece_is_said(
    page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    used = page.take.used
    assert not used.isVisible(), "it is not accepted yet"
    look_at(stage, "t5", qtbot, page)
    assert used.isVisible()
    wished.said.clear()
    used.length.setFocus(Qt.FocusReason.TabFocusReason)
    write(used.length, "long")
    press(used.length, Qt.Key.Key_Return)
    assert used.fault.isVisible()
    used.length.setText("0:07.5")
    press(used.length, Qt.Key.Key_Return)
    page.take.later.setFocus(Qt.FocusReason.TabFocusReason)
    assert wished.said == [("say_used", "t5", 7.5)]
    look_at(stage, "t5", qtbot, page, used=4.0)
    qtbot.waitUntil(lambda: used.length.text() == "0:04")
    used.length.clear()
    press(used.length, Qt.Key.Key_Return)
    assert wished.said[-1] == ("say_used", "t5", 0.0)


def test_nothing_typed_is_lost_by_another_take_or_page(
    page: ReviewPage, desk: Desk, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    comments = page.take.comments
    write(comments.text, "A breath too")
    write(comments.begin, "0:07")
    click(page.take.later)
    write(page.take.why.text, "Because")
    look_at(stage, "t3", qtbot, page)
    assert comments.text.toPlainText() == ""
    assert not page.take.why.isVisible()
    desk.window.show_tab("people")
    desk.window.show_tab("review")
    look_at(stage, "t1", qtbot, page)
    assert comments.text.toPlainText() == "A breath too"
    assert page.take.why.text.toPlainText() == "Because"
    press(page.take.why.text, Qt.Key.Key_Escape)
    assert not page.take.why.isVisible()
    wished.said.clear()
    click(comments.say)
    assert wished.said == [("comment", "t1", "A breath too", Moment(7.0), "")]
    assert comments.text.toPlainText() == ""


def test_a_comment_stands_at_the_second_at_which_it_was_begun(page: ReviewPage, wished: Wished) -> None:
    comments = page.take.comments
    page.show_playing("t1", 7.0, paused=False)
    assert page.take.play.text() == page.take.play.accessibleName() == "Pause"
    write(comments.text, "Here")
    page.show_playing("t1", 9.5, paused=False)
    write(comments.until, "0:08")
    click(comments.say)
    assert wished.said == [("comment", "t1", "Here", Moment(7.0, 8.0), "")]


def test_a_time_that_cannot_be_read_is_said(page: ReviewPage, wished: Wished) -> None:
    comments = page.take.comments
    write(comments.text, "Here")
    write(comments.begin, "soon")
    click(comments.say)
    assert comments.fault.isVisible()
    assert wished.said == []
    assert comments.text.toPlainText() == "Here"


def test_replies_and_what_is_settled(page: ReviewPage, wished: Wished) -> None:
    click(named(page, "Reply to Jude: Love the breath before “home”. Keep it."))
    assert page.take.comments.text.hasFocus()
    write(page.take.comments.text, "Yes")
    click(page.take.comments.say)
    click(named(page, "Settle: Love the breath before “home”. Keep it."))
    assert wished.said == [("comment", "t1", "Yes", None, "k1"), ("resolve", "k1", True)]


def test_the_link_to_a_comment_is_copied(page: ReviewPage, stage: Stage, qtbot: QtBot) -> None:
    view = full("t1")
    said = msgspec.structs.replace(view.review.comments[0], link="roomtone:p1/t1?t=7")
    stage.publish(together=msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, comments=(said,))))
    name = "Copy link to where this is: Love the breath before “home”. Keep it."
    qtbot.waitUntil(lambda: name in [one.accessibleName() for one in page.findChildren(QPushButton)])
    click(named(page, name))
    assert QApplication.clipboard().text() == "roomtone:p1/t1?t=7"


def test_lines_of_a_text_are_spoken_of(page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    look_at(stage, "t3", qtbot, page)
    wished.said.clear()
    cursor = page.take.text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor, 2)
    page.take.text.setTextCursor(cursor)
    comments = page.take.comments
    assert comments.about.text() == "About lines 1 to 2"
    write(comments.text, "Lovely")
    click(comments.say)
    assert wished.said == [("comment", "t3", "Lovely", Lines(1, 2), "")]
    assert comments.about.text() == ""
    click(page.take.read)
    assert wished.said[-1] == ("read_aloud", "t3")
    assert wished.led == [("studio", "")]


def test_a_part_of_a_picture_is_framed_by_keyboard(
    page: ReviewPage, stage: Stage, wished: Wished, tmp_path: Path, qtbot: QtBot
) -> None:
    look_at(stage, "t4", qtbot, page)
    assert page.take.hint.isVisible()
    image = picture()
    image.fill(QColor("#806040"))
    assert image.save(str(tmp_path / "window.png"))
    look_at(stage, "t4", qtbot, page, file=str(tmp_path / "window.png"), local=True)
    qtbot.waitUntil(page.take.picture.isVisible)
    assert not page.take.hint.isVisible()
    wished.said.clear()
    page.take.picture.setFocus(Qt.FocusReason.TabFocusReason)
    press(page.take.picture, Qt.Key.Key_Right)
    press(page.take.picture, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.take.comments.whole.isVisible()
    write(page.take.comments.text, "This light")
    click(page.take.comments.say)
    name, take, text, anchor, _ = wished.said[-1]
    assert (name, take, text) == ("comment", "t4", "This light")
    assert isinstance(anchor, Region)
    assert (anchor.left, anchor.top, anchor.width) == (0.25, 0.25, 0.5)
    assert anchor.height == pytest.approx(0.55)
    assert page.take.picture.region is None


def test_an_own_take_is_submitted_with_consent_and_terms(
    page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    look_at(stage, "t2", qtbot, page)
    wished.said.clear()
    card = page.take.submit
    assert card.isVisible()
    assert card.terms.text().startswith("CC BY 4.0: Anybody may use it.")
    row = card.check.row("7 samples are clipped")
    assert row is not None
    assert row.accessibleName() == "Look here: 7 samples are clipped"
    click(card.give)
    assert card.consent.fault.isVisible()
    assert wished.said == []
    shot, minors = list(InShot)[1], list(Minors)[1]
    card.consent.in_shot.chose.emit(shot.value)
    card.consent.minors.chose.emit(minors.value)
    card.consent.voice.setChecked(True)
    click(card.give)
    assert wished.said == [("submit", "t2", Consent(shot, minors, voice=True))]
    look_at(stage, "t2", qtbot, page, stage=TakeStage.SUBMITTED)
    qtbot.waitUntil(page.take.withdraw.isVisible)
    click(page.take.withdraw)
    assert wished.said[-1] == ("withdraw", "t2")


def test_who_is_in_a_take_is_said_anew_after_it_was_given(
    page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    said = Consent(InShot.ME, Minors.NONE, voice=True, location=True)
    look_at(stage, "t2", qtbot, page)
    assert not page.take.ask_consent.isVisible()
    look_at(stage, "t2", qtbot, page, stage=TakeStage.SUBMITTED, consent=said)
    qtbot.waitUntil(page.take.ask_consent.isVisible)
    wished.said.clear()
    card = page.take.consent
    assert not card.isVisible()
    click(page.take.ask_consent)
    assert card.fields.in_shot.currentText() == "Only me"
    card.fields.in_shot.chose.emit(InShot.AGREED.value)
    card.fields.voice.setChecked(False)
    click(card.keep)
    assert wished.said == [("edit_consent", "t2", Consent(InShot.AGREED, Minors.NONE, location=True))]
    assert not card.isVisible()
    click(page.take.ask_consent)
    look_at(stage, "t2", qtbot, page, stage=TakeStage.WITHDRAWN)
    qtbot.waitUntil(lambda: not card.isVisible())


def test_a_take_that_is_there_answers_a_call(page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    look_at(stage, "t2", qtbot, page)
    wished.said.clear()
    card = page.take.submit
    labels = [card.call.itemText(row) for row in range(card.call.count())]
    # The other call of the project is closed.
    assert labels == ["It answers no call", "For “Low harmony, verse 2”"]
    card.call.chose.emit("c1")
    assert wished.said == [("answer_with", "t2", "c1")]
    look_at(stage, "t2", qtbot, page, call="c1")
    qtbot.waitUntil(lambda: card.call.currentText() == "For “Low harmony, verse 2”")
    look_at(stage, "t2", qtbot, page, call="c9")
    qtbot.waitUntil(lambda: card.call.currentText() == "For a call that is closed")


def test_versions_are_called_by_their_titles(page: ReviewPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    look_at(stage, "t1", qtbot, page, versions=("t5", "gone"))
    qtbot.waitUntil(lambda: page.take.versions.row("t5") is not None)
    click(named(page, "New version of Upright bass"))
    assert wished.said[-1] == ("review", "t5")
    assert page.take.versions.row("gone") is not None


def test_the_take_is_sought_by_keyboard(page: ReviewPage, wished: Wished) -> None:
    page.show_playing("t1", 10.0, paused=False)
    press(page.take.marks, Qt.Key.Key_Right)
    assert wished.said == [("listen", "t1", 15.0)]
    click(page.take.play)
    assert wished.led == [("pause", "")]


def test_what_is_read_on_a_button_is_part_of_its_name(page: ReviewPage) -> None:
    for one in page.findChildren(QPushButton):
        if one.isVisible() and one.property("role") != "row":
            assert one.text().rstrip(" …").casefold() in one.accessibleName().casefold()
