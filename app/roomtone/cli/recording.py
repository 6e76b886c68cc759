"""``roomtone record``: one take, from the input into the project."""

from __future__ import annotations

import argparse
import contextlib
import queue
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any, Final

from roomtone.assembly.messages import Loudness
from roomtone.cli.aiming import findings, get_ready, tell_terms
from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output
from roomtone.devices.model import PRACTICE_TONE
from roomtone.engine import messages as engine
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError, WorldError
from roomtone.foundation.paths import Home
from roomtone.studio.together import Together
from roomtone.studio.together_snapshot import FindingView
from roomtone.studio.views import duration
from roomtone.studio.workshop import Workshop
from roomtone.takes.documents import PictureFacts, TrackSeal
from roomtone.upload import messages as sync
from roomtone.upload.states import SyncState

_SAFE_SECONDS: Final = 120.0
_SETTLE_SECONDS: Final = 4.0
_GRACE_SECONDS: Final = 1.0
_NARROW: Final = 24
_RATES: Final = (8_000, 384_000)


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    parser = add_command(commands, "record", "record a take until Ctrl+C, or for --seconds", _record)
    parser.add_argument("--project", metavar="P", help="the project it goes to (id or title)")
    parser.add_argument(
        "--input", default="", metavar="I", help="an input (id, name or part of it); “practice” is the tone"
    )
    parser.add_argument("--channels", default="", metavar="C", help="1,2: two mono tracks; 1+2: one stereo track")
    parser.add_argument("--rate", type=int, default=0, metavar="HZ", help="sample rate (default: the device's)")
    parser.add_argument("--format", choices=["flac", "wav", "wav-float"], help="flac (24-bit), wav (24-bit), wav-float")
    parser.add_argument(
        "--camera",
        action="append",
        default=[],
        metavar="K",
        help="also a camera, screen or window (name or part of it), or an address (http://…, rtsp://…); several times",
    )
    parser.add_argument("--mode", default="", metavar="M", help="the size and rate of the pictures, such as 720p30")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after N seconds")
    parser.add_argument("--title", default="", help="the title (default: project – part – person – number)")
    parser.add_argument("--part", help="the part that is played")
    parser.add_argument("--call", metavar="C", help="the call that it answers: part, rate and guide are set by it")
    parser.add_argument("--guide", action="append", metavar="TAKE", help="a take to hear meanwhile; several times")
    parser.add_argument("--read", metavar="TAKE", help="read somebody's text aloud")
    parser.add_argument("--prompt", action="store_true", help="it answers the day's prompt")
    parser.add_argument("--follow", action="store_true", help="with --json: print levels and states as they come")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until the take is safe on the server")
    stopping = add_command(commands, "stop", "end the take that is being recorded, wherever it was begun", _stop)
    stopping.add_argument("--no-wait", action="store_true", help="do not wait until the take is safe on the server")


