"""Today: the day's prompt, what to do next, and what to hear of."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Card, Disc, Flow, Rows, Scroll, button, chip, heading, words
from roomtone.gui.views.together.wishes import Wishes, page_for
from roomtone.studio.together_intents import TogetherIntents
from roomtone.studio.together_snapshot import NewsView, NextView, TodayView

_ANSWERS = (("Record it", "studio"), ("Film it", "film"), ("Draw it", "artwork"), ("Write it", "writing"))
_ASIDE = 400
_NO_PROMPT = "Make something small today"
_NO_CALL = "No call waits for you. Open one on the page Project, or just record: free takes are welcome."


class StreakView(QWidget):
    """The last days as small squares: filled where something was made. Nobody else sees it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._days: tuple[str, ...] = ()
        look.changed.connect(self.update)

    def show_days(self, days: tuple[str, ...], said: str) -> None:
        """Show the days, which are said as well."""
        self._days = days
        self.setAccessibleName(said)
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(14) * max(1, len(self._days)), self._look.px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, step = look.px(10), look.px(14)
        for number, day in enumerate(self._days):
            area = QRectF(number * step, 1, side, side)
            painter.setPen(look.colour("border"))
            painter.setBrush(look.colour("text") if day == "made" else look.colour("control"))
            painter.drawRoundedRect(area, 2, 2)
            if day == "rested":
                painter.drawLine(area.bottomLeft(), area.topRight())
        painter.end()


class TodayPage(Scroll):
    """The page."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Today", 720, _ASIDE)
        self._look = look
        self._wishes = wishes
        self._view = TodayView()
        self._prompt = Card(look, "Today’s prompt")
        self.prompt = words("", "heading")
        self._from = words("", "muted")
        self.streak = StreakView(look)
        self._streak_line = words("", "muted")
        self._fill_prompt()
        self.section("Next for you")
        self.next: Rows[NextView] = Rows(look, self._next, lambda view: view.call)
        self._then = words("", "muted")
        self.column.addWidget(self.next)
        self.column.addWidget(self._then)
        self.column.addStretch(1)
        self._news_title = self.section("News", beside=True)
        self.news: Rows[NewsView] = Rows(look, self._item, lambda view: view.id)
        self._quiet = words("Nothing new. What others say of your takes, and make of them, will stand here.", "muted")
        self._seen = button("Mark as seen", "Mark all news as seen", self._mark_seen, "link")
        self.side.addWidget(self.news)
        self.side.addWidget(self._quiet)
        self.side.addWidget(self._seen, 0, Qt.AlignmentFlag.AlignLeft)
        self.side.addStretch(1)

    def show_today(self, view: TodayView) -> None:
        """Show the page."""
        if view is self._view:
            return
        self._view = view
        self.prompt.setText(view.prompt or _NO_PROMPT)
        done = "You have answered it today. " if view.answered else ""
        self._from.setText(f"{done}{view.prompt_from}")
        self._from.setVisible(bool(self._from.text()))
        self.streak.show_days(view.streak, view.streak_line)
        self._streak_line.setText(view.streak_line)
        self._days.setVisible(bool(view.streak or view.streak_line))
        self.next.show_rows(view.next)
        then = view.then or ("" if view.next else _NO_CALL)
        self._then.setText(then)
        self._then.setVisible(bool(then))
        self.news.show_rows(view.news)
        self._quiet.setVisible(not view.news)
        self._seen.setVisible(any(news.fresh for news in view.news))

    def _fill_prompt(self) -> None:
        self._prompt.column.addWidget(heading("Today’s prompt"))
        self._prompt.column.addWidget(self.prompt)
        self._prompt.column.addWidget(self._from)
        self.answers = [
            button(text, f"{text}: answer today’s prompt", partial(self._answer, page), "" if number else "primary")
            for number, (text, page) in enumerate(_ANSWERS)
        ]
        self._prompt.column.addWidget(Flow(self._look, *self.answers))
        line = self._days = QWidget()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, self._look.tokens.space.small, 0, 0)
        across.setSpacing(self._look.tokens.space.medium)
        across.addWidget(self.streak)
        across.addWidget(self._streak_line, 1)
        self._prompt.column.addWidget(line)
        self.column.addWidget(self._prompt)

    def _answer(self, page: str) -> None:
        self._wishes.ask(lambda studio: studio.answer_prompt())
        self._wishes.lead(page)

    def _next(self, view: NextView) -> QWidget:
        card = Card(self._look, view.title)
        left, across = QVBoxLayout(), QHBoxLayout()
        left.setSpacing(self._look.tokens.space.tight)
        left.addWidget(words(view.title, "strong"))
        left.addWidget(Flow(self._look, *(chip(kind) for kind in view.media), words(view.why, "muted")))
        if view.beginner:
            left.addWidget(words(f"New to this? {view.beginner}", "muted"))
        across.addLayout(left, 1)
        across.addWidget(button("Answer", f"Answer “{view.title}”", lambda: self._answer_call(view)))
        card.column.addLayout(across)
        return card

    def _answer_call(self, view: NextView) -> None:
        self._wishes.ask(lambda studio: studio.answer_call(view.call))
        self._wishes.lead(page_for(view.media))

    def _item(self, view: NewsView) -> QWidget:
        text = words(view.text, "strong" if view.fresh else "")
        text.setAccessibleName(f"New: {view.text}" if view.fresh else view.text)
        below: list[QWidget] = [words(view.when, "muted")]
        if view.take or view.call:
            below.append(button("Show", f"Show: {view.text}", lambda: self._go(view), "link"))
        line, column = QWidget(), QVBoxLayout()
        column.setSpacing(self._look.tokens.space.hair)
        column.addWidget(text)
        column.addWidget(Flow(self._look, *below))
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(self._look.tokens.space.small)
        if view.person is not None:
            across.addWidget(Disc(self._look, view.person), 0, Qt.AlignmentFlag.AlignTop)
        else:
            across.addSpacing(self._look.px(28) + self._look.tokens.space.small)
        across.addLayout(column, 1)
        return line

    def _go(self, view: NewsView) -> None:
        take, at = view.take, view.at
        if not take:
            self._wishes.lead("project", view.call)
            return
        self._wishes.ask(lambda studio: studio.review(take))
        if at is not None:
            second = at
            self._wishes.ask(lambda studio: studio.listen(take, second))
        self._wishes.lead("review", take)

    def _mark_seen(self) -> None:
        def seen(studio: TogetherIntents) -> None:
            studio.seen_news()

        self._wishes.ask(seen)
