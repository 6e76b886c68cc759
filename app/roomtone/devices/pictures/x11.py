"""The monitors and windows of an X11 desktop: what they are called and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import randr
from Xlib.xobject.drawable import Window

from roomtone.foundation.errors import WorldError

# Smaller ones are no windows of people: helpers of their toolkits, tool tips, trays.
_SMALLEST: Final = 64
_MOST_WINDOWS: Final = 100


@dataclass(frozen=True)
class Place:
    """A monitor or window: its id, its name, and where on the screen it lies, in pixels."""

    id: int
    name: str
    x: int
    y: int
    width: int
    height: int


@contextmanager
def connected(display: str) -> Iterator[Display]:
    """Connect to an X server. Raises ``WorldError`` when that is not allowed, or none is there."""
    try:
        connection = Display(display)
    except (error.DisplayError, error.ConnectionClosedError, error.XauthError, OSError) as failure:
        raise WorldError(
            "no-screen",
            "The screen cannot be reached",
            f"The display {display} lets nobody in",
            "Start Roomtone from the desktop itself",
        ) from failure
    # Windows come and go while we look; that is no reason to print anything.
    connection.set_error_handler(_nothing)
    try:
        yield connection
    finally:
        connection.close()


def screen_size(connection: Display) -> tuple[int, int]:
    """Return the width and height of everything, all monitors together."""
    root = connection.screen().root.get_geometry()
    return root.width, root.height


def monitors(connection: Display) -> list[Place]:
    """Return the monitors, from left to right; one that covers everything where the server tells of none."""
    width, height = screen_size(connection)
    if connection.query_extension("RANDR") is not None:
        try:
            answer = randr.get_monitors(connection.screen().root)
            found = [
                Place(m.name, connection.get_atom_name(m.name), m.x, m.y, m.width_in_pixels, m.height_in_pixels)
                for m in answer.monitors
            ]
        except (error.XError, AttributeError):
            # A server with an older extension than monitors, which came with 1.5.
            found = []
        if found:
            return sorted(found, key=lambda place: (place.x, place.y))
    return [Place(0, "screen", 0, 0, width, height)]


def monitor(connection: Display, name: str) -> Place | None:
    """Return the monitor of that name; "" is the whole screen. ``None`` where it is not there any more."""
    if not name:
        return Place(0, "screen", 0, 0, *screen_size(connection))
    return next((place for place in monitors(connection) if place.name == name), None)


def windows(connection: Display) -> list[Place]:
    """Return the windows that people see, the newest last. Those that vanish meanwhile are left out."""
    found = []
    for window in _top_windows(connection)[-_MOST_WINDOWS:]:
        place = place_of(connection, window.id)
        if place is not None and place.name and min(place.width, place.height) >= _SMALLEST:
            found.append(place)
    return found


def place_of(connection: Display, number: int) -> Place | None:
    """Return what a window is called and where it is; ``None`` where there is none, or it is hidden."""
    window = connection.create_resource_object("window", number)
    try:
        if window.get_attributes().map_state != X.IsViewable:
            return None
        size = window.get_geometry()
        corner = window.translate_coords(connection.screen().root, 0, 0)
        name = _name(connection, window)
    except (error.XError, AttributeError):
        return None
    return Place(number, name, -corner.x, -corner.y, size.width, size.height)


def _top_windows(connection: Display) -> list[Window]:
    """Return the windows that the window manager lists; without one, those that stand on the root."""
    root = connection.screen().root
    listed = root.get_full_property(connection.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType)
    if listed is not None:
        return [connection.create_resource_object("window", int(number)) for number in listed.value]
    return list(root.query_tree().children)


def _name(connection: Display, window: Window) -> str:
    title = window.get_full_property(connection.intern_atom("_NET_WM_NAME"), X.AnyPropertyType)
    if title is None:
        title = window.get_full_property(connection.intern_atom("WM_NAME"), X.AnyPropertyType)
    if title is None:
        return ""
    value: Any = title.value
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return " ".join(text.split())[:120]


def _nothing(*_: object) -> None:
    """Say nothing of an error that its asker is told as well."""
