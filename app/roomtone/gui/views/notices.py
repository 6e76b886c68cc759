"""Notices in the page, and the undo bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import NoticeModel
from roomtone.gui.views.parts import ElidedLabel, IconButton
from roomtone.studio.lines import Tone

_GROUNDS = {Tone.LOOK: "look", Tone.SAFE: "safe", Tone.RECORDING: "record", Tone.QUIET: "plain"}
# So much of the page's height the notices may take before they scroll.
_SHARE = 0.3


class NoticeView(QWidget):
    """One notice: what happened, and under it why and what to do."""

    dismissed = Signal(int)
    acted = Signal(int)

    def __init__(self, look: Look, model: NoticeModel) -> None:
        super().__init__()
        self._look = look
        self._model = model
        text = f"{model.title}. {model.text}" if model.text else model.title
        self.setAccessibleName(text)
        title = QLabel(model.title)
        title.setProperty("role", "strong")
        detail = QLabel(model.text)
        labels = [title, detail] if model.text else [title]
        for label in labels:
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(look.tokens.space.hair)
        for label in labels:
            words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(44), look.px(9), look.px(10), look.px(9))
        layout.setSpacing(look.tokens.space.medium)
        layout.addLayout(words, 1)
        if model.action:
            act = QPushButton(model.action)
            act.setAccessibleName(model.action)
            act.setAccessibleDescription(text)
            act.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            act.clicked.connect(lambda: self.acted.emit(model.id))
            layout.addWidget(act)
        close = IconButton(look, "x", f"Dismiss: {model.title}", self)
        close.clicked.connect(lambda: self.dismissed.emit(model.id))
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        name = _GROUNDS[self._model.tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(f"{name}_clip"))
        painter.drawRoundedRect(QRectF(self.rect()), look.tokens.radius.medium, look.tokens.radius.medium)
        side = look.px(18)
        icon = "info" if name == "plain" else "check" if name == "safe" else "triangle-alert"
        colour = "muted" if name == "plain" else name
        painter.drawPixmap(look.px(14), look.px(13), look.icon(icon, colour, side, self.devicePixelRatioF()))
        painter.end()


class NoticesView(QScrollArea):
    """All notices under each other; many of them scroll, so that the page stays usable."""

    dismissed = Signal(int)
    acted = Signal(int)
    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._notices: dict[int, tuple[NoticeModel, NoticeView]] = {}
        self.setObjectName("notices")
        self.setAccessibleName("Notices")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setObjectName("notices")
        self._layout = QVBoxLayout(body)
        space = look.tokens.space
        self._layout.setContentsMargins(space.large, space.medium, space.large, space.small)
        self._layout.setSpacing(space.small)
        self.setWidget(body)
        self.hide()

    def show_notices(self, models: tuple[NoticeModel, ...]) -> None:
        """Show these notices, the newest on top."""
        wanted = {model.id: model for model in models}
        if wanted == {number: model for number, (model, _) in self._notices.items()}:
            return
        for number in list(self._notices):
            model, view = self._notices[number]
            if wanted.get(number) != model:
                del self._notices[number]
                self._layout.removeWidget(view)
                view.hide()
                view.deleteLater()
        for number, model in wanted.items():
            if number not in self._notices:
                view = NoticeView(self._look, model)
                view.dismissed.connect(self.dismissed)
                view.acted.connect(self.acted)
                self._notices[number] = (model, view)
                self._layout.insertWidget(0, view)
                # Beside others it would be shown a moment later, and have no height when the page is laid out.
                view.show()
        self.setVisible(bool(wanted))
        self.changed.emit()

    def fit(self, width: int, page: int, room: int) -> None:
        """Be as high as the notices are at ``width``, up to a share of the height of the page, and to its ``room``."""
        if self._notices:
            height = self._layout.heightForWidth(width - 14)
            self.setFixedHeight(min(height, max(self._look.px(56), min(room, int(page * _SHARE)))))


class UndoBar(QWidget):
    """What was just done, and the button that takes it back."""

    undone = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.label = ElidedLabel(look, look.tokens.type.body)
        self.button = QPushButton("Undo")
        self.button.setAccessibleName("Undo")
        self.button.setToolTip("Undo (Ctrl+Z)")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.undone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.tokens.space.large, 6, look.tokens.space.large, 6)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self.hide()

    def show_undo(self, text: str) -> None:
        """Show what can be taken back, or nothing."""
        self.label.show_text(text)
        self.button.setAccessibleDescription(f"Undo: {text}")
        self.setVisible(bool(text))
