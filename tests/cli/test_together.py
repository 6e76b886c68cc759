"""The commands about what people do together, on the server of this computer."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.paths import Home
from tests.cli.conftest import Shell
from tests.rigs.processes import until
from tests.rigs.workers import end_workers

_PRACTICE = ("--input", "practice", "--seconds", "0.4", "--no-wait")


@pytest.fixture
def choir(shell: Shell) -> Shell:
    """A home with a project of its own."""
    shell.json("project", "create", "Evening choir", "--template", "choir", "--licence", "by-sa")
    return shell


def test_a_project_its_steps_and_its_terms(choir: Shell) -> None:
    page = choir.json("project", "show")
    assert (page["project"]["title"], page["project"]["template"]) == ("Evening choir", "choir")
    assert page["terms"].startswith("Anybody may use and change it and has to name you")
    assert [project["title"] for project in choir.json("project", "list")] == ["Evening choir"]
    steps = choir.json("project", "steps", "--add", "Party", "--done", "Soprano")["steps"]
    assert steps[-1]["title"] == "Party"
    assert [step["title"] for step in steps if step["done"]] == ["Soprano"]
    assert "Party" not in [s["title"] for s in choir.json("project", "steps", "--remove", "Party")["steps"]]
    choir.json("project", "edit", "--title", "Late choir", "--deadline", "2026-12-24", "--brief", "For winter")
    shown = choir.say("project", "show")
    assert "Late choir" in shown
    assert "For winter" in shown
    assert choir.refused("project", "edit", code=2)["code"] == "nothing-named"
    assert choir.refused("project", "create", " ", code=2)["code"] == "bad-title"
    assert choir.refused("project", "use", "nowhere", code=2)["code"] == "no-such-project"
    choir.json("project", "create", "Another")
    assert choir.json("project", "use", "late choir")["title"] == "Late choir"
    assert "No call is open" in choir.say("project", "health")
    assert choir.json("project", "credits") == {"credits": []}


def test_a_call_from_asking_to_acceptance(choir: Shell, tmp_path: Path) -> None:
    lyrics = tmp_path / "lyrics"
    lyrics.write_text("la la\nlo lo\n")
    recipe = ("--kind", "sound", "--tempo", "92/3", "--key", "D minor", "--rate", "44100", "--script", str(lyrics))
    call = choir.json("call", "add", "Low harmony", *recipe, "--part", "low", "--wanted", "2", "--minutes", "5")["id"]
    assert choir.refused("call", "add", "x", "--tempo", "fast", code=2)["code"] == "bad-tempo"
    assert choir.refused("call", "show", "nothing", code=2)["code"] == "no-such-call"
    shown = choir.say("call", "show", call[:8])
    assert "92 beats a minute, 3 to the bar" in shown
    assert "| lo lo" in shown
    # Nothing is heard where there is no output, and that would be said.
    choir.json("call", "edit", "low harmony", "--beginner", "Hum one note", "--tempo", "")
    assert choir.json("next")["calls"][0]["beginner"] == "Hum one note"
    first = choir.say("record", *_PRACTICE, "--call", "Low harmony")
    # The terms are read before the first recording in a project, and only then.
    assert "under CC BY-SA 4.0: Anybody may use" in first
    assert "| la la" in first
    assert "44.1 kHz" in first
    manifest = choir.json("record", *_PRACTICE, "--call", call)["manifest"]
    assert "CC BY-SA" not in choir.say("record", *_PRACTICE, "--call", call)
    assert (manifest["call"], manifest["part"], manifest["tracks"][0]["rate"]) == (call, "low", 44_100)
    take = manifest["id"]
    checked = choir.json("takes", "check", take)
    assert checked["call"] == call
    assert "44.1 kHz" in [finding["text"] for finding in checked["findings"]]
    given = choir.json("takes", "submit", take, "--in-shot", "me", "--minors", "none", "--machines")
    assert given["consent"] == {"in_shot": "only me", "minors": "no children", "machines": True}
    assert given["next"]["then"]
    assert [one["stage"] for one in choir.json("takes", "queue")["takes"]] == ["submitted"]
    assert choir.refused("takes", "later", take, code=2)["code"] == "no-reason"
    assert choir.json("takes", "later", take, "--reason", "Slower")["reason"] == "Slower"
    assert choir.refused("takes", "used", take, "0.1", code=2)["code"] == "not-accepted"
    assert choir.json("takes", "accept", take)["stage"] == "accepted"
    assert choir.refused("takes", "used", take, "0:59", code=2)["code"] == "bad-seconds"
    assert choir.refused("takes", "used", take, "some", code=2)["title"] == "What is used was not changed"
    assert choir.json("takes", "used", take, "0.25")["seconds"] == 0.25
    assert choir.json("project", "credits")["credits"][0]["seconds"] == 0.25
    assert choir.json("call", "list")["calls"][0]["progress"] == "1 of 2 accepted"
    assert choir.json("project", "credits")["credits"][0]["role"] == "low"
    choir.json("call", "close", call)
    assert choir.refused("record", "--call", call, "--seconds", "1", code=2)["code"] == "call-closed"
    choir.json("takes", "withdraw", take)
    assert choir.json("takes", "queue")["takes"] == []


def test_a_version_is_published_and_is_the_guide_of_a_call(choir: Shell) -> None:
    take = choir.json("record", *_PRACTICE)["manifest"]["id"]
    choir.json("takes", "submit", take)
    assert choir.refused("takes", "cut", take, code=2)["code"] == "not-accepted"
    assert choir.refused("takes", "cut", take, "--withdraw", code=2)["code"] == "no-cut"
    assert choir.refused("takes", "cut", "nothing", code=2)["code"] == "no-such-take"
    choir.json("takes", "accept", take)
    assert choir.json("takes", "cut", take, "--name", " First  mix ")["cut"] == "First mix"
    assert choir.json("project", "show")["cuts"] == [{"take": take, "name": "First mix"}]
    assert "the cut “First mix”" in choir.say("project", "show")
    call = choir.json("call", "add", "Another voice", "--kind", "sound", "--guide", take)["id"]
    assert "Against the cut “First mix”" in choir.say("call", "show", call)
    # By its name as well; it is what people know it by.
    other = choir.json("call", "add", "A third voice", "--kind", "sound", "--guide", "First mix")["id"]
    assert choir.json("call", "show", other)["fields"]["guide"] == [take]
    choir.json("takes", "cut", "First mix", "--withdraw")
    assert choir.json("project", "show")["cuts"] == []


def test_nobody_accepts_what_was_not_given_and_consent_keeps_what_was_said(choir: Shell) -> None:
    take = choir.json("record", *_PRACTICE)["manifest"]["id"]
    assert choir.refused("takes", "accept", take, code=2)["code"] == "not-submitted"
    assert choir.refused("takes", "later", take, "--reason", "x", code=2)["code"] == "not-submitted"
    choir.json("takes", "submit", take, "--in-shot", "me", "--machines")
    assert choir.json("takes", "consent", take, "--minors", "none")["consent"] == {
        "in_shot": "only me",
        "minors": "no children",
        "machines": True,
    }
    assert "machines" not in choir.json("takes", "consent", take, "--no-machines")["consent"]
    choir.json("takes", "accept", take)
    past = choir.json("project", "history", take[:8])["past"]
    assert len(past) == 4


def test_other_terms_are_read_anew_and_takes_are_named_by_the_title_of_now(choir: Shell, tmp_path: Path) -> None:
    assert "CC BY-SA" in choir.say("record", *_PRACTICE)
    choir.json("project", "edit", "--licence", "cc0", "--title", "Late choir")
    said = choir.say("record", *_PRACTICE)
    assert "Takes are given to “Late choir” under CC0" in said
    assert "Late choir" in choir.json("takes", "list")[0]["title"]
    page = tmp_path / "page.txt"
    page.write_text("Dusk\n")
    choir.json("write", "new", str(page))
    for licence, act in (("by", ("takes", "import", str(page))), ("by-nc", ("write", "keep", "Dusk"))):
        choir.json("project", "edit", "--licence", licence)
        assert f"under CC {licence.upper()} 4.0" in choir.say(*act)


def test_recipes_are_checked_and_cleared(choir: Shell) -> None:
    for wrong in (("--rate", "7"), ("--aspect", "wide"), ("--tempo", "92/4@10,80@5"), ("--tempo", "80@5")):
        assert choir.refused("call", "add", "x", *wrong, code=2)["code"] in ("bad-field", "bad-tempo")
    for day in ("tomorrow", "2026-02-31"):
        assert choir.refused("call", "add", "x", "--deadline", day, code=2)["code"] == "bad-day"
        assert choir.refused("project", "edit", "--deadline", day, code=2)["code"] == "bad-day"
    call = choir.json("call", "add", "Voices", "--tempo", "92/3,80@5", "--skill", "voice", "--skill", "bass")["id"]
    fields = choir.json("call", "edit", call, "--tempo", "", "--skill", "", "--guide", "", "--script", "")["fields"]
    assert [fields[name] for name in ("tempo", "skills", "guide", "script")] == [[], [], [], ""]


def test_the_board_is_put_in_order(choir: Shell) -> None:
    steps = [step["title"] for step in choir.json("project", "steps")["steps"]]
    choir.json("project", "steps", "--rename", steps[0], "First of all", "--place", steps[-1], "1")
    moved = [step["title"] for step in choir.json("project", "steps")["steps"]]
    assert moved == [steps[-1], "First of all", *steps[1:-1]]
    choir.json("project", "steps", "--place", steps[-1], "3")
    assert [step["title"] for step in choir.json("project", "steps")["steps"]][2] == steps[-1]
    assert choir.refused("project", "steps", "--place", steps[-1], "99", code=2)["code"] == "bad-place"
    person = choir.json("people", "list")["people"][0]["name"]
    assigned = choir.json("project", "steps", "--assign", steps[-1], person)["steps"]
    assert assigned[2]["person"]["name"] == person
    assert choir.json("project", "steps", "--assign", steps[-1], "")["steps"][2].get("person") is None


def test_words_at_their_place(choir: Shell) -> None:
    take = choir.json("record", *_PRACTICE)["manifest"]["id"]
    said = choir.json("comment", "add", take[:8], "Here", "--at", "0:07", "--until", "0:09")
    assert said["anchor"] == {"type": "moment", "at": 7.0, "until": 9.0}
    choir.json("comment", "add", take, "There", "--region", "0.1,0.2,0.3,0.4")
    second = choir.json("comment", "add", take, "Slower", "--region", "0.1,0.2,0.3,0.4", "--page", "2")
    assert second["anchor"]["page"] == 2
    choir.json("comment", "add", take, "These", "--lines", "3-5")
    choir.json("comment", "reply", said["id"][:8], "Yes")
    choir.json("comment", "resolve", said["id"])
    shown = choir.json("comment", "list", take)["comments"]
    assert [one["anchor"] for one in shown] == ["part of the picture", "page 2", "lines 3–5", "0:07–0:09"]
    assert (shown[1]["page"], shown[2]["lines"]) == (2, [3, 5])
    assert shown[3]["resolved"]
    assert [one["text"] for one in shown[3]["replies"]] == ["Yes"]
    assert "Here" in choir.say("open", said["link"])
    choir.json("comment", "remove", said["id"])
    assert len(choir.json("comment", "list", take)["comments"]) == 4
    assert choir.refused("comment", "add", take, "x", "--at", "soon", code=2)["code"] == "bad-place"
    nowhere = ("--region", "0,0,1,1", "--page", "0")
    assert choir.refused("comment", "add", take, "x", *nowhere, code=2)["code"] == "bad-place"
    assert choir.refused("comment", "add", take, " ", code=2)["code"] == "no-words"
    assert choir.refused("open", "roomtone:nowhere", code=2)["code"] == "bad-link"


def test_a_page_is_read_aloud_and_the_day_has_a_prompt(choir: Shell, tmp_path: Path) -> None:
    poem = tmp_path / "poem"
    poem.write_text("The room hums\n")
    choir.json("write", "new", "--title", "Poem", str(poem))
    page = choir.json("write", "keep", "Poem", "--prompt")["manifest"]
    today = choir.json("today")
    assert page["prompt"] == today["prompt"]
    assert today["answered"]
    assert today["streak"][-1] == "made"
    reading = choir.run("record", *_PRACTICE, "--read", "Poem", "--json").stdout
    assert f'"lineage":["{page["id"]}"]' in reading
    take = next(item for item in choir.json("takes", "list") if "Reading of Poem" in item["title"])
    choir.json("takes", "submit", take["id"])
    choir.json("takes", "accept", take["id"])
    names = {one["role"] for one in choir.json("project", "credits")["credits"]}
    assert names == {"Reading of Poem", "writing"}
    choir.json("project", "edit", "--prompts", str(poem))
    assert choir.json("today")["prompt"] == "The room hums"


def test_what_answers_a_call_with_a_file_is_named_by_it(choir: Shell, tmp_path: Path) -> None:
    call = choir.json("call", "add", "Cover", "--kind", "writing", "--part", "cover text")["id"]
    words = tmp_path / "IMG_0001.txt"
    words.write_text("A cover\n")
    answered = choir.json("call", "answer", "Cover", "--file", str(words))
    assert answered["manifest"]["call"] == call
    assert "cover text" in answered["manifest"]["title"]
    assert "IMG" not in answered["manifest"]["title"]
    other = choir.json("takes", "import", str(words))[0]["manifest"]["id"]
    choir.json("call", "answer", "Cover", "--take", other)
    assert choir.json("takes", "check", other)["call"] == call


@pytest.fixture
def guest() -> Iterator[Shell]:
    """Somebody else's home."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        made = Shell(Home(Path(folder)).prepare())
        yield made
        end_workers(made.home)


