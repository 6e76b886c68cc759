"""Cuts: the takes that leaders published as versions of the piece."""

from __future__ import annotations

import msgspec

from roomtone.wire.project.state import ProjectState, Stage


class Cut(msgspec.Struct, frozen=True):
    """A published version: the take that it is, and what it is called."""

    take: str
    name: str


def cuts_of(state: ProjectState) -> list[Cut]:
    """Return the cuts of a project, the newest first. What is accepted no more is none either."""
    found = [Cut(take.id, state.said(take.id).cut or "") for take in reversed(state.in_order())]
    return [cut for cut in found if cut.name and state.stage(cut.take) is Stage.ACCEPTED]
