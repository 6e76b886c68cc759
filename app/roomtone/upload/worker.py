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
from roomtone.upload.core import Core
from roomtone.upload.courier import Couriers
from roomtone.upload.desk import Desk
from roomtone.upload.feed import Feed
from roomtone.upload.http import RequestsTransport
from roomtone.upload.messages import Event
from roomtone.upload.place import Place
from roomtone.upload.records import Records
from roomtone.upload.reports import Reports
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
    records = Records(home.sync)
    kept = records.load()
    safe = {take for take, known in kept.items() if known.record.safe}

    def handle(raw: msgspec.Raw) -> Any:
        return desk.handle(raw)

    def greeting() -> list[Event]:
        return reports.greeting()

    # The host is made first, because everything else tells through it; it listens when everything is there.
    host = WorkerHost(home, NAME, handle, greeting)
    reports = Reports(host.publish, safe)
    uploader = Uploader(home.takes, clock, Core(SystemRandom()), place, records, kept, reports, lambda: host.clients)
    couriers = Couriers(transport, place, clock, uploader.folder, uploader.post)
    feed = Feed(place, clock, host.publish, lambda: host.clients > 0)
    desk = Desk(uploader, reports, place, transport, feed)
    chosen = settings.load(home.settings)
    uploader.pause(chosen.uploads_paused)
    uploader.set_cap(chosen.upload_bytes_per_second)
    signal.signal(signal.SIGTERM, lambda *_: uploader.end())
    with host:
        if detached:
            spawn.say_ready()
        uploader.run(couriers.send)
        feed.close()
        couriers.close()
