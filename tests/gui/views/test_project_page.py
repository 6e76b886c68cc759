"""The project's page: the board, the calls with their recipes, and what those who may not lead see."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.views.inline import InlineEdit
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.together.cover import CoverView
from roomtone.gui.views.together.project import ProjectPage
from roomtone.gui.views.together.step import StepRow
from roomtone.gui.views.together.take_choice import ELSEWHERE, TakesChoice
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import PlayingView
from roomtone.studio.together_snapshot import BranchView, BriefView, CommentView, PartKind, TogetherView
from roomtone.wire.project.items import CallFields, MediaKind, ProjectFields, StepFields, Tempo
from roomtone.wire.project.state import Stage as TakeStage
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_together import MIKA, full
from tests.gui.wished import Wished

MENUS = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")


@pytest.fixture
def wished(desk: Desk) -> Wished:
    """What the window's pages wished for."""
    return Wished(desk.window.wishes)


@pytest.fixture
def page(desk: Desk, stage: Stage, wished: Wished, qtbot: QtBot) -> ProjectPage:
    """The page of a project in which everything is there."""
    desk.attach(stage)
    desk.window.show_tab("project")
    stage.publish(together=full())
    shown = desk.window.together.project
    qtbot.waitUntil(lambda: shown.calls.rows.row("c1") is not None)
    wished.said.clear()
    return shown


def change(stage: Stage, **changes: object) -> None:
    """Let the project be otherwise."""
    view = full()
    stage.publish(together=msgspec.structs.replace(view, project=msgspec.structs.replace(view.project, **changes)))


def named(page: QWidget, name: str) -> QPushButton:
    """Return the button of that name."""
    return next(one for one in page.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible())


def step(page: ProjectPage, key: str) -> StepRow:
    """Return the row of a step."""
    row = page.board.rows.row(key)
    assert isinstance(row, StepRow)
    return row


def icon(row: StepRow, name: str) -> IconButton:
    """Return a button of a step."""
    return next(one for one in row.findChildren(IconButton) if one.objectName() == name)


def choose(box: ChoiceBox, label: str) -> None:
    """Choose by the keyboard what says this, in the list that opens."""
    box.setFocus(Qt.FocusReason.TabFocusReason)
    press(box, Qt.Key.Key_Space)
    entries = box.view()
    assert entries.isVisible()
    press(entries, Qt.Key.Key_Home)
    for _ in range(box.findText(label)):
        press(entries, Qt.Key.Key_Down)
    press(entries, Qt.Key.Key_Return)


def titles(choice: TakesChoice) -> list[str]:
    """Return the takes that were chosen, as they are listed."""
    rows = [choice.rows.row(take) for take in choice.chosen]
    return [label.text() for row in rows if row is not None for label in row.findChildren(QLabel)]


def texts(widget: QWidget, role: str) -> list[str]:
    """Return what the labels of a role say."""
    return [label.text() for label in widget.findChildren(QLabel) if label.property("role") == role]


def test_without_a_project_it_says_what_to_do(desk: Desk, stage: Stage) -> None:
    desk.attach(stage)
    stage.publish(together=TogetherView())
    desk.window.show_tab("project")
    page = desk.window.together.project
    assert page.nothing.isVisible()
    assert not page.about.isVisible()
    click(page.nothing.button)
    assert desk.window.together.projects.isVisible()


