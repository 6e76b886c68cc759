"""The project's page: what it is, its steps and calls, how it stands, who is in it and where takes come from."""

from __future__ import annotations

import msgspec

from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_comments import comments_by
from roomtone.studio.together_facts import Facts, file_of, role_of
from roomtone.studio.together_snapshot import (
    AnsweringView,
    BranchView,
    BriefView,
    CallView,
    CreditView,
    CutView,
    PartKind,
    ProjectChoice,
    ProjectView,
    StepView,
)
from roomtone.studio.together_words import (
    ago,
    count,
    due_line,
    kind_of_take,
    maker_of,
    person_of,
    recipe_lines,
    title_of,
)
from roomtone.studio.views import duration
from roomtone.upload.together_messages import LocalProject
from roomtone.wire.project.credits import Credit, credits_of
from roomtone.wire.project.cuts import Cut, cuts_of
from roomtone.wire.project.edits import Item
from roomtone.wire.project.health import CallHealth, Health, health_of, takes_by_call
from roomtone.wire.project.items import CallFields, Licence, StepFields, Template
from roomtone.wire.project.licences import DEFAULT, plain
from roomtone.wire.project.lineage import Branch, lineage_of
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import ProjectState, Stage, seconds_of


def project_view(facts: Facts) -> ProjectView:
    """Return the page as it is now."""
    state = facts.state
    fields = state.project
    licence = fields.licence or DEFAULT
    health = health_of(state, facts.now)
    role = role_of(facts)
    return ProjectView(
        id=state.id,
        title=fields.title or next((p.title for p in facts.projects if p.id == state.id), ""),
        brief=fields.brief or "",
        licence=licence,
        terms=plain(licence),
        deadline=fields.deadline or "",
        due=due_line(fields.deadline, facts.now),
        template=fields.template or Template.BLANK,
        cover=fields.cover or "",
        picture=facts.covers.get(state.id, "") if fields.cover else "",
        prompts=tuple(fields.prompts or ()),
        role=role,
        may_lead=allowed(role, Right.LEAD),
        may_comment=allowed(role, Right.COMMENT),
        health=health_line(health),
        steps=steps_of(facts),
        calls=calls_of(facts, health),
        cuts=tuple(_cut(facts, cut) for cut in cuts_of(state)),
        credits=tuple(_credit(facts, credit) for credit in credits_of(state).credits),
        lineage=branches(lineage_of(state).trees),
        comments=comments_by(facts).get(state.id, ()),
    )


def terms_mark(project: str, licence: Licence) -> str:
    """Return what is remembered of terms that somebody read: others are read anew."""
    return f"{project} {licence.value}"


def health_line(health: Health) -> Line:
    """Return how the project stands, in words."""
    late = health.days_left is not None and health.days_left < 0
    pressing = bool(health.unheard) or health.stalled or late or any(call.stalled for call in health.calls)
    return Line(health.line, Tone.LOOK if pressing else Tone.QUIET)


def steps_of(facts: Facts) -> tuple[StepView, ...]:
    """Return the board in its order."""
    said = comments_by(facts)
    found = sorted(facts.state.all_of(StepFields), key=lambda pair: (pair[1].place or 0.0, pair[0].id))
    return tuple(
        StepView(
            id=item.id,
            title=step.title or "",
            done=bool(step.done),
            person=person_of(facts.state, step.person, facts.me) if step.person else None,
            note=step.note or "",
            place=step.place or 0.0,
            comments=said.get(item.id, ()),
        )
        for item, step in found
    )


def calls_of(facts: Facts, health: Health) -> tuple[CallView, ...]:
    """Return the calls: the open ones first, oldest first."""
    stands = {call.call: call for call in health.calls}
    answers, said = takes_by_call(facts.state), comments_by(facts)
    found = sorted(facts.state.all_of(CallFields), key=lambda pair: bool(pair[1].closed))
    return tuple(
        msgspec.structs.replace(
            _call(facts, item, call, stands.get(item.id), answers.get(item.id, [])), comments=said.get(item.id, ())
        )
        for item, call in found
    )