def test_somebody_comes_in_by_a_link(choir: Shell, guest: Shell) -> None:
    assert choir.json("people", "list")["server"] == "On this computer"
    assert choir.refused("people", "role", "nobody", "leader", code=2)["code"] == "no-such-person"
    made = choir.json("people", "invite", "--role", "guest", "--note", "friends", "--days", "2")
    assert "friends" in choir.say("people", "invites")
    looked = guest.json("join", made["link"], "--look")
    assert (looked["title"], looked["role"]) == ("Evening choir", "guest")
    # Nothing is kept of a look, and nobody comes in without a name.
    assert guest.json("whoami")["embedded"]
    joined = guest.json("join", made["link"], "--name", "Dee")
    assert (joined["title"], joined["role"], joined["account"]["name"]) == ("Evening choir", "guest", "Dee")
    assert guest.json("project", "list")[0]["id"] == joined["project"]
    seen = until(lambda: [p for p in choir.json("people", "list")["people"] if p["name"] == "Dee"], 30, "Dee")
    assert seen[0]["role"] == "guest"
    assert choir.json("people", "role", "Dee", "contributor")["role"] == "contributor"
    until(lambda: guest.json("project", "show")["role"] == "contributor", 30, "the new role")
    # What somebody may not do is refused at once; what was refused before can be seen and let go of.
    assert guest.refused("project", "edit", "--title", "Mine", code=2)["code"] == "not-allowed"
    assert guest.json("sync", "changes") == {"changes": []}
    assert choir.json("people", "recorder-key", "--device", "Booth")["token"]
    assert "this computer" in choir.say("people", "devices")
    assert guest.json("leave")["embedded"]


