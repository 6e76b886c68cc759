"""The bootstrap says what it does, stops where it may not go on, trusts only what it finished, and is quick.

It runs as the process that it is, in a checkout of its own; the package managers are small programs that write down
what they were asked.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import bootstrap
import pytest

from tests.rigs.processes import Program, kill, tree

_ROOT = Path(__file__).parents[2]
_NOBODY = 65534


@dataclass
class Checkout:
    """A checkout with an empty lock, a program that says how it was started, and package managers of its own."""

    root: Path
    bin: Path
    calls: Path
    variables: dict[str, str] = field(default_factory=dict)
    first: subprocess.CompletedProcess[str] = field(init=False)

    def environment(self) -> dict[str, str]:
        """Return the environment of somebody who has nothing but this checkout."""
        return {"PATH": str(self.bin), "HOME": str(self.root), **self.variables}

    def start(
        self, *arguments: str, python: str = sys.executable, user: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the bootstrap as a person would, with nothing but the programs of this checkout on the path."""
        return subprocess.run(
            [python, "packaging/bootstrap.py", *arguments],
            cwd=self.root,
            env=self.environment(),
            user=user,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            check=False,
        )

    def program(self, name: str, script: str) -> None:
        """Put a shell script onto the path."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def called(self) -> list[str]:
        """Return what the package managers were asked, in order."""
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    @property
    def stamp(self) -> Path:
        """Where the bootstrap remembers what it finished."""
        return self.root / ".venv" / "roomtone-stamp.json"

    def change(self, path: str, old: str, new: str) -> None:
        """Change the text of a file of the checkout."""
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that was started once."""
    checkout = _new_checkout(tmp_path_factory.mktemp("made"))
    checkout.first = checkout.start("run", "devices", "--json")
    assert checkout.first.returncode == 0, checkout.first.stderr
    return checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout that nobody has started yet."""
    return _new_checkout(tmp_path)


def _new_checkout(tmp_path: Path) -> Checkout:
    """Make a checkout that needs nothing of the system until a test says so."""
    root = tmp_path / "checkout"
    (root / "app" / "roomtone").mkdir(parents=True)
    (root / "app" / "roomtone" / "__init__.py").touch()
    (root / "app" / "roomtone" / "__main__.py").write_text("import sys\nprint('started', *sys.argv[1:])\n")
    shutil.copytree(_ROOT / "packaging", root / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "packaging" / "requirements.lock").write_text("# Nothing is needed.\n")
    new = Checkout(root, tmp_path / "bin", tmp_path / "calls")
    new.bin.mkdir()
    new.change("packaging/system_packages.py", '"library:libportaudio.so.2"', '"program:sh-of-the-test"')
    new.program("sh-of-the-test", "exit 0")
    return new


def _installer(checkout: Checkout, brings: str, exit_code: int = 0) -> None:
    """Put an apt-get onto the path that writes down what it is asked and brings one program."""
    checkout.program(
        "apt-get",
        f"""
echo "$*" >> {checkout.calls}
[ {exit_code} = 0 ] || {{ echo "E: no network" >&2; exit {exit_code}; }}
case "$*" in
    *--simulate*|update) ;;
    *) [ -z "{brings}" ] || /bin/cp "$0" {checkout.bin}/{brings} ;;
