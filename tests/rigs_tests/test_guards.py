"""The guards fail the test that leaves something behind, name it, and let the others pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

_ROOT = Path(__file__).parents[2]

_TESTS = """
import logging, os, socket, subprocess, sys, threading, warnings
import pytest

def test_fine():
    logging.getLogger("x").info("all is well")

def test_warns_in_the_log():
    logging.getLogger("the.origin").warning("the cable is loose")

@pytest.mark.expects_log("cable .* loose")
def test_expects_the_warning():
    logging.getLogger("the.origin").warning("the cable is loose")

def test_expects_by_fixture(log_guard):
    log_guard.expect("loose")
    logging.getLogger("the.origin").error("loose")

@pytest.mark.expects_log("never said")
def test_expects_in_vain():
    pass

def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, name="lingerer", daemon=True).start()

def test_leaves_a_process(monkeypatch):
    # Two parents away and in a session of its own, as a worker of ours would be.
    script = "import subprocess; subprocess.Popen(['sleep', '61'], start_new_session=True)"
    subprocess.run([sys.executable, "-c", script], check=True)

def test_calls_another_machine():
    socket.socket().connect(("192.0.2.1", 80))

def test_calls_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_python_warns():
    warnings.warn("old ways", DeprecationWarning)

def test_leaves_a_window():
    from PySide6.QtWidgets import QApplication, QWidget
    global app, window
    app = QApplication.instance() or QApplication([])
    window = QWidget()
    window.setWindowTitle("left open")
    window.show()

def test_qt_complains():
    from PySide6.QtCore import qWarning
    qWarning("a Qt complaint")
"""


_OPTIONS = [
    f"--config-file={_ROOT / 'pyproject.toml'}",
    "--rootdir=.",
    "--confcutdir=.",
    "--junitxml=out.xml",
    "--tb=short",
    "-pno:cacheprovider",
]

_CONFTEST = """
from tests.conftest import _nobodys_home, pytest_configure, pytest_runtest_setup
from tests.guards import log_guard, process_guard, thread_guard, window_guard
"""

# What each test that has to fail is told; the others pass.
_VERDICTS = {
    "test_warns_in_the_log": "unexpected log: WARNING the.origin: the cable is loose (",
    "test_expects_in_vain": "nothing was logged like 'never said'",
    "test_leaves_a_thread": "thread 'lingerer' still runs, at",
    "test_leaves_a_process": "still runs: sleep 61",
    "test_calls_another_machine": "192.0.2.1",
    "test_python_warns": "DeprecationWarning: old ways",
    "test_leaves_a_window": "window still open: QWidget 'left open'",
    "test_qt_complains": "a Qt complaint",
}


def test_each_guard_names_what_was_left(tmp_path: Path) -> None:
    (tmp_path / "test_inner.py").write_text(_TESTS)
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_OPTIONS, "test_inner.py"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'app'}", "ROOMTONE_TEST_GRACE": "0.5"},
        check=False,
    )
    assert done.returncode == 1, done.stdout
    told: dict[str, str] = {}
    for case in ElementTree.parse(tmp_path / "out.xml").iter("testcase"):
        wrong = [part.get("message", "") + (part.text or "") for part in case if part.tag in ("failure", "error")]
        if wrong:
            told[case.get("name", "")] = told.get(case.get("name", ""), "") + "\n".join(wrong)
    assert set(told) == set(_VERDICTS), done.stdout
    for name, words in _VERDICTS.items():
        assert words in told[name]
