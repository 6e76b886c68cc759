"""A take beside its call's recipe, links to places, and words that every licence and template has."""

from __future__ import annotations

from typing import Any

import pytest

from roomtone.wire.project.items import CallFields, Licence, MediaKind, Template
from roomtone.wire.project.licences import plain
from roomtone.wire.project.links import Place, read_link, write_link
from roomtone.wire.project.recipes import check_recipe
from roomtone.wire.project.templates import STEPS, WORDS
from tests.wire.project.making import Making, ident


def test_a_take_that_does_what_was_asked() -> None:
    making = Making()
    take = making.state.takes[making.take(1, peak=-6.0, clipped=0)]
    check = check_recipe(CallFields(kinds=[MediaKind.SOUND], sample_rate=48000), take)
    assert check.good
    assert [finding.text for finding in check.findings] == ["Sound", "48 kHz", "No clipping"]


@pytest.mark.parametrize(
    ("call", "media", "facts", "text"),
    [
        (CallFields(kinds=[MediaKind.VIDEO]), "audio/flac", {}, "Video is missing"),
        (CallFields(sample_rate=96000), "audio/flac", {}, "48 kHz instead of 96 kHz; it will be converted"),
        (CallFields(), "audio/flac", {"peak": -1.0, "clipped": 7}, "7 samples are clipped"),
        (CallFields(), "audio/flac", {"peak": -55.0}, "It is very quiet: the loudest is -55 dBFS"),
        (CallFields(aspect="16:9"), "video/mp4", {"width": 640, "height": 480}, "640 × 480 instead of 16:9"),
        (CallFields(frame_rate=25), "video/mp4", {"picture": {"fps": 30.0}}, "30 frames a second instead of 25"),
        (CallFields(), "audio/flac", {"frames": 0}, "It is empty"),
    ],
)
def test_what_is_not_as_asked_is_said(call: CallFields, media: str, facts: dict[str, Any], text: str) -> None:
    making = Making()
    take = making.state.takes[making.take(1, media=media, **facts)]
    check = check_recipe(call, take)
    assert not check.good
    assert text in [finding.text for finding in check.findings if not finding.good]


@pytest.mark.parametrize("place", [Place(ident(1)), Place(ident(1), ident(2)), Place(ident(1), ident(2), 7.25)])
def test_links_lead_back(place: Place) -> None:
    assert read_link(f" {write_link(place)} ") == place


@pytest.mark.parametrize("text", ["", "roomtone:", "roomtone:xyz", f"http:{ident(1)}", f"roomtone:{ident(1)}?t=-1"])
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no link"):
        read_link(text)


def test_every_licence_and_template_has_its_words() -> None:
    assert len({plain(licence) for licence in Licence}) == len(Licence)
    assert set(STEPS) == set(WORDS) == set(Template)
