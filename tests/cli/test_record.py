"""``roomtone record`` as a person and as a program start it, on the practice tone."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import soundfile

from roomtone.wire.digest import digest_of
from tests.cli.conftest import Shell
from tests.rigs.processes import Program, kill, until
from tests.rigs.workers import worker_pid

_PRACTICE = ("record", "--input", "practice")


def _check_take(document: dict[str, Any]) -> None:
    assert document["event"] == "take"
    assert document["state"] == "safe-on-the-server"
    assert document["stop_to_safe_ms"] > 0
    for path, track in zip(document["paths"], document["manifest"]["tracks"], strict=True):
        assert digest_of(Path(path).read_bytes()) == track["digest"]
        assert soundfile.info(path).frames == track["frames"] > 0
    assert document["manifest"]["dropouts"] == []


def test_a_take_of_some_seconds_for_people(shell: Shell) -> None:
    said = shell.say(*_PRACTICE, "--seconds", "1", "--title", "Night Song – 夜")
    for words in (
        "practice tone, not a microphone",
        "Night Song – 夜",
        "Saved and playable",
        "dBFS",
        "Safe on the server",
    ):
        assert words in said
    assert "\r" not in said


def test_a_take_of_some_seconds_for_programs(shell: Shell) -> None:
    document = shell.json(*_PRACTICE, "--seconds", "1")
    _check_take(document)
    frames = document["manifest"]["tracks"][0]["frames"]
    assert 44_000 < frames < 120_000
    assert document["loudness"]["mic-1.flac"]["lufs"] < -10


def test_following_prints_levels_states_and_the_manifest_as_lines(shell: Shell) -> None:
    done = shell.run(*_PRACTICE, "--seconds", "1", "--json", "--follow", "--format", "wav")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.count("levels") >= 10
    assert {"levels", "status", "take"} <= set(kinds)
    assert "sync-take" in kinds
    assert kinds[-1] == "take"
    assert kinds.count("take") == 1
    _check_take(events[-1])
    frames = [event["frames"] for event in events if event["event"] == "levels" and event["frames"] >= 0]
    assert frames == sorted(frames)


def test_ctrl_c_stops_and_seals(shell: Shell) -> None:
    with Program(shell.argv(*_PRACTICE, "--json", "--follow"), env=shell.environment) as program:
        program.wait_for_line('"event":"levels".*"frames":[1-9][0-9]{4}')
        program.signal(signal.SIGINT)
        assert program.wait(60) == 0
        last = json.loads(program.output.splitlines()[-1])
    _check_take(last)


def test_a_take_with_a_length_ends_by_itself_where_its_command_was_killed(shell: Shell) -> None:
    with Program(shell.argv(*_PRACTICE, "--seconds", "2", "--json", "--follow"), env=shell.environment) as program:
        program.wait_for_line('"event":"levels".*"frames":[1-9]')
        program.signal(signal.SIGKILL)
        program.wait(10)
    take = until(lambda: next((t for t in shell.json("takes", "list") if t["state"] == "sealed"), None), 30, "its end")
    assert take["ending"] == "stopped"
    assert 3.0 <= take["seconds"] < 6.0
    assert shell.refused("stop", code=2)["code"] == "not-recording"


def test_without_waiting_the_take_is_saved_and_sent_later(shell: Shell) -> None:
    document = shell.json(*_PRACTICE, "--seconds", "0.5", "--no-wait")
    assert document["stop_to_safe_ms"] is None
    assert Path(document["paths"][0]).exists()
    assert shell.json("sync", "now")["link"]["waiting"] == 0


def test_when_the_engine_dies_what_was_recorded_is_named(shell: Shell) -> None:
    with Program(shell.argv(*_PRACTICE, "--json", "--follow"), env=shell.environment) as program:
        program.wait_for_line('"event":"levels".*"frames":[1-9][0-9]{4}')
        pid = worker_pid(shell.home, "engine")
        assert pid is not None
        kill(pid)
        assert program.wait(60) == 1
        assert "engine-died" in program.output
    takes = shell.json("takes", "list")
    assert [take["ending"] for take in takes] == ["recovered"]
    assert shell.say("takes", "verify").startswith("whole")


def test_a_second_recorder_is_told_that_one_rolls(shell: Shell) -> None:
    with Program(shell.argv(*_PRACTICE, "--json", "--follow"), env=shell.environment) as program:
        program.wait_for_line('"event":"levels".*"frames":[1-9]')
        assert shell.refused(*_PRACTICE, code=2)["code"] == "recording"
        rolling = shell.json("takes", "list")[0]
        assert rolling["state"] == "recording"
        assert shell.refused("takes", "trash", rolling["id"], code=2)["code"] == "still-recording"
        program.signal(signal.SIGTERM)
        assert program.wait(60) == 0


def test_stop_ends_the_take_wherever_it_was_begun(shell: Shell) -> None:
    assert shell.refused("stop", code=2)["code"] == "not-recording"
    with Program(shell.argv(*_PRACTICE, "--json", "--follow"), env=shell.environment) as program:
        program.wait_for_line('"event":"levels".*"frames":[1-9][0-9]{4}')
        stopped = shell.json("stop")
        assert program.wait(60) == 0
        recorded = json.loads(program.output.splitlines()[-1])
    _check_take(stopped)
    assert stopped["manifest"] == recorded["manifest"]


def test_what_cannot_be_is_refused_before_anything_happens(shell: Shell) -> None:
    for arguments in (["--seconds", "0"], ["--seconds", "-1"], ["--rate", "5"], ["--rate", "-48000"]):
        assert shell.refused(*_PRACTICE, *arguments, code=2)["code"] in ("bad-seconds", "bad-rate")
    assert "nowhere" in shell.refused("record", "--input", "nowhere", code=2)["title"]
    shell.run("record", "--seconds", "x", code=2)
    shell.run("record", "--format", "mp3", code=2)
    assert list(shell.home.takes.iterdir()) == []


def test_with_no_screen_and_no_input_the_practice_tone_is_recorded_and_says_so(shell: Shell) -> None:
    said = shell.say()
    assert "no screen" in said
    assert "no sound input" in said
    assert "practice tone" in said
    assert "Safe on the server" in said
    assert shell.json("takes", "list")[0]["source"] == "practice-tone"
