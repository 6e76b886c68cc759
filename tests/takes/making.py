"""Take folders, made small and fast: what is in their tracks does not matter here."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec

from roomtone.takes import documents as d
from roomtone.takes import folder as f

AT = "2026-11-22T19:00:00+00:00"


def began(title: str = "Song – take 1", **changes: object) -> d.Began:
    """Return the first entry of a take with one track."""
    track = d.TrackStart("mic-1.flac", "audio/flac", 48_000, 1, 24)
    made = d.Began(
        d.SCHEMA,
        secrets.token_hex(16),
        title,
        "",
        "Song",
        "",
        "Ana",
        1,
        AT,
        d.Source.RECORDED,
        "0.1.0",
        [track],
    )
    return msgspec.structs.replace(made, **changes)


def manifest_of(first: d.Began, frames: int = 48_000) -> d.Manifest:
    """Return the manifest that seals a take."""
    return d.Manifest(
        schema=first.schema,
        id=first.id,
        title=first.title,
        project=first.project,
        project_title=first.project_title,
        part=first.part,
        person=first.person,
        number=first.number,
        started=first.started,
        sealed=AT,
        source=first.source,
        ending=d.Ending.STOPPED,
        app=first.app,
        tracks=[d.TrackSeal("mic-1.flac", "audio/flac", 10, "rt1:00", [], 48_000, 1, 24, frames)],
    )


def make_take(takes: Path, title: str = "Song – take 1", *, sealed: bool = True, **changes: object) -> Path:
    """Make a take folder; return it."""
    first = began(title, **changes)
    folder = takes / f.folder_name(title, first.id)
    folder.mkdir(parents=True)
    # Written without syncing: some tests make thousands.
    (folder / f.JOURNAL).write_bytes(f.encode_entry(first))
    (folder / "mic-1.flac").write_bytes(b"0123456789")
    if sealed:
        (folder / f.MANIFEST).write_bytes(msgspec.json.encode(manifest_of(first)))
    return folder
