"""Choosing files: beside the page, never over it, and nothing waits for an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

# The rates that a film can have, in pictures a second; the first is what is offered.
FILM_RATES: Final = (30, 24, 25, 50, 60)


class FileWishes:
    """Asks for files. One question at a time: a new one takes the place of the one before."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._dialog: QFileDialog | None = None

    @property
    def dialog(self) -> QFileDialog | None:
        """The question that is open, or was last."""
        return self._dialog

    def ask(self, title: str, chosen: Callable[[list[str]], None]) -> None:
        """Ask for files that exist."""
        dialog = self._open(title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(chosen)
        dialog.show()

    def ask_where(self, take: str, named: Callable[[str, str, int], None]) -> None:
        """Ask where the film of a take is to be written, and with how many pictures a second."""
        dialog = self._open("Export as film")
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("mp4")
        filters = {f"Film, {rate} pictures a second (*.mp4)": rate for rate in FILM_RATES}
        dialog.setNameFilters(list(filters))
        dialog.fileSelected.connect(
            lambda file: named(take, file, filters.get(dialog.selectedNameFilter(), FILM_RATES[0]))
        )
        dialog.show()

    def close(self) -> None:
        """Take the question back."""
        if self._dialog is not None:
            self._dialog.close()

    def _open(self, title: str) -> QFileDialog:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
        self._dialog = QFileDialog(self._window, title, str(Path.home()))
        self._dialog.setModal(False)
        return self._dialog
