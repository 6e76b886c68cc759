"""One take on the review page: heard, seen or read, judged, submitted, and spoken of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel
from roomtone.gui.views.together.comments import CommentsView
from roomtone.gui.views.together.marks import MarksView
from roomtone.gui.views.together.parts import Flow, Scroll, TextField, button, words
from roomtone.gui.views.together.seeing import PictureView, TextView
from roomtone.gui.views.together.submitting import SubmitCard
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.waves import WaveSource, WaveView
from roomtone.studio.together_snapshot import CommentView, PartKind, ReviewTake
from roomtone.wire.project.items import Anchor
from roomtone.wire.project.state import Stage


class ReviewTakeView(Scroll):
    """The take that is looked at."""

    def __init__(self, look: Look, source: WaveSource, store: PictureStore, wishes: Wishes) -> None:
        super().__init__(look, "Take", 760)
        self._look = look
        self._wishes = wishes
        self._take: ReviewTake | None = None
        self._playing = False
        self.title = words("", "heading")
        self.detail = words("", "muted")
        self.reason = words("", "look")
        self.wave = WaveView(look, source, self, store)
        self.wave.setFixedHeight(look.px(110))
        self.marks = MarksView(look)
        self.picture = PictureView(look, store)
        self.text = TextView(look)
        self.play = button("Play", "Play", self._play)
        self.fetch = button("Fetch all files", "Bring all files of this take here", lambda: self._do("fetch"), "plain")
        self.free = button("Free the copy here", "Delete the copy on this computer", lambda: self._do("free"), "plain")
        self.read = button("Read it aloud", "Read this text aloud: it stands in the prompter", self._read)
        self.accept = button("Accept", "Accept this take", lambda: self._do("accept"))
        self.later = button("Keep for later …", "Keep this take for later, with a reason", self._ask_reason)
        self.why = TextField(look, "Reason", "Why not now? Whoever made it reads this", 2)
        self.keep_later = button("Keep for later", "Keep it for later with this reason", self._keep_later)
        self.withdraw = button("Withdraw", "Take this take back", lambda: self._do("withdraw"), "plain")
        self.submit = SubmitCard(look, wishes)
        self.origin = words("", "muted")
        self.comments = CommentsView(look, wishes, self._anchor)
        self._assemble()

    def show_take(self, take: ReviewTake, lane: LaneModel | None, comments: tuple[CommentView, ...]) -> None:
        """Show a take; ``lane`` is its clip where it was made here."""
        other = self._take is None or self._take.id != take.id
        self._take = take
        if other:
            self._close_reason()
            self.verticalScrollBar().setValue(0)
        said = [take.person.name, take.stage.value, take.detail, *([f"answers “{take.call}”"] if take.call else [])]
        self.title.setText(take.title)
        self.detail.setText(" · ".join(part for part in said if part))
        self.reason.setText(take.reason)
        self.reason.setVisible(bool(take.reason))
        self.wave.setVisible(lane is not None and take.kind in (PartKind.SOUND, PartKind.VIDEO))
        if lane is not None:
            self.wave.show_lane(lane)
        self.marks.show_marks(take.seconds, comments)
        self.picture.show_file(take.file if take.kind is PartKind.ARTWORK else "")
        self.text.show_text(take.text)
        self._show_acts(take)
        self.submit.show_submit(take)
        origin = [f"Built on {', '.join(take.built_on)}"] if take.built_on else []
        origin += [f"New version of {', '.join(take.versions)}"] if take.versions else []
        origin += [take.consent_line] if take.consent_line else []
        self.origin.setText(". ".join(origin))
        self.origin.setVisible(bool(origin))
        self.comments.show_comments(take, comments)

    def show_playing(self, at: float, playing: bool) -> None:
        """Show where it is heard, in seconds; below zero it is not."""
        self._playing = playing
        self.play.setText("Pause" if playing else "Play")
        self.marks.show_at(at)
        seconds = self._take.seconds if self._take is not None else 0.0
        self.wave.show_playhead(min(1.0, at / seconds) if at >= 0 and seconds > 0 else -1.0)
        if at >= 0:
            self.comments.point_at(at)

    def _assemble(self) -> None:
        self._judging = Flow(self._look, self.accept, self.later)
        for widget in (self.title, self.detail, self.reason, self.picture, self.text, self.wave, self.marks):
            self.column.addWidget(widget)
        self.column.addWidget(Flow(self._look, self.play, self.read, self.fetch, self.free, self.withdraw))
        below: tuple[QWidget, ...] = (self._judging, self.why, self.keep_later, self.submit, self.origin)
        for part in below:
            self.column.addWidget(part)
        self.section("Comments")
        self.column.addWidget(self.comments)
        self.column.addStretch(1)
        self.why.kept.connect(self._keep_later)
        self.marks.sought.connect(self._seek)
        self.wave.pressed.connect(lambda share: self._seek(share * (self._take.seconds if self._take else 0.0)))
        self.comments.sought.connect(self._seek)
        self.comments.marked.connect(lambda comment: self.picture.show_region(comment.region))

    def _show_acts(self, take: ReviewTake) -> None:
        self.play.setVisible(take.kind in (PartKind.SOUND, PartKind.VIDEO))
        self.read.setVisible(take.kind is PartKind.WRITING and bool(take.text) and not take.mine)
        mine = bool(take.library)
        self.fetch.setVisible(not take.local and not mine and take.stage is not Stage.WITHDRAWN)
        self.fetch.setEnabled(not take.fetching)
        self.fetch.setText("Fetching …" if take.fetching else "Fetch all files")
        self.free.setVisible(take.local and not mine)
        self.withdraw.setVisible(take.mine and take.stage not in (Stage.OWN, Stage.WITHDRAWN))
        self._judging.setVisible(take.may_judge)
        self.accept.setEnabled(take.stage is not Stage.ACCEPTED)

    def _anchor(self) -> Anchor | None:
        if not self.picture.isHidden() and self.picture.region is not None:
            return self.picture.region
        return self.text.lines() if not self.text.isHidden() else None

    def _do(self, what: str) -> None:
        if self._take is not None:
            take = self._take.id
            self._wishes.ask(lambda studio: getattr(studio, what)(take))

    def _play(self) -> None:
        if self._playing:
            self._wishes.lead("pause")
        else:
            self._seek(0.0)

    def _seek(self, at: float) -> None:
        if self._take is not None and self._take.kind in (PartKind.SOUND, PartKind.VIDEO):
            take = self._take.id
            self.comments.point_at(at)
            self._wishes.ask(lambda studio: studio.listen(take, at))

    def _read(self) -> None:
        self._do("read_aloud")
        self._wishes.lead("studio")

    def _ask_reason(self) -> None:
        for widget in (self.why, self.keep_later):
            widget.show()
        self.why.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_reason(self) -> None:
        self.why.clear()
        for widget in (self.why, self.keep_later):
            widget.hide()

    def _keep_later(self) -> None:
        reason = self.why.toPlainText().strip()
        if not reason or self._take is None:
            self.why.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        take = self._take.id
        self._wishes.ask(lambda studio: studio.keep_for_later(take, reason))
        self._close_reason()
