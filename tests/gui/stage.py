"""A stage for the window: a studio that keeps everything in memory, with takes that look like takes.

It owes what ``StudioIntents`` says, so that the window can be driven through its whole day without devices.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from pathlib import Path

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.foundation.paths import Home
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import (
    InputChoice,
    InputView,
    LevelsView,
    NoticeView,
    Phase,
    PlayingView,
    RollingView,
    Safety,
    StudioState,
    TakeView,
)
from roomtone.studio.waveforms import Waveforms
from roomtone.takes.peaks import PeaksReader, begin_peaks, peaks_file
from tests.gui.stage_pictures import PicturesStage

RATE = 48_000
BUCKET = 512

TITLES = (
    "Kitchen Table Choir – Low harmony – Ana – take 3",
    "台所の合唱 – 低いハーモニー – 第二テイク",
    "جوقة طاولة المطبخ – الصوت المنخفض",
    "Upright bass 🎻 second verse",
    "Ein außergewöhnlich langer Titel, wie ihn nur jemand schreibt, der alles auf einmal sagen will, und noch mehr",
    "부엌 합창단",
    "שיר השולחן",
    "take 8",
    "Żółć, gęśl ą jaźń",
    "Practice",
    "Rain on the window",
    "Count-in",
)


def pairs(seconds: float, seed: int, start: float = 0.0) -> bytes:
    """Return a waveform that swells and breathes, as pairs of int16."""
    found = array("h")
    for number in range(int(start * RATE / BUCKET), int(seconds * RATE / BUCKET)):
        t = number * BUCKET / RATE
        swell = 0.5 + 0.42 * math.sin(t * (0.35 + seed % 5 * 0.11) + seed)
        grain = 0.72 + 0.28 * math.sin(number * 1.7 + seed) * math.sin(number * 0.37)
        high = int(32767 * min(0.98, max(0.01, swell * grain)))
        found.extend((-int(high * 0.92), high))
    return found.tobytes()


def choices() -> list[InputChoice]:
    """Return three inputs."""
    return [
        InputChoice("scarlett", "Scarlett Solo USB", 2),
        InputChoice("built-in", "Built-in microphone", 1),
        InputChoice("practice", "Practice tone", 1, practice=True),
    ]


def example_takes() -> list[TakeView]:
    """Return a dozen takes of every kind."""
    offline = Problem("offline", "The server does not answer", "No route to it", "Roomtone tries again by itself")
    newer = Problem("newer", "A newer Roomtone made this take", "Its format is 9", "Update Roomtone")
    kinds: list[dict[str, object]] = [
        {"starred": True, "note": "The breath before “home” is lovely"},
        {"safety": Safety.SENDING, "sent": 0.62},
        {},
        {"tracks": ["track-1", "track-2"]},
        {"note": "Ganz am Ende klappert ein Teller, und dann lacht jemand"},
        {"safety": Safety.NEEDS_YOU, "sent": 0.3, "problem": offline},
        {"recovered": True},
        {"safety": Safety.ON_THIS_COMPUTER},
        {},
        {"practice": True},
        {"unreadable": newer},
        {"seconds": 3.4},
    ]
    takes = []
    for number, (title, kind) in enumerate(zip(TITLES, kinds, strict=True)):
        plain: dict[str, object] = {
            "id": f"take-{number}", "title": title, "started": f"2026-11-{20 - number:02}T18:{number:02}:00+00:00",
            "seconds": 17.0 + 23 * number, "detail": f"{20 - number} Nov, 18:0{number % 10} · 0:{17 + number} · 48 kHz",
            "safety": Safety.SAFE, "sent": 1.0, "tracks": ["track-1"],
        }  # fmt: skip
        takes.append(msgspec.convert({**plain, **kind}, TakeView))
    return takes


class Stage(PicturesStage):
    """The studio of the stage. ``said`` lists the intents, as (name, arguments)."""

    def __init__(self, home: Home, takes: list[TakeView] | None = None) -> None:
        self._home = home
        self._waveforms = Waveforms(home)
        self._on_state: Callable[[StudioState], None] = lambda _: None
        self._on_levels: Callable[[LevelsView], None] = lambda _: None
        self.said: list[tuple[object, ...]] = []
        self.closed = False
        for number, take in enumerate(takes or []):
            for track in take.tracks:
                self.draw(take.id, track, pairs(take.seconds, number + len(track)))
        self.state = StudioState(
            phase=Phase.READY,
            inputs=choices(),
            input=InputView("scarlett", "Scarlett Solo USB", RATE, "flac", ["1", "2"]),
            takes=takes or [],
            project="Kitchen Table Choir",
            person="Ana",
            theme="dark",
            computer_line=Line("On this computer", Tone.SAFE),
            project_line=Line("In the project", Tone.SAFE),
            disk_line=Line("Lossless FLAC · 92 GB free · 88 h left", Tone.QUIET),
            safe_line=Line("Everything safe", Tone.SAFE),
        )

    @property
    def waveforms(self) -> Waveforms:
        return self._waveforms

    def draw(self, take: str, track: str, more: bytes) -> PeaksReader:
        """Add to the waveform of a track."""
        path: Path = peaks_file(self._home, take, track)
        if not path.exists():
            begin_peaks(path, RATE, BUCKET)
        with path.open("ab") as file:
            file.write(more)
        return self._waveforms.of(take, track)

    def publish(self, **changes: object) -> None:
        """Change the state and tell it."""
        self.state = msgspec.structs.replace(self.state, **changes)
        self._on_state(self.state)

    def roll_to(self, seconds: float, behind: float = 0.4, dropouts: int = 0) -> None:
        """Let the take roll as far as ``seconds``."""
        before = self.state.rolling
        for number, track in enumerate(("track-1", "track-2")):
            self.draw("rolling", track, pairs(seconds, number + 3, before.seconds if before else 0.0))
        rolling = RollingView(
            "rolling", "Kitchen Table Choir – Low harmony – Ana – take 4", seconds, max(0.0, seconds - behind),
            ["track-1", "track-2"], dropouts,
        )  # fmt: skip
        self.publish(
            phase=Phase.RECORDING,
            rolling=rolling,
            computer_line=Line(f"On this computer · {seconds:.0f} s", Tone.SAFE),
            project_line=Line(f"In the project · {behind:.1f} s behind", Tone.SAFE),
            safe_line=Line("Recording", Tone.RECORDING),
        )

    def hear(self, *peaks: float, clipped: bool = False) -> None:
        """Tell levels of the channels."""
        self._on_levels(LevelsView([(str(n), peak, peak - 9, clipped) for n, peak in enumerate(peaks, 1)]))

    def warn(self, *problems: Problem, action: str = "") -> None:
        """Tell notices."""
        self.publish(notices=[NoticeView(n, problem, action=action) for n, problem in enumerate(problems)])

    def subscribe(self, on_state: Callable[[StudioState], None], on_levels: Callable[[LevelsView], None]) -> None:
        self._on_state, self._on_levels = on_state, on_levels

    def start(self) -> None:
        self._on_state(self.state)

    def close(self) -> None:
        self.closed = True

    def record(self) -> None:
        self.said.append(("record",))
        self.roll_to(0.1)

    def stop(self) -> None:
        self.said.append(("stop",))
        self.publish(phase=Phase.READY, rolling=None, safe_line=Line("Everything safe", Tone.SAFE))

    def choose_input(self, device: str, channels: str = "") -> None:
        self.said.append(("choose_input", device, channels))
        choice = next(one for one in choices() if one.id == device)
        tracks = channels.split(",") if channels else ["1"]
        opened = InputView(device, choice.label, RATE, "flac", tracks, choice.practice)
        self.publish(input=opened, phase=Phase.READY)

    def choose_format(self, form: str) -> None:
        self.said.append(("choose_format", form))

    def choose_theme(self, theme: str) -> None:
        self.said.append(("choose_theme", theme))
        self.publish(theme=theme)

    def name_person(self, name: str) -> None:
        self.said.append(("name_person", name))
        self.publish(person=name)

    def play(self, take: str, at: float = 0.0) -> None:
        self.said.append(("play", take, at))
        length = next(view.seconds for view in self.state.takes if view.id == take)
        self.publish(playing=PlayingView(take, at, length))

    def seek(self, at: float) -> None:
        self.said.append(("seek", at))

    def pause(self, on: bool) -> None:
        self.said.append(("pause", on))
        if self.state.playing is not None:
            self.publish(playing=msgspec.structs.replace(self.state.playing, paused=on))

    def stop_playing(self) -> None:
        self.said.append(("stop_playing",))
        self.publish(playing=None)

    def rename(self, take: str, title: str) -> None:
        self.said.append(("rename", take, title))
        self._change(take, title=title)

    def star(self, take: str, on: bool) -> None:
        self.said.append(("star", take, on))
        self._change(take, starred=on)

    def note(self, take: str, text: str) -> None:
        self.said.append(("note", take, text))
        self._change(take, note=text)

    def trash(self, take: str) -> None:
        self.said.append(("trash", take))
        gone = [msgspec.structs.replace(view, trashed=True) for view in self.state.takes if view.id == take]
        left = [view for view in self.state.takes if view.id != take]
        self.publish(takes=left, trash=[*self.state.trash, *gone], undo=f"“{gone[0].title}” is in the trash")

    def restore(self, take: str) -> None:
        self.said.append(("restore", take))
        back = [msgspec.structs.replace(view, trashed=False) for view in self.state.trash if view.id == take]
        left = [view for view in self.state.trash if view.id != take]
        self.publish(takes=[*back, *self.state.takes], trash=left, undo="")

    def undo(self) -> None:
        self.said.append(("undo",))
        if self.state.undo:
            self.restore(self.state.trash[-1].id)

    def bring_in(self, files: list[str]) -> None:
        self.said.append(("bring_in", *files))

    def retry(self) -> None:
        self.said.append(("retry",))

    def dismiss(self, notice: int) -> None:
        self.said.append(("dismiss", notice))
        self.publish(notices=[one for one in self.state.notices if one.id != notice])

    def act(self, notice: int) -> None:
        self.said.append(("act", notice))
        self.dismiss(notice)

    def _change(self, take: str, **changes: object) -> None:
        takes = [msgspec.structs.replace(v, **changes) if v.id == take else v for v in self.state.takes]
        self.publish(takes=takes)
