"""Who may do what."""

from __future__ import annotations

import pytest

from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    Fields,
    ProfileFields,
    ProjectFields,
    StepFields,
    TakeFields,
    Verdict,
)
from roomtone.wire.project.people import Role, Scope
from roomtone.wire.project.rights import Right, allowed, may_change, may_edit, may_give

_LEADING = {Role.OWNER, Role.LEADER}


@pytest.mark.parametrize("fields", [ProjectFields(title="x"), StepFields(done=True), CallFields(closed=True)])
def test_only_those_who_lead_change_the_project(fields: Fields) -> None:
    for role in Role:
        for own in (True, False):
            assert may_edit(role, own, fields) == (role in _LEADING)


@pytest.mark.parametrize(
    ("fields", "own", "others"),
    [
        (TakeFields(submitted=True), set(Role), set()),
        (TakeFields(withdrawn=True, built_from=[]), set(Role), set()),
        (TakeFields(heard=True), _LEADING | {Role.REVIEWER}, _LEADING | {Role.REVIEWER}),
        (TakeFields(verdict=Verdict.ACCEPTED, reason="x"), _LEADING, _LEADING),
        (TakeFields(cut="First mix"), _LEADING, _LEADING),
        (TakeFields(submitted=True, verdict=Verdict.ACCEPTED), _LEADING, set()),
        (CommentFields(text="x"), _LEADING | {Role.REVIEWER, Role.CONTRIBUTOR}, set()),
        (CommentFields(resolved=True), *[_LEADING | {Role.REVIEWER, Role.CONTRIBUTOR}] * 2),
        (CommentFields(removed=True), _LEADING | {Role.REVIEWER, Role.CONTRIBUTOR}, _LEADING),
        (ProfileFields(minutes=10), set(Role), set()),
    ],
)
def test_what_is_said_of_takes_and_people(fields: Fields, own: set[Role], others: set[Role]) -> None:
    assert {role for role in Role if may_edit(role, True, fields)} == own
    assert {role for role in Role if may_edit(role, False, fields)} == others


def test_a_key_for_recording_adds_takes_and_nothing_else() -> None:
    for role in Role:
        for right in Right:
            expected = right is Right.CONTRIBUTE and allowed(role, right)
            assert allowed(role, right, Scope.RECORDER) == expected
    assert not any(allowed(None, right) for right in Right)


def test_nobody_makes_another_one_more_than_they_are() -> None:
    assert {role for role in Role if may_give(Role.OWNER, role)} == set(Role)
    assert {role for role in Role if may_give(Role.LEADER, role)} == {Role.CONTRIBUTOR, Role.REVIEWER, Role.GUEST}
    assert not any(may_give(giver, role) for giver in set(Role) - _LEADING for role in Role)
    assert may_change(Role.OWNER, Role.OWNER, Role.GUEST)
    assert not may_change(Role.LEADER, Role.LEADER, Role.GUEST)
    assert not may_change(Role.LEADER, Role.GUEST, Role.LEADER)
    assert may_change(Role.LEADER, Role.GUEST, Role.CONTRIBUTOR)
    assert not any(may_change(Role.CONTRIBUTOR, now, then) for now in Role for then in Role)
