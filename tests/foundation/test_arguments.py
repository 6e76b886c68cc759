"""Mistakes in a command line are errors like all others."""

from __future__ import annotations

import pytest

from roomtone.foundation.arguments import MisunderstoodError, Parser


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["sing"], "Argument COMMAND: invalid choice: 'sing'"),
        ([], "The following arguments are required: COMMAND"),
        (["play", "--at", "noon"], "Argument --at: invalid int value: 'noon'"),
    ],
)
def test_a_mistake_says_why_and_where_there_is_more(arguments: list[str], why: str) -> None:
    parser = Parser(prog="roomtone")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parser("play").add_argument("--at", type=int)
    with pytest.raises(MisunderstoodError) as caught:
        parser.parse_args(arguments)
    assert caught.value.detail.startswith(why)
    assert caught.value.remedy == f"roomtone{' play' if 'play' in arguments else ''} --help says what there is"
    assert caught.value.usage.startswith("usage: roomtone")
    assert caught.value.problem.usage
