"""The window for a test that has eyes: it tells where things are and what can be read, and is otherwise as always.

It is asked with lines on standard input, and answers each with a line that begins with the number of the question:

- ``1 where Submit`` – ``1 at 740 512`` in pixels of the screen, ``1 above 400 300`` or ``1 below 400 300`` where one
  has to scroll at that place, or ``1 nowhere``. Whatever can be used and whose accessible name is this, or else begins
  with it, is meant.
- ``2 reads Nothing new`` – ``2 yes`` or ``2 no``: whether some text in sight holds this.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QPoint, QSocketNotifier
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import find_home
from roomtone.gui.application import Opening

# So much of something has to be in sight to be clicked, in pixels.
_ENOUGH = 12


class Eyes:
    """Answers questions, one at a time, in the window's own thread."""

    def __init__(self) -> None:
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._answer)

    def _answer(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._notifier.setEnabled(False)
            return
        number, what, text = line.rstrip("\n").split(" ", 2)
        said = _where(text) if what == "where" else ("yes" if _reads(text) else "no")
        sys.stdout.write(f"{number} {said}\n")
        sys.stdout.flush()


def _where(name: str) -> str:
    found = [one for one in _widgets() if one.isEnabled() and one.accessibleName().startswith(name)]
    found.sort(key=lambda one: one.accessibleName() != name)
    if not found:
        return "nowhere"
    widget = found[0]
    seen = widget.visibleRegion().boundingRect()
    if seen.height() >= min(_ENOUGH, widget.height()):
        at = widget.mapToGlobal(seen.center())
        return f"at {at.x()} {at.y()}"
    area = _area(widget)
    if area is None:
        return "nowhere"
    view = area.viewport()
    above = widget.mapTo(view, QPoint(0, 0)).y() < 0
    at = view.mapToGlobal(QPoint(6, view.height() // 2))
    return f"{'above' if above else 'below'} {at.x()} {at.y()}"


def _area(widget: QWidget) -> QAbstractScrollArea | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above


def _reads(text: str) -> bool:
    labels = [one.text() for one in _widgets() if isinstance(one, QLabel | QAbstractButton)]
    pages = [one.toPlainText() for one in _widgets() if isinstance(one, QPlainTextEdit)]
    return any(text in one for one in (*labels, *pages))


def _widgets() -> list[QWidget]:
    return [one for one in QApplication.allWidgets() if one.isVisible()]


def main() -> None:
    """Open the window of the home in ``ROOMTONE_HOME``."""
    opening = Opening(find_home(None), SystemClock(), [])
    eyes = Eyes()
    QApplication.exec()
    del eyes
    opening.end()


if __name__ == "__main__":
    main()