class Recording:
    """One ``record`` command: starts the take, follows it, stops it, waits until it is safe."""

    def __init__(self, home: Home, clock: Clock, output: Output, *, follow: bool) -> None:
        self._clock = clock
        self._output = output
        self._follow = follow
        self._events: queue.SimpleQueue[engine.Event | sync.Event | str | None] = queue.SimpleQueue()
        self._synced: dict[str, sync.TakeSync] = {}
        self._link: sync.Link | None = None
        # What is wrong now: the camera or "" for the input and the disk, and the code.
        self._troubles: set[tuple[str, str]] = set()
        self.asked = 0
        self.stopped = clock.monotonic()
        self.workshop = Workshop(home, clock, self._events.put, self._events.put, self._events.put)

    def wake(self) -> None:
        """Look at once whether to stop. May be called from a signal handler."""
        self.asked += 1
        self._events.put(None)

    def catch_up(self) -> None:
        """Take in what was told until now. What was wrong with an input that was opened since then is past."""
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return
            if isinstance(event, engine.Status):
                self._tell(event)
            else:
                self._hear(event, None)

    def roll(self, rolling: engine.Rolling, seconds: float | None, ending: threading.Event) -> engine.Sealed:
        """Follow the take until it is time to stop, it was stopped elsewhere, or its input or disk is gone."""
        began = self._clock.monotonic()
        while not ending.is_set():
            passed = self._clock.monotonic() - began
            if seconds is not None and passed >= seconds:
                break
            try:
                event = self._events.get(timeout=0.25 if seconds is None else max(0.001, min(0.25, seconds - passed)))
            except queue.Empty:
                continue
            self.stopped = self._clock.monotonic()
            sealed = self._hear(event, rolling)
            if sealed is not None:
                return sealed
        self.stopped = self._clock.monotonic()
        return self.workshop.stop_take(rolling.id)

    def wait_until_safe(self, sealed: engine.Sealed, seconds: float) -> sync.TakeSync | None:
        """Wait for the server's word; return how the take stands, at most ``seconds`` later.

        Being asked to stop once more ends the waiting: the take is kept, and sent without us.
        """
        take = sealed.manifest.id
        asked = self.asked
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0 and self.asked == asked:
            synced = self._synced.get(take)
            if synced is not None and synced.state in (SyncState.SAFE, SyncState.NEEDS_YOU):
                return synced
            if self._link is not None and self._link.online is False:
                return synced
            try:
                self._hear(self._events.get(timeout=min(left, 0.5)), None)
            except queue.Empty:
                # The sync worker may have ended; then it is started again, and no error after a good take.
                with contextlib.suppress(RoomtoneError):
                    for known in self.workshop.sync().status().takes:
                        self._synced[known.take] = known
        return self._synced.get(take)

    def _hear(
        self, event: engine.Event | sync.Event | str | None, rolling: engine.Rolling | None
    ) -> engine.Sealed | None:
        match event:
            case engine.Sealed() if rolling is not None and event.manifest.id == rolling.id:
                return event
            case engine.Levels():
                self._tell(event)
                self._show(event, rolling)
            case sync.TakeSync():
                self._synced[event.take] = event
                self._tell(event)
            case sync.Link():
                self._link = event
                self._tell(event)
            case engine.Notice():
                if ("", event.problem.code) not in self._troubles:
                    self._troubles.add(("", event.problem.code))
                    self._output.warn(event.problem)
            case engine.Status():
                self._tell(event)
                self._warn_of(event)
            case "engine" if rolling is not None:
                return self._found_again(rolling)
        return None

    def _warn_of(self, status: engine.Status) -> None:
        """Tell of each trouble once, for as long as it lasts, and not again with every figure that changes in it."""
        found = [("", status.trouble), *((camera.source, camera.trouble) for camera in status.cameras)]
        now: set[tuple[str, str]] = set()
        for source, trouble in found:
            if trouble is None:
                continue
            now.add((source, trouble.code))
            if (source, trouble.code) not in self._troubles:
                self._output.progress_end()
                self._output.warn(trouble)
        self._troubles = now

    def _found_again(self, rolling: engine.Rolling) -> engine.Sealed | None:
        """The engine died: the next one recovers the take as it starts."""
        self.workshop.engine()
        item = self.workshop.find(rolling.id)
        raise WorldError(
            "engine-died",
            "The recording was cut off",
            "The engine worker ended",
            f"{duration(item.seconds)} of it were recovered into {item.folder}",
        )

    def _tell(self, event: Any) -> None:
        if self._follow:
            self._output.event(event)

    def _show(self, levels: engine.Levels, rolling: engine.Rolling | None) -> None:
        if rolling is None or self._output.json:
            return
        synced = self._synced.get(rolling.id)
        peak = max(level[0] for level in levels.channels)
        bar = "█" * max(0, int((peak + 60) / 60 * _NARROW))
        safe = f"{synced.safe_seconds:.1f} s in the project" if synced else ""
        self._output.progress(
            f"● {duration(levels.frames / rolling.rate)}  {bar:<{_NARROW}} {peak:6.1f} dB  {safe}  Ctrl+C stops"
        )


