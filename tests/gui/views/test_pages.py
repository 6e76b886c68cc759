"""The artwork page, the writing page, and the way between the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.views.artwork import ArtworkPage
from roomtone.gui.views.writing import WritingPage
from roomtone.studio.snapshot import CameraView, DraftKind, Phase
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage
from tests.gui.stage_pictures import StageCamera, picture

COLOURS = ("#aa0000", "#00aa00", "#0000aa")


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[StageCamera]:
    """A camera that sees grey."""
    made = StageCamera(tmp_path / "ring")
    image = picture()
    image.fill(QColor("#808080"))
    made.show(image)
    yield made
    made.close()


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Three pictures of one colour each."""
    files = []
    for number, colour in enumerate(COLOURS):
        image = picture()
        image.fill(QColor(colour))
        files.append(str(tmp_path / f"{number}.png"))
        assert image.save(files[-1])
    return files


@pytest.fixture
def artwork(desk: Desk, stage: Stage, camera: StageCamera, qtbot: QtBot) -> ArtworkPage:
    """The artwork page with a stop-motion begun, and a camera."""
    desk.attach(stage)
    stage.publish(cameras=[CameraView("facetime", "FaceTime HD", str(camera.path), 1280, 720, "1280×720 · 30 fps")])
    desk.window.show_tab("artwork")
    page = desk.window.artwork
    stage.begin_draft(DraftKind.STOP_MOTION)
    qtbot.waitUntil(lambda: page.preview.has_picture)
    stage.said.clear()
    return page


@pytest.fixture
def writing(desk: Desk, stage: Stage, qtbot: QtBot) -> WritingPage:
    """The writing page with a page begun."""
    desk.attach(stage)
    desk.window.show_tab("writing")
    stage.begin_draft(DraftKind.WRITING)
    qtbot.waitUntil(desk.window.writing.editor.isVisible)
    stage.said.clear()
    return desk.window.writing


def middle(page: ArtworkPage) -> str:
    """Return the colour in the middle of what is seen."""
    image = page.preview.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2).name()


