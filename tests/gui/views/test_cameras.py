"""The camera panel as a person has it, with pictures that come through the memory of a real ring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import Problem
from roomtone.gui.desk import Desk
from roomtone.gui.life import make_look
from roomtone.gui.look import Look
from roomtone.gui.views.camera import CameraPanel
from roomtone.gui.views.overlays import zebra
from roomtone.studio.snapshot import CameraView, Framing, Phase
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_pictures import StageCamera, camera_choices, controls, picture


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[StageCamera]:
    """A camera that was just opened, and has shown nothing yet."""
    made = StageCamera(tmp_path / "ring")
    yield made
    made.close()


@pytest.fixture
def seeing(desk: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot) -> Desk:
    """The window with a camera open that has shown its first picture."""
    desk.attach(stage)
    camera.show(plain("#204060"))
    stage.see(view(camera))
    qtbot.waitUntil(lambda: desk.window.studio.cameras.preview.has_picture)
    return desk


def view(camera: StageCamera, **changes: object) -> CameraView:
    """Return the camera as the studio tells it."""
    made = CameraView(
        "facetime", "FaceTime HD", str(camera.path), 1280, 720, "1280×720 · 30 fps · 0 dropped", controls=controls()
    )
    return msgspec.structs.replace(made, **changes)


def plain(colour: str, right: str = "") -> QImage:
    """Return a picture of one colour, or of two beside each other."""
    image = picture()
    image.fill(QColor(colour))
    if right:
        for x in range(image.width() // 2, image.width()):
            for y in range(image.height()):
                image.setPixelColor(x, y, QColor(right))
    return image


def panel(desk: Desk) -> CameraPanel:
    """Return the panel."""
    return desk.window.studio.cameras


def shown(desk: Desk, across: float, down: float = 0.5) -> str:
    """Return the colour at a part of the preview's width and height."""
    image = panel(desk).preview.grab().toImage()
    return image.pixelColor(int(image.width() * across), int(image.height() * down)).name()


# The offscreen platform says these of every menu that opens.
MENUS = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")


