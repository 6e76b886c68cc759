"""Every other command, as a process: exit codes, one JSON document, errors with their reason and remedy."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
from pathlib import Path

import pytest

from roomtone.cli.entry import build_parser
from roomtone.takes.documents import Placed
from roomtone.takes.journal import append_entry
from tests.cli.conftest import Shell
from tests.rigs.disks import SmallDisk
from tests.rigs.processes import Program
from tests.takes.making import make_take
from tests.upload.sync_rig import ServerRig


def test_takes_are_listed_shown_and_changed(shell: Shell) -> None:
    assert "no takes yet" in shell.say("takes", "list")
    assert shell.json("takes", "list") == []
    folder = make_take(shell.home.takes, "夜の歌", id="ab" * 16)
    listed = shell.say("takes", "list").splitlines()
    assert listed[0].split() == ["id", "begun", "(UTC)", "length", "title"]
    assert listed[1].split() == ["abababab", "2026-11-22", "19:00", "0:01", "夜の歌"]
    assert shell.json("takes", "show", "abab")["folder"] == str(folder)
    assert "48 kHz, 24 bits, mono" in shell.say("takes", "show", "夜の歌")
    assert shell.json("takes", "rename", "abab", "  New \t title ")["title"] == "New title"
    assert shell.json("takes", "star", "abab")["starred"]
    assert shell.say("takes", "list").splitlines()[1].startswith("★")
    assert not shell.json("takes", "unstar", "New title")["starred"]
    assert shell.json("takes", "note", "abab", "good\none")["note"] == "good\none"
    assert shell.json("takes", "trash", "abab")["state"] == "trashed"
    assert "All takes are in the trash" in shell.say("takes", "list")
    assert [take["id"] for take in shell.json("takes", "list", "--trash")] == ["ab" * 16]
    assert shell.json("takes", "restore", "abab")["state"] == "sealed"
    assert shell.say("takes", "list", "--trash") == "The trash is empty.\n"


def test_a_take_is_found_by_the_name_that_the_window_shows(shell: Shell) -> None:
    make_take(shell.home.takes, "First project – take 1", id="ab" * 16)
    make_take(shell.home.takes, "First project – Voice – take 1", id="cd" * 16)
    make_take(shell.home.takes, "First project – take 11", id="ef" * 16)
    assert shell.json("takes", "show", "Voice – take 1")["id"] == "cd" * 16
    assert shell.json("takes", "show", "take 11")["id"] == "ef" * 16
    assert shell.refused("takes", "show", "take 1", code=2)["code"] == "ambiguous-take"
    assert shell.refused("takes", "show", "1", code=2)["code"] == "no-such-take"


def test_what_takes_no_time_has_no_length(shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("la la la")
    shell.json("takes", "import", str(page))
    assert shell.say("takes", "list").splitlines()[1].split()[-2:] == ["–", "page"]
    assert "long" not in shell.say("takes", "show", "page")


def test_where_a_take_belongs_is_shown_with_how_sure_it_is(shell: Shell) -> None:
    folder = make_take(shell.home.takes, "Phone", id="ab" * 16)
    append_entry(folder, Placed("cd" * 16, 3.25, 0.87, by_hand=False, at="2026-11-22T19:00:00+00:00"))
    assert "belongs to cdcdcdcd, +3.250 s: found by its sound, sure to 87%" in shell.say("takes", "show", "Phone")
    append_entry(folder, Placed("cd" * 16, -0.5, 1.0, by_hand=True, at="2026-11-22T19:01:00+00:00"))
    assert "belongs to cdcdcdcd, -0.500 s: placed by hand" in shell.say("takes", "show", "Phone")


@pytest.mark.parametrize("number", ["nan", "inf", "x"])
def test_what_is_no_number_is_refused_before_anybody_is_asked(shell: Shell, number: str) -> None:
    assert "invalid number" in shell.run("takes", "nudge", "abab", number, code=2).stderr
    assert "invalid number" in shell.run("takes", "play", "abab", "--at", number, code=2).stderr


def test_a_mode_without_a_camera_is_refused(shell: Shell) -> None:
    assert shell.refused("record", "--mode", "720p30", code=2)["code"] == "no-camera"


def test_a_title_does_not_steer_the_terminal(shell: Shell) -> None:
    make_take(shell.home.takes, "red \x1b[31m alert\x07")
    assert "\x1b" not in shell.say("takes", "list")
    assert shell.json("takes", "list")[0]["title"] == "red \x1b[31m alert\x07"


@pytest.mark.parametrize("command", ["show", "star", "unstar", "trash", "restore", "verify", "play"])
def test_a_take_that_is_not_there_is_a_mistake_of_the_caller(shell: Shell, command: str) -> None:
    assert shell.refused("takes", command, "nope", code=2)["code"] == "no-such-take"


def test_folders_that_cannot_be_read_are_told_beside_the_list(shell: Shell) -> None:
    make_take(shell.home.takes, "good")
    newer = shell.home.takes / "newer"
    newer.mkdir()
    (newer / "journal.jsonl").write_bytes(b'{"schema":9}\n')
    done = shell.run("takes", "list")
    assert "good" in done.stdout
    assert "newer version" in done.stderr
    assert {take["title"] for take in shell.json("takes", "list")} == {"good", "newer"}


def test_files_are_brought_in_and_damage_is_found(shell: Shell, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("la la la")
    done = shell.run("takes", "import", str(words), "/dev/zero", str(tmp_path), "/nope", "--json", code=1)
    (brought,) = json.loads(done.stdout)
    reasons = [json.loads(line)["error"]["detail"] for line in done.stderr.splitlines()]
    assert reasons == ["It is a device or a pipe, not an ordinary file", "It is a folder", "There is no such file"]
    assert shell.json("takes", "verify")[0]["ok"]
    assert shell.say("takes", "recover") == "Nothing needs recovering.\n"
    (Path(brought["folder"]) / "file-1.txt").write_text("la la")
    assert not shell.json("takes", "verify", code=1)[0]["ok"]
    done = shell.run("takes", "verify", "words", code=1)
    assert done.stdout.startswith("DAMAGED")
    assert "not those that were sealed" in done.stderr


def test_a_take_is_not_played_where_nothing_can_be_heard(shell: Shell) -> None:
    make_take(shell.home.takes, "Song")
    assert shell.refused("takes", "play", "Song", code=1)["code"] == "no-output"


def test_projects_and_the_way_to_the_server(shell: Shell) -> None:
    assert shell.say("project", "list") == "There are no projects yet.\n"
    made = shell.json("project", "create", " Night  Song ")
    assert made["title"] == "Night Song"
    listed = shell.say("project", "list").splitlines()
    assert listed[1].startswith("→")
    assert made["id"] in listed[1]
    shell.json("project", "create", "Other")
    assert shell.json("project", "use", "Night Song") == made
    assert shell.refused("project", "use", "nope", code=2)["code"] == "no-such-project"
    assert shell.refused("project", "create", "  ", code=2)["code"] == "bad-title"
    assert [p["title"] for p in shell.json("project", "list")] == ["Night Song", "Other"]
    assert shell.json("whoami")["embedded"]
    assert "this computer" in shell.say("whoami")
    assert shell.refused("leave", code=2)["remedy"]
    assert shell.json("sync", "now")["link"] | {"url": ""} == shell.json("sync", "status")["link"] | {"url": ""}
    assert shell.json("sync", "now")["link"]["waiting"] == 0
    assert shell.json("sync", "pause") == {"paused": True}
    assert "paused" in shell.say("sync", "status")
    assert shell.json("sync", "resume") == {"paused": False}
    assert shell.json("sync", "cap", "250000") == {"bytes_per_second": 250000}
    assert shell.json("sync", "status")["link"]["bytes_per_second"] == 250000
    assert shell.say("sync", "cap", "0") == "No cap.\n"
    assert shell.refused("sync", "cap", "-5", code=2)["code"] == "bad-cap"


def test_watching_ends_with_ctrl_c(shell: Shell) -> None:
    with Program(shell.argv("sync", "watch", "--json"), env=shell.environment) as program:
        program.wait_for_line(r'^\{"')
        program.signal(signal.SIGINT)
        assert program.wait(30) == 0
        assert all(json.loads(line) for line in program.output.splitlines())


def test_a_shared_server_is_joined_recorded_into_and_left(shell: Shell, tmp_path: Path) -> None:
    with ServerRig(tmp_path) as server:
        token = server.user("add", "Ana")["token"]
        assert shell.refused("join", server.url, "--token", "wrong", code=1)["remedy"]
        joined = shell.json("join", server.url, "--token", token)
        assert (joined["embedded"], joined["url"], joined["account"]["name"]) == (False, server.url, "Ana")
        assert shell.say("whoami") == f"Ana on {server.url}\n"
        project = shell.json("project", "create", "Shared")
        taken = shell.json("record", "--input", "practice", "--seconds", "0.5")
        assert taken["state"] == "safe-on-the-server"
        assert taken["manifest"]["project"] == project["id"]
        assert shell.json("leave")["embedded"]
        assert shell.json("record", "--input", "practice", "--seconds", "0.5")["state"] == "safe-on-the-server"
    assert shell.refused("join", server.url, "--token", token, code=1)["detail"]


def test_doctor_and_devices_say_what_is_missing(shell: Shell) -> None:
    found = {finding["what"]: finding for finding in shell.json("doctor", code=1)}
    assert found["takes"]["ok"]
    assert found["server"]["ok"]
    assert found["sound input"]["problem"]["remedy"]
    assert str(shell.home.logs) in shell.run("doctor", code=1).stdout
    assert "practice" in shell.say("devices")
    assert shell.json("devices")["devices"] == []


_COMMANDS = [
    ["record"],
    ["stop"],
    ["devices"],
    ["doctor"],
    ["join"],
    ["leave"],
    ["whoami"],
    *(["takes", name] for name in ("list", "show", "play", "verify", "recover", "import", "rename", "star", "unstar")),
    *(["takes", name] for name in ("note", "trash", "restore", "export", "align", "nudge")),
    *(["artwork", name] for name in ("list", "begin", "show", "add", "drop", "undrop", "title", "snap", "lapse")),
    *(["artwork", name] for name in ("keep", "throw", "restore")),
    *(["write", name] for name in ("list", "new", "show", "revise", "title", "keep", "throw", "restore")),
    ["calibrate"],
    *(
        ["takes", name]
        for name in ("submit", "consent", "withdraw", "accept", "heard", "check", "free", "later", "cut", "used")
    ),
    *(["takes", name] for name in ("queue", "fetch")),
    *(["project", name] for name in ("create", "list", "use", "show", "edit", "steps", "move", "health", "credits")),
    *(["project", name] for name in ("lineage", "history")),
    *(["call", name] for name in ("add", "list", "show", "edit", "close", "answer")),
    *(["comment", name] for name in ("add", "list", "reply", "resolve", "remove")),
    *(
        ["people", name]
        for name in ("list", "invite", "invites", "revoke", "role", "let-go", "devices", "recorder-key")
    ),
    *(["people", name] for name in ("revoke-device", "rotate", "profile", "passphrase")),
    ["today"],
    ["next"],
    ["open"],
    ["login"],
    *(["sync", name] for name in ("status", "now", "changes", "watch", "pause", "resume", "cap")),
]


def test_every_command_has_a_help_text_for_everything_it_takes() -> None:
    found: list[list[str]] = []

    def walk(parser: object, path: list[str]) -> None:
        assert isinstance(parser, argparse.ArgumentParser)
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, part in action.choices.items():
                    walk(part, [*path, name])
                return
            assert action.help, f"{path}: {action.dest} is not explained"
        found.append(path)

    walk(build_parser(), [])
    assert sorted(found) == sorted(_COMMANDS)


def test_usage_mistakes_exit_with_two_and_help_with_zero(shell: Shell) -> None:
    for arguments in (
        ["bogus"],
        ["takes"],
        ["takes", "bogus"],
        ["sync", "cap", "x"],
        ["record", "--bogus"],
        ["--home"],
    ):
        done = shell.run(*arguments, code=2)
        assert "usage: roomtone" in done.stderr
        assert "The command was not understood – " in done.stderr
        assert done.stdout == ""
    problem = json.loads(shell.run("takes", "bogus", "--json", code=2).stderr)["error"]
    assert (problem["code"], problem["usage"]) == ("usage", True)
    assert "bogus" in problem["detail"]
    assert "record" in shell.say("--help")
    assert shell.say("--version").startswith("Roomtone ")


def test_home_by_option_comes_before_the_variable(shell: Shell, tmp_path: Path) -> None:
    make_take(tmp_path / "other" / "takes", "elsewhere")
    for arguments in (["--home", str(tmp_path / "other")], [f"--home={tmp_path / 'other'}"]):
        assert "elsewhere" in shell.say(*arguments, "takes", "list")


def test_a_home_that_cannot_be_is_explained(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for arguments in (["takes", "list"], []):
        done = shell.run("--home", str(tmp_path / "file"), *arguments, code=1)
        assert "roomtone: " in done.stderr


def test_a_full_disk_still_lists_takes_without_complaints_of_the_log(shell: Shell) -> None:
    with SmallDisk(2) as disk:
        make_take(disk.path / "takes", "Song")
        shell.run("--home", str(disk.path), "takes", "list")
        disk.fill()
        done = shell.run("--home", str(disk.path), "takes", "list")
        assert "Song" in done.stdout
        assert "Logging error" not in done.stderr
        refused = shell.run("--home", str(disk.path), "takes", "note", "Song", "x" * 15_000, code=1)
        assert "full" in refused.stderr


def test_a_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    for number in range(300):
        make_take(shell.home.takes, f"take {number} " + "x" * 200)
    command = " ".join(shell.argv("takes", "list")) + " | head -n 1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=shell.environment, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_a_terminal_that_knows_little_is_no_reason_to_fail(shell: Shell) -> None:
    make_take(shell.home.takes, "夜 – Song")
    shell.environment["PYTHONIOENCODING"] = "ascii"
    assert "Song" in shell.say("takes", "list")
    assert shell.run("takes", "show", "nope", code=2).stderr.startswith("roomtone: No take")
