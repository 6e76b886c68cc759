"""What the server would refuse is refused at once, in words; what it would take is let through."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from roomtone.foundation.errors import UsageError
from roomtone.studio.allowing import check_anchor, check_edit, check_verdict
from roomtone.upload.together_messages import ProjectDocument
from roomtone.wire.project.items import (
    Anchor,
    CallFields,
    CommentFields,
    Lines,
    Moment,
    ProfileFields,
    ProjectFields,
    Region,
    TakeFields,
    Verdict,
)
from roomtone.wire.project.people import Role
from roomtone.wire.project.state import Stage
from tests.studio.choir import GUEST, LEADER, MEMBER, PROJECT, Choir


def _document(choir: Choir, me: str, **more: Any) -> ProjectDocument:
    values = {"role": None, "synced": "", "online": True, "server": "", "here": False, "version": 1, **more}
    return ProjectDocument(choir.state, [], me, **values)


def _refused(document: ProjectDocument, item: str, fields: Any, made_here: bool = False) -> UsageError | None:
    try:
        check_edit(document, item, fields, made_here)
    except UsageError as error:
        return error
    return None


def test_only_those_who_lead_change_the_project_and_judge() -> None:
    choir = Choir()
    take = choir.take(MEMBER, "Low")
    leading = (ProjectFields(title="x"), CallFields(title="x"), TakeFields(heard=True, verdict=Verdict.ACCEPTED))
    for fields, item in zip(leading, (PROJECT, "c" * 32, take), strict=True):
        assert _refused(_document(choir, LEADER), item, fields) is None
        for me, role in ((MEMBER, "contributor"), (GUEST, "guest")):
            error = _refused(_document(choir, me), item, fields)
            assert error is not None
            assert error.code == "not-allowed"
            assert f"You are a {role} here" in error.detail


def test_a_makers_words_are_the_makers() -> None:
    choir = Choir()
    take = choir.take(MEMBER, "Low")
    assert _refused(_document(choir, MEMBER), take, TakeFields(withdrawn=True)) is None
    error = _refused(_document(choir, LEADER), take, TakeFields(withdrawn=True))
    assert error is not None
    assert error.detail == "Only who made “Low” says that of it (withdrawn)"
    # What was recorded here, before the server knows whose it is.
    assert _refused(_document(choir, GUEST), take, TakeFields(submitted=True), made_here=True) is None
    assert _refused(_document(choir, MEMBER), "d" * 32, TakeFields(submitted=True)) is None


def test_comments_and_profiles_are_those_of_their_authors() -> None:
    choir = Choir()
    comment = choir.edit(MEMBER, "", CommentFields(about=PROJECT, text="x"))
    assert _refused(_document(choir, MEMBER), comment, CommentFields(text="y")) is None
    assert _refused(_document(choir, LEADER), comment, CommentFields(removed=True)) is None
    assert _refused(_document(choir, LEADER), comment, CommentFields(text="y")) is not None
    error = _refused(_document(choir, GUEST), "d" * 32, CommentFields(about=PROJECT, text="x"))
    assert error is not None
    assert "only members comment" in error.detail
    assert _refused(_document(choir, MEMBER), MEMBER, ProfileFields(minutes=5)) is None
    assert _refused(_document(choir, MEMBER), LEADER, ProfileFields(minutes=5)) is not None


def test_whoever_was_let_go_is_told_and_whoever_is_not_known_yet_is_believed() -> None:
    choir = Choir()
    choir.state.members[MEMBER] = msgspec.structs.replace(choir.state.members[MEMBER], gone=True)
    error = _refused(_document(choir, MEMBER, role=Role.CONTRIBUTOR), "d" * 32, CommentFields(text="x"))
    assert error is not None
    assert error.code == "gone"
    assert _refused(_document(choir, ""), PROJECT, ProjectFields(title="x")) is None
    assert _refused(_document(choir, "", here=True), PROJECT, ProjectFields(title="x")) is None
    assert _refused(_document(choir, "", role=Role.GUEST), PROJECT, ProjectFields(title="x")) is not None


@pytest.mark.parametrize(
    ("stage", "refused"),
    [
        (Stage.OWN, True),
        (Stage.WITHDRAWN, True),
        (Stage.SUBMITTED, False),
        (Stage.HEARD, False),
        (Stage.ACCEPTED, False),
        (Stage.LATER, False),
    ],
)
def test_only_what_was_given_is_judged(stage: Stage, refused: bool) -> None:
    choir = Choir()
    take = choir.state.takes[choir.take(MEMBER, "Low")]
    for verdict in (Verdict.ACCEPTED, Verdict.LATER):
        if refused:
            with pytest.raises(UsageError, match=r"“Low” was not (accepted|kept for later)"):
                check_verdict(take, stage, verdict)
        else:
            check_verdict(take, stage, verdict)


@pytest.mark.parametrize(
    ("anchor", "there"),
    [
        (None, True),
        (Moment(7.0), True),
        (Moment(5.0, 3.0), False),
        (Moment(5.0, 6.0), True),
        (Region(0.0, 0.0, 1.0, 1.0), True),
        (Region(0.5, 0.5, 0.9, 0.1), False),
        (Region(0.5, 0.5, 0.0, 0.1), False),
        (Lines(1, 1), True),
        (Lines(3, 2), False),
    ],
)
def test_places_that_cannot_be_are_refused(anchor: Anchor | None, there: bool) -> None:
    choir = Choir()
    take = choir.state.takes[choir.take(MEMBER, "Low")]
    if there:
        check_anchor(take, anchor)
    else:
        with pytest.raises(UsageError, match="Nothing was said"):
            check_anchor(take, anchor)
    if anchor is not None:
        # A call or a step has no seconds, pages or lines.
        with pytest.raises(UsageError):
            check_anchor(None, anchor)
