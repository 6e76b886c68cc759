"""``artwork`` and ``write`` as processes: from nothing to a take that is safe in the project."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.assembly.samples import make_sample
from tests.cli.conftest import Shell
from tests.rigs.processes import Program


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_sample(tmp_path_factory.mktemp("samples"), "drawing.png"))


def test_stop_motion_from_the_first_picture_to_the_project(shell: Shell, picture: str) -> None:
    assert "Nothing is begun" in shell.say("artwork", "list")
    begun = shell.json("artwork", "begin", "--kind", "stop-motion", "--title", "Moon walk", picture)
    assert (begun["kind"], begun["title"], len(begun["pictures"])) == ("stop-motion", "Moon walk", 1)
    assert "3 pictures" in shell.say("artwork", "add", "Moon walk", picture, picture)
    assert "2 pictures" in shell.say("artwork", "drop", begun["id"], "2")
    assert len(shell.json("artwork", "show", "moon")["left_out"]) == 1
    assert "left out" in shell.say("artwork", "show", "moon")
    assert "3 pictures" in shell.say("artwork", "undrop", "moon", "0002.png")
    assert shell.say("artwork", "title", "moon", "Sun\nwalk") == "Sun walk\n"
    assert "restore" in shell.say("artwork", "throw", "Sun walk")
    assert shell.json("artwork", "list") == []
    assert shell.json("artwork", "list", "--thrown-away")[0]["id"] == begun["id"]
    assert "3 pictures" in shell.say("artwork", "restore", "Sun walk")
    kept = shell.json("artwork", "keep", "Sun walk", "--fps", "4")
    assert [t["name"] for t in kept["manifest"]["tracks"]] == ["film-1.mp4", "stills-1.zip"]
    assert shell.json("artwork", "keep", "Sun walk")["folder"] == kept["folder"]
    assert shell.json("artwork", "list") == []
    assert shell.json("takes", "verify", "Sun walk")[0]["ok"]
    with Program(shell.argv("sync", "watch", "--json"), env=shell.environment) as watching:
        watching.wait_for_line(rf'"take":"{begun["id"]}".*"state":"safe"|"waiting":0', 30)


def test_a_time_lapse_of_the_practice_picture(shell: Shell) -> None:
    lapse = ("artwork", "lapse", "--source", "practice", "--mode", "640x360", "--every", "0.2", "--title", "Day")
    assert len(shell.json(*lapse, "--count", "2")["pictures"]) == 2
    with Program(shell.argv("artwork", "lapse", "Day", *lapse[2:]), env=shell.environment) as program:
        program.wait_for_line("A picture each 0.2 s into")
        program.signal(signal.SIGINT)
        assert program.wait(30) == 0
        assert "makes a film of it" in program.output
    before = len(shell.json("artwork", "show", "Day")["pictures"])
    assert before >= 2
    assert len(shell.json("artwork", "snap", "Day", "--camera", "practice")["pictures"]) == before + 1
    assert shell.refused("artwork", "lapse", "--source", "nothing", "--every", "1", code=2)["code"] == "no-such-camera"
    assert shell.refused("artwork", "lapse", "--source", "practice", "--every", "0", code=2)["code"] == "bad-pace"
    # What could not begin has left nothing behind.
    assert len(shell.json("artwork", "list")) == 1


def test_a_page_from_the_first_word_to_its_second_take(shell: Shell, tmp_path: Path) -> None:
    assert "No page is begun" in shell.say("write", "list")
    words = tmp_path / "words.txt"
    words.write_text("\ufeff# Verse\n\tla la\n夜の歌\n", encoding="utf-8")
    begun = shell.json("write", "new", str(words))
    assert (begun["title"], begun["words"], begun["text"]) == ("Verse", 6, "# Verse\n\tla la\n夜の歌\n")
    assert shell.say("write", "show", "Verse") == "# Verse\n    la la\n夜の歌\n"
    typed = subprocess.run(
        shell.argv("write", "revise", "Verse", "-"),
        input="# Verse two",
        capture_output=True,
        text=True,
        env=shell.environment,
        timeout=60,
        check=True,
    )
    assert "2 words, 2 revisions" in typed.stdout
    assert shell.say("write", "show", "verse", "--revisions").count("# Verse") == 2
    kept = shell.json("write", "keep", "verse")
    assert [t["name"] for t in kept["manifest"]["tracks"]] == ["text-1.txt", "revisions-1.json"]
    later = shell.json("write", "revise", "Verse two", str(words))
    assert later["lineage"] == [begun["id"]]
    assert [r["text"] for r in later["revisions"]] == ["# Verse two", begun["text"]]
    assert shell.say("write", "title", later["id"], "Third") == "Third\n"
    assert shell.json("write", "keep", "Third")["manifest"]["lineage"] == [begun["id"]]


def test_mistakes_are_told_with_what_to_do(shell: Shell, tmp_path: Path, picture: str) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"caf\xe9")
    still = shell.json("artwork", "begin")["id"]
    page = shell.json("write", "new")["id"]
    for arguments, code in (
        (("artwork", "show", "nope"), "no-such-draft"),
        (("artwork", "keep", still), "not-kept"),
        (("artwork", "keep", page), "wrong-draft"),
        (("artwork", "drop", still, "1"), "no-such-picture"),
        (("write", "keep", page), "not-kept"),
        (("write", "keep", still), "wrong-draft"),
        (("write", "new", str(latin)), "unreadable-text"),
        (("write", "new", str(tmp_path)), "unreadable-text"),
        (("write", "revise", page, "/nope"), "unreadable-text"),
    ):
        # What only a worker knows comes back as the world's fault.
        problem = shell.refused(*arguments, code=2)
        assert (problem["code"], bool(problem["remedy"])) == (code, True)
    done = shell.run("artwork", "add", still, str(latin), picture, "--json", code=1)
    assert json.loads(done.stderr)["error"]["code"] == "no-picture"
    assert len(json.loads(done.stdout)["pictures"]) == 1
    broken = tmp_path / "broken.png"
    broken.write_bytes(Path(picture).read_bytes()[:100])
    shell.run("artwork", "add", still, str(broken))
    assert "0002.png" in shell.refused("artwork", "keep", still, code=1)["detail"]
