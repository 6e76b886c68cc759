"""``roomtone server …``: running the server and looking after its accounts."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from roomtone.foundation.arguments import MisunderstoodError, Parser
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.errors import RoomtoneError, UsageError, from_os_error
from roomtone.foundation.files import make_directory
from roomtone.foundation.logs import log_to_file
from roomtone.foundation.paths import Home, find_home
from roomtone.foundation.workers import spawn
from roomtone.server import accounts, checking
from roomtone.server.composition import Places, opened
from roomtone.server.db.contract import Repository
from roomtone.server.running import Announcement, Options, read_announcement, serve
from roomtone.wire.project.people import NewInvite, Role

DEFAULT_PORT: Final = 8470
# Nobody is made an owner by a link.
_ROLES: Final = [role.value for role in Role if role is not Role.OWNER]


def run(home: str | None, arguments: list[str]) -> int:
    """Carry out one command; return the exit code: 0, 1 for what the world did, 2 for wrong usage."""
    try:
        options = _parser().parse_args(arguments)
    except MisunderstoodError as error:
        sys.stderr.write(error.usage)
        _fail(error, "--json" in arguments)
        return 2
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    act: Callable[[argparse.Namespace, Home, Clock], int] = options.act
    try:
        return act(options, find_home(home), SystemClock())
    except OSError as error:
        return _fail(from_os_error(error, "running the server"), options.json)
    except UsageError as error:
        _fail(error, options.json)
        return 2
    except RoomtoneError as error:
        return _fail(error, options.json)


def _fail(error: RoomtoneError, as_json: bool) -> int:
    if as_json:
        _print(msgspec.json.encode({"error": error.problem}).decode())
    sys.stderr.write(f"{error}\n")
    return 1


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="roomtone server", description="The collaboration server.")
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    running = _add(commands, "run", _run, "run the server until it is told to end")
    running.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: only this computer)")
    running.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 chooses a free one")
    running.add_argument("--announce", type=Path, metavar="FILE", help="write the address there once it is reached")
    running.add_argument("--owner-token", type=Path, metavar="FILE", help="keep a token for the owner there")
    running.add_argument("--owner-name", default="Owner", metavar="NAME", help="the name of the owner's account")
    running.add_argument("--idle-exit", type=float, metavar="SECONDS", help="end when nothing was asked for so long")
    running.add_argument("--quota", type=int, metavar="BYTES", help="what one account may keep (default: no limit)")
    running.add_argument(
        "--proxy",
        action="append",
        default=[],
        type=_network,
        metavar="ADDRESS",
        help="a reverse proxy, or a network of them, that is believed when it says who asks; may be repeated",
    )
    running.add_argument("--detached", action="store_true", help=argparse.SUPPRESS)
    user = commands.add_parser("user", help="add, list and lock out people").add_subparsers(
        required=True, metavar="COMMAND"
    )
    adding = _add(user, "add", _user_add, "add an account and print its token and a link to join with")
    adding.add_argument("name")
    adding.add_argument("--project", metavar="ID", help="make it a member of this project")
    _add(user, "list", _user_list, "list the accounts")
    _add(user, "token", _user_token, "print another token for an account").add_argument("name")
    _add(user, "revoke", _user_revoke, "take all tokens from an account").add_argument("name")
    inviting = _add(commands, "invite", _invite, "print a link that opens a project to whoever has it")
    inviting.add_argument("--project", required=True, metavar="ID")
    inviting.add_argument("--role", default="contributor", choices=_ROLES, help="what it makes of people")
    inviting.add_argument("--days", type=int, default=14, help="how long it works, 1 to 365")
    inviting.add_argument("--uses", type=int, default=100, help="how many people it lets in, 1 to 10000")
    looking = _add(commands, "check", _check, "compare the database with the stored bytes")
    looking.add_argument("--deep", action="store_true", help="read every byte and compute every digest again")
    return parser


def _add(commands: Any, name: str, act: Callable[[argparse.Namespace, Home, Clock], int], help_text: str) -> Any:
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.add_argument("--data", type=Path, metavar="DIR", help="the server's folder (default: in the home)")
    command.add_argument(
        "--database",
        metavar="URL",
        help="a PostgreSQL database, postgresql://user@host/name, instead of a file in the folder;"
        " the password is read from PGPASSWORD or ~/.pgpass",
    )
    command.add_argument(
        "--store",
        metavar="URL",
        help="an object store, s3://bucket/prefix?endpoint=URL, instead of the folder; its keys are read from"
        " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; no two servers may share a prefix",
    )
    command.add_argument("--json", action="store_true", help="one JSON document on standard output")
    command.set_defaults(act=act)
    return command


def _data(options: argparse.Namespace, home: Home) -> Path:
    chosen: Path | None = options.data
    return chosen.absolute() if chosen is not None else home.server


def _places(options: argparse.Namespace, home: Home) -> Places:
    return Places(_data(options, home), options.database, options.store)


def _run(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    if options.detached:
        # Before any thread exists.
        spawn.detach()
    if options.idle_exit is not None and options.idle_exit <= 0:
        raise UsageError("bad-usage", "The server was not started", "--idle-exit needs a time above 0", "Correct it")
    if options.quota is not None and options.quota <= 0:
        raise UsageError("bad-usage", "The server was not started", "--quota needs a size above 0", "Correct it")
    make_directory(home.logs)
    log_to_file(home.logs, "server")

    def ready(announcement: Announcement) -> None:
        if options.detached:
            spawn.say_ready()
        elif options.json:
            _print(msgspec.json.encode(announcement).decode())
        else:
            _print(f"Roomtone's server listens at {announcement.url}")

    chosen = Options(
        places=_places(options, home),
        host=options.host,
        port=options.port,
        announce=options.announce,
        owner_token=options.owner_token,
        owner_name=options.owner_name,
        idle_exit=options.idle_exit,
        quota=options.quota,
        proxies=tuple(options.proxy),
    )
    serve(chosen, clock, ready)
    return 0


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no address and no network, such as 10.0.0.7") from None


def _with_repository(options: argparse.Namespace, home: Home, act: Callable[[Repository], int]) -> int:
    places = _places(options, home)
    make_directory(places.data, 0o700)
    repository = places.open_repository()
    try:
        return act(repository)
    finally:
        repository.close()


def _server_url(data: Path) -> str:
    running = read_announcement(data)
    return running.url if running else f"http://127.0.0.1:{DEFAULT_PORT}"


def _join_url(data: Path, token: str) -> str:
    return f"{_server_url(data)}/#token={token}"


def _tell_token(options: argparse.Namespace, home: Home, name: str, token: str) -> int:
    url = _join_url(_data(options, home), token)
    if options.json:
        _print(msgspec.json.encode({"name": name, "token": token, "url": url}).decode())
    else:
        _print(f"token: {token}\njoin:  {url}")
    return 0


def _user_add(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    def act(repository: Repository) -> int:
        account, token = accounts.add_account(repository, options.name, clock, options.project)
        return _tell_token(options, home, account.name, token)

    return _with_repository(options, home, act)


def _user_list(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    del clock

    def act(repository: Repository) -> int:
        found = repository.accounts()
        if options.json:
            told = [{"id": one.id, "name": one.name, "created": one.created, "guest": one.guest} for one in found]
            _print(msgspec.json.encode({"accounts": told}).decode())
        else:
            for account in found:
                _print(f"{account.id}  {account.name}")
        return 0

    return _with_repository(options, home, act)


def _user_token(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    def act(repository: Repository) -> int:
        return _tell_token(options, home, options.name, accounts.another_token(repository, options.name, clock))

    return _with_repository(options, home, act)


def _user_revoke(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    del clock

    def act(repository: Repository) -> int:
        count = repository.drop_keys(accounts.find_account(repository, options.name).id)
        line = msgspec.json.encode({"revoked": count}).decode() if options.json else f"{count} tokens taken back"
        _print(line)
        return 0

    return _with_repository(options, home, act)


def _invite(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    if not 1 <= options.days <= 365 or not 1 <= options.uses <= 10_000:
        raise UsageError("bad-usage", "No link was made", "--days or --uses is out of its range", "Correct it")
    wanted = NewInvite(Role(options.role), options.days, options.uses)

    def act(repository: Repository) -> int:
        made = accounts.invite(repository, options.project, wanted, clock)
        url = f"{_server_url(_data(options, home))}/join#{made.code}"
        if options.json:
            _print(msgspec.json.encode({"url": url, "invite": made}).decode())
        else:
            _print(f"{url}\nIt works until {made.expires}, for {made.uses_left} people")
        return 0

    return _with_repository(options, home, act)


def _check(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    del clock
    with opened(_places(options, home)) as (repository, storage):
        report = checking.check(repository, storage, deep=options.deep)
    if options.json:
        _print(msgspec.json.encode(report).decode())
    else:
        for fault in report.faults:
            _print(fault)
        _print(f"{report.tracks} tracks, {report.bytes} bytes, {len(report.faults)} faults")
    return 1 if report.faults else 0
