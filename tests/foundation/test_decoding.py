"""Types are looked into by one thread at a time, whoever decodes what."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec
import pytest

import roomtone
from roomtone.foundation.decoding import convert, decode, decoder_of
from tests.rigs.processes import run

_TOGETHER = """
import sys, threading
import msgspec
from roomtone.foundation.decoding import convert, decode
from roomtone.upload.together_messages import NewEdit, ProjectPart
from roomtone.wire.project.items import StepFields

sys.setswitchinterval(1e-6)
raw = msgspec.json.encode(NewEdit("1" * 32, StepFields(title="x")))
together = threading.Barrier(4)

def work(number):
    together.wait()
    if number % 2:
        decode(raw, NewEdit)
    else:
        try:
            convert({"items": [{}]}, ProjectPart)
        except msgspec.ValidationError:
            pass

threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("alive")
"""


class _Named(msgspec.Struct):
    name: str


def test_threads_that_meet_a_type_for_the_first_time_together_live() -> None:
    for _ in range(5):
        assert run([sys.executable, "-c", _TOGETHER]).strip() == "alive"


def test_a_decoder_is_built_once_and_says_what_is_wrong() -> None:
    assert decoder_of(_Named) is decoder_of(_Named)
    assert decode(b'{"name": "Ana"}', _Named) == convert({"name": "Ana"}, _Named) == _Named("Ana")
    assert decode(b"[1, 2]", list[int]) == [1, 2]
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"name": 1}', _Named)
    with pytest.raises(msgspec.DecodeError):
        decode(b"{", _Named)


def test_nothing_builds_a_decoder_by_itself() -> None:
    by_itself = re.compile(r"json\.Decoder\(|json\.decode\([^)]*type=|msgspec\.convert\(")
    root = Path(roomtone.__file__).parent
    found = [path for path in root.rglob("*.py") if by_itself.search(path.read_text())]
    assert [path.relative_to(root).as_posix() for path in found] == ["foundation/decoding.py"]
