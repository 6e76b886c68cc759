"""What people do together, in the window's studio: asked for, seen, and not published where nothing changed."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

from roomtone.foundation import settings as settings_file
from roomtone.foundation.paths import Home
from roomtone.studio.answering import mode_with
from roomtone.studio.company import TERMS_CODE
from roomtone.studio.contributing import SUBMITTED_CODE
from roomtone.studio.snapshot import DraftKind, StudioState
from roomtone.studio.together_snapshot import CallView, ReviewTake
from roomtone.wire.project.items import (
    CallFields,
    Consent,
    InShot,
    Licence,
    MediaKind,
    Moment,
    ProjectFields,
    StepFields,
    Template,
)
from roomtone.wire.project.links import Place, write_link
from roomtone.wire.project.people import NewInvite, Role
from roomtone.wire.project.state import Stage
from tests.rigs.workers import end_workers
from tests.studio.ears import Ears


def _red_png(width: int, height: int) -> bytes:
    """Return a red picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\xc0\x30\x20" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _begin(ears: Ears) -> None:
    ears.studio.start_project("Evening choir", Template.CHOIR, ProjectFields(licence=Licence.BY_SA))
    ears.wait("the project", lambda s: s.together.project.title == "Evening choir" and s.project == "Evening choir")


def _call(ears: Ears, title: str, fields: CallFields) -> CallView:
    ears.studio.edit_call("", fields)
    state = ears.wait(title, lambda s: any(call.title == title for call in s.together.project.calls))
    return next(call for call in state.together.project.calls if call.title == title)


def _take(state: StudioState, take: str) -> ReviewTake | None:
    return next((one for one in state.together.review.takes if one.id == take), None)


