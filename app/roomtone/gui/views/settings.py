"""The settings that stand in the page: who plays, and as what takes are recorded."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import HeaderModel
from roomtone.gui.views.transport import ChoiceBox

_FORMATS = [("flac", "FLAC, 24-bit"), ("wav", "WAV, 24-bit"), ("wav-float", "WAV, 32-bit float")]


class SettingsPanel(QWidget):
    """Who plays, and as what takes are recorded."""

    named = Signal(str)
    format_chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.name = QLineEdit()
        self.name.setAccessibleName("Your name")
        self.name.setAccessibleDescription("It becomes part of the names of your takes")
        self.name.setPlaceholderText("Used in the names of your takes")
        self.name.setMaxLength(100)
        self.name.editingFinished.connect(lambda: self.named.emit(self.name.text()))
        self.form = ChoiceBox(look, "Record as", "The file format of new takes")
        self.form.setMinimumContentsLength(12)
        self.form.chose.connect(self.format_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.tokens.space.large, 10, look.tokens.space.large, 10)
        layout.setSpacing(look.tokens.space.medium)
        for text, field in (("Your name", self.name), ("Record as", self.form)):
            label = QLabel(text)
            label.setBuddy(field)
            layout.addWidget(label)
            field.setMaximumWidth(look.px(320))
            layout.addWidget(field, 1)
        layout.addStretch(0)

    def show_settings(self, model: HeaderModel, enabled: bool) -> None:
        """Show what is set. What is being typed stays."""
        if not self.name.hasFocus() and self.name.text() != model.person:
            self.name.setText(model.person)
        self.form.show_entries(_FORMATS, model.form)
        self.form.setEnabled(enabled)
