"""Programs of the tests are talked to, waited for, measured and killed."""

from __future__ import annotations

import sys

import psutil
import pytest

from tests.rigs import processes
from tests.rigs.processes import Program, run, until

_PARENT = """
import subprocess, sys
work = "x = bytearray(30_000_000); print('big', flush=True)\\nwhile True: pass"
child = subprocess.Popen([sys.executable, "-c", work])
sys.stdin.read()
child.wait()
"""


def test_a_program_is_talked_to_and_waited_for() -> None:
    script = "name = input(); print('hello', name); raise SystemExit(3)"
    with Program([sys.executable, "-c", script]) as program:
        program.write("Mika\n")
        assert program.wait_for_line("hello (.*)$").group(1) == "Mika"
        assert program.wait() == 3
    assert program.output == "hello Mika\n"


def test_a_program_that_ends_without_the_line_says_what_it_printed() -> None:
    with (
        Program([sys.executable, "-c", "print('something else')"]) as program,
        pytest.raises(RuntimeError, match="something else"),
    ):
        program.wait_for_line("hello")


def test_a_deadline_ends_the_waiting() -> None:
    with Program(["sleep", "60"]) as program:
        with pytest.raises(TimeoutError, match="hello"):
            program.wait_for_line("hello", 0.05)
        with pytest.raises(TimeoutError, match="did not end"):
            program.wait(0.05)
        program.kill()
        assert not program.running
    with pytest.raises(TimeoutError, match="a miracle"):
        until(lambda: None, 0.02, "a miracle")


def test_what_a_program_says_is_in_the_error_of_its_failure() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 1: .*no such luck"):
        run([sys.executable, "-c", "raise SystemExit('no such luck')"])


def test_time_and_memory_of_a_whole_tree_are_counted() -> None:
    with Program([sys.executable, "-c", _PARENT]) as program:
        program.wait_for_line("big")
        assert len(processes.tree(program.pid)) == 2
        assert processes.resident_bytes(program.pid) > psutil.Process(program.pid).memory_info().rss + 30_000_000
        assert until(lambda: processes.cpu_seconds(program.pid) > 0.2, 20, "some work")
        child = psutil.Process(program.pid).children()[0].pid
        processes.kill(child)
        assert not processes.alive(child)
        processes.kill(program.pid)
    assert processes.tree(program.pid) == []
    assert processes.cpu_seconds(program.pid) == 0


def test_a_missing_program_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="rt-no-such-program"):
        processes.need("sh", "rt-no-such-program")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="rt-no-such-program"):
        processes.need("rt-no-such-program")