def test_a_project_that_was_begun_alone_moves_to_where_a_link_leads(choir: Shell, guest: Shell, tmp_path: Path) -> None:
    link = choir.json("people", "invite")["link"]
    guest.json("project", "create", "Begun alone")
    alone = next(one["id"] for one in guest.json("project", "list") if one["title"] == "Begun alone")
    secret = tmp_path / "passphrase.txt"
    secret.write_text("correct horse\n")
    moved = guest.json("project", "move", "--link", link, "--name", "Dee", "--passphrase-file", str(secret))
    assert (moved["project"], moved["before"]) == (alone, False)
    assert guest.json("project", "move")["before"]
    assert (guest.json("whoami")["account"]["name"], guest.json("whoami")["embedded"]) == ("Dee", False)
    assert guest.json("project", "show")["role"] == "owner"
    assert "Begun alone" in guest.say("project", "show")
    guest.json("leave")


def test_a_recorder_adds_takes_and_needs_to_know_nothing(choir: Shell, guest: Shell) -> None:
    told = choir.say("people", "recorder-key", "--device", "Booth").splitlines()
    project = choir.json("project", "list")[0]["id"]
    url = choir.json("whoami")["url"]
    assert told[-1] == f"roomtone join {url} --token=KEY --project {project} --title 'Evening choir'"
    assert guest.refused("join", url, "--token", told[0], code=2)["code"] == "recorder-key"
    guest.json("join", url, "--token", told[0], "--project", project, "--title", "Evening choir")
    recorded = guest.json("record", "--input", "practice", "--seconds", "0.4")
    assert recorded["state"] == "safe-on-the-server"
    # Whose key it was finds it among theirs, and gives it to the project.
    take = recorded["manifest"]["id"]
    until(lambda: _knows(choir, take), 30, "the recorder's take")
    choir.json("takes", "submit", take)
    assert choir.json("takes", "queue")["takes"][0]["take"]["id"] == take
    guest.json("leave")


def _knows(shell: Shell, take: str) -> bool:
    asked = subprocess.run(
        shell.argv("takes", "check", take), env=shell.environment, capture_output=True, check=False, timeout=60
    )
    return asked.returncode == 0
