"""The commands of ``roomtone takes …`` about takes in a project: given, heard, judged, fetched, let go of."""

from __future__ import annotations

import argparse
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.comments import read_time
from roomtone.cli.finding import NAMED, find_take, together
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.cutting import publish_cut, say_used
from roomtone.studio.together import Together
from roomtone.studio.together_facts import said_of
from roomtone.studio.together_review import review_take, review_view
from roomtone.studio.together_words import consent_words, title_of
from roomtone.studio.views import duration, size
from roomtone.upload.together_messages import LocalCopy
from roomtone.wire.project.items import Consent, InShot, Minors, TakeFields
from roomtone.wire.project.licences import WITHDRAWAL
from roomtone.wire.project.overview import queue_of
from roomtone.wire.project.state import Stage

_SHOT: Final = {"nobody": InShot.NOBODY, "me": InShot.ME, "others-agreed": InShot.AGREED}
_MINORS: Final = {"none": Minors.NONE, "agreed": Minors.AGREED}


def add(takes: Families[argparse.ArgumentParser]) -> None:
    """Add the commands to the family of takes."""
    giving = add_command(takes, "submit", "give a take to the project", _submit)
    consenting = add_command(takes, "consent", "say who is in a take, and what may be done with it", _consent)
    for parser in (giving, consenting):
        parser.add_argument("take", help=NAMED)
        parser.add_argument("--in-shot", choices=_SHOT, help="who can be seen or heard in it")
        parser.add_argument("--minors", choices=_MINORS, help="whether children are in it")
        both = argparse.BooleanOptionalAction
        parser.add_argument("--machines", action=both, help="programs may be trained with it")
        parser.add_argument("--voice", action=both, help="a voice like the one in it may be made")
    for name, text, command in (
        ("withdraw", "take a take of yours back", _withdraw),
        ("accept", "accept a take", _accept),
        ("heard", "say that a take was heard", _heard),
        ("check", "compare a take with the recipe of its call", _check),
        ("free", "let go of the local copy of somebody's take", _free),
    ):
        add_command(takes, name, text, command).add_argument("take", help=NAMED)
    later = add_command(takes, "later", "keep a take for later; its maker sees why", _later)
    later.add_argument("take", help=NAMED)
    later.add_argument("--reason", default="", help="what is missing, or what would make it fit")
    cutting = add_command(takes, "cut", "publish an accepted take as a version of the piece", _cut)
    cutting.add_argument("take", help=NAMED)
    what = cutting.add_mutually_exclusive_group()
    what.add_argument("--name", default="", help="what the cut is called (default: as before, or as the take)")
    what.add_argument("--withdraw", action="store_true", help="it is no cut any more")
    using = add_command(takes, "used", "say how much of an accepted take is in the piece, for the credits", _used)
    using.add_argument("take", help=NAMED)
    using.add_argument("length", help="such as 7, 0:07 or 1:02:03.5; 0 is all of it")
    add_command(takes, "queue", "list what was submitted, the unheard first", _queue)
    fetching = add_command(takes, "fetch", "bring somebody's take to this computer", _fetch)
    fetching.add_argument("take", help=NAMED)
    fetching.add_argument("--preview", action="store_true", help="only its preview, else its smallest track")


def _given(options: argparse.Namespace, before: Consent) -> Consent:
    return Consent(
        in_shot=_SHOT[options.in_shot] if options.in_shot else before.in_shot,
        minors=_MINORS[options.minors] if options.minors else before.minors,
        machines=before.machines if options.machines is None else options.machines,
        voice=before.voice if options.voice is None else options.voice,
        location=before.location,
    )


