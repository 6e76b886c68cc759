"""Lineage, credits, health, what to do next and what to hear of: all of it derived, none of it typed in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from roomtone.wire.project.credits import credits_of, used_seconds
from roomtone.wire.project.cuts import Cut, cuts_of
from roomtone.wire.project.edits import Item
from roomtone.wire.project.health import health_of
from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    ProfileFields,
    ProjectFields,
    StepFields,
    TakeFields,
    Use,
    Verdict,
)
from roomtone.wire.project.lineage import Branch, LineageLines, Tie, ancestors, lineage_of, lines_of
from roomtone.wire.project.notices import Reason, notices_for
from roomtone.wire.project.overview import page_of, queue_of
from roomtone.wire.project.state import MOVES, ProjectState, Stage, stage_of
from roomtone.wire.project.suggestions import next_for
from tests.wire.project.making import ANA, BEN, LEADER, PROJECT, Making, ident

_NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def _shape(branch: Branch) -> object:
    return (branch.title, str(branch.tie or ""), [_shape(one) for one in branch.branches])


def test_the_tree_shows_what_was_heard_and_what_was_used() -> None:
    making = Making()
    guide, lead, mix = making.take(1, LEADER), making.take(2), making.take(3, BEN)
    making.submit(guide, LEADER)
    making.submit(lead, against=[guide])
    making.submit(mix, BEN, built_from=[Use(guide), Use(lead, 4.0, "lead vocal")])
    assert [_shape(tree) for tree in lineage_of(making.state).trees] == [
        ("Take 1", "", [("Take 2", "recorded against", [("Take 3", "built from", [])]), ("Take 3", "built from", [])])
    ]
    assert ancestors(making.state, mix) == [guide, lead]


def test_takes_that_nobody_submitted_are_in_no_tree() -> None:
    making = Making()
    making.take(1)
    assert lineage_of(making.state).trees == []


def test_circles_end_and_everything_in_them_is_shown() -> None:
    making = Making()
    one, two = making.take(1), making.take(2)
    making.submit(one, against=[two])
    making.submit(two, against=[one])
    (tree,) = lineage_of(making.state).trees
    assert (tree.take, tree.branches[0].take, tree.branches[0].branches[0].again) == (one, two, True)
    assert ancestors(making.state, one) == [two]


def test_five_thousand_versions_deep() -> None:
    making = Making()
    for number in range(5000):
        take = making.take(number)
        making.submit(take, replaces=ident(number - 1) if number else "")
    (branch,) = lineage_of(making.state).trees
    depth = 1
    while branch.branches:
        branch, depth = branch.branches[0], depth + 1
    assert depth == 5000
    assert branch.tie is Tie.REPLACES
    lines = msgspec.json.decode(msgspec.json.encode(lines_of(lineage_of(making.state))), type=LineageLines).lines
    assert [line.depth for line in lines] == list(range(5000))
    assert [line.take for line in lines] == [ident(number) for number in range(5000)]


def test_credits_count_what_is_in_the_piece() -> None:
    making = Making()
    call = ident(100)
    making.say(call, CallFields(title="Bass", part="bass"), LEADER)
    lead, bass, mix, never = (making.take(n, who) for n, who in ((1, ANA), (2, BEN), (3, LEADER), (4, ANA)))
    making.submit(lead)
    making.submit(bass, BEN, call=call)
    making.submit(never)
    making.submit(mix, LEADER, built_from=[Use(lead, 4.0, "lead vocal"), Use(bass)])
    assert credits_of(making.state).credits == []
    making.accept(mix)
    lines = [(one.name, one.role, one.seconds, one.takes) for one in credits_of(making.state).credits]
    assert lines == [
        ("Ana", "lead vocal", 4.0, [lead]),
        ("Ben", "bass", 10.0, [bass]),
        ("Lea", "sound", 10.0, [mix]),
    ]
    making.say(bass, TakeFields(withdrawn=True), BEN)
    assert set(used_seconds(making.state)) == {lead, mix}


def test_health_names_what_is_missing_and_what_has_stalled() -> None:
    making = Making()
    assert health_of(making.state, _NOW).line == "No call is open"
    call = ident(100)
    making.say(PROJECT, ProjectFields(deadline="2026-11-04"), LEADER)
    making.say(call, CallFields(title="Bass", wanted=2, deadline="2026-11-01"), LEADER)
    making.say(ident(101), StepFields(title="Mix", done=True), LEADER)
    assert health_of(making.state, _NOW).line == "“Bass” is past its deadline and still misses 2"
    take = making.take(1)
    making.submit(take, call=call)
    assert health_of(making.state, _NOW).line == "1 take waits to be heard"
    making.accept(take)
    health = health_of(making.state, _NOW)
    assert (health.steps, health.steps_done, health.days_left, health.unheard) == (1, 1, 2, 0)
    (found,) = health.calls
    assert (found.missing, found.accepted, found.submitted, found.days_left, found.stalled) == (1, 1, 1, -1, False)
    late = health_of(making.state, datetime(2026, 12, 1, tzinfo=UTC))
    assert late.stalled
    assert late.calls[0].stalled
    making.say(call, CallFields(closed=True), LEADER)
    assert health_of(making.state, _NOW).calls == []


def test_next_is_what_suits_somebody_and_there_is_always_something() -> None:
    making = Making()
    for number, fields in enumerate((
        CallFields(title="Mix", minutes=120, wanted=1),
        CallFields(title="Bass", skills=["Bass"], minutes=20, wanted=1),
        CallFields(title="Hum", minutes=5, wanted=3, beginner="Hum one note"),
        CallFields(title="Over", deadline="2026-10-01"),
    ), 100):  # fmt: skip
        making.say(ident(number), fields, LEADER)
    making.say(ANA, ProfileFields(skills=["bass"], minutes=30))
    titles = [one.title for one in next_for(making.state, ANA, _NOW).calls]
    assert titles == ["Bass", "Hum", "Mix"]
    assert [one.title for one in next_for(making.state, BEN, _NOW).calls] == ["Hum", "Mix", "Bass"]
    take = making.take(1)
    making.submit(take, call=ident(101))
    assert [one.title for one in next_for(making.state, ANA, _NOW).calls] == ["Hum", "Mix"]
    making.say(take, TakeFields(verdict=Verdict.LATER, reason="Try it slower"), LEADER)
    assert next_for(making.state, ANA, _NOW).calls[0].title == "Bass"
    assert "prompt" in next_for(ProjectState(PROJECT), ANA, _NOW).then


def test_people_hear_when_their_work_is_used_judged_or_spoken_of() -> None:
    making = Making()
    lead, mix, own = making.take(1), making.take(2, BEN), making.take(3)
    making.submit(lead)
    making.submit(mix, BEN, built_from=[Use(lead)])
    making.submit(own, built_from=[Use(lead)])
    making.say(lead, TakeFields(verdict=Verdict.LATER, reason="Once more, softer"), LEADER)
    making.say(ident(200), CommentFields(about=lead, text="Love it"), BEN)
    making.say(ident(201), CommentFields(about=mix, text="Mine?"), ANA)
    making.say(ident(202), CommentFields(about=mix, text="Yours", reply_to=ident(201)), BEN)
    since = making.say(ident(203), CommentFields(about=PROJECT, text="Friday?", to=ANA), LEADER)
    found = notices_for(making.state, ANA).notices
    assert [notice.reason for notice in found] == [
        Reason.NUDGE, Reason.REPLY, Reason.COMMENT, Reason.LATER, Reason.USED,
    ]  # fmt: skip
    assert found[3].text == "“Take 1” is kept for later: Once more, softer"
    assert found[4].subject == mix
    assert notices_for(making.state, ANA, since).notices == []


def test_whoever_opened_a_call_or_wrote_a_step_hears_what_is_said_of_it() -> None:
    making = Making()
    call, step = ident(100), ident(101)
    making.say(call, CallFields(title="Bass"), LEADER)
    making.say(step, StepFields(title="Mix"), LEADER)
    making.say(ident(200), CommentFields(about=call, text="Upright?"), BEN)
    making.say(ident(201), CommentFields(about=step, text="Mine?"), ANA)
    found = notices_for(making.state, LEADER).notices
    assert {(notice.reason, notice.subject) for notice in found} == {(Reason.COMMENT, call), (Reason.COMMENT, step)}
    assert notices_for(making.state, BEN).notices == []


def test_the_queue_begins_with_what_nobody_has_heard() -> None:
    making = Making()
    accepted, heard, fresh, mine = (making.take(number) for number in range(1, 5))
    for take in (accepted, heard, fresh):
        making.submit(take)
    making.accept(accepted)
    making.say(heard, TakeFields(heard=True), LEADER)
    making.say(ident(200), CommentFields(about=fresh, text="!"), BEN)
    making.say(ident(201), CommentFields(about=fresh, text="gone", removed=True), BEN)
    queue = queue_of(making.state).takes
    assert [one.take.id for one in queue] == [fresh, heard, accepted]
    assert [one.comments for one in queue] == [1, 0, 0]
    page = page_of(making.state, LEADER, _NOW)
    assert (page.takes, page.accepted, page.members) == (3, 1, 3)
    assert mine not in [one.take.id for one in queue]


def test_every_stage_can_be_reached_and_a_withdrawn_take_is_withdrawn() -> None:
    assert {stage for moves in MOVES.values() for stage in moves} == set(Stage)
    assert set(MOVES) == set(Stage)
    said = TakeFields(submitted=True, withdrawn=True, heard=True, verdict=Verdict.ACCEPTED)
    assert stage_of(said) is Stage.WITHDRAWN
    assert stage_of(TakeFields(verdict=Verdict.ACCEPTED)) is Stage.OWN


def test_a_project_that_was_just_begun_is_not_quiet() -> None:
    # The title that a project begins with is older than everything, so that whatever else is said of it wins.
    title = ProjectFields(title="Song")
    begun = Item(PROJECT, LEADER, "2026-11-02T11:00:00.000Z", title, {"title": f"1970-01-01T00:00:00.000Z/{ident(1)}"})
    health = health_of(ProjectState(PROJECT, {PROJECT: begun}), _NOW)
    assert (health.stalled, health.quiet_days) == (False, 0)


def test_cuts_are_accepted_takes_that_leaders_published_the_newest_first() -> None:
    making = Making()
    first, second, third = (making.take(number) for number in (1, 2, 3))
    for take, name in ((first, "First mix"), (second, "Second mix"), (third, "")):
        making.submit(take)
        making.accept(take)
        making.say(take, TakeFields(cut=name), LEADER)
    assert cuts_of(making.state) == [Cut(second, "Second mix"), Cut(first, "First mix")]
    assert page_of(making.state, ANA, _NOW).cuts == cuts_of(making.state)
    making.say(second, TakeFields(withdrawn=True))
    making.say(first, TakeFields(verdict=Verdict.LATER), LEADER)
    assert cuts_of(making.state) == []
