"""``roomtone takes …``: what was recorded."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from roomtone.cli import films, submitting
from roomtone.cli.aiming import aim, tell_terms
from roomtone.cli.command import Families, add_command, finite
from roomtone.cli.finding import find_take
from roomtone.cli.output import Output, table
from roomtone.engine import messages as engine
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.together import Together
from roomtone.studio.views import duration, size
from roomtone.studio.workshop import Workshop
from roomtone.takes.documents import PictureFacts
from roomtone.takes.folder import read_manifest
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.takes.model import TakeState

_TAKE = "its id, the start of its id, or its title"


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("takes", help="list, play, check and change takes")
    takes = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = add_command(takes, "list", "list the takes, newest first", _list)
    listing.add_argument("--trash", action="store_true", help="list what is in the trash")
    for name, text, command in (
        ("show", "show one take with its files", _show),
        ("verify", "read, hash and decode takes again", _verify),
        ("star", "set the star of a take", _star),
        ("unstar", "take the star off a take", _unstar),
        ("trash", "put a take into the trash", _trash),
        ("restore", "take a take out of the trash", _restore),
    ):
        parser = add_command(takes, name, text, command)
        parser.add_argument("take", nargs="*" if name == "verify" else None, help=_TAKE)
    playing = add_command(takes, "play", "play a take", _play)
    playing.add_argument("take", help=_TAKE)
    playing.add_argument("--at", type=finite, default=0.0, metavar="SECONDS", help="begin there")
    renaming = add_command(takes, "rename", "give a take another title", _rename)
    renaming.add_argument("take", help=_TAKE)
    renaming.add_argument("title", help="the new title")
    noting = add_command(takes, "note", "write a note to a take", _note)
    noting.add_argument("take", help=_TAKE)
    noting.add_argument("text", help="the note; it replaces the one before")
    bringing = add_command(takes, "import", "bring existing files in as takes", _import)
    bringing.add_argument(
        "file", nargs="+", help="WAV, FLAC, AIFF, MP3, M4A, OGG, MP4, MOV, MKV, PNG, JPEG, WebP, TIFF, GIF, PDF or text"
    )
    bringing.add_argument("--title", default="", help="the title (default: the name of the file)")
    bringing.add_argument("--call", metavar="C", help="the call that they answer")
    bringing.add_argument("--prompt", action="store_true", help="they answer the day's prompt")
    bringing.add_argument("--keep-location", action="store_true", help="keep where a file says it was made")
    add_command(takes, "recover", "make unfinished takes whole again", _recover)
    films.add(takes)
    submitting.add(takes)


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    found = _all(home, clock)
    items = [item for item in found if (item.state is TakeState.TRASHED) == options.trash]
    output.document(items)
    rows = [
        [_mark(item), item.id[:8], item.started[:16].replace("T", " "), _length(item), item.title]
        for item in items
        if item.problem is None
    ]
    for line in table([["", "id", "begun (UTC)", "length", "title"], *rows]) if rows else []:
        output.say(line)
    for item in items:
        if item.problem is not None:
            output.warn(item.problem)
    if not items:
        output.say(_none(found, trash=options.trash))
    return 0


def _all(home: Home, clock: Clock) -> list[LibraryItem]:
    workshop = Workshop(home, clock)
    try:
        return workshop.takes()
    finally:
        workshop.close()


def _none(found: list[LibraryItem], *, trash: bool) -> str:
    if trash:
        return "The trash is empty."
    if found:
        return "All takes are in the trash: roomtone takes list --trash"
    return "There are no takes yet. roomtone record makes one."


def _length(item: LibraryItem) -> str:
    """Say how long a take is; a picture or a page takes no time."""
    return duration(item.seconds) if item.seconds else "–"


def _mark(item: LibraryItem) -> str:
    return "●" if item.state is TakeState.RECORDING else "★" if item.starred else " "


def _show(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        item = workshop.find(options.take)
    finally:
        workshop.close()
    output.document(item)
    manifest = read_manifest(Path(item.folder))
    facts = {track.name: track.picture for track in manifest.tracks if track.picture} if manifest else {}
    output.say(f"{_mark(item)} {item.title}".strip())
    output.say(f"  {item.id}  {item.state}" + (f" ({item.ending})" if item.ending else ""))
    begun = f"begun {item.started[:19].replace('T', ' ')} UTC"
    output.say(f"  {begun}, {duration(item.seconds)} long" if item.seconds else f"  {begun}")
    if item.against:
        sure = "placed by hand" if item.by_hand else f"found by its sound, sure to {item.confidence:.0%}"
        output.say(f"  belongs to {item.against[:8]}, {item.offset:+.3f} s: {sure}")
    output.say(f"  {item.folder}")
    for track in item.tracks:
        output.say("  " + _track(track))
        if track.name in facts:
            output.say("    " + _pictures(facts[track.name]))
        if track.digest:
            output.say(f"    {track.digest}")
    for line in item.note.splitlines():
        output.say(f"  “{line}”")
    return 0


def _track(track: TrackItem) -> str:
    parts = [track.media]
    if track.rate:
        parts += [f"{track.rate / 1000:g} kHz", f"{track.bits} bits" if track.bits else ""]
        parts += [{1: "mono", 2: "stereo"}.get(track.channels, f"{track.channels} channels"), f"{track.frames} frames"]
    if track.width and track.height:
        parts.append(f"{track.width}×{track.height}")
    parts += [size(track.bytes), f"peak {track.peak:.1f} dBFS" if track.peak is not None else ""]
    return f"{track.name}: " + ", ".join(part for part in parts if part)


def _pictures(facts: PictureFacts) -> str:
    """Return how the pictures of a track really came."""
    parts = [f"{facts.frames} pictures", f"{facts.fps:.4g} a second", f"{facts.dropped} dropped"]
    if facts.missed:
        parts.append(f"{facts.missed} never came")
    if facts.offset_ms:
        parts.append(f"{facts.offset_ms:g} ms taken off by the sync test")
    parts += [f"gap of {gap.seconds:.1f} s at {duration(gap.at)}" for gap in facts.gaps]
    return ", ".join(parts)


def _play(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    done = threading.Event()
    heard = threading.Event()

    def told(event: engine.Event) -> None:
        if isinstance(event, engine.Status):
            if event.playing is not None:
                heard.set()
                output.progress(f"▶ {duration(event.playing.at)} / {duration(event.playing.length)}")
            elif heard.is_set():
                done.set()

    def lost(name: str) -> None:
        del name
        done.set()

    workshop = Workshop(home, clock, on_engine=told, lost=lost)
    try:
        title, playing = _begin_to_play(Together(workshop, clock), options.take, options.at)
        heard.set()
        output.document(playing)
        output.say(f"Playing “{title}”, {duration(playing.length)}")
        while not clock.wait(done, 1.0):
            if workshop.engine().status().playing is None:
                break
    except KeyboardInterrupt:
        workshop.engine().stop_playing()
    finally:
        output.progress_end()
        workshop.close()
    return 0


def _begin_to_play(people: Together, reference: str, at: float) -> tuple[str, engine.Playing]:
    """Play a take that was made here, or one of the project's: for those who say so, it is heard by that."""
    try:
        item = people.workshop.find(reference)
    except UsageError as error:
        if error.code != "no-such-take":
            raise
        try:
            state = people.document().state
            take = find_take(state, reference)
        except RoomtoneError:
            # What was said of the takes that were made here is said of those of the project, too.
            raise error from None
        if not people.listen(take, at):
            raise UsageError(
                "no-sound",
                f"“{state.takes[take].title}” is not played",
                "It has no sound",
                "takes fetch brings it",
            ) from error
        playing = people.workshop.engine().status().playing
        return state.takes[take].title, playing or engine.Playing(take, at, at)
    return item.title, people.workshop.playback.play(item, at)


