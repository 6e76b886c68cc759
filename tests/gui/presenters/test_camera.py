"""The camera panel says what is, and asks for what is wished."""

from __future__ import annotations

import pytest

from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.camera import CameraModel, CameraPresenter, address_fault
from roomtone.studio.lines import Tone
from roomtone.studio.snapshot import CameraView, Framing, Phase
from tests.gui.stage import Stage
from tests.gui.stage_pictures import controls

FACE = CameraView("facetime", "FaceTime HD", "/ring", 1280, 720, "1280×720 · 30 fps · 0 dropped", controls=controls())
SCREEN = CameraView("screen:0", "Screen 1", "/other", 1920, 1080, "1920×1080 · 30 fps · 0 dropped")


class Panel:
    """A presenter on the stage, and the newest panel."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.presenter = CameraPresenter(self.again)
        self.presenter.studio = stage
        self.model = CameraModel()
        self.again()

    def again(self) -> None:
        self.model = self.presenter.model(self.stage.state)

    def see(self, *cameras: CameraView) -> None:
        self.stage.see(*cameras)
        self.again()


@pytest.fixture
def panel(bare: Stage) -> Panel:
    """The panel without a camera."""
    return Panel(bare)


def test_without_a_camera_there_is_nothing_to_see_or_test(panel: Panel) -> None:
    assert panel.model.main is None
    assert not panel.model.can_test


def test_the_line_is_amber_where_frames_were_dropped_or_there_is_trouble(panel: Panel) -> None:
    def tone(view: CameraView) -> Tone:
        panel.see(view)
        assert panel.model.main is not None
        return panel.model.main.line.tone

    assert tone(FACE) is Tone.QUIET
    assert tone(CameraView("a", "A", detail="1280×720 · 30 fps · 3 dropped")) is Tone.LOOK
    assert tone(CameraView("a", "A", detail="1280×720 · 30 fps · 10 dropped")) is Tone.LOOK
    assert tone(CameraView("a", "A", trouble=Problem("camera-busy", "It is busy"))) is Tone.LOOK


def test_a_camera_that_was_just_added_is_seen_and_the_choice_stays(panel: Panel) -> None:
    panel.see(FACE)
    panel.see(FACE, SCREEN)
    assert panel.model.main is not None
    assert panel.model.main.id == "screen:0"
    panel.presenter.look_at("facetime")
    panel.see(FACE, SCREEN)
    assert panel.model.main is not None
    assert panel.model.main.id == "facetime"
    panel.see(SCREEN)
    assert panel.model.main is not None
    assert panel.model.main.id == "screen:0"


def test_what_has_words_in_it_is_never_mirrored(panel: Panel) -> None:
    panel.see(FACE, SCREEN, CameraView("practice", "Practice picture", practice=True))
    assert [tile.mirrored for tile in panel.model.tiles] == [True, False, False]


def test_the_first_ghost_asks_for_the_last_picture(panel: Panel) -> None:
    panel.see(FACE)
    panel.presenter.show_ghost(True)
    assert ("choose_ghost", "") in panel.stage.said
    assert panel.stage.state.framing == Framing(ghost=0.4)
    panel.again()
    panel.presenter.show_ghost(False)
    assert panel.stage.state.framing == Framing()


def test_sync_can_be_tested_only_while_nothing_records(panel: Panel) -> None:
    panel.see(FACE)
    can_test = panel.model.can_test
    assert can_test
    panel.stage.roll_to(1.0)
    panel.again()
    can_test = panel.model.can_test
    assert not can_test
    panel.stage.publish(phase=Phase.READY, rolling=None, testing="facetime")
    panel.again()
    assert panel.model.testing
    assert not panel.model.can_test


def test_wishes_speak_of_the_camera_that_is_seen(panel: Panel) -> None:
    panel.see(FACE, SCREEN)
    panel.presenter.look_at("facetime")
    panel.presenter.control("exposure", 80.0, False)
    panel.presenter.test_sync(True)
    assert panel.stage.said[-2:] == [
        ("control_camera", "facetime", "exposure", 80.0, False),
        ("test_sync", "facetime", True),
    ]


@pytest.mark.parametrize("address", [
    "http://192.168.1.20:8080/video", "rtsp://camera/stream", "https://ana:secret@phone.local/cam?x=1",
    " http://phone ", "phone:8080", "192.168.1.20:4747/video",
])  # fmt: skip
def test_addresses_of_cameras_are_taken(address: str) -> None:
    assert address_fault(address) == ""


@pytest.mark.parametrize(("address", "word"), [
    ("", "Type"), ("my phone", "looks like"), ("ftp://phone/x", "looks like"), ("http://", "looks like"),
    ("http://my phone/x", "looks like"),
])  # fmt: skip
def test_what_is_wrong_with_an_address_is_said(address: str, word: str) -> None:
    assert word in address_fault(address)
