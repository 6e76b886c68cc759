"""What would be refused by the server is refused here at once, with the reason; offline too."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.errors import UsageError
from roomtone.studio.together_words import title_of
from roomtone.upload.together_messages import ProjectDocument
from roomtone.wire.api import Take
from roomtone.wire.project.items import (
    Anchor,
    CommentFields,
    Fields,
    Moment,
    ProfileFields,
    Region,
    TakeFields,
    Verdict,
    touched,
)
from roomtone.wire.project.people import Role
from roomtone.wire.project.rights import LEADERS_WORDS, may_edit
from roomtone.wire.project.state import Stage

_WITH_ALL_RIGHTS: Final = Role.OWNER


def check_edit(document: ProjectDocument, item: str, fields: Fields, made_here: bool) -> None:
    """Raise ``UsageError`` for an edit that is not this person's to make; ``made_here`` says that it is about a take of
    this computer. Where it is not known yet what somebody is in the project, nothing is refused."""
    state, me = document.state, document.me
    member = state.members.get(me)
    if member is not None and member.gone:
        raise UsageError(
            "gone", "Nothing was changed", "You are not in this project any more", "Ask for a new link to it"
        )
    role = state.role(me) or document.role or (_WITH_ALL_RIGHTS if document.here else None)
    if role is None or may_edit(role, _is_own(document, item, fields, made_here), fields):
        return
    if may_edit(_WITH_ALL_RIGHTS, _is_own(document, item, fields, made_here), fields):
        why, remedy = f"You are a {role} here, and that is for those who lead", "Ask one of its leaders"
        if isinstance(fields, CommentFields):
            why = f"You are a {role} here, and only members comment"
    elif isinstance(fields, TakeFields):
        names = ", ".join(sorted(set(touched(fields)) - LEADERS_WORDS)).replace("_", " ")
        why, remedy = f"Only who made “{title_of(state, item)}” says that of it ({names})", "Ask its maker"
    else:
        why, remedy = "It is somebody else’s", "Ask them"
    raise UsageError("not-allowed", "Nothing was changed", why, remedy)


def _is_own(document: ProjectDocument, item: str, fields: Fields, made_here: bool) -> bool:
    state, me = document.state, document.me
    if isinstance(fields, TakeFields):
        take = state.takes.get(item)
        return made_here or take is None or (bool(me) and take.account == me)
    if isinstance(fields, ProfileFields):
        return item == me
    there = state.items.get(item)
    return there is None or there.author == me


def check_verdict(take: Take, stage: Stage, verdict: Verdict) -> None:
    """Raise ``UsageError`` for a verdict about what nobody gave to the project."""
    what = "accepted" if verdict is Verdict.ACCEPTED else "kept for later"
    if stage is Stage.OWN:
        why, remedy = "Its maker has not given it to the project yet", "Wait until it is submitted"
    elif stage is Stage.WITHDRAWN:
        why, remedy = "Its maker took it back", "Ask its maker"
    else:
        return
    raise UsageError("not-submitted", f"“{take.title}” was not {what}", why, remedy)


def check_anchor(take: Take | None, anchor: Anchor | None) -> None:
    """Raise ``UsageError`` for a place that no take has; ``take`` is ``None`` for what is no take."""
    if anchor is None:
        return
    why = ""
    if take is None:
        why = "Only takes have seconds, pages and lines"
    elif isinstance(anchor, Moment):
        why = "It would end before it begins" if anchor.until and anchor.until <= anchor.at else ""
    elif isinstance(anchor, Region):
        inside = anchor.left + anchor.width <= 1.001 and anchor.top + anchor.height <= 1.001
        why = "" if inside and anchor.width > 0 and anchor.height > 0 else "It does not lie inside the picture"
    elif anchor.last < anchor.first:
        why = "It would end before it begins"
    if why:
        raise UsageError("bad-place", "Nothing was said", why, "Name a place that is there")
