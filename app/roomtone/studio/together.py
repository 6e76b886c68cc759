"""What people do together, one use case after the other: what the command line calls, and the window on a thread that
may wait.

Every method may block and raises ``RoomtoneError``. Everything but people, links and keys works offline.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.together_facts import Facts, built_from, said_of, submission
from roomtone.studio.together_project import role_of
from roomtone.studio.together_review import file_of
from roomtone.studio.together_snapshot import PartKind
from roomtone.studio.together_words import kind_of_take
from roomtone.studio.workshop import Workshop
from roomtone.takes.library import LibraryItem
from roomtone.takes.naming import one_line, several_lines
from roomtone.upload.together_messages import LocalCopy, LocalProject, NewEdit, ProjectDocument
from roomtone.wire.api import Take
from roomtone.wire.project.items import (
    Anchor,
    CallFields,
    CommentFields,
    Consent,
    Fields,
    ProfileFields,
    ProjectFields,
    TakeFields,
    Template,
    Verdict,
)
from roomtone.wire.project.licences import DEFAULT
from roomtone.wire.project.merging import write_stamp
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import Stage
from roomtone.wire.project.suggestions import Suggestions, next_for
from roomtone.wire.project.templates import STEPS

MAX_TITLE: Final = 300
# A sync worker that keeps no projects yet begins and lists them on the server.
_NOT_BUILT: Final = "not-built"
_TEXT_BYTES: Final = 400_000


class Together:
    """The project that takes go to, as this person may see and change it."""

    def __init__(self, workshop: Workshop, clock: Clock) -> None:
        self.workshop = workshop
        self._clock = clock
        self._known: set[str] = set()
        self._texts: dict[str, str] = {}

    # What is known.

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
        """Return whether a server has a project that was never looked at here: somebody else began it."""
        try:
            return project in {one.id for one in self.workshop.sync().list_projects()}
        except RoomtoneError:
            return False

    def document(self) -> ProjectDocument:
        """Return the project as this computer knows it."""
        return self.workshop.sync().get_project(self.project())

    def projects(self) -> list[LocalProject]:
        """Return every project that this computer has seen."""
        try:
            return self.workshop.sync().list_local_projects()
        except RoomtoneError as error:
            if error.code != _NOT_BUILT:
                raise
            listed = self.workshop.sync().list_projects()
            return [LocalProject(one.id, one.title, one.takes, None, "", 0) for one in listed]

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

    # Projects, steps and calls.

    def start_project(self, title: str, template: Template, fields: ProjectFields) -> LocalProject:
        """Begin a project with the steps of a template; new takes go to it."""
        text = one_line(title)
        if not text or len(text) > MAX_TITLE:
            raise UsageError(
                "bad-title", "The project was not begun", "A title has 1 to 300 characters", "Choose another"
            )
        whole = ProjectFields(
            title=text,
            brief=fields.brief,
            licence=fields.licence or DEFAULT,
            deadline=fields.deadline,
            template=template,
            prompts=fields.prompts,
        )
        made = self._start(whole, template)
        self.choose(made.id, text)
        return made

    def _start(self, fields: ProjectFields, template: Template) -> LocalProject:
        try:
            return self.workshop.sync().start_project(fields, STEPS[template])
        except RoomtoneError as error:
            if error.code != _NOT_BUILT:
                raise
            begun = self.workshop.sync().create_project(fields.title or "")
            return LocalProject(begun.id, begun.title, 0, None, "", 0)

    def choose(self, project: str, title: str) -> None:
        """Let new takes go to a project."""
        self.workshop.change(project=project, project_title=title)

    def edit(self, item: str, fields: Fields) -> str:
        """Change an item, or begin one where ``item`` is ""; return its id."""
        project = self.project()
        identity = item or uuid.uuid4().hex
        self.workshop.sync().make_edits(project, [NewEdit(identity, fields)])
        return identity

    def edit_project(self, fields: ProjectFields) -> None:
        """Change the project's own fields."""
        project = self.project()
        self.edit(project, fields)
        if fields.title:
            self.choose(project, fields.title)

    def edit_profile(self, skills: Sequence[str], about: str, minutes: int) -> None:
        """Say what one plays or makes, and how many minutes there are."""
        me = self.document().me
        if not me:
            raise _unknown("Your profile was not changed")
        tags = [one_line(skill)[:60] for skill in skills if one_line(skill)]
        self.edit(me, ProfileFields(skills=tags, about=several_lines(about), minutes=max(0, minutes)))

    # Takes.

    def submit(self, take: str, consent: Consent) -> Suggestions:
        """Give a take to the project; return what may be done next."""
        document = self.document()
        state = document.state
        if take not in state.takes:
            raise no_such_take(take)
        said = said_of(state, take)
        self.edit(take, submission(said, consent, built_from(state, take)))
        return next_for(self.document().state, document.me, self._clock.now())

    def withdraw(self, take: str) -> None:
        """Take one's own take back."""
        self.edit(take, TakeFields(withdrawn=True))

    def accept(self, take: str) -> None:
        """Accept a take."""
        self.edit(take, TakeFields(heard=True, verdict=Verdict.ACCEPTED, reason=""))

    def keep_for_later(self, take: str, reason: str) -> None:
        """Keep a take for later, with a reason that its maker sees."""
        text = several_lines(reason).strip()
        if not text:
            raise UsageError(
                "no-reason",
                "The take was not kept for later",
                "Its maker sees why, and nothing was said",
                "Say in a few words what is missing, or what would make it fit",
            )
        self.edit(take, TakeFields(heard=True, verdict=Verdict.LATER, reason=text))

    def heard(self, take: str) -> bool:
        """Say that a take was heard, where the person may; return whether it was said."""
        facts = Facts(self.document(), self._clock.now())
        there = facts.state.takes.get(take)
        waiting = facts.state.stage(take) is Stage.SUBMITTED
        if there is None or not waiting or not allowed(role_of(facts), Right.HEAR):
            return False
        self.edit(take, TakeFields(heard=True))
        return True

    def fetch(self, take: str, *, preview: bool = False, wait: float = 3600.0) -> LocalCopy:
        """Bring somebody's take here and wait for it."""
        return self.workshop.sync().fetch_take_now(self.project(), take, preview=preview, wait=wait)

    def free(self, take: str) -> LocalCopy:
        """Let go of the local copy of somebody's take, once the server has verified that it has it."""
        return self.workshop.sync().free_take(self.project(), take)

    def files(self, take: str, wait: float = 3600.0) -> list[tuple[str, str]]:
        """Return the media type and path of every file of a take, which is fetched first where it is not here."""
        item = self.local(take)
        if item is not None:
            return [(track.media, str(Path(item.folder) / track.name)) for track in item.tracks]
        return [(track.media, track.path) for track in self.fetch(take, wait=wait).tracks]

    def local(self, take: str) -> LibraryItem | None:
        """Return a take that was made here; ``None`` for somebody else's."""
        return next((one for one in self.workshop.takes() if one.id == take and one.problem is None), None)

    def listen(self, take: str, at: float = 0.0) -> bool:
        """Play a take of the project, fetched first where it is not here; for those who may, it is heard then.

        Returns whether something plays: a picture or a page is only looked at.
        """
        item = self.local(take)
        plays = True
        if item is not None:
            try:
                self.workshop.play(item, at)
            except UsageError as error:
                if error.code != "no-sound":
                    raise
                plays = False
        else:
            plays = self._play_copy(take, at)
        self.heard(take)
        return plays

    def _play_copy(self, take: str, at: float) -> bool:
        sounding = [path for media, path in self.files(take) if media.startswith(("audio/", "video/"))]
        for path in sorted(sounding, key=lambda path: path.endswith((".mp4", ".mov"))):
            try:
                copy = self.workshop.rendering.make_guide([path], self.workshop.output_rate())
            except RoomtoneError as error:
                # A film may be silent, and have its sound beside it.
                if error.code != "unreadable-file" or len(sounding) == 1:
                    raise
                continue
            self.workshop.engine().play(take, copy, at, self.workshop.settings.output)
            return True
        return False

    # Words.

    def comment(self, about: str, text: str, anchor: Anchor | None = None, reply_to: str = "", to: str = "") -> str:
        """Say something; return the comment's id."""
        words = several_lines(text).strip()
        if not words:
            raise UsageError("no-words", "Nothing was said", "The comment is empty", "Write something")
        fields = CommentFields(about=about, text=words, anchor=anchor, reply_to=reply_to or None, to=to or None)
        return self.edit("", fields)

    # Every day.

    def next(self, minutes: int = 0) -> Suggestions:
        """Return what the person may do next."""
        document = self.document()
        return next_for(document.state, document.me, self._clock.now(), minutes)

    def seen_news(self) -> None:
        """Nothing of the news is fresh any more."""
        self.workshop.change(news_seen=write_stamp(self._clock.now()))

    def call(self, identity: str) -> CallFields:
        """Return a call that is there. Raises ``UsageError``."""
        call = self.document().state.fields(identity, CallFields)
        if call == CallFields() or call.removed:
            raise UsageError(
                "no-such-call", "There is no such call", identity, "roomtone call list shows the calls with their ids"
            )
        return call


def no_such_take(take: str) -> UsageError:
    """Return the error for a take that is not in the project."""
    return UsageError(
        "no-such-take",
        f"No take of this project is called “{take}”",
        "It is neither an id nor a title in it",
        "roomtone takes queue shows what was submitted, roomtone takes list what was made here",
    )


def _unknown(title: str) -> UsageError:
    return UsageError(
        "not-reached-yet", title, "This computer has not reached the server yet and knows no account", "Try again later"
    )
