"""The error tree: what crosses a boundary comes back whole, and the system's errors say what to do."""

from __future__ import annotations

import errno

import msgspec
import pytest

from roomtone.foundation.errors import (
    BugError,
    Problem,
    UsageError,
    WorldError,
    from_os_error,
    from_problem,
    unexpected,
)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EACCES, "no-permission"),
        (errno.EPERM, "no-permission"),
        (errno.EROFS, "no-permission"),
        (errno.EIO, "system"),
    ],
)
def test_os_errors_become_problems_with_a_remedy(number: int, code: str) -> None:
    found = from_os_error(OSError(number, "why it was", "/somewhere/file"), "writing a test").problem
    assert found.code == code
    assert "writing a test" in found.title
    assert "/somewhere/file" in found.detail
    assert found.remedy
    assert not found.ours


def test_an_os_error_without_number_and_file_still_says_why() -> None:
    assert from_os_error(OSError("cable pulled"), "reading").problem.detail == "cable pulled"


@pytest.mark.parametrize("kind", [WorldError, UsageError, BugError])
def test_a_problem_survives_the_way_through_json(kind: type[WorldError] | type[BugError]) -> None:
    error = kind("some-code", "What happened", "why – “so”", "do this")
    sent = msgspec.json.decode(msgspec.json.encode(error.problem), type=Problem)
    back = from_problem(sent)
    assert back.problem == error.problem
    assert isinstance(back, BugError) == (kind is BugError)
    assert str(back) == "What happened – why – “so” – do this"


def test_a_sentence_leaves_out_what_is_not_known() -> None:
    assert Problem("x", "It broke").sentence() == "It broke"
    assert Problem("x", "It broke", "", "Mend it").sentence() == "It broke – Mend it"


def test_the_unexpected_is_our_fault_and_tells_nothing_of_its_inside() -> None:
    found = unexpected("mixing")
    assert found.ours
    assert "mixing" in found.title


def test_a_problem_can_be_sent_whatever_its_texts_hold() -> None:
    problem = WorldError("code", "caf\udce9", "half a pair \ud800").problem
    assert msgspec.json.decode(msgspec.json.encode(problem), type=Problem).title == "caf?"
