"""One take on the review page: heard, seen or read, judged, submitted, and spoken of."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel, PlayingModel
from roomtone.gui.presenters.review import hint, missing_place, origin_lines
from roomtone.gui.views.film import FilmView
from roomtone.gui.views.together.comments import CommentsView
from roomtone.gui.views.together.consent import ConsentCard, may_change
from roomtone.gui.views.together.heard import HeardView
from roomtone.gui.views.together.leaves import PagesView
from roomtone.gui.views.together.parts import Flow, Rows, Scroll, button, relabel, words
from roomtone.gui.views.together.reason import ReasonView
from roomtone.gui.views.together.seeing import PictureView, TextView
from roomtone.gui.views.together.submitting import SubmitCard
from roomtone.gui.views.together.used import UsedView
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.waves import WaveSource
from roomtone.studio.together_snapshot import CommentView, PartKind, ReviewTake
from roomtone.wire.project.items import Anchor
from roomtone.wire.project.state import Stage

# So wide are the comments beside the take.
_ASIDE = 380


class ReviewTakeView(Scroll):
    """The take that is looked at."""

    def __init__(self, look: Look, source: WaveSource, store: PictureStore, wishes: Wishes) -> None:
        super().__init__(look, "Take", 760, _ASIDE)
        self._look = look
        self._wishes = wishes
        self._take: ReviewTake | None = None
        self._playing = False
        self._at = -1.0
        self.title = words("", "heading")
        self.detail = words("", "muted")
        self.reason = words("", "look")
        self.film = FilmView(look, store)
        self._still = ""
        self.heard = HeardView(look, source, store)
        self.marks = self.heard.marks
        self.picture = PictureView(look, store)
        self.pages = PagesView(look, store)
        self.text = TextView(look)
        self.play = button("Play", "Play", self._play)
        self.fetch = button("Fetch all files", "Bring all files of this take here", lambda: self._do("fetch"), "plain")
        self.free = button("Free the copy here", "Delete the copy on this computer", lambda: self._do("free"), "plain")
        self.outside = button("Open", "Open it in the system’s own program", self._open, "plain")
        self.read = button("Read it aloud", "Read this text aloud: it stands in the prompter", self._read)
        self.accept = button("Accept", "Accept this take", lambda: self._do("accept"), "primary")
        self.later = button("Keep for later …", "Keep this take for later, with a reason", self._ask_reason)
        self.cut = button("Publish as a cut", "Publish as a cut", self._cut)
        self.why = ReasonView(look)
        self.used = UsedView(look, wishes)
        self.withdraw = button("Withdraw", "Take this take back", lambda: self._do("withdraw"), "plain")
        self.submit = SubmitCard(look, wishes)
        self.ask_consent = button("Who is in it …", "Who is in it … – say it anew", self._ask_consent, "plain")
        self.consent = ConsentCard(look, wishes)
        self.hint = words("", "muted")
        self.origin = words("", "muted")
        self.versions: Rows[tuple[str, str]] = Rows(look, self._version, lambda pair: pair[0])
        self.comments = CommentsView(look, wishes, self._anchor)
        self._assemble()

    def show_take(
        self,
        take: ReviewTake,
        lane: LaneModel | None,
        comments: tuple[CommentView, ...],
        titles: Mapping[str, str],
    ) -> None:
        """Show a take; ``lane`` is its clip where it was made here, ``titles`` those of the project's takes by id."""
        other = self._take is None or self._take.id != take.id
        self._take = take
        if other:
            self.verticalScrollBar().setValue(0)
        self.title.setText(take.title)
        self.detail.setText(" · ".join(part for part in (take.person.name, take.stage.value, take.detail) if part))
        self.reason.setText(f"Kept for later: {take.reason}")
        self.reason.setVisible(bool(take.reason))
        heard = take.kind in (PartKind.SOUND, PartKind.VIDEO)
        self.heard.show_heard(take.seconds if heard else 0.0, lane, comments)
        self._still = lane.thumbnail if lane is not None else ""
        picture = take.kind is PartKind.ARTWORK and take.page is None
        self.picture.show_file(take.file if picture else "")
        self.pages.show_page(take.id, take.page)
        self.text.show_text(take.text)
        self.hint.setText(hint(take))
        self.hint.setVisible(bool(self.hint.text()))
        self._show_acts(take)
        self.why.show_take(take.id, take.may_judge)
        self.used.show_take(take)
        self.submit.show_submit(take)
        self.consent.show_take(take)
        self.origin.setText(". ".join(origin_lines(take)))
        self.origin.setVisible(bool(self.origin.text()))
        self.versions.show_rows([(one, titles.get(one, "an earlier take")) for one in take.versions])
        self.comments.show_comments(take, comments)

    def show_film(self, playing: PlayingModel | None) -> None:
        """Show the picture of this take as it plays, or ``None`` while it does not."""
        film = self._take is not None and self._take.kind is PartKind.VIDEO
        # The film of a song may be another take that was placed against it.
        self.film.setVisible(film or (playing is not None and bool(playing.picture)))
        self.film.show_film(self._still, playing)

    def show_playing(self, at: float, playing: bool) -> None:
        """Show where it is heard, in seconds; below zero it is not."""
        self._playing = playing
        relabel(self.play, *(("Pause", "Pause") if playing else ("Play", "Play")))
        self._at = at
        self.heard.show_at(at)
        if at >= 0:
            self.comments.follow(at)

    def _assemble(self) -> None:
        self._judging = Flow(self._look, self.accept, self.later, self.cut)
        above = (
            self.title,
            self.detail,
            self.reason,
            self.hint,
            self.picture,
            self.pages,
            self.text,
            self.film,
            self.heard,
        )
        for widget in above:
            self.column.addWidget(widget)
        acts = (self.play, self.read, self.outside, self.fetch, self.free, self.withdraw, self.ask_consent)
        self.column.addWidget(Flow(self._look, *acts))
        below: tuple[QWidget, ...] = (
            self._judging, self.why, self.used, self.submit, self.consent, self.origin, self.versions,
        )  # fmt: skip
        for part in below:
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.section("Comments", beside=True)
        self.side.addWidget(self.comments)
        self.side.addStretch(1)
        self.why.given.connect(self._keep_later)
        self.consent.left.connect(lambda: self.ask_consent.setFocus(Qt.FocusReason.OtherFocusReason))
        self.why.left.connect(lambda: self.later.setFocus(Qt.FocusReason.OtherFocusReason))
        self.picture.chosen.connect(self.comments.show_place)
        self.pages.chosen.connect(self.comments.show_place)
        self.pages.turned.connect(self._turn)
        self.pages.placed.connect(lambda: self._bring(self.pages.picture))
        self.text.selectionChanged.connect(self.comments.show_place)
        self.comments.widened.connect(self._widen)
        self.film.pressed.connect(self._play)
        self.heard.sought.connect(self._seek)
        self.comments.sought.connect(self._seek)
        self.comments.marked.connect(self._show_where)

    def _show_acts(self, take: ReviewTake) -> None:
        self.play.setVisible(take.kind in (PartKind.SOUND, PartKind.VIDEO))
        self.read.setVisible(take.kind is PartKind.WRITING and bool(take.text) and not take.mine)
        # A film fills the screen, and a PDF is printed or searched, in the program that the system has for it.
        outside = take.kind is PartKind.VIDEO or take.page is not None
        self.outside.setVisible(bool(take.file) and outside)
        mine = bool(take.library)
        self.fetch.setVisible(not take.local and not mine and take.stage is not Stage.WITHDRAWN)
        self.fetch.setEnabled(not take.fetching)
        relabel(self.fetch, "Fetching …" if take.fetching else "Fetch all files", "Bring all files of this take here")
        self.free.setVisible(take.local and not mine)
        self.withdraw.setVisible(take.mine and take.stage not in (Stage.OWN, Stage.WITHDRAWN))
        self.ask_consent.setVisible(may_change(take))
        self._judging.setVisible(take.may_judge)
        self.accept.setEnabled(take.stage is not Stage.ACCEPTED)
        self.cut.setVisible(take.stage is Stage.ACCEPTED or bool(take.cut))
        relabel(
            self.cut,
            *(
                ("No cut any more", f"“{take.cut}” is no published version any more")
                if take.cut
                else ("Publish as a cut", "Publish this take as a version of the piece")
            ),
        )

    def _anchor(self) -> Anchor | None:
        if not self.picture.isHidden() and self.picture.region is not None:
            return self.picture.region
        if not self.pages.isHidden() and self.pages.region is not None:
            return self.pages.region
        return self.text.lines() if not self.text.isHidden() else None

    def _widen(self) -> None:
        self.picture.clear()
        self.pages.clear()
        self.text.clear_choice()

    def _turn(self, number: int) -> None:
        if self._take is not None:
            take = self._take.id
            self._wishes.ask(lambda studio: studio.turn_page(take, number))

    def _show_where(self, comment: CommentView) -> None:
        """Bring the place of a comment into sight, or say why that cannot be."""
        if self._take is None:
            return
        missing = missing_place(self._take, comment)
        self.hint.setText(missing or hint(self._take))
        self.hint.setVisible(bool(self.hint.text()))
        if missing:
            self.ensureWidgetVisible(self.hint)
        elif comment.lines is not None:
            self.text.show_lines(*comment.lines)
            self.ensureWidgetVisible(self.text)
        elif self._take.page is not None:
            self.pages.show_part(comment.page, comment.region)
        else:
            self.picture.show_region(comment.region)
            self._bring(self.picture)

    def _bring(self, picture: PictureView) -> None:
        """Bring the marked part of a picture into sight, which may be higher than the window."""
        place = picture.marked_place()
        inner = self.widget()
        assert inner is not None
        middle = picture.mapTo(inner, place.center())
        self.ensureVisible(middle.x(), middle.y(), 0, self._look.px(40) + min(place.height(), self.height()) // 2)

    def _version(self, pair: tuple[str, str]) -> QWidget:
        take, title = pair
        said = f"New version of {title}"
        return button(said, said, lambda: self._wishes.ask(lambda studio: studio.review(take)), "tree")

    def _do(self, what: str) -> None:
        if self._take is not None:
            take = self._take.id
            self._wishes.ask(lambda studio: getattr(studio, what)(take))

    def _cut(self) -> None:
        if self._take is not None:
            take, name = self._take.id, "" if self._take.cut else self._take.title
            self._wishes.ask(lambda studio: studio.publish_cut(take, name))

    def _open(self) -> None:
        if self._take is not None and self._take.file:
            self._wishes.lead("outside", self._take.file)

    def _play(self) -> None:
        if self._playing:
            self._wishes.lead("pause")
        else:
            # What was paused goes on where it was.
            self._seek(max(0.0, self._at))

    def _seek(self, at: float) -> None:
        if self._take is not None and self._take.kind in (PartKind.SOUND, PartKind.VIDEO):
            take = self._take.id
            self.comments.point_at(at)
            self._wishes.ask(lambda studio: studio.listen(take, at))

    def _read(self) -> None:
        self._do("read_aloud")
        self._wishes.lead("studio")

    def _ask_reason(self) -> None:
        self.why.begin()
        self.ensureWidgetVisible(self.why)

    def _ask_consent(self) -> None:
        self.consent.begin()
        self.ensureWidgetVisible(self.consent)

    def _keep_later(self, take: str, reason: str) -> None:
        self._wishes.ask(lambda studio: studio.keep_for_later(take, reason))
