"""Today, People, the choice of projects, and the bars: every wish is one of the studio's, and nothing typed is lost."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.views.together.people import PeoplePage
from roomtone.gui.views.together.starting import ProjectsPanel
from roomtone.gui.views.together.today import TodayPage
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import InvitationView, NewsView, TodayView, TogetherView
from roomtone.wire.project.items import Licence, ProjectFields, Template
from roomtone.wire.project.people import NewInvite, Role
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_together import JUDE, LEA, MIKA, full
from tests.gui.wished import Wished

LINK = "https://choir.example/join#abc"


@pytest.fixture
def wished(desk: Desk, stage: Stage, qtbot: QtBot) -> Wished:
    """What is wished for in the window of a project in which everything is there."""
    made = Wished(desk.window.wishes)
    desk.attach(stage)
    stage.publish(together=full())
    qtbot.waitUntil(lambda: desk.window.together.today.next.row("c1") is not None)
    return made


@pytest.fixture
def today(desk: Desk, wished: Wished) -> TodayPage:
    """The page Today."""
    del wished
    desk.window.show_tab("today")
    return desk.window.together.today


@pytest.fixture
def people(desk: Desk, wished: Wished) -> PeoplePage:
    """The page People."""
    del wished
    desk.window.show_tab("people")
    return desk.window.together.people


@pytest.fixture
def panel(desk: Desk, wished: Wished, qtbot: QtBot) -> ProjectsPanel:
    """The open choice of projects."""
    del wished
    click(desk.window.header.projects)
    qtbot.waitUntil(desk.window.together.projects.isVisible)
    return desk.window.together.projects


def named(page: QWidget, name: str) -> QPushButton:
    """Return the button of that name."""
    return next(one for one in page.findChildren(QPushButton) if name in one.accessibleName() and one.isVisible())


def texts(page: QWidget) -> str:
    """Return all that can be read."""
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def publish(stage: Stage, qtbot: QtBot, **changes: object) -> None:
    """Change the view, and wait until it is shown."""
    stage.publish(together=msgspec.structs.replace(full(), **changes))
    QApplication.sendPostedEvents()
    qtbot.wait(0)


@pytest.mark.parametrize(("answer", "tab"), [
    ("Record it", "studio"), ("Film it", "studio"), ("Draw it", "artwork"), ("Write it", "writing"),
])  # fmt: skip
def test_the_prompt_is_answered_with_one_click(
    today: TodayPage, desk: Desk, wished: Wished, answer: str, tab: str
) -> None:
    desk.window.studio.show_side(False)
    click(named(today, answer))
    assert wished.said == [("answer_prompt",)]
    assert desk.window.tab == tab
    assert desk.window.studio.cameras.isVisible() == (answer == "Film it")


def test_the_streak_is_said_in_words(today: TodayPage) -> None:
    assert today.streak.accessibleName() == "5 days, 1 of 2 rest days left this week"
    assert "5 days, 1 of 2 rest days left" in texts(today)


def test_a_call_says_why_it_is_next_and_is_answered(today: TodayPage, desk: Desk, wished: Wished) -> None:
    assert "2 are missing" in texts(today)
    assert "New to this? Hum one note" in texts(today)
    click(named(today, "Answer “Low harmony, verse 2”"))
    assert wished.said == [("answer_call", "c1")]
    assert desk.window.tab == "studio"


def test_a_call_for_drawings_is_answered_where_one_draws(today: TodayPage, desk: Desk, wished: Wished) -> None:
    click(named(today, "Answer “One drawing per day”"))
    assert wished.said == [("answer_call", "c3")]
    assert desk.window.tab == "artwork"


def test_news_lead_to_the_take_and_the_second(today: TodayPage, desk: Desk, wished: Wished) -> None:
    click(named(today, "Love the breath"))
    assert wished.said == [("review", "t1"), ("listen", "t1", 7.0)]
    assert desk.window.tab == "review"


def test_news_of_a_call_lead_to_the_project(today: TodayPage, desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    news = NewsView("n9", "A new call: Bass", "now", call="c1")
    publish(stage, qtbot, today=TodayView(news=(news,)))
    qtbot.waitUntil(lambda: "A new call" in texts(today))
    click(named(today, "A new call"))
    assert desk.window.tab == "project"


def test_news_are_marked_as_seen(today: TodayPage, wished: Wished) -> None:
    click(named(today, "Mark all news as seen"))
    assert wished.said == [("seen_news",)]


def test_today_is_never_a_dead_end(today: TodayPage, stage: Stage, qtbot: QtBot) -> None:
    publish(stage, qtbot, today=TodayView(then="Listen to what the others made"))
    qtbot.waitUntil(lambda: "Listen to what the others made" in texts(today))
    publish(stage, qtbot, today=TodayView())
    qtbot.waitUntil(lambda: "just record" in texts(today))
    assert "Make something small today" in texts(today)


def test_a_row_that_stays_keeps_the_keyboard(today: TodayPage, stage: Stage, qtbot: QtBot) -> None:
    answer = named(today, "Answer “One drawing per day”")
    answer.setFocus(Qt.FocusReason.TabFocusReason)
    publish(stage, qtbot, today=msgspec.structs.replace(full().today, next=full().today.next[1:]))
    qtbot.waitUntil(lambda: today.next.row("c1") is None)
    assert QApplication.focusWidget() is answer


def test_the_same_view_is_not_shown_again(today: TodayPage, stage: Stage, qtbot: QtBot) -> None:
    today.prompt.setText("Left alone")
    stage.publish(person="Lea")
    qtbot.wait(0)
    assert today.prompt.text() == "Left alone"


def test_a_role_is_changed_where_it_stands(people: PeoplePage, wished: Wished) -> None:
    box = next(one for one in people.findChildren(ChoiceBox) if one.accessibleName() == "Role of Mika")
    box.setFocus(Qt.FocusReason.TabFocusReason)
    box.chose.emit("reviewer")
    assert wished.said == [("set_role", MIKA.account, Role.REVIEWER)]
    assert not any(one.accessibleName() == "Role of Lea" for one in people.findChildren(ChoiceBox))


def test_whoever_is_let_go_is_asked_for_once_more(people: PeoplePage, wished: Wished) -> None:
    go = named(people, "Let Jude go")
    go.setFocus(Qt.FocusReason.TabFocusReason)
    press(go, Qt.Key.Key_Space)
    assert wished.said == []
    assert go.text() == "Really?"
    people.links.make.setFocus(Qt.FocusReason.TabFocusReason)
    assert go.text() == "Let go"
    click(go)
    click(go)
    assert wished.said == [("let_go", JUDE.account)]


def test_the_own_profile_is_kept_whole(people: PeoplePage, wished: Wished) -> None:
    profile = people.profile
    assert (profile.skills.text(), profile.minutes.text()) == ("piano, editing", "20")
    profile.skills.setText("piano,  upright   bass ,")
    click(profile.keep)
    assert wished.said == [("edit_profile", ("piano", "upright bass"), LEA.about, 20)]


def test_minutes_that_are_no_number_are_said(people: PeoplePage, wished: Wished) -> None:
    people.profile.minutes.setText("soon")
    click(people.profile.keep)
    assert wished.said == []
    assert "Write the minutes as a number" in texts(people)


def test_what_is_typed_stays_through_new_states(people: PeoplePage, stage: Stage, qtbot: QtBot) -> None:
    people.profile.skills.setFocus(Qt.FocusReason.OtherFocusReason)
    write(people.profile.skills, ", harp")
    view = full().people
    others = tuple(msgspec.structs.replace(one, skills=("organ",)) if one.me else one for one in view.people)
    publish(stage, qtbot, people=msgspec.structs.replace(view, people=others))
    assert people.profile.skills.text() == "piano, editing, harp"


def test_a_link_is_made_copied_and_revoked(people: PeoplePage, wished: Wished) -> None:
    people.links.role.chose.emit("reviewer")
    people.links.days.chose.emit("7")
    people.links.uses.chose.emit("5")
    people.links.note.setText("  the altos ")
    click(people.links.make)
    assert people.links.note.text() == ""
    click(named(people, "Copy the link"))
    click(named(people, "Let this link open nothing"))
    assert QApplication.clipboard().text() == "https://choir.example/join#abcdefghijklmnop"
    assert wished.said == [("invite", NewInvite(Role.REVIEWER, 7, 5, "the altos")), ("revoke_invite", "i1")]
    assert "It is shown once" in texts(people)


def test_another_device_is_logged_out_after_asking(people: PeoplePage, wished: Wished) -> None:
    out = named(people, "Log Old phone out")
    click(out)
    click(out)
    assert wished.said == [("revoke_device", "d2")]
    assert not any("Lea’s laptop out" in one.accessibleName() for one in people.findChildren(QPushButton))


def test_this_computer_gets_a_new_key_and_a_recorder_one_of_its_own(
    people: PeoplePage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    click(named(people, "Give this computer a new key"))
    click(people.recorder)
    assert wished.said == [("rotate_key",), ("make_recorder_key",)]
    told = "roomtone join https://choir.example --token K --project p1 --title 'Kitchen Table Choir'"
    publish(stage, qtbot, people=msgspec.structs.replace(full().people, recorder=told))
    qtbot.waitUntil(people.told.isVisible)
    click(named(people, "Copy the command"))
    assert QApplication.clipboard().text() == told
    # On this computer alone there is nothing that a recorder could reach.
    publish(stage, qtbot, people=msgspec.structs.replace(full().people, embedded=True))
    qtbot.waitUntil(lambda: not people.recorder.isVisible())
    assert not people.told.isVisible()


def test_a_link_to_a_place_is_followed(people: PeoplePage, wished: Wished) -> None:
    place = f"roomtone:{'a' * 32}/{'b' * 32}?t=7"
    write(people.join.link, f" {place} ")
    press(people.join.link, Qt.Key.Key_Return)
    assert wished.said == [("follow_link", place)]
    assert wished.led[-1] == ("review", "")
    assert people.join.link.text() == ""


def test_a_link_is_looked_at_before_it_is_joined(
    people: PeoplePage, stage: Stage, wished: Wished, qtbot: QtBot
) -> None:
    join = people.join
    click(join.look)
    assert "Paste the link" in texts(join)
    write(join.link, LINK)
    press(join.link, Qt.Key.Key_Return)
    assert wished.said == [("look_at_link", LINK)]
    found = InvitationView(LINK, "Wall of faces", Role.GUEST, "Anybody may use it", "One face each", "12 December")
    publish(stage, qtbot, people=msgspec.structs.replace(full().people, invitation=found))
    qtbot.waitUntil(join.join.isVisible)
    assert "“Wall of faces”, as a guest. The link works until 12 December.\nOne face each" in texts(join)
    assert "Anybody may use it" in texts(join)
    click(join.join)
    assert "Write the name" in texts(join)
    write(join.name, "Sora")
    write(join.passphrase, "short")
    click(join.join)
    assert "guests need none" in texts(join)
    join.passphrase.clear()
    click(join.join)
    assert wished.said[1:] == [("join_project", LINK, "Sora", "")]


def test_whoever_comes_back_logs_in(people: PeoplePage, wished: Wished) -> None:
    join = people.join
    click(join.known)
    for line, text in ((join.link, "https://choir.example"), (join.name, "Lea"), (join.passphrase, "four old words")):
        click(join.enter)
        assert QApplication.focusWidget() is line
        write(line, text)
    click(join.enter)
    assert wished.said == [("log_in", "https://choir.example", "Lea", "four old words")]
    assert join.passphrase.text() == ""


def test_a_passphrase_is_set_and_a_project_moved(people: PeoplePage, wished: Wished) -> None:
    account = people.account
    write(account.new, "short")
    click(account.keep)
    assert "at least" in texts(account)
    write(account.new, " but longer")
    write(account.old, "until now")
    click(account.keep)
    click(account.move_)
    assert wished.said == [("set_passphrase", "short but longer", "until now"), ("move_project",)]


def test_alone_one_reads_what_to_do(people: PeoplePage, stage: Stage, qtbot: QtBot) -> None:
    publish(stage, qtbot, people=msgspec.structs.replace(full().people, people=(LEA,)))
    qtbot.waitUntil(lambda: "Make a link below" in texts(people))
    stage.publish(together=TogetherView())
    qtbot.waitUntil(lambda: "Paste a link" in texts(people))
    assert not people.profile.isVisible()


def test_the_title_of_the_project_leads_to_the_others(desk: Desk, panel: ProjectsPanel, wished: Wished) -> None:
    title = desk.window.header.projects
    assert title.text() == "Kitchen Table Choir"
    assert title.accessibleName().startswith("Project: Kitchen Table Choir.")
    assert not desk.window.together.answering.isVisible()
    click(named(panel, "First project"))
    assert wished.said == [("choose_project", "p2")]
    assert not panel.isVisible()
    assert not title.isChecked()


def test_a_project_is_begun_without_a_box(desk: Desk, panel: ProjectsPanel, wished: Wished, qtbot: QtBot) -> None:
    click(panel.start)
    qtbot.waitUntil(panel.form.isVisible)
    assert "Anybody may use and change it" in texts(panel)
    click(panel.form.done)
    assert "It needs a title" in texts(panel)
    assert wished.said == []
    panel.template.chose.emit("choir")
    panel.form.licence.chose.emit(Licence.ZERO.value)
    write(panel.form.title, "Wall of voices")
    click(panel.form.done)
    fields = ProjectFields("Wall of voices", "", Licence.ZERO, "")
    assert wished.said == [("start_project", "Wall of voices", Template.CHOIR, fields)]
    assert desk.window.tab == "project"
    assert not panel.isVisible()


def test_joining_is_on_the_page_people(desk: Desk, panel: ProjectsPanel) -> None:
    click(panel.join)
    assert desk.window.tab == "people"


def test_escape_closes_the_choice_of_projects(desk: Desk, panel: ProjectsPanel) -> None:
    press(desk.window, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    press(desk.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert panel.isVisible()


def test_what_a_call_set_stands_above_the_studio(desk: Desk, stage: Stage, wished: Wished, qtbot: QtBot) -> None:
    desk.window.show_tab("studio")
    bar = desk.window.together.answering
    assert bar.isVisible()
    for text in ("Answering “Low harmony, verse 2”", "92 bpm · D minor · 48 kHz · Guide: Guide v7", "CC BY 4.0"):
        assert text in texts(bar)
    click(bar.free)
    assert wished.said == [("answer_call", "")]
    publish(stage, qtbot, answering=None)
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_what_was_refused_stays_with_its_reason(desk: Desk, wished: Wished) -> None:
    desk.window.show_tab("today")
    bar = desk.window.together.queued
    assert "Offline: 2 changes wait" in texts(bar)
    assert "You are no member any more – Ask a leader" in texts(bar)
    click(named(bar, "Let go of: Comment"))
    assert wished.said == [("dismiss_queued", "q2")]
    desk.window.show_tab("studio")
    assert not bar.isVisible()