def _call(facts: Facts, item: Item, call: CallFields, stands: CallHealth | None, answers: list[str]) -> CallView:
    state = facts.state
    mine = [take for take in answers if facts.is_mine(state.takes[take]) and state.stage(take) is not Stage.LATER]
    return CallView(
        id=item.id,
        title=call.title or "",
        brief=call.brief or "",
        media=tuple(kind.value for kind in call.kinds or []),
        recipe=recipe_lines(state, call),
        progress=progress_words(state, call, answers),
        due=due_line(call.deadline, facts.now),
        missing=stands.missing if stands else 0,
        fields=call,
        beginner=call.beginner or "",
        closed=bool(call.closed),
        answered=bool(mine),
        stalled=stands.stalled if stands else False,
        told=brief_view(facts, call.filmed_brief or ""),
    )


def brief_view(facts: Facts, take: str) -> BriefView | None:
    """Return the take in which a call is explained; ``None`` where there is none, or nobody has told of it here yet."""
    there = facts.state.takes.get(take)
    if there is None:
        return None
    kind, copy = kind_of_take(there), facts.copies.get(take)
    # A spoken brief is heard wherever it is; only what the system opens has to be here.
    file = "" if kind is PartKind.SOUND else file_of(facts, take, kind)
    return BriefView(take, there.title, kind, file, copy is not None and copy.fetching)


def progress_words(state: ProjectState, call: CallFields, answers: list[str]) -> str:
    """Say how far a call is."""
    accepted = sum(state.stage(take) is Stage.ACCEPTED for take in answers)
    if call.wanted:
        return f"{accepted} of {call.wanted} accepted"
    if not answers:
        return "nobody has answered yet"
    return f"{count(len(answers), 'answer')}, {accepted} accepted"


def _cut(facts: Facts, cut: Cut) -> CutView:
    take = facts.state.takes[cut.take]
    seconds = seconds_of(take)
    parts = [duration(seconds) if seconds else "", ago(take.started, facts.now)]
    return CutView(
        cut.take,
        cut.name,
        maker_of(facts.state, take, facts.me),
        " · ".join(part for part in parts if part),
        kind_of_take(take) in (PartKind.SOUND, PartKind.VIDEO),
    )


def _credit(facts: Facts, credit: Credit) -> CreditView:
    person = person_of(facts.state, credit.account, facts.me, credit.name)
    length = duration(credit.seconds) if credit.seconds else count(len(credit.takes), "take")
    return CreditView(person, credit.role, length)


def branches(trees: list[Branch]) -> tuple[BranchView, ...]:
    """Return the trees line by line. Takes may stand on one another a thousand deep, so nothing here calls itself."""
    found: list[BranchView] = []
    waiting = [(tree, 0) for tree in reversed(trees)]
    while waiting:
        branch, depth = waiting.pop()
        tie = branch.tie.value if branch.tie else ""
        found.append(BranchView(branch.take, branch.title, branch.person, tie, depth, branch.stage, branch.again))
        waiting += [(below, depth + 1) for below in reversed(branch.branches)]
    return tuple(found)


def choices_of(facts: Facts) -> tuple[ProjectChoice, ...]:
    """Return the projects that can be looked at."""
    return tuple(
        ProjectChoice(
            project.id,
            project.title,
            choice_words(project),
            project.id == facts.state.id,
            project.here,
            facts.covers.get(project.id, ""),
        )
        for project in facts.projects
    )


def choice_words(project: LocalProject) -> str:
    """Say what a list says of a project."""
    where = "on this computer" if project.here else project.server or "not on a server yet"
    parts = [count(project.takes, "take"), where]
    if project.refused:
        parts.append(f"{count(project.refused, 'change')} refused")
    elif project.pending:
        parts.append(f"{count(project.pending, 'change')} waiting")
    if not project.reachable:
        parts.append("its server is not the one in use")
    return " · ".join(parts)


def answering_view(facts: Facts, call_id: str) -> AnsweringView | None:
    """Return the call that the next take answers; ``None`` where there is no such call any more."""
    call = facts.state.fields(call_id, CallFields)
    if not call_id or call == CallFields() or call.removed:
        return None
    guides = " and ".join(title_of(facts.state, take) for take in call.guide or [])
    return AnsweringView(
        call=call_id,
        title=call.title or "",
        brief=call.brief or "",
        recipe=recipe_lines(facts.state, call),
        terms=plain(facts.state.project.licence),
        guide=guides,
        beginner=call.beginner or "",
        told=brief_view(facts, call.filmed_brief or ""),
    )
