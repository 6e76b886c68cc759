"""What a face may ask for about what people do together, each handed to the thread that may wait for it."""

from __future__ import annotations

from collections.abc import Callable

from roomtone.studio.backstage import Backstage
from roomtone.studio.company import Company
from roomtone.studio.contributing import Contributing
from roomtone.studio.cutting import publish_cut, say_used
from roomtone.studio.joining import Joining, recorder_words
from roomtone.studio.roles import Roles
from roomtone.studio.together import Together
from roomtone.studio.together_people import invitation_view
from roomtone.studio.visiting import Visiting
from roomtone.wire.project.items import (
    Anchor,
    CallFields,
    CommentFields,
    Consent,
    ProjectFields,
    StepFields,
    TakeFields,
    Template,
)
from roomtone.wire.project.people import NewInvite, Role


class TogetherStudio:
    """See ``together_intents.TogetherIntents``. What works offline is quick, everything else may wait."""

    def __init__(self, parts: Backstage) -> None:
        self._company: Company = parts.company
        self._visiting: Visiting = parts.visiting
        self._contributing: Contributing = parts.contributing
        self._together: Together = parts.together
        self._joining = Joining(parts.together)
        self._quick = parts.quick
        self._slow = parts.slow
        self._listening = parts.listening
        self._roles = Roles(parts.together, parts.company, parts.takes, parts.slow)

    def _edit(self, task: Callable[[], object]) -> None:
        self._quick.put(_then(task, self._company.ask))

    def _ask(self, task: Callable[[], object]) -> None:
        """Ask the server; what it says of people is read anew then."""
        self._slow.put(_then(task, self._company.load_people))

    # Projects.

    def choose_project(self, project: str) -> None:
        self._quick.put(lambda: self._visiting.choose_project(project))

    def start_project(self, title: str, template: Template, fields: ProjectFields) -> None:
        self._edit(lambda: self._together.start_project(title, template, fields))

    def edit_project(self, fields: ProjectFields) -> None:
        self._edit(lambda: self._together.edit_project(fields))

    def edit_step(self, step: str, fields: StepFields) -> None:
        self._edit(lambda: self._together.edit(step, fields))

    def edit_call(self, call: str, fields: CallFields) -> None:
        self._edit(lambda: self._together.edit(call, fields))

    # Answering.

    def answer_call(self, call: str) -> None:
        self._slow.put(lambda: self._contributing.answer_call(call))

    def answer_with(self, take: str, call: str) -> None:
        self._edit(lambda: self._together.edit(take, TakeFields(call=call)))

    def answer_prompt(self) -> None:
        self._quick.put(self._contributing.answer_prompt)

    def read_aloud(self, take: str) -> None:
        self._slow.put(lambda: self._contributing.read_aloud(take))

    # Takes.

    def review(self, take: str) -> None:
        self._quick.put(lambda: self._visiting.look_at(take))

    def turn_page(self, take: str, number: int) -> None:
        self._quick.put(lambda: self._visiting.turn_page(take, number))

    def listen(self, take: str, at: float = 0.0) -> None:
        begun = self._together.workshop.begun
        self._listening.put(lambda: self._visiting.listen(take, at, begun))

    def fetch(self, take: str) -> None:
        self._edit(lambda: self._together.workshop.sync().fetch_take(self._together.project(), take))

    def free(self, take: str) -> None:
        self._slow.put(_then(lambda: self._together.free(take), self._company.ask))

    def submit(self, take: str, consent: Consent) -> None:
        self._quick.put(lambda: self._contributing.submit(take, consent))

    def edit_consent(self, take: str, consent: Consent) -> None:
        self._edit(lambda: self._together.edit(take, TakeFields(consent=consent)))

    def withdraw(self, take: str) -> None:
        self._edit(lambda: self._together.withdraw(take))

    def accept(self, take: str) -> None:
        self._edit(lambda: self._together.accept(take))

    def keep_for_later(self, take: str, reason: str) -> None:
        self._edit(lambda: self._together.keep_for_later(take, reason))

    def publish_cut(self, take: str, name: str) -> None:
        self._edit(lambda: publish_cut(self._together, take, name))

    def say_used(self, take: str, seconds: float) -> None:
        self._edit(lambda: say_used(self._together, take, seconds))

    # Words.

    def comment(self, about: str, text: str, anchor: Anchor | None = None, reply_to: str = "", to: str = "") -> None:
        self._edit(lambda: self._together.comment(about, text, anchor, reply_to, to))

    def resolve(self, comment: str, on: bool) -> None:
        self._edit(lambda: self._together.edit(comment, CommentFields(resolved=on)))

    def remove_comment(self, comment: str) -> None:
        self._quick.put(lambda: self._contributing.remove_comment(comment))

    def seen_news(self) -> None:
        self._edit(self._together.seen_news)

    def dismiss_queued(self, edit: str) -> None:
        self._edit(lambda: self._together.workshop.sync().dismiss_edit(edit))

    def follow_link(self, link: str) -> None:
        self._quick.put(lambda: self._visiting.follow_link(link, self.listen))

    # People.

    def look_at_link(self, link: str) -> None:
        self._slow.put(lambda: self._look(link))

    def _look(self, link: str) -> None:
        self._company.invitation = None
        if link:
            found = self._together.workshop.sync().look_at_link(link)
            self._company.invitation = invitation_view(link, found)
        self._company.ask()

    def join_project(self, link: str, name: str, passphrase: str) -> None:
        def join() -> None:
            self._joining.join(link, name, passphrase)
            self._company.invitation = None

        self._ask(join)

    def log_in(self, url: str, name: str, passphrase: str) -> None:
        self._ask(lambda: self._joining.log_in(url, name, passphrase))

    def leave_server(self) -> None:
        self._ask(self._joining.leave)

    def set_passphrase(self, new: str, old: str = "") -> None:
        self._ask(lambda: self._together.workshop.sync().set_passphrase(new, old))

    def move_project(self) -> None:
        self._ask(self._joining.move)

    def invite(self, wanted: NewInvite) -> None:
        def make() -> None:
            made = self._together.workshop.sync().make_invite(self._together.project(), wanted)
            self._company.links[made.id] = made.link

        self._ask(make)

    def revoke_invite(self, invite: str) -> None:
        self._ask(lambda: self._together.workshop.sync().revoke_invite(self._together.project(), invite))

    def set_role(self, account: str, role: Role) -> None:
        self._slow.put(lambda: self._roles.give(account, role))

    def let_go(self, account: str) -> None:
        self._ask(lambda: self._together.workshop.sync().let_go(self._together.project(), account))

    def revoke_device(self, device: str) -> None:
        self._ask(lambda: self._together.workshop.sync().revoke_device(device))

    def rotate_key(self) -> None:
        def rotate() -> None:
            self._together.workshop.sync().rotate_key()
            self._company.tell_of_new_key()

        self._ask(rotate)

    def make_recorder_key(self) -> None:
        def make() -> None:
            self._company.recorder = recorder_words(self._together)

        self._ask(make)

    def edit_profile(self, skills: tuple[str, ...], about: str, minutes: int) -> None:
        self._edit(lambda: self._together.edit_profile(skills, about, minutes))


def _then(first: Callable[[], object], last: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        first()
        last()

    return both
