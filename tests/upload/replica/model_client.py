"""A computer with a replica of one project: its disk, its crashes, and the messages it sends."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from roomtone.foundation.clock import ManualClock
from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.project import ProjectReplica
from roomtone.upload.replica.said import Turn
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.stored import Head, Stored, written
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Answer, StatePage
from roomtone.wire.project.items import Fields
from tests.upload.replica.model_server import ModelServer


@dataclass
class Message:
    """Something on its way. ``arrive`` is what happens when it gets there; it may do so more than once, or never."""

    arrive: Callable[[], Message | None]
    lost: Callable[[], None] = lambda: None


@dataclass
class ModelClient:
    """One member; ``skew`` is how many seconds its clock is wrong."""

    account: str
    server: ModelServer
    starts: bool
    skew: float
    random: Random
    clock: ManualClock
    disk: Stored = field(default_factory=Stored)
    older: list[tuple[Stored, set[str]]] = field(default_factory=list)
    made: dict[str, Fields] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    own: dict[str, Take] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = EditIds(self.random)
        self.disk = Stored(head=Head(founded=not self.starts))
        self._wake()

    # What the person does

    def make(self, item: str, fields: Fields) -> None:
        """Make an edit; it is on disk before this returns."""
        now = self.clock.now() + timedelta(seconds=self.skew)
        try:
            edit = self.replica.make(item, fields, now, self.ids)
        except merging.KindError:
            return
        self.made[edit.id] = fields
        assert (
            self.replica.visible.items[item].stamps.items()
            >= dict.fromkeys([name for name, value in _touched(fields)], merging.stamp_of(edit)).items()
        ), "whoever changes what they see wins"
        self.write()

    def record(self, take: Take) -> None:
        """Make a take that the server has not heard of."""
        self.own[take.id] = take
        self._tell_local()

    def dismiss(self) -> None:
        """Let go of everything that was refused."""
        for entry in self.replica.pending:
            if entry.state is EditState.REFUSED:
                assert entry.problem is not None
                assert self.replica.dismiss(entry.edit.id)
                self.gone.add(entry.edit.id)
        self.write()

    def retry(self) -> None:
        """Try again what was refused."""
        self.replica.retry()
        self.write()

    # What befalls it

    def write(self) -> None:
        """Make what changed durable."""
        self.disk = written(self.disk, self.replica.take_changes())

    def keep_disk(self) -> None:
        """Make a copy of the disk."""
        self.older.append((copy.deepcopy(self.disk), set(self.made)))

    def crash(self) -> None:
        """Lose everything but the disk."""
        self._wake()

    def restore(self) -> None:
        """Lose the disk, too, and go on with an older copy of it: what was made since may be gone with it."""
        if self.older:
            self.disk, made = self.older.pop()
            self.gone |= self.made.keys() - made
            self._wake()

    # What it says to the server

    def send(self) -> Message | None:
        """Send the next thing that waits."""
        if not self.replica.said.head.founded:
            return Message(self._found)
        for take in self.own.values():
            if take.id not in self.server.takes and self.random.random() < 0.5:
                return self._declaring(take)
        edits = self.replica.next_batch()
        if not edits:
            return None
        names = [edit.id for edit in edits]

        def arrive() -> Message | None:
            answers = self.server.edit(self.account, edits)
            return Message(lambda: self._answered(answers)) if answers is not None else None

        return Message(arrive, lambda: self.replica.unanswered(names))

    def ask(self) -> Message:
        """Ask what is new."""
        since, number = self.replica.next_question()

        def arrive() -> Message | None:
            page = self.server.state(since)
            return Message(lambda: self._page(since, number, page)) if page is not None else None

        return Message(arrive)

    def settle(self) -> None:
        """Talk to the server over a network that works, until nothing is left to say."""
        self.replica.unanswered(list(self.made))
        for take in self.own.values():
            self._declare(take)
        while (message := self.send()) is not None:
            _deliver(message)
        self.pull()

    def pull(self) -> None:
        """Ask until everything is here."""
        turn = Turn.MORE
        while turn in (Turn.MORE, Turn.AGAIN):
            since, number = self.replica.next_question()
            page = self.server.state(since)
            assert page is not None
            turn = self.replica.page(since, number, page, "now")
        self.write()

    def _found(self) -> Message | None:
        self.server.found()

        def answered() -> None:
            self.replica.founded()
            self.write()

        return Message(answered)

    def _declaring(self, take: Take) -> Message:
        return Message(lambda: self._declare(take))

    def _declare(self, take: Take) -> Message | None:
        self.server.declare(self.account, take)
        self._tell_local()
        return None

    def _answered(self, answers: list[Answer]) -> None:
        self.replica.answered(answers)
        self.write()

    def _page(self, since: int, number: int, page: StatePage) -> None:
        self.replica.page(since, number, page, "now")
        self.write()

    def _wake(self) -> None:
        self.replica = ProjectReplica(self.server.project, copy.deepcopy(self.disk), self.account, "boot")
        self._tell_local()

    def _tell_local(self) -> None:
        unknown = [take for take in self.own if take not in self.server.takes]
        self.replica.know_local(self.own, unknown)


def _touched(fields: Fields) -> list[tuple[str, object]]:
    return [(name, value) for name in fields.__struct_fields__ if (value := getattr(fields, name)) is not None]


def _deliver(message: Message) -> None:
    answer = message.arrive()
    while answer is not None:
        answer = answer.arrive()
