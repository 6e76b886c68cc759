"""All projects of a home: each with the server that it lives on, remembered on disk before anybody is told."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import SystemRandom

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.takes.model import Take as LocalTake
from roomtone.upload.arrivals import Arrivals
from roomtone.upload.place import Place
from roomtone.upload.records import HERE
from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.mine import OwnTakes, purpose
from roomtone.upload.replica.project import ProjectReplica
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.store import Store
from roomtone.upload.replica.stored import Entry, Head, Stored
from roomtone.upload.together_messages import NewEdit, ProjectChanged
from roomtone.wire.api import Project
from roomtone.wire.project import merging
from roomtone.wire.project.items import ProjectFields, StepFields
from roomtone.wire.project.merging import write_stamp
from roomtone.wire.project.people import Role

log = logging.getLogger(__name__)


class Keeper:
    """Holds the replicas. Safe to use from many threads; nothing in here asks a server."""

    def __init__(
        self,
        store: Store,
        place: Place,
        takes: OwnTakes,
        arrivals: Arrivals,
        clock: Clock,
        publish: Callable[[ProjectChanged], None],
    ) -> None:
        self._store = store
        self._place = place
        self._takes = takes
        self._arrivals = arrivals
        self._clock = clock
        self._publish = publish
        self._lock = threading.RLock()
        self._ids = EditIds(SystemRandom())
        self._heads = store.heads()
        self._with_edits = store.with_edits()
        self._accounts = store.accounts()
        self._open: dict[tuple[str, str], ProjectReplica] = {}

    # Which server

    def server(self) -> str:
        """Return the server that is used now."""
        joined = self._place.joined
        return HERE if joined is None else joined.url

    def know_me(self, server: str, account: str) -> None:
        """This home is that account at a server."""
        with self._lock:
            if self._accounts.get(server) != account:
                self._store.keep_account(server, account)
                self._accounts[server] = account
            for (there, _), replica in self._open.items():
                if there == server:
                    replica.know_me(account)

    def me(self, server: str) -> str:
        """Return who this home is at a server, "" where that is not known yet."""
        with self._lock:
            return self._accounts.get(server, "")

    def home_of(self, project: str) -> str:
        """Return the server that a project lives on: the one that is used now, where nothing else is known."""
        with self._lock:
            now = self.server()
            homes = [server for (server, known), head in self._heads.items() if known == project and not head.moved]
            return now if now in homes or not homes else homes[0]

    def home_of_take(self, project: str, title: str) -> str:
        """Return the server that a take's project lives on; one that nobody knows of lives where we are now."""
        try:
            with self._lock:
                if not any(known == project for _, known in self._heads):
                    self.come_in(project, title)
                return self.home_of(project)
        except RoomtoneError as error:
            log.info("where the project of a take lives was not kept: %s", error)
            return self.server()

    # Projects

    @contextmanager
    def changing(self, server: str, project: str) -> Iterator[ProjectReplica]:
        """Hold a project still while it is changed. What changed is durable, and told, when this ends.

        All of it or, where something is raised, nothing: what could not be kept is not shown either.
        """
        with self._lock:
            replica = self._replica(server, project)
            before = replica.visible.run, replica.visible.version
            try:
                yield replica
                changes = replica.take_changes()
                self._store.write(server, project, changes)
            except BaseException:
                self._open.pop((server, project), None)
                raise
            if changes.head is not None:
                self._heads[server, project] = changes.head
            if replica.holds_edits:
                self._with_edits.add((server, project))
            else:
                self._with_edits.discard((server, project))
            if (replica.visible.run, replica.visible.version) != before:
                self._publish(ProjectChanged(project, replica.visible.version))

    def start(self, project: str, fields: ProjectFields, steps: list[str]) -> Project:
        """Begin a project with its steps, unless it is here; return it as its server is going to tell it."""
        server = self.server()
        now = self._clock.now()
        with self._lock:
            head = self._heads.get((server, project))
            if head is not None:
                return Project(project, head.title, head.created or write_stamp(now), head.takes, head.cursor)
            title = fields.title or "Project"
            with self.changing(server, project) as replica:
                replica.keep_head(Head(title=title, created=write_stamp(now), founded=False))
                replica.make(project, fields, now, self._ids)
                for place, step in enumerate(steps, 1):
                    replica.make(secrets.token_hex(16), StepFields(title=step, place=float(place)), now, self._ids)
            return Project(project, title, write_stamp(now), 0, 0)

    def come_in(self, project: str, title: str, role: Role | None = None, created: str = "") -> None:
        """Know of a project on the server that is used now; what is in it is asked for later."""
        with self._lock:
            if (self.server(), project) in self._heads:
                return
            with self.changing(self.server(), project) as replica:
                replica.keep_head(Head(title=title, created=created, role=role))

    def make(self, project: str, edits: list[NewEdit]) -> list[str]:
        """Make edits; they are durable when this returns. Raises ``UsageError``."""
        server = self.home_of(project)
        with self.changing(server, project) as replica:
            self.look_at_takes(server, replica)
            try:
                return [replica.make(one.item, one.fields, self._clock.now(), self._ids).id for one in edits]
            except merging.KindError as error:
                raise UsageError(
                    "other-kind", "The change was not made", f"The item is of another kind: {error}", "Choose another"
                ) from error

    def touch(self, project: str) -> None:
        """Tell that something about a project changed that is not in it."""
        with self._lock:
            replica = self._replica(self.home_of(project), project)
            replica.visible.touch()
            self._publish(ProjectChanged(project, replica.visible.version))

    def dismiss(self, edit: str) -> None:
        """Let go of an edit that was refused, wherever it is."""
        with self._lock:
            holders = list(self._with_edits)
        for server, project in holders:
            with self.changing(server, project) as replica:
                if replica.dismiss(edit):
                    return

    def known(self) -> list[tuple[str, str]]:
        """Return server and id of every project."""
        with self._lock:
            return list(self._heads)

    def waiting(self) -> list[str]:
        """Return the projects of the server that is used now in which something waits to be sent."""
        now = self.server()
        with self._lock:
            return [project for server, project in self._heads if server == now and self.waits(server, project)]

    def waits(self, server: str, project: str) -> bool:
        """Return whether something of a project can be sent."""
        with self._lock:
            head = self._heads.get((server, project))
            founding = head is not None and not head.founded and not head.moved
            return (founding and not self._is_refused(server, project)) or any(
                entry.state in (EditState.WAITING, EditState.SENT) and entry.problem is None
                for entry in self._pending(server, project)
            )

    def title_of(self, project: str) -> str:
        """Return what takes on this computer call their project."""
        return next((take.began.project_title for take in self.own_takes(project)), "")

    def warm(self) -> None:
        """Do what takes long the first time, while nothing is held."""
        self._takes.warm()

    def own_takes(self, project: str) -> list[LocalTake]:
        """Return the takes of a project that lie on this computer."""
        return [take for take in self._takes.look() if take.began.project == project]

    def all_heads(self) -> list[tuple[str, str, Head, list[Entry]]]:
        """Return every project that was not moved away: its server, id, what is known of it, and what is pending."""
        with self._lock:
            return [
                (server, project, head, self._pending(server, project))
                for (server, project), head in self._heads.items()
                if not head.moved
            ]

    # Takes

    def look_at_takes(self, server: str, replica: ProjectReplica) -> None:
        """Take the takes that lie on this computer into a project, and what their journals say they are for."""
        mine = self.own_takes(replica.id)
        told = {take.id: self._takes.told(take, replica.me) for take in mine}
        replica.know_local(told, (take for take in told if not self._arrivals.has(server, take)))
        for take in mine:
            fields = purpose(take)
            if fields is not None and not replica.says_of(take.id):
                replica.make(take.id, fields, self._clock.now(), self._ids)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _is_refused(self, server: str, project: str) -> bool:
        """Return whether the server would not have a project that was begun here: a person has to ask again."""
        pending = self._pending(server, project)
        return bool(pending) and all(entry.state is EditState.REFUSED for entry in pending)

    def _pending(self, server: str, project: str) -> list[Entry]:
        """Projects in which nothing waits are not read for this."""
        return self._replica(server, project).pending if (server, project) in self._with_edits else []

    def _replica(self, server: str, project: str) -> ProjectReplica:
        found = self._open.get((server, project))
        if found is None:
            known = (server, project) in self._heads
            stored = self._store.load(server, project) if known else Stored()
            # Each reading is a run of its own: its versions say nothing about those of another.
            found = ProjectReplica(project, stored, self._accounts.get(server, ""), secrets.token_hex(8))
            self._open[server, project] = found
        return found
