"""The sync worker: its process, put together. ``orphan`` says when it ends."""

from __future__ import annotations

import logging
import signal
from random import SystemRandom
from typing import Any

import msgspec

from roomtone.foundation import settings
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.logs import log_to_file
from roomtone.foundation.paths import Home, find_home
from roomtone.foundation.workers import spawn
from roomtone.foundation.workers.host import OnlyOne, WorkerHost
from roomtone.foundation.workers.protocol import lock_file
from roomtone.upload.arrivals import Arrivals
from roomtone.upload.copies import Copies
from roomtone.upload.core import Core
from roomtone.upload.courier import Couriers
from roomtone.upload.desk import Desk
from roomtone.upload.feed import Feed
from roomtone.upload.http import RequestsTransport
from roomtone.upload.messages import Event
from roomtone.upload.moving import Mover
from roomtone.upload.people_desk import PeopleDesk
from roomtone.upload.place import Place
from roomtone.upload.preview_sender import PreviewSender
from roomtone.upload.records import Records
from roomtone.upload.replica.exchange import Exchange
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.replica.mine import OwnTakes
from roomtone.upload.replica.runner import Runner
from roomtone.upload.replica.store import open_store
from roomtone.upload.replica.stream import Stream
from roomtone.upload.reports import Reports
from roomtone.upload.together_desk import TogetherDesk
from roomtone.upload.uploader import Uploader

NAME = "sync"
log = logging.getLogger(__name__)


def run(home: str | None, arguments: list[str]) -> int:
    """Be the sync worker of a home; return 0 at once when it has one already."""
    detached = "--detached" in arguments
    if detached:
        # Before any thread exists.
        spawn.detach()
    place = find_home(home).prepare()
    lock = OnlyOne(lock_file(place, NAME))
    if not lock.take():
        return 0
    log_to_file(place.logs, NAME)
    try:
        _serve(place, detached=detached)
    finally:
        lock.release()
    return 0


def _serve(home: Home, *, detached: bool) -> None:
    clock = SystemClock()
    transport = RequestsTransport(clock)
    place = Place(home, transport)

    def handle(raw: msgspec.Raw) -> Any:
        return desk.handle(raw)

    def greeting() -> list[Event]:
        return reports.greeting()

    # The host is made first, because everything else tells through it; it listens when everything is there.
    host = WorkerHost(home, NAME, handle, greeting)
    reports = Reports(host.publish)

    def hear(project: str) -> None:
        runner.hear(project)

    arrivals = Arrivals(hear)
    keeper = Keeper(open_store(home.projects), place, OwnTakes(home.takes), arrivals, clock, host.publish)

    def listened() -> bool:
        return host.clients > 0

    stream = Stream(place, transport, clock, listened, hear)
    runner = Runner(keeper, Exchange(keeper, place, clock), clock, listened, stream.follows)
    copies = Copies(home.others, keeper, place, transport, host.publish)
    core = Core(SystemRandom())

    def busy() -> bool:
        return runner.busy or copies.busy or previews.busy

    records = Records(home.sync)
    uploader = Uploader(home.takes, clock, core, place, records, keeper, arrivals, reports, lambda: host.clients, busy)
    previews = PreviewSender(home.previews, place, transport, arrivals, clock, lambda: core.paused, uploader.cap)
    couriers = Couriers(transport, place, clock, uploader.folder, uploader.post)
    feed = Feed(place, clock, host.publish, listened)
    mover = Mover(keeper, place, clock, lambda: uploader.ask(uploader.begin_again))
    together = TogetherDesk(keeper, runner, stream, copies, PeopleDesk(place, transport), mover, place)
    desk = Desk(uploader, reports, place, transport, feed, runner, together)
    chosen = settings.load(home.settings)
    uploader.pause(chosen.uploads_paused)
    uploader.set_cap(chosen.upload_bytes_per_second)
    signal.signal(signal.SIGTERM, lambda *_: uploader.end())
    with host:
        if detached:
            spawn.say_ready()
        runner.start()
        stream.start()
        previews.start()
        uploader.run(couriers.send)
        stream.close()
        previews.close()
        runner.close()
        feed.close()
        couriers.close()