def _verify(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        items = [workshop.find(ref) for ref in options.take] or [
            i for i in workshop.takes() if i.problem is None and i.state is not TakeState.RECORDING
        ]
        results: list[dict[str, object]] = []
        for item in items:
            try:
                checked = workshop.check(item)
                results.append({"take": item.id, "title": item.title, "ok": True, "tracks": checked})
                output.say(f"whole    {item.id[:8]}  {item.title}")
            except RoomtoneError as error:
                results.append({"take": item.id, "title": item.title, "ok": False, "problem": error.problem})
                output.say(f"DAMAGED  {item.id[:8]}  {item.title}")
                output.warn(error.problem)
        output.document(results)
        if not results:
            output.say("There is nothing to verify yet.")
    finally:
        workshop.close()
    return 0 if all(result["ok"] for result in results) else 1


def _import(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    brought = []
    failed = 0
    try:
        people = Together(workshop, clock)
        aim(people, options.call, prompt=options.prompt)
        for file in options.file:
            try:
                take = workshop.bring_in(file, options.title, keep_location=options.keep_location)
            except RoomtoneError as error:
                failed += 1
                output.error(error)
                continue
            brought.append(take)
            output.say(f"Brought in “{take.manifest.title}”: {take.folder}")
            if take.located:
                output.say(f"  {take.located}")
        if brought:
            # They are given only by submitting them.
            tell_terms(people, output)
    finally:
        workshop.close()
    output.document(brought)
    return 1 if failed else 0


def _recover(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    """The engine recovers whatever it finds when it starts; nothing is left to do but to start it."""
    del options
    workshop = Workshop(home, clock)
    before = {i.id for i in workshop.takes() if i.state is TakeState.RECORDING and i.problem is None}
    try:
        status = workshop.engine().status()
        rolling = status.rolling.id if status.rolling else ""
        after = [i for i in workshop.takes() if i.id in before and i.state is not TakeState.RECORDING]
        left = [i for i in workshop.takes() if i.state is TakeState.RECORDING and i.problem is None and i.id != rolling]
    finally:
        workshop.close()
    output.document({"recovered": after, "left": left})
    for item in after:
        output.say(f"Recovered “{item.title}”: {duration(item.seconds)}, kept in {Path(item.folder)}")
    for item in left:
        output.say(f"“{item.title}” could not be recovered yet; its files are in {Path(item.folder)}")
    if not after and not left:
        output.say("Nothing needs recovering.")
    return 1 if left else 0


def _rename(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    item = workshop.find(options.take)
    workshop.rename(item, options.title)
    return _after(workshop, item, output)


def _note(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    item = workshop.find(options.take)
    workshop.note(item, options.text)
    return _after(workshop, item, output)


def _star(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_star(options, home, clock, output, on=True)


def _unstar(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_star(options, home, clock, output, on=False)


def _set_star(options: argparse.Namespace, home: Home, clock: Clock, output: Output, *, on: bool) -> int:
    workshop = Workshop(home, clock)
    item = workshop.find(options.take)
    workshop.star(item, on)
    return _after(workshop, item, output)


def _trash(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_trash(options, home, clock, output, on=True)


def _restore(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    return _set_trash(options, home, clock, output, on=False)


def _set_trash(options: argparse.Namespace, home: Home, clock: Clock, output: Output, *, on: bool) -> int:
    workshop = Workshop(home, clock)
    item = workshop.find(options.take)
    workshop.trash(item, on)
    return _after(workshop, item, output)


def _after(workshop: Workshop, item: LibraryItem, output: Output) -> int:
    now = workshop.find(item.id)
    workshop.close()
    output.document(now)
    where = " (in the trash)" if now.state is TakeState.TRASHED else ""
    output.say(f"{_mark(now)} {now.title}{where}".strip())
    return 0