esac""",
    )
    checkout.program("env", 'shift; exec "$@"')
    checkout.program("sudo", 'if [ "$1" = -n ]; then exit 0; fi; exec "$@"')


def _python_of_everybody() -> str:
    """Return a Python that a user without rights can start, or skip: one below /root is of no use to him."""
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            script = "import sys; raise SystemExit(sys.version_info < (3, 11))"
            if subprocess.run([python, "-c", script], user=_NOBODY, cwd="/", check=False).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("no Python 3.11 here that another user can start")


def test_a_first_start_makes_the_environment_and_says_so(made: Checkout) -> None:
    assert made.first.stdout == "started devices --json\n"
    assert "Making the environment" in made.first.stderr


def test_a_second_start_goes_straight_to_work(made: Checkout) -> None:
    # Offline, and without pip: whoever came near them again would fail here.
    shutil.rmtree(next((made.root / ".venv" / "lib").glob("*/site-packages/pip")))
    made.variables = {"PIP_NO_INDEX": "1"}
    second = made.start("run", "takes", "a b")
    assert (second.returncode, second.stdout, second.stderr) == (0, "started takes a b\n", "")


def test_the_program_is_there_under_its_own_name(made: Checkout) -> None:
    done = subprocess.run(
        [made.root / ".venv/bin/roomtone", "takes", "a b"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "started takes a b\n"


def test_an_environment_that_was_left_half_made_is_made_anew(checkout: Checkout) -> None:
    lock = checkout.root / "packaging" / "requirements.lock"
    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # A package index that takes the call and never answers; the machine goes down in the middle of it.
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        checkout.variables = {"PIP_INDEX_URL": index, "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
        with Program([sys.executable, "packaging/bootstrap.py", "run"], checkout.environment(), checkout.root) as cut:
            silent.settimeout(60)
            call, _ = silent.accept()
            for process in tree(cut.pid):
                kill(process.pid)
            call.close()
    assert (checkout.root / ".venv" / "bin" / "python").exists()
    assert not checkout.stamp.exists()
    (checkout.root / ".venv" / "litter").touch()
    lock.write_text("# Nothing is needed.\n")
    done = checkout.start("run")
    assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
    assert checkout.stamp.exists()
    assert not (checkout.root / ".venv" / "litter").exists()


def test_dependencies_that_cannot_be_had_are_explained(checkout: Checkout) -> None:
    lock = checkout.root / "packaging" / "requirements.lock"
    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    checkout.variables = {"PIP_NO_INDEX": "1"}
    failed = checkout.start("run")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "The dependencies were not installed – python ended with 1, see above – Check the network" in failed.stderr
    assert not checkout.stamp.exists()


@pytest.mark.parametrize("text", ["not json", "[]", '{"made_for": 1, "system": 1}', "{}"])
def test_a_stamp_that_says_something_else_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    bootstrap.STAMP.write_text(text)
    assert not bootstrap.read_stamp().fresh


@pytest.mark.parametrize("changed", ["lock", "python", "root"])
def test_a_stamp_for_another_lock_python_or_folder_is_not_fresh(
    monkeypatch: pytest.MonkeyPatch, made: Checkout, changed: str
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", made.root / ".venv")
    wanted = bootstrap.wanted()
    assert bootstrap.Stamp(wanted, []).fresh
    assert not bootstrap.Stamp({**wanted, changed: "another"}, []).fresh


def test_missing_packages_are_named_with_their_reason_and_installed(made: Checkout) -> None:
    # A display appears, and with it a need that was never looked at; the environment stays as it is.
    made.change("packaging/system_packages.py", '"library:libEGL.so.1"', '"program:egl-of-the-test"')
    made.change(
        "packaging/system_packages.py", "    return [*_PYTHON, *_SOUND, *(_WINDOW if", "    return [*(_WINDOW[:1] if"
    )
    made.variables = {"DISPLAY": ":0"}
    _installer(made, "egl-of-the-test")
    done = made.start("run")
    assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
    assert "  libegl1  the window\n" in done.stderr
    assert "Making the environment" not in done.stderr
    assert made.called()[-1] == "install -y --no-install-recommends libegl1"
    before = made.called()
    assert made.start("run").stderr == ""
    assert made.called() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become a user without rights")
@pytest.mark.parametrize("sudo", ["", "exit 1"], ids=["no sudo", "sudo asks"])
def test_without_the_rights_it_prints_the_command_and_stops(checkout: Checkout, sudo: str) -> None:
    python = _python_of_everybody()
    (checkout.bin / "sh-of-the-test").unlink()
    _installer(checkout, "sh-of-the-test")
    (checkout.bin / "sudo").unlink()
    if sudo:
        checkout.program("sudo", sudo)
    # Down from the system's own folder for such things, everybody may go where the checkout lies.
    for folder in [checkout.root, *checkout.root.parents]:
        if folder.owner() == "root" and folder.is_relative_to(Path(tempfile.gettempdir())) and folder.name != "tmp":
            folder.chmod(0o755)
    done = checkout.start("run", python=python, user=_NOBODY)
    assert done.returncode == 1
    command = "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libportaudio2"
    assert done.stderr.endswith(f"– Run: {command}\n")
    assert checkout.called() == []
    assert not checkout.stamp.exists()


def test_an_installer_that_fails_is_not_the_end_of_the_explanation(checkout: Checkout) -> None:
    (checkout.bin / "sh-of-the-test").unlink()
    _installer(checkout, "sh-of-the-test", exit_code=100)
    done = checkout.start("run")
    assert done.returncode == 1
    assert "E: no network" in done.stderr
    assert "The installer ended with 100" in done.stderr
    assert done.stderr.endswith("apt-get install -y --no-install-recommends libportaudio2\n")


def test_a_package_that_brings_nothing_is_noticed(checkout: Checkout) -> None:
    (checkout.bin / "sh-of-the-test").unlink()
    _installer(checkout, "")
    done = checkout.start("run")
    assert done.returncode == 1
    assert "not found: libportaudio2" in done.stderr


def test_an_older_python_is_told_which_one_is_needed(checkout: Checkout) -> None:
    checkout.change("packaging/bootstrap.py", "_OLDEST = (3, 11)", "_OLDEST = (9, 9)")
    done = checkout.start("run")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_checks_run_before_the_tests_and_any_of_them_fails_the_run(made: Checkout) -> None:
    checkout = made
    # The tests' own needs do not matter here; the programs of the environment do.
    tools = checkout.root / ".venv" / "bin"
    for name, code in {"ruff": 0, "mypy": 1, "lint-imports": 0}.items():
        (tools / name).write_text(f"#!/bin/sh\necho {name} $*\nexit {code}\n")
        (tools / name).chmod(0o755)
    package = next((checkout.root / ".venv" / "lib").glob("*/site-packages")) / "pytest.py"
    package.write_text("import sys\nprint('pytest', *sys.argv[1:])\n")
    checkout.change(
        "packaging/system_packages.py", "return [*_PYTHON, *_SOUND, *_WINDOW, *_TESTS]", "return [*_PYTHON]"
    )
    done = checkout.start("test", "-k", "name")
    assert done.stdout.splitlines() == ["ruff check", "ruff format --check", "mypy", "lint-imports", "pytest -k name"]
    assert done.returncode == 1
    assert "not passed: mypy" in done.stderr
    (tools / "mypy").write_text("#!/bin/sh\nexit 0\n")
    assert checkout.start("test").returncode == 0


def test_an_unknown_command_is_a_mistake_of_the_caller(checkout: Checkout) -> None:
    done = checkout.start("walk")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_the_lock_names_hashes_and_no_host() -> None:
    text = (_ROOT / "packaging" / "requirements.lock").read_text()
    assert text.count("--hash=sha256:") > 500
    assert "://" not in text
    assert "index-url" not in text
    assert "python3 packaging/bootstrap.py lock" in text.split("\n\n")[0][:300]
