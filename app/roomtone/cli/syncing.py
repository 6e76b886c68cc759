"""``roomtone sync …``: the way to the server."""

from __future__ import annotations

import argparse
import queue
import threading
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import find_one, together
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.together_people import queued_views
from roomtone.studio.together_words import count
from roomtone.studio.workshop import Workshop
from roomtone.upload import messages as sync
from roomtone.upload.states import SyncState

_LOOK_SECONDS: Final = 0.1


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("sync", help="see and steer what is sent to the server")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(parts, "status", "say how everything stands", _status)
    now = add_command(parts, "now", "send everything now and wait for it", _now)
    now.add_argument("--wait", type=float, default=600.0, metavar="SECONDS", help="at most so long (600)")
    changes = add_command(
        parts, "changes", "list what was changed here and is not at the server, with the reason", _changes
    )
    changes.add_argument("--let-go", metavar="ID", help="forget a change that was refused; “all” forgets every one")
    watching = add_command(parts, "watch", "follow what is sent until Ctrl+C", _watch)
    watching.add_argument("--follow", action="store_true", help=argparse.SUPPRESS)
    add_command(parts, "pause", "send nothing more until resumed", _pause)
    add_command(parts, "resume", "go on sending", _resume)
    cap = add_command(parts, "cap", "send at most so many bytes a second", _cap)
    cap.add_argument("bytes_per_second", type=int, help="0 lifts the cap")


def _status(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    workshop = Workshop(home, clock)
    try:
        status = workshop.sync().status()
        waiting = _changes_waiting(workshop)
    finally:
        workshop.close()
    return _tell(status, output, waiting)


def _now(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        until = clock.monotonic() + options.wait
        status = workshop.sync().sync_now(options.wait)
        waiting = _changes_waiting(workshop)
        while waiting and status.link.online and clock.monotonic() < until:
            clock.wait(threading.Event(), _LOOK_SECONDS)
            waiting = _changes_waiting(workshop)
    finally:
        workshop.close()
    _tell(status, output, waiting)
    unsent = any(take.state is SyncState.NEEDS_YOU for take in status.takes) or status.link.waiting or waiting
    return 1 if unsent else 0


def _changes_waiting(workshop: Workshop) -> int:
    """Return how many changes of projects on the server in use have not reached it; what it refused is not waiting."""
    there = [project for project in workshop.sync().list_local_projects() if project.reachable]
    return sum(project.pending for project in there)


def _changes(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        queued = list(queued_views(people.document()))
        if options.let_go:
            refused = [(one.id, one.text) for one in queued if one.problem is not None]
            chosen = [one for one, _ in refused]
            if options.let_go != "all":
                chosen = [find_one("change", options.let_go, refused, "roomtone sync changes lists them")]
            for one in chosen:
                people.workshop.sync().dismiss_edit(one)
            queued = [one for one in queued if one.id not in chosen]
    output.document({"changes": queued})
    for view in queued:
        output.say(f"{view.id[:8]}  {view.text} · {view.state}")
        if view.problem is not None:
            output.say(f"          {view.problem.sentence()}")
    if not queued:
        output.say("Everything that was changed here is at the server.")
    return 0


def _tell(status: sync.Status, output: Output, changes: int) -> int:
    output.document(status)
    link = status.link
    where = "the server on this computer" if link.embedded else link.url
    takes = "1 take" if len(status.safe) == 1 else f"{len(status.safe)} takes"
    more = f", {count(changes, 'change')} waiting" if changes else ""
    output.say(f"{where}: {_reached(link)}; {takes} safe, {link.waiting} on the way{more}")
    for take in status.takes:
        sent, total = sum(t.sent for t in take.tracks), sum(t.total for t in take.tracks)
        share = f" {sent * 100 // total} %" if total else ""
        output.say(f"  {take.take[:8]}  {take.state}{share}")
        if take.problem is not None:
            output.say(f"            {take.problem.sentence()}")
    return 0


def _reached(link: sync.Link) -> str:
    if link.paused:
        return "paused"
    return {True: "reached", False: "not reached", None: "not asked yet"}[link.online]


def _watch(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    events: queue.SimpleQueue[sync.Event | None] = queue.SimpleQueue()
    workshop = Workshop(home, clock, on_sync=events.put, lost=lambda _: events.put(None))
    try:
        workshop.sync()
        while True:
            event = events.get()
            if event is None:
                # The sync worker ended; another one takes over.
                workshop.sync()
                continue
            output.event(event)
            match event:
                case sync.TakeSync():
                    output.say(f"{event.take[:8]}  {event.state}  {event.safe_seconds:.1f} s safe")
                case sync.Link():
                    output.say(f"server {_reached(event)}, {event.waiting} on the way")
                case _:
                    pass
    except KeyboardInterrupt:
        # That is how one stops to follow.
        return 0
    finally:
        workshop.close()


def _pause(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    return _set_pause(home, clock, output, on=True)


def _resume(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    return _set_pause(home, clock, output, on=False)


def _set_pause(home: Home, clock: Clock, output: Output, *, on: bool) -> int:
    workshop = Workshop(home, clock)
    try:
        workshop.change(uploads_paused=on)
        workshop.sync().pause(on)
    finally:
        workshop.close()
    output.document({"paused": on})
    output.say("Nothing more is sent until roomtone sync resume." if on else "Sending goes on.")
    return 0


def _cap(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    if options.bytes_per_second < 0:
        raise UsageError("bad-cap", "The cap was not set", "It cannot be negative", "Give 0 to lift it")
    workshop = Workshop(home, clock)
    try:
        workshop.change(upload_bytes_per_second=options.bytes_per_second)
        workshop.sync().set_cap(options.bytes_per_second)
    finally:
        workshop.close()
    output.document({"bytes_per_second": options.bytes_per_second})
    output.say(f"At most {options.bytes_per_second} bytes a second." if options.bytes_per_second else "No cap.")
    return 0
