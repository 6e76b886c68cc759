"""A PDF on the review page is leafed through and spoken of page by page, and a text line by line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from roomtone.foundation.errors import Problem
from roomtone.gui.desk import Desk
from roomtone.gui.views.together.leaves import PagesView
from roomtone.gui.views.together.review import ReviewPage
from roomtone.studio.together_snapshot import CommentView, PageView
from roomtone.wire.project.items import Lines, Region
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_together import JUDE, full
from tests.gui.wished import Wished

_NOTE = CommentView("k9", JUDE, "A slur is missing", "now", "page 5", region=(0.1, 0.2, 0.3, 0.4), page=5)


class Book:
    """A score of seven pages that is looked at; ``show`` is what the studio tells of it."""

    def __init__(self, desk: Desk, stage: Stage, folder: Path, qtbot: QtBot) -> None:
        self.review: ReviewPage = desk.window.together.review
        self.wished = Wished(desk.window.wishes)
        self._stage, self._folder, self._qtbot = stage, folder, qtbot

    @property
    def pages(self) -> PagesView:
        """What is seen of it."""
        return self.review.take.pages

    def page(self, number: int, **changes: object) -> PageView:
        """Return a page as it was drawn: A4, in a colour of its own."""
        file = self._folder / f"{number}.png"
        image = QImage(200, 283, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(number * 40, 120, 240))
        assert image.save(str(file))
        return msgspec.structs.replace(PageView(number, 7, str(file), 595, 842), **changes)

    def show(self, page: PageView | None, *comments: CommentView, **changes: object) -> None:
        """Tell of a page."""
        view = full("t4")
        shown = {"file": str(self._folder / "score.pdf"), "local": True, "page": page, **changes}
        takes = tuple(msgspec.structs.replace(t, **shown) if t.id == "t4" else t for t in view.review.takes)
        review = msgspec.structs.replace(view.review, takes=takes, comments=comments)
        self._stage.publish(together=msgspec.structs.replace(view, review=review))
        said = page.number if page is not None else 0
        self._qtbot.waitUntil(lambda: self.review.take.title.text() == "Kitchen window")
        self._qtbot.waitUntil(lambda: self.pages.isHidden() or f"age {said}" in self.pages.where.text() or not said)
        self.wished.said = [one for one in self.wished.said if one[0] != "review"]


@pytest.fixture
def book(desk: Desk, stage: Stage, tmp_path: Path, qtbot: QtBot) -> Book:
    """The score on the review page, its second page drawn."""
    desk.attach(stage)
    desk.window.show_tab("review")
    made = Book(desk, stage, tmp_path, qtbot)
    made.show(made.page(2))
    made.wished.said.clear()
    return made


def _wishes(book: Book) -> list[tuple[object, ...]]:
    return [one for one in book.wished.said if one[0] != "review"]


def test_a_pdf_is_leafed_through_by_button(book: Book, qtbot: QtBot) -> None:
    pages = book.pages
    qtbot.waitUntil(pages.picture.isVisible)
    assert book.review.take.picture.isHidden()
    assert pages.where.text() == pages.picture.accessibleName() == "Page 2 of 7"
    # A page is high enough to be read, and no wider than it is.
    qtbot.waitUntil(lambda: pages.picture.height() > 500)
    click(pages.on)
    click(pages.on)
    assert _wishes(book) == [("turn_page", "t4", 3), ("turn_page", "t4", 4)]
    book.show(book.page(2, turning=4))
    qtbot.waitUntil(lambda: pages.where.text() == "Page 2 of 7 – drawing page 4 …")
    book.show(book.page(7))
    qtbot.waitUntil(lambda: pages.where.text() == "Page 7 of 7")
    assert not pages.on.isEnabled()
    click(pages.back)
    assert _wishes(book)[-1] == ("turn_page", "t4", 6)


def test_a_pdf_is_leafed_through_by_key(book: Book) -> None:
    picture = book.pages.picture
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_Home):
        press(picture, key)
    assert [one[2] for one in _wishes(book)] == [3, 2, 7, 1]
    press(picture, Qt.Key.Key_PageUp)
    assert len(_wishes(book)) == 4


def test_whoever_leafs_to_the_end_by_button_goes_on_by_key(book: Book) -> None:
    book.pages.on.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(5):
        press(book.pages.on, Qt.Key.Key_Space)
    assert _wishes(book)[-1] == ("turn_page", "t4", 7)
    assert book.pages.picture.hasFocus()


def test_a_part_of_a_page_is_spoken_of(book: Book, qtbot: QtBot) -> None:
    picture, comments = book.pages.picture, book.review.take.comments
    qtbot.waitUntil(lambda: picture.height() > 500)

    def drag() -> bool:
        # Nothing can be framed before the page was read from its file.
        QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        QTest.mouseMove(picture, QPoint(120, 90))
        QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(120, 90))
        return picture.region is not None

    qtbot.waitUntil(drag)
    assert comments.about.text() == "About the framed part of page 2"
    write(comments.text, "Slower here")
    click(comments.say)
    name, take, text, anchor, _ = _wishes(book)[-1]
    assert (name, take, text) == ("comment", "t4", "Slower here")
    assert isinstance(anchor, Region)
    assert anchor.page == 2
    assert anchor.left < 0.1 < anchor.width
    assert picture.region is None
    # What was framed on a page is not framed on another one.
    press(picture, Qt.Key.Key_Right)
    assert book.pages.region == Region(0.25, 0.25, 0.5, 0.5, page=2)
    book.show(book.page(3))
    qtbot.waitUntil(lambda: book.pages.region is None)
    assert comments.about.text() == ""


def test_a_comment_leads_to_its_page_and_place(book: Book, qtbot: QtBot) -> None:
    book.show(book.page(2), _NOTE)
    placed: list[bool] = []
    book.pages.placed.connect(lambda: placed.append(True))
    qtbot.waitUntil(lambda: book.review.take.comments.rows.row("k9") is not None)
    click(_named(book.review, "Show where: A slur is missing"))
    assert _wishes(book) == [("turn_page", "t4", 5)]
    book.show(book.page(2, turning=5), _NOTE)
    assert placed == []
    book.show(book.page(5), _NOTE)
    qtbot.waitUntil(lambda: placed == [True])
    frame = QColor(book.review.take._look.colours.focus)

    def framed() -> bool:
        image, area = book.pages.picture.grab().toImage(), book.pages.picture._area()
        ratio = image.devicePixelRatio()
        at = QPoint(round((area.left() + 0.25 * area.width()) * ratio), round((0.2 * area.height()) * ratio))
        near = [image.pixelColor(at.x(), at.y() + step) for step in (-1, 0, 1)]
        return not area.isEmpty() and frame.rgb() in [one.rgb() for one in near]

    qtbot.waitUntil(framed)
    # Again, when it is there already.
    click(_named(book.review, "Show where: A slur is missing"))
    assert placed == [True, True]
    assert len(_wishes(book)) == 1


def test_why_a_page_cannot_be_shown_is_said_and_the_others_can_be(book: Book, qtbot: QtBot) -> None:
    problem = Problem("undrawn-page", "Page 3 of “score.pdf” cannot be shown here", "It is damaged", "Try “Open”")
    book.show(PageView(3, 7, problem=problem))
    qtbot.waitUntil(book.pages.problem.isVisible)
    assert "It is damaged" in book.pages.problem.text()
    assert book.review.take.outside.isVisible()
    assert not book.pages.picture.isVisible()
    click(book.pages.on)
    assert _wishes(book) == [("turn_page", "t4", 4)]
    book.show(book.page(4))
    qtbot.waitUntil(book.pages.picture.isVisible)
    assert not book.pages.problem.isVisible()


def test_a_page_that_is_not_here_is_not_framed_on_another(book: Book, qtbot: QtBot) -> None:
    book.show(None, _NOTE, file=book.page(1).file, local=False)
    qtbot.waitUntil(book.review.take.picture.isVisible)
    click(_named(book.review, "Show where: A slur is missing"))
    assert book.review.take.hint.text() == "Only its first page is here. “Fetch all files” brings page 5."


def test_a_click_chooses_a_line_and_another_one_lets_go(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    review, wished = _text(desk, stage, qtbot)
    text, comments = review.take.text, review.take.comments
    line = text.cursorRect(text.textCursor()).height()
    first = text.cursorRect(text.textCursor()).center()
    click(text.viewport(), QPoint(first.x() + 20, first.y() + line))
    assert comments.about.text() == "About line 2"
    click(text.viewport(), QPoint(first.x() + 20, first.y()))
    assert comments.about.text() == ""
    click(text.viewport(), QPoint(first.x() + 20, first.y()))
    write(comments.text, "Lovely")
    click(comments.say)
    assert wished.said[-1] == ("comment", "t3", "Lovely", Lines(1, 1), "")
    click(text.viewport(), QPoint(first.x() + 20, first.y()))
    press(text, Qt.Key.Key_Escape)
    assert comments.about.text() == ""


def test_a_comment_leads_to_its_lines_also_where_the_text_has_fewer(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    review, _ = _text(desk, stage, qtbot)
    click(_named(review, "Show where: Yes"))
    marks = review.take.text.extraSelections()
    assert [mark.cursor.selectedText().replace("\u2029", "\n") for mark in marks] == [
        "you were long.\nWe sang through the wall."
    ]
    assert review.take.text.lines() is None
    assert not review.take.hint.isVisible()
    click(_named(review, "Show where: Gone"))
    assert review.take.hint.text() == "There is no line 40 in this text"


def _text(desk: Desk, stage: Stage, qtbot: QtBot) -> tuple[ReviewPage, Wished]:
    """Look at a text with two comments, one of them about lines that it had before."""
    desk.attach(stage)
    desk.window.show_tab("review")
    review, wished = desk.window.together.review, Wished(desk.window.wishes)
    view = full("t3")
    said = (
        CommentView("k7", JUDE, "Yes", "now", "lines 2–9", lines=(2, 9)),
        CommentView("k8", JUDE, "Gone", "now", "line 40", lines=(40, 40)),
    )
    stage.publish(together=msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, comments=said)))
    qtbot.waitUntil(lambda: review.take.comments.rows.row("k8") is not None and review.take.text.isVisible())
    return review, wished


def _named(page: ReviewPage, name: str) -> QPushButton:
    return next(one for one in page.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible())
