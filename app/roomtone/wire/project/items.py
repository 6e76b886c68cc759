"""What a project is made of besides the bytes of its takes: items, each a handful of fields that are merged one by one.

A field that is ``None`` in an edit is not touched by it; every field has an empty value of its own ("", [], 0, false)
that clears it. Nothing is ever deleted: an item that is not wanted any more has ``removed`` set, which can be undone.

An item's id is that of what it is about: a project's own fields have the project's id, what is said of a take has
the take's id, a person's profile the account's. Steps, calls and comments have ids made by whoever begins them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from roomtone.wire.api import Id, Title

# One line of people's own words, and many.
Words = Annotated[str, msgspec.Meta(max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
# The id of something, or "" for nothing.
Reference = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?$(?!\n)")]
# A day (2026-12-24), or "" for none.
Day = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$(?!\n)")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Line = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Small = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Takes = Annotated[list[Id], msgspec.Meta(max_length=200)]
Tags = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=60)]], msgspec.Meta(max_length=40)]


class Licence(StrEnum):
    """Under which terms takes are given; ``licences`` says each in plain words."""

    BY = "CC BY 4.0"
    BY_SA = "CC BY-SA 4.0"
    BY_NC = "CC BY-NC 4.0"
    ZERO = "CC0 1.0"
    RESERVED = "all rights reserved"


class Template(StrEnum):
    """What a project begins as; ``templates`` has the steps of each."""

    SONG = "song"
    CHOIR = "choir"
    SHORT_FILM = "short film"
    DOCUMENTARY = "documentary"
    EPISODE = "episode"
    BLANK = "blank"


class MediaKind(StrEnum):
    """What a call wants, and what a take is."""

    SOUND = "sound"
    VIDEO = "video"
    ARTWORK = "artwork"
    WRITING = "writing"


class Verdict(StrEnum):
    """What a leader decided about a take."""

    NONE = ""
    ACCEPTED = "accepted"
    LATER = "kept for later"


class InShot(StrEnum):
    """Who can be seen or heard in a take."""

    UNSAID = ""
    NOBODY = "nobody"
    ME = "only me"
    AGREED = "others, and they agreed"


class Minors(StrEnum):
    """Whether children are in a take."""

    UNSAID = ""
    NONE = "no children"
    AGREED = "children, and who is responsible for them agreed"


class Consent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the maker of a take says about those in it, and what may be done with it.

    ``machines`` allows training of programs with it, ``voice`` making a voice like the one in it. Where a file says
    where it was made, that is taken out before it leaves the computer unless ``location`` says keep it.
    """

    in_shot: InShot = InShot.UNSAID
    minors: Minors = Minors.UNSAID
    machines: bool = False
    voice: bool = False
    location: bool = False


class Tempo(msgspec.Struct, frozen=True):
    """From ``at`` seconds on, so many beats a minute in bars of ``beats``."""

    at: Seconds
    bpm: Annotated[float, msgspec.Meta(ge=10, le=400)]
    beats: Annotated[int, msgspec.Meta(ge=1, le=32)] = 4


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """A take that another one was built from. ``seconds`` of it were used, 0 for all; ``role`` is its part there."""

    take: Id
    seconds: Seconds = 0.0
    role: Words = ""


class Moment(msgspec.Struct, frozen=True, tag="moment"):
    """A point of a take in seconds, or with ``until`` after ``at`` a range."""

    at: Seconds
    until: Seconds = 0.0


class Region(msgspec.Struct, frozen=True, tag="region"):
    """A part of a picture or a page, in shares of its width and height from the upper left; ``page`` counts from 1."""

    left: Share
    top: Share
    width: Share
    height: Share
    page: Line = 1
    at: Seconds = 0.0


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """Lines of a text, counted from 1, both of them included."""

    first: Line
    last: Line


Anchor = Moment | Region | Lines


class ProjectFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="project"):
    """The project itself. ``cover`` is a take with a picture; ``prompts`` its own list for every day."""

    title: Title | None = None
    brief: Text | None = None
    licence: Licence | None = None
    deadline: Day | None = None
    cover: Reference | None = None
    template: Template | None = None
    prompts: Annotated[list[Words], msgspec.Meta(max_length=400)] | None = None


class StepFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="step"):
    """A step of the board. ``place`` orders steps; between any two there is another. ``person`` is an account."""

    title: Title | None = None
    note: Text | None = None
    place: Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)] | None = None
    done: bool | None = None
    person: Reference | None = None
    removed: bool | None = None


class CallFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="call"):
    """A call with its recipe.

    ``wanted`` takes are looked for, 0 for any number; ``minutes`` is how long an answer takes; ``skills`` what one
    has to play or make. The recipe: what kinds of media; the takes that are heard as the guide; tempo map, key, bars
    of count-in, sample rate in Hz, the part's name; frames a second, aspect ("16:9"), a take whose picture is the
    reference; script or lyrics; a take that is the spoken or filmed brief; and what a beginner may do.
    """

    title: Title | None = None
    brief: Text | None = None
    deadline: Day | None = None
    step: Reference | None = None
    wanted: Small | None = None
    minutes: Small | None = None
    skills: Tags | None = None
    closed: bool | None = None
    removed: bool | None = None
    kinds: Annotated[list[MediaKind], msgspec.Meta(max_length=4)] | None = None
    guide: Takes | None = None
    tempo: Annotated[list[Tempo], msgspec.Meta(max_length=1000)] | None = None
    key: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    count_in: Annotated[int, msgspec.Meta(ge=0, le=16)] | None = None
    sample_rate: Annotated[int, msgspec.Meta(ge=0, le=384_000)] | None = None
    part: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    frame_rate: Annotated[float, msgspec.Meta(ge=0, le=240)] | None = None
    aspect: Annotated[str, msgspec.Meta(pattern=r"^([0-9.]{1,6}:[0-9.]{1,6})?$(?!\n)")] | None = None
    reference: Reference | None = None
    script: Text | None = None
    filmed_brief: Reference | None = None
    beginner: Words | None = None


class TakeFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="take"):
    """What is said of a take. Its maker says all but the last five, which are the leaders'.

    ``call`` is what it answers, ``prompt`` the day's prompt that it does; ``replaces`` the version before it;
    ``against`` the takes that were heard while it was recorded, ``built_from`` those that are in it. ``cut`` is the
    name under which it was published as a version of the piece, "" for one that was not.
    """

    submitted: bool | None = None
    withdrawn: bool | None = None
    call: Reference | None = None
    prompt: Words | None = None
    replaces: Reference | None = None
    against: Takes | None = None
    built_from: Annotated[list[Use], msgspec.Meta(max_length=200)] | None = None
    consent: Consent | None = None
    heard: bool | None = None
    verdict: Verdict | None = None
    reason: Text | None = None
    seconds_used: Seconds | None = None
    cut: Words | None = None


class CommentFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="comment"):
    """Words about a take, a call, a step or the project (``about``). ``to`` is an account that they are meant for."""

    about: Id | None = None
    text: Text | None = None
    anchor: Anchor | None = None
    reply_to: Reference | None = None
    to: Reference | None = None
    resolved: bool | None = None
    removed: bool | None = None


class ProfileFields(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="profile"):
    """Who somebody is in this project: what they play or make, and how many minutes they have."""

    skills: Tags | None = None
    about: Text | None = None
    minutes: Small | None = None


Fields = ProjectFields | StepFields | CallFields | TakeFields | CommentFields | ProfileFields


class ItemKind(StrEnum):
    """The kinds of items, by the tags of their fields."""

    PROJECT = "project"
    STEP = "step"
    CALL = "call"
    TAKE = "take"
    COMMENT = "comment"
    PROFILE = "profile"


FIELDS: Final[dict[ItemKind, type[Fields]]] = {
    ItemKind.PROJECT: ProjectFields,
    ItemKind.STEP: StepFields,
    ItemKind.CALL: CallFields,
    ItemKind.TAKE: TakeFields,
    ItemKind.COMMENT: CommentFields,
    ItemKind.PROFILE: ProfileFields,
}


def kind_of(fields: Fields) -> ItemKind:
    """Return the kind of an item with these fields."""
    return ItemKind(str(fields.__struct_config__.tag))


def touched(fields: Fields) -> dict[str, object]:
    """Return the fields that an edit touches, with their new values."""
    found = {name: getattr(fields, name) for name in fields.__struct_fields__}
    return {name: value for name, value in found.items() if value is not None}


def shown_by(call: CallFields) -> set[str]:
    """Return the takes that a call shows to whoever is to answer it: guides, a reference picture, a filmed brief."""
    return {*(call.guide or []), *filter(None, (call.reference, call.filmed_brief))}
