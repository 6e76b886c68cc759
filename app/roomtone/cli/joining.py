"""``roomtone join``, ``login``, ``leave``, ``whoami``: which server is used, and as whom."""

from __future__ import annotations

import argparse
import getpass
import socket
import sys
from pathlib import Path
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import together
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.joining import Joining
from roomtone.studio.together_people import invitation_view
from roomtone.upload import messages as sync
from roomtone.wire.project.people import MIN_PASSPHRASE

_FILE: Final = "a file whose first line is the passphrase; “-” is the standard input"


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    joining = add_command(commands, "join", "come in by a link, or use a shared server from now on", _join)
    joining.add_argument("link", help="a link to join, or the address of a server")
    add_account(joining)
    joining.add_argument("--token", default="", help="the key, for an address that has none in it")
    joining.add_argument("--project", default="", metavar="ID", help="where takes go, for the key of a recorder")
    joining.add_argument("--title", default="", help="what that project is called in the titles of takes")
    joining.add_argument("--look", action="store_true", help="only say what the link leads to")
    logging = add_command(commands, "login", "come back to a server with name and passphrase", _login)
    logging.add_argument("url", help="its address")
    logging.add_argument("--name", default="", help="your name there (default: the name in your takes)")
    logging.add_argument("--passphrase-file", metavar="F", help=_FILE)
    add_command(commands, "leave", "go back to the server on this computer", _leave)
    add_command(commands, "whoami", "say which server is used, and as whom", _whoami)


def add_account(parser: argparse.ArgumentParser) -> None:
    """Let a command that comes in by a link say as whom."""
    parser.add_argument("--name", default="", help="what you are called there (default: the name in your takes)")
    parser.add_argument("--passphrase-file", metavar="F", help=f"{_FILE}; without one you are a guest")


def read_passphrase(file: str | None, question: str) -> str:
    """Return a passphrase from a file, or asked for where somebody sits; "" for none. Raises ``UsageError``."""
    if file == "-":
        return sys.stdin.readline().rstrip("\n")
    if file:
        try:
            found = Path(file).read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
            if found:
                return found
            raise UsageError(
                "no-passphrase", f"“{file}” holds no passphrase", "Its first line is empty", "Write it there"
            )
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                "unreadable-file", f"“{file}” was not read", str(getattr(error, "strerror", "") or error), "Check it"
            ) from error
    return getpass.getpass(question) if sys.stdin.isatty() else ""


def check_passphrase(passphrase: str, title: str) -> None:
    """Raise ``UsageError`` for a passphrase that no server takes."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "short-passphrase", title, f"A passphrase needs at least {MIN_PASSPHRASE} letters", "Choose a longer one"
        )


def account_passphrase(options: argparse.Namespace) -> str:
    """Return the passphrase of whoever comes in by a link; "" for a guest. Raises ``UsageError``."""
    passphrase = read_passphrase(options.passphrase_file, "A passphrase (none for a guest): ")
    if passphrase:
        check_passphrase(passphrase, "You did not come in")
    return passphrase


def device_name() -> str:
    """Return what this computer is called in the list of keys."""
    return socket.gethostname()[:100]


def _join(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        joining = Joining(people)
        if not joining.is_invitation(options.link):
            used = joining.use_server(options.link, options.token, options.project, options.title)
            return _who(used, output)
        found = people.workshop.sync().look_at_link(options.link)
        view = invitation_view(options.link, found)
        if options.look:
            output.document(found)
            output.say(f"“{view.title}”, as {view.role}, until {view.expires}")
            output.say(f"  {view.terms}")
            return 0
        # Read before anything is given, as in the window.
        output.say(f"“{view.title}”: {view.terms}")
        passphrase = account_passphrase(options)
        joined = joining.join(options.link, options.name, passphrase, device_name())
    output.document(joined)
    output.say(f"{joined.account.name} is {joined.role or view.role} of “{joined.title}” on {joined.url}")
    return 0


def _login(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    passphrase = read_passphrase(options.passphrase_file, "Passphrase: ")
    with together(home, clock) as people:
        return _who(Joining(people).log_in(options.url, options.name, passphrase, device_name()), output)


def _leave(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        return _who(Joining(people).leave(), output)


def _whoami(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        return _who(people.workshop.sync().whoami(), output)


def _who(membership: sync.Membership, output: Output) -> int:
    output.document(membership)
    where = "the server on this computer" if membership.embedded else membership.url
    output.say(f"{membership.account.name} on {where}")
    return 0
