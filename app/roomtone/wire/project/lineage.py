"""Where takes come from: which were heard while others were recorded, and which are in others."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from roomtone.wire.project.state import ProjectState, Stage


class Tie(StrEnum):
    """How one take is tied to the one that came before it."""

    AGAINST = "recorded against"
    BUILT_FROM = "built from"
    REPLACES = "new version of"


class Branch(msgspec.Struct, frozen=True):
    """A take in the tree, once below each take that it comes from. ``again`` tells that its own branches are shown
    elsewhere; ``tie`` is ``None`` for those that come from no other take."""

    take: str
    title: str
    person: str
    stage: Stage
    tie: Tie | None = None
    branches: list[Branch] = []
    again: bool = False


class Lineage(msgspec.Struct, frozen=True):
    """The trees of a project, oldest first."""

    trees: list[Branch]


class LineageLine(msgspec.Struct, frozen=True):
    """A branch as a line, ``depth`` branches below the root of its tree."""

    take: str
    title: str
    person: str
    stage: Stage
    depth: int
    tie: Tie | None = None
    again: bool = False


class LineageLines(msgspec.Struct, frozen=True):
    """The trees line by line, each line before those below it: no document is deeper than programs can read."""

    lines: list[LineageLine]


def lines_of(lineage: Lineage) -> LineageLines:
    """Return the trees line by line."""
    found: list[LineageLine] = []
    waiting = [(tree, 0) for tree in reversed(lineage.trees)]
    while waiting:
        one, depth = waiting.pop()
        found.append(LineageLine(one.take, one.title, one.person, one.stage, depth, one.tie, one.again))
        waiting += [(below, depth + 1) for below in reversed(one.branches)]
    return LineageLines(found)


def origins(state: ProjectState, take: str) -> list[tuple[str, Tie]]:
    """Return the takes that a take comes from directly, each once; those that are not known here are among them."""
    said = state.said(take)
    found: dict[str, Tie] = {}
    if said.replaces:
        found[said.replaces] = Tie.REPLACES
    for use in said.built_from or []:
        found.setdefault(use.take, Tie.BUILT_FROM)
    for other in said.against or []:
        found.setdefault(other, Tie.AGAINST)
    found.pop(take, None)
    return list(found.items())


def ancestors(state: ProjectState, take: str) -> list[str]:
    """Return every take that is in a take's past, the nearest first, without itself even where they form a circle."""
    found: dict[str, None] = {}
    waiting = [take]
    while waiting:
        fresh = [other for one in waiting for other, _ in origins(state, one) if other not in found and other != take]
        found.update(dict.fromkeys(fresh))
        waiting = list(dict.fromkeys(fresh))
    return list(found)


def lineage_of(state: ProjectState) -> Lineage:
    """Return the trees. Every take that was submitted is in them, and what is not, where others come from it."""
    below: dict[str, list[tuple[str, Tie]]] = {}
    rooted: list[str] = []
    for take in state.in_order():
        known = [(other, tie) for other, tie in origins(state, take.id) if other in state.takes]
        for other, tie in known:
            below.setdefault(other, []).append((take.id, tie))
        if not known:
            rooted.append(take.id)
    shown: set[str] = set()
    trees = [_grow(state, below, root, None, shown) for root in rooted]
    # What nobody's tree holds is in a circle, which only a program that is broken or rude can make.
    trees += [_grow(state, below, take.id, None, shown) for take in state.in_order() if take.id not in shown]
    return Lineage([tree for tree in trees if _is_shown(tree)])


def _grow(
    state: ProjectState, below: dict[str, list[tuple[str, Tie]]], root: str, tie: Tie | None, shown: set[str]
) -> Branch:
    """Return a tree. Takes may stand on one another a thousand deep, so nothing here calls itself."""
    order: list[tuple[str, Tie | None, int, bool]] = []
    waiting: list[tuple[str, Tie | None, int]] = [(root, tie, -1)]
    while waiting:
        take, how, parent = waiting.pop()
        again = take in shown
        shown.add(take)
        order.append((take, how, parent, again))
        if not again:
            waiting += [(other, kind, len(order) - 1) for other, kind in reversed(below.get(take, []))]
    made: list[list[Branch]] = [[] for _ in order]
    branch = Branch(root, "", "", Stage.OWN)
    for number in range(len(order) - 1, -1, -1):
        take, how, parent, again = order[number]
        there = state.takes[take]
        branches = made[number][::-1]
        branch = Branch(take, there.title, there.person or there.maker, state.stage(take), how, branches, again)
        if parent >= 0:
            made[parent].append(branch)
    return branch


def _is_shown(tree: Branch) -> bool:
    return tree.stage is not Stage.OWN or bool(tree.branches)
