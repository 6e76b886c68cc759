"""Node programs for tests and benchmarks, with the packages that they need, installed once and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from tests.rigs.processes import need, run

_SOURCES = Path(__file__).parent / "js"


def installed() -> Path:
    """Return a folder with our scripts and their packages; skip the test where there is no Node.

    The packages are installed once for a lock file, into the person's cache, and used from there ever after.
    """
    need("node", "npm")
    files = sorted(path for path in _SOURCES.iterdir() if path.is_file())
    tag = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roomtone-tests"
    target = cache / f"js-{tag}"
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=cache))
    for path in files:
        shutil.copy(path, made)
    run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"], seconds=300, cwd=made)
    try:
        made.rename(target)
    except OSError:
        # Somebody else was faster; theirs is the same.
        shutil.rmtree(made)
    return target
