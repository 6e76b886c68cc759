"""The digest of a track: the same however its bytes arrive, and cheap to bring up to date after a seal."""

from __future__ import annotations

import hashlib
import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.wire.digest import CHUNK, Digest, combine, digest_of

_DATA = Random(7).randbytes(3 * CHUNK + 1234)


def _by_the_book(data: bytes) -> str:
    leaves = [hashlib.sha256(data[at : at + CHUNK]).digest() for at in range(0, len(data), CHUNK)]
    return "rt1:" + hashlib.sha256(b"roomtone-digest-1\0" + len(data).to_bytes(8, "big") + b"".join(leaves)).hexdigest()


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(_DATA)])
def test_the_digest_is_what_its_definition_says(length: int) -> None:
    assert digest_of(_DATA[:length]) == _by_the_book(_DATA[:length])


def test_known_digests_stay_what_they_are() -> None:
    """Whoever changes these makes every sealed take in the world look damaged."""
    assert digest_of(b"") == "rt1:" + hashlib.sha256(b"roomtone-digest-1\0" + bytes(8)).hexdigest()
    assert digest_of(b"roomtone") == _by_the_book(b"roomtone")


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, len(_DATA)), max_size=12), length=st.integers(0, len(_DATA)))
def test_the_digest_does_not_depend_on_how_the_bytes_arrive(cuts: list[int], length: int) -> None:
    data = _DATA[:length]
    digest = Digest()
    edges = sorted({0, length, *(cut for cut in cuts if cut <= length)})
    for start, end in itertools.pairwise(edges):
        digest.update(memoryview(data)[start:end])
    assert digest.length == length
    assert digest.text() == digest_of(data)


@settings(max_examples=40)
@given(
    length=st.integers(1, len(_DATA)),
    patch=st.binary(min_size=1, max_size=200),
    offset=st.integers(0, 60_000),
    asked_before=st.booleans(),
)
def test_after_a_patch_of_its_first_bytes_only_the_first_chunk_is_hashed_again(
    length: int, patch: bytes, offset: int, asked_before: bool
) -> None:
    data = bytearray(_DATA[:length])
    digest = Digest()
    digest.update(data)
    if asked_before:
        digest.text()
    at = min(offset, length - 1)
    data[at : at + len(patch)] = patch[: length - at]
    digest.replace_first_chunk(bytes(data[:CHUNK]))
    assert digest.text() == digest_of(bytes(data))


def test_a_replaced_first_chunk_can_still_be_appended_to() -> None:
    digest = Digest()
    digest.update(b"old start")
    digest.replace_first_chunk(b"new start")
    digest.update(_DATA)
    assert digest.text() == digest_of(b"new start" + _DATA)


@pytest.mark.parametrize("wrong", [b"", _DATA[: CHUNK - 1], _DATA[: CHUNK + 1]])
def test_a_first_chunk_must_be_given_whole(wrong: bytes) -> None:
    digest = Digest()
    digest.update(_DATA)
    with pytest.raises(ValueError, match="whole"):
        digest.replace_first_chunk(wrong)
    assert digest.text() == digest_of(_DATA)


def test_a_copy_goes_its_own_way() -> None:
    digest = Digest()
    digest.update(_DATA[:CHUNK])
    twin = digest.copy()
    twin.update(b"more")
    twin.replace_first_chunk(bytes(CHUNK))
    assert digest.text() == digest_of(_DATA[:CHUNK])
    assert twin.text() == digest_of(bytes(CHUNK) + b"more")


def test_every_bit_and_the_length_count() -> None:
    flipped = bytearray(_DATA)
    flipped[2 * CHUNK + 5] ^= 1
    assert len({digest_of(_DATA), digest_of(bytes(flipped)), digest_of(_DATA + b"\0"), digest_of(_DATA[:-1])}) == 4
    assert combine(0, []) != combine(1, [])
