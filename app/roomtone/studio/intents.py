"""What a face may ask for. ``studio.Studio`` carries it out; a face is handed this Protocol, nothing wider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from roomtone.studio.snapshot import DraftKind, Framing, LevelsView, PrompterView, StudioState
from roomtone.studio.waveforms import Waveforms


class StudioIntents(Protocol):
    """Every call returns at once; what comes of it arrives as a new state, failures as notices in it.

    ``subscribe`` is called before ``start``; its two functions are called on a thread of the studio's, never
    on the caller's, and must only hand over.
    """

    @property
    def waveforms(self) -> Waveforms:
        """The waveforms, for the thread that paints."""

    def subscribe(self, on_state: Callable[[StudioState], None], on_levels: Callable[[LevelsView], None]) -> None:
        """Be told every state and all levels from now on."""

    def start(self) -> None:
        """Find or start the workers, and open the input."""

    def close(self) -> None:
        """Let go of the workers. A rolling take goes on."""

    def record(self) -> None:
        """Begin a take. While one rolls this does nothing."""

    def stop(self) -> None:
        """End the rolling take. While none rolls this does nothing."""

    def choose_input(self, device: str, channels: str = "") -> None:
        """Record from another input (its id) or other channels of it ("1,2" two tracks, "1+2" stereo)."""

    def choose_format(self, form: str) -> None:
        """Record as "flac", "wav" or "wav-float"."""

    def choose_theme(self, theme: str) -> None:
        """Look "dark", "light" or like the "system"."""

    def name_person(self, name: str) -> None:
        """Say who plays, for the names of takes."""

    def open_camera(self, source: str, mode: str = "") -> None:
        """See a camera, screen, window or address, and record it with every take from the next one on."""

    def close_camera(self, source: str) -> None:
        """Let go of a camera. While a take records it this does nothing but say so."""

    def control_camera(self, source: str, control: str, value: float, automatic: bool = False) -> None:
        """Hold exposure, white balance or focus, or leave it to the camera."""

    def test_sync(self, source: str, claps: bool = False) -> None:
        """Find how late the picture is against the sound, and keep it for this camera with this input.

        Without ``claps`` the face flashes and the studio beeps once a second meanwhile; see ``StudioState.testing``.
        """

    def choose_framing(self, framing: Framing) -> None:
        """Show the preview so."""

    def choose_ghost(self, take: str) -> None:
        """Lay a picture of a take over the preview; "" is the last one with pictures."""

    def prompt(self, prompter: PrompterView) -> None:
        """Show this text beside the camera, or take it away."""

    def begin_draft(self, kind: DraftKind) -> None:
        """Begin artwork or writing. It is kept on disk from now on, at every step."""

    def snap(self, draft: str, source: str) -> None:
        """Add the camera's newest picture to a draft."""

    def drop_picture(self, draft: str, picture: str) -> None:
        """Leave a picture out of a draft; its file stays until the draft has become a take."""

    def lapse(self, draft: str, source: str, every: float) -> None:
        """Take a picture each ``every`` seconds into a draft from now on; 0 stops."""

    def write(self, draft: str, text: str) -> None:
        """Keep the text of a page as it is now."""

    def restore_page(self, draft: str, revision: int) -> None:
        """Make a page what it was at a revision, counted from 0; what it was until now becomes a revision itself."""

    def keep_draft(self, draft: str, title: str = "", fps: int = 12) -> None:
        """Make a take of a draft: sealed, hashed, sent."""

    def throw_draft_away(self, draft: str) -> None:
        """Put a draft aside; ``undo`` brings it back."""

    def export_film(self, take: str, file: str, fps: int = 30) -> None:
        """Write the pictures of a take with its sound as a film of constant rate."""

    def align(self, take: str, file: str) -> None:
        """Bring a camera's file in and place it against a take by their sound."""

    def nudge(self, take: str, offset: float) -> None:
        """Place a take by hand, ``offset`` seconds after the one it belongs to."""

    def play(self, take: str, at: float = 0.0) -> None:
        """Play a take from ``at`` seconds."""

    def seek(self, at: float) -> None:
        """Go on playing at ``at`` seconds."""

    def pause(self, on: bool) -> None:
        """Pause what plays, or go on."""

    def stop_playing(self) -> None:
        """Stop what plays."""

    def rename(self, take: str, title: str) -> None:
        """Give a take another title."""

    def star(self, take: str, on: bool) -> None:
        """Set the star of a take, or take it off."""

    def note(self, take: str, text: str) -> None:
        """Replace the note of a take."""

    def trash(self, take: str) -> None:
        """Put a take into the trash; ``undo`` takes it out again."""

    def restore(self, take: str) -> None:
        """Take a take out of the trash."""

    def undo(self) -> None:
        """Take back the last thing that can be taken back."""

    def bring_in(self, files: list[str]) -> None:
        """Bring existing files in as takes."""

    def retry(self) -> None:
        """Try to send now what could not be sent."""

    def dismiss(self, notice: int) -> None:
        """Take a notice away."""

    def act(self, notice: int) -> None:
        """Do the one thing that a notice offers."""
