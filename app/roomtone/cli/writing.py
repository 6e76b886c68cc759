"""``roomtone write …``: pages of writing, from the first word to the take, and on from there."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from roomtone.cli import drafted
from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.drafting import Drafting
from roomtone.takes.draft_editing import MAX_TEXT_BYTES
from roomtone.takes.drafts import Draft, DraftKind

_NONE: Final = "No page is begun. roomtone write new begins one."
_FILE: Final = "a text file in UTF-8; “-” is the standard input"


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("write", help="make takes of writing: pages with their revisions")
    write = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = add_command(write, "list", "list the pages that are begun, the last changed first", _list)
    listing.add_argument("--thrown-away", action="store_true", help="list what was thrown away")
    beginning = add_command(write, "new", "begin a page", _new)
    beginning.add_argument("file", nargs="?", help=_FILE)
    beginning.add_argument("--title", default="", help="its title (default: its first line)")
    showing = add_command(write, "show", "print a page", _show)
    showing.add_argument("page", help=drafted.DRAFT_HELP)
    showing.add_argument("--revisions", action="store_true", help="print every revision, oldest first")
    revising = add_command(write, "revise", "give a page another text; one that was kept is gone on with", _revise)
    revising.add_argument("page", help=f"{drafted.DRAFT_HELP}, or those of a take of writing")
    revising.add_argument("file", help=_FILE)
    titling = add_command(write, "title", "give a page a title", _title)
    titling.add_argument("page", help=drafted.DRAFT_HELP)
    titling.add_argument("title", help="the title")
    for name, text, command in (
        ("keep", "make a take of a page: sealed, and sent to the project", _keep),
        ("throw", "throw a page away; restore brings it back", _throw),
        ("restore", "bring back a page that was thrown away", _restore),
    ):
        parser = add_command(write, name, text, command)
        parser.add_argument("page", help=drafted.DRAFT_HELP)
        if name == "keep":
            drafted.add_aim(parser)


def _page(drafts: Drafting, reference: str) -> Draft:
    return drafted.check_kind(drafts.find(reference), [DraftKind.WRITING], "Use roomtone artwork for pictures")


def _text(file: str) -> str:
    """Read a text, whole. Raises ``UsageError``."""
    name = "the standard input" if file == "-" else f"“{Path(file).name}”"
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(MAX_TEXT_BYTES + 1)
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_text(name, "It is no text in UTF-8", "Save it as UTF-8") from error
    except (OSError, ValueError) as error:
        raise _no_text(name, str(getattr(error, "strerror", error)), "Check its name") from error
    if len(raw) > MAX_TEXT_BYTES:
        raise _no_text(name, f"It is longer than {MAX_TEXT_BYTES >> 20} MiB", "Part it into several pages")
    return text


def _no_text(name: str, why: str, remedy: str) -> UsageError:
    return UsageError("unreadable-text", f"The text of {name} was not taken", why, remedy)


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        mine = DraftKind.WRITING
        return drafted.list_them(drafts, output, lambda d: d.kind is mine, thrown=options.thrown_away, none=_NONE)


def _new(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    text = _text(options.file) if options.file else ""
    with drafted.drafting(home, clock) as drafts:
        page = drafts.begin(DraftKind.WRITING, options.title)
        page = drafts.write(page, text)
        return drafted.tell(output, page, f"Begun: {page.id[:8]} “{page.shown_title}”, {drafted.amount(page)}")


def _show(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        page = _page(drafts, options.page)
    output.document(drafted.document(page))
    if not options.revisions:
        _print(output, page.text)
        return 0
    for number, revision in enumerate(page.revisions, 1):
        output.say(f"— {number} of {len(page.revisions)}, {revision.at[:19].replace('T', ' ')} UTC —")
        _print(output, revision.text)
    return 0


def _print(output: Output, text: str) -> None:
    for line in text.removesuffix("\n").split("\n"):
        output.say(line.expandtabs(4))


def _revise(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    text = _text(options.file)
    with drafted.drafting(home, clock) as drafts:
        page = drafted.check_kind(drafts.go_on(options.page), [DraftKind.WRITING], "Use roomtone artwork for pictures")
        page = drafts.write(page, text, revise=True)
        revisions = drafted.counted(len(page.revisions), "revision")
        return drafted.tell(output, page, f"{page.id[:8]} “{page.shown_title}”, {drafted.amount(page)}, {revisions}")


def _title(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        page = drafts.title(_page(drafts, options.page), options.title)
        return drafted.tell(output, page, page.shown_title)


def _keep(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock, options.call, prompt=options.prompt, giving=output) as drafts:
        return drafted.tell_kept(output, drafts.keep(_page(drafts, options.page)))


def _throw(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        page = drafts.throw_away(_page(drafts, options.page), True)
        again = f"roomtone write restore {page.id[:8]} brings it back"
        return drafted.tell(output, page, f"Thrown away: “{page.shown_title}”. {again}")


def _restore(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        page = drafts.throw_away(_page(drafts, options.page), False)
        return drafted.tell(output, page, f"“{page.shown_title}”, {drafted.amount(page)}")
