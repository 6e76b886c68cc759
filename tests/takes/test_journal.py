"""Appending to a journal: whole lines only, from several sides at once, and through a full disk."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes.journal import Journal, append_entry
from tests.rigs.disks import SmallDisk
from tests.takes.making import AT, began, make_take


def test_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path) -> None:
    first = began()
    (tmp_path / f.JOURNAL).write_bytes(f.encode_entry(first) + b'{"e":"synced","tracks":{"mic')
    append_entry(tmp_path, d.Starred(True, AT))
    assert list(f.read_journal(tmp_path)) == [first, d.Starred(True, AT)]


def test_healing_a_whole_journal_changes_nothing(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    before = (folder / f.JOURNAL).read_bytes()
    Journal(folder).close()
    assert (folder / f.JOURNAL).read_bytes() == before


_WRITER = """
import sys
from pathlib import Path
from roomtone.takes.documents import Noted
from roomtone.takes.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(300):
    journal.append(Noted(f"{sys.argv[2]} {number} " + "x" * 200, "now"), durable=False)
journal.close()
"""


def test_entries_of_several_processes_and_threads_do_not_mix(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(folder), name], stderr=subprocess.PIPE) for name in "ab"
    ]
    journal = Journal(folder)

    def write(name: str) -> None:
        for number in range(300):
            journal.append(d.Noted(f"{name} {number} " + "x" * 200, "now"), durable=False)

    threads = [threading.Thread(target=write, args=(name,)) for name in "cd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        assert writer.communicate(timeout=30)[1] == b""
    journal.close()
    texts = [entry.text for entry in f.read_journal(folder) if isinstance(entry, d.Noted)]
    assert len(texts) == 1200
    for name in "abcd":
        mine = [int(text.split()[1]) for text in texts if text.startswith(name)]
        assert mine == list(range(300))


def _fits(journal: Journal) -> bool:
    try:
        journal.append(d.Noted("full " * 40, AT))
    except OSError:
        return False
    return True


def test_a_full_disk_refuses_an_entry_and_the_ones_after_it_are_whole() -> None:
    with SmallDisk(1) as disk:
        folder = make_take(disk.path)
        journal = Journal(folder)
        disk.fill()
        # The last page of the file takes a few entries still, and then a part of one.
        kept = 0
        while _fits(journal):
            kept += 1
        with pytest.raises(OSError, match="No space"):
            journal.append(d.Noted("still full " * 40, AT))
        disk.make_room()
        journal.append(d.Starred(True, AT))
        journal.append(d.Noted("after", AT))
        journal.close()
        entries = list(f.read_journal(folder))
        assert entries[-2:] == [d.Starred(True, AT), d.Noted("after", AT)]
        assert len(entries) == 1 + kept + 2


def test_an_entry_is_on_the_disk_before_append_returns(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    journal = Journal(folder)
    journal.append(d.Starred(True, AT))
    assert list(f.read_journal(folder))[-1] == d.Starred(True, AT)
    journal.close()
    journal.close()
