"""How a take begins: its first journal entry, with the title and number that it gets by itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from roomtone import __version__
from roomtone.engine import messages as m
from roomtone.foundation.clock import Clock
from roomtone.takes.documents import SCHEMA, Began, Source, TrackStart
from roomtone.takes.library import LibraryItem
from roomtone.takes.naming import next_number, take_title

_MEDIA: Final = {
    "flac": ("audio/flac", "flac", 24),
    "wav": ("audio/wav", "wav", 24),
    "wav-float": ("audio/wav", "wav", 32),
}


def begin(
    command: m.StartTake,
    source: m.Input,
    earlier: Iterable[LibraryItem],
    clock: Clock,
    pictures: Iterable[TrackStart] = (),
) -> Began:
    """Return the first entry of a take that ``command`` asks for, recorded from ``source``; ``earlier`` ones count.

    The tracks of ``pictures`` follow those of the sound.
    """
    known = [(i.project, i.part, i.person, i.number) for i in earlier if i.problem is None]
    number = next_number(known, command.project, command.part, command.person)
    media, ending, bits = _MEDIA[source.format]
    part = command.part or ("Practice tone" if source.source is Source.PRACTICE_TONE else "")
    return Began(
        schema=SCHEMA,
        id=uuid.uuid4().hex,
        title=command.title or take_title(command.project_title, part, command.person, number),
        project=command.project,
        project_title=command.project_title,
        part=command.part,
        person=command.person,
        number=number,
        started=clock.now().isoformat(),
        source=source.source,
        app=__version__,
        tracks=[
            *(
                TrackStart(f"mic-{index}.{ending}", media, source.rate, len(channels), bits, source.device, channels)
                for index, channels in enumerate(source.tracks, 1)
            ),
            *pictures,
        ],
        lineage=command.lineage,
        call=command.call,
        prompt=command.prompt,
    )
