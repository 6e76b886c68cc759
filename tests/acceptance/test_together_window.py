"""A leader's evening through the window, with a person's clicks and keys: from an empty project to a decision."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from roomtone.foundation.paths import Home
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, until

T = TypeVar("T")

_LOOK_SECONDS = 20.0


class Leader:
    """Somebody at the window, who looks before they click."""

    def __init__(self, app: RoomtoneHome, display: VirtualDisplay, folder: Path) -> None:
        self.app = app
        self._folder = folder
        self._display = display
        env = {**app.env, "ROOMTONE_HOME": str(app.home.root)}
        self.window = Program([sys.executable, "-m", "tests.acceptance.watched_window"], env=env)
        self._asked = 0
        display.wait_window("Roomtone")

    def click(self, name: str) -> None:
        """Click what is called so, once it is there and stands still; scroll to it where that is needed."""
        self._display.click(*self._find(name))

    def fill(self, name: str, text: str) -> None:
        """Write into a field."""
        self.click(name)
        self._display.write(text)

    def choose(self, name: str, letters: str) -> None:
        """Choose what begins with these letters."""
        self.click(name)
        self._display.write(letters)
        self._display.key("Return")

    def press(self, *keys: str) -> None:
        """Press keys."""
        self._display.key(*keys)

    def read(self, text: str) -> None:
        """Wait until this can be read."""
        self._wait(lambda: self._ask(f"reads {text}") == "yes", f"the window to say {text!r}")

    def see(self, name: str) -> None:
        """Wait until something of this name is there."""
        self._wait(lambda: self._ask(f"where {name}") != "nowhere", f"{name!r} in the window")

    def _find(self, name: str) -> tuple[int, int]:
        before = [""]

        def look() -> tuple[int, int] | None:
            said = self._ask(f"where {name}")
            same, before[0] = said == before[0], said
            where, *at = said.split()
            if where in ("above", "below"):
                self._display.scroll(int(at[0]), int(at[1]), -1 if where == "above" else 1)
            # Where it is twice in a row, it stands still.
            return (int(at[0]), int(at[1])) if where == "at" and same else None

        return self._wait(look, f"{name!r} to be seen")

    def _wait(self, condition: Callable[[], T | None], what: str) -> T:
        try:
            return until(condition, _LOOK_SECONDS, what)
        except TimeoutError as error:
            picture = self._display.screenshot(self._folder / "window.png")
            raise TimeoutError(f"{error}; see {picture}") from None

    def _ask(self, question: str) -> str:
        self._asked += 1
        self.window.write(f"{self._asked} {question}\n")
        return self.window.wait_for_line(rf"^{self._asked} (.*)$").group(1)


@pytest.fixture
def leader(jack: JackServer, display: VirtualDisplay, tmp_path: Path) -> Iterator[Leader]:
    """A leader with a home of their own, whose window hears JACK."""
    home = make_home()
    env = {**jack.env(), **display.env()}
    env.pop("QT_QPA_PLATFORM", None)
    with RoomtoneHome(home, env) as app:
        made = Leader(app, display, tmp_path)
        yield made
        made.press("ctrl+q")
        assert made.window.wait(20) == 0, made.window.output
        made.window.end()
    shutil.rmtree(home.root)


@pytest.fixture
def singer(jack: JackServer) -> Iterator[RoomtoneHome]:
    """Somebody with another home."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rt-"))
        yield stack.enter_context(RoomtoneHome(Home(Path(folder)).prepare(), jack.env()))


def begin(leader: Leader) -> None:
    """A project from a template, and a call."""
    leader.click("Project: ")
    leader.click("Start a project")
    leader.choose("What it begins as", "choir")
    leader.fill("Title", "Evening choir")
    leader.click("Start the project")
    leader.read("Evening choir")
    leader.click("Open a call")
    leader.fill("Title of the call", "Low harmony")
    leader.fill("Part", "low harmony")
    leader.click("Open the call")


def answer(leader: Leader, jack: JackServer, tone: Path) -> None:
    """The leader answers the call first, so that the others hear how it is meant."""
    leader.click("Answer: Low harmony")
    leader.read("Answering “Low harmony”")
    leader.read("has to name you")
    jack.play_file(tone, [jack.wait_ports("^PortAudio.*:in_")[-1]])
    leader.click("Record")
    leader.see("Stop recording")
    leader.read("On this computer · 0:03")
    leader.click("Stop recording")
    leader.press("alt+6")
    leader.read("Submit this take")
    leader.choose("Who can be seen or heard", "only me")
    leader.choose("Children", "no children")
    leader.click("Submit this take to the project")
    leader.read("is in the project now")


def speak_and_accept(leader: Leader) -> None:
    """A comment at the second that was clicked, and the decision."""
    leader.click("Where in the take")
    leader.fill("Comment", "Just here it is perfect")
    leader.click("Comment: say it")
    leader.read("Just here it is perfect")
    leader.click("Accept this take")
    leader.read("accepted")


def hear_somebody(leader: Leader, singer: RoomtoneHome, folder: Path) -> None:
    """Somebody comes in by the link and gives a page; the leader keeps it for later, and says why."""
    leader.press("alt+7")
    leader.click("Make a link that invites people")
    leader.see("The link")
    link = leader.app.run("people", "invite", "--role", "contributor")["link"]
    singer.run("join", link, "--name", "Ben")
    words = folder / "verse"
    words.write_text("The room hums\nand somebody answers\n")
    singer.run("write", "new", "--title", "Verse", str(words))
    singer.run("write", "keep", "Verse")
    singer.run("takes", "submit", "Verse")
    singer.wait_safe()
    leader.press("alt+6")
    leader.click("Verse, Ben")
    leader.read("and somebody answers")
    leader.click("Keep for later: Keep this")
    leader.fill("Reason", "It is for the second song")
    leader.click("Keep for later, with this reason")
    leader.read("Kept for later: It is for the second song")


def test_a_leader_leads_through_the_window(
    leader: Leader, singer: RoomtoneHome, jack: JackServer, tmp_path: Path
) -> None:
    tone = signals.write_wav(tmp_path / "tone.wav", signals.tone(jack.rate * 20, jack.rate), jack.rate)
    begin(leader)
    answer(leader, jack, tone)
    speak_and_accept(leader)
    hear_somebody(leader, singer, tmp_path)

    queue: list[dict[str, Any]] = leader.app.run("takes", "queue")["takes"]
    assert {one["take"]["title"].split(" – ")[-2:][0]: one["stage"] for one in queue} == {
        "low harmony": "accepted",
        "Verse": "kept for later",
    }
    take = next(one["take"]["id"] for one in queue if one["stage"] == "accepted")
    said = leader.app.run("comment", "list", take)["comments"]
    assert [one["text"] for one in said] == ["Just here it is perfect"]
    assert said[0]["at"] > 0
    told = until(lambda: [n for n in singer.run("today")["news"] if "second song" in n["text"]], 30, "the reason")
    assert told[0]["fresh"]
