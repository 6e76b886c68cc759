"""The part of the stage that has cameras, a prompter, artwork and writing: in memory, except for its pictures."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from roomtone.devices.pictures.ring import RingWriter, Shape
from roomtone.studio.snapshot import (
    CameraChoice,
    CameraView,
    ControlView,
    DraftKind,
    DraftView,
    Framing,
    PrompterView,
    RevisionView,
    StudioState,
)

WIDTH, HEIGHT = 640, 360


def picture(number: int = 0, width: int = WIDTH, height: int = HEIGHT, bright: bool = False) -> QImage:
    """Return a picture like one of a room: a window that is too bright with ``bright``, and a head that moves."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QLinearGradient(0, 0, width, height)
    ground.setColorAt(0, QColor("#4d5d66"))
    ground.setColorAt(0.5, QColor("#27303a"))
    ground.setColorAt(1, QColor("#5d4a3c"))
    painter.fillRect(image.rect(), ground)
    if bright:
        painter.fillRect(QRectF(width * 0.06, height * 0.1, width * 0.22, height * 0.4), QColor(255, 255, 255))
    painter.setPen(Qt.PenStyle.NoPen)
    middle = width * (0.55 + 0.05 * (number % 7 - 3) / 3)
    painter.setBrush(QColor("#b98d6f"))
    painter.drawEllipse(QRectF(middle - height * 0.14, height * 0.2, height * 0.28, height * 0.36))
    painter.setBrush(QColor("#6d3f3a"))
    painter.drawRoundedRect(QRectF(middle - height * 0.32, height * 0.6, height * 0.64, height * 0.6), 40, 40)
    painter.end()
    return image


class StageCamera:
    """A camera's memory, as its process writes it."""

    def __init__(self, path: Path, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.path = path
        self._ring = RingWriter(path, Shape(16, 16, width, height))

    def show(self, image: QImage) -> None:
        """Have taken this picture."""
        memory = self._ring.preview()
        memory[:] = bytes(image.constBits())
        memory.release()
        self._ring.commit_preview()

    def close(self) -> None:
        """Let go of the memory."""
        self._ring.close()


def camera_choices() -> list[CameraChoice]:
    """Return what can be opened."""
    return [
        CameraChoice("facetime", "FaceTime HD", ["1280×720, 30 fps", "640×480, 30 fps"]),
        CameraChoice("screen:0", "Screen 1"),
        CameraChoice("practice", "Practice picture", practice=True),
    ]


class PicturesStage:
    """The intents of pictures. ``said`` lists them with the others, as (name, arguments)."""

    said: list[tuple[object, ...]]
    state: StudioState

    def publish(self, **changes: object) -> None:
        """Change the state and tell it."""
        raise NotImplementedError

    def see(self, *cameras: CameraView) -> None:
        """Have these cameras open."""
        self.publish(cameras=list(cameras), camera_choices=camera_choices())

    def open_camera(self, source: str, mode: str = "") -> None:
        self.said.append(("open_camera", source, mode))
        if all(one.id != source for one in self.state.cameras):
            label = next((one.label for one in camera_choices() if one.id == source), source)
            opened = CameraView(source, label, detail="1280×720 · 30 fps · 0 dropped", width=1280, height=720)
            self.see(*self.state.cameras, opened)

    def close_camera(self, source: str) -> None:
        self.said.append(("close_camera", source))
        self.see(*(one for one in self.state.cameras if one.id != source))

    def control_camera(self, source: str, control: str, value: float, automatic: bool = False) -> None:
        self.said.append(("control_camera", source, control, value, automatic))

    def test_sync(self, source: str, claps: bool = False) -> None:
        self.said.append(("test_sync", source, claps))
        self.publish(testing=source, testing_since=None if claps else 0.0)

    def choose_framing(self, framing: Framing) -> None:
        self.said.append(("choose_framing", framing))
        self.publish(framing=framing)

    def choose_ghost(self, take: str) -> None:
        self.said.append(("choose_ghost", take))

    def prompt(self, prompter: PrompterView) -> None:
        self.said.append(("prompt", prompter))
        self.publish(prompter=prompter)

    def begin_draft(self, kind: DraftKind) -> None:
        self.said.append(("begin_draft", kind))
        draft = DraftView(f"draft-{len(self.state.drafts)}", kind, "", "2026-11-20T18:00:00+00:00")
        self.publish(drafts=[*self.state.drafts, draft])

    def snap(self, draft: str, source: str) -> None:
        self.said.append(("snap", draft, source))

    def drop_picture(self, draft: str, picture: str) -> None:
        self.said.append(("drop_picture", draft, picture))
        found = next(one for one in self.state.drafts if one.id == draft)
        self.change_draft(draft, pictures=[one for one in found.pictures if one != picture])

    def lapse(self, draft: str, source: str, every: float) -> None:
        self.said.append(("lapse", draft, source, every))
        self.change_draft(draft, running=every > 0, every=every)

    def write(self, draft: str, text: str) -> None:
        self.said.append(("write", draft, text))
        found = next(one for one in self.state.drafts if one.id == draft)
        revisions = (*found.revisions, RevisionView(text, f"29 Nov, 14:0{len(found.revisions)}"))
        self.change_draft(draft, text=text, words=len(text.split()), revisions=revisions)

    def restore_page(self, draft: str, revision: int) -> None:
        self.said.append(("restore_page", draft, revision))
        found = next(one for one in self.state.drafts if one.id == draft)
        self.change_draft(draft, text=found.revisions[revision].text)

    def keep_draft(self, draft: str, title: str = "", fps: int = 12) -> None:
        self.said.append(("keep_draft", draft, title, fps))
        self.publish(drafts=[one for one in self.state.drafts if one.id != draft])

    def throw_draft_away(self, draft: str) -> None:
        self.said.append(("throw_draft_away", draft))
        self.publish(drafts=[one for one in self.state.drafts if one.id != draft], undo="The page was put aside")

    def export_film(self, take: str, file: str, fps: int = 30) -> None:
        self.said.append(("export_film", take, file, fps))

    def align(self, take: str, file: str) -> None:
        self.said.append(("align", take, file))

    def nudge(self, take: str, offset: float) -> None:
        self.said.append(("nudge", take, offset))
        takes = [
            msgspec.structs.replace(v, offset=offset, confidence=0.0) if v.id == take else v for v in self.state.takes
        ]
        self.publish(takes=takes)

    def change_draft(self, draft: str, **changes: object) -> None:
        """Change a draft."""
        drafts = [msgspec.structs.replace(v, **changes) if v.id == draft else v for v in self.state.drafts]
        self.publish(drafts=drafts)


def controls() -> list[ControlView]:
    """Return the controls of a good camera."""
    return [
        ControlView("exposure", "Exposure", 120.0, 3.0, 2047.0, automatic=True),
        ControlView("white_balance", "White balance", 4600.0, 2800.0, 6500.0, automatic=False),
        ControlView("focus", "Focus", 30.0, 0.0, 250.0),
    ]
