"""Artwork and writing as use cases, one after the other: what the command line calls. Every method may block."""

from __future__ import annotations

import math
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from roomtone.assembly.messages import BroughtIn, KeepStills, KeepText, Page
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError, WorldError, from_os_error
from roomtone.foundation.files import free_bytes
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop
from roomtone.takes import draft_editing as editing
from roomtone.takes.drafts import Draft, DraftKind, DraftState, find_draft, list_drafts, take_of

# A camera that misses so many pictures in a row is not coming back by itself.
_PATIENCE: Final = 5
# A time-lapse leaves this much of the disk to whoever records.
_ROOM: Final = 512 << 20
_LEAST_SECONDS: Final = 0.2
_MOST_SECONDS: Final = 24 * 3600.0
_NO_MORE: Final = "No more pictures are taken"

Told = Callable[[Draft], None]


class Drafting:
    """The drafts of one home. Every method raises ``RoomtoneError``; every change is on disk when it returns."""

    def __init__(self, home: Home, clock: Clock, workshop: Workshop) -> None:
        self._home = home
        self._clock = clock
        self._workshop = workshop

    def all(self) -> tuple[list[Draft], list[RoomtoneError]]:
        """Return every draft, the last changed first, whatever became of it; and why others cannot be read."""
        with _disk("looking for drafts"):
            return list_drafts(self._home.drafts, self._home.takes)

    def find(self, reference: str) -> Draft:
        """Return the draft with this id, start of an id, folder or title."""
        with _disk("looking for drafts"):
            return find_draft(self._home.drafts, self._home.takes, reference)

    def begin(self, kind: DraftKind, title: str = "", text: str = "") -> Draft:
        """Begin a draft; ``text`` is what a page begins with."""
        with _disk("beginning a draft"):
            return editing.begin(self._home.drafts, kind, self._clock, title, text=text)

    def go_on(self, reference: str) -> Draft:
        """Return the open page called ``reference``; where that was kept, begin one that goes on from its take."""
        draft = self._named(reference)
        if draft is None or draft.state is DraftState.KEPT:
            return self._go_on_from_take(draft.id if draft else reference, draft.title if draft else None)
        return draft

    def add(self, draft: Draft, file: str) -> Draft:
        """Add a picture to a draft."""
        with _disk(f"adding “{Path(file).name}”"):
            return editing.add_picture(draft, Path(file), self._clock)

    def drop(self, draft: Draft, picture: str, *, on: bool = True) -> Draft:
        """Leave a picture out of a draft (its name, or its number from 1), or put it back."""
        if picture.isdigit() and len(picture) < 4:
            picture = _numbered(draft, int(picture), on=on)
        with _disk("changing a draft"):
            return editing.drop_picture(draft, picture, self._clock, on=on)

    def title(self, draft: Draft, title: str) -> Draft:
        """Give a draft another title."""
        with _disk("changing a draft"):
            return editing.title_draft(draft, title, self._clock)

    def write(self, draft: Draft, text: str, *, revise: bool = False) -> Draft:
        """Make ``text`` the page; with ``revise`` the text that was there becomes a revision whatever it is."""
        with _disk("keeping a page"):
            return editing.write_text(draft, text, self._clock, revise=revise)

    def throw_away(self, draft: Draft, on: bool) -> Draft:
        """Put a draft aside, or bring it back."""
        with _disk("changing a draft"):
            return editing.throw_away(draft, on, self._clock)

    def keep(self, draft: Draft, fps: int = 12) -> BroughtIn | Page:
        """Make a take of a draft in the project that takes go to, and tell the sync worker."""
        project, title = self._workshop.project()
        person = self._workshop.settings.person
        rendering, aim = self._workshop.rendering, self._workshop.aim
        answers = {"part": aim.part, "person": person, "call": aim.call, "prompt": aim.prompt}
        made: BroughtIn | Page
        if draft.kind is DraftKind.WRITING:
            made = rendering.keep_text(KeepText(draft.id, project, title, **answers))
        else:
            made = rendering.keep_stills(KeepStills(draft.id, fps, project, title, **answers))
        self._workshop.poke(made.folder)
        return made

    @contextmanager
    def camera(self, source: str, mode: str = "") -> Iterator[str]:
        """Open a camera, screen or address and hand out its id; one that was not open before is closed again."""
        client = self._workshop.cameras()
        before = {camera.source for camera in client.status().cameras}
        opened = client.open_camera(source, mode).source
        try:
            yield opened
        finally:
            if opened not in before:
                client.close_camera(opened)

    def snap(self, draft: Draft, source: str) -> Draft:
        """Add the newest picture of an open camera (its id) to a draft."""
        # It is written where it stays, so that it is moved and not copied.
        file = draft.folder / f".{uuid.uuid4().hex}.png"
        try:
            self._workshop.cameras().snap(source, str(file))
            with _disk("keeping a picture"):
                return editing.add_picture(draft, file, self._clock, move=True)
        finally:
            file.unlink(missing_ok=True)

    def lapse(self, draft: Draft, source: str, every: float, count: int, stop: threading.Event, told: Told) -> Draft:
        """Take ``count`` pictures (0: until ``stop`` is set) into a draft, one each ``every`` seconds, from now on.

        ``told`` hears the draft after each. It ends by itself when the draft is kept or thrown away elsewhere, when the
        disk gets too full to record on, and when the camera stays away.
        """
        check_pace(every)
        start, taken, missed, tick = self._clock.monotonic(), 0, 0, 0
        while not stop.is_set() and (not count or taken < count):
            try:
                draft = self.snap(self.find(draft.id), source)
                taken, missed = taken + 1, 0
                told(draft)
            except RoomtoneError as error:
                missed += 1
                if isinstance(error, UsageError) or error.code == "disk-full" or missed == _PATIENCE:
                    raise
            if free_bytes(self._home.drafts) < _ROOM:
                raise WorldError(
                    "disk-full", _NO_MORE, "The disk is nearly full", "Free some space, and go on with the same draft"
                )
            # The rhythm is that of the clock, not of how long a picture took; missed ones are not made up for.
            tick = max(tick + 1, math.ceil((self._clock.monotonic() - start) / every))
            if not count or taken < count:
                self._clock.wait(stop, start + tick * every - self._clock.monotonic())
        return draft

    def _named(self, reference: str) -> Draft | None:
        try:
            return self.find(reference)
        except UsageError as error:
            if error.code != "no-such-draft":
                raise
            return None

    def _go_on_from_take(self, reference: str, title: str | None) -> Draft:
        item = self._workshop.find(reference)
        texts = [track.name for track in item.tracks if track.media.startswith("text/")]
        if not texts:
            raise UsageError(
                "no-text",
                f"“{item.title}” is not gone on with",
                "It is no writing",
                "Choose a take that is: roomtone write list",
            )
        with _disk("going on with a page"):
            text = (Path(item.folder) / texts[0]).read_text(encoding="utf-8")
            name = item.title if title is None else title
            return editing.begin(self._home.drafts, DraftKind.WRITING, self._clock, name, (item.id,), text)

    def take_folder(self, draft: Draft) -> Path | None:
        """Return the folder of the take that a draft became."""
        return take_of(draft, self._home.takes)


def check_pace(every: float) -> None:
    """Raise ``UsageError`` unless a picture can be taken each ``every`` seconds."""
    if not (math.isfinite(every) and _LEAST_SECONDS <= every <= _MOST_SECONDS):
        why = f"A picture each {every:g} s cannot be taken"
        raise UsageError("bad-pace", "No pictures were taken", why, "Choose from 0.2 seconds to a day")


def _numbered(draft: Draft, number: int, *, on: bool) -> str:
    """Return the name of a picture by its number among those that are shown, or that were left out."""
    pictures = draft.pictures if on else [p for p in draft.all_pictures if p.dropped]
    if not 1 <= number <= len(pictures):
        raise UsageError(
            "no-such-picture",
            f"“{draft.shown_title}” has no picture {number}",
            f"It has {len(pictures)}",
            "roomtone artwork show tells their names",
        )
    return pictures[number - 1].file.name


@contextmanager
def _disk(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise from_os_error(error, doing) from error
