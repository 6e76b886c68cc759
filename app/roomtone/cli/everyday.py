"""``roomtone today``, ``next``, ``open``: what there is to do, and to hear of."""

from __future__ import annotations

import argparse

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import together
from roomtone.cli.output import Output
from roomtone.cli.projects import use
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.together_comments import comments_of
from roomtone.studio.together_prompts import DayMark
from roomtone.studio.together_today import today_view
from roomtone.studio.together_words import title_of
from roomtone.studio.views import duration
from roomtone.wire.project.links import read_link

_MARKS = {DayMark.MADE: "●", DayMark.RESTED: "○", DayMark.OPEN: "◌", DayMark.NOTHING: "·"}


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    today = add_command(commands, "today", "show the day's prompt, your streak, what is next, and the news", _today)
    today.add_argument("--seen", action="store_true", help="nothing of the news is fresh any more")
    following = add_command(commands, "next", "show which calls suit you", _next)
    following.add_argument("--minutes", type=int, default=0, metavar="N", help="in so many minutes")
    opening = add_command(commands, "open", "go to the place that a roomtone: link names", _open)
    opening.add_argument("link", help="such as roomtone:…/…?t=7")


def _today(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        view = today_view(people.facts())
        if options.seen:
            people.seen_news()
    output.document(view)
    output.say(view.prompt + (f"  ({view.prompt_from})" if view.prompt_from else ""))
    output.say("".join(_MARKS[DayMark(mark)] for mark in view.streak) + f"  {view.streak_line}")
    for call in view.next:
        output.say(f"→ {call.title}: {call.why}")
    if view.then:
        output.say(view.then)
    for news in view.news:
        output.say(f"{'*' if news.fresh else ' '} {news.when}: {news.text}")
    return 0


def _next(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        found = people.next(options.minutes)
    output.document(found)
    for call in found.calls:
        more = f" · beginners: {call.beginner}" if call.beginner else ""
        output.say(f"{call.call[:8]}  {call.title}: {call.why}{more}")
    if found.then:
        output.say(found.then)
    return 0


def _open(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    try:
        place = read_link(options.link)
    except ValueError as error:
        raise UsageError("bad-link", "Nothing was opened", str(error), "Copy the whole link and try again") from error
    with together(home, clock) as people:
        if place.project != people.project():
            use(people, place.project)
        facts = people.facts()
        comments = comments_of(facts, place.item) if place.item else ()
    title = title_of(facts.state, place.item or facts.state.id)
    output.document({"place": place, "title": title, "comments": comments})
    output.say(title + (f" at {duration(place.at)}" if place.at is not None else ""))
    for comment in comments:
        output.say(f"  {comment.person.name}{f' at {comment.anchor}' if comment.anchor else ''}: {comment.text}")
    return 0
