"""What is said of one of several things, shown in the row of that thing: of a call, of a step."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.comments import CommentsView
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import CommentView, PageView


class Topic(NamedTuple):
    """What can be spoken of as a whole only: nothing of it is heard, and it has no pages."""

    id: str
    may_comment: bool
    seconds: float = 0.0
    page: PageView | None = None


class Talk(CommentsView):
    """``about`` is what is spoken of, "" for nothing; ``changed`` tells that the rows have to be shown anew.

    It moves into the row that is spoken of, and is taken out of rows that go, so that what is typed is never lost.
    """

    changed = Signal()

    def __init__(self, look: Look, wishes: Wishes, home: QWidget) -> None:
        super().__init__(look, wishes, lambda: None)
        self._home = home
        self.about_item = ""
        self.text.left.connect(lambda: self.turn(self.about_item))
        self.none.setText("Nobody has said anything about it yet.")
        self.go_home()

    def turn(self, item: str) -> None:
        """Speak of something, or no more where it is what is spoken of."""
        opened = item != self.about_item
        self.about_item = item if opened else ""
        self.changed.emit()
        if opened and not self.text.isHidden():
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def speak_of(self, item: str) -> None:
        """Speak of something."""
        if item != self.about_item:
            self.turn(item)

    def keep_to(self, items: set[str]) -> None:
        """Be told what there is; where what is spoken of is gone, nothing is."""
        if self.about_item not in items:
            self.about_item = ""
            self.go_home()

    def go_home(self) -> None:
        """Leave the row."""
        self.hide()
        self.setParent(self._home)

    def stand_in(self, column: QBoxLayout, may: bool, comments: tuple[CommentView, ...]) -> None:
        """Stand at the end of the row of what is spoken of."""
        column.addWidget(self)
        self.show_comments(Topic(self.about_item, may), comments)
        self.show()


def talk_words(comments: tuple[CommentView, ...]) -> str:
    """Say how much was said: "3 comments", or what to do where nothing was."""
    number = len(comments) + sum(len(comment.replies) for comment in comments)
    return f"{number} comment{'' if number == 1 else 's'}" if number else "Comment"
