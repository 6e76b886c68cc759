"""The form that opens or changes a call with its recipe: first what everybody fills in, the rest when it is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.choosing import Choice, TakeChoices
from roomtone.gui.views.ticks import Tick
from roomtone.gui.views.together.about import is_day
from roomtone.gui.views.together.parts import Card, Flow, TextField, button, field, words
from roomtone.gui.views.together.take_choice import ELSEWHERE, TakesChoice
from roomtone.gui.views.transport import ChoiceBox
from roomtone.wire.project.items import CallFields, MediaKind
from roomtone.wire.project.tempo import read_tempo, write_tempo

_RATES = [("0", "Any rate"), ("44100", "44.1 kHz"), ("48000", "48 kHz"), ("96000", "96 kHz")]
_PACES = [("0", "Any"), ("24", "24"), ("25", "25"), ("30", "30"), ("50", "50"), ("60", "60")]
_SHAPES = [("", "Any shape"), ("16:9", "16:9"), ("9:16", "9:16"), ("4:3", "4:3"), ("1:1", "1:1")]


class CallForm(Card):
    """The form. ``kept`` carries the call's id, "" for a new one, and its fields; ``left`` that nothing came of it.

    The takes that may be guides, reference or brief are chosen, never typed.
    """

    kept = Signal(str, object)
    left = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Call")
        self._look = look
        self._call = ""
        self._chosen: dict[str, str] = {}
        self.title = field("Title of the call", "Low harmony, verse 2")
        self.brief = TextField(look, "Brief of the call", "What is wanted, and how it should feel")
        self.kinds = {kind: Tick(look, kind.value.capitalize()) for kind in MediaKind}
        for kind, box in self.kinds.items():
            box.setAccessibleName(f"{box.text()} is wanted")
            box.setToolTip(f"Whether {kind.value} is wanted")
        self.part = field("Part", "low harmony", most=100)
        self.deadline = field("Deadline of the call", "2026-12-24, or nothing", most=10)
        self.wanted = field("How many are wanted", "Any number", most=4)
        self.minutes = field("Minutes it takes", "10", most=4)
        self.skills = field("Skills", "bass, singing")
        self.beginner = field("What a beginner may do", "Hum one note")
        self.told = self._choice("Spoken or filmed brief", "A take in which somebody says or shows what is wanted")
        self.guide = TakesChoice(look, "Guide", "What is heard while recording: as many takes as it needs, mixed")
        self.tempo = field("Tempo", "92, or 92/3 for three beats to the bar, or 92, 104@31.5", most=2000)
        self.key = field("Key", "D minor", most=40)
        self.count_in = field("Bars of count-in", "0", most=2)
        self.step = self._choice("Step of the board", "The step that it belongs to")
        self.rate = self._choice("Sample rate", "The sample rate to record at")
        self.pace = self._choice("Frames a second", "The frame rate to film at")
        self.shape = self._choice("Shape of the picture", "The aspect of the picture")
        self.reference = self._choice("Reference picture", "A take whose picture is laid over the camera’s")
        self.script = TextField(look, "Script or lyrics", "It stands in the prompter while somebody answers", 5)
        self.fault = words("", "look")
        self.keep = button("Open the call", "Open the call", self._keep, "primary")
        self.leave = button("Cancel", "Leave it as it was", self.left.emit, "plain")
        self.more = button("Recipe …", "Show the whole recipe", lambda: None, "plain")
        self.more.setCheckable(True)
        self._recipe = QWidget()
        self._assemble()

    def fill(self, call: str, fields: CallFields, takes: TakeChoices, steps: Sequence[Choice] = ()) -> None:
        """Begin with what a call says now; it may belong to one of ``steps``, which are ids with titles."""
        self._call = call
        self.keep.setText("Keep" if call else "Open the call")
        for line, text in (
            (self.title, fields.title), (self.part, fields.part), (self.deadline, fields.deadline),
            (self.wanted, _number(fields.wanted)), (self.minutes, _number(fields.minutes)),
            (self.skills, ", ".join(fields.skills or [])), (self.beginner, fields.beginner), (self.key, fields.key),
            (self.count_in, _number(fields.count_in)),
            (self.tempo, write_tempo(fields.tempo or [])),
        ):  # fmt: skip
            line.setText(text or "")
        self.brief.setPlainText(fields.brief or "")
        self.script.setPlainText(fields.script or "")
        for kind, box in self.kinds.items():
            box.setChecked(kind in (fields.kinds or ([] if call else [MediaKind.SOUND])))
        self.guide.show_choice(takes.heard, fields.guide or [])
        self._show(self.told, _or_none(takes.heard), fields.filmed_brief or "", ELSEWHERE)
        self._show(self.step, [("", "None"), *steps], fields.step or "", "A step that was taken away")
        self._show(self.reference, _or_none(takes.seen), fields.reference or "", ELSEWHERE)
        rate = fields.sample_rate or 0
        self._show(self.rate, _RATES, str(rate), f"{rate / 1000:g} kHz")
        self._show(self.pace, _PACES, f"{fields.frame_rate or 0:g}")
        self._show(self.shape, _SHAPES, fields.aspect or "")
        self.fault.hide()
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choice(self, name: str, said: str) -> ChoiceBox:
        box = ChoiceBox(self._look, name, said)
        box.setMinimumContentsLength(8)
        box.chose.connect(lambda value: self._chosen.__setitem__(name, value))
        return box

    def _show(self, box: ChoiceBox, entries: list[tuple[str, str]], value: str, said: str = "") -> None:
        if all(one != value for one, _ in entries):
            entries = [*entries, (value, said or value)]
        self._chosen[box.accessibleName()] = value
        box.show_entries(entries, value)

    def _assemble(self) -> None:
        first, rest = QFormLayout(), QFormLayout(self._recipe)
        rest.setContentsMargins(0, 0, 0, 0)
        for form, rows in (
            (first, (
                ("Title", self.title), ("Brief", self.brief), ("Told in", self.told),
                ("Wanted", Flow(self._look, *self.kinds.values())),
                ("Part", self.part), ("Guide", self.guide), ("Deadline", self.deadline),
                ("For beginners", self.beginner),
            )),
            (rest, (
                ("How many", self.wanted), ("Step", self.step), ("Minutes", self.minutes), ("Skills", self.skills),
                ("Tempo", self.tempo), ("Key", self.key), ("Count-in", self.count_in), ("Sample rate", self.rate),
                ("Frames", self.pace), ("Shape", self.shape), ("Reference", self.reference), ("Script", self.script),
            )),
        ):  # fmt: skip
            form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
            for name, widget in rows:
                label = QLabel(name)
                label.setBuddy(widget)
                form.addRow(label, widget)
        self._recipe.hide()
        self.more.toggled.connect(self._recipe.setVisible)
        self.fault.hide()
        self.column.addLayout(first)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        below: tuple[QWidget, ...] = (self._recipe, self.fault, Flow(self._look, self.keep, self.leave))
        for part in below:
            self.column.addWidget(part)

    def _keep(self) -> None:
        fault = self._find_fault()
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        if fault:
            # What has to be mended may stand in the part that is folded away.
            self.more.setChecked(True)
            return
        fields = CallFields(
            title=_line(self.title),
            brief=self.brief.toPlainText().strip(),
            deadline=_line(self.deadline),
            wanted=_count(self.wanted),
            minutes=_count(self.minutes),
            skills=[skill for part in self.skills.text().split(",") if (skill := " ".join(part.split())[:60])],
            kinds=[kind for kind, box in self.kinds.items() if box.isChecked()],
            guide=self.guide.chosen,
            tempo=read_tempo(self.tempo.text()),
            key=_line(self.key),
            count_in=_count(self.count_in),
            sample_rate=int(self._chosen["Sample rate"]),
            part=_line(self.part),
            frame_rate=float(self._chosen["Frames a second"]),
            aspect=self._chosen["Shape of the picture"],
            reference=self._chosen["Reference picture"],
            step=self._chosen["Step of the board"],
            filmed_brief=self._chosen["Spoken or filmed brief"],
            script=self.script.toPlainText().strip(),
            beginner=_line(self.beginner),
        )
        self.kept.emit(self._call, fields)

    def _find_fault(self) -> str:
        if not _line(self.title):
            return "The call needs a title"
        if (day := _line(self.deadline)) and not is_day(day):
            return "Write the deadline as year-month-day: 2026-12-24"
        for name, line, most in (
            ("How many", self.wanted, 10_000), ("Minutes", self.minutes, 10_000), ("Count-in", self.count_in, 16),
        ):  # fmt: skip
            text = _line(line)
            if text and not (text.isascii() and text.isdigit() and int(text) <= most):
                return f"{name} is a number up to {most}"
        try:
            read_tempo(self.tempo.text())
        except ValueError:
            return "The tempo is 10 to 400 beats a minute: 92, or 92/3, or 92, 104@31.5 where it changes"
        return ""


def _or_none(takes: tuple[Choice, ...]) -> list[Choice]:
    return [("", "None"), *takes]


def _line(edit: QLineEdit) -> str:
    return " ".join(edit.text().split())


def _count(edit: QLineEdit) -> int:
    return int(_line(edit) or 0)


def _number(value: int | None) -> str:
    return str(value) if value else ""
