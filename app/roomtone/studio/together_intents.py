"""What a face may ask for about what people do together. ``Studio`` carries it out, offline too where that can be."""

from __future__ import annotations

from typing import Protocol

from roomtone.wire.project.items import Anchor, CallFields, Consent, ProjectFields, StepFields, Template
from roomtone.wire.project.people import NewInvite, Role


class TogetherIntents(Protocol):
    """Every call returns at once; what comes of it arrives as a new state, failures as notices in it.

    Ids that are "" are made by the studio. Everything but joining, links, roles and devices works offline.
    """

    def choose_project(self, project: str) -> None:
        """Look at another project; new takes go to it."""

    def start_project(self, title: str, template: Template, fields: ProjectFields) -> None:
        """Begin a project with the steps of a template, and look at it."""

    def edit_project(self, fields: ProjectFields) -> None:
        """Change the project's own fields."""

    def edit_step(self, step: str, fields: StepFields) -> None:
        """Change a step of the board, or add one."""

    def edit_call(self, call: str, fields: CallFields) -> None:
        """Change a call, or open one."""

    def answer_call(self, call: str) -> None:
        """Set the recorder for a call: its part, rate, picture, script and guide. "" goes back to free takes."""

    def answer_with(self, take: str, call: str) -> None:
        """Say that a take of one's own answers a call, or with "" none."""

    def answer_prompt(self) -> None:
        """Let the next take be the answer to the day's prompt."""

    def read_aloud(self, take: str) -> None:
        """Put somebody's text into the prompter, and let the next take be its reading."""

    def review(self, take: str) -> None:
        """Look at a take on the review page. Nothing is heard or marked by it."""

    def turn_page(self, take: str, number: int) -> None:
        """See another page of a PDF, counted from 1; the one before is seen until it is drawn."""

    def listen(self, take: str, at: float = 0.0) -> None:
        """Play a take of the project, fetched first where it is not here; for those who may, it is heard then."""

    def fetch(self, take: str) -> None:
        """Bring all files of somebody's take to this computer."""

    def free(self, take: str) -> None:
        """Let go of the local copy of somebody's take, once the server has said that it has it."""

    def submit(self, take: str, consent: Consent) -> None:
        """Give a take to the project."""

    def edit_consent(self, take: str, consent: Consent) -> None:
        """Say anew who is in a take of one's own, and what may be done with it."""

    def withdraw(self, take: str) -> None:
        """Take one's own take back; it can be submitted again."""

    def accept(self, take: str) -> None:
        """Accept a take."""

    def keep_for_later(self, take: str, reason: str) -> None:
        """Keep a take for later, with a reason that its maker sees."""

    def publish_cut(self, take: str, name: str) -> None:
        """Publish an accepted take as a version of the piece; "" for a name: not any more."""

    def say_used(self, take: str, seconds: float) -> None:
        """Say how much of an accepted take is in the piece; 0 is all of it."""

    def comment(self, about: str, text: str, anchor: Anchor | None = None, reply_to: str = "", to: str = "") -> None:
        """Say something about a take, a call, a step or the project; ``to`` an account is a nudge."""

    def resolve(self, comment: str, on: bool) -> None:
        """Say that a comment is settled, or that it is not."""

    def remove_comment(self, comment: str) -> None:
        """Take a comment away; ``undo`` brings it back."""

    def look_at_link(self, link: str) -> None:
        """See what a link to join leads to."""

    def join_project(self, link: str, name: str, passphrase: str) -> None:
        """Come in by a link; "" for a passphrase is a guest."""

    def log_in(self, url: str, name: str, passphrase: str) -> None:
        """Come back to a server with name and passphrase."""

    def leave_server(self) -> None:
        """Go back to this computer's own server."""

    def set_passphrase(self, new: str, old: str = "") -> None:
        """Choose a passphrase; a guest gets an account by it."""

    def move_project(self) -> None:
        """Move the project from this computer's own server to the one that was joined, with everything in it."""

    def invite(self, wanted: NewInvite) -> None:
        """Make a link into the project."""

    def revoke_invite(self, invite: str) -> None:
        """Let a link open nothing any more."""

    def set_role(self, account: str, role: Role) -> None:
        """Make somebody something else; ``undo`` makes them what they were."""

    def let_go(self, account: str) -> None:
        """Let somebody go; their takes and name stay. Oneself: leave."""

    def revoke_device(self, device: str) -> None:
        """Take a key back."""

    def rotate_key(self) -> None:
        """Use a new key on this computer; the old one opens nothing any more."""

    def make_recorder_key(self) -> None:
        """Make a key that adds takes to the project and does nothing else; it is shown once."""

    def edit_profile(self, skills: tuple[str, ...], about: str, minutes: int) -> None:
        """Say what one plays or makes, and how many minutes there are."""

    def seen_news(self) -> None:
        """Nothing of the news is fresh any more."""

    def dismiss_queued(self, edit: str) -> None:
        """Let go of an edit that was refused."""

    def follow_link(self, link: str) -> None:
        """Go to the place that a ``roomtone:`` link names."""
