"""Three computers that are offline most of the time, over a network that loses, repeats and reorders everything."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomtone.foundation.clock import ManualClock
from roomtone.upload.replica.states import WORDS, EditState
from roomtone.upload.replica.waits import OTHER_ACCOUNT
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Item
from roomtone.wire.project.items import CommentFields, Fields, ProfileFields, ProjectFields, StepFields, TakeFields
from roomtone.wire.project.people import Role
from tests.upload.replica.model_client import Message, ModelClient
from tests.upload.replica.model_server import ModelServer

PROJECT = "f" * 32
ACCOUNTS = ("a" * 32, "b" * 32, "c" * 32)
ROLES = dict(zip(ACCOUNTS, (Role.OWNER, Role.CONTRIBUTOR, Role.REVIEWER), strict=True))
STEPS = ("1" * 32, "2" * 32)
COMMENTS = ("3" * 32, "4" * 32)
TAKES = ("5" * 32, "6" * 32, "7" * 32)

_TEXT = st.sampled_from(["", "low", "high", "again"])
_PERSON = st.integers(0, 2)
_EDIT = st.one_of(
    st.tuples(st.just(PROJECT), st.builds(ProjectFields, title=st.sampled_from(["Song", "Choir"]), brief=_TEXT)),
    st.tuples(
        st.sampled_from(STEPS),
        st.builds(StepFields, title=st.sampled_from(["Mix", "Bass"]), done=st.none() | st.booleans()),
    ),
    st.tuples(
        st.sampled_from(COMMENTS),
        st.builds(CommentFields, about=st.just(TAKES[0]), text=st.none() | _TEXT, resolved=st.none() | st.booleans()),
    ),
    st.tuples(
        st.sampled_from(TAKES),
        st.builds(TakeFields, submitted=st.none() | st.booleans(), heard=st.none() | st.booleans()),
    ),
    st.tuples(st.sampled_from(ACCOUNTS), st.builds(ProfileFields, about=_TEXT)),
    # Two who offline begin something different under one id: no program of ours does, and nothing is lost either.
    st.tuples(st.sampled_from(STEPS), st.builds(CommentFields, about=st.just(PROJECT), text=_TEXT)),
)
_STEP = st.one_of(
    st.tuples(st.just("make"), _PERSON, _EDIT),
    st.tuples(st.just("make"), _PERSON, _EDIT),
    st.tuples(st.sampled_from(["send", "ask", "record", "crash", "keep disk", "restore", "retry", "dismiss"]), _PERSON),
    st.tuples(st.sampled_from(["deliver", "repeat", "lose"]), st.integers(0, 1000)),
    st.tuples(st.just("deliver"), st.integers(0, 1000)),
    st.tuples(st.just("time"), st.floats(0, 100)),
    st.tuples(st.just("renumber")),
)


class World:
    """The server, three members, and what is on its way between them."""

    def __init__(self, skews: list[float], seed: int) -> None:
        self.server = ModelServer(PROJECT, ROLES)
        random = Random(seed)
        self.clients = [
            ModelClient(who, self.server, not number, skews[number], random, self.server.clock)
            for number, who in enumerate(ACCOUNTS)
        ]
        self.network: list[Message] = []

    def do(self, step: tuple[Any, ...]) -> None:
        """Let one thing happen."""
        match step:
            case ("make", who, (item, fields)):
                self.clients[who].make(item, fields)
            case ("send", who):
                self._post(self.clients[who].send())
            case ("ask", who):
                self._post(self.clients[who].ask())
            case ("record", who):
                self.clients[who].record(Take(TAKES[who], PROJECT, "take", "", "", "", 0, False, []))
            case ("deliver" | "repeat" | "lose" as what, which) if self.network:
                message = self.network[which % len(self.network)]
                if what != "repeat":
                    self.network.remove(message)
                if what == "lose":
                    message.lost()
                else:
                    self._post(message.arrive())
            case ("time", seconds):
                self.server.clock.advance(seconds)
            case ("renumber",):
                self.server.forget_cursors()
            case (("crash" | "restore" | "retry" | "dismiss" | "keep disk") as what, who):
                getattr(self.clients[who], what.replace(" ", "_"))()

    def _post(self, message: Message | None) -> None:
        if message is not None:
            self.network.append(message)

    def settle(self) -> None:
        """Let the network work from now on."""
        self.server.found()
        for client in self.clients:
            client.settle()
        for client in self.clients:
            client.pull()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    steps=st.lists(_STEP, max_size=60),
    skews=st.lists(st.floats(-100, 100), min_size=3, max_size=3),
    seed=st.integers(0, 2**32),
)
def test_all_see_the_same_in_the_end_and_nothing_vanishes(
    steps: list[tuple[Any, ...]], skews: list[float], seed: int
) -> None:
    world = World(skews, seed)
    for step in steps:
        world.do(step)
    world.settle()
    for client in world.clients:
        seen = client.replica.visible
        assert seen.items == world.server.items
        assert seen.takes == world.server.takes
        assert {who: member.role for who, member in seen.members.items()} == ROLES
        refused = {entry.edit.id: entry for entry in client.replica.pending}
        for edit in client.made:
            if edit in refused:
                assert refused[edit].state is EditState.REFUSED
                assert refused[edit].problem is not None
                assert edit in client.disk.entries
            else:
                assert edit in world.server.past or edit in client.gone
        assert {e for e, entry in client.disk.entries.items() if entry.state is not EditState.REFUSED} == set()
        assert all(WORDS[entry.state] for entry in client.replica.pending)
        reopened = ModelClient(client.account, world.server, False, 0, Random(0), ManualClock(), client.disk)
        reopened.disk = client.disk
        reopened.crash()
        assert reopened.replica.visible.items == seen.items
    for item in world.server.items.values():
        # What is seen is what the edits of everybody lead to, in any order.
        edits = [past.edit for past in world.server.past.values() if past.edit.item == item.id]
        Random(seed).shuffle(edits)
        folded = merging.begin(edits[0], item.author)
        for one in edits:
            folded = merging.apply(folded, one)
        assert (folded.fields, folded.stamps) == (item.fields, item.stamps)


def test_a_maker_sees_an_edit_at_once_and_others_after_it_arrived() -> None:
    world = World([0, 0, 0], 1)
    one, other, _ = world.clients
    one.make(PROJECT, ProjectFields(title="Song"))
    assert _fields(one.replica.visible.items, PROJECT) == ProjectFields(title="Song")
    world.settle()
    assert _fields(other.replica.visible.items, PROJECT) == ProjectFields(title="Song")


def test_what_is_refused_stays_with_its_reason_until_it_is_dismissed() -> None:
    world = World([0, 0, 0], 1)
    one, _, reviewer = world.clients
    one.make(STEPS[0], StepFields(title="Bass"))
    world.settle()
    reviewer.make(STEPS[0], StepFields(title="No bass"))
    assert _fields(reviewer.replica.visible.items, STEPS[0]) == StepFields(title="No bass")
    world.settle()
    (entry,) = reviewer.replica.pending
    assert _fields(reviewer.replica.visible.items, STEPS[0]) == StepFields(title="Bass")
    assert entry.edit.fields == StepFields(title="No bass")
    reviewer.crash()
    assert [kept.problem for kept in reviewer.replica.pending] == [entry.problem]
    reviewer.dismiss()
    assert reviewer.replica.pending == []


def test_what_another_account_made_waits_for_it_and_says_so() -> None:
    world = World([0, 0, 0], 1)
    one = world.clients[0]
    one.make(PROJECT, ProjectFields(title="Song"))
    one.replica.know_me(ACCOUNTS[1])
    (entry,) = one.replica.pending
    assert (entry.state, entry.problem) == (EditState.WAITING, OTHER_ACCOUNT)
    assert one.replica.next_batch() == []
    one.replica.all_refused(OTHER_ACCOUNT)
    assert [waiting.state for waiting in one.replica.pending] == [EditState.WAITING], "it was not asked about"
    one.replica.know_me(ACCOUNTS[0])
    assert [edit.id for edit in one.replica.next_batch()] == [entry.edit.id]


def _fields(items: dict[str, Item], item: str) -> Fields:
    return items[item].fields
