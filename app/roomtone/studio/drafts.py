"""Drafts as a use case: artwork and writing that has begun and is not yet a take. Each step is on disk at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError, UsageError, WorldError
from roomtone.foundation.files import free_bytes
from roomtone.studio.board import Board
from roomtone.studio.drafting import Drafting
from roomtone.studio.lapsing import Lapses
from roomtone.studio.lines import Tone
from roomtone.studio.pages import Pages
from roomtone.studio.queueing import QueueThread
from roomtone.studio.snapshot import DraftKind, DraftView, RevisionView
from roomtone.studio.take_list import TakeList
from roomtone.studio.timetable import Timetable
from roomtone.studio.views import day_and_time
from roomtone.studio.workshop import Workshop
from roomtone.takes import drafts
from roomtone.takes.drafts import Draft, DraftState
from roomtone.takes.words import count_words

KEEPING_CODE: Final = "keeping-draft"
KEPT_CODE: Final = "draft-kept"
# A time-lapse leaves this much of the disk to whoever records.
_ROOM: Final = 512 << 20


class Drafts:
    """Remembers the open drafts, and shows them. It has a thread of its own, except where another one is named."""

    def __init__(
        self,
        board: Board,
        workshop: Workshop,
        clock: Clock,
        writing: QueueThread,
        cameras: QueueThread,
        takes: TakeList,
    ) -> None:
        self._board = board
        self._workshop = workshop
        self._clock = clock
        self._writing = writing
        self._takes = takes
        self._timetable = Timetable("studio-timetable", clock)
        self._drafting = Drafting(workshop.home, clock, workshop)
        self._pages = Pages(clock, self._timetable, writing, self._keep_page)
        self._lapses = Lapses(clock, self._timetable, cameras, self._lapse_snap, self._lapse_failed)
        self._lock = threading.RLock()
        self._open: dict[str, Draft] = {}
        self._views: dict[str, DraftView] = {}

    def start(self) -> None:
        """Be ready for time-lapses and pages."""
        self._timetable.start()

    def show(self) -> None:
        """Show what was begun before, and say what of it cannot be read."""
        found, troubles = self._drafting.all()
        for draft in found:
            self._show(draft, publish=False)
        self._publish()
        for trouble in troubles:
            self._board.notice(trouble.problem)

    def close(self) -> None:
        """Take no more pictures; have every page kept before the thread of the drafts ends."""
        self._timetable.end()
        for draft in self._pages.unkept():
            self._writing.put(partial(self._pages.flush, draft))

    def begin(self, kind: DraftKind) -> None:
        """Begin artwork or writing."""
        self._show(self._drafting.begin(drafts.DraftKind(kind.value)))

    def snap(self, draft: str, source: str) -> None:
        """Add the camera's newest picture to a draft. On the thread of the cameras."""
        # The camera may take its time, and pages are kept meanwhile.
        self._drafting.snap(self._find(draft), source)
        self._change(draft, lambda found: drafts.read_draft(found.folder))

    def drop_picture(self, draft: str, picture: str) -> None:
        """Leave a picture out of a draft; this can be taken back."""
        self._change(draft, lambda found: self._drafting.drop(found, Path(picture).name))
        self._takes.undoable(
            "A picture was left out",
            lambda: self._writing.put(
                lambda: self._change(draft, lambda d: self._drafting.drop(d, Path(picture).name, on=False))
            ),
        )
        self._publish()

    def lapse(self, draft: str, source: str, every: float) -> None:
        """Take a picture each ``every`` seconds; 0 stops."""
        found = self._find(draft)
        if every == 0:
            self._lapses.stop(found.id)
        else:
            self._lapses.run(found.id, source, every)
        self._show(found)

    def write(self, draft: str, text: str) -> None:
        """Take the text of a page as it is now; it is kept a moment later. Returns at once."""
        self._pages.write(draft, text)

    def restore_page(self, draft: str, revision: int) -> None:
        """Make a page what it was at a revision, counted from 0; what it was until now becomes one itself."""
        self._pages.flush(draft)
        found = self._find(draft)
        if not 0 <= revision < len(found.revisions):
            raise UsageError(
                "no-such-revision",
                "The page was left as it is",
                f"It has {len(found.revisions)} revisions",
                "Choose one of them",
            )
        self._change(draft, lambda d: self._drafting.write(d, d.revisions[revision].text, revise=True))

    def keep(self, draft: str, title: str, fps: int) -> None:
        """Make a take of a draft. An errand: a film is encoded."""
        self._lapses.stop(draft)
        self._show_again(draft)
        self._pages.flush(draft)
        if title.strip():
            self._change(draft, lambda found: self._drafting.title(found, title))
        found = self._find(draft)
        self._board.notice(Problem(KEEPING_CODE, f"Making a take of “{found.shown_title}”"), tone=Tone.QUIET)
        try:
            made = self._drafting.keep(found, fps)
        finally:
            self._board.withdraw(KEEPING_CODE)
        self._change(draft, lambda _: self._drafting.find(found.id))
        self._takes.came(made.manifest.id)
        told = Problem(KEPT_CODE, f"“{made.manifest.title}” is a take now", "It is among the takes in the studio")
        self._board.notice(told, tone=Tone.QUIET)

    def throw_away(self, draft: str) -> None:
        """Put a draft aside; this can be taken back."""
        found = self._find(draft)
        self._lapses.stop(found.id)
        self._pages.flush(found.id)
        self._change(draft, lambda d: self._drafting.throw_away(d, True))
        self._takes.undoable(
            f"“{found.shown_title}” was put aside", lambda: self._writing.put(lambda: self._bring_back(found.folder))
        )
        self._publish()

    def _bring_back(self, folder: Path) -> None:
        self._show(self._drafting.throw_away(drafts.read_draft(folder), False))

    def _keep_page(self, draft: str, text: str) -> None:
        self._change(draft, lambda found: self._drafting.write(found, text))

    def _lapse_snap(self, draft: str, source: str) -> None:
        if free_bytes(self._workshop.home.drafts) < _ROOM:
            raise WorldError(
                "disk-full",
                "The time-lapse was stopped",
                "The disk is nearly full, and what is left is for takes",
                "Free some space, and go on with the same draft",
            )
        self.snap(draft, source)

    def _lapse_failed(self, draft: str, error: RoomtoneError) -> None:
        # A camera may be back for the next picture; a draft that is a take by now, or a disk, will not.
        if isinstance(error, UsageError) or error.code == "disk-full":
            self._lapses.stop(draft)
            self._show_again(draft)
        self._board.notice(error.problem)

    def _show_again(self, draft: str) -> None:
        with self._lock:
            found = self._open.get(draft)
            if found is not None:
                self._show(found)

    def _find(self, draft: str) -> Draft:
        with self._lock:
            found = self._open.get(draft)
        if found is None:
            raise UsageError(
                "no-such-draft", "Nothing was changed", "The draft is not open any more", "Begin another one"
            )
        return found

    def _change(self, draft: str, change: Callable[[Draft], Draft]) -> None:
        # One change after the other, so that what is shown is always the last one.
        with self._lock:
            self._show(change(self._find(draft)))

    def _show(self, draft: Draft, *, publish: bool = True) -> None:
        """Show a draft as it stands, or no more where it is no draft any more."""
        with self._lock:
            if draft.state is DraftState.OPEN:
                self._open[draft.id] = draft
                self._views[draft.id] = draft_view(draft, self._lapses.every(draft.id))
            else:
                self._open.pop(draft.id, None)
                self._views.pop(draft.id, None)
        if publish:
            self._publish()

    def _publish(self) -> None:
        with self._lock:
            views = sorted(self._views.values(), key=lambda view: (view.changed, view.id), reverse=True)
            with self._board.changing() as model:
                model.drafts = views


def draft_view(draft: Draft, every: float) -> DraftView:
    """Return how a draft is shown; a time-lapse takes a picture each ``every`` seconds, 0 while it does not run."""
    return DraftView(
        id=draft.id,
        kind=DraftKind(draft.kind.value),
        title=draft.shown_title,
        changed=draft.changed,
        pictures=[str(picture.file) for picture in draft.pictures],
        text=draft.text,
        words=count_words(draft.text),
        revisions=tuple(RevisionView(one.text, day_and_time(one.at)) for one in draft.revisions),
        every=every,
        running=every > 0,
    )