def _submit(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        take = find_take(state, options.take)
        consent = _given(options, said_of(state, take).consent or Consent())
        facts = people.facts()
        view = review_take(facts, facts.state.takes[take])
        following = people.submit(take, consent)
    output.document({"take": take, "findings": view.findings, "consent": consent, "next": following})
    output.say(f"“{view.title}” is submitted: {consent_words(consent)}")
    for finding in view.findings:
        output.say(f"  {'✓' if finding.good else '!'} {finding.text}")
    output.say(WITHDRAWAL)
    output.say(f"Next: {following.calls[0].title} ({following.calls[0].why})" if following.calls else following.then)
    return 0


def _consent(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        take = find_take(state, options.take)
        consent = _given(options, said_of(state, take).consent or Consent())
        people.edit(take, TakeFields(consent=consent))
    output.document({"take": take, "consent": consent})
    output.say(consent_words(consent))
    return 0


def _check(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        facts = people.facts()
        view = review_take(facts, facts.state.takes[find_take(facts.state, options.take)])
    output.document({"take": view.id, "call": view.call, "findings": view.findings})
    for finding in view.findings:
        output.say(f"{'✓' if finding.good else '!'} {finding.text}")
    if not view.call:
        output.say("It answers no call, so there is nothing to compare it with")
    return 0


def _judge(people: Together, take: str, output: Output) -> int:
    state = people.document().state
    stage = state.stage(take)
    output.document({"take": take, "stage": stage, "reason": state.said(take).reason or ""})
    output.say(f"“{state.takes[take].title}” is {stage}")
    return 0


def _withdraw(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        take = find_take(people.document().state, options.take)
        people.withdraw(take)
        return _judge(people, take, output)


def _accept(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        take = find_take(people.document().state, options.take)
        people.accept(take)
        return _judge(people, take, output)


def _later(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        take = find_take(people.document().state, options.take)
        people.keep_for_later(take, options.reason)
        return _judge(people, take, output)


def _heard(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        take = find_take(people.document().state, options.take)
        if not people.heard(take) and people.document().state.stage(take) in (Stage.OWN, Stage.SUBMITTED):
            raise UsageError(
                "not-heard", "It was not marked", "It was not submitted, or you are not the one to say so", ""
            )
        return _judge(people, take, output)


def _cut(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        take = find_take(state, options.take)
        title = title_of(state, take)
        if options.withdraw and not state.said(take).cut:
            raise UsageError("no-cut", "Nothing was changed", f"“{title}” is no cut", "roomtone project show has them")
        before = state.said(take).cut or ""
        name = publish_cut(people, take, "" if options.withdraw else options.name or before or title)
    output.document({"take": take, "cut": name})
    output.say(f"“{title}” is the cut “{name}”" if name else f"“{title}” is no cut any more")
    return 0


def _used(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    seconds = read_time(options.length, "What is used was not changed")
    with together(home, clock) as people:
        state = people.document().state
        take = find_take(state, options.take)
        say_used(people, take, seconds)
    output.document({"take": take, "seconds": seconds})
    much = f"{duration(seconds)} of" if seconds else "All of"
    output.say(f"{much} “{title_of(state, take)}” is in the piece")
    return 0


def _queue(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        facts = people.facts()
    queue = queue_of(facts.state)
    output.document(queue)
    views = {take.id: take for take in review_view(facts).takes}
    rows = [
        [one.take.id[:8], one.stage.value, one.take.title, views[one.take.id].person.name, f"{one.comments or ''}"]
        for one in queue.takes
        if one.take.id in views
    ]
    for line in table([["id", "stage", "title", "by", "comments"], *rows]) if rows else ["Nothing was submitted yet."]:
        output.say(line)
    return 0


def _fetch(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        copy = people.fetch(find_take(people.document().state, options.take), preview=options.preview)
    return _tell_copy(copy, output)


def _free(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        copy = people.free(find_take(people.document().state, options.take))
    return _tell_copy(copy, output)


def _tell_copy(copy: LocalCopy, output: Output) -> int:
    output.document(copy)
    for track in copy.tracks:
        output.say(f"{track.path} ({size(track.bytes)})")
    if copy.preview and not copy.whole:
        output.say(f"{copy.preview} (preview)")
    if not copy.tracks and not copy.preview:
        output.say("Nothing of it takes up room here; the server has it")
    return 0