def test_a_call_is_answered_checked_given_and_judged(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        _begin(ears)
        assert len(ears.now.together.project.steps) == 10
        assert ears.now.together.project.may_lead
        recipe = CallFields(title="Low", part="low", kinds=[MediaKind.SOUND], sample_rate=44_100, script="la\nla")
        call = _call(ears, "Low", recipe)
        assert "44.1 kHz" in call.recipe
        other = _call(ears, "High", CallFields(title="High"))
        ears.studio.answer_call(call.id)
        state = ears.wait("the recorder", lambda s: s.input is not None and s.input.rate == 44_100)
        state = ears.wait("the call", lambda s: s.together.answering is not None and s.prompter.shown)
        assert state.together.answering is not None
        assert state.together.answering.terms.startswith("Anybody may use and change it and has to name you")
        assert state.prompter.text == "la\nla"
        rolling = ears.roll(0.5)
        assert rolling.title.startswith("Evening choir – low – ")
        ears.studio.stop()
        state = ears.wait("its check", lambda s: (t := _take(s, rolling.id)) and t.findings)
        taken = _take(state, rolling.id)
        assert taken is not None
        assert (taken.stage, taken.call, taken.mine) == (Stage.OWN, call.id, True)
        # It is looked at by itself, because it is going to be given.
        assert state.together.review.selected == rolling.id
        ears.studio.submit(rolling.id, Consent(in_shot=InShot.ME))
        notice = ears.wait_notice(SUBMITTED_CODE)
        assert "“High”" in notice.problem.detail
        ears.wait("the stage", lambda s: (t := _take(s, rolling.id)) and t.stage is Stage.SUBMITTED)
        state = ears.wait("free takes", lambda s: s.together.answering is None and not s.prompter.shown)
        ears.studio.act(notice.id)
        ears.wait("the next need", lambda s: s.together.answering and s.together.answering.call == other.id)
        ears.studio.answer_call("")
        ears.wait("free takes again", lambda s: s.together.answering is None)
        ears.studio.keep_for_later(rolling.id, " ")
        ears.wait_notice("no-reason")
        ears.studio.keep_for_later(rolling.id, "Slower")
        ears.wait("the reason", lambda s: (t := _take(s, rolling.id)) and t.reason == "Slower")
        ears.studio.accept(rolling.id)
        state = ears.wait("the credits", lambda s: s.together.project.credits)
        assert state.together.project.credits[0].role == "low"
        ears.studio.withdraw(rolling.id)
        ears.wait("the withdrawal", lambda s: (t := _take(s, rolling.id)) and t.stage is Stage.WITHDRAWN)


def test_words_come_and_go_and_links_lead_to_the_second(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        _begin(ears)
        rolling = ears.roll(0.5)
        ears.studio.stop()
        state = ears.wait("the take", lambda s: _take(s, rolling.id))
        ears.studio.comment(rolling.id, "Here", Moment(0.2))
        ears.studio.review(rolling.id)
        state = ears.wait("the words", lambda s: s.together.review.comments)
        comment = state.together.review.comments[0]
        assert (comment.at, comment.text) == (0.2, "Here")
        ears.studio.comment(rolling.id, "Yes", reply_to=comment.id)
        ears.studio.resolve(comment.id, True)
        ears.wait(
            "the thread", lambda s: s.together.review.comments[0].resolved and s.together.review.comments[0].replies
        )
        ears.studio.remove_comment(comment.id)
        ears.wait("the loss", lambda s: s.together.review.comments[0].removed and s.undo)
        ears.studio.undo()
        ears.wait("it back", lambda s: s.together.review.comments[0].text == "Here")
        ears.studio.review("")
        ears.wait("nothing selected", lambda s: s.together.review.selected == "")
        ears.studio.follow_link(write_link(Place(state.together.project.id, rolling.id)))
        ears.wait("the place", lambda s: s.together.review.selected == rolling.id)
        ears.studio.follow_link("nowhere")
        ears.wait_notice("bad-link")


def test_the_same_view_is_shown_while_nothing_changed(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        _begin(ears)
        ears.roll(0.5)
        told = len(ears.states)
        ears.wait("many states", lambda _: len(ears.states) > told + 20)
        seen = [state.together for state in ears.states[told:]]
        pairs = list(pairwise(seen))
        assert all(one is other or one != other for one, other in pairs)
        assert sum(one is not other for one, other in pairs) < 5
        ears.studio.answer_prompt()
        ears.wait_notice("still-recording")
        ears.studio.stop()


def test_projects_steps_and_the_day(place: Home) -> None:
    with Ears(place) as ears:
        ears.wait("the first project", lambda s: s.together.project.id)
        first = ears.now.together.project.id
        _begin(ears)
        ears.studio.edit_step("", StepFields(title="Party", place=99.0))
        state = ears.wait("a step", lambda s: any(step.title == "Party" for step in s.together.project.steps))
        step = state.together.project.steps[-1]
        ears.studio.edit_step(step.id, StepFields(done=True))
        ears.wait("it done", lambda s: s.together.project.steps[-1].done)
        ears.studio.edit_project(ProjectFields(title="Late choir", prompts=["Sing of rain"]))
        state = ears.wait(
            "the title", lambda s: s.project == "Late choir" and s.together.today.prompt == "Sing of rain"
        )
        assert state.together.today.prompt_from
        ears.studio.seen_news()
        assert {choice.id for choice in state.together.projects} >= {first, state.together.project.id}
        ears.studio.choose_project(first)
        ears.wait("the other project", lambda s: s.together.project.id == first)
        assert settings_file.load(place.settings).project == first
        ears.studio.choose_project("f" * 32)
        ears.wait_notice("no-such-project")


def test_a_project_is_seen_by_its_cover(place: Home, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    picture.write_bytes(_red_png(32, 18))
    with Ears(place) as ears:
        _begin(ears)
        ears.studio.bring_in([str(picture)])
        state = ears.wait("the picture", lambda s: s.together.review.takes)
        take = state.together.review.takes[0].id
        assert state.together.project.picture == ""
        ears.studio.edit_project(ProjectFields(cover=take))
        state = ears.wait("the cover", lambda s: s.together.project.picture)
        assert Path(state.together.project.picture).exists()
        ears.wait("the list", lambda s: any(c.chosen and c.picture for c in s.together.projects))
        ears.studio.edit_project(ProjectFields(cover=""))
        ears.wait("no cover", lambda s: not s.together.project.picture and s.together.project.cover == "")


def test_what_somebody_became_is_taken_back(place: Home, tmp_path: Path) -> None:
    elsewhere = Home(tmp_path / "elsewhere").prepare()

    def role(state: StudioState) -> Role | None:
        return next((one.role for one in state.together.people.people if one.name == "Ben"), None)

    try:
        with Ears(place) as ears, Ears(elsewhere) as other:
            _begin(ears)
            ears.studio.invite(NewInvite(Role.CONTRIBUTOR, 7))
            state = ears.wait("the link", lambda s: s.together.people.invites and s.together.people.invites[0].link)
            other.studio.join_project(state.together.people.invites[0].link, "Ben", "correct horse")
            state = ears.wait("Ben", lambda s: role(s) is Role.CONTRIBUTOR)
            account = next(one.account for one in state.together.people.people if one.name == "Ben")
            ears.studio.set_role(account, Role.REVIEWER)
            ears.wait("the role", lambda s: role(s) is Role.REVIEWER and s.undo == "Ben is a reviewer now")
            ears.studio.undo()
            ears.wait("the role before", lambda s: role(s) is Role.CONTRIBUTOR and not s.undo)
            # What somebody is already is nothing to take back.
            ears.studio.set_role(account, Role.CONTRIBUTOR)
            ears.studio.set_role(account, Role.LEADER)
            ears.wait("the next role", lambda s: role(s) is Role.LEADER and s.undo == "Ben is a leader now")
    finally:
        end_workers(elsewhere)


@pytest.mark.parametrize(
    ("modes", "now", "rate", "wanted"),
    [
        (["720p30", "720p25", "1080p25"], (1920, 1080), 25.0, "1080p25"),
        (["720p30", "1080p25"], (1280, 720), 25.0, "1080p25"),
        (["720p30"], (1280, 720), 25.0, ""),
        ([], (1280, 720), 25.0, "720p25"),
        ([], (0, 0), 25.0, ""),
    ],
)
def test_a_camera_is_set_to_the_rate_of_a_call_where_it_can(
    modes: list[str], now: tuple[int, int], rate: float, wanted: str
) -> None:
    assert mode_with(modes, now, rate) == wanted


def test_what_a_call_asks_for_is_no_preference(place: Home) -> None:
    with Ears(place) as ears:
        ears.practise()
        _begin(ears)
        call = _call(ears, "Low", CallFields(title="Low", script="la\nla", aspect="1:1"))
        ears.studio.answer_call(call.id)
        ears.wait("the script", lambda s: s.prompter.shown and s.framing.aspect == "1:1")
    kept = settings_file.load(place.settings)
    assert (kept.prompter.text, kept.prompter.shown, kept.framing.aspect) == ("", False, "")


def test_a_page_that_answers_a_call_is_looked_at_when_it_is_kept(place: Home) -> None:
    with Ears(place) as ears:
        _begin(ears)
        call = _call(ears, "Verse", CallFields(title="Verse", kinds=[MediaKind.WRITING]))
        ears.studio.answer_call(call.id)
        ears.wait("the call", lambda s: s.together.answering is not None)
        ears.studio.begin_draft(DraftKind.WRITING)
        state = ears.wait("a page", lambda s: s.drafts)
        ears.studio.write(state.drafts[0].id, "The room hums")
        ears.wait("the words", lambda s: s.drafts and s.drafts[0].words == 3)
        ears.studio.keep_draft(state.drafts[0].id, "Hum")
        state = ears.wait("the take", lambda s: s.together.review.selected)
        taken = next(t for t in state.together.review.takes if t.id == state.together.review.selected)
        assert (taken.title, taken.text, taken.call, taken.stage) == ("Hum", "The room hums", call.id, Stage.OWN)


def test_the_terms_are_told_once_and_again_where_they_change(place: Home) -> None:
    def told(state: StudioState) -> list[str]:
        return [n.problem.title for n in state.notices if n.problem.code == TERMS_CODE]

    with Ears(place) as ears:
        _begin(ears)
        title = "Takes are given to “Evening choir” under CC BY-SA 4.0"
        state = ears.wait("the terms", lambda s: title in told(s))
        notice = next(n for n in state.notices if n.problem.title == title)
        assert notice.problem.detail.startswith("Anybody may use and change it and has to name you")
        ears.studio.dismiss(notice.id)
        ears.wait("them to go", lambda s: title not in told(s))
        ears.studio.edit_project(ProjectFields(licence=Licence.ZERO))
        ears.wait("the others", lambda s: "Takes are given to “Evening choir” under CC0 1.0" in told(s))
        assert title not in told(ears.now)
    with Ears(place) as ears:
        ears.wait("the project", lambda s: s.together.project.title == "Evening choir")
        assert told(ears.now) == []