def test_cuts_are_heard_where_they_stand_and_looked_at(
    page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    assert not page.cuts.none.isVisible()
    play = named(page.cuts, "Play First mix")
    click(play)
    assert wished.said == [("listen", "t5")]
    stage.publish(playing=PlayingView("t5", 1.0, 151.0))
    qtbot.waitUntil(lambda: play.text() == "Stop")
    click(play)
    assert wished.led[-1] == ("pause", "")
    # What is no sound is only looked at.
    assert "Play Cover" not in [one.accessibleName() for one in page.cuts.findChildren(QPushButton) if one.isVisible()]
    click(named(page.cuts, "Review Cover"))
    assert (wished.said[-1], wished.led[-1]) == (("review", "t4"), ("review", "t4"))
    change(stage, cuts=())
    qtbot.waitUntil(lambda: not page.cuts.none.isHidden())
    assert "publish it on the review page" in page.cuts.none.text()


def test_it_says_what_the_project_is(page: ProjectPage) -> None:
    assert page.about.title.text() == "Kitchen Table Choir"
    assert page.about.terms.text().startswith("CC BY 4.0: Anybody may use it.")
    assert page.about.health.text() == "1 take waits to be heard"


def test_the_project_is_edited_where_it_stands(page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    click(page.about.edit)
    form = page.about.form
    form.title.selectAll()
    write(form.title, "Kitchen Choir")
    write(form.prompts, "Hum what you cook")
    change(stage, title="Another title", prompts=("Something else",))
    qtbot.waitUntil(lambda: page.about.title.text() == "Another title")
    assert form.title.text() == "Kitchen Choir"
    form.deadline.setText("soon")
    click(form.done)
    assert form.fault.isVisible()
    assert wished.said == []
    form.deadline.setText("2026-12-31")
    click(form.done)
    name, fields = wished.said[-1]
    assert name == "edit_project"
    assert isinstance(fields, ProjectFields)
    assert (fields.title, fields.deadline, fields.prompts) == ("Kitchen Choir", "2026-12-31", ["Hum what you cook"])
    assert not form.isVisible()


def test_a_cover_is_chosen_and_seen_at_the_head_and_in_the_list(
    desk: Desk, page: ProjectPage, stage: Stage, wished: Wished, tmp_path: Path, qtbot: QtBot
) -> None:
    assert not page.about.cover.isVisible()
    click(page.about.edit)
    form = page.about.form
    assert [form.cover.itemText(at) for at in range(form.cover.count())] == ["None", "Kitchen window – Sora"]
    form.cover.setFocus(Qt.FocusReason.TabFocusReason)
    press(form.cover, Qt.Key.Key_Down)
    click(form.done)
    fields = wished.said[-1][1]
    assert isinstance(fields, ProjectFields)
    assert fields.cover == "t4"
    file = tmp_path / "window.png"
    red = QImage(64, 64, QImage.Format.Format_RGB32)
    red.fill(QColor("#c03020"))
    assert red.save(str(file))
    view = full()
    chosen = msgspec.structs.replace(view.project, cover="t4", picture=str(file))
    listed = (msgspec.structs.replace(view.projects[0], picture=str(file)), *view.projects[1:])
    stage.publish(together=msgspec.structs.replace(view, project=chosen, projects=listed))
    qtbot.waitUntil(page.about.cover.isVisible)

    def shown(cover: CoverView) -> bool:
        return cover.grab().toImage().pixelColor(cover.rect().center()) == QColor("#c03020")

    qtbot.waitUntil(lambda: shown(page.about.cover))
    assert page.about.cover.accessibleName() == "Cover of Kitchen Table Choir"
    click(desk.window.header.projects)
    row = desk.window.together.projects.rows.row("p1")
    assert row is not None
    small = row.findChild(CoverView)
    assert small is not None
    qtbot.waitUntil(lambda: shown(small))


def test_steps_are_done_renamed_given_and_added(page: ProjectPage, wished: Wished) -> None:
    row = step(page, "s3")
    press(row.tick, Qt.Key.Key_Space)
    press(row.tick, Qt.Key.Key_F2)
    edit = row.findChild(InlineEdit)
    assert edit is not None
    write(edit, "A wall of faces")
    press(edit, Qt.Key.Key_Return)
    row.edited.emit(StepFields(person=MIKA.account))
    click(icon(row, "Remove"))
    write(page.board.fresh, " Mix  it ")
    press(page.board.fresh, Qt.Key.Key_Return)
    assert wished.said == [
        ("edit_step", "s3", StepFields(done=True)),
        ("edit_step", "s3", StepFields(title="A wall of faces")),
        ("edit_step", "s3", StepFields(person=MIKA.account)),
        ("edit_step", "s3", StepFields(removed=True)),
        ("edit_step", "", StepFields(title="Mix it", place=4.0)),
    ]
    assert page.board.fresh.text() == ""


def test_steps_are_put_in_order_by_keyboard_and_buttons(
    page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    assert not icon(step(page, "s1"), "Move up").isEnabled()
    assert not icon(step(page, "s3"), "Move down").isEnabled()
    click(icon(step(page, "s2"), "Move up"))
    tick = step(page, "s3").tick
    tick.setFocus(Qt.FocusReason.TabFocusReason)
    press(tick, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert wished.said == [("edit_step", "s2", StepFields(place=0.0)), ("edit_step", "s3", StepFields(place=1.5))]
    steps = full().project.steps
    change(stage, steps=(steps[0], msgspec.structs.replace(steps[2], place=1.5), steps[1]))
    qtbot.waitUntil(lambda: step(page, "s3").tick is not tick)
    # The keyboard went along with the step.
    qtbot.waitUntil(step(page, "s3").tick.hasFocus)


def test_a_call_says_how_it_stands_in_amber_only_where_it_presses(
    page: ProjectPage, stage: Stage, qtbot: QtBot
) -> None:
    card = page.calls.rows.row("c1")
    assert card is not None
    assert texts(card, "chip-look") == ["2 days left"]
    assert texts(card, "chip") == ["sound"]
    calls = tuple(msgspec.structs.replace(call, due=Line("30 days left", Tone.QUIET)) for call in full().project.calls)
    change(stage, calls=calls)
    qtbot.waitUntil(lambda: page.calls.rows.row("c1") is not card)
    calm = page.calls.rows.row("c1")
    assert calm is not None
    assert texts(calm, "chip-look") == []
    assert texts(calm, "chip") == ["30 days left", "sound"]


def test_calls_are_answered_closed_and_opened_again(page: ProjectPage, wished: Wished) -> None:
    click(named(page, "Close: Low harmony, verse 2"))
    click(named(page, "Open again: Your street at dawn"))
    click(named(page, "Answer: Low harmony, verse 2"))
    assert wished.said == [
        ("edit_call", "c1", CallFields(closed=True)),
        ("edit_call", "c2", CallFields(closed=False)),
        ("answer_call", "c1"),
    ]
    assert wished.led == [("studio", "")]


@MENUS
def test_a_call_is_opened_with_its_recipe(page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    click(page.calls.fresh)
    form = page.calls.form
    qtbot.waitUntil(form.title.hasFocus)
    click(form.keep)
    assert form.fault.text() == "The call needs a title"
    write(form.title, "High harmony")
    change(stage, title="Another title")
    qtbot.waitUntil(lambda: page.about.title.text() == "Another title")
    assert form.title.text() == "High harmony"
    form.kinds[MediaKind.VIDEO].setChecked(True)
    choose(form.guide.add, "Upright bass – Jude")
    write(form.tempo, "92,5")
    choose(form.step, "Wall of faces")
    write(form.count_in, "two")
    click(form.keep)
    assert form.fault.text() == "Count-in is a number up to 16"
    assert form.count_in.isVisible()
    form.count_in.setText("2")
    click(form.keep)
    name, call, fields = wished.said[-1]
    assert (name, call) == ("edit_call", "")
    assert isinstance(fields, CallFields)
    assert (fields.title, fields.guide, fields.count_in) == ("High harmony", ["t5"], 2)
    assert fields.kinds == [MediaKind.SOUND, MediaKind.VIDEO]
    assert fields.tempo == [Tempo(0.0, 92.5)]
    assert fields.step == "s3"
    assert not form.isVisible()
    assert page.calls.fresh.hasFocus()


def test_a_tempo_map_is_written_and_read(page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    calls = full().project.calls
    fields = msgspec.structs.replace(calls[0].fields, tempo=[Tempo(0.0, 92.0, 3), Tempo(31.5, 104.0)])
    change(stage, calls=(msgspec.structs.replace(calls[0], fields=fields), calls[1]), title="With a map")
    qtbot.waitUntil(lambda: page.about.title.text() == "With a map")
    click(named(page, "Edit Low harmony, verse 2"))
    form = page.calls.form
    assert form.tempo.text() == "92/3, 104@31.5"
    form.tempo.setText("quick")
    click(form.keep)
    assert "10 to 400 beats a minute" in form.fault.text()
    form.tempo.setText("92/3, 104@31.5, 60@40")
    click(form.keep)
    kept = wished.said[-1][2]
    assert isinstance(kept, CallFields)
    assert kept.tempo == [Tempo(0.0, 92.0, 3), Tempo(31.5, 104.0), Tempo(40.0, 60.0)]


def test_a_call_is_taken_away_after_asking(page: ProjectPage, wished: Wished) -> None:
    away = named(page, "Take away: Low harmony, verse 2")
    click(away)
    assert wished.said == []
    click(away)
    assert wished.said == [("edit_call", "c1", CallFields(removed=True))]


def test_the_project_itself_is_spoken_of(page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    write(page.comments.text, "Shall we meet?")
    click(page.comments.say)
    assert wished.said == [("comment", "p1", "Shall we meet?", None, "")]
    said = CommentView("k8", MIKA, "On Sunday.", "1 min ago", may_remove=True)
    change(stage, comments=(said,))
    qtbot.waitUntil(lambda: "On Sunday." in [label.text() for label in page.comments.findChildren(QLabel)])
    # Whoever leads may take away what others said.
    click(named(page.comments, "Take away: On Sunday."))
    assert wished.said[-1] == ("remove_comment", "k8")


def test_a_call_is_edited_and_nothing_of_its_recipe_lost(page: ProjectPage, wished: Wished) -> None:
    click(named(page, "Edit Low harmony, verse 2"))
    form = page.calls.form
    assert titles(form.guide) == [ELSEWHERE]
    click(form.keep)
    name, call, fields = wished.said[-1]
    assert (name, call) == ("edit_call", "c1")
    before = full().project.calls[0].fields
    assert isinstance(fields, CallFields)
    for one in (
        "title",
        "brief",
        "guide",
        "tempo",
        "key",
        "sample_rate",
        "part",
        "beginner",
        "wanted",
        "kinds",
        "filmed_brief",
    ):
        assert getattr(fields, one) == getattr(before, one), one


@MENUS
def test_a_call_has_as_many_guides_as_it_needs_a_brief_and_a_reference(
    page: ProjectPage, wished: Wished, qtbot: QtBot
) -> None:
    click(named(page, "Edit Low harmony, verse 2"))
    form = page.calls.form
    click(form.more)
    assert form.told.currentText() == "Upright bass – Jude"
    # Only what can be heard is offered as guide or brief, and only what can be seen as reference.
    offered = [form.guide.add.itemText(at) for at in range(form.guide.add.count())]
    assert offered == ["Another one …", "Low harmony – take 3 – Mika", "My first try – Lea", "Upright bass – Jude"]
    assert [form.reference.itemText(at) for at in range(form.reference.count())] == ["None", "Kitchen window – Sora"]
    choose(form.guide.add, "Upright bass – Jude")
    choose(form.guide.add, "My first try – Lea")
    # On the way to another take, the first one is not chosen.
    press(form.guide.add, Qt.Key.Key_Down)
    assert form.guide.add.view().isVisible()
    press(form.guide.add.view(), Qt.Key.Key_Escape)
    assert not form.guide.add.view().isVisible()
    out = next(one for one in form.findChildren(IconButton) if one.accessibleName() == f"Leave out {ELSEWHERE}")
    qtbot.waitUntil(lambda: out.height() > 0)
    click(out)
    assert titles(form.guide) == ["Upright bass – Jude", "My first try – Lea"]
    # The keyboard goes on where another one is added, as soon as the window has it.
    assert page.window().focusWidget() is form.guide.add
    choose(form.told, "Low harmony – take 3 – Mika")
    choose(form.reference, "Kitchen window – Sora")
    click(form.keep)
    fields = wished.said[-1][2]
    assert isinstance(fields, CallFields)
    assert (fields.guide, fields.filmed_brief, fields.reference) == (["t5", "t2"], "t1", "t4")


def test_what_is_said_of_a_call_is_read_answered_and_settled_in_its_card(
    page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    talk = page.calls.talk
    assert not talk.isVisible()
    click(named(page, "2 comments: Low harmony, verse 2"))
    qtbot.waitUntil(talk.text.hasFocus)
    assert "Does it begin on the pick-up?" in [label.text() for label in talk.findChildren(QLabel)]
    write(talk.text, "Good question")
    # Somebody says something meanwhile: what is typed stays, and so does the keyboard.
    calls = full().project.calls
    more = (*calls[0].comments, CommentView("k8", MIKA, "And the end?", "now"))
    change(stage, calls=(msgspec.structs.replace(calls[0], comments=more), *calls[1:]))
    qtbot.waitUntil(lambda: talk.rows.row("k8") is not None)
    assert talk.text.toPlainText() == "Good question"
    qtbot.waitUntil(talk.text.hasFocus)
    press(talk.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    click(named(talk, "Reply to Mika: And the end?"))
    write(talk.text, "On the down-beat")
    click(talk.say)
    click(named(talk, "Settle: Does it begin on the pick-up?"))
    click(named(talk, "Take away: From the pick-up, please."))
    assert wished.said == [
        ("comment", "c1", "Good question", None, ""),
        ("comment", "c1", "On the down-beat", None, "k8"),
        ("resolve", "k5", True),
        ("remove_comment", "k6"),
    ]
    press(talk.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not talk.isVisible())
    # Of another call something else is said.
    click(named(page, "Comment: Your street at dawn"))
    assert talk.none.isVisible()
    change(stage, calls=calls[:1])
    qtbot.waitUntil(lambda: not talk.isVisible())


def test_a_step_is_spoken_of_below_it(page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    talk = page.board.talk
    said = icon(step(page, "s2"), "talk")
    assert (said.accessibleName(), said.lit) == ("1 comment: Record a guide for every voice", True)
    assert not icon(step(page, "s3"), "talk").lit
    click(icon(step(page, "s3"), "talk"))
    write(talk.text, "Who has the big screen?")
    press(talk.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wished.said == [("comment", "s3", "Who has the big screen?", None, "")]
    write(talk.text, "Half a thought")
    click(icon(step(page, "s2"), "talk"))
    assert talk.text.toPlainText() == ""
    assert step(page, "s2").isAncestorOf(talk)
    click(icon(step(page, "s3"), "talk"))
    assert talk.text.toPlainText() == "Half a thought"
    # Who may not speak still reads; where nothing was said there is nothing to open.
    change(stage, may_lead=False, may_comment=False)
    qtbot.waitUntil(lambda: step(page, "s3").findChildren(IconButton) == [])
    qtbot.waitUntil(lambda: [one.objectName() for one in step(page, "s2").findChildren(IconButton)] == ["talk"])


def test_news_of_a_word_lead_to_where_it_was_said(desk: Desk, page: ProjectPage, qtbot: QtBot) -> None:
    desk.window.wishes.lead("project", "s2")
    qtbot.waitUntil(page.board.talk.isVisible)
    assert step(page, "s2").isAncestorOf(page.board.talk)
    desk.window.wishes.lead("project", "c2")
    assert not page.calls.talk.isVisible()
    desk.window.wishes.lead("project", "c1")
    qtbot.waitUntil(page.calls.talk.isVisible)


def test_a_spoken_brief_is_heard_and_stopped_where_it_stands(
    desk: Desk, page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    click(named(page, "Play the brief: Upright bass"))
    assert wished.said == [("listen", "t5")]
    stage.publish(playing=PlayingView("t5", 0.0, 151.0))
    qtbot.waitUntil(lambda: any(one.text() == "Stop the brief" for one in page.findChildren(QPushButton)))
    click(named(page, "Stop the brief: Upright bass"))
    assert wished.led == [("pause", "")]
    stage.publish(playing=PlayingView("t5", 3.0, 151.0, paused=True))
    desk.window.show_tab("studio")
    qtbot.waitUntil(lambda: desk.window.together.answering.told.text() == "Play the brief")
    click(named(desk.window.together.answering, "Play the brief: Upright bass"))
    assert wished.said[-1] == ("listen", "t5")


def test_a_filmed_brief_is_fetched_and_then_watched(
    page: ProjectPage, stage: Stage, wished: Wished, tmp_path: Path, qtbot: QtBot
) -> None:
    def tell(**changes: object) -> None:
        film = msgspec.structs.replace(BriefView("t9", "How we hold the pan", PartKind.VIDEO), **changes)
        calls = full().project.calls
        change(stage, calls=(msgspec.structs.replace(calls[0], told=film), *calls[1:]))

    tell()
    qtbot.waitUntil(lambda: "Fetch the brief" in [one.text() for one in page.findChildren(QPushButton)])
    click(named(page, "Fetch the brief: How we hold the pan"))
    assert wished.said == [("fetch", "t9")]
    tell(fetching=True)
    qtbot.waitUntil(lambda: "Fetching the brief …" in [one.text() for one in page.findChildren(QPushButton)])
    assert not named(page, "Fetching the brief: How we hold the pan").isEnabled()
    tell(file=str(tmp_path / "film.mp4"))
    qtbot.waitUntil(lambda: "Watch the brief" in [one.text() for one in page.findChildren(QPushButton)])
    click(named(page, "Watch the brief: How we hold the pan"))
    assert wished.said[-1] == ("listen", "t9")
    assert wished.led == [("studio", "")]


def test_who_may_not_lead_sees_it_and_cannot_edit(page: ProjectPage, stage: Stage, qtbot: QtBot) -> None:
    change(stage, may_lead=False)
    qtbot.waitUntil(lambda: not page.about.edit.isVisible())
    assert [one.text() for one in page.findChildren(QPushButton) if one.isVisible() and one.text()] == [
        "Answer",
        "Play the brief",
        "2 comments",
        "Comment",
        "Play",
        "Review",
        "Review",
        "Comment",
    ]
    assert [one for one in page.findChildren(QLineEdit) if one.isVisible()] == []
    assert {one.objectName() for one in page.findChildren(IconButton) if one.isVisible()} == {"talk"}
    assert not step(page, "s1").tick.isEnabled()
    assert step(page, "s1").tick.isChecked()


def test_the_tree_says_how_deep_and_leads_to_the_take(
    page: ProjectPage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    click(named(page, "Low harmony – take 3, recorded against · Mika · submitted, 1 step in"))
    assert wished.said == [("review", "t1")]
    assert wished.led == [("review", "t1")]
    deep = tuple(BranchView(f"n{at}", f"Take {at}", "Mika", "", at, TakeStage.HEARD) for at in range(150))
    change(stage, lineage=deep)
    qtbot.waitUntil(lambda: page.lineage.rows.row("99") is not None)
    assert page.lineage.rows.row("100") is None
    click(page.lineage.more)
    assert page.lineage.rows.row("149") is not None


def test_what_is_being_opened_says_so(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    desk.window.show_tab("project")
    page = desk.window.together.project
    qtbot.waitUntil(lambda: page.nothing.title.text() == "Opening “Kitchen Table Choir”")
    assert not page.nothing.button.isVisible()
    stage.publish(together=full())
    qtbot.waitUntil(page.about.isVisible)
    assert not page.nothing.isVisible()
