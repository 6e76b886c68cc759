"""The two commands that set Roomtone up on a fresh machine, with nothing but Python 3.11 or newer.

    python3 packaging/bootstrap.py run [arguments of roomtone …]
    python3 packaging/bootstrap.py test [arguments of pytest …]

and, for those who change the dependencies, ``lock``. The first start makes ``.venv`` from the lock file and installs
missing system packages; a stamp in ``.venv`` remembers that, so that later starts go straight to work. Standard
library only, and a syntax that older Pythons understand well enough to be told that they are too old.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import system_packages
from system_packages import give_up, say

if os.name != "nt":
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "roomtone-stamp.json"

_USAGE = "usage: python3 packaging/bootstrap.py run|test|lock [arguments …]"
_OLDEST = (3, 11)
_CHECKS = (
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    ["lint-imports"],
)


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for; ``run`` never comes back, Roomtone takes the process over."""
    if sys.version_info[:2] < _OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        give_up(
            "Roomtone was not started",
            f"It needs Python 3.11 or newer, and this is {found} ({sys.executable})",
            "Start it with a newer one, such as: python3.11 packaging/bootstrap.py run",
        )
    if not arguments or arguments[0] not in ("run", "test", "lock"):
        say(_USAGE)
        return 2
    command, rest = arguments[0], arguments[1:]
    if command == "lock":
        return renew_lock(rest)
    prepare(command)
    return run(rest) if command == "run" else test(rest)


def prepare(command: str) -> None:
    """Bring the system and ``.venv`` into the state that ``command`` needs; at once when the stamp says they are."""
    if read_stamp().serves(command):
        return
    with _alone():
        # Somebody else may have done it while we waited for our turn.
        stamp = read_stamp()
        if stamp.serves(command):
            return
        system_packages.provide(command)
        if not stamp.fresh:
            make_environment()
        _write_stamp(Stamp(wanted(), [*(stamp.system if stamp.fresh else []), _system_key(command)]))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let only one bootstrap at a time change this checkout; the others wait for it."""
    if os.name == "nt":
        yield
        return
    with LOCK.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make ``.venv`` anew, with exactly what the lock names, each file checked against its hash.

    The stamp goes first and comes back last, so that an environment that was left half-made is never trusted.
    """
    STAMP.unlink(missing_ok=True)
    say("Making the environment .venv and installing the locked dependencies; this takes a minute or two, once")
    _do([sys.executable, "-m", "venv", "--clear", str(VENV)], "The environment was not made")
    pip = [str(_python()), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    options = ["--require-hashes", "--only-binary=:all:", "--no-warn-script-location", "--root-user-action=ignore"]
    _do([*pip, *options, "-r", str(LOCK)], "The dependencies were not installed")
    for packages in VENV.glob("[Ll]ib*/**/site-packages"):
        (packages / "roomtone.pth").write_text(f"{ROOT / 'app'}\n", encoding="utf-8")
    if os.name == "posix":
        # The program under its own name, for the command line: .venv/bin/roomtone.
        script = VENV / "bin" / "roomtone"
        script.write_text(f'#!/bin/sh\nexec "{_python()}" -m roomtone "$@"\n', encoding="utf-8")
        script.chmod(0o755)


def run(arguments: list[str]) -> int:
    """Become Roomtone."""
    command = [str(_python()), "-m", "roomtone", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    # On Windows, execv would return to the shell before the program ends.
    return subprocess.run(command, check=False).returncode


def test(arguments: list[str]) -> int:
    """Run the checks and then the tests; pytest's summary is the last thing said. Returns 0 when all of it passed."""
    environment = {**os.environ, "JACK_NO_START_SERVER": "1", "PATH": _path()}
    failed = []
    for program, *options in _CHECKS:
        name = " ".join([program, *options])
        say(f"== {name}")
        check = [str(_python().with_name(program)), *options]
        if subprocess.run(check, cwd=ROOT, env=environment, check=False).returncode != 0:
            failed.append(name)
    say(f"== not passed: {', '.join(failed)}" if failed else "== all checks passed; now the tests")
    pytest = [str(_python()), "-m", "pytest"]
    # The acceptance tests want the machine's sound and both cores for themselves; of all others, which mostly wait for
    # real seconds, two run at a time.
    runs = [arguments] if arguments else [["tests/acceptance"], ["-n", "2", "--ignore=tests/acceptance"]]
    codes = [subprocess.run([*pytest, *run], cwd=ROOT, env=environment, check=False).returncode for run in runs]
    return next((code for code in codes if code), 1 if failed else 0)


def renew_lock(options: list[str]) -> int:
    """Write the lock anew from pyproject.toml; ``--upgrade`` takes the newest of everything. Needs the network."""
    with tempfile.TemporaryDirectory() as folder:
        _do([sys.executable, "-m", "venv", folder], "The lock was not renewed")
        python = Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        _do([str(python), "-m", "pip", "install", "--quiet", "uv"], "The lock was not renewed")
        compile_ = ["pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url", "--quiet"]
        say_it = ["--custom-compile-command", "python3 packaging/bootstrap.py lock"]
        paths = ["--group", "dev", "pyproject.toml", "-o", "packaging/requirements.lock"]
        _do([str(python), "-m", "uv", *compile_, *say_it, *options, *paths], "The lock was not renewed")
    return 0


def wanted() -> dict[str, str]:
    """Return what an environment must have been made for to be used here and now."""
    return {
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "python": f"{sys.version} {os.path.realpath(sys.executable)}",
        "root": str(ROOT),
    }


def _system_key(command: str) -> str:
    """Return a short name for everything that ``command`` asks of the system, so that a new need is looked at."""
    probes = [need.probe for need in system_packages.needs(command)]
    return hashlib.sha256("\n".join(probes).encode()).hexdigest()


@dataclass(frozen=True)
class Stamp:
    """What ``.venv`` was made for, and for which commands the system was looked at."""

    made_for: dict[str, str]
    system: list[str]

    @property
    def fresh(self) -> bool:
        """Whether the environment is whole and is the one that is wanted here and now."""
        return self.made_for == wanted() and _python().exists()

    def serves(self, command: str) -> bool:
        """Whether nothing is left to do for ``command``."""
        return self.fresh and _system_key(command) in self.system


def read_stamp() -> Stamp:
    """Return the stamp; one that cannot be understood says nothing."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
        return Stamp(dict(found["made_for"]), list(found["system"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Stamp({}, [])


def _write_stamp(stamp: Stamp) -> None:
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps({"made_for": stamp.made_for, "system": stamp.system}), encoding="utf-8")
    fresh.replace(STAMP)


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _path() -> str:
    """Return the search path with the environment's programs first and the administrator's last (mkfs, losetup)."""
    parts = [str(_python().parent), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]
    return os.pathsep.join(parts)


def _do(command: list[str], title: str) -> None:
    """Run one step, what it prints going to the person; end with exit code 1 when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        give_up(
            title,
            f"{Path(command[0]).name} ended with {done.returncode}, see above",
            "Check the network and the space on the disk, and start it again",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
