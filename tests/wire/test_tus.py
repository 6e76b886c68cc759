"""The headers of tus: read strictly, because what two programs read differently is where data is lost."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roomtone.wire.tus import (
    MAX_METADATA_BYTES,
    MAX_METADATA_KEYS,
    format_metadata,
    parse_metadata,
    parse_number,
)


@given(st.integers(0, 10**15 - 1))
def test_every_number_of_up_to_fifteen_digits_is_read(number: int) -> None:
    assert parse_number(str(number)) == number


@given(st.text(max_size=20))
@example("")
@example("+5")
@example("-5")
@example(" 5")
@example("5 ")
@example("5\n")
@example("1_000")
@example("0x10")
@example("5.0")
@example("1e3")
@example("٥")
@example("²")
@example("9" * 16)
@example("9" * 40)
def test_a_text_is_a_number_or_refused_and_nothing_between(text: str) -> None:
    plain = 1 <= len(text) <= 15 and all(c in "0123456789" for c in text)
    if plain:
        assert parse_number(text) == int(text)
    else:
        with pytest.raises(ValueError, match="digits"):
            parse_number(text)


_KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1, max_size=20)
_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(_KEYS, _VALUES, max_size=MAX_METADATA_KEYS))
def test_metadata_comes_back_as_it_was_written(values: dict[str, str]) -> None:
    assert parse_metadata(format_metadata(values)) == {key: value.encode() for key, value in values.items()}


@given(st.text(max_size=100))
def test_metadata_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        found = parse_metadata(text)
    except ValueError:
        return
    assert len(found) <= MAX_METADATA_KEYS
    assert all(key and key.isascii() for key in found)


@pytest.mark.parametrize(
    "text",
    [
        ",",
        "a,,b",
        " ,a",
        "kéy QQ==",
        "key QQ==,key QQ==",
        "key QQ",
        "key Q!==",
        "key QQ== QQ==",
        "k" * 65,
        "a" * (MAX_METADATA_BYTES + 1),
        ",".join(f"k{number} QQ==" for number in range(MAX_METADATA_KEYS + 1)),
    ],
)
def test_malformed_metadata_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="metadata"):
        parse_metadata(text)


def test_metadata_without_a_value_and_with_spaces_is_what_the_protocol_allows() -> None:
    value = base64.b64encode(b"Song").decode()
    assert parse_metadata(f"is_confidential,filename {value}") == {"is_confidential": b"", "filename": b"Song"}
    assert parse_metadata(f"a {value} , b {value}") == {"a": b"Song", "b": b"Song"}
    assert parse_metadata("") == parse_metadata("  ") == {}
