"""Coming in and going: links, logging in, leaving, moving a project. Every method may block and needs the server."""

from __future__ import annotations

import shlex
from typing import Final
from urllib.parse import urlsplit

from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.together import Together
from roomtone.takes.naming import one_line
from roomtone.upload.messages import Membership
from roomtone.upload.together_messages import JoinedProject, Moved

# What a recorder calls a project that it may not look at.
_RECORDED: Final = "The project"


def recorder_words(together: Together, device: str = "") -> str:
    """Make a key that adds takes to the project and does nothing else; return the command that sets a recorder up."""
    project, title = together.project(), together.workshop.project()[1]
    sync = together.workshop.sync()
    key = sync.make_recorder_key(project, device)
    server = sync.whoami().url
    return recorder_command(server, key.token, project, title)


def recorder_command(server: str, token: str, project: str, title: str) -> str:
    """Return the command that sets a recorder up with a key for one project."""
    return f"roomtone join {server} --token={token} --project {project} --title {shlex.quote(title)}"


class Joining:
    """Which server this computer uses. After each step new takes go to a project that is there."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self._workshop = together.workshop

    @staticmethod
    def is_invitation(link: str) -> bool:
        """Return whether a link opens a project, and is not the plain address of a server."""
        try:
            parts = urlsplit(link.strip() if "://" in link else f"https://{link.strip()}")
        except ValueError:
            return False
        return parts.path.rstrip("/").endswith("/join") and bool(parts.fragment) and "=" not in parts.fragment

    def join(self, link: str, name: str, passphrase: str, device: str = "") -> JoinedProject:
        """Come in by a link, and let new takes go to its project; "" for a passphrase is a guest."""
        called = self._name(name)
        joined = self._workshop.sync().join_link(link, called, passphrase, device)
        if not self._workshop.settings.person:
            self._workshop.change(person=joined.account.name)
        self._together.choose(joined.project, joined.title)
        return joined

    def log_in(self, url: str, name: str, passphrase: str, device: str = "") -> Membership:
        """Come back to a server with name and passphrase."""
        membership = self._workshop.sync().log_in(url, self._name(name), passphrase, device)
        self._choose_there()
        return membership

    def use_server(self, url: str, token: str, project: str = "", title: str = "") -> Membership:
        """Use a server that one has a key to; new takes go to ``project`` where the key opens that and nothing else."""
        membership = self._workshop.sync().join(url, token)
        if project:
            self._together.choose(project, one_line(title) or _RECORDED)
            return membership
        try:
            self._choose_there()
        except RoomtoneError as error:
            if error.code != "key-too-narrow":
                raise
            raise UsageError(
                "recorder-key",
                "It is not known where takes shall go",
                "This key adds takes to one project, and does not say to which",
                "Give the project as well: --project ID, as roomtone people recorder-key told it",
            ) from error
        return membership

    def leave(self) -> Membership:
        """Go back to this computer's own server, and to a project on it."""
        membership = self._workshop.sync().leave()
        here = [project for project in self._together.projects() if project.here]
        if here:
            self._together.choose(here[0].id, here[0].title)
        else:
            # The first project of this computer is begun anew; it exists when somebody works on it.
            self._workshop.change(project="", project_title="")
            self._workshop.project()
        return membership

    def move(self, link: str = "", name: str = "", passphrase: str = "", device: str = "") -> Moved:
        """Move the project to the server that was joined, or that is joined by ``link`` for it."""
        project, title = self._workshop.project()
        if link:
            self.join(link, name, passphrase, device)
            self._together.choose(project, title)
        return self._workshop.sync().move_project(project)

    def _choose_there(self) -> None:
        projects = self._workshop.sync().list_projects()
        if projects and self._workshop.settings.project not in {project.id for project in projects}:
            self._together.choose(projects[0].id, projects[0].title)

    def _name(self, name: str) -> str:
        called = one_line(name)[:100] or self._workshop.settings.person
        if not called:
            raise UsageError(
                "no-name",
                "You did not come in",
                "Nobody there would know what to call you",
                "Give a name: --name, or in the settings",
            )
        return called
