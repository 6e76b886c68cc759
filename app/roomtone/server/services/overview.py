"""What is derived from all that is known of a project: page, queue, credits, lineage, health, what is next, notices.

A project is loaded once and then brought up to date by what is new in it, so that a page costs what has changed and not
what there is; and what was derived is kept until anything changes, or the day does.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import TakeRecord
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.telling import member_document
from roomtone.server.services.visibility import Visibility, visibility
from roomtone.server.threads import Threads
from roomtone.wire import api
from roomtone.wire.project.credits import Credits, credits_of
from roomtone.wire.project.health import Health, health_of
from roomtone.wire.project.lineage import LineageLines, lineage_of, lines_of
from roomtone.wire.project.notices import Notices, notices_for
from roomtone.wire.project.overview import ProjectPage, Queue, page_of, queue_of
from roomtone.wire.project.state import ProjectState, seconds_of
from roomtone.wire.project.suggestions import Suggestions, next_for

T = TypeVar("T")

# So many takes are kept in memory, at some KiB each, and so many projects, of most of which only answers are; and so
# many answers of each.
_MOST_TAKES: Final = 10_000
_MOST_PROJECTS: Final = 2_000
_MOST_ANSWERS: Final = 200
# What stays of a project that is forgotten: answers that hold no takes, right as long as nothing changes.
_SMALL: Final = frozenset({"page", "health", "next", "notices"})
# Of a track that is not sealed nobody asks here how far it is.
_STATES: Final = {True: api.TrackState.SEALED, False: api.TrackState.DECLARED}


class _Loaded:
    """A project in memory. ``lock`` is held while it is brought up to date or looked through."""

    def __init__(self, project: str) -> None:
        self.lock = threading.Lock()
        self.state = ProjectState(project)
        # The newest change of which the state knows, and of which the answers do.
        self.known = 0
        self.head = 0
        # The number of the newest commit of which ``head`` is known to know.
        self.version = -1
        self.answers: dict[tuple[object, ...], Any] = {}

    def answers_alone(self) -> _Loaded:
        """Return the project without its state. Whoever works on this one may go on."""
        found = _Loaded(self.state.id)
        found.head, found.version = self.head, self.version
        found.answers = {key: answer for key, answer in list(self.answers.items()) if key[0] in _SMALL}
        return found


class Overviews:
    """Derives and keeps. Used on the event loop, after the guard let the visitor in."""

    most_takes = _MOST_TAKES

    def __init__(self, repository: Repository, access: Access, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._access = access
        self._threads = threads
        self._clock = clock
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()

    async def page(self, visitor: Visitor, project: str) -> ProjectPage:
        """Return the page of a project."""
        found = await self._derive(visitor, project, ("page",), lambda state, now: page_of(state, "", now))
        return msgspec.structs.replace(found, role=visitor.role(project))

    async def queue(self, visitor: Visitor, project: str) -> Queue:
        """Return the takes that were submitted, the unheard first. Of their manifests only the lengths are told."""
        return await self._derive(visitor, project, ("queue",), lambda state, _: queue_of(state))

    async def credits(self, visitor: Visitor, project: str) -> Credits:
        """Return who is credited with what."""
        return await self._derive(visitor, project, ("credits",), lambda state, _: credits_of(state))

    async def lineage(self, visitor: Visitor, project: str) -> LineageLines:
        """Return where takes come from."""
        return await self._derive(visitor, project, ("lineage",), lambda state, _: lines_of(lineage_of(state)))

    async def health(self, visitor: Visitor, project: str) -> Health:
        """Return how a project stands."""
        return await self._derive(visitor, project, ("health",), health_of)

    async def next(self, visitor: Visitor, project: str, minutes: int) -> Suggestions:
        """Return what somebody may do next."""
        key = ("next", visitor.id, minutes)
        return await self._derive(visitor, project, key, lambda state, now: next_for(state, visitor.id, now, minutes))

    async def notices(self, visitor: Visitor, project: str, since: str) -> Notices:
        """Return what somebody should hear of."""
        key = ("notices", visitor.id, since)
        return await self._derive(visitor, project, key, lambda state, _: notices_for(state, visitor.id, since))

    async def _derive(
        self, visitor: Visitor, project: str, key: tuple[object, ...], make: Callable[[ProjectState, datetime], T]
    ) -> T:
        seen = await visibility(self._access, visitor, project)
        now = self._clock.now()
        if not seen.everything:
            # What a few may see differs from one to the other.
            key = (*key, visitor.id, seen.named, seen.own)
        key = (*key, now.date())
        loaded = self._find(project)
        if loaded.version == self._repository.version() and key in loaded.answers:
            found: T = loaded.answers[key]
            return found
        answer = await self._threads.run(self._answer, loaded, seen, key, lambda state: make(state, now))
        self._forget()
        return answer

    def _find(self, project: str) -> _Loaded:
        """Return a project's place in memory."""
        if project not in self._loaded:
            self._loaded[project] = _Loaded(project)
        self._loaded.move_to_end(project)
        return self._loaded[project]

    def _forget(self) -> None:
        """Forget the takes of those projects that were not asked for longest, and at last all of them."""
        takes = sum(len(loaded.state.takes) for loaded in self._loaded.values())
        for project, loaded in list(self._loaded.items())[:-1]:
            if takes <= self.most_takes:
                break
            if loaded.known:
                takes -= len(loaded.state.takes)
                self._loaded[project] = loaded.answers_alone()
        while len(self._loaded) > _MOST_PROJECTS:
            self._loaded.popitem(last=False)

    # On threads.

    def _answer(
        self, loaded: _Loaded, seen: Visibility, key: tuple[object, ...], make: Callable[[ProjectState], T]
    ) -> T:
        with loaded.lock:
            version = self._repository.version()
            if version != loaded.version:
                self._answer_as_of(loaded, self._repository.head(seen.project))
                loaded.version = version
            if key not in loaded.answers:
                self._refresh(loaded)
                if len(loaded.answers) >= _MOST_ANSWERS:
                    loaded.answers.clear()
                loaded.answers[key] = make(_seen(loaded.state, seen))
            found: T = loaded.answers[key]
            return found

    def _refresh(self, loaded: _Loaded) -> None:
        """Bring a project up to date, by what is new in it."""
        if loaded.known == loaded.head:
            return
        state = loaded.state
        new = self._repository.state(state.id, loaded.known, None)
        state.items |= {record.item.id: record.item for record in new.items}
        state.takes |= {record.id: _slim(record) for record in new.takes}
        if new.members is not None:
            state.members = {member.account: member_document(member) for member in new.members}
        loaded.known = new.head
        self._answer_as_of(loaded, new.head)

    @staticmethod
    def _answer_as_of(loaded: _Loaded, head: int) -> None:
        """Forget the answers that know of another newest change."""
        if head != loaded.head:
            loaded.answers.clear()
            loaded.head = head


def _seen(state: ProjectState, seen: Visibility) -> ProjectState:
    """Return a project as somebody sees it."""
    if seen.everything:
        return state
    items = {identity: item for identity, item in state.items.items() if seen.item(item)}
    takes = {identity: take for identity, take in state.takes.items() if seen.take(identity, take.account)}
    return ProjectState(state.id, items, takes, state.members)


def _slim(record: TakeRecord) -> api.Take:
    """Return a take without what nothing is derived from: of its manifest only its length stays."""
    tracks = [
        api.Track(track.name, track.media, _STATES[bool(track.digest)], track.size, track.digest)
        for track in record.tracks
    ]
    whole = api.Take(
        id=record.id,
        project=record.project,
        title=record.title,
        part=record.part,
        person=record.person,
        started=record.started,
        seq=record.seq,
        sealed=record.sealed,
        tracks=tracks,
        maker=record.maker_name,
        manifest=record.manifest,
        account=record.maker,
    )
    return msgspec.structs.replace(whole, manifest={"tracks": [{"seconds": seconds_of(whole)}]})
