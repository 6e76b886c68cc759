"""What is said of a take: comments with their replies, and the place to say something."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.review import place_words
from roomtone.gui.presenters.seconds import read_seconds, write_seconds
from roomtone.gui.presenters.words import problem_line
from roomtone.gui.views.together.parts import Flow, Rows, TextField, button, field, person_line, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import CommentView, PageView
from roomtone.wire.project.items import Anchor, Moment


class Draft(NamedTuple):
    """What is being typed about a take; ``reply`` is the comment that it answers and whose it is."""

    text: str = ""
    begin: str = ""
    until: str = ""
    reply: tuple[str, str] = ("", "")


class Subject(Protocol):
    """What is spoken of. ``seconds`` is how long it is where it can be heard, else 0; ``page`` is
    there where it has pages."""

    @property
    def id(self) -> str: ...

    @property
    def seconds(self) -> float: ...

    @property
    def may_comment(self) -> bool: ...

    @property
    def page(self) -> PageView | None: ...


class CommentsView(QWidget):
    """The comments of one thing at a time, a take above all. ``sought`` tells a second, ``marked`` a comment whose
    place is to be seen.

    ``place`` is asked what part of a picture or text is chosen right now; ``widened`` wishes for all of it instead.
    What is being typed is kept for each take until it was said.
    """

    sought = Signal(float)
    marked = Signal(object)
    widened = Signal()

    def __init__(self, look: Look, wishes: Wishes, place: Callable[[], Anchor | None]) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._place = place
        self._take: Subject | None = None
        self._drafts: dict[str, Draft] = {}
        self._reply = ("", "")
        self.rows: Rows[tuple[CommentView, bool]] = Rows(look, self._row, lambda pair: pair[0].id)
        self.text = TextField(look, "Comment", "Say something about it – Ctrl+Enter says it")
        self.begin = field("From", "0:07", most=9)
        self.until = field("To", "0:12", most=9)
        self.replying = words("", "muted")
        self.about = words("", "muted")
        self.none = words("Nobody has said anything about it yet.", "muted")
        self.whole = button("About all of it", "About all of it instead", self.widened.emit, "link")
        self.fault = words("", "look")
        self.say = button("Comment", "Comment: say it", self._say)
        self.plain = button("Not a reply", "Say it on its own", lambda: self._reply_to("", ""), "link")
        for line in (self.begin, self.until):
            line.setFixedWidth(look.px(84))
        times = QWidget()
        across = QHBoxLayout(times)
        across.setContentsMargins(0, 0, 0, 0)
        for widget in (words("From", "muted"), self.begin, words("to", "muted"), self.until):
            across.addWidget(widget)
        self._times = times
        self._composer = QWidget()
        column = QVBoxLayout(self._composer)
        column.setContentsMargins(0, 0, 0, 0)
        parts: tuple[QWidget, ...] = (
            self.replying, self.about, self.text, Flow(look, times, self.say, self.plain, self.whole), self.fault,
        )  # fmt: skip
        for part in parts:
            column.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(look.tokens.space.small)
        whole.addWidget(self.none)
        whole.addWidget(self.rows)
        whole.addWidget(self._composer)
        self.text.kept.connect(self._say)
        self.fault.hide()
        self._reply_to("", "")

    def show_comments(self, take: Subject, comments: tuple[CommentView, ...]) -> None:
        """Show what is said of a take, or of something else."""
        if self._take is None or take.id != self._take.id:
            self._change_draft(take.id)
        self._take = take
        self._times.setVisible(take.seconds > 0)
        self._composer.setVisible(take.may_comment)
        self.rows.show_rows([(comment, take.may_comment) for comment in comments])
        self.none.setVisible(not comments)
        self.show_place()

    def show_place(self) -> None:
        """Say what part of a picture or text is chosen to speak of."""
        paged = self._take is not None and self._take.page is not None
        said = "" if self._reply[0] else place_words(self._place(), paged=paged)
        self.about.setText(said)
        self.about.setVisible(bool(said))
        self.whole.setVisible(bool(said))

    def follow(self, second: float) -> None:
        """Let what is said next be about the second that plays, until somebody begins to say it."""
        if not self.text.toPlainText():
            # Whole seconds are enough while it plays, and can be read.
            self.point_at(float(int(second)))

    def point_at(self, second: float) -> None:
        """Let what is said next be about this second, unless a range was written."""
        if not self.begin.hasFocus() and not self.until.hasFocus() and not self.until.text():
            self.begin.setText(write_seconds(second))

    def _change_draft(self, take: str) -> None:
        """Put away what was typed about the take before, and bring back what was typed about this one."""
        if self._take is not None:
            self._drafts[self._take.id] = Draft(
                self.text.toPlainText(), self.begin.text(), self.until.text(), self._reply
            )
        draft = self._drafts.pop(take, Draft())
        self.text.setPlainText(draft.text)
        self.begin.setText(draft.begin)
        self.until.setText(draft.until)
        self.fault.hide()
        self._reply_to(*draft.reply)

    def _row(self, pair: tuple[CommentView, bool]) -> QWidget:
        comment, may = pair
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._look.tokens.space.hair)
        state = "settled" if comment.resolved else ("waits for the server" if comment.waiting else "")
        head = " · ".join(part for part in (comment.person.name, comment.anchor, comment.when, state) if part)
        said = words(comment.text, "muted" if comment.resolved or comment.removed else "")
        text = QWidget()
        lines = QVBoxLayout(text)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(self._look.tokens.space.hair)
        lines.addWidget(words(head, "muted"))
        lines.addWidget(said)
        if comment.problem is not None:
            lines.addWidget(words(problem_line(comment.problem), "look"))
        if acts := self._acts(comment, may):
            lines.addWidget(Flow(self._look, *acts))
        line = person_line(self._look, comment.person)
        layout = line.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.addWidget(text, 1)
        column.addWidget(line)
        if comment.replies:
            below = QWidget()
            replies = QVBoxLayout(below)
            replies.setContentsMargins(self._look.px(36), 0, 0, 0)
            for reply in comment.replies:
                replies.addWidget(self._row((reply, may)))
            column.addWidget(below)
        return row

    def _acts(self, comment: CommentView, may: bool) -> list[QWidget]:
        acts: list[QWidget] = []
        short = comment.text[:40]
        if comment.at is not None:
            at = comment.at
            acts.append(
                button(f"Go to {write_seconds(at)}", f"Play from there: {short}", lambda: self.sought.emit(at), "link")
            )
        if comment.region is not None or comment.lines is not None:
            acts.append(button("Show where", f"Show where: {short}", lambda: self.marked.emit(comment), "link"))
        if comment.link and not comment.waiting and comment.problem is None:
            link = comment.link
            copy = f"Copy link to where this is: {short}"
            acts.append(button("Copy link", copy, lambda: QApplication.clipboard().setText(link), "link"))
        if comment.problem is not None:
            acts.append(button("Write it again", f"Write it again: {short}", lambda: self._again(comment), "link"))
        elif may and not comment.waiting and not comment.removed:
            acts.append(
                button("Reply", f"Reply to {comment.person.name}: {short}", lambda: self._answer(comment), "link")
            )
            text = "Open again" if comment.resolved else "Settle"
            on = not comment.resolved
            acts.append(
                button(text, f"{text}: {short}", lambda: self._wishes.ask(lambda s: s.resolve(comment.id, on)), "link")
            )
        if (comment.mine or comment.may_remove) and comment.problem is None:
            acts.append(
                button(
                    "Take away",
                    f"Take away: {short}",
                    lambda: self._wishes.ask(lambda s: s.remove_comment(comment.id)),
                    "link",
                )
            )
        return acts

    def _again(self, comment: CommentView) -> None:
        """Put what was refused back to where it can be mended; what is being typed there stays."""
        if not self.text.toPlainText():
            self.text.setPlainText(comment.text)
            if comment.at is not None:
                self.begin.setText(write_seconds(comment.at))
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer(self, comment: CommentView) -> None:
        self._reply_to(comment.id, comment.person.name)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reply_to(self, comment: str, name: str) -> None:
        self._reply = (comment, name)
        self.replying.setText(f"To {name}:" if comment else "")
        self.replying.setVisible(bool(comment))
        self.plain.setVisible(bool(comment))
        self.show_place()

    def _say(self) -> None:
        text = self.text.toPlainText().strip()
        if not text or self._take is None:
            return
        try:
            anchor = None if self._reply[0] else (self._place() or self._moment())
        except ValueError as error:
            self.fault.setText(str(error))
            self.fault.show()
            return
        self.fault.hide()
        take, reply = self._take.id, self._reply[0]
        self._wishes.ask(lambda studio: studio.comment(take, text, anchor, reply))
        self.text.clear()
        self.begin.clear()
        self.until.clear()
        self.widened.emit()
        self._reply_to("", "")

    def _moment(self) -> Moment | None:
        """Return the written point or range. Raises ``ValueError`` in words."""
        if self._take is None or not self.begin.text().strip() or self._take.seconds <= 0:
            return None
        begin = read_seconds(self.begin.text())
        until = read_seconds(self.until.text()) if self.until.text().strip() else 0.0
        if until and until <= begin:
            raise ValueError("The end has to be after the beginning")
        return Moment(begin, until)
