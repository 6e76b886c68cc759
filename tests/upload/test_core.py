"""The protocol core, answer by answer."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from roomtone.upload import core_events as ev
from roomtone.upload.core import MAX_BULK_FLIGHTS, MAX_FLIGHTS, Core
from roomtone.upload.core_pace import MIN_BODY, BodySize, Budget
from roomtone.upload.core_track import FRESH_STARTS, PATIENCE
from roomtone.upload.states import IllegalMoveError, Phase, SyncState, TakePhase, move_phase, move_sync, move_take
from roomtone.wire import api
from roomtone.wire.digest import digest_of
from roomtone.wire.tus import MAX_CLIENT_BODY
from tests.upload.conversation import DATA, TRACK, UPLOAD, Conversation, local_take

P = ev.Purpose


def _state(talk: Conversation) -> SyncState:
    return talk.take.state


def _trouble(talk: Conversation) -> str:
    problem = talk.take.trouble
    return problem.code if problem else ""


def test_a_take_becomes_safe_only_when_both_digests_are_equal() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun().send_all()
    talk.seal()
    talk.send_all()
    request = talk.expect(P.SEAL_TRACK)
    sealing = msgspec.json.decode(request.body, type=api.SealTrack)
    assert (sealing.length, sealing.digest) == (len(DATA), digest_of(DATA))
    assert _state(talk) is SyncState.SENDING
    track = api.Track(TRACK, "audio/flac", api.TrackState.SEALED, len(DATA), digest_of(DATA))
    talk.answer(request, 200, {}, msgspec.json.encode(track))
    assert talk.take.tracks[TRACK].state is SyncState.SAFE
    assert _state(talk) is SyncState.SENDING, "the take itself is not sealed yet"
    talk.answer(talk.expect(P.SEAL_TAKE), 200, {}, talk.take_document([track], sealed=True))
    assert _state(talk) is SyncState.SAFE
    assert talk.take.record.safe


def test_a_seal_that_is_answered_with_another_digest_is_not_safe() -> None:
    talk = Conversation()
    talk.seal()
    talk.begun().send_all()
    track = api.Track(TRACK, "audio/flac", api.TrackState.SEALED, len(DATA), digest_of(b"else"))
    talk.answer(talk.expect(P.SEAL_TRACK), 200, {}, msgspec.json.encode(track))
    assert (talk.take.state, _trouble(talk)) == (SyncState.NEEDS_YOU, "other-track-sealed")


def test_bytes_of_a_live_take_go_up_every_quarter_of_a_second_and_at_once_at_its_end() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.send_all()
    sent_at = talk.now
    talk.now += 0.05
    talk.grow(2000)
    assert talk.asked() is None
    talk.offset(talk.expect(P.SEND), 2000)
    assert talk.now == pytest.approx(sent_at + 0.25)
    talk.now += 0.05
    talk.grow(3000, ending=True)
    assert talk.asked() is not None


def test_a_conflict_asks_for_the_offset_and_goes_on_there() -> None:
    talk = Conversation()
    talk.grow(9000, ending=True)
    talk.begun()
    talk.refuse(talk.expect(P.SEND), 409, "offset-mismatch")
    talk.offset(talk.expect(P.ASK), 4000, 200)
    request = talk.expect(P.SEND)
    assert request.range == ev.FileRange(TRACK, 4000, 5000)


def test_damaged_bytes_are_sent_again() -> None:
    talk = Conversation()
    talk.grow(9000, ending=True)
    talk.begun()
    first = talk.expect(P.SEND)
    talk.refuse(first, 460, "checksum-mismatch")
    assert talk.expect(P.SEND).range == first.range


def test_a_body_that_is_too_large_becomes_smaller_until_that_is_no_use() -> None:
    talk = Conversation()
    talk.seal()
    talk.begun()
    sizes = []
    while talk.take.state is not SyncState.NEEDS_YOU:
        request = talk.expect(P.SEND)
        sizes.append(request.size)
        talk.refuse(request, 413, "too-large")
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == MIN_BODY
    assert _trouble(talk) == "body-too-large"


@pytest.mark.parametrize("status", [400, 403, 405, 412, 415, 431])
def test_a_refusal_that_no_repeating_helps_needs_the_person(status: int) -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.answer(talk.expect(P.SEND), status)
    assert (talk.take.state, _trouble(talk)) == (SyncState.NEEDS_YOU, "not-understood")
    assert talk.asked() is None
    talk.tell(ev.RetryNow())
    talk.declare()
    talk.offset(talk.expect(P.ASK), 0, 200)
    talk.send_all()
    assert talk.take.state is SyncState.SENDING


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed(status: int) -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.answer(talk.expect(P.SEND), status, {"location": "http://elsewhere.example/"})
    assert _trouble(talk) == "no-roomtone-there"


@pytest.mark.parametrize("status", [423, 429, 500, 502, 503, 504, 507])
def test_retry_after_is_kept(status: int) -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.answer(talk.expect(P.SEND), status, {"retry-after": "20"})
    at = talk.now
    talk.offset(talk.expect(P.ASK), 0, 200)
    assert talk.now >= at + 20


def test_retry_now_does_not_wait() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.answer(talk.expect(P.SEND), 503, {"retry-after": "20"})
    assert talk.asked() is None
    talk.tell(ev.RetryNow())
    assert talk.asked() is not None


def test_a_full_server_needs_the_person_and_is_tried_on() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    for _ in range(3):
        talk.refuse(talk.expect(P.SEND), 507, "disk-full")
        talk.offset(talk.expect(P.ASK), 0, 200)
    assert (talk.take.state, _trouble(talk)) == (SyncState.NEEDS_YOU, "server-disk-full")
    talk.send_all()
    assert (talk.take.state, _trouble(talk)) == (SyncState.SENDING, "")


@pytest.mark.parametrize(("status", "code"), [(404, "unknown-upload"), (410, "upload-gone")])
def test_an_upload_that_is_gone_is_made_again(status: int, code: str) -> None:
    record = ev.TakeRecord(local_take().id, declared=True, tracks={TRACK: ev.TrackRecord(UPLOAD)})
    talk = Conversation(record)
    talk.grow(1000)
    request = talk.expect(P.ASK)
    assert (request.method, request.path) == ("HEAD", UPLOAD)
    talk.refuse(request, status, code)
    talk.create()
    talk.send_all()


def test_a_server_that_does_not_know_the_take_or_the_project_is_told() -> None:
    record = ev.TakeRecord(local_take().id, declared=True)
    talk = Conversation(record)
    talk.grow(1000)
    talk.refuse(talk.expect(P.CREATE), 404, "unknown-take")
    talk.refuse(talk.expect(P.DECLARE), 404, "unknown-project")
    request = talk.expect(P.PROJECT)
    assert msgspec.json.decode(request.body, type=api.NewProject).title == "Song"
    talk.answer(request, 200, {}, b"{}")
    talk.begun().send_all()


def test_a_track_that_differs_is_sent_afresh_twice_and_then_needs_the_person() -> None:
    talk = Conversation()
    talk.seal()
    talk.begun()
    for _ in range(FRESH_STARTS):
        talk.send_all()
        talk.refuse(talk.expect(P.SEAL_TRACK), 409, "digest-mismatch")
        talk.answer(talk.expect(P.CLEAR), 204)
        talk.create()
    talk.send_all()
    talk.refuse(talk.expect(P.SEAL_TRACK), 409, "digest-mismatch")
    assert (talk.take.state, _trouble(talk)) == (SyncState.NEEDS_YOU, "digest-mismatch")
    assert talk.asked() is None


def test_a_track_that_the_server_has_already_is_safe_without_a_byte() -> None:
    talk = Conversation()
    talk.seal()
    talk.declare()
    talk.refuse(talk.expect(P.CREATE), 409, "track-sealed", digest_of(DATA))
    talk.expect(P.SEAL_TAKE)
    assert talk.take.tracks[TRACK].state is SyncState.SAFE


def test_a_server_that_has_another_track_under_the_name_needs_the_person() -> None:
    talk = Conversation()
    talk.declare(digest_of(b"else"))
    assert talk.asked() is None, "before the take is sealed nothing can be compared"
    talk.seal()
    assert (talk.take.state, _trouble(talk)) == (SyncState.NEEDS_YOU, "other-track-sealed")


def test_a_track_that_never_got_a_byte_is_sealed_empty() -> None:
    talk = Conversation()
    talk.tell(ev.TakeSealed(talk.about.id, {}, {}))
    talk.begun()
    sealing = msgspec.json.decode(talk.expect(P.SEAL_TRACK).body, type=api.SealTrack)
    assert (sealing.length, sealing.digest) == (0, digest_of(b""))


def test_more_bytes_on_the_server_than_here_are_cleared() -> None:
    record = ev.TakeRecord(local_take().id, declared=True, tracks={TRACK: ev.TrackRecord(UPLOAD)})
    talk = Conversation(record)
    talk.seal(b"short")
    talk.offset(talk.expect(P.ASK), 4000, 200)
    assert talk.expect(P.CLEAR).method == "DELETE"


def test_a_refused_token_stops_everything_until_there_is_another() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    talk.refuse(talk.expect(P.SEND), 401, "not-signed-in")
    assert talk.core.signed_out
    talk.now += 1000
    assert talk.asked() is None
    talk.tell(ev.NewToken())
    talk.send_all()


def test_a_late_word_about_the_old_token_says_nothing_about_the_new_one() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    request = talk.expect(P.SEND)
    talk.tell(ev.NewToken())
    talk.refuse(request, 401, "not-signed-in")
    assert not talk.core.signed_out
    talk.send_all()


def test_one_odd_answer_after_a_long_outage_asks_for_nobody() -> None:
    talk = Conversation()
    talk.grow(1000)
    for _ in range(3 * PATIENCE):
        talk.answer(talk.expect(P.DECLARE), 503)
    talk.refuse(talk.expect(P.DECLARE), 404, "unknown-project")
    talk.answer(talk.expect(P.PROJECT), 200, {}, b"{}")
    talk.begun().send_all()


def test_an_answer_that_comes_after_its_deadline_counts_for_nothing() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.begun()
    request = talk.expect(P.SEND)
    talk.now = request.deadline
    again = talk.expect(P.ASK)
    talk.offset(request, 1000)
    assert talk.take.tracks[TRACK].offset == 0
    talk.offset(again, 1000, 200)
    assert talk.take.tracks[TRACK].offset == 1000


def test_while_nothing_is_reached_one_request_at_a_time_finds_out() -> None:
    talk = Conversation()
    for number in range(1, 5):
        talk.core.add(local_take(number), None)
    talk.pump()
    flights = [request for take in talk.core.takes.values() for request in take.flights()]
    assert len(flights) > 1
    for request in flights:
        talk.tell(ev.Failed(request.id, ev.Failure.UNREACHABLE))
    assert (talk.core.online, talk.core.link_problem and talk.core.link_problem.code) == (False, "offline")
    talk.now += 31
    talk.pump()
    probes = [request for take in talk.core.takes.values() for request in take.flights()]
    assert len(probes) == 1
    talk.answer(probes[0], 503)
    assert talk.core.online
    talk.now += 31
    talk.pump()
    assert sum(len(list(take.flights())) for take in talk.core.takes.values()) > 1


def test_a_full_queue_leaves_room_for_the_take_that_is_recorded() -> None:
    core = Core(Random(0))
    for number in range(20):
        core.add(local_take(number), None)
        core.handle(ev.TakeSealed(local_take(number).id, {}, {}), 1.0)
    sent = core.effects(1.0).send
    assert len(sent) == MAX_BULK_FLIGHTS + 1
    live = local_take(59)
    core.add(live, None)
    assert [request.take for request in core.effects(1.0).send] == [live.id]
    assert len(sent) + 1 <= MAX_FLIGHTS


def test_pause_sends_nothing_and_goes_on_afterwards() -> None:
    talk = Conversation()
    talk.grow(1000)
    talk.tell(ev.Paused(on=True))
    assert talk.asked() is None
    talk.tell(ev.Paused(on=False))
    assert talk.asked() is not None


def test_a_bug_with_one_take_leaves_the_others_alone() -> None:
    talk = Conversation()
    other = local_take(1)
    talk.core.add(other, None)
    request = talk.expect(P.DECLARE)
    talk.core.give_up(ev.Answered(request.id, ev.Answer(200)))
    assert talk.core.takes[request.take].state is SyncState.NEEDS_YOU
    assert talk.core.takes[request.take].trouble is not None
    rest = talk.expect(P.DECLARE)
    assert rest.take != request.take


def test_a_cap_is_kept_on_average() -> None:
    budget = Budget()
    budget.set_cap(10_000, 0.0)
    now = sent = 0.0
    while now < 60:
        at = budget.ready_at(now)
        if at > now:
            now = at
            continue
        budget.spend(5_000)
        sent += 5_000
    assert sent == pytest.approx(600_000, rel=0.02)


def test_bodies_grow_while_nothing_breaks_and_never_beyond_the_limit() -> None:
    sizes = BodySize()
    first = sizes.allowed(0.0, 0)
    for _ in range(2000):
        sizes.passed(sizes.allowed(0.0, 0), 0.001)
    assert first < sizes.allowed(0.0, 0) == MAX_CLIENT_BODY
    sizes.lost(1, 1.0)
    assert sizes.allowed(1.0, 0) == first
    assert sizes.allowed(1.0, 40_000) == 20_000


def test_states_only_go_where_they_lead() -> None:
    with pytest.raises(IllegalMoveError):
        move_phase(Phase.DONE, Phase.SENDING)
    with pytest.raises(IllegalMoveError):
        move_take(TakePhase.DONE, TakePhase.OPEN)
    with pytest.raises(IllegalMoveError):
        move_sync(SyncState.SAFE, SyncState.SENDING)
    assert move_sync(SyncState.SAFE, SyncState.SAFE) is SyncState.SAFE
