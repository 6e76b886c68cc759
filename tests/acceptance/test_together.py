"""A choir, from an empty project to credits: three homes, one server, and nobody types a file name.

A leader begins with a template, a guide and calls; two members come in by a link. One of them answers while the server
cannot be reached, the other one with a film; a poem and a drawing come in. The leader hears the unheard first.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from roomtone.foundation.paths import Home
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome
from tests.rigs.camera import CameraRig
from tests.rigs.jack import JackServer
from tests.rigs.processes import until
from tests.server.rig import RunningServer

_GUIDE_SECONDS = 1.5
_LONG_SECONDS = 7.6


class Singer:
    """Somebody with a home of their own."""

    def __init__(self, app: RoomtoneHome, jack: JackServer, tone: Path) -> None:
        self.app = app
        self._jack = jack
        self._tone = tone

    def do(self, *arguments: str) -> Any:
        """Run a command."""
        return self.app.run(*arguments, seconds=90)

    def sing(self, seconds: float, *arguments: str) -> dict[str, Any]:
        """Record something that can be heard; return its manifest."""
        recording = self.app.record(*arguments, "--channels", "1")
        port = self._jack.wait_ports("^PortAudio.*:in_")[-1]
        self._jack.play_file(self._tone, [port])
        recording.wait_seconds(seconds)
        manifest: dict[str, Any] = recording.stop()["manifest"]
        return manifest

    def queue(self) -> list[dict[str, Any]]:
        """Return what was submitted, as this person sees it."""
        found: list[dict[str, Any]] = self.do("takes", "queue")["takes"]
        return found

    def wait_queue(self, count: int, others: list[Singer]) -> list[dict[str, Any]]:
        """Wait until so many takes are in the queue, with all of their bytes."""

        def look() -> list[dict[str, Any]] | None:
            found = self.queue()
            return found if len(found) >= count and all(one["take"]["sealed"] for one in found) else None

        try:
            return until(look, 60, f"{count} takes in the queue")
        except TimeoutError as late:
            # Who waits for what is only seen in each home.
            for singer in (self, *others):
                late.add_note(json.dumps(singer.do("project", "show")))
                late.add_note(json.dumps(singer.queue()))
                late.add_note(singer.app.log("sync")[-5000:])
            raise


@pytest.fixture
def people(home: Home, jack: JackServer, tmp_path: Path) -> Iterator[list[Singer]]:
    """Three people with three homes and one sound server."""
    tone = signals.write_wav(tmp_path / "tone.wav", signals.tone(jack.rate * 20, jack.rate), jack.rate)
    with ExitStack() as stack:
        homes = [home]
        homes += [Home(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rt-")))).prepare() for _ in "12"]
        singers = [Singer(stack.enter_context(RoomtoneHome(one, jack.env())), jack, tone) for one in homes]
        for singer in singers:
            # JACK lets one client in at a time, and a machine that is busy may keep a list of devices waiting in vain.
            until(partial(_has_input, singer), 60, "an input")
        yield singers


def _large_drawing(path: Path) -> Path:
    """Draw something that fills more than four MiB."""
    noise = np.random.default_rng(4).integers(0, 255, (1200, 1500, 3), np.uint8)
    with av.open(str(path), "w", format="image2") as file:
        stream = file.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 1500, 1200, "rgb24"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        file.mux(stream.encode(None))
    return path


def _has_input(singer: Singer) -> bool:
    return any(device["inputs"] for device in singer.do("devices")["devices"])


class Choir:
    """The story, chapter by chapter. ``calls`` and ``takes`` are ids by their part."""

    def __init__(self, people: list[Singer], server: RunningServer, folder: Path) -> None:
        self.ana, self.ben, self.cy = people
        self.server = server
        self.folder = folder
        self.calls: dict[str, str] = {}
        self.takes: dict[str, str] = {}

    def begin(self) -> str:
        """The leader: a project from a template, a guide, and what is asked for. Returns the link to come in by."""
        ana = self.ana
        ana.do("join", self.server.url, "--token", self.server.command("user", "add", "Ana")["token"])
        ana.do("project", "create", "Evening choir", "--template", "choir", "--licence", "by-sa")
        assert len(ana.do("project", "steps")["steps"]) == 10
        guide = self.takes["guide"] = ana.sing(_GUIDE_SECONDS, "--part", "guide")["id"]
        ana.do("takes", "submit", guide)
        self._ask("low harmony", "sound", "--guide", guide, "--tempo", "92", "--key", "D minor", "--rate", "48000")
        self._ask("face", "video", "--kind", "sound", "--guide", guide)
        self._ask("verse", "writing")
        self._ask("cover", "artwork", "--beginner", "Draw your window")
        link: str = ana.do("people", "invite", "--role", "contributor", "--days", "3")["link"]
        return link

    def _ask(self, part: str, kind: str, *recipe: str) -> None:
        made = self.ana.do("call", "add", part.capitalize(), "--part", part, "--kind", kind, *recipe)
        self.calls[part] = made["id"]

    def come_in(self, link: str) -> None:
        """Two come in by the link: the terms are read first, and the calls are there."""
        looked = self.ben.do("join", link, "--look")
        assert (looked["title"], looked["licence"]) == ("Evening choir", "CC BY-SA 4.0")
        passphrase = self.folder / "words"
        passphrase.write_text("correct horse battery\n")
        for singer, name in ((self.ben, "Ben"), (self.cy, "Cy")):
            joined = singer.do("join", link, "--name", name, "--passphrase-file", str(passphrase))
            assert joined["title"] == "Evening choir"

            def offered(singer: Singer = singer) -> bool:
                return {one["call"] for one in singer.do("next")["calls"]} == set(self.calls.values())

            until(offered, 30, "the calls to arrive")

    def answer_offline(self) -> None:
        """One of them answers where no server is, with a take, a comment and a poem."""
        ben = self.ben
        # What will be needed on the train is fetched before.
        assert ben.do("call", "answer", self.calls["low harmony"])["aim"]["heard"] == [self.takes["guide"]]
        self.server.stop()
        sung = ben.sing(_LONG_SECONDS, "--call", self.calls["low harmony"], "--no-wait")
        assert sung["lineage"] == [self.takes["guide"]]
        assert sung["title"] == "Evening choir – low harmony – Ben – take 1"
        take = self.takes["low harmony"] = sung["id"]
        given = ben.do("takes", "submit", take, "--in-shot", "me", "--minors", "none")
        # A machine that is busy with something else may lose a moment of the rig's sound, and that is told, too.
        assert {"Sound", "48 kHz"} <= {finding["text"] for finding in given["findings"] if finding["good"]}, given
        assert given["next"]["calls"]
        ben.do("comment", "add", take, "The second line is the better one")
        words = self.folder / "verse"
        words.write_text("The room hums\nand somebody answers\n")
        ben.do("write", "new", "--title", "Verse", str(words))
        self.takes["verse"] = ben.do("write", "keep", "Verse", "--call", self.calls["verse"])["manifest"]["id"]
        ben.do("takes", "submit", "Verse")
        self.server.start()

    def answer_with_pictures(self) -> None:
        """The other one answers with a film, and a drawing."""
        cy = self.cy
        with CameraRig(512, 288, 30.0, flashes=False) as camera:
            filmed = cy.sing(2.0, "--call", self.calls["face"], "--camera", camera.url)
        assert [track["name"] for track in filmed["tracks"]] == ["mic-1.flac", "camera-1.mp4"]
        drawing = str(_large_drawing(self.folder / "drawing.png"))
        drawn = cy.do("takes", "import", drawing, "--call", self.calls["cover"])[0]["manifest"]
        assert drawn["title"] == "Evening choir – cover – Cy – take 1"
        self.takes |= {"face": filmed["id"], "cover": drawn["id"]}
        for take in (filmed["id"], drawn["id"]):
            cy.do("takes", "submit", take)

    def judge(self) -> None:
        """The leader hears what nobody heard first, says what is good, and decides."""
        for singer in (self.ben, self.cy):
            singer.app.wait_safe()
        ana, take = self.ana, self.takes["low harmony"]
        waiting = ana.wait_queue(5, [self.ben, self.cy])
        assert {one["stage"] for one in waiting} == {"submitted"}
        self._look_at_the_cover()
        ana.do("takes", "fetch", take)
        ana.do("takes", "heard", take)
        # Whoever listens has heard it.
        ana.do("takes", "play", self.takes["face"])
        stages = [(one["take"]["id"], one["stage"]) for one in ana.queue()]
        assert [stage for _, stage in stages] == ["submitted"] * 3 + ["heard"] * 2
        assert {identity for identity, _ in stages[3:]} == {take, self.takes["face"]}
        said = ana.do("comment", "add", take, "Just here it is perfect", "--at", "0:07")
        assert said["link"].endswith(f"/{take}?t=7")
        for part in ("guide", "low harmony", "face", "cover"):
            ana.do("takes", "accept", self.takes[part])
        ana.do("takes", "later", self.takes["verse"], "--reason", "It is for the second song")

    def _look_at_the_cover(self) -> None:
        """A large drawing comes as a small one first."""
        cover = self.takes["cover"]

        def has_preview() -> bool:
            tracks = next(one["take"]["tracks"] for one in self.ana.queue() if one["take"]["id"] == cover)
            return [(track["name"], track["state"]) for track in tracks][1:] == [("preview-1.jpg", "sealed")]

        until(has_preview, 30, "the preview of the cover")
        small = self.ana.do("takes", "fetch", cover, "--preview")
        assert (small["tracks"], Path(small["preview"]).stat().st_size < 2_000_000) == ([], True)
        whole = self.ana.do("takes", "fetch", cover)
        assert Path(whole["tracks"][0]["path"]).read_bytes() == (self.folder / "drawing.png").read_bytes()

    def hear_of_it(self) -> None:
        """Its maker sees why; everybody sees who is in it, and where it comes from."""
        ben, cy, take = self.ben, self.cy, self.takes["low harmony"]
        news = until(lambda: [n for n in ben.do("today")["news"] if "second song" in n["text"]], 30, "the reason")
        assert news[0]["fresh"]
        said = until(lambda: [c for c in ben.do("comment", "list", take)["comments"] if c["at"]], 30, "0:07")
        assert (said[0]["anchor"], said[0]["person"]["name"]) == ("0:07", "Ana")
        wanted = {("Ana", "guide"), ("Ben", "low harmony"), ("Cy", "face"), ("Cy", "cover")}

        def credited() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = cy.do("project", "credits")["credits"]
            return found if {(one["name"], one["role"]) for one in found} == wanted else None

        credits = until(credited, 30, "the credits")
        length = next(one["seconds"] for one in credits if one["name"] == "Ben")
        assert length == pytest.approx(_LONG_SECONDS, abs=2.0)
        guide = self.takes["guide"]
        tree = next(one for one in cy.do("project", "lineage")["trees"] if one["take"] == guide)
        assert {(one["take"], one["tie"]) for one in tree["branches"]} == {
            (take, "recorded against"),
            (self.takes["face"], "recorded against"),
        }


def test_a_choir_is_made_together(people: list[Singer], tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        choir = Choir(people, server, tmp_path)
        choir.come_in(choir.begin())
        choir.answer_offline()
        choir.answer_with_pictures()
        choir.judge()
        choir.hear_of_it()
