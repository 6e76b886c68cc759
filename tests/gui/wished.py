"""What pages wish for, written down."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from roomtone.gui.views.together.wishes import Wish, Wishes
from roomtone.studio.together_intents import TogetherIntents


class Written:
    """Whatever is asked of it is written down as (name, arguments). Only what the intents have can be asked."""

    def __init__(self, said: list[tuple[object, ...]]) -> None:
        self._said = said

    def __getattr__(self, name: str) -> Callable[..., None]:
        if not hasattr(TogetherIntents, name):
            raise AttributeError(name)
        return lambda *arguments: self._said.append((name, *arguments))


class Wished(QObject):
    """``said`` lists the intents, as (name, arguments); ``led`` the pages that were wished for."""

    def __init__(self, wishes: Wishes) -> None:
        super().__init__()
        self.said: list[tuple[object, ...]] = []
        self.led: list[tuple[str, str]] = []
        wishes.wished.connect(self._write)
        wishes.led.connect(lambda page, take: self.led.append((page, take)))

    def _write(self, wish: Wish) -> None:
        wish(Written(self.said))
