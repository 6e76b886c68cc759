"""Decoders of JSON by the type that they give, each built once in a process.

msgspec looks into a type when it is first used. Two threads that do so at the same time with types that have to do with
each other crash the process (seen with 0.22.0, ten times in twelve), so that all of Roomtone builds its decoders here,
one after the other. Decoding itself may happen on as many threads as one likes.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_building = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


@overload
def decoder_of(kind: type[T]) -> msgspec.json.Decoder[T]: ...


@overload
def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]: ...


def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """Return the decoder of a type or of a union of types."""
    found = _decoders.get(kind)
    if found is None:
        with _building:
            found = _decoders.get(kind)
            if found is None:
                found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found


@overload
def decode(data: bytes | str | bytearray | memoryview | msgspec.Raw, kind: type[T]) -> T: ...


@overload
def decode(data: bytes | str | bytearray | memoryview | msgspec.Raw, kind: Any) -> Any: ...


def decode(data: bytes | str | bytearray | memoryview | msgspec.Raw, kind: Any) -> Any:
    """Decode a document. Raises ``msgspec.DecodeError``, of which ``ValidationError`` is one."""
    return decoder_of(kind).decode(data)


@overload
def convert(value: object, kind: type[T], *, from_attributes: bool = False) -> T: ...


@overload
def convert(value: object, kind: Any, *, from_attributes: bool = False) -> Any: ...


def convert(value: object, kind: Any, *, from_attributes: bool = False) -> Any:
    """Make a value of a type of one that looks like it. Raises ``msgspec.ValidationError``."""
    decoder_of(kind)
    return msgspec.convert(value, kind, from_attributes=from_attributes)
