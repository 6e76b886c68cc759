"""The review page: the takes of a project, the unheard first, with what people say of them."""

from __future__ import annotations

from typing import Final

from roomtone.studio.together_comments import comment_counts, comments_of
from roomtone.studio.together_facts import PDF, Drawn, Facts, file_of, role_of, said_of, shown_file
from roomtone.studio.together_snapshot import FindingView, PageView, PartKind, ReviewTake, ReviewView
from roomtone.studio.together_words import (
    ago,
    consent_words,
    kind_of_take,
    maker_of,
    title_of,
)
from roomtone.studio.views import duration
from roomtone.wire.api import Take
from roomtone.wire.project.items import CallFields, Consent
from roomtone.wire.project.lineage import origins
from roomtone.wire.project.recipes import check_recipe
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import ProjectState, Stage, seconds_of

_ORDER: Final = {
    Stage.SUBMITTED: 0,
    Stage.OWN: 1,
    Stage.HEARD: 2,
    Stage.LATER: 3,
    Stage.ACCEPTED: 4,
    Stage.WITHDRAWN: 5,
}


def review_view(facts: Facts) -> ReviewView:
    """Return the page as it is now."""
    counts = comment_counts(facts.state)
    shown = [take for take in facts.state.in_order() if _is_shown(facts, take)]
    shown.sort(key=lambda take: _ORDER[facts.state.stage(take.id)])
    takes = tuple(review_take(facts, take, counts.get(take.id, 0)) for take in shown)
    unheard = sum(take.stage is Stage.SUBMITTED for take in takes)
    return ReviewView(takes, unheard, facts.selected, comments_of(facts, facts.selected) if facts.selected else ())


def _is_shown(facts: Facts, take: Take) -> bool:
    """What others did not submit is theirs alone; what somebody withdrew is shown to its maker only."""
    stage = facts.state.stage(take.id)
    return facts.is_mine(take) or stage not in (Stage.OWN, Stage.WITHDRAWN)


def review_take(facts: Facts, take: Take, comment_count: int = 0) -> ReviewTake:
    """Return how a take is shown."""
    state, role, mine = facts.state, role_of(facts), facts.is_mine(take)
    said, stage, copy = said_of(state, take.id), state.stage(take.id), facts.copies.get(take.id)
    item, drawn = facts.library.get(take.id), facts.drawn.get(take.id, Drawn())
    kind = kind_of_take(take)
    consent = said.consent or Consent()
    return ReviewTake(
        id=take.id,
        title=take.title,
        person=maker_of(state, take, facts.me),
        stage=stage,
        detail=take_words(facts, take),
        kind=kind,
        seconds=seconds_of(take) or (item.seconds if item else 0.0),
        call=said.call or "",
        cut=said.cut or "",
        reason=said.reason or "" if stage is Stage.LATER else "",
        mine=mine,
        may_judge=allowed(role, Right.LEAD) and stage not in (Stage.OWN, Stage.WITHDRAWN),
        may_comment=allowed(role, Right.COMMENT),
        local=item is not None or (copy is not None and copy.whole),
        fetching=copy is not None and copy.fetching,
        file=file_of(facts, take.id, kind),
        text=facts.texts.get(take.id, ""),
        library=take.id if item else "",
        comment_count=comment_count,
        findings=findings_of(facts, take),
        consent=consent,
        consent_line=consent_words(consent) if said.consent else "",
        built_on=tuple(title_of(state, other) for other, _ in ties(state, take.id)),
        versions=versions_of(state, take.id),
        tracks=drawn.tracks,
        thumbnail=drawn.thumbnail,
        filmstrip=drawn.filmstrip,
        used=said.seconds_used or 0.0,
        page=facts.pages.get(take.id, PageView()) if pdf_of(facts, take.id) else None,
    )


def ties(state: ProjectState, take: str) -> list[tuple[str, str]]:
    """Return what a take comes from, and how, also before it was submitted."""
    found = {other: tie.value for other, tie in origins(state, take)}
    said = said_of(state, take)
    for other in said.against or []:
        found.setdefault(other, "recorded against")
    if said.replaces:
        found.setdefault(said.replaces, "new version of")
    return list(found.items())


def versions_of(state: ProjectState, take: str) -> tuple[str, ...]:
    """Return the takes that a take replaces, the nearest first."""
    found: list[str] = []
    before = said_of(state, take).replaces
    while before and before not in found and before != take:
        found.append(before)
        before = said_of(state, before).replaces
    return tuple(found)


def findings_of(facts: Facts, take: Take) -> tuple[FindingView, ...]:
    """Return the check of an own take against the recipe of the call that it answers."""
    call = said_of(facts.state, take.id).call
    if not call or take.manifest is None:
        return ()
    check = check_recipe(facts.state.fields(call, CallFields), take)
    return tuple(FindingView(finding.good, finding.text) for finding in check.findings)


def pdf_of(facts: Facts, take: str) -> str:
    """Return the PDF that is what can be shown of a take here; "" for every other take."""
    there = facts.state.takes.get(take)
    if there is None or kind_of_take(there) is not PartKind.ARTWORK:
        return ""
    media, path = shown_file(facts, take, PartKind.ARTWORK)
    return path if media == PDF else ""


def take_words(facts: Facts, take: Take) -> str:
    """Say what a list says of a take."""
    said = said_of(facts.state, take.id)
    seconds = seconds_of(take)
    parts = [
        duration(seconds) if seconds else "",
        f"for “{title_of(facts.state, said.call)}”" if said.call else "",
        "today’s prompt" if said.prompt and not said.call else "",
        f"the cut “{said.cut}”" if said.cut else "",
        ago(take.started, facts.now),
        "" if take.sealed or take.id in facts.library else "still coming",
    ]
    return " · ".join(part for part in parts if part)
