"""The pages Project and Review at twice the text size: nothing holds them wider than the window, all has a name."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.gui.desk import Desk
from roomtone.gui.life import make_look
from tests.gui.stage import Stage
from tests.gui.stage_together import full

KINDS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
LONG = "Ein außergewöhnlich langer Titel, wie ihn nur jemand schreibt, der alles auf einmal sagen will, und noch mehr"


@pytest.fixture
def large(qtbot: QtBot, stage: Stage, clock: ManualClock) -> Iterator[Desk]:
    """The window at its least width and twice the text size, with a project whose titles are long."""
    desk = Desk(make_look("light", {"ROOMTONE_SCALE": "2"}), clock)
    desk.window.resize(960, 640)
    desk.window.show()
    desk.attach(stage)
    view = full("t2")
    project = view.project
    steps = tuple(msgspec.structs.replace(step, title=LONG) for step in project.steps)
    calls = tuple(msgspec.structs.replace(call, title=LONG) for call in project.calls)
    lineage = tuple(msgspec.structs.replace(branch, title=LONG) for branch in project.lineage)
    takes = tuple(msgspec.structs.replace(take, title=LONG) for take in view.review.takes)
    stage.publish(
        together=msgspec.structs.replace(
            view,
            project=msgspec.structs.replace(project, title=LONG, steps=steps, calls=calls, lineage=lineage),
            review=msgspec.structs.replace(view.review, takes=takes),
        )
    )
    qtbot.waitUntil(lambda: desk.window.together.project.calls.rows.row("c1") is not None)
    yield desk
    desk.close()
    desk.window.close()


def test_nothing_is_wider_than_the_page(large: Desk) -> None:
    window, together = large.window, large.window.together
    together.project.calls.fresh.click()
    together.project.calls.form.more.click()
    for tab, scroll in (("project", together.project), ("review", together.review.take)):
        window.show_tab(tab)
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        assert window.width() == 960
        sheet = scroll.widget()
        assert sheet is not None
        assert sheet.width() <= scroll.viewport().width(), tab


def test_every_control_has_a_name_and_says_more(large: Desk) -> None:
    window, together = large.window, large.window.together
    together.project.calls.fresh.click()
    together.project.calls.form.more.click()
    pages: tuple[tuple[str, QWidget], ...] = (("project", together.project), ("review", together.review))
    for tab, page in pages:
        window.show_tab(tab)
        QApplication.sendPostedEvents()
        found = [one for one in page.findChildren(QWidget) if isinstance(one, KINDS) and one.isVisible()]
        assert len(found) > 8
        assert [one for one in found if not one.accessibleName()] == [], tab
