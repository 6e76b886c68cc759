"""The camera panel: which camera is looked at, what is said about it, and what can be asked of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.studio.intents import StudioIntents
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import CameraChoice, CameraView, ControlView, Framing, Phase, StudioState

_DROPPED: Final = re.compile(r"\b([1-9]\d*) dropped")
_ADDRESS: Final = re.compile(r"^(https?|rtsps?)://[^\s/@]*@?[^\s/:@]+(:\d{1,5})?([/?]\S*)?$", re.IGNORECASE)
# What is on a screen can be read, and stays readable; so does the practice picture.
_SCREENS: Final = ("screen", "window")


class TileModel(msgspec.Struct, frozen=True):
    """An open camera. ``line`` stands under its picture; ``mirrored`` is already decided for it."""

    id: str
    label: str
    preview: str
    line: Line
    recording: bool
    mirrored: bool
    trouble: Problem | None


class CameraModel(msgspec.Struct, frozen=True):
    """The panel. ``main`` is the camera that is seen large, ``None`` where none is open.

    ``modes`` are those of the main camera; ``testing`` tells that its sync is being tested right now,
    ``clapping`` by claps; ``can_test`` that it could be.
    """

    main: TileModel | None = None
    tiles: tuple[TileModel, ...] = ()
    choices: tuple[CameraChoice, ...] = ()
    modes: tuple[str, ...] = ()
    framing: Framing = Framing()
    ghost: str = ""
    controls: tuple[ControlView, ...] = ()
    sync_line: str = ""
    testing: bool = False
    clapping: bool = False
    can_test: bool = False
    prompter: bool = False


def whole_address(text: str) -> str:
    """Return the address of a camera as it is opened: phones show theirs without the http:// that it begins with."""
    address = text.strip()
    return address if not address or "://" in address else f"http://{address}"


def address_fault(text: str) -> str:
    """Return what is wrong with the address of a camera, in words, or "" where nothing is."""
    address = whole_address(text)
    if not address:
        return "Type the address that the phone or camera shows"
    if not _ADDRESS.match(address):
        return "An address looks like http://192.168.1.20:8080/video or rtsp://camera/stream"
    return ""


class CameraPresenter:
    """Remembers which camera is looked at, and turns wishes into intents. All calls come from one thread."""

    def __init__(self, refresh: Callable[[], None]) -> None:
        self.studio: StudioIntents | None = None
        self._refresh = refresh
        self._state = StudioState()
        self._chosen = ""
        self._open: set[str] = set()

    @property
    def main(self) -> CameraView | None:
        """The camera that is seen large."""
        cameras = self._state.cameras
        return next((one for one in cameras if one.id == self._chosen), cameras[0] if cameras else None)

    def model(self, state: StudioState) -> CameraModel:
        """Return the panel of a state."""
        self._state = state
        fresh = [one.id for one in state.cameras if one.id not in self._open]
        # A camera that was just opened is the one that the person wants to see.
        if fresh and self._open:
            self._chosen = fresh[-1]
        self._open = {one.id for one in state.cameras}
        main = self.main
        tiles = tuple(_tile(one, state.framing) for one in state.cameras)
        modes = next((one.modes for one in state.camera_choices if main is not None and one.id == main.id), [])
        testing = main is not None and state.testing == main.id
        return CameraModel(
            main=next((tile for tile in tiles if main is not None and tile.id == main.id), None),
            tiles=tiles,
            choices=tuple(state.camera_choices),
            modes=tuple(modes),
            framing=state.framing,
            ghost=state.ghost,
            controls=tuple(main.controls) if main is not None else (),
            sync_line=main.sync_line if main is not None else "",
            testing=testing,
            clapping=testing and state.testing_since is None,
            can_test=state.phase is Phase.READY and not state.testing and main is not None and main.trouble is None,
            prompter=state.prompter.shown,
        )

    def look_at(self, camera: str) -> None:
        """See this camera large."""
        self._chosen = camera
        self._refresh()

    def open(self, source: str, mode: str = "") -> None:
        """Open a camera, screen, window or address."""
        if self.studio is not None and source:
            self.studio.open_camera(source, mode)

    def close(self, camera: str) -> None:
        """Let go of a camera."""
        if self.studio is not None:
            self.studio.close_camera(camera)

    def frame(self, **changes: bool | float | str) -> None:
        """Change how the preview is shown."""
        framing = msgspec.structs.replace(self._state.framing, **changes)
        if self.studio is not None and framing != self._state.framing:
            self.studio.choose_framing(framing)

    def show_ghost(self, on: bool) -> None:
        """Lay the ghost over the preview, or take it away."""
        if self.studio is not None and on and not self._state.ghost:
            self.studio.choose_ghost("")
        self.frame(ghost=0.4 if on else 0.0)

    def control(self, name: str, value: float, automatic: bool) -> None:
        """Hold a control of the camera that is seen, or leave it to the camera."""
        main = self.main
        if self.studio is not None and main is not None:
            self.studio.control_camera(main.id, name, value, automatic)

    def test_sync(self, claps: bool) -> None:
        """Test the sync of the camera that is seen."""
        main = self.main
        if self.studio is not None and main is not None:
            self.studio.test_sync(main.id, claps)

    def show_prompter(self, shown: bool) -> None:
        """Show the prompter, or take it away."""
        if self.studio is not None and shown != self._state.prompter.shown:
            self.studio.prompt(msgspec.structs.replace(self._state.prompter, shown=shown))


def _tile(view: CameraView, framing: Framing) -> TileModel:
    look = view.trouble is not None or _DROPPED.search(view.detail) is not None
    tone = Tone.LOOK if look else Tone.QUIET
    return TileModel(
        id=view.id,
        label=view.label,
        preview=view.preview,
        # A part stays whole where the line breaks.
        line=Line(" · ".join(one.replace(" ", "\N{NO-BREAK SPACE}") for one in view.detail.split(" · ")), tone),
        recording=view.recording,
        mirrored=framing.mirrored and not view.practice and not view.id.lower().startswith(_SCREENS),
        trouble=view.trouble,
    )
