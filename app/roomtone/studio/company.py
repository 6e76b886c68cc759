"""The company: what people do together, kept up to date on the board, and what a person asks for about it.

What this computer knows is read on one thread; whatever may wait for a server is asked for on another.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError, UsageError
from roomtone.studio.aiming import Aiming
from roomtone.studio.board import Board
from roomtone.studio.covers import Covers
from roomtone.studio.leafing import Leafing
from roomtone.studio.lines import Tone
from roomtone.studio.looking import Looking
from roomtone.studio.queueing import QueueThread
from roomtone.studio.take_list import TakeList
from roomtone.studio.timetable import Timetable
from roomtone.studio.together import Together
from roomtone.studio.together_facts import said_of
from roomtone.studio.together_project import role_of
from roomtone.studio.together_snapshot import InvitationView, TogetherView
from roomtone.studio.together_view import together_view
from roomtone.takes.folder import read_manifest
from roomtone.upload import messages as sync
from roomtone.upload.together_messages import CopyChanged, ProjectChanged
from roomtone.wire.project.items import CommentFields, Consent
from roomtone.wire.project.links import read_link
from roomtone.wire.project.people import Device, Invite
from roomtone.wire.project.rights import Right, allowed

log = logging.getLogger(__name__)

SUBMITTED_CODE: Final = "submitted"
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
        takes: TakeList,
    ) -> None:
        self._board = board
        self.together = together
        self._clock = clock
        self._quick = quick
        self.slow = slow
        self._aiming = aiming
        self._takes = takes
        self._timetable = Timetable("studio-company", clock)
        self._lock = threading.Lock()
        self._asked = False
        self._open = False
        self._online: bool | None = None
        self._project = ""
        self.selected = ""
        self._looking = Looking(together)
        self._covers = Covers(together)
        self._leafing = Leafing(together)
        self.invitation: InvitationView | None = None
        self.invites: tuple[Invite, ...] = ()
        self.devices: tuple[Device, ...] = ()
        self.links: dict[str, str] = {}

    # Keeping up to date.

    def start(self) -> None:
        """Show what is known, and go on doing so."""
        self._open = True
        self._timetable.start()
        self.ask()
        self.slow.put(self.load_people)
        self._rearm()

    def close(self) -> None:
        """Read nothing more."""
        self._open = False
        self._timetable.end()

    def ask(self) -> None:
        """Have everything read anew soon; many who ask at once are answered once. Returns at once."""
        with self._lock:
            if self._asked or not self._open:
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

    def _view(self) -> TogetherView:
        facts = self.together.facts(self.selected)
        if facts.state.id != self._project:
            self._project = facts.state.id
            self.slow.put(self.load_people)
        with self._board.looking() as model:
            link = model.link
        joined = link is not None and not link.embedded
        facts = replace(
            facts,
            invites=self.invites,
            devices=self.devices,
            links=dict(self.links),
            joined=joined,
            drawn=dict(self._looking.drawn),
            covers={project.id: self._covers.file(project.id) for project in facts.projects},
            pages=self._leafing.pages(),
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
                if self.selected and self.selected not in self._looking.drawn:
                    # Its preview may have come meanwhile.
                    self._look(self.selected)
            case CopyChanged():
                self.ask()
                if (event.copy.whole or event.copy.preview) and event.copy.take == self.selected:
                    self._look(event.copy.take)
            case sync.Link():
                if event.online != self._online:
                    self._online = event.online
                    self.ask()
                    if event.online and self._open:
                        self.slow.put(self.load_people)
            case _:
                pass

    def came(self, take: str) -> None:
        """A take that is for something is looked at next: with its check, and the questions before it is given."""
        item = self.together.local(take)
        manifest = read_manifest(Path(item.folder)) if item is not None else None
        if manifest is not None and (manifest.call or manifest.prompt or manifest.lineage):
            self.selected = take
            self._look(take)
        self.ask()

    # What a person asks for.

    def choose_project(self, project: str) -> None:
        """Look at another project."""
        found = next((one for one in self.together.projects() if one.id == project), None)
        if found is None:
            raise UsageError("no-such-project", "The project was not opened", "It is not known here", "Join it first")
        self._aiming.release()
        self.together.choose(found.id, found.title)
        self.selected = ""
        self.ask()

    def look_at(self, take: str) -> None:
        """Look at a take on the review page. What is small comes here at once."""
        self.selected = take
        self._leafing.retry(take)
        self.ask()
        self._look(take)

    def _look(self, take: str) -> None:
        def look() -> None:
            self._looking.look(take)
            self._leafing.draw(take)
            self.ask()

        if self._open:
            self.slow.put(look)

    def turn_page(self, take: str, number: int) -> None:
        """Look at another page of a PDF."""
        self._leafing.turn(take, number)
        self.ask()
        self.slow.put(lambda: self._leafing.draw(take))
        self.slow.put(self.ask)

    def listen(self, take: str, at: float) -> None:
        """Play a take, fetched first where it is not here."""
        self.together.listen(take, at, seen=True)
        self.ask()

    def submit(self, take: str, consent: Consent) -> None:
        """Give a take to the project, and offer what comes next: never a dead end."""
        state = self.together.document().state
        said = said_of(state, take)
        following = self.together.submit(take, consent)
        aim = self._aiming.aim
        if (aim.call and said.call == aim.call) or (aim.prompt and said.prompt == aim.prompt):
            self._aiming.release()
        title = f"“{state.takes[take].title}” is in the project now"
        if following.calls:
            call = following.calls[0]
            problem = Problem(SUBMITTED_CODE, title, f"Next for you: “{call.title}”. {call.why}")
            self._board.notice(problem, "Answer it", lambda: self._go_on(call.call), Tone.QUIET)
        else:
            self._board.notice(Problem(SUBMITTED_CODE, title, following.then), tone=Tone.QUIET)
        self.ask()

    def _go_on(self, call: str) -> None:
        self.slow.put(lambda: self.answer_call(call))

    def answer_call(self, call: str) -> None:
        """Set the recorder for a call."""
        self._aiming.answer_call(call)
        self.ask()
        told = self.together.call(call).filmed_brief if call else ""
        if told:
            # What explains the call is at hand when somebody wants to see it.
            self._look(told)

    def answer_prompt(self) -> None:
        """Let the next take be the answer to the day's prompt."""
        self._aiming.answer_prompt()
        self.ask()

    def read_aloud(self, take: str) -> None:
        """Let the next take be the reading of somebody's text."""
        self._aiming.read_aloud(take)
        self.ask()

    def remove_comment(self, comment: str) -> None:
        """Take a comment away; this can be taken back."""
        self.together.edit(comment, CommentFields(removed=True))
        self._takes.undoable("A comment was taken away", lambda: self._quick.put(lambda: self._bring_back(comment)))
        self.ask()

    def _bring_back(self, comment: str) -> None:
        self.together.edit(comment, CommentFields(removed=False))
        self.ask()

    def follow_link(self, link: str) -> None:
        """Go to the place that a link names; at a second, it is played from there."""
        try:
            place = read_link(link)
        except ValueError as error:
            raise UsageError("bad-link", "Nothing was opened", str(error), "Copy the whole link") from error
        if place.project != self.together.project():
            self.choose_project(place.project)
        if place.item not in self.together.document().state.takes:
            self.ask()
            return
        self.look_at(place.item)
        if place.at is not None:
            at = place.at
            self.slow.put(lambda: self.listen(place.item, at))
