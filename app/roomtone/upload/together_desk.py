"""Answers what is asked about what people do together: from this computer at once, from the server where it must be."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from roomtone.foundation.errors import Problem, RoomtoneError, UsageError, from_problem
from roomtone.upload import together_messages as t
from roomtone.upload.copies import Copies
from roomtone.upload.core_problems import PROJECT_ELSEWHERE, SIGNED_OUT
from roomtone.upload.moving import Mover
from roomtone.upload.people_desk import PeopleDesk
from roomtone.upload.place import Place
from roomtone.upload.records import HERE
from roomtone.upload.replica.exchange import is_of_the_line
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.replica.listing import local_projects, seen
from roomtone.upload.replica.runner import Runner
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.stored import Entry
from roomtone.upload.replica.stream import Stream
from roomtone.wire.api import NewProject, Project, Projects
from roomtone.wire.project.edits import History
from roomtone.wire.project.items import ProjectFields

log = logging.getLogger(__name__)

_ID: Final = re.compile("[0-9a-f]{32}")
_NAME: Final = re.compile("[0-9A-Za-z_-]{1,64}")
_PART: Final = 500


class TogetherDesk:
    """Each command on the asking client's thread."""

    def __init__(
        self,
        keeper: Keeper,
        runner: Runner,
        stream: Stream,
        copies: Copies,
        people: PeopleDesk,
        mover: Mover,
        place: Place,
    ) -> None:
        self._stream = stream
        self._keeper = keeper
        self._runner = runner
        self._copies = copies
        self._people = people
        self._mover = mover
        self._place = place

    def answer(self, command: t.TogetherCommand) -> Any:
        """Carry out a command. Raises ``RoomtoneError``."""
        self._keeper.warm()
        for name in ("project", "take", "account", "edit", "item", "id"):
            _check(_ID, getattr(command, name, None))
        if isinstance(command, t.RevokeInvite):
            _check(_NAME, command.invite)
        if isinstance(command, t.RevokeDevice):
            _check(_NAME, command.device)
        match command:
            case t.GetProject():
                return self._part(command)
            case t.ListLocalProjects():
                self._discover()
                return t.LocalProjects(local_projects(self._keeper))
            case t.MakeEdits() | t.DismissEdit() | t.RetryEdits() | t.StartProject():
                return self._change(command)
            case t.MoveProject():
                return self._mover.move(command.project)
            case _:
                return self._elsewhere(command)

    def know_me(self, account: str) -> None:
        """This home is that account at the server that is used now."""
        self._keeper.know_me(self._keeper.server(), account)

    def other_key(self) -> None:
        """Another server or another key is used from now on."""
        self._stream.again()
        self._runner.again()

    def projects(self) -> Projects:
        """Return the projects on the server that is used now; where it is not reached, those that were seen there."""
        try:
            found = self._place.call("GET", "/api/projects", Projects)
        except RoomtoneError as error:
            if not is_of_the_line(error):
                raise
            log.info("the projects that were seen are told: %s", error)
            return Projects(seen(self._keeper))
        for project in found.projects:
            self._keeper.come_in(project.id, project.title, created=project.created)
        return found

    def create(self, project: str, title: str) -> Project:
        """Start a project on the server that is used now; where it is not reached, here, to be sent later."""
        try:
            made = self._place.call("PUT", f"/api/projects/{project}", Project, NewProject(title))
            self._keeper.come_in(project, made.title, created=made.created)
        except RoomtoneError as error:
            if not is_of_the_line(error):
                raise
            log.info("a project begins on this computer: %s", error)
            made = self._keeper.start(project, ProjectFields(title=title), [])
        self._runner.poke(project)
        return made

    def _change(self, command: t.MakeEdits | t.DismissEdit | t.RetryEdits | t.StartProject) -> Any:
        """Do what is done on this computer, durably, and have it sent."""
        match command:
            case t.MakeEdits():
                made = self._keeper.make(command.project, command.edits)
                self._runner.poke(command.project)
                return made
            case t.DismissEdit():
                self._keeper.dismiss(command.edit)
            case t.RetryEdits():
                with self._keeper.changing(self._keeper.home_of(command.project), command.project) as replica:
                    replica.retry()
                self._runner.poke(command.project)
            case t.StartProject():
                self._keeper.start(command.id, command.fields, command.steps)
                self._runner.poke(command.id)
                return next(one for one in local_projects(self._keeper) if one.id == command.id)
        return None

    def _elsewhere(self, command: t.TogetherCommand) -> Any:
        project = getattr(command, "project", "")
        if project and not isinstance(command, t.ListCopies) and self._keeper.home_of(project) != self._keeper.server():
            raise from_problem(PROJECT_ELSEWHERE)
        match command:
            case t.GetHistory():
                path = f"/api/projects/{command.project}/items/{command.item}/history?after={command.after}"
                return self._place.call("GET", path, History)
            case t.FetchTake():
                return self._copies.fetch(command.project, command.take, command.preview)
            case t.FreeTake():
                return self._copies.free(command.project, command.take)
            case t.ListCopies():
                return self._copies.of_project(command.project)
            case t.JoinLink():
                joined = self._people.answer(command)
                self.know_me(joined.account.id)
                self._keeper.come_in(joined.project, joined.title, joined.role)
                self._runner.poke(joined.project)
                return joined
            case _:
                if project:
                    # One that was begun a moment ago has to be known there before anybody is let into it.
                    self._runner.freshen(project)
                return self._people.answer(command)

    def _discover(self) -> None:
        """Hear of the projects that the person has on a joined server, from whatever computer they came in."""
        if self._place.joined is not None and self._runner.online is not False:
            try:
                self.projects()
            except RoomtoneError as error:
                log.info("the projects on the server are not known now: %s", error)

    def _part(self, command: t.GetProject) -> t.ProjectPart:
        self._runner.freshen(command.project)
        server = self._keeper.home_of(command.project)
        with self._keeper.changing(server, command.project) as replica:
            self._keeper.look_at_takes(server, replica)
            if server == self._keeper.server():
                self._stream.follow(command.project, replica.said.cursor)
            news = replica.visible.since(command.run, command.version, _PART)
            return t.ProjectPart(
                run=news.run,
                version=news.version,
                more=news.more,
                items=news.items,
                takes=news.takes,
                members=list(news.members.values()) if news.members is not None else None,
                pending=[t.PendingEdit(one.edit, one.state, one.problem or self._why(one)) for one in replica.pending],
                me=replica.me,
                role=replica.role,
                synced=replica.said.synced,
                online=self._runner.online,
                server="" if server == HERE else server,
                here=server == HERE,
            )

    def _why(self, entry: Entry) -> Problem | None:
        """Return why an edit waits that nothing but the server holds up, where that is for a person to end."""
        problem = self._runner.problem
        signed_out = problem is not None and problem.code == SIGNED_OUT.code
        return problem if signed_out and entry.state is EditState.WAITING else None


def _check(pattern: re.Pattern[str], text: str | None) -> None:
    """Ids become parts of paths, so nothing else may be among them."""
    if text is not None and not pattern.fullmatch(text):
        raise UsageError("bad-id", "This is no id", text[:100], "roomtone … list shows the ids")
