"""A project with people in it, for the pages of what people do together."""

from __future__ import annotations

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_snapshot import (
    AnsweringView,
    BranchView,
    BriefView,
    CallView,
    CommentView,
    CreditView,
    CutView,
    DeviceView,
    FindingView,
    InviteView,
    NewsView,
    NextView,
    PartKind,
    PeopleView,
    Person,
    ProjectChoice,
    ProjectView,
    QueuedView,
    ReviewTake,
    ReviewView,
    StepView,
    TodayView,
    TogetherView,
)
from roomtone.wire.project.items import CallFields, MediaKind, Tempo
from roomtone.wire.project.people import Role
from roomtone.wire.project.state import Stage

LEA = Person("1" * 32, "Lea", "LE", 0, Role.OWNER, ("piano", "editing"), "Mornings are best", me=True, minutes=20)
MIKA = Person("2" * 32, "Mika", "MI", 1, Role.CONTRIBUTOR, ("voice",), manageable=True)
JUDE = Person("3" * 32, "Jude", "JU", 2, Role.CONTRIBUTOR, ("upright bass",), manageable=True)
SORA = Person("4" * 32, "Sora", "SO", 3, Role.GUEST, manageable=True)

MADE = ("made", "made", "made")

CALL = CallFields(
    title="Low harmony, verse 2", brief="Close, warm, a hair behind the beat", wanted=3, minutes=10, part="low harmony",
    kinds=[MediaKind.SOUND], tempo=[Tempo(0.0, 92.0)], key="D minor", sample_rate=48000, beginner="Hum one note",
    guide=["a" * 32], filmed_brief="t5",
)  # fmt: skip

TOLD = BriefView("t5", "Upright bass", PartKind.SOUND)


def said() -> tuple[CommentView, ...]:
    """Return what was said of a call: a question with its answer."""
    reply = CommentView("k6", LEA, "From the pick-up, please.", "2 min ago", mine=True)
    return (CommentView("k5", SORA, "Does it begin on the pick-up?", "9 min ago", replies=(reply,)),)


def calls() -> tuple[CallView, ...]:
    """Return a call that is due, and one that was closed."""
    return (
        CallView("c1", "Low harmony, verse 2", CALL.brief or "", ("sound",), ("92 bpm", "D minor", "48 kHz", "guide"),
                 "1 of 3 accepted", Line("2 days left", Tone.LOOK), 2, CALL, "Hum one note",
                 told=TOLD, comments=said()),
        CallView("c2", "Your street at dawn", "", ("video",), ("16:9", "25 fps"), "11 takes", Line("", Tone.QUIET), 0,
                 CallFields(title="Your street at dawn"), closed=True),
    )  # fmt: skip


def takes() -> tuple[ReviewTake, ...]:
    """Return takes of every kind and stage."""
    return (
        ReviewTake("t1", "Low harmony – take 3", MIKA, Stage.SUBMITTED, "0:42 · 48 kHz", PartKind.SOUND, 42.0,
                   "c1", may_judge=True, may_comment=True, comment_count=2, built_on=("Guide v7",),
                   tracks=("track-1",)),
        ReviewTake("t2", "My first try", LEA, Stage.OWN, "0:12", PartKind.SOUND, 12.0, mine=True, may_comment=True,
                   library="take-0", findings=(FindingView(True, "Sound"),
                                                FindingView(False, "7 samples are clipped"))),
        ReviewTake("t3", "A letter to 2020", JUDE, Stage.HEARD, "212 words", PartKind.WRITING, 0.0, may_judge=True,
                   may_comment=True, text="Dear year,\nyou were long.\nWe sang through the wall.", local=True),
        ReviewTake("t4", "Kitchen window", SORA, Stage.LATER, "1 picture", PartKind.ARTWORK, 0.0, may_judge=True,
                   may_comment=True, reason="Lovely; it fits episode 4 better"),
        ReviewTake("t5", "Upright bass", JUDE, Stage.ACCEPTED, "2:31", PartKind.SOUND, 151.0, may_judge=True),
    )  # fmt: skip


def comments() -> tuple[CommentView, ...]:
    """Return a comment with a reply, and one that the server refused."""
    reply = CommentView("k2", LEA, "I’ll lay the low part a hair behind.", "3 min ago", mine=True, waiting=True)
    problem = Problem("not-allowed", "It was not said", "You are no member any more", "Ask a leader")
    return (
        CommentView("k1", JUDE, "Love the breath before “home”. Keep it.", "5 min ago", "0:07", 7.0, replies=(reply,)),
        CommentView("k3", SORA, "Slightly ahead of the bass here?", "1 h ago", "0:21–0:24", 21.0, resolved=True),
        CommentView("k4", LEA, "And the end?", "now", "0:40", 40.0, mine=True, problem=problem),
    )


