"""All that the pages of what people do together are made of, at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from roomtone.studio.together_snapshot import PageView, PartKind
from roomtone.takes.library import LibraryItem
from roomtone.upload.together_messages import LocalCopy, LocalProject, ProjectDocument
from roomtone.wire.api import Take
from roomtone.wire.previews import MEDIA
from roomtone.wire.project.items import Consent, MediaKind, TakeFields, Use
from roomtone.wire.project.people import Device, Invite, Role
from roomtone.wire.project.recipes import kinds_of
from roomtone.wire.project.state import ProjectState

PDF: Final = "application/pdf"
# What a page or a player can open, the best first.
_MEDIA: Final = {
    PartKind.SOUND: ("audio/",),
    PartKind.VIDEO: ("video/",),
    PartKind.ARTWORK: ("image/", PDF),
    PartKind.WRITING: ("text/",),
}


@dataclass(frozen=True)
class Drawn:
    """How somebody's take looks: the ``tracks`` whose waveform is there, and the files of a film's small pictures."""

    tracks: tuple[str, ...] = ()
    thumbnail: str = ""
    filmstrip: str = ""


@dataclass(frozen=True)
class Facts:
    """``library`` holds the takes that were made here, by id, ``copies`` what of others' is here.

    ``texts`` is what is written in takes, ``drawn`` how others' takes look, ``pages`` the page of a PDF that is looked
    at, ``seen`` (RFC 3339) until when the news were seen, ``links`` the links of invites that were made just now, by
    their id, ``recorder`` how a recorder is set up with the key that was made just now; ``joined`` tells that a server
    was joined besides the one on this computer, ``covers`` the picture files of projects.
    """

    document: ProjectDocument
    now: datetime
    projects: tuple[LocalProject, ...] = ()
    library: dict[str, LibraryItem] = field(default_factory=dict)
    copies: dict[str, LocalCopy] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, Drawn] = field(default_factory=dict)
    pages: dict[str, PageView] = field(default_factory=dict)
    seen: str = ""
    selected: str = ""
    invites: tuple[Invite, ...] = ()
    links: dict[str, str] = field(default_factory=dict)
    recorder: str = ""
    devices: tuple[Device, ...] = ()
    joined: bool = False
    covers: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> ProjectState:
        """The project as it is seen here."""
        return self.document.state

    @property
    def me(self) -> str:
        """Whose pages these are."""
        return self.document.me

    def is_mine(self, take: Take) -> bool:
        """Return whether a take was made by this person, also one that no server knows yet."""
        return take.id in self.library or (bool(self.me) and take.account == self.me)


def role_of(facts: Facts) -> Role:
    """Return what the person is in the project. Whoever began it on this computer leads it, with no server near."""
    known = facts.state.role(facts.me) or facts.document.role
    return known or (Role.OWNER if facts.document.here else Role.GUEST)


def said_of(state: ProjectState, take: str) -> TakeFields:
    """Return what is said of a take; what the app wrote into it counts until its maker has submitted it."""
    said = state.said(take)
    known = state.takes.get(take)
    return merge_written(said, known.manifest if known is not None else None)


def merge_written(said: TakeFields, manifest: dict[str, object] | None) -> TakeFields:
    """Fill what is not said of a take with what was written into it when it was made."""
    written = manifest or {}
    call, prompt, lineage = written.get("call"), written.get("prompt"), written.get("lineage")
    takes = [take for take in lineage if isinstance(take, str)] if isinstance(lineage, list) else []
    made = written.get("source") == "made"
    against = None if made or not takes else takes
    return msgspec.structs.replace(
        said,
        call=said.call if said.call is not None else str(call or "") or None,
        prompt=said.prompt if said.prompt is not None else str(prompt or "") or None,
        # A page that goes on from a page is its next version; everything else was made while others were heard.
        replaces=said.replaces if said.replaces is not None else (takes[0] if made and takes else None),
        against=said.against if said.against is not None else against,
    )


def built_from(state: ProjectState, take: str) -> list[str]:
    """Return the takes that a take is made of, as the app wrote them into it: the text of a reading.

    Writing is never heard while something is recorded, so what comes from it is built from it.
    """
    there = state.takes.get(take)
    written = (there.manifest or {}).get("lineage") if there is not None else None
    if there is None or not isinstance(written, list) or MediaKind.WRITING in kinds_of(there):
        return []
    known = [state.takes[other] for other in written if other in state.takes]
    return [other.id for other in known if MediaKind.WRITING in kinds_of(other)]


def submission(said: TakeFields, consent: Consent, parts: list[str]) -> TakeFields:
    """Return the edit that gives a take to its project: with where it comes from, as the app knows it."""
    used = said.built_from or []
    used = [*used, *(Use(take) for take in parts if take not in {use.take for use in used})]
    return TakeFields(
        submitted=True,
        withdrawn=False,
        call=said.call,
        prompt=said.prompt,
        replaces=said.replaces,
        against=[take for take in said.against or [] if take not in parts] or None,
        built_from=used or None,
        consent=consent,
    )


def shown_files(copy: LocalCopy) -> list[tuple[str, str]]:
    """Return the media type and path of what can be seen and heard of somebody's take: all that is here of it, or,
    until all is, its preview."""
    if copy.preview and not copy.whole:
        return [(MEDIA[Path(copy.preview).name], copy.preview)]
    return [(track.media, track.path) for track in copy.tracks]


def file_of(facts: Facts, take: str, kind: PartKind) -> str:
    """Return the file of a take that can be shown, heard or read here; "" while there is none."""
    return shown_file(facts, take, kind)[1]


def shown_file(facts: Facts, take: str, kind: PartKind) -> tuple[str, str]:
    """Return the media type with the path of ``file_of``."""
    item, copy = facts.library.get(take), facts.copies.get(take)
    files = [(track.media, f"{item.folder}/{track.name}") for track in item.tracks] if item else []
    files += shown_files(copy) if copy else []
    return next(((media, path) for media, path in files if media.startswith(_MEDIA[kind])), ("", ""))
