"""Three computers change one project offline, with messages that are lost, repeated and late, and with crashes.

In the end all see the same, nothing vanished, and every state of an edit is explained.
"""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.project import ProjectReplica
from roomtone.upload.replica.said import Turn
from roomtone.upload.replica.states import WORDS, EditState
from roomtone.upload.replica.stored import Entry, Head, Stored, written
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Answer, Edit, StatePage
from roomtone.wire.project.items import CommentFields, Fields, StepFields
from roomtone.wire.project.people import Role
from tests.upload.replica.model_server import ModelServer, SlowClock

_PROJECT = "f" * 32
_ITEMS = [f"{number:032x}" for number in range(1, 4)]
_FIELDS: list[Fields] = [
    StepFields(title="Bass"), StepFields(title="Drums", done=True), StepFields(done=False), StepFields(place=2.0),
    CommentFields(text="Yes"), CommentFields(resolved=True),
]  # fmt: skip


class Computer:
    """A replica with its disk, its clock, and the messages that are on their way to it."""

    def __init__(self, name: str, server: ModelServer, random: Random, off: float) -> None:
        self.name = name
        self._server = server
        self._random = random
        self._clock = SlowClock(off)
        self._ids = EditIds(random)
        self._boots = 0
        self.disk = Stored(head=Head(title="Song"))
        self.made: dict[str, Edit] = {}
        self._late_answers: list[list[Answer]] = []
        self._late_pages: list[tuple[int, int, StatePage]] = []
        self.replica = self._boot()

    def make(self, item: str, fields: Fields) -> None:
        """Change something; it is on disk when this returns."""
        try:
            edit = self.replica.make(item, fields, self._clock.tick(self._random.choice([0, 0.0004, 3])), self._ids)
        except merging.KindError:
            return
        self.made[edit.id] = edit
        self._write()

    def send(self, fate: int) -> None:
        """Send a batch: the request is lost, or the answer, or it comes late, or all is well."""
        batch = self.replica.next_batch()
        names = [edit.id for edit in batch]
        if fate == 0:
            self.replica.unanswered(names)
            return
        answers = self._server.edits(self.name, batch)
        if fate == 1:
            self.replica.unanswered(names)
            self._late_answers.append(answers)
            return
        self.replica.answered(answers)
        if fate == 2:
            self.replica.answered(answers)
        self.replica.unanswered(names)
        self._write()

    def fetch(self, fate: int) -> bool:
        """Ask for a page of state; return whether there is no more."""
        since, request = self.replica.next_question()
        page = self._server.state(since)
        if fate == 0:
            return False
        if fate == 1:
            self._late_pages.append((since, request, page))
            return False
        turn = self.replica.page(since, request, page, "2026-11-28T00:00:00.000Z")
        if fate == 2:
            self.replica.page(since, request, page, "2026-11-28T00:00:00.000Z")
        self._write()
        return turn is Turn.DONE

    def late(self) -> None:
        """Let what was held up arrive, the newest first."""
        while self._late_answers:
            self.replica.answered(self._late_answers.pop())
        while self._late_pages:
            since, request, page = self._late_pages.pop()
            self.replica.page(since, request, page, "2026-11-28T00:00:00.000Z")
        self._write()

    def forget(self) -> None:
        """The server does not know the cursor any more."""
        self.replica.begin_again()

    def crash(self) -> None:
        """Lose all that is not on disk."""
        self._late_answers.clear()
        self._late_pages.clear()
        self.replica = self._boot()

    def act(self, what: str, fate: int, which: int) -> None:
        """Do one of many things."""
        match what:
            case "make":
                self.make(_ITEMS[fate % 3], _FIELDS[which])
            case "send":
                self.send(fate)
            case "fetch":
                self.fetch(fate)
            case "late":
                self.late()
            case "crash":
                self.crash()
            case _:
                self.forget()

    def settle(self) -> None:
        """Exchange until nothing is left to say."""
        self.late()
        for _ in range(200):
            self.send(3)
            if self.fetch(3) and not [e for e in self.replica.pending if e.state is not EditState.REFUSED]:
                break
        # One more question after the last answer lets settled edits go.
        while not self.fetch(3):
            pass

    def _boot(self) -> ProjectReplica:
        self._boots += 1
        return ProjectReplica(_PROJECT, self.disk, self.name, f"{self.name}-{self._boots}")

    def _write(self) -> None:
        self.disk = written(self.disk, self.replica.take_changes())


_STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["make", "make", "make", "send", "fetch", "late", "crash", "forget"]),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(_STEPS, st.integers(0, 1 << 30))
def test_all_converge_nothing_vanishes_and_every_state_is_explained(
    steps: list[tuple[int, str, int, int]], seed: int
) -> None:
    random = Random(seed)
    server = ModelServer({"lea": Role.OWNER, "ana": Role.CONTRIBUTOR, "ben": Role.REVIEWER})
    people = [
        Computer("lea", server, random, 0),
        Computer("ana", server, random, -50),
        Computer("ben", server, random, 9),
    ]
    for who, what, fate, which in steps:
        people[who].act(what, fate, which)
    for computer in [*people, *people]:
        computer.settle()
    for computer in people:
        assert computer.replica.visible.items == server.items
        pending: dict[str, Entry] = {entry.edit.id: entry for entry in computer.replica.pending}
        for edit in computer.made:
            assert (edit in server.log) != (edit in pending)
        for entry in pending.values():
            assert entry.state is EditState.REFUSED
            assert entry.problem is not None
            assert WORDS[entry.state]
    for item in server.items.values():
        # What is seen is what the edits of everybody lead to, in any order.
        ours = [edit for edit in server.log.values() if edit.item == item.id]
        random.shuffle(ours)
        folded = merging.begin(ours[0], item.author)
        for one in ours:
            folded = merging.apply(folded, one)
        assert (folded.fields, folded.stamps) == (item.fields, item.stamps)


def test_a_change_is_seen_at_once_and_what_is_refused_stays_with_its_reason() -> None:
    server = ModelServer({"lea": Role.OWNER, "ben": Role.REVIEWER})
    lea = Computer("lea", server, Random(1), 0)
    ben = Computer("ben", server, Random(2), 0)
    lea.make(_ITEMS[0], StepFields(title="Bass"))
    assert lea.replica.state.fields(_ITEMS[0], StepFields).title == "Bass"
    lea.settle()
    ben.settle()
    ben.make(_ITEMS[0], StepFields(title="No bass"))
    assert ben.replica.state.fields(_ITEMS[0], StepFields).title == "No bass"
    ben.settle()
    (entry,) = ben.replica.pending
    assert ben.replica.state.fields(_ITEMS[0], StepFields).title == "Bass"
    assert entry.edit.fields == StepFields(title="No bass")
    ben.crash()
    assert [one.problem for one in ben.replica.pending] == [entry.problem]
    assert ben.replica.dismiss(entry.edit.id)
    assert ben.replica.pending == []
