"""What a face is given of what people do together: the pages Today, Project, Review and People, ready to be shown.

Everything in here is immutable and whole, as in ``snapshot``; words are made by the studio, faces only place them.
Times that belong to a take are seconds, days are words ("in 3 days").
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.studio.lines import Line, Tone
from roomtone.wire.project.items import CallFields, Consent, Licence, Template
from roomtone.wire.project.people import Role
from roomtone.wire.project.state import Stage


class Person(msgspec.Struct, frozen=True):
    """Somebody. ``initials`` and ``colour`` (0 to 11, for the palette of people) stand for them everywhere.

    ``minutes`` is how much time they said that they have; 0 where they did not.
    """

    account: str
    name: str
    initials: str
    colour: int
    role: Role = Role.CONTRIBUTOR
    skills: tuple[str, ...] = ()
    about: str = ""
    guest: bool = False
    me: bool = False
    manageable: bool = False
    minutes: int = 0


class NextView(msgspec.Struct, frozen=True):
    """A call that may be answered next, and why it stands here."""

    call: str
    title: str
    why: str
    beginner: str = ""
    media: tuple[str, ...] = ()


class NewsView(msgspec.Struct, frozen=True):
    """Something to hear of. ``take`` (or ``call``) is where it leads, ``at`` to which second; ``fresh`` until seen."""

    id: str
    text: str
    when: str
    person: Person | None = None
    take: str = ""
    call: str = ""
    at: float | None = None
    fresh: bool = False


class TodayView(msgspec.Struct, frozen=True):
    """The first page. ``streak`` holds the last fourteen days, oldest first, as ``together_prompts.DayMark``: "made",
    "rested", "open" (today, nothing made yet) or "".

    ``streak_line`` says it in words ("5 days, 1 of 2 rest days left"); nobody else ever sees it.
    """

    prompt: str = ""
    prompt_from: str = ""
    answered: bool = False
    streak: tuple[str, ...] = ()
    streak_line: str = ""
    next: tuple[NextView, ...] = ()
    then: str = ""
    news: tuple[NewsView, ...] = ()


class CommentView(msgspec.Struct, frozen=True):
    """A comment, its replies below it. ``anchor`` says where ("0:42", "lines 3–5"); ``at`` is the second to go to.

    ``region`` is the part of a picture, or of that ``page`` of a PDF, and ``lines`` those of a text; both count from 1.
    ``waiting`` tells that it has not reached the server yet, ``problem`` why it never will. ``link`` leads to what it
    is about, down to the second; "" for what is no take. ``may_remove`` tells that the person may take it away.
    ``removed`` tells that this was done, and that only its replies are left.
    """

    id: str
    person: Person
    text: str
    when: str
    anchor: str = ""
    at: float | None = None
    region: tuple[float, float, float, float] | None = None
    page: int = 1
    lines: tuple[int, int] | None = None
    resolved: bool = False
    mine: bool = False
    waiting: bool = False
    replies: tuple[CommentView, ...] = ()
    problem: Problem | None = None
    link: str = ""
    may_remove: bool = False
    removed: bool = False


class StepView(msgspec.Struct, frozen=True):
    """A step of the board, in order. Between the ``place`` of any two there is room for another."""

    id: str
    title: str
    done: bool
    person: Person | None = None
    note: str = ""
    place: float = 0.0
    comments: tuple[CommentView, ...] = ()


class BriefView(msgspec.Struct, frozen=True):
    """The take in which somebody says or shows what a call wants. ``file`` is a film to open, "" until it is here."""

    take: str
    title: str
    kind: PartKind
    file: str = ""
    fetching: bool = False


class CallView(msgspec.Struct, frozen=True):
    """A call. ``recipe`` is its recipe in short lines; ``fields`` are what a form edits.

    ``progress`` is like "1 of 3 accepted", ``due`` like "2 days left" with its tone; ``answered`` tells that the
    person has sent something that is not kept for later. ``told`` is its spoken or filmed brief.
    """

    id: str
    title: str
    brief: str
    media: tuple[str, ...]
    recipe: tuple[str, ...]
    progress: str
    due: Line
    missing: int
    fields: CallFields
    beginner: str = ""
    closed: bool = False
    answered: bool = False
    stalled: bool = False
    told: BriefView | None = None
    comments: tuple[CommentView, ...] = ()


class CutView(msgspec.Struct, frozen=True):
    """A published version of the piece: what it is called, and the take that it is. It can be ``heard``, or is looked
    at on the review page."""

    take: str
    name: str
    person: Person
    detail: str
    heard: bool = True


class CreditView(msgspec.Struct, frozen=True):
    """A line of the credits, such as "Mika · lead vocal · 2:31"."""

    person: Person
    role: str
    length: str


class BranchView(msgspec.Struct, frozen=True):
    """A line of the lineage tree, ``depth`` steps in."""

    take: str
    title: str
    person: str
    tie: str
    depth: int
    stage: Stage
    again: bool = False


class ProjectChoice(msgspec.Struct, frozen=True):
    """A project that can be looked at. ``here`` tells that it lives on this computer's own server; ``picture`` is
    the file of its cover, "" for none."""

    id: str
    title: str
    detail: str
    chosen: bool = False
    here: bool = False
    picture: str = ""


class ProjectView(msgspec.Struct, frozen=True):
    """The project's page. What ``may_lead`` is false for is shown and not edited. ``cover`` is a take, ``picture`` the
    file of its picture."""

    id: str = ""
    title: str = ""
    brief: str = ""
    licence: Licence = Licence.BY
    terms: str = ""
    deadline: str = ""
    due: Line = Line("", Tone.QUIET)
    template: Template = Template.BLANK
    cover: str = ""
    picture: str = ""
    prompts: tuple[str, ...] = ()
    role: Role = Role.OWNER
    may_lead: bool = False
    may_comment: bool = False
    health: Line = Line("", Tone.QUIET)
    steps: tuple[StepView, ...] = ()
    calls: tuple[CallView, ...] = ()
    cuts: tuple[CutView, ...] = ()
    credits: tuple[CreditView, ...] = ()
    lineage: tuple[BranchView, ...] = ()
    comments: tuple[CommentView, ...] = ()


class PartKind(StrEnum):
    """What can be seen or heard of a take."""

    SOUND = "sound"
    VIDEO = "video"
    ARTWORK = "artwork"
    WRITING = "writing"


class PageView(msgspec.Struct, frozen=True):
    """The page of a PDF that is looked at, as a picture in ``file``; ``count`` is how many there are, 0 until known.

    ``number`` counts from 1, 0 before any was drawn; ``width`` and ``height`` are points. ``turning`` is the page that
    is being drawn to be shown next, 0 for none; ``problem`` tells why this one cannot be shown.
    """

    number: int = 0
    count: int = 0
    file: str = ""
    width: int = 0
    height: int = 0
    turning: int = 0
    problem: Problem | None = None

    def turned(self, number: int) -> PageView:
        """Return this page while another one is being drawn."""
        return msgspec.structs.replace(self, turning=number)


class FindingView(msgspec.Struct, frozen=True):
    """One line of the check against the call's recipe."""

    good: bool
    text: str