def test_tabs_are_reached_by_click_and_key(desk: Desk, stage: Stage) -> None:
    desk.attach(stage)
    window = desk.window
    click(window.header.tabs.buttons["artwork"])
    assert window.tab == "artwork"
    assert window.artwork.isVisible()
    assert not window.header.cameras.isVisible()
    press(window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert window.tab == "writing"
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.tab == "studio"
    assert window.header.tabs.buttons["studio"].isChecked()
    # The trash holds takes, which are seen in the studio.
    click(window.header.tabs.buttons["writing"])
    click(window.header.trash)
    assert window.tab == "studio"


def test_artwork_begins_with_what_it_will_be(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    desk.window.show_tab("artwork")
    start = desk.window.artwork.start
    assert start.isVisible()
    buttons = {button.text(): button for button in start.findChildren(type(desk.window.artwork.tools.snap))}
    assert set(buttons) == {"Stop-motion", "Still picture", "Time-lapse"}
    click(buttons["Stop-motion"])
    assert stage.said == [("begin_draft", DraftKind.STOP_MOTION)]
    qtbot.waitUntil(desk.window.artwork.tools.isVisible)
    assert not desk.window.artwork.strip.isVisible()


def test_enter_takes_a_picture_and_space_still_records(artwork: ArtworkPage, stage: Stage, qtbot: QtBot) -> None:
    press(artwork, Qt.Key.Key_Return)
    assert stage.said == [("snap", "draft-0", "facetime")]
    click(artwork.tools.snap)
    assert len(stage.said) == 2
    press(artwork, Qt.Key.Key_Space)
    assert stage.said[-1] == ("record",)
    qtbot.waitUntil(lambda: not artwork.tools.snap.isEnabled())
    press(artwork, Qt.Key.Key_Return)
    assert stage.said[-1] == ("record",)


def test_enter_in_the_title_takes_no_picture(artwork: ArtworkPage, stage: Stage) -> None:
    artwork.tools.title.setFocus(Qt.FocusReason.TabFocusReason)
    write(artwork.tools.title, "Day one")
    press(artwork.tools.title, Qt.Key.Key_Return)
    assert stage.said == []
    click(artwork.tools.snap)
    assert stage.said == [("snap", "draft-0", "facetime")]
    press(artwork, Qt.Key.Key_Return)
    assert len(stage.said) == 2


def test_the_last_picture_shines_through(artwork: ArtworkPage, stage: Stage, pictures: list[str], qtbot: QtBot) -> None:
    assert middle(artwork) == "#808080"
    stage.change_draft("draft-0", pictures=pictures)
    qtbot.waitUntil(lambda: QColor(middle(artwork)).blue() > 0x82)
    blended = QColor(middle(artwork))
    assert blended.red() < 0x80
    slider = artwork.tools.onion.slider
    slider.setValue(90)
    qtbot.waitUntil(lambda: QColor(middle(artwork)).red() < blended.red() - 20)
    slider.setValue(0)
    qtbot.waitUntil(lambda: middle(artwork) == "#808080")


def test_it_plays_through_and_shows_the_camera_again(
    artwork: ArtworkPage, stage: Stage, pictures: list[str], qtbot: QtBot
) -> None:
    assert not artwork.tools.play.isEnabled()
    stage.change_draft("draft-0", pictures=pictures)
    qtbot.waitUntil(artwork.tools.play.isEnabled)
    artwork.tools.onion.slider.setValue(0)
    artwork.tools.fps.setValue(4)
    seen: list[str] = []

    def look() -> bool:
        colour = middle(artwork)
        seen.extend([colour] if colour not in seen[-1:] else [])
        return colour == "#808080"

    click(artwork.tools.play)
    assert artwork.tools.play.accessibleName() == "Stop playing"
    qtbot.waitUntil(lambda: not look())
    qtbot.waitUntil(look, timeout=10_000)
    assert [colour for colour in seen if colour in COLOURS] == list(COLOURS)
    assert artwork.tools.play.accessibleName() == "Play it through"


def test_pictures_are_looked_at_and_taken_out(
    artwork: ArtworkPage, stage: Stage, pictures: list[str], qtbot: QtBot
) -> None:
    stage.change_draft("draft-0", pictures=pictures)
    strip = artwork.strip
    qtbot.waitUntil(lambda: strip.current == pictures[2])
    press(strip, Qt.Key.Key_Left)
    press(strip, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: middle(artwork) == COLOURS[1])
    press(strip, Qt.Key.Key_Delete)
    assert stage.said == [("drop_picture", "draft-0", pictures[1])]
    qtbot.waitUntil(lambda: strip.accessibleName() == "Pictures, 2 of 2")
    click(strip.viewport(), QPoint(10, 20))
    assert strip.current == pictures[0]
    assert stage.said == [("drop_picture", "draft-0", pictures[1])]


def test_it_becomes_a_take_with_its_title_and_pace(
    artwork: ArtworkPage, stage: Stage, pictures: list[str], qtbot: QtBot
) -> None:
    assert not artwork.tools.keep.isEnabled()
    stage.change_draft("draft-0", pictures=pictures)
    qtbot.waitUntil(artwork.tools.keep.isEnabled)
    write(artwork.tools.title, " One drawing  per day ")
    artwork.tools.fps.setValue(8)
    click(artwork.tools.keep)
    assert stage.said == [("keep_draft", "draft-0", "One drawing per day", 8)]
    qtbot.waitUntil(artwork.start.isVisible)


def test_a_time_lapse_runs_until_it_is_stopped(artwork: ArtworkPage, stage: Stage, qtbot: QtBot) -> None:
    stage.begin_draft(DraftKind.TIME_LAPSE)
    qtbot.waitUntil(lambda: artwork.tools.snap.text() == "Start taking pictures")
    artwork.tools.every.setValue(2.5)
    click(artwork.tools.snap)
    assert stage.said[-1] == ("lapse", "draft-1", "facetime", 2.5)
    qtbot.waitUntil(lambda: artwork.tools.snap.text() == "Stop taking pictures")
    assert not artwork.tools.every.isEnabled()
    click(artwork.tools.snap)
    assert stage.said[-1] == ("lapse", "draft-1", "facetime", 0.0)


def test_whoever_begins_a_page_writes_at_once(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    desk.window.show_tab("writing")
    page = desk.window.writing
    qtbot.waitUntil(page.empty.isVisible)
    # It has the whole page, not a strip at the top.
    qtbot.waitUntil(lambda: page.empty.height() > page.height() / 2)
    click(page.empty.button)
    qtbot.waitUntil(page.editor.isVisible)
    assert desk.window.focusWidget() is page.editor
    write(page.editor, "First words with spaces")
    assert stage.state.phase is Phase.READY


def test_what_is_written_is_kept_at_a_pause_and_said_to_be(writing: WritingPage, stage: Stage, qtbot: QtBot) -> None:
    write(writing.editor, "Dear 2020")
    assert writing.line.text() == "Writing …"
    assert writing.count.text() == "2 words"
    qtbot.waitUntil(lambda: bool(stage.said))
    assert stage.said == [("write", "draft-0", "Dear 2020")]
    qtbot.waitUntil(lambda: writing.line.text() == "On this computer")
    assert writing.count.text() == "2 words · 1 revision"


def test_a_state_never_types_over_what_is_being_typed(writing: WritingPage, stage: Stage, qtbot: QtBot) -> None:
    write(writing.editor, "One")
    stage.publish(project="Another one")
    qtbot.waitUntil(lambda: ("write", "draft-0", "One") in stage.said)
    assert writing.editor.toPlainText() == "One"


def test_nothing_typed_is_lost_when_the_page_is_left_or_the_window_closed(
    writing: WritingPage, desk: Desk, stage: Stage
) -> None:
    write(writing.editor, "One")
    press(desk.window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert stage.said == [("write", "draft-0", "One")]
    desk.window.show_tab("writing")
    write(writing.editor, " two")
    desk.window.close()
    assert stage.said[-1] == ("write", "draft-0", "One two")


def test_a_revision_is_read_and_written_on_from(writing: WritingPage, stage: Stage, qtbot: QtBot) -> None:
    assert not writing.revisions.choice.isVisible()
    for text in ("One", " two"):
        write(writing.editor, text)
        writing.save()
    qtbot.waitUntil(writing.revisions.choice.isVisible)
    choice = writing.revisions.choice
    assert [choice.itemText(at) for at in range(choice.count())] == [
        "As it is now",
        "29 Nov, 14:01 · 2 words",
        "29 Nov, 14:00 · 1 word",
    ]
    write(writing.editor, " three")
    choice.activated.emit(2)
    assert stage.said[-1] == ("write", "draft-0", "One two three"), "what was being typed is kept first"
    assert writing.editor.toPlainText() == "One"
    assert writing.editor.isReadOnly()
    assert not writing.keep.isEnabled()
    assert writing.line.text() == "As it was on 29 Nov, 14:00"
    choice.activated.emit(0)
    assert (writing.editor.toPlainText(), writing.editor.isReadOnly()) == ("One two three", False)
    qtbot.waitUntil(lambda: choice.count() == 4)
    choice.activated.emit(3)
    click(writing.revisions.restore)
    assert ("restore_page", "draft-0", 0) in stage.said
    assert (writing.editor.toPlainText(), writing.editor.isReadOnly()) == ("One", False)
    write(writing.editor, " more")
    writing.save()
    assert stage.said[-1] == ("write", "draft-0", "One more")


def test_pages_have_their_own_texts(writing: WritingPage, stage: Stage, qtbot: QtBot) -> None:
    write(writing.editor, "First")
    click(writing.more)
    qtbot.waitUntil(lambda: writing.editor.toPlainText() == "")
    assert ("write", "draft-0", "First") in stage.said
    write(writing.editor, "Second")
    writing.drafts.chose.emit("draft-0")
    qtbot.waitUntil(lambda: writing.editor.toPlainText() == "First")
    assert ("write", "draft-1", "Second") in stage.said


def test_a_page_becomes_a_take(writing: WritingPage, stage: Stage, qtbot: QtBot) -> None:
    assert not writing.keep.isEnabled()
    write(writing.editor, "A letter")
    write(writing.title, "To 2020")
    click(writing.keep)
    assert stage.said == [("write", "draft-0", "A letter"), ("keep_draft", "draft-0", "To 2020", 12)]
    qtbot.waitUntil(writing.empty.isVisible)


def test_a_take_rolls_on_on_every_page(writing: WritingPage, desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.roll_to(3.0)
    qtbot.waitUntil(lambda: desk.window.transport.button.accessibleName() == "Stop recording")
    assert writing.isVisible()
    write(writing.editor, "one two")
    # Space is a letter here, and stops nothing.
    assert writing.editor.toPlainText() == "one two"
    assert stage.state.phase is Phase.RECORDING
