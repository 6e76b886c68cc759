"""Edits as they come in, and what is remembered of them."""

from __future__ import annotations

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Decided, Known
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.editing import Decision, references
from roomtone.server.services.feed import Feed
from roomtone.server.services.limits import Limits
from roomtone.server.services.telling import moment
from roomtone.server.services.visibility import visibility
from roomtone.server.threads import Threads
from roomtone.wire.project.edits import Answer, Answers, Edit, Edits, History, Past


class Editor:
    """Takes edits in and tells their history. Used on the event loop, after the guard let the visitor in."""

    def __init__(
        self, repository: Repository, access: Access, feed: Feed, limits: Limits, threads: Threads, clock: Clock
    ) -> None:
        self._repository = repository
        self._access = access
        self._feed = feed
        self._limits = limits
        self._threads = threads
        self._clock = clock

    async def edit(self, visitor: Visitor, project: str, wanted: Edits) -> Answers:
        """Apply edits in their order, all that are allowed or none, and answer each."""
        self._limits.edits.take(visitor.id, len(wanted.edits))
        answers = await self._threads.run(self._edit, visitor.id, project, wanted.edits)
        self._feed.wake(project)
        return Answers(answers)

    async def history(self, visitor: Visitor, project: str, item: str, seen: int, limit: int) -> History:
        """Return a page of an item's edits. Raises ``unknown-item``, also where the visitor may not see it."""
        found = await self._threads.run(self._repository.item, project, item)
        if found is None or not (await visibility(self._access, visitor, project)).item(found):
            raise RefusedError("unknown-item")
        past = await self._threads.run(self._repository.history, project, item, seen, limit + 1)
        told = [Past(record.edit, record.account, moment(record.received)) for record in past[:limit]]
        return History(told, more=len(past) > limit)

    def _edit(self, account: str, project: str, edits: list[Edit]) -> list[Answer]:
        """Decide and write in one transaction. Runs on a thread."""
        now = self._clock.now()
        answers: list[Answer] = []

        def decide(known: Known) -> Decided:
            decision = Decision(known, project, account, now)
            for edit in edits:
                decision.take(edit)
            answers.extend(decision.answers)
            return decision.decided()

        referred = {identity for edit in edits for identity, _ in references(edit)}
        self._repository.edit(project, account, edits, referred, now, decide)
        return answers
