"""A person's settings: typed, with a version, written atomically.

A file that cannot be read is put aside, never thrown away; one made by a newer version is used for what this
version understands and never written over.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import msgspec

from roomtone.foundation.errors import WorldError
from roomtone.foundation.files import atomic_write

log = logging.getLogger(__name__)

SCHEMA = 1


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


def load(path: Path) -> Settings:
    """Return the settings in ``path``, or the defaults where there are none."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    try:
        return msgspec.json.decode(raw, type=Settings)
    except msgspec.DecodeError as error:
        aside = path.with_name(f"{path.name}.unreadable")
        path.replace(aside)
        log.info("settings could not be read (%s); kept as %s", error, aside)
        return Settings()


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
