"""``roomtone people …``: who is in the project, the links into it, roles, keys, and one's own profile."""

from __future__ import annotations

import argparse

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import NAMED, find_one, find_person, together
from roomtone.cli.joining import check_passphrase, read_passphrase
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.joining import recorder_command
from roomtone.studio.together_people import device_view, invite_view, people_view
from roomtone.wire.project.items import ProfileFields
from roomtone.wire.project.people import NewInvite, Role


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("people", help="see who is here, invite, change roles, keep your keys")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(parts, "list", "list everybody in the project", _list)
    inviting = add_command(parts, "invite", "make a link that needs no e-mail; it is told once", _invite)
    roles = [role.value for role in Role if role is not Role.OWNER]
    inviting.add_argument("--role", choices=roles, default=Role.CONTRIBUTOR.value, help="what it makes people")
    inviting.add_argument("--days", type=int, default=14, help="how long it opens (14)")
    inviting.add_argument("--uses", type=int, default=100, help="for how many people (100)")
    inviting.add_argument("--note", default="", help="what it is for, for the list")
    add_command(parts, "invites", "list the links", _invites)
    revoking = add_command(parts, "revoke", "let a link open nothing any more", _revoke)
    revoking.add_argument("invite", help="its id or the start of it")
    changing = add_command(parts, "role", "make somebody something else", _role)
    changing.add_argument("person", help=NAMED)
    changing.add_argument("role", choices=[role.value for role in Role], help="what they are from now on")
    going = add_command(parts, "let-go", "let somebody go, or leave; takes and name stay", _let_go)
    going.add_argument("person", help=f"{NAMED}; “me” leaves")
    add_command(parts, "devices", "list the keys of your account", _devices)
    adding = add_command(parts, "recorder-key", "make a key that can add takes and nothing else", _recorder_key)
    adding.add_argument("--device", default="", help="what the recorder is called")
    taking = add_command(parts, "revoke-device", "take a key back", _revoke_device)
    taking.add_argument("device", help="its id, the start of its id, or its name")
    add_command(parts, "rotate", "use a new key on this computer; the old one opens nothing more", _rotate)
    profile = add_command(parts, "profile", "show or change what you play or make", _profile)
    profile.add_argument("--skill", action="append", help="what you play or make; several times")
    profile.add_argument("--about", help="a few words")
    profile.add_argument("--minutes", type=int, help="how many minutes you usually have")
    passphrase = add_command(parts, "passphrase", "choose a passphrase; a guest gets an account by it", _passphrase)
    passphrase.add_argument("--new-file", metavar="F", help="a file with the new one; “-” is the standard input")
    passphrase.add_argument("--old-file", metavar="F", help="a file with the one before")


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        facts = people.facts()
    view = people_view(facts)
    output.document({"people": view.people, "server": view.server, "online": view.online})
    rows = [
        [p.account[:8], p.name + (" (you)" if p.me else ""), p.role.value, ", ".join(p.skills)] for p in view.people
    ]
    for line in table([["id", "name", "role", ""], *rows]) if rows else ["Nobody is known here yet."]:
        output.say(line)
    output.say(f"On: {view.server}" + ("" if view.online else " (not reached now)"))
    return 0


def _invite(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    for given, most, what in ((options.days, 365, "days"), (options.uses, 10_000, "uses")):
        if not 1 <= given <= most:
            raise UsageError("bad-invite", "No link was made", f"{given} {what} cannot be", f"Give 1 to {most}")
    with together(home, clock) as people:
        wanted = NewInvite(Role(options.role), options.days, options.uses, options.note)
        made = people.workshop.sync().make_invite(people.project(), wanted)
    output.document(made)
    output.say(made.link)
    output.say(f"Whoever has it becomes {made.role}, until {made.expires[:10]}. It is shown only now.")
    return 0


def _invites(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        facts = people.facts()
        invites = people.workshop.sync().list_invites(people.project())
    output.document(invites)
    for invite in invites.invites:
        output.say(f"{invite.id[:8]}  {invite_view(facts, invite).detail}")
    if not invites.invites:
        output.say("No link was made yet. roomtone people invite makes one.")
    return 0


def _revoke(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        sync, project = people.workshop.sync(), people.project()
        there = [(invite.id, invite.note) for invite in sync.list_invites(project).invites]
        invite = find_one("invite", options.invite, there, "roomtone people invites shows the links with their ids")
        sync.revoke_invite(project, invite)
    output.document({"id": invite, "revoked": True})
    output.say("The link opens nothing any more")
    return 0


def _role(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        account = find_person(people.document().state, options.person)
        member = people.workshop.sync().set_role(people.project(), account, Role(options.role))
    output.document(member)
    output.say(f"{member.name} is {member.role} now")
    return 0


def _let_go(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        document = people.document()
        account = document.me if options.person == "me" else find_person(document.state, options.person)
        people.workshop.sync().let_go(people.project(), account)
    output.document({"account": account, "gone": True})
    output.say(f"{document.state.name(account)} is not in the project any more; takes and name stay")
    return 0


def _devices(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        devices = people.workshop.sync().list_devices()
        facts = people.facts()
    output.document(devices)
    for device in devices.devices:
        view = device_view(facts, device)
        output.say(f"{device.id[:8]}  {view.name} · {view.detail}")
    return 0


def _recorder_key(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        project, title = people.workshop.project()
        key = people.workshop.sync().make_recorder_key(people.project(), options.device)
        server = people.workshop.sync().whoami().url
    output.document(key)
    output.say(key.token)
    output.say("It can add takes to this project and nothing else. It is shown only now. On the recorder:")
    output.say(recorder_command(server, "KEY", project, title))
    return 0


def _revoke_device(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        sync = people.workshop.sync()
        there = [(device.id, device.device) for device in sync.list_devices().devices]
        device = find_one("device", options.device, there, "roomtone people devices shows the keys with their ids")
        sync.revoke_device(device)
    output.document({"id": device, "revoked": True})
    output.say("The key opens nothing any more")
    return 0


def _rotate(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        membership = people.workshop.sync().rotate_key()
    output.document(membership)
    output.say("This computer has a new key; the old one opens nothing any more")
    return 0


def _profile(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        document = people.document()
        now = document.state.fields(document.me, ProfileFields)
        if (options.skill, options.about, options.minutes) != (None, None, None):
            people.edit_profile(
                options.skill if options.skill is not None else now.skills or [],
                options.about if options.about is not None else now.about or "",
                options.minutes if options.minutes is not None else now.minutes or 0,
            )
            now = people.document().state.fields(document.me, ProfileFields)
    output.document(now)
    words = [", ".join(now.skills or []), now.about or "", f"{now.minutes} minutes" if now.minutes else ""]
    output.say(" · ".join(word for word in words if word) or "Nothing yet. --skill says what you play or make.")
    return 0


def _passphrase(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    new = read_passphrase(options.new_file, "The new passphrase: ")
    check_passphrase(new, "The passphrase was not changed")
    old = read_passphrase(options.old_file, "The one before (none for a guest): ")
    with together(home, clock) as people:
        try:
            people.workshop.sync().set_passphrase(new, old)
        except RoomtoneError as error:
            if error.code != "wrong-name-or-passphrase":
                raise
            raise UsageError(
                "wrong-passphrase",
                "The passphrase was not changed",
                "The one before is another one" if old else "There is one already, and it was not named",
                "Name the one before with --old-file",
            ) from error
    output.document({"changed": True})
    output.say("The passphrase was chosen. roomtone login comes back with it, from any computer")
    return 0