class ReviewTake(msgspec.Struct, frozen=True):
    """A take of the project, own or another's.

    ``mine`` with the stage "not submitted" shows the check and can be submitted; ``may_judge`` can be accepted or kept
    for later. ``local`` tells that its files are here; ``file`` is what can be shown or read, "" while there is none;
    ``library`` is its id in the list of takes where it was made here. ``versions`` are the takes it replaces, ``cut``
    is the name under which it was published, "" for what was not; ``tracks``, ``thumbnail`` and ``filmstrip`` are what
    is drawn of another’s take once it is here, ``page`` what is drawn of a PDF, ``None`` for everything else. ``used``
    seconds of it are in the piece, 0 for all of an accepted one.
    """

    id: str
    title: str
    person: Person
    stage: Stage
    detail: str
    kind: PartKind
    seconds: float
    call: str = ""
    cut: str = ""
    reason: str = ""
    mine: bool = False
    may_judge: bool = False
    may_comment: bool = False
    local: bool = False
    fetching: bool = False
    file: str = ""
    text: str = ""
    library: str = ""
    comment_count: int = 0
    findings: tuple[FindingView, ...] = ()
    consent: Consent = Consent()
    consent_line: str = ""
    built_on: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    thumbnail: str = ""
    filmstrip: str = ""
    page: PageView | None = None
    used: float = 0.0


class ReviewView(msgspec.Struct, frozen=True):
    """The review page: the unheard first. ``selected`` is looked at, with its ``comments``."""

    takes: tuple[ReviewTake, ...] = ()
    unheard: int = 0
    selected: str = ""
    comments: tuple[CommentView, ...] = ()


class InviteView(msgspec.Struct, frozen=True):
    """A link that was made. ``link`` is there only right after it was made: it is told once."""

    id: str
    role: Role
    detail: str
    link: str = ""
    open: bool = True


class DeviceView(msgspec.Struct, frozen=True):
    """A key to the account."""

    id: str
    name: str
    detail: str
    current: bool = False


class InvitationView(msgspec.Struct, frozen=True):
    """What a link leads to, shown before anybody joins."""

    link: str
    title: str
    role: Role
    terms: str
    brief: str = ""
    expires: str = ""


class PeopleView(msgspec.Struct, frozen=True):
    """Who is in the project, and how somebody comes in. ``server`` is words ("On this computer", "choir.example").

    ``can_move`` tells that the project lives on this computer's own server and another one was joined. ``invitation``
    is what a link that was typed leads to, before it is joined. ``recorder`` is how a recorder is set up with the key
    that was made for it just now, which is told once.
    """

    people: tuple[Person, ...] = ()
    invites: tuple[InviteView, ...] = ()
    devices: tuple[DeviceView, ...] = ()
    server: str = ""
    embedded: bool = True
    online: bool = True
    may_invite: bool = False
    may_manage: bool = False
    can_move: bool = False
    guest: bool = False
    invitation: InvitationView | None = None
    recorder: str = ""


class AnsweringView(msgspec.Struct, frozen=True):
    """The call that the next take answers, and what was set for it. ``script`` is in the prompter meanwhile."""

    call: str
    title: str
    brief: str
    recipe: tuple[str, ...]
    terms: str
    guide: str = ""
    beginner: str = ""
    told: BriefView | None = None


class QueuedView(msgspec.Struct, frozen=True):
    """An edit that has not reached the server, in words; a refused one stays until it is dismissed."""

    id: str
    text: str
    state: str
    problem: Problem | None = None


class TogetherView(msgspec.Struct, frozen=True):
    """Everything that people do together, of the project that was chosen.

    ``offline_line`` is words where the server is not reached ("Offline: 3 changes wait"), else "".
    """

    projects: tuple[ProjectChoice, ...] = ()
    today: TodayView = TodayView()
    project: ProjectView = ProjectView()
    review: ReviewView = ReviewView()
    people: PeopleView = PeopleView()
    answering: AnsweringView | None = None
    queued: tuple[QueuedView, ...] = ()
    offline_line: str = ""
