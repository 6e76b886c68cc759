"""The pages of what people do together: all of it is named, can be read at twice the size, and holds nothing wide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.gui.desk import Desk
from roomtone.gui.life import make_look
from roomtone.gui.views.parts import ElidedLabel
from roomtone.studio.together_snapshot import TogetherView
from tests.gui.stage import Stage
from tests.gui.stage_together import full

SIZES = [("dark", "1", 1440, 900), ("light", "2", 1280, 800), ("dark", "2", 960, 640), ("light", "1", 960, 640)]
KINDS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)


@pytest.fixture(params=SIZES, ids=str)
def sized(request: pytest.FixtureRequest, qtbot: QtBot, stage: Stage, clock: ManualClock) -> Iterator[Desk]:
    """The window in a theme, a text size and a size, with a project in which everything is there."""
    theme, scale, width, height = request.param
    desk = Desk(make_look(theme, {"ROOMTONE_SCALE": scale}), clock)
    desk.window.resize(width, height)
    desk.window.show()
    desk.attach(stage)
    stage.publish(theme=theme, together=full())
    qtbot.waitUntil(lambda: desk.window.together.today.next.row("c1") is not None)
    yield desk
    assert (desk.window.width(), desk.window.height()) == (width, height)
    desk.close()
    desk.window.close()


def parts(desk: Desk) -> Iterator[str]:
    """Show one page after the other, and the choice of projects with its form."""
    window = desk.window
    for tab in ("today", "project", "review", "people", "studio"):
        window.show_tab(tab)
        settle()
        yield tab
    window.header.projects.click()
    settle()
    yield "projects"
    window.together.projects.start.click()
    settle()
    yield "a new project"


def settle() -> None:
    """Let what was shown find its place."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def seen(desk: Desk, kinds: type[QWidget] | tuple[type[QWidget], ...]) -> list[QWidget]:
    """Return what can be seen or scrolled to."""
    of = kinds if isinstance(kinds, tuple) else (kinds,)
    return [one for one in desk.window.findChildren(QWidget) if isinstance(one, of) and one.isVisible()]


def test_every_page_is_named_and_can_be_read(sized: Desk) -> None:
    for part in parts(sized):
        assert [one for one in seen(sized, KINDS) if not one.accessibleName()] == [], part
        for button in seen(sized, QPushButton):
            assert isinstance(button, QPushButton)
            check_button(button, part)
        for label in seen(sized, QLabel):
            assert isinstance(label, QLabel)
            check_label(label, part)
        check_width(sized, part)
        # Nothing asks in a box of its own.
        assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()], part


def check_button(button: QPushButton, part: str) -> None:
    """What is read on a button is whole, and part of its name."""
    metrics = QFontMetrics(button.font())
    widest = max(metrics.horizontalAdvance(line) for line in button.text().split("\n"))
    assert button.width() >= widest, (part, button.text())
    assert button.height() >= metrics.height(), (part, button.text())
    said = button.text().rstrip(" …").split("\n")[0].split("   ")[0].casefold()
    if "…" not in said:
        assert said in button.accessibleName().casefold(), (part, button.text(), button.accessibleName())


def check_label(label: QLabel, part: str) -> None:
    """All of a text can be read."""
    if label.wordWrap() and label.text():
        assert label.height() >= label.heightForWidth(label.width()), (part, label.text())
    elif not isinstance(label, ElidedLabel):
        assert label.width() >= QFontMetrics(label.font()).horizontalAdvance(label.text()), (part, label.text())


def check_width(desk: Desk, part: str) -> None:
    """The pages scroll only downwards."""
    together = desk.window.together
    for page in (together.today, together.project, together.people, together.projects):
        body = page.widget()
        if page.isVisible() and body is not None:
            assert body.minimumSizeHint().width() <= page.viewport().width(), (part, page.accessibleName())


def test_empty_pages_say_what_to_do(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    stage.publish(together=TogetherView())
    for tab, said in (("today", "just record"), ("people", "Paste a link")):
        desk.window.show_tab(tab)
        page = desk.window.together.tabs[tab]
        qtbot.waitUntil(
            lambda page=page, said=said: any(  # type: ignore[misc]
                said in one.text() for one in page.findChildren(QLabel) if one.isVisible()
            )
        )
