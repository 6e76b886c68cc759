"""``roomtone artwork …``: stills, stop-motion and time-lapses, from the first picture to the take."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType
from typing import Final

from roomtone.cli import drafted
from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.studio.drafting import Drafting, check_pace
from roomtone.takes.drafts import Draft, DraftKind

_KINDS: Final = (DraftKind.STILL, DraftKind.STOP_MOTION, DraftKind.TIME_LAPSE)
_NONE: Final = "Nothing is begun. roomtone artwork begin --kind still begins something."


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("artwork", help="make takes of pictures: stills, stop-motion, time-lapses")
    artwork = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = add_command(artwork, "list", "list what is begun, the last changed first", _list)
    listing.add_argument("--thrown-away", action="store_true", help="list what was thrown away")
    beginning = add_command(artwork, "begin", "begin a draft; it is kept on disk at every step", _begin)
    beginning.add_argument("--kind", choices=[kind.value for kind in _KINDS], default="still", help="what it is to be")
    beginning.add_argument("--title", default="", help="its title")
    beginning.add_argument("file", nargs="*", help="its first pictures")
    for name, text, command in (
        ("show", "show a draft with its pictures", _show),
        ("throw", "throw a draft away; restore brings it back", _throw),
        ("restore", "bring back a draft that was thrown away", _restore),
    ):
        add_command(artwork, name, text, command).add_argument("draft", help=drafted.DRAFT_HELP)
    adding = add_command(artwork, "add", "add pictures to a draft, in this order", _add)
    adding.add_argument("draft", help=drafted.DRAFT_HELP)
    adding.add_argument("file", nargs="+", help="PNG, JPEG, WebP, TIFF or GIF")
    for name, text, command in (
        ("drop", "leave a picture out of a draft", _drop),
        ("undrop", "put back a picture that was left out", _undrop),
    ):
        dropping = add_command(artwork, name, text, command)
        dropping.add_argument("draft", help=drafted.DRAFT_HELP)
        dropping.add_argument("picture", help="its name (0003.png), or its number from 1")
    titling = add_command(artwork, "title", "give a draft a title", _title)
    titling.add_argument("draft", help=drafted.DRAFT_HELP)
    titling.add_argument("title", help="the title")
    _add_cameras(artwork)
    keeping = add_command(artwork, "keep", "make a take of a draft: sealed, and sent to the project", _keep)
    keeping.add_argument("draft", help=drafted.DRAFT_HELP)
    drafted.add_aim(keeping)
    keeping.add_argument("--fps", type=int, default=12, metavar="N", help="pictures a second of a film (default: 12)")


def _add_cameras(artwork: Families[argparse.ArgumentParser]) -> None:
    snapping = add_command(artwork, "snap", "add a camera's picture to a draft", _snap)
    snapping.add_argument("draft", help=drafted.DRAFT_HELP)
    snapping.add_argument("--camera", default="", metavar="K", help="a camera, “screen”, or an address")
    snapping.add_argument("--mode", default="", metavar="M", help="its size and rate, such as 720p30")
    lapsing = add_command(artwork, "lapse", "take a picture every so often, until Ctrl+C or --count", _lapse)
    lapsing.add_argument("draft", nargs="?", help=f"{drafted.DRAFT_HELP} (default: a new one)")
    lapsing.add_argument(
        "--camera", "--source", dest="source", default="", metavar="K", help="a camera, “screen”, or an address"
    )
    lapsing.add_argument("--mode", default="", metavar="M", help="its size and rate, such as 720p30")
    lapsing.add_argument("--every", type=float, required=True, metavar="S", help="seconds between two pictures")
    lapsing.add_argument("--count", type=int, default=0, metavar="N", help="stop after N pictures")
    lapsing.add_argument("--title", default="", help="the title of a new one")


def _find(drafts: Drafting, reference: str) -> Draft:
    return drafted.check_kind(drafts.find(reference), _KINDS, "Use roomtone write for pages")


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        return drafted.list_them(drafts, output, lambda d: d.kind in _KINDS, thrown=options.thrown_away, none=_NONE)


def _begin(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = drafts.begin(DraftKind(options.kind), options.title)
        return _add_files(drafts, draft, options.file, output, f"Begun: {draft.id[:8]} “{draft.shown_title}”")


def _add(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = _find(drafts, options.draft)
        return _add_files(drafts, draft, options.file, output, f"“{draft.shown_title}”")


def _add_files(drafts: Drafting, draft: Draft, files: list[str], output: Output, sentence: str) -> int:
    """Add files; one that is refused does not keep the others out."""
    failed = 0
    for file in files:
        try:
            draft = drafts.add(draft, file)
        except RoomtoneError as error:
            failed += 1
            output.error(error)
    drafted.tell(output, draft, f"{sentence}, {drafted.amount(draft)}")
    return 1 if failed else 0


def _show(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = _find(drafts, options.draft)
        kept = drafts.take_folder(draft)
    output.document(drafted.document(draft))
    output.say(f"{draft.shown_title}: {draft.kind}, {drafted.amount(draft)}, {draft.state}")
    output.say(f"  {draft.id}")
    output.say(f"  {draft.folder}" if kept is None else f"  kept in {kept}")
    for number, picture in enumerate(draft.pictures if kept is None else (), 1):
        output.say(f"  {number:>3}  {picture.file.name}  {picture.at[:19].replace('T', ' ')} UTC")
    for picture in draft.all_pictures if kept is None else ():
        if picture.dropped:
            output.say(f"    –  {picture.file.name}  left out")
    return 0


def _drop(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_dropped(options, home, clock, output, on=True)


def _undrop(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_dropped(options, home, clock, output, on=False)


def _set_dropped(options: argparse.Namespace, home: Home, clock: Clock, output: Output, *, on: bool) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = drafts.drop(_find(drafts, options.draft), options.picture, on=on)
        return drafted.tell(output, draft, f"“{draft.shown_title}”, {drafted.amount(draft)}")


def _title(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = drafts.title(_find(drafts, options.draft), options.title)
        return drafted.tell(output, draft, draft.shown_title)


def _throw(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = drafts.throw_away(_find(drafts, options.draft), True)
        again = f"roomtone artwork restore {draft.id[:8]} brings it back"
        return drafted.tell(output, draft, f"Thrown away: “{draft.shown_title}”. {again}")


def _restore(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = drafts.throw_away(_find(drafts, options.draft), False)
        return drafted.tell(output, draft, f"“{draft.shown_title}”, {drafted.amount(draft)}")


def _snap(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock) as drafts:
        draft = _find(drafts, options.draft)
        with drafts.camera(options.camera, options.mode) as source:
            draft = drafts.snap(draft, source)
        return drafted.tell(output, draft, f"“{draft.shown_title}”, {drafted.amount(draft)}")


def _lapse(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    stop = threading.Event()

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    def told(draft: Draft) -> None:
        output.progress(f"{drafted.amount(draft)}, Ctrl+C stops")

    check_pace(options.every)
    with drafted.drafting(home, clock) as drafts:
        found = _find(drafts, options.draft) if options.draft else None
        with drafts.camera(options.source, options.mode) as source:
            # Only now: a camera that is not there leaves no empty draft behind.
            draft = found or drafts.begin(DraftKind.TIME_LAPSE, options.title)
            signal.signal(signal.SIGINT, asked_to_stop)
            signal.signal(signal.SIGTERM, asked_to_stop)
            output.say(f"A picture each {options.every:g} s into {draft.id[:8]} “{draft.shown_title}”")
            draft = drafts.lapse(draft, source, options.every, max(0, options.count), stop, told)
            output.progress_end()
        keep = f"roomtone artwork keep {draft.id[:8]} makes a film of it"
        return drafted.tell(output, draft, f"“{draft.shown_title}”, {drafted.amount(draft)}. {keep}")


def _keep(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with drafted.drafting(home, clock, options.call, prompt=options.prompt, giving=output) as drafts:
        return drafted.tell_kept(output, drafts.keep(_find(drafts, options.draft), options.fps))
