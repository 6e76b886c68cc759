"""What people say of takes, calls and steps: comments with their replies."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.errors import Problem
from roomtone.studio.together_facts import PDF, Facts, role_of
from roomtone.studio.together_snapshot import CommentView
from roomtone.studio.together_words import ago, anchor_words, person_of
from roomtone.upload.replica.states import EditState
from roomtone.wire.previews import own_tracks
from roomtone.wire.project.edits import Item
from roomtone.wire.project.items import CommentFields, Lines, Region
from roomtone.wire.project.links import Place, write_link
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import ProjectState

Said = tuple[Item, CommentFields]

REMOVED: Final = "This comment was taken away"


def comment_counts(state: ProjectState) -> dict[str, int]:
    """Return how many comments there are about each thing."""
    found: dict[str, int] = {}
    for _, fields in state.all_of(CommentFields):
        if fields.about:
            found[fields.about] = found.get(fields.about, 0) + 1
    return found


def comments_of(facts: Facts, about: str) -> tuple[CommentView, ...]:
    """Return what people say of something, by its place in it, each with its replies; what has no place comes first."""
    mine = [(item, said) for item, said in facts.state.all_of(CommentFields, removed=True) if said.about == about]
    paged = about in facts.state.takes and any(track.media == PDF for track in own_tracks(facts.state.takes[about]))
    return threads(facts, mine, paged=paged)


def comments_by(facts: Facts) -> dict[str, tuple[CommentView, ...]]:
    """Return what people say of everything but takes, by what it is about: a project has many calls and steps."""
    found: dict[str, list[Said]] = {}
    for item, said in facts.state.all_of(CommentFields, removed=True):
        if said.about and said.about not in facts.state.takes:
            found.setdefault(said.about, []).append((item, said))
    return {about: threads(facts, mine) for about, mine in found.items()}


def threads(facts: Facts, mine: list[Said], *, paged: bool = False) -> tuple[CommentView, ...]:
    """Return the comments of one thing with their replies; ``paged`` says that it has pages.

    What was taken away is not told; but where somebody replied to it, its place is kept for the replies.
    """
    known = {item.id for item, _ in mine}
    leads = allowed(role_of(facts), Right.LEAD)
    waiting = {one.edit.item: one for one in facts.document.pending if one.state is not EditState.SETTLED}
    replies: dict[str, list[Said]] = {}
    for item, said in mine:
        if said.reply_to in known and said.reply_to != item.id:
            replies.setdefault(said.reply_to or "", []).append((item, said))

    def shown(item: Item, said: CommentFields, below: tuple[CommentView, ...] = ()) -> CommentView:
        if said.removed:
            said = CommentFields(about=said.about, text=REMOVED, anchor=said.anchor, removed=True)
        pending = waiting.get(item.id)
        problem: Problem | None = pending.problem if pending and pending.state is EditState.REFUSED else None
        anchor, at = anchor_words(said.anchor, paged=paged)
        region = said.anchor if isinstance(said.anchor, Region) else None
        lines = said.anchor if isinstance(said.anchor, Lines) else None
        return CommentView(
            id=item.id,
            person=person_of(facts.state, item.author, facts.me),
            text=said.text or "",
            when=ago(item.created, facts.now),
            anchor=anchor,
            at=at,
            region=(region.left, region.top, region.width, region.height) if region else None,
            page=region.page if region else 1,
            lines=(lines.first, lines.last) if lines else None,
            resolved=bool(said.resolved),
            mine=item.author == facts.me and not said.removed,
            may_remove=(item.author == facts.me or leads) and not said.removed,
            removed=bool(said.removed),
            waiting=pending is not None and problem is None,
            replies=below,
            problem=problem,
            link=write_link(Place(facts.state.id, said.about or "", at)) if said.about in facts.state.takes else "",
        )

    def thread(root: str) -> tuple[CommentView, ...]:
        # Replies to replies stand in the same thread, in their order: nobody wants to read a tree.
        found, looking = [], [root]
        while looking:
            here = replies.get(looking.pop(0), [])
            found += here
            looking += [item.id for item, _ in here]
        there = [(item, said) for item, said in found if not said.removed]
        return tuple(shown(item, said) for item, said in sorted(there, key=lambda pair: pair[0].created))

    roots = [(item, said) for item, said in mine if said.reply_to not in known or said.reply_to == item.id]
    views = [shown(item, said, thread(item.id)) for item, said in roots]
    views = [view for view in views if view.replies or not view.removed]
    return tuple(sorted(views, key=lambda view: view.at if view.at is not None else -1.0))
