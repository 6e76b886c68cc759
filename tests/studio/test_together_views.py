"""From a project to its pages."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from roomtone.foundation.errors import Problem
from roomtone.studio.lines import Tone
from roomtone.studio.together_facts import merge_written, said_of, submission
from roomtone.studio.together_people import device_view, invitation_view, invite_view
from roomtone.studio.together_snapshot import BriefView, PartKind
from roomtone.studio.together_view import together_view
from roomtone.studio.together_words import ago, anchor_words, colour_of, due_line, initials, recipe_lines
from roomtone.upload.replica.states import EditState
from roomtone.upload.together_messages import LocalCopy, LocalProject, LocalTrack
from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    Consent,
    Lines,
    MediaKind,
    Moment,
    ProfileFields,
    ProjectFields,
    Region,
    StepFields,
    TakeFields,
    Tempo,
    Use,
    Verdict,
)
from roomtone.wire.project.people import Device, Invitation, Invite, Role, Scope
from roomtone.wire.project.state import Stage
from tests.studio.choir import GUEST, LEADER, MEMBER, NOW, PROJECT, Choir


@pytest.fixture
def choir() -> Choir:
    return Choir()


def test_an_empty_project_is_whole_pages(choir: Choir) -> None:
    view = together_view(choir.facts())
    assert view.project.title == "Evening choir"
    assert view.project.may_lead
    assert view.project.terms.startswith("Anybody may use")
    assert view.today.prompt
    assert view.today.then
    assert view.review.takes == ()
    assert [person.name for person in view.people.people] == ["Ana Ruiz", "Ben", "Cy"]
    assert view.offline_line == ""
    assert together_view(choir.facts()) == view


def test_a_call_is_told_with_its_recipe_and_how_far_it_is(choir: Choir) -> None:
    guide = choir.take(LEADER, "Piano guide")
    call = choir.edit(
        LEADER,
        "",
        CallFields(
            title="Low harmony",
            kinds=[MediaKind.SOUND],
            guide=[guide],
            tempo=[Tempo(0, 92)],
            key="D minor",
            count_in=2,
            sample_rate=48_000,
            wanted=3,
            deadline="2026-11-20",
            beginner="Hum one note",
            minutes=5,
        ),
    )
    answer = choir.take(MEMBER, "Ben low", call=call, lineage=[guide])
    choir.edit(MEMBER, answer, TakeFields(submitted=True, call=call, against=[guide]), 30)
    view = together_view(choir.facts(MEMBER))
    shown = view.project.calls[0]
    assert shown.recipe == (
        "Sound",
        "Against “Piano guide”",
        "92 beats a minute, 4 to the bar",
        "In D minor",
        "2 bars of count-in",
        "48 kHz",
        "About 5 minutes",
    )
    assert shown.progress == "0 of 3 accepted"
    assert (shown.due.text, shown.due.tone) == ("2 days left", Tone.LOOK)
    assert shown.answered
    assert shown.missing == 3
    # Whoever answered is offered the next thing, and it is never nothing.
    assert view.today.next == ()
    assert view.today.then
    offered = together_view(choir.facts(LEADER)).today.next
    assert [one.call for one in offered] == [call]
    assert offered[0].beginner == "Hum one note"


def test_a_call_is_told_in_a_take_that_is_heard_or_opened(choir: Choir) -> None:
    spoken, film = choir.take(LEADER, "In my words"), choir.take(LEADER, "How I do it", "camera-1.mp4")
    call = choir.edit(LEADER, "", CallFields(title="Low", filmed_brief=spoken))
    told = together_view(choir.facts(MEMBER), call).project.calls[0].told
    assert told == BriefView(spoken, "In my words", PartKind.SOUND)
    choir.edit(LEADER, call, CallFields(filmed_brief=film))
    copy = LocalCopy(film, [LocalTrack("camera-1.mp4", "video/mp4", "/there/camera-1.mp4", 9)], fetching=True)
    view = together_view(choir.facts(MEMBER, copies={film: copy}), call)
    assert view.project.calls[0].told == BriefView(
        film, "How I do it", PartKind.VIDEO, "/there/camera-1.mp4", fetching=True
    )
    assert view.answering is not None
    assert view.answering.told == view.project.calls[0].told
    # What nobody has told of here yet cannot be shown.
    choir.edit(LEADER, call, CallFields(filmed_brief="f" * 32))
    assert together_view(choir.facts(MEMBER), call).project.calls[0].told is None


def test_calls_and_steps_are_spoken_of_by_those_who_may(choir: Choir) -> None:
    call = choir.edit(LEADER, "", CallFields(title="Low"))
    step = choir.edit(LEADER, "", StepFields(title="Mix", place=1.0))
    asked = choir.edit(MEMBER, "", CommentFields(about=call, text="How low?"))
    choir.edit(LEADER, "", CommentFields(about=call, text="To the floor", reply_to=asked))
    choir.edit(MEMBER, "", CommentFields(about=step, text="I can"))
    view = together_view(choir.facts(MEMBER)).project
    assert view.may_comment
    assert [(one.text, [reply.text for reply in one.replies]) for one in view.calls[0].comments] == [
        ("How low?", ["To the floor"])
    ]
    assert [(one.text, one.mine) for one in view.steps[0].comments] == [("I can", True)]
    assert not together_view(choir.facts(GUEST)).project.may_comment


def test_replies_keep_their_place_where_what_they_answer_was_taken_away(choir: Choir) -> None:
    call = choir.edit(LEADER, "", CallFields(title="Low"))

    def said() -> list[tuple[str, bool, bool, list[str]]]:
        found = together_view(choir.facts(LEADER)).project.calls[0].comments
        return [(one.text, one.removed, one.may_remove, [reply.text for reply in one.replies]) for one in found]

    asked = choir.edit(MEMBER, "", CommentFields(about=call, text="How low?"))
    answer = choir.edit(LEADER, "", CommentFields(about=call, text="To the floor", reply_to=asked))
    choir.edit(MEMBER, "", CommentFields(about=call, text="Below it?", reply_to=answer))
    choir.edit(MEMBER, asked, CommentFields(removed=True))
    choir.edit(LEADER, answer, CommentFields(removed=True))
    assert said() == [("This comment was taken away", True, False, ["Below it?"])]
    choir.edit(MEMBER, asked, CommentFields(removed=False))
    assert said() == [("How low?", False, True, ["Below it?"])]
    alone = choir.edit(MEMBER, "", CommentFields(about=call, text="Never mind"))
    choir.edit(MEMBER, alone, CommentFields(removed=True))
    assert len(said()) == 1


def test_what_the_app_wrote_into_a_take_counts_before_it_is_submitted(choir: Choir) -> None:
    call = choir.edit(LEADER, "", CallFields(title="Alto", sample_rate=96_000, kinds=[MediaKind.SOUND]))
    guide = choir.take(LEADER, "Guide")
    take = choir.take(MEMBER, "Ben alto", call=call, lineage=[guide], prompt="")
    shown = next(one for one in together_view(choir.facts(MEMBER)).review.takes if one.id == take)
    assert shown.stage is Stage.OWN
    assert shown.mine
    assert shown.call == call
    assert shown.built_on == ("Guide",)
    assert [finding.good for finding in shown.findings] == [True, False, True]
    assert "48 kHz instead of 96 kHz" in shown.findings[1].text
    # Nobody else sees it before it is submitted.
    assert take not in {one.id for one in together_view(choir.facts(LEADER)).review.takes}
    edit = submission(said_of(choir.state, take), Consent(), [])
    assert (edit.call, edit.against, edit.submitted) == (call, [guide], True)


def test_a_reading_is_built_from_its_text_and_a_page_is_the_next_version(choir: Choir) -> None:
    text, before = choir.take(MEMBER, "Poem", "text-1.txt"), choir.take(LEADER, "Page", "text-1.txt")
    reading = choir.take(LEADER, "Reading", lineage=[text])
    edit = submission(said_of(choir.state, reading), Consent(), [text])
    assert edit.built_from == [Use(text)]
    assert edit.against is None
    page = choir.take(LEADER, "Page 2", "text-1.txt", "revisions-1.json", lineage=[before], source="made")
    shown = next(one for one in together_view(choir.facts()).review.takes if one.id == page)
    assert shown.versions == (before,)
    assert shown.kind is PartKind.WRITING
    assert merge_written(TakeFields(call=""), {"call": "f" * 32}).call == ""


def test_the_unheard_come_first_and_a_reason_reaches_its_maker(choir: Choir) -> None:
    first, second, third = (choir.take(MEMBER, title) for title in ("one", "two", "three"))
    for take in (first, second, third):
        choir.edit(MEMBER, take, TakeFields(submitted=True), 50)
    choir.edit(LEADER, first, TakeFields(heard=True, verdict=Verdict.ACCEPTED), 40)
    choir.edit(LEADER, second, TakeFields(heard=True, verdict=Verdict.LATER, reason="Lovely; once more, slower"), 30)
    view = together_view(choir.facts())
    assert [one.id for one in view.review.takes] == [third, second, first]
    assert view.review.unheard == 1
    assert view.project.health.text == "1 take waits to be heard"
    maker = together_view(choir.facts(MEMBER, seen=(NOW - timedelta(minutes=35)).isoformat()))
    shown = {one.id: one for one in maker.review.takes}
    assert shown[second].reason == "Lovely; once more, slower"
    assert not shown[second].may_judge
    assert [(one.take, one.fresh) for one in maker.today.news] == [(second, True), (first, False)]
    assert "Lovely" in maker.today.news[0].text
    assert [(credit.person.name, credit.length) for credit in view.project.credits] == [("Ben", "0:10")]
    choir.edit(MEMBER, third, TakeFields(withdrawn=True), 5)
    assert third not in {one.id for one in together_view(choir.facts()).review.takes}
    assert third in {one.id for one in together_view(choir.facts(MEMBER)).review.takes}


def test_comments_stand_at_their_place_with_their_replies(choir: Choir) -> None:
    take = choir.take(MEMBER, "Ben")
    late = choir.edit(LEADER, "", CommentFields(about=take, text="Here", anchor=Moment(7.0)), 40)
    choir.edit(LEADER, "", CommentFields(about=take, text="All in all"), 30)
    reply = choir.edit(MEMBER, "", CommentFields(about=take, text="Thanks", reply_to=late), 20)
    deeper = choir.edit(LEADER, "", CommentFields(about=take, text="Gladly", reply_to=reply), 10)
    gone = choir.edit(LEADER, "", CommentFields(about=take, text="Never mind"), 9)
    choir.edit(LEADER, gone, CommentFields(removed=True), 8)
    choir.wait(deeper)
    choir.wait(reply, EditState.REFUSED, Problem("forbidden", "No"))
    view = together_view(choir.facts(selected=take))
    assert [one.text for one in view.review.comments] == ["All in all", "Here"]
    here = view.review.comments[1]
    assert (here.anchor, here.at) == ("0:07", 7.0)
    assert [(one.text, one.waiting, one.problem is not None) for one in here.replies] == [
        ("Thanks", False, True),
        ("Gladly", True, False),
    ]
    mine = together_view(choir.facts(MEMBER)).review.takes
    assert next(one for one in mine if one.id == take).comment_count == 4
    news = together_view(choir.facts(MEMBER)).today.news
    assert any(one.at == 7.0 and one.take == take for one in news)


def test_lineage_is_lines_with_depths(choir: Choir) -> None:
    guide = choir.take(LEADER, "Guide")
    answer = choir.take(MEMBER, "Answer")
    choir.edit(LEADER, guide, TakeFields(submitted=True))
    choir.edit(MEMBER, answer, TakeFields(submitted=True, against=[guide]))
    lines = together_view(choir.facts()).project.lineage
    assert [(one.title, one.depth, one.tie) for one in lines] == [("Guide", 0, ""), ("Answer", 1, "recorded against")]


def test_offline_says_how_much_waits_and_what(choir: Choir) -> None:
    step = choir.edit(LEADER, "", StepFields(title="Mix", place=1.0, person=MEMBER))
    choir.wait(step)
    facts = msgspec.structs.replace(choir.document(online=False))
    view = together_view(choir.facts().__class__(facts, NOW))
    assert view.offline_line == "Offline: 1 change waits"
    assert view.queued[0].text == "Step “Mix”"
    assert "Kept on this computer" in view.queued[0].state
    assert view.project.steps[0].person is not None
    assert not view.people.online


def test_people_links_and_keys_in_words(choir: Choir) -> None:
    choir.edit(MEMBER, MEMBER, ProfileFields(skills=["cello"], about="Evenings", minutes=10))
    facts = choir.facts(links={"1": "https://choir.example/join#code"})
    view = together_view(facts)
    ben = next(person for person in view.people.people if person.name == "Ben")
    assert (ben.skills, ben.manageable, ben.me) == (("cello",), True, False)
    assert not next(
        person for person in together_view(choir.facts(GUEST)).people.people if person.name == "Ben"
    ).manageable
    soon = (NOW + timedelta(days=3)).isoformat()
    fresh = invite_view(facts, Invite("1", Role.GUEST, soon, 5, "friends"))
    assert fresh.link
    assert fresh.open
    assert fresh.detail == "guest · friends · until 21 November 2026 · for 5 more"
    assert not invite_view(facts, Invite("2", Role.GUEST, NOW.isoformat(), 5)).open
    assert "revoked" in invite_view(facts, Invite("2", Role.GUEST, soon, 5, revoked=True)).detail
    key = device_view(facts, Device("1", "Recorder", Scope.RECORDER, NOW.isoformat()))
    assert "can only add takes" in key.detail
    found = invitation_view("link", Invitation(PROJECT, "Choir", Role.CONTRIBUTOR, soon, "CC0 1.0"))
    assert found.terms.startswith("Anybody may do anything")


def test_projects_say_where_they_live(choir: Choir) -> None:
    projects = (
        LocalProject(PROJECT, "Evening choir", 2, Role.OWNER, "", 1, here=True),
        LocalProject("f" * 32, "Other", 1, None, "", 0, refused=2, server="choir.example", reachable=False),
    )
    view = together_view(choir.facts(projects=projects))
    assert [(one.chosen, one.detail) for one in view.projects] == [
        (True, "2 takes · on this computer · 1 change waiting"),
        (False, "1 take · choir.example · 2 changes refused · its server is not the one in use"),
    ]


def test_what_is_here_of_somebodys_take_can_be_shown(choir: Choir) -> None:
    take = choir.take(MEMBER, "Film", "camera-1.mp4", "mic-1.flac")
    choir.edit(MEMBER, take, TakeFields(submitted=True))
    copy = LocalCopy(take, [LocalTrack("camera-1.mp4", "video/mp4", "/there/camera-1.mp4", 5)], fetching=True)
    shown = together_view(choir.facts(copies={take: copy})).review.takes[0]
    assert (shown.kind, shown.file, shown.local, shown.fetching) == (PartKind.VIDEO, "/there/camera-1.mp4", False, True)


def test_the_prompt_is_answered_by_a_take_of_today(choir: Choir) -> None:
    choir.edit(LEADER, PROJECT, ProjectFields(prompts=["Sing of rain"]), 10)
    before = together_view(choir.facts(MEMBER)).today
    assert (before.prompt, before.prompt_from, before.answered) == ("Sing of rain", "from this project", False)
    choir.take(MEMBER, "Rain", prompt="Sing of rain")
    assert together_view(choir.facts(MEMBER)).today.answered
    assert not together_view(choir.facts(LEADER)).today.answered


def test_words() -> None:
    assert [initials(name) for name in ("Ana Ruiz", "ben", "", "Jo de la Cruz")] == ["AR", "B", "?", "JC"]
    assert colour_of(LEADER) == colour_of(LEADER)
    assert 0 <= colour_of("x") < 12
    assert anchor_words(Moment(7.0, 9.5)) == ("0:07–0:09", 7.0)
    assert anchor_words(Lines(3, 5)) == ("lines 3–5", None)
    assert anchor_words(Region(0, 0, 0.5, 0.5, page=2)) == ("page 2", None)
    assert anchor_words(Region(0, 0, 0.5, 0.5)) == ("part of the picture", None)
    assert anchor_words(Region(0, 0, 0.5, 0.5), paged=True) == ("page 1", None)
    assert ago((NOW - timedelta(minutes=5)).isoformat(), NOW) == "5 min ago"
    assert ago((NOW - timedelta(days=3)).isoformat(), NOW) == "3 days ago"
    assert ago("soon", NOW) == ""
    assert due_line("2026-11-17", NOW).text == "1 day late"
    assert due_line("2026-11-18", NOW).text == "due today"
    assert due_line("", NOW).text == ""
    assert recipe_lines(Choir().state, CallFields()) == ()
