"""Artwork and writing that is worked on."""

from __future__ import annotations

from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.camera import CameraPresenter
from roomtone.gui.presenters.drafts import ArtworkModel, DraftsPresenter, WritingModel, count_words
from roomtone.studio.lines import Tone
from roomtone.studio.snapshot import CameraView, DraftKind
from tests.gui.stage import Stage

FACE = CameraView("facetime", "FaceTime HD", "/ring", 1280, 720, "1280×720 · 30 fps")


class Pages:
    """A presenter on the stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.drafts = DraftsPresenter()
        self.cameras = CameraPresenter(lambda: None)

    def models(self) -> tuple[ArtworkModel, WritingModel]:
        return self.drafts.models(self.stage.state, self.cameras.model(self.stage.state))


def test_what_was_just_begun_is_worked_on(bare: Stage) -> None:
    pages = Pages(bare)
    assert [model.draft for model in pages.models()] == [None, None]
    bare.begin_draft(DraftKind.WRITING)
    bare.begin_draft(DraftKind.STOP_MOTION)
    bare.begin_draft(DraftKind.STILL)
    artwork, writing = pages.models()
    assert artwork.draft is not None
    assert writing.draft is not None
    assert (artwork.draft.kind, writing.draft.kind) == (DraftKind.STILL, DraftKind.WRITING)
    pages.drafts.choose("draft-1")
    assert pages.models()[0].draft == bare.state.drafts[1]
    assert pages.models()[1].draft == bare.state.drafts[0]
    bare.keep_draft("draft-1")
    assert pages.models()[0].draft == bare.state.drafts[1]


def test_pictures_are_taken_only_by_a_camera_that_sees_and_is_free(bare: Stage) -> None:
    pages = Pages(bare)
    bare.begin_draft(DraftKind.STOP_MOTION)
    assert not pages.models()[0].can_snap
    bare.see(FACE)
    assert pages.models()[0].can_snap
    bare.see(CameraView("facetime", "FaceTime HD", "/ring", trouble=Problem("camera-gone", "It is gone")))
    assert not pages.models()[0].can_snap
    bare.see(FACE)
    bare.roll_to(1.0)
    assert not pages.models()[0].can_snap


def test_it_is_said_that_pictures_are_kept_already(bare: Stage) -> None:
    pages = Pages(bare)
    bare.begin_draft(DraftKind.STILL)
    assert not pages.models()[0].can_keep
    bare.change_draft("draft-0", pictures=["/one.png"])
    artwork = pages.models()[0]
    assert artwork.can_keep
    assert (artwork.line.text, artwork.line.tone) == ("1 picture, on this computer", Tone.SAFE)


def test_words_are_what_stands_between_spaces() -> None:
    assert count_words("") == 0
    assert count_words("  one\ntwo — three’s\t4 ") == 5
