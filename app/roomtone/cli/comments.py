"""``roomtone comment …``: words about takes, calls and steps, down to the second, the place or the line."""

from __future__ import annotations

import argparse
import re
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import find_anything, find_comment, find_person, together
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.together_comments import comments_of
from roomtone.studio.together_snapshot import CommentView
from roomtone.wire.project.items import Anchor, CommentFields, Lines, Moment, Region
from roomtone.wire.project.links import Place, write_link

_UNSAID: Final = "Nothing was said"


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("comment", help="say something about a take, at a second, a place or a line of it")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    adding = add_command(parts, "add", "say something", _add)
    adding.add_argument("about", help="a take, call or step, or “project”")
    adding.add_argument("text", help="the words")
    adding.add_argument("--at", metavar="TIME", help="where in the take: 7, 0:07 or 1:02:03.5")
    adding.add_argument("--until", metavar="TIME", help="up to where")
    adding.add_argument("--region", metavar="L,T,W,H", help="a part of the picture, in shares from 0 to 1")
    adding.add_argument("--page", type=int, default=1, help="the page of a PDF")
    adding.add_argument("--lines", metavar="N[-M]", help="lines of a text, from 1")
    adding.add_argument("--to", default="", metavar="PERSON", help="somebody it is meant for: a nudge")
    listing = add_command(parts, "list", "list what is said", _list)
    listing.add_argument("about", help="a take, call or step, or “project”")
    replying = add_command(parts, "reply", "answer a comment", _reply)
    replying.add_argument("comment", help="its id or the start of it")
    replying.add_argument("text", help="the words")
    resolving = add_command(parts, "resolve", "say that a comment is settled", _resolve)
    resolving.add_argument("--again", action="store_true", help="it is not settled")
    removing = add_command(parts, "remove", "take a comment away", _remove)
    removing.add_argument("--back", action="store_true", help="bring it back")
    for parser in (resolving, removing):
        parser.add_argument("comment", help="its id or the start of it")


def _add(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    anchor = _anchor(options)
    with together(home, clock) as people:
        state = people.document().state
        about = find_anything(state, options.about)
        to = find_person(state, options.to) if options.to else ""
        comment = people.comment(about, options.text, anchor, to=to)
    link = write_link(Place(state.id, about, anchor.at if isinstance(anchor, Moment) else None))
    output.document({"id": comment, "about": about, "anchor": anchor, "link": link})
    output.say(f"Said ({comment[:8]}): {link}")
    return 0


def _anchor(options: argparse.Namespace) -> Anchor | None:
    at = read_time(options.at) if options.at else 0.0
    if options.lines:
        first, _, last = options.lines.partition("-")
        try:
            return Lines(int(first), int(last or first))
        except ValueError as error:
            raise _bad_place(options.lines, "Write 3 or 3-5") from error
    if options.region:
        try:
            left, top, width, height = (float(share) for share in options.region.split(","))
        except ValueError as error:
            raise _bad_place(options.region, "Write four shares such as 0.1,0.2,0.3,0.3") from error
        if options.page < 1:
            raise _bad_place(f"page {options.page}", "Pages count from 1")
        return Region(left, top, width, height, options.page, at)
    if options.at:
        return Moment(at, read_time(options.until) if options.until else 0.0)
    return None


def read_time(text: str, title: str = _UNSAID) -> float:
    """Read a time as people write it: 7, 7.5, 0:07, 1:02:03. Raises ``UsageError`` of that title."""
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text):
        raise UsageError("bad-place", title, f"“{text}” is no time", "Write 7, 0:07 or 1:02:03")
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _bad_place(text: str, remedy: str) -> UsageError:
    return UsageError("bad-place", _UNSAID, f"“{text}” is no place", remedy)


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        facts = people.facts()
        about = find_anything(facts.state, options.about)
        comments = comments_of(facts, about)
    output.document({"about": about, "comments": comments})
    for comment in comments:
        _say(output, comment, "")
        for reply in comment.replies:
            _say(output, reply, "    ")
    if not comments:
        output.say("Nobody said anything yet.")
    return 0


def _say(output: Output, comment: CommentView, indent: str) -> None:
    where = f" at {comment.anchor}" if comment.anchor else ""
    state = " (settled)" if comment.resolved else " (waits for the server)" if comment.waiting else ""
    output.say(f"{indent}{comment.id[:8]}  {comment.person.name}{where}, {comment.when}: {comment.text}{state}")
    if comment.problem is not None:
        output.say(f"{indent}          {comment.problem.sentence()}")


def _reply(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        before = find_comment(state, options.comment)
        about = state.fields(before, CommentFields).about or state.id
        comment = people.comment(about, options.text, reply_to=before)
    output.document({"id": comment, "about": about, "reply_to": before})
    output.say(f"Answered ({comment[:8]})")
    return 0


def _resolve(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        comment = find_comment(people.document().state, options.comment)
        people.edit(comment, CommentFields(resolved=not options.again))
    output.document({"id": comment, "resolved": not options.again})
    output.say("It is open again" if options.again else "Settled")
    return 0


def _remove(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        comment = find_comment(people.document().state, options.comment)
        people.edit(comment, CommentFields(removed=not options.back))
    output.document({"id": comment, "removed": not options.back})
    output.say("It is back" if options.back else "Taken away; --back brings it back")
    return 0
