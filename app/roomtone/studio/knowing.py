"""What this computer knows of the project that takes go to: read, never waited for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.together_facts import Facts, file_of
from roomtone.studio.together_snapshot import PartKind
from roomtone.studio.together_words import kind_of_take
from roomtone.studio.workshop import Workshop
from roomtone.takes.library import LibraryItem
from roomtone.upload.together_messages import LocalProject, ProjectDocument
from roomtone.wire.api import Take
from roomtone.wire.project.items import CallFields, ProjectFields

_TEXT_BYTES: Final = 400_000


class Knowing:
    """The project as this person may see it. Every method raises ``RoomtoneError``."""

    def __init__(self, workshop: Workshop, clock: Clock) -> None:
        self.workshop = workshop
        self._clock = clock
        self._known: set[str] = set()
        self._texts: dict[str, str] = {}

    def project(self) -> str:
        """Return the id of the project; one that was begun alone is made known, so that it can be worked on."""
        project, title = self.workshop.project()
        if project not in self._known:
            sync = self.workshop.sync()
            if project not in {one.id for one in sync.list_local_projects()} and not self._on_server(project):
                sync.start_project(ProjectFields(title=title), (), project)
            self._known.add(project)
        return project

    def _on_server(self, project: str) -> bool:
        """Return whether a server has a project that was never looked at here: somebody else began it.

        With the key of a recorder it is not known; but whoever has one begins no projects.
        """
        try:
            return project in {one.id for one in self.workshop.sync().list_projects()}
        except RoomtoneError as error:
            return error.code == "key-too-narrow"

    def document(self) -> ProjectDocument:
        """Return the project as this computer knows it. Takes are named by what it is called now."""
        project = self.project()
        document = self.workshop.sync().get_project(project)
        title = document.state.project.title
        settings = self.workshop.settings
        if title and settings.project == project and settings.project_title != title:
            self.workshop.change(project_title=title)
        return document

    def projects(self) -> list[LocalProject]:
        """Return every project that this computer has seen."""
        return self.workshop.sync().list_local_projects()

    def facts(self, selected: str = "") -> Facts:
        """Return all that pages are made of, but for people's links and keys."""
        document = self.document()
        library = {item.id: item for item in self.workshop.takes() if item.problem is None}
        copies = {copy.take: copy for copy in self.workshop.sync().list_copies(document.state.id)}
        facts = Facts(
            document,
            self._clock.now(),
            tuple(self.projects()),
            library,
            copies,
            seen=self.workshop.settings.news_seen,
            selected=selected,
        )
        for take in document.state.takes.values():
            if kind_of_take(take) is PartKind.WRITING:
                facts.texts[take.id] = self._text(facts, take)
        return facts

    def _text(self, facts: Facts, take: Take) -> str:
        """Return what is written in a take, as far as it is here. Takes do not change, so each is read once."""
        if take.id not in self._texts:
            file = file_of(facts, take.id, PartKind.WRITING)
            if not file:
                return ""
            try:
                with Path(file).open("rb") as opened:
                    self._texts[take.id] = opened.read(_TEXT_BYTES).decode("utf-8", "replace")
            except OSError:
                return ""
        return self._texts[take.id]

    def local(self, take: str) -> LibraryItem | None:
        """Return a take that was made here; ``None`` for somebody else's."""
        return next((one for one in self.workshop.takes() if one.id == take and one.problem is None), None)

    def call(self, identity: str) -> CallFields:
        """Return a call that is there. Raises ``UsageError``."""
        call = self.document().state.fields(identity, CallFields)
        if call == CallFields() or call.removed:
            raise UsageError(
                "no-such-call", "There is no such call", identity, "roomtone call list shows the calls with their ids"
            )
        return call
