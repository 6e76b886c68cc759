"""A person's settings: typed, with a version, written atomically.

A file that cannot be read is put aside, never thrown away; one made by a newer version is used for what this
version understands and never written over.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from roomtone.foundation.decoding import convert, decode
from roomtone.foundation.errors import WorldError
from roomtone.foundation.files import atomic_write

log = logging.getLogger(__name__)

SCHEMA = 1
# A prompter's text is a script, not a library; nobody speaks faster.
MAX_PROMPTER: Final = 200_000
MAX_PACE: Final = 600


class CameraSetting(msgspec.Struct, frozen=True):
    """A camera, screen or address that was open last, and its mode as a person writes it ("" is its own)."""

    source: str
    mode: str = ""


class FramingSetting(msgspec.Struct, frozen=True):
    """How the preview is shown; ``ghost`` is how much of the ghost is seen."""

    mirrored: bool = True
    aspect: Literal["", "16:9", "9:16", "4:3", "1:1", "2.39:1"] = ""
    thirds: bool = False
    eye_line: bool = False
    zebra: bool = False
    meter: bool = True
    ghost: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0


class PrompterSetting(msgspec.Struct, frozen=True):
    """The text beside the camera, and its pace; 0 words a minute leave it by hand, ``with_guide`` to a guide."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_PROMPTER)] = ""
    words_a_minute: Annotated[int, msgspec.Meta(ge=0, le=MAX_PACE)] = 120
    shown: bool = False
    with_guide: bool = True


class Settings(msgspec.Struct, frozen=True):
    """Everything that a person may choose. The defaults are what a beginner needs."""

    schema: int = SCHEMA
    person: str = ""
    theme: Literal["system", "dark", "light"] = "system"
    input: str = ""
    output: str = ""
    channels: str = ""
    rate: int = 48_000
    format: Literal["flac", "wav", "wav-float"] = "flac"
    project: str = ""
    project_title: str = ""
    part: str = ""
    upload_bytes_per_second: int = 0
    uploads_paused: bool = False
    server_stays: bool = False
    cameras: list[CameraSetting] = []
    framing: FramingSetting = FramingSetting()
    prompter: PrompterSetting = PrompterSetting()
    # Until when the news were seen (RFC 3339), and the projects whose licence was read before the first recording.
    news_seen: str = ""
    terms_read: list[str] = []


def load(path: Path) -> Settings:
    """Return the settings in ``path``, or the defaults where there are none."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    try:
        return decode(raw, Settings)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        newer = _understood(raw)
        if newer is not None:
            return newer
        aside = _free_name(path)
        path.replace(aside)
        log.info("settings could not be read (%s); kept as %s", error, aside)
        return Settings()


def _understood(raw: bytes) -> Settings | None:
    """Return what this version understands of a newer one's settings; ``None`` where they are none."""
    try:
        found = decode(raw, dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    schema = found.get("schema")
    if not isinstance(schema, int) or schema <= SCHEMA:
        return None
    known: dict[str, object] = {}
    for name in Settings.__struct_fields__:
        if name in found:
            with contextlib.suppress(msgspec.ValidationError):
                convert({name: found[name]}, Settings)
                known[name] = found[name]
    return convert(known, Settings)


def _free_name(path: Path) -> Path:
    """Return a name beside ``path`` that nothing has yet: what was put aside before is kept as well."""
    aside = path.with_name(f"{path.name}.unreadable")
    number = 2
    while aside.exists():
        aside = path.with_name(f"{path.name}.unreadable-{number}")
        number += 1
    return aside


def save(path: Path, settings: Settings) -> None:
    """Write the settings. Raises ``WorldError`` when a newer version wrote them, ``OSError`` from the disk."""
    if path.exists() and load(path).schema > SCHEMA:
        raise WorldError(
            "newer-settings",
            "The settings were not saved",
            "They were written by a newer version of Roomtone",
            "Update Roomtone",
        )
    atomic_write(path, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")