def _record(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    if options.seconds is not None and not 0 < options.seconds < 1_000_000:
        raise UsageError("bad-seconds", "Nothing was recorded", "--seconds must be more than 0", "Give a number")
    if options.mode and not options.camera:
        raise UsageError("no-camera", "Nothing was recorded", "--mode is for a camera", "Name one with --camera")
    if options.rate and not _RATES[0] <= options.rate <= _RATES[1]:
        raise UsageError(
            "bad-rate", "Nothing was recorded", f"{options.rate} is no sample rate", "Give one such as 44100 or 96000"
        )
    ending = threading.Event()
    recording = Recording(home, clock, output, follow=options.follow)

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        ending.set()
        recording.wake()

    signal.signal(signal.SIGINT, asked_to_stop)
    signal.signal(signal.SIGTERM, asked_to_stop)
    try:
        get_ready(Together(recording.workshop, clock), options, output)
        return record_once(recording, options, output, ending, clock)
    finally:
        recording.workshop.close()


def record_once(
    recording: Recording, options: argparse.Namespace, output: Output, ending: threading.Event, clock: Clock
) -> int:
    """Record one take as ``options`` say and print what became of it."""
    workshop = recording.workshop
    running = workshop.engine().status()
    if running.rolling is not None:
        raise UsageError(
            "recording",
            "No second take was begun",
            f"“{running.rolling.title}” is being recorded",
            "End it with roomtone stop, in the window, or with Ctrl+C where it was begun",
        )
    form = options.format or workshop.settings.format
    source = workshop.open_input(options.input or workshop.settings.input, options.channels, options.rate, form)
    recording.catch_up()
    if source.device == PRACTICE_TONE:
        output.say("This is the built-in practice tone, not a microphone.")
    for wanted in options.camera:
        camera = workshop.engine().open_camera(wanted, options.mode)
        output.say(f"With the picture of {camera.name}, {camera.width}×{camera.height}")
        if camera.trouble is not None:
            output.warn(camera.trouble)
    if options.camera:
        _let_settle(workshop, clock)
    try:
        workshop.watch()
    except RoomtoneError as error:
        # Without it the take stays on this computer; that is no reason not to record it.
        output.warn(error.problem)
    # By now nothing refuses the take any more, and it has not begun.
    tell_terms(Together(workshop, clock), output)
    # We end it on time. Should we be gone by then, the engine does so a moment later.
    limit = options.seconds + _GRACE_SECONDS if options.seconds is not None else 0.0
    rolling = workshop.start_take(options.title, options.part, limit)
    output.say(f"Recording “{rolling.title}” from {source.name}, {source.rate / 1000:g} kHz")
    sealed = recording.roll(rolling, options.seconds, ending)
    output.progress_end()
    return _see_it_safe(recording, sealed, output, clock, wait=not options.no_wait)


def _let_settle(workshop: Workshop, clock: Clock) -> None:
    """Give new cameras the moment in which their clocks are learnt, so that the first picture is in time as well."""
    deadline = clock.monotonic() + _SETTLE_SECONDS
    never = threading.Event()
    while clock.monotonic() < deadline and not all(camera.fps for camera in workshop.engine().status().cameras):
        clock.wait(never, 0.1)


def _stop(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    recording = Recording(home, clock, output, follow=False)
    workshop = recording.workshop
    try:
        rolling = workshop.engine().status().rolling
        if rolling is None:
            raise UsageError(
                "not-recording", "Nothing was ended", "No take is being recorded", "roomtone record begins one"
            )
        with contextlib.suppress(RoomtoneError):
            workshop.watch()
        recording.stopped = clock.monotonic()
        sealed = workshop.stop_take(rolling.id)
        return _see_it_safe(recording, sealed, output, clock, wait=not options.no_wait)
    finally:
        workshop.close()


def _see_it_safe(recording: Recording, sealed: engine.Sealed, output: Output, clock: Clock, *, wait: bool) -> int:
    """Wait for the server's word, where that is wanted; print what became of the take."""
    synced = recording.wait_until_safe(sealed, _SAFE_SECONDS) if wait else None
    safe = synced is not None and synced.state is SyncState.SAFE
    to_safe = round((clock.monotonic() - recording.stopped) * 1000, 1) if safe else None
    found = findings(Together(recording.workshop, clock), sealed.manifest)
    _report(output, recording.workshop, sealed, synced, to_safe, found)
    return 1 if synced is not None and synced.state is SyncState.NEEDS_YOU else 0


def _report(
    output: Output,
    workshop: Workshop,
    sealed: engine.Sealed,
    synced: sync.TakeSync | None,
    to_safe: float | None,
    found: tuple[FindingView, ...],
) -> None:
    manifest = sealed.manifest
    loudness = _loudness(workshop, sealed)
    output.document(
        {
            "event": "take",
            "folder": sealed.folder,
            "paths": [str(Path(sealed.folder) / track.name) for track in manifest.tracks],
            "manifest": manifest,
            "state": synced.state if synced else SyncState.LOCAL,
            "stop_to_safe_ms": to_safe,
            "loudness": loudness,
            "problem": synced.problem if synced else None,
            "findings": found,
        }
    )
    output.say(f"Saved and playable: {duration(manifest.seconds)} in {sealed.folder}")
    for track in manifest.tracks:
        if track.picture is not None:
            _report_pictures(output, track, track.picture)
            continue
        sound = loudness.get(track.name)
        peak = f"peak {track.peak:.1f} dBFS" if track.peak is not None else ""
        floor = f"noise floor {track.noise_floor:.0f} dBFS" if track.noise_floor is not None else ""
        lufs = f"{sound.lufs:.1f} LUFS" if sound and sound.lufs is not None else "silent"
        output.say(f"  {track.name}: " + " · ".join(text for text in (peak, floor, lufs) if text))
        if track.clipped:
            output.say(f"  {track.clipped} samples are clipped: turn the input down")
        output.say(f"  {track.digest}")
    for dropout in manifest.dropouts:
        rate = next(track.rate for track in manifest.tracks if track.rate)
        output.say(f"  a dropout at {duration(dropout.at / rate)} ({dropout.frames} samples)")
    if to_safe is not None:
        output.say(f"Safe on the server: it checked every byte {to_safe:.0f} ms after the end")
    elif synced is not None and synced.problem is not None:
        output.say(f"Not in the project yet: {synced.problem.sentence()}")
    else:
        output.say("Not in the project yet: it is kept here and sent when the server can be reached")
    for finding in found:
        output.say(f"  {'✓' if finding.good else '!'} {finding.text}")
    if found:
        output.say(f"roomtone takes submit {manifest.id[:8]} gives it to the project")


def _report_pictures(output: Output, track: TrackSeal, facts: PictureFacts) -> None:
    output.say(
        f"  {track.name}: {track.width}×{track.height} · {facts.frames} pictures, {facts.fps:.2f} a second · "
        f"{facts.dropped} dropped · {facts.missed} never came · {facts.repeated} twice · {facts.encoder}"
    )
    for gap in facts.gaps:
        output.say(f"  no picture for {gap.seconds:.1f} s at {duration(gap.at)}: {gap.why}")
    output.say(f"  {track.digest}")


def _loudness(workshop: Workshop, sealed: engine.Sealed) -> dict[str, Loudness]:
    try:
        return workshop.loudness(workshop.find(sealed.manifest.id))
    except RoomtoneError:
        # How it sounds is worth knowing, but never worth an error after a good take.
        return {}
