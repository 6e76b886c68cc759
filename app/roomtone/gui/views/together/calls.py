"""The calls of a project, as cards."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.choosing import TakeChoices
from roomtone.gui.views.together.brief import BriefButton
from roomtone.gui.views.together.call_form import CallForm
from roomtone.gui.views.together.parts import Card, Flow, Rows, SureButton, button, words
from roomtone.gui.views.together.talk import Talk, talk_words
from roomtone.gui.views.together.wishes import Wishes, page_for
from roomtone.studio.lines import Tone
from roomtone.studio.together_snapshot import CallView, ProjectView
from roomtone.wire.project.items import CallFields


class CallShown(NamedTuple):
    """A call as it is shown: whether it can be edited and spoken of, and whether it is spoken of now."""

    call: CallView
    lead: bool
    comment: bool
    talking: bool


class CallsView(QWidget):
    """The cards, and the form that stands above them while a call is opened or edited; ``opened`` carries its top."""

    opened = Signal(object)

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._view = ProjectView()
        self._takes = TakeChoices()
        self._playing = ""
        self.fresh = button("Open a call …", "Open a call", lambda: self._open("", CallFields()))
        self.form = CallForm(look)
        self.form.hide()
        self.talk = Talk(look, wishes, self)
        self.talk.changed.connect(self._show_rows)
        self.rows: Rows[CallShown] = Rows(look, self._card, lambda shown: shown.call.id)
        self.none = words("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        column.addWidget(self.form)
        column.addWidget(self.rows)
        column.addWidget(self.none)
        column.addWidget(self.fresh, 0, Qt.AlignmentFlag.AlignLeft)
        self.form.kept.connect(self._keep)
        self.form.left.connect(self._leave)

    def show_calls(self, view: ProjectView, takes: TakeChoices) -> None:
        """Show the calls; ``takes`` may be chosen in the form."""
        if view.id != self._view.id:
            self._close()
        self._view = view
        self._takes = takes
        self._show_rows()
        self.none.setText(
            "No call is open. A call says what is missing, and carries everything that somebody needs to record it."
            if view.may_lead
            else "No call is open yet."
        )
        self.none.setVisible(not view.calls)
        self.fresh.setVisible(view.may_lead and self.form.isHidden())

    def show_playing(self, take: str) -> None:
        """Be told which take is heard now, "" for none."""
        self._playing = take
        for brief in self.findChildren(BriefButton):
            brief.show_playing(take)

    def _show_rows(self) -> None:
        view = self._view
        self.talk.keep_to({call.id for call in view.calls})
        talked = self.talk.about_item
        self.rows.show_rows(
            [CallShown(call, view.may_lead, view.may_comment, call.id == talked) for call in view.calls]
        )

    def _card(self, shown: CallShown) -> QWidget:
        call = shown.call
        card = Card(self._look, call.title)
        head = QHBoxLayout()
        head.addWidget(words(call.title, "strong"), 1)
        if not call.closed:
            again, role = ("Answer again", "") if call.answered else ("Answer", "primary")
            head.addWidget(button(again, f"{again}: {call.title}", lambda: self._answer(call), role))
        card.column.addLayout(head)
        card.column.addWidget(Flow(self._look, *chips(call)))
        for text in (call.brief, " · ".join(call.recipe), f"New to this? {call.beginner}" if call.beginner else ""):
            if text:
                card.column.addWidget(words(text, "" if text is call.brief else "muted"))
        if acts := self._acts(shown):
            card.column.addWidget(Flow(self._look, *acts))
        if shown.talking:
            self.talk.stand_in(card.column, shown.comment, call.comments)
        return card

    def _acts(self, shown: CallShown) -> list[QWidget]:
        call = shown.call
        acts: list[QWidget] = []
        if call.told is not None:
            told = BriefButton(self._wishes, "link")
            told.show_brief(call.told)
            told.show_playing(self._playing)
            acts.append(told)
        if shown.comment or call.comments:
            said = talk_words(call.comments)
            talk = button(said, f"{said}: {call.title}", lambda: self.talk.turn(call.id), "link")
            # It is the same button however much was said, so that the keyboard stays on it.
            talk.setObjectName("talk")
            acts.append(talk)
        if shown.lead:
            acts.append(button("Edit", f"Edit {call.title}", lambda: self._open(call.id, call.fields), "link"))
            text = "Open again" if call.closed else "Close"
            change = CallFields(closed=not call.closed)
            acts.append(button(text, f"{text}: {call.title}", lambda: self._edit(call.id, change), "link"))
            away = CallFields(removed=True)
            acts.append(SureButton("Take away", f"Take away: {call.title}", lambda: self._edit(call.id, away), "link"))
        return acts

    def _answer(self, call: CallView) -> None:
        self._wishes.ask(lambda studio: studio.answer_call(call.id))
        self._wishes.lead(page_for(call.media))

    def _edit(self, call: str, fields: CallFields) -> None:
        self._wishes.ask(lambda studio: studio.edit_call(call, fields))

    def _open(self, call: str, fields: CallFields) -> None:
        self.form.show()
        self.fresh.hide()
        self.form.fill(call, fields, self._takes, [(step.id, step.title) for step in self._view.steps])
        self.opened.emit(self.form.title)

    def _keep(self, call: str, fields: CallFields) -> None:
        self._edit(call, fields)
        self._leave()

    def _leave(self) -> None:
        self._close()
        self.fresh.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self.form.hide()
        self.fresh.show()


def chips(call: CallView) -> list[QWidget]:
    """Return how a call stands, in a few words each; only what presses is in the colour that says so."""
    due = words(call.due.text, "chip-look" if call.due.tone is Tone.LOOK and not call.closed else "chip")
    texts = [*call.media, *(["closed"] if call.closed else []), *(["you answered"] if call.answered else [])]
    found: list[QLabel] = [due] if call.due.text else []
    if call.stalled and not call.closed:
        found.append(words("nothing came for a while", "chip-look"))
    found += [words(text, "chip") for text in texts]
    found += [words(call.progress, "muted")] if call.progress else []
    for one in found:
        one.setWordWrap(False)
    return list(found)
