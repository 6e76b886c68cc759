"""What a project begins with: the steps that lead from nothing to a finished piece."""

from __future__ import annotations

from typing import Final

from roomtone.wire.project.items import Template

STEPS: Final[dict[Template, tuple[str, ...]]] = {
    Template.SONG: (
        "Choose key and tempo", "Record a guide", "Drums or a beat", "Bass", "Harmony instruments", "Lead vocal",
        "Backing vocals", "Mix", "Cover picture", "Publish with credits",
    ),
    Template.CHOIR: (
        "Choose the piece and its key", "Record a guide for every voice", "Soprano", "Alto", "Tenor", "Bass",
        "Faces on video", "Mix", "Wall of faces", "Publish with credits",
    ),
    Template.SHORT_FILM: (
        "Write the story", "Break it into shots", "Storyboard", "Record the voices", "Film the shots",
        "Sounds and room", "Music", "Cut", "Titles and credits", "Publish",
    ),
    Template.DOCUMENTARY: (
        "Ask the question", "Find people to answer it", "Record the answers", "Film where they live",
        "Write down what was said", "Choose and order", "Music", "Cut", "Check with everybody in it",
        "Publish with credits",
    ),
    Template.EPISODE: (
        "Choose the theme", "Open the calls", "Collect", "Hear everything", "Choose", "Write the host’s words",
        "Record the host", "Cut", "Music and sound", "Titles and credits", "Publish",
    ),
    Template.BLANK: (),
}  # fmt: skip

WORDS: Final[dict[Template, str]] = {
    Template.SONG: "From a guide to a mix, part by part",
    Template.CHOIR: "Many voices, one song, a wall of faces",
    Template.SHORT_FILM: "A story in shots, voices and sounds",
    Template.DOCUMENTARY: "One question, many answers",
    Template.EPISODE: "Ten minutes from everything that people send",
    Template.BLANK: "Nothing but a title",
}
