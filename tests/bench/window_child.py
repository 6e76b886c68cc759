"""The windows that ``window_bench`` measures, each in a process of its own. Times are monotonic seconds.

A measured start imports nothing but what the measured program imports itself.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time


def empty() -> None:
    """Show an empty PySide6 window of the same size; print when its first frame is on the screen."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QWidget

    class Empty(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, _print_and_end)

    application = QApplication([])
    window = Empty()
    window.resize(1440, 900)
    window.show()
    application.exec()


def start() -> None:
    """Show Roomtone as it starts for a person; print when its first frame is on the screen."""
    from PySide6.QtWidgets import QApplication

    import roomtone.__main__  # What every start of the program imports first.
    from roomtone.foundation.clock import SystemClock
    from roomtone.foundation.paths import find_home
    from roomtone.gui.application import Opening

    del roomtone
    opening = Opening(find_home(None), SystemClock(), [])
    opening.shell.shown.connect(_print_and_end)
    QApplication.exec()


def recording(seconds: float) -> None:
    """Record the practice tone with the real workers; print when frames were painted."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from roomtone.foundation.clock import SystemClock
    from roomtone.foundation.paths import find_home
    from roomtone.gui.application import Opening
    from roomtone.studio.snapshot import Phase
    from tests.bench.frame_watch import FrameWatch

    opening = Opening(find_home(None), SystemClock(), [])
    watch = FrameWatch()

    def look() -> None:
        if opening.life is None:
            return
        desk = opening.life.desk
        state = desk.presenter.state
        practising = state.input is not None and state.input.practice
        if desk.studio is None or state.phase is Phase.STARTING:
            return
        if not practising:
            desk.presenter.use_practice()
        elif state.phase is Phase.READY and not watch.watching:
            desk.studio.record()
            watch.watch(desk.window.transport.time, seconds, desk.studio.stop)
        elif state.phase is Phase.READY and watch.over:
            opening.shell.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(500)
    QApplication.exec()
    opening.end()
    watch.report(sys.stdout)


def staged(seconds: float) -> None:
    """Show a full list and a rolling take that are fed from a thread; print when frames were painted."""
    from PySide6.QtWidgets import QApplication

    from roomtone.foundation.clock import SystemClock
    from roomtone.foundation.paths import find_home
    from roomtone.gui.desk import Desk
    from roomtone.gui.life import make_look
    from tests.bench.frame_watch import FrameWatch
    from tests.gui.stage import Stage, example_takes

    application = QApplication([])
    desk = Desk(make_look("dark"), SystemClock())
    desk.window.resize(1440, 900)
    desk.window.show()
    stage = Stage(find_home(None).prepare(), example_takes())
    desk.attach(stage)
    over = threading.Event()

    def feed() -> None:
        began = time.monotonic()
        while not over.wait(1 / 30):
            rolled = time.monotonic() - began
            stage.roll_to(rolled)
            stage.hear(-8 - rolled % 7, -14 - rolled % 11)

    thread = threading.Thread(target=feed)
    thread.start()
    watch = FrameWatch()
    watch.watch(desk.window.transport.time, seconds, application.quit)
    application.exec()
    over.set()
    thread.join()
    desk.close()
    watch.report(sys.stdout)


def _print_and_end() -> None:
    sys.stdout.write(json.dumps(time.monotonic()))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    elif sys.argv[1] == "start":
        start()
    elif sys.argv[1] == "recording":
        recording(float(sys.argv[2]))
    else:
        staged(float(sys.argv[2]))