@MENUS
def test_without_a_camera_there_is_one_button(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    stage.publish(camera_choices=camera_choices())
    side = panel(desk)
    # The panel is there from the first frame on, the choices with the state.
    qtbot.waitUntil(lambda: desk.window.takes.count > 0)
    assert not side.preview.isVisible()
    assert not desk.pictures.looking
    click(side.empty.button)
    menu = side.findChild(QMenu)
    assert menu is not None
    assert [one.text() for one in menu.actions() if one.text()] == [
        "FaceTime HD", "Screen 1", "Practice picture", "By address …",
    ]  # fmt: skip
    menu.actions()[0].trigger()
    menu.close()
    assert stage.said == [("open_camera", "facetime", "")]
    qtbot.waitUntil(side.preview.isVisible)
    assert side.name.text() == "FaceTime HD"


def test_the_newest_picture_wins_and_is_painted_once(seeing: Desk, camera: StageCamera, qtbot: QtBot) -> None:
    preview = panel(seeing).preview
    for colour in ("#ff0000", "#00ff00", "#0000ff"):
        camera.show(plain(colour))
    assert preview.look()
    assert shown(seeing, 0.5) == "#0000ff"
    before = preview.frames
    assert not preview.look()
    assert preview.frames == before
    assert seeing.pictures.looking
    camera.show(plain("#808080"))
    qtbot.waitUntil(lambda: shown(seeing, 0.5) == "#808080")


def test_a_face_is_mirrored_until_told_otherwise(seeing: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot) -> None:
    camera.show(plain("#ff0000", right="#0000ff"))
    qtbot.waitUntil(lambda: (shown(seeing, 0.25), shown(seeing, 0.75)) == ("#0000ff", "#ff0000"))
    click(panel(seeing).tools.toggles["mirrored"])
    assert stage.said[-1] == ("choose_framing", Framing(mirrored=False))
    qtbot.waitUntil(lambda: (shown(seeing, 0.25), shown(seeing, 0.75)) == ("#ff0000", "#0000ff"))


def test_the_mask_darkens_what_an_aspect_leaves_out(seeing: Desk, stage: Stage, qtbot: QtBot) -> None:
    # The meter stands at the left edge.
    stage.publish(framing=Framing(meter=False))
    qtbot.waitUntil(lambda: shown(seeing, 0.1) == "#204060")
    stage.publish(framing=Framing(meter=False, aspect="1:1"))
    qtbot.waitUntil(lambda: shown(seeing, 0.1) != "#204060")
    assert shown(seeing, 0.5) == "#204060"
    assert QColor(shown(seeing, 0.1)).lightness() < QColor("#204060").lightness()


def test_lines_and_stripes_are_painted_only_when_wished(
    seeing: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot
) -> None:
    camera.show(plain("#ffffff", right="#404040"))
    qtbot.waitUntil(lambda: shown(seeing, 0.75) == "#ffffff")
    assert {shown(seeing, 0.6 + step / 100, 0.55) for step in range(30)} == {"#ffffff"}
    stage.publish(framing=Framing(zebra=True))
    qtbot.waitUntil(lambda: "#000000" in {shown(seeing, 0.6 + step / 100, 0.55) for step in range(30)})
    assert shown(seeing, 0.25, 0.6) == "#404040"
    stage.publish(framing=Framing(thirds=True))
    preview = panel(seeing).preview
    third = preview.width() // 3

    def column() -> set[str]:
        image = preview.grab().toImage()
        return {image.pixelColor(x, image.height() // 2).name() for x in range(third - 4, third + 5)}

    qtbot.waitUntil(lambda: len(column()) > 1)


@pytest.mark.parametrize(("value", "clipped"), [(255, True), (250, True), (249, False), (128, False)])
def test_stripes_mark_only_what_is_clipped(look: Look, value: int, clipped: bool) -> None:
    del look
    image = picture()
    image.fill(QColor(value, value, value))
    assert (zebra(image, False) is not None) == clipped


def test_the_chip_is_red_only_while_the_camera_records(
    seeing: Desk, stage: Stage, camera: StageCamera, look: Look, qtbot: QtBot
) -> None:
    red = look.colour("record").name()

    def corner() -> set[str]:
        image = panel(seeing).preview.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width() - 80, image.width()) for y in range(40)}

    assert red not in corner()
    stage.roll_to(14.2)
    stage.see(view(camera, recording=True))
    qtbot.waitUntil(lambda: red in corner())
    assert not panel(seeing).remove.isEnabled()
    stage.publish(phase=Phase.READY, rolling=None)
    stage.see(view(camera))
    qtbot.waitUntil(lambda: red not in corner())
    assert panel(seeing).remove.isEnabled()


def test_dropped_frames_and_trouble_are_said_in_amber_words(
    seeing: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot
) -> None:
    side = panel(seeing)
    assert side.line.property("role") == "muted"
    stage.see(view(camera, detail="1280×720 · 29 fps · 4 dropped"))
    qtbot.waitUntil(lambda: side.line.property("role") == "look")
    assert not side.trouble.isVisible()
    busy = Problem("camera-busy", "It is used by another program", "Only one can have it", "Close the other one")
    stage.see(view(camera, trouble=busy, preview="", detail=""))
    qtbot.waitUntil(side.trouble.isVisible)
    assert side.trouble.title.text() == "It is used by another program"
    assert side.trouble.text.text() == "Only one can have it. Close the other one"
    assert not side.preview.has_picture


def test_a_small_picture_is_a_way_to_look_at_that_camera(
    seeing: Desk, stage: Stage, camera: StageCamera, tmp_path: Path, qtbot: QtBot
) -> None:
    side = panel(seeing)
    assert side.tiles == {}
    other = StageCamera(tmp_path / "other")
    stage.see(view(camera), CameraView("screen:0", "Screen 1", str(other.path), detail="1920×1080 · 30 fps"))
    qtbot.waitUntil(lambda: set(side.tiles) == {"facetime", "screen:0"})
    assert side.preview.camera == "screen:0"
    click(side.tiles["facetime"])
    assert side.preview.camera == "facetime"
    press(side.tiles["screen:0"], Qt.Key.Key_Return)
    assert side.preview.camera == "screen:0"
    click(side.remove)
    assert stage.said[-1] == ("close_camera", "screen:0")
    qtbot.waitUntil(lambda: side.preview.camera == "facetime" and side.tiles == {})
    other.close()


@MENUS
def test_an_address_is_judged_where_it_is_typed(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    side = panel(desk)
    side.open_choices()
    menu = side.findChild(QMenu)
    assert menu is not None
    menu.actions()[-1].trigger()
    menu.close()
    qtbot.waitUntil(side.address.field.isVisible)
    write(side.address.field, "my phone")
    press(side.address.field, Qt.Key.Key_Return)
    assert side.address.fault.text().startswith("An address looks like http://")
    assert side.address.isVisible()
    assert stage.said == []
    side.address.field.clear()
    # Phones show theirs without what it begins with.
    write(side.address.field, "phone:8080/video")
    assert not side.address.fault.isVisible()
    press(side.address.field, Qt.Key.Key_Return)
    assert stage.said == [("open_camera", "http://phone:8080/video", "")]
    assert not side.address.isVisible()


@MENUS
def test_space_means_the_record_button_again_once_an_address_is_typed(
    desk: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot
) -> None:
    desk.attach(stage)
    side, record = panel(desk), desk.window.transport.button
    qtbot.waitUntil(record.isEnabled)
    record.setFocus()
    _ask_for_an_address(side)
    qtbot.waitUntil(side.address.field.hasFocus)
    write(side.address.field, "phone:8080/video")
    press(side.address.field, Qt.Key.Key_Return)
    assert desk.window.focusWidget() is record
    stage.see(view(camera))
    qtbot.waitUntil(side.preview.isVisible)
    assert desk.window.focusWidget() is record
    # It was the wrong one: it stands there still, and typing takes its place.
    _ask_for_an_address(side)
    assert side.address.field.selectedText() == "phone:8080/video"


def test_the_keyboard_stays_with_adding_cameras_when_its_button_goes(
    desk: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot
) -> None:
    desk.attach(stage)
    side = panel(desk)
    side.empty.button.setFocus()
    stage.see(view(camera))
    qtbot.waitUntil(side.preview.isVisible)
    assert side.add.hasFocus()
    side.remove.setFocus()
    stage.see()
    qtbot.waitUntil(side.empty.isVisible)
    assert side.empty.button.hasFocus()


def _ask_for_an_address(side: CameraPanel) -> None:
    side.open_choices()
    menu = side.findChild(QMenu)
    assert menu is not None
    menu.actions()[-1].trigger()
    menu.close()


def test_controls_are_held_or_left_to_the_camera(seeing: Desk, stage: Stage, qtbot: QtBot) -> None:
    side = panel(seeing)
    click(side.tools.controls)
    qtbot.waitUntil(side.controls.isVisible)
    sliders = {slider.label.text(): slider for slider in side.controls.findChildren(type(side.ghost))}
    assert set(sliders) == {"Exposure", "White balance", "Focus"}
    assert not sliders["Exposure"].slider.isEnabled()
    assert not sliders["Focus"].automatic.isVisible()
    # Showing what is set has told nobody anything.
    assert stage.said == []
    click(sliders["White balance"].automatic, QPoint(8, sliders["White balance"].automatic.height() // 2))
    assert stage.said[-1][:3] == ("control_camera", "facetime", "white_balance")
    assert stage.said[-1][4] is True
    press(sliders["Focus"].slider, Qt.Key.Key_Right)
    assert stage.said[-1] == ("control_camera", "facetime", "focus", pytest.approx(32.5), False)


def test_the_window_flashes_in_the_rhythm_of_the_test(qtbot: QtBot, stage: Stage, clock: ManualClock) -> None:
    look = make_look("dark", {"ROOMTONE_SCALE": "1"})
    look.motion = True
    desk = Desk(look, clock)
    desk.window.show()
    desk.attach(stage)
    stage.publish(cameras=[CameraView("facetime", "FaceTime HD")], testing="facetime", testing_since=0.5)
    light = desk.pictures.flash
    qtbot.waitUntil(lambda: desk.window.studio.cameras.preview.camera == "facetime")
    assert not light.isVisible()
    clock.advance(0.55)
    qtbot.waitUntil(light.isVisible)
    assert light.geometry() == desk.window.rect()
    assert light.grab().toImage().pixelColor(5, 5).name() == "#ffffff"
    clock.advance(0.2)
    qtbot.waitUntil(lambda: not light.isVisible())
    clock.advance(0.8)
    qtbot.waitUntil(light.isVisible)
    stage.publish(testing="")
    qtbot.waitUntil(lambda: not light.isVisible())
    desk.close()
    desk.window.close()


def test_who_wishes_less_motion_sees_only_the_panel_flash_and_who_claps_nothing(
    seeing: Desk, stage: Stage, look: Look, qtbot: QtBot
) -> None:
    assert not look.motion
    side = panel(seeing)
    click(side.tools.sync)
    qtbot.waitUntil(side.sync.isVisible)
    assert "flash white" in side.sync.words.text()
    assert not seeing.pictures.flash.isVisible()
    click(side.sync.flash)
    assert stage.said[-1] == ("test_sync", "facetime", False)
    light = seeing.pictures.flash
    qtbot.waitUntil(light.isVisible)
    assert light.geometry().size() == side.preview.size()
    assert not side.sync.flash.isEnabled()
    stage.publish(testing="", testing_since=None)
    qtbot.waitUntil(side.sync.clap.isEnabled)
    assert not light.isVisible()
    click(side.sync.clap)
    assert stage.said[-1] == ("test_sync", "facetime", True)
    qtbot.waitUntil(lambda: "clap now" in side.sync.words.text())
    assert not light.isVisible()


def test_the_panel_is_put_away_and_looks_no_more(seeing: Desk, qtbot: QtBot) -> None:
    assert seeing.window.header.cameras.isChecked()
    assert seeing.pictures.looking
    press(seeing.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not panel(seeing).isVisible()
    qtbot.waitUntil(lambda: not seeing.pictures.looking)
    seeing.window.show_tab("artwork")
    seeing.window.show_tab("studio")
    assert not panel(seeing).isVisible()


def test_where_there_is_no_room_for_both_the_cameras_take_the_place_of_the_takes(seeing: Desk) -> None:
    window = seeing.window
    window.resize(720, 600)
    QApplication.sendPostedEvents()
    window.studio.show_side(True)
    window.resize(700, 600)
    assert panel(seeing).isVisible()
    assert not window.takes.isVisible()
    window.studio.show_side(False)
    assert window.takes.isVisible()
    assert not panel(seeing).isVisible()
