"""What is said of pictures that come, but are not as they should be."""

from __future__ import annotations

import pytest

from roomtone.devices.pictures.messages import Condition
from roomtone.devices.pictures.model import PictureKind, PictureSource
from roomtone.engine.pictures.troubles import condition


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (PictureKind.CAMERA, "lens"),
        (PictureKind.NETWORK, "lens"),
        (PictureKind.SCREEN, "Wake"),
        (PictureKind.WINDOW, "Wake"),
    ],
)
def test_nobody_is_told_to_take_the_cover_off_a_screen(kind: PictureKind, remedy: str) -> None:
    problem = condition(Condition.BLACK, PictureSource("one", "One", kind), 30.0, 30.0)
    assert problem is not None
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (PictureKind.CAMERA, "light"),
        (PictureKind.NETWORK, "Wi-Fi"),
        (PictureKind.SCREEN, "Close other programs"),
        (PictureKind.WINDOW, "Close other programs"),
    ],
)
def test_nobody_is_told_to_carry_a_screen_nearer_to_the_wi_fi(kind: PictureKind, remedy: str) -> None:
    problem = condition(Condition.SLOW, PictureSource("one", "One", kind), 20.0, 30.0)
    assert problem is not None
    assert remedy in problem.remedy