def empty() -> TogetherView:
    """Return what somebody sees who has just begun: a project of their own on this computer, and nothing in it."""
    me = msgspec.structs.replace(LEA, skills=(), about="")
    return TogetherView(
        projects=(ProjectChoice("p0", "First project", "On this computer", chosen=True, here=True),),
        today=TodayView(
            "Record the sound of water somewhere in your home.", "Today’s prompt",
            streak=("",) * 13 + ("open",), streak_line="Nothing yet; today is a good day to begin",
            then="Nothing is asked for right now. Open a call, or answer today’s prompt.",
        ),
        project=ProjectView(
            "p0", "First project", terms="Anybody may use and change it, also to earn money, and has to name you.",
            may_lead=True, health=Line("Nothing is asked for yet", Tone.QUIET),
        ),
        people=PeopleView((me,), server="On this computer", may_invite=True, may_manage=True),
    )  # fmt: skip


def full(selected: str = "t1") -> TogetherView:
    """Return a project in which everything is there."""
    return TogetherView(
        projects=(
            ProjectChoice("p1", "Kitchen Table Choir", "5 takes", chosen=True),
            ProjectChoice("p2", "First project", "On this computer", here=True),
        ),
        today=TodayView(
            "Record the quietest sound in your home, and keep still long enough to hear it.",
            "From this project’s own list",
            streak=("", *MADE[:2], "rested", *MADE, "", "made", "rested", *MADE, "open"),
            streak_line="5 days, 1 of 2 rest days left this week",
            next=(
                NextView("c1", "Low harmony, verse 2", "You make voice · 2 are missing · 2 days left",
                         "Hum one note", ("sound",)),
                NextView("c3", "One drawing per day", "Nobody has answered yet · 15 minutes", media=("artwork",)),
            ),
            news=(
                NewsView("n1", "Jude: Love the breath before “home”. Keep it.", "5 min ago", JUDE, "t1", at=7.0,
                         fresh=True),
                NewsView("n2", "“Kitchen window” is kept for later: it fits episode 4 better", "yesterday", take="t4"),
            ),
        ),
        project=ProjectView(
            "p1", "Kitchen Table Choir", "Everybody sings one verse at the kitchen table.", terms="Anybody may use it.",
            deadline="2026-12-24", due=Line("26 days left", Tone.QUIET), may_lead=True, may_comment=True,
            health=Line("1 take waits to be heard", Tone.LOOK),
            steps=(
                StepView("s1", "Choose the piece and its key", True, LEA, place=1.0),
                StepView("s2", "Record a guide for every voice", False, MIKA, place=2.0,
                         comments=(CommentView("k7", JUDE, "Bass is done.", "1 h ago"),)),
                StepView("s3", "Wall of faces", False, place=3.0),
            ),
            calls=calls(),
            cuts=(CutView("t5", "First mix", JUDE, "2:31 · yesterday"), CutView("t4", "Cover", SORA, "2 h ago", False)),
            credits=(CreditView(MIKA, "lead vocal", "2:31"), CreditView(JUDE, "upright bass", "2:31")),
            lineage=(
                BranchView("t5", "Guide v7", "Lea", "", 0, Stage.ACCEPTED),
                BranchView("t1", "Low harmony – take 3", "Mika", "recorded against", 1, Stage.SUBMITTED),
            ),
        ),
        review=ReviewView(takes(), 1, selected, comments()),
        people=PeopleView(
            (LEA, MIKA, JUDE, SORA),
            (
                InviteView("i1", Role.CONTRIBUTOR, "contributor · until 12 December · for 20 more", "https://choir.example/join#abcdefghijklmnop"),
                InviteView("i2", Role.REVIEWER, "reviewer · revoked", open=False),
            ),
            (DeviceView("d1", "Lea’s laptop", "this computer · used just now", current=True),
             DeviceView("d2", "Old phone", "since 2 May · never used")),
            "choir.example", embedded=False, may_invite=True, may_manage=True, can_move=True,
        ),
        answering=AnsweringView(
            "c1", "Low harmony, verse 2", "Close, warm, a hair behind the beat", ("92 bpm", "D minor", "48 kHz"),
            "CC BY 4.0: Anybody may use and change it, also to earn money, and has to name you.", "Guide v7",
            told=TOLD,
        ),
        queued=(
            QueuedView("q1", "A comment", "waits", None),
            QueuedView("q2", "Comment “And the end?”", "refused",
                       Problem("not-allowed", "It was not said", "You are no member any more", "Ask a leader")),
        ),
        offline_line="Offline: 2 changes wait",
    )  # fmt: skip
