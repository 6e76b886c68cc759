"""What the review page lists and says."""

from __future__ import annotations

import msgspec

from roomtone.gui.presenters.review import FILTERS, empty_words, hint, moved, origin_lines, place_words, suits
from roomtone.studio.together_snapshot import PartKind
from roomtone.wire.project.items import Lines, Moment, Region
from tests.gui.stage_together import takes


def test_filters_part_the_takes() -> None:
    listed = {value: [take.id for take in takes() if suits(take, value)] for value, _ in FILTERS}
    assert listed == {
        "all": ["t1", "t2", "t3", "t4", "t5"],
        "unheard": ["t1"],
        "mine": ["t2"],
        "accepted": ["t5"],
        "later": ["t4"],
    }
    assert all(empty_words(value) for value, _ in FILTERS)


def test_what_cannot_be_shown_yet_says_what_to_do() -> None:
    sound, _, text, picture, _ = takes()
    assert hint(sound) == hint(text) == ""
    assert "Fetch" in hint(picture)
    assert hint(msgspec.structs.replace(picture, file="/picture.png")) == ""
    assert "Fetch" in hint(msgspec.structs.replace(text, text=""))
    assert text.kind is PartKind.WRITING


def test_where_a_take_comes_from_is_said() -> None:
    sound, own, *_ = takes()
    assert origin_lines(sound) == ["Built on Guide v7"]
    assert origin_lines(msgspec.structs.replace(own, consent_line="only its maker")) == ["only its maker"]


def test_the_part_to_speak_of_is_said() -> None:
    assert place_words(None) == place_words(Moment(7.0)) == ""
    assert place_words(Lines(3, 3)) == "About line 3"
    assert place_words(Lines(3, 5)) == "About lines 3 to 5"
    assert place_words(Region(0.1, 0.1, 0.2, 0.2)) == "About the framed part of the picture"
    assert place_words(Region(0.1, 0.1, 0.2, 0.2, 3), paged=True) == "About the framed part of page 3"


def test_a_frame_stays_within_the_picture() -> None:
    frame = moved(None, 0.05, 0.0, grow=False)
    assert frame == Region(0.25, 0.25, 0.5, 0.5)
    for _ in range(40):
        frame = moved(frame, 0.05, -0.05, grow=False)
    assert (frame.left, frame.top, frame.width, frame.height) == (0.5, 0.0, 0.5, 0.5)
    for _ in range(40):
        frame = moved(frame, 0.05, 0.05, grow=True)
    assert (frame.width, frame.height) == (0.5, 1.0)
    for _ in range(40):
        frame = moved(frame, -0.05, -0.05, grow=True)
    assert (frame.width, frame.height) == (0.05, 0.05)
