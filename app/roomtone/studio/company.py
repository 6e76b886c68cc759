"""The company: what people do together, kept up to date on the board.

What this computer knows is read on one thread; whatever may wait for a server is asked for on another.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.studio.aiming import Aiming
from roomtone.studio.board import Board
from roomtone.studio.covers import Covers
from roomtone.studio.lines import Tone
from roomtone.studio.queueing import QueueThread
from roomtone.studio.timetable import Timetable
from roomtone.studio.together import Together
from roomtone.studio.together_facts import role_of
from roomtone.studio.together_project import terms_mark
from roomtone.studio.together_snapshot import InvitationView, ProjectView, TogetherView
from roomtone.studio.together_view import together_view
from roomtone.studio.visiting import Visiting
from roomtone.takes.folder import read_manifest
from roomtone.upload import messages as sync
from roomtone.upload.together_messages import CopyChanged, ProjectChanged
from roomtone.wire.project.people import Device, Invite
from roomtone.wire.project.rights import Right, allowed

log = logging.getLogger(__name__)

TERMS_CODE: Final = "terms"
# "5 min ago" is not true for ever.
_MINUTE: Final = 60.0


class Company:
    """Reads what is known whenever something changed, and publishes it only where it became another.

    ``quick`` is the thread that reads, ``slow`` the one that may wait for the server.
    """

    def __init__(
        self,
        board: Board,
        together: Together,
        clock: Clock,
        quick: QueueThread,
        slow: QueueThread,
        aiming: Aiming,
    ) -> None:
        self._board = board
        self.together = together
        self._clock = clock
        self._quick = quick
        self.slow = slow
        self._aiming = aiming
        self._timetable = Timetable("studio-company", clock)
        self._lock = threading.Lock()
        self._asked = False
        self.visiting = Visiting(board, together, clock, slow, aiming, self.ask)
        self._online: bool | None = None
        self._project = ""
        self._covers = Covers(together)
        self.invitation: InvitationView | None = None
        self.invites: tuple[Invite, ...] = ()
        self.devices: tuple[Device, ...] = ()
        self.links: dict[str, str] = {}
        self.recorder = ""

    def start(self) -> None:
        """Show what is known, and go on doing so."""
        self.visiting.open = True
        self._timetable.start()
        self.ask()
        self.slow.put(self.load_people)
        self._rearm()

    def close(self) -> None:
        """Read nothing more."""
        self.visiting.open = False
        self._timetable.end()

    def ask(self) -> None:
        """Have everything read anew soon; many who ask at once are answered once. Returns at once."""
        with self._lock:
            if self._asked or not self.visiting.open:
                return
            self._asked = True
        self._quick.put(self._refresh)

    def _rearm(self) -> None:
        def due() -> None:
            self.ask()
            self._rearm()

        self._timetable.at("minute", self._clock.monotonic() + _MINUTE, due)

    def _refresh(self) -> None:
        with self._lock:
            self._asked = False
        try:
            view = self._view()
        except RoomtoneError as error:
            # Whatever is wrong is told where something was asked for; the worker's end brings it back here.
            log.info("what people do together cannot be read now: %s", error)
            return
        with self._board.looking() as model:
            same = model.together == view and model.project == view.project.title
        if not same:
            with self._board.changing() as model:
                if model.together != view:
                    model.together = view
                model.project = view.project.title or model.project
        self._tell_terms(view.project)

    def _tell_terms(self, project: ProjectView) -> None:
        """Say once in plain words under which terms takes are given, before the first one; and where they changed."""
        workshop = self.together.workshop
        read = terms_mark(project.id, project.licence)
        if not project.title or read in workshop.settings.terms_read:
            return
        workshop.change(terms_read=[*workshop.settings.terms_read, read])
        title = f"Takes are given to “{project.title}” under {project.licence}"
        self._board.notice(Problem(TERMS_CODE, title, project.terms), tone=Tone.QUIET)

    def _view(self) -> TogetherView:
        facts = self.together.facts(self.visiting.selected)
        if facts.state.id != self._project:
            self._project = facts.state.id
            self.recorder = ""
            self.slow.put(self.load_people)
        with self._board.looking() as model:
            link = model.link
        joined = link is not None and not link.embedded
        facts = replace(
            facts,
            invites=self.invites,
            devices=self.devices,
            links=dict(self.links),
            recorder=self.recorder,
            joined=joined,
            drawn=self.visiting.drawn,
            covers={project.id: self._covers.file(project.id) for project in facts.projects},
            pages=self.visiting.pages(),
        )
        unseen = [one.id for one in facts.projects if one.id not in self._covers.drawn]
        if unseen or not self._covers.is_current(facts.state):
            self.slow.put(lambda: self._look_at_covers({*unseen, facts.state.id}))
        return together_view(facts, self._aiming.aim.call, self.invitation)

    def _look_at_covers(self, projects: set[str]) -> None:
        before = dict(self._covers.drawn)
        self._covers.look(projects)
        if self._covers.drawn != before:
            self.ask()

    def tell_of_new_key(self) -> None:
        """Say that this computer has another key."""
        done = Problem("new-key", "This computer has a new key", "The old one opens nothing any more")
        self._board.notice(done, tone=Tone.QUIET)

    def load_people(self) -> None:
        """Ask the server for links and keys; without it those that were seen stay."""
        try:
            sync_client, facts = self.together.workshop.sync(), self.together.facts()
            if allowed(role_of(facts), Right.INVITE):
                self.invites = tuple(sync_client.list_invites(facts.state.id).invites)
            self.devices = tuple(sync_client.list_devices().devices)
        except RoomtoneError as error:
            log.info("links and keys cannot be read now: %s", error)
        self.ask()

    # What the workers tell, on their threads.

    def take_sync(self, event: sync.Event) -> None:
        """Read anew what changed."""
        match event:
            case ProjectChanged():
                self.ask()
                # Its preview may have come meanwhile.
                self.visiting.fetch_selected()
            case CopyChanged():
                self.ask()
                if (event.copy.whole or event.copy.preview) and event.copy.take == self.visiting.selected:
                    self.visiting.fetch(event.copy.take)
            case sync.Link():
                if event.online != self._online:
                    self._online = event.online
                    self.ask()
                    if event.online and self.visiting.open:
                        self.slow.put(self.load_people)
            case _:
                pass

    def came(self, take: str) -> None:
        """A take that is for something is looked at next: with its check, and the questions before it is given."""
        item = self.together.local(take)
        manifest = read_manifest(Path(item.folder)) if item is not None else None
        if manifest is not None and (manifest.call or manifest.prompt or manifest.lineage):
            self.visiting.selected = take
            self.visiting.fetch(take)
        self.ask()
