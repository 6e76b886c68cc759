"""What people do together, one use case after the other: what the command line calls, and the window on a thread that
may wait.

Every method may block and raises ``RoomtoneError``. Everything but people, links and keys works offline.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.allowing import check_anchor, check_edit, check_verdict
from roomtone.studio.knowing import Knowing
from roomtone.studio.together_facts import Facts, built_from, role_of, said_of, shown_files, submission
from roomtone.takes.naming import one_line, several_lines
from roomtone.upload.together_messages import LocalCopy, LocalProject, NewEdit
from roomtone.wire.previews import preview_of
from roomtone.wire.project.items import (
    Anchor,
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
from roomtone.wire.project.state import Stage, seconds_of
from roomtone.wire.project.suggestions import Suggestions, next_for
from roomtone.wire.project.templates import STEPS

log = logging.getLogger(__name__)

MAX_TITLE: Final = 300


class Together(Knowing):
    """The project that takes go to, as this person may see and change it."""

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
        made = self.workshop.sync().start_project(whole, STEPS[template])
        self.choose(made.id, text)
        return made

    def choose(self, project: str, title: str) -> None:
        """Let new takes go to a project."""
        self.workshop.change(project=project, project_title=title)

    def edit(self, item: str, fields: Fields) -> str:
        """Change an item, or begin one where ``item`` is ""; return its id."""
        project = self.project()
        made_here = isinstance(fields, TakeFields) and self.local(item) is not None
        check_edit(self.document(), item, fields, made_here)
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
        self._begin_preview(take)
        return next_for(self.document().state, document.me, self._clock.now())

    def _begin_preview(self, take: str) -> None:
        item = self.local(take)
        try:
            if item is not None:
                self.workshop.rendering.begin_preview(item)
        except RoomtoneError as error:
            # The take was given all the same; whoever wants to see it fetches all of it.
            log.info("no preview of %s: %s", take, error)

    def withdraw(self, take: str) -> None:
        """Take one's own take back."""
        self.edit(take, TakeFields(withdrawn=True))

    def accept(self, take: str) -> None:
        """Accept a take."""
        self._check_verdict(take, Verdict.ACCEPTED)
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
        self._check_verdict(take, Verdict.LATER)
        self.edit(take, TakeFields(heard=True, verdict=Verdict.LATER, reason=text))

    def _check_verdict(self, take: str, verdict: Verdict) -> None:
        state = self.document().state
        if take not in state.takes:
            raise no_such_take(take)
        check_verdict(state.takes[take], state.stage(take), verdict)

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

    def listen(self, take: str, at: float = 0.0, *, seen: bool = False, begun: int | None = None) -> bool:
        """Play a take of the project, fetched first where it is not here; for those who may, it is heard then.

        ``seen`` is for who can see its film as well; for ``begun`` see ``Playback``. Returns whether something plays: a
        picture or a page is only looked at.
        """
        item = self.local(take)
        plays = True
        if item is not None:
            try:
                self.workshop.playback.play(item, at, seen=seen, begun=begun)
            except UsageError as error:
                if error.code != "no-sound":
                    raise
                plays = False
        else:
            plays = self._play_copy(take, at, seen, begun)
        self.heard(take)
        return plays

    def _play_copy(self, take: str, at: float, seen: bool, begun: int | None) -> bool:
        playback, there = self.workshop.playback, self.document().state.takes.get(take)
        title = (there.title if there is not None else None) or ""
        sounding, film = self._playable(take)
        film = film if seen else ""
        for path in sorted(sounding, key=lambda path: path.endswith((".mp4", ".mov"))):
            try:
                copy = self.workshop.rendering.make_guide([path], playback.output_rate())
            except RoomtoneError as error:
                # A film may be silent, and have its sound beside it.
                if error.code != "unreadable-file" or (len(sounding) == 1 and not film):
                    raise
                continue
            playback.start(take, title, copy, at, film, begun=begun)
            return True
        if film:
            seconds = seconds_of(there) if there is not None else 0.0
            playback.start(take, title, "", at, film, seconds=seconds, begun=begun)
        return bool(film)

    def _playable(self, take: str) -> tuple[list[str], str]:
        """Return the files that somebody's take is heard from, all of it where that is here, else its preview, and
        the film among them or ""."""
        there = self.document().state.takes.get(take)
        copy = self.fetch(take, preview=there is not None and preview_of(there) is not None)
        files = shown_files(copy)
        film = next((path for media, path in files if media.startswith("video/")), "")
        return [path for media, path in files if media.startswith(("audio/", "video/"))], film

    # Words.

    def comment(self, about: str, text: str, anchor: Anchor | None = None, reply_to: str = "", to: str = "") -> str:
        """Say something; return the comment's id."""
        words = several_lines(text).strip()
        if not words:
            raise UsageError("no-words", "Nothing was said", "The comment is empty", "Write something")
        check_anchor(self.document().state.takes.get(about), anchor)
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
