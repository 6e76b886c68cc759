"""How a person likes it: shown at once, kept in the settings."""

from __future__ import annotations

import math
from typing import Any, Final, get_args, get_type_hints

import msgspec

from roomtone.foundation.decoding import convert
from roomtone.foundation.settings import MAX_PACE, MAX_PROMPTER, FramingSetting, PrompterSetting
from roomtone.studio.board import Board
from roomtone.studio.queueing import QueueThread
from roomtone.studio.snapshot import Framing, PrompterView
from roomtone.studio.workshop import Workshop
from roomtone.takes.naming import several_lines

ASPECTS: Final[tuple[str, ...]] = get_args(get_type_hints(FramingSetting)["aspect"])


class Preferences:
    """The theme, the name, how the preview is framed and what the prompter shows.

    Framing and prompter change with every step of a slider and every letter: they are shown at once, and only what
    they are when the studio's thread gets to it is written.
    """

    def __init__(self, board: Board, workshop: Workshop, intents: QueueThread) -> None:
        self._board = board
        self._workshop = workshop
        self._intents = intents
        self._unsaved: dict[str, Any] = {}

    def recall(self) -> None:
        """Show what was chosen last time."""
        settings = self._workshop.settings
        with self._board.looking() as model:
            model.theme = settings.theme
            model.person = settings.person
            model.framing = convert(settings.framing, Framing, from_attributes=True)
            model.prompter = convert(settings.prompter, PrompterView, from_attributes=True)

    def choose_theme(self, theme: str) -> None:
        """Look like this from now on."""
        self._workshop.change(theme=theme)
        with self._board.changing() as model:
            model.theme = theme

    def name_person(self, name: str) -> None:
        """Call the person this in new takes."""
        self._workshop.change(person=" ".join(name.split())[:100])
        with self._board.changing() as model:
            model.person = self._workshop.settings.person

    def choose_framing(self, framing: Framing) -> None:
        """Show the preview so; what no preview can be is left out. Returns at once."""
        ghost = min(1.0, max(0.0, framing.ghost)) if math.isfinite(framing.ghost) else 0.0
        aspect = framing.aspect if framing.aspect in ASPECTS else ""
        wanted = msgspec.structs.replace(framing, aspect=aspect, ghost=float(ghost))
        kept = convert(wanted, FramingSetting, from_attributes=True)
        with self._board.changing() as model:
            model.framing = wanted
            self._unsaved["framing"] = kept
        self._intents.put(self._save)

    def prompt(self, prompter: PrompterView) -> None:
        """Show this text beside the camera. Returns at once."""
        pace = min(MAX_PACE, max(0, prompter.words_a_minute))
        wanted = msgspec.structs.replace(
            prompter, text=several_lines(prompter.text)[:MAX_PROMPTER], words_a_minute=pace
        )
        kept = convert(wanted, PrompterSetting, from_attributes=True)
        with self._board.changing() as model:
            model.prompter = wanted
            self._unsaved["prompter"] = kept
        self._intents.put(self._save)

    def _save(self) -> None:
        with self._board.looking():
            unsaved, self._unsaved = self._unsaved, {}
        if unsaved:
            self._workshop.change(**unsaved)
