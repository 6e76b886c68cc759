"""The projects of a home as lists."""

from __future__ import annotations

from roomtone.upload.records import HERE
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.replica.states import EditState
from roomtone.upload.together_messages import LocalProject
from roomtone.wire.api import Project


def seen(keeper: Keeper) -> list[Project]:
    """Return the projects of the server that is used now, as it told them last."""
    now = keeper.server()
    return [
        Project(project, head.title, head.created, head.takes, head.cursor)
        for server, project, head, _ in keeper.all_heads()
        if server == now
    ]


def local_projects(keeper: Keeper) -> list[LocalProject]:
    """Return every project by title."""
    now = keeper.server()
    found = []
    for server, project, head, pending in keeper.all_heads():
        refused = sum(entry.state is EditState.REFUSED for entry in pending)
        found.append(
            LocalProject(
                id=project,
                title=head.title,
                takes=head.takes,
                role=head.role,
                synced=head.synced,
                pending=len(pending) - refused,
                refused=refused,
                server="" if server == HERE else server,
                here=server == HERE,
                reachable=server == now,
            )
        )
    return sorted(found, key=lambda one: (one.title.casefold(), one.id))
