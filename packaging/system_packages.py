"""What Roomtone needs of the system, how to see whether it is there, and how each family of systems installs it.

Standard library only: this runs before anything of ours is installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

_LIBRARIES = ("lib", "lib64", "lib/*")


@dataclass(frozen=True)
class Need:
    """One thing that has to be there: ``program:``, ``library:``, ``alsa-plugin:`` or ``module:`` of this Python.

    ``packages`` maps a family (``apt``, ``dnf``, ``brew``) to the package that brings it; a family that is not in it
    does not need the thing, or has no package of it.
    """

    probe: str
    why: str
    packages: dict[str, str] = field(default_factory=dict)

    def there(self) -> bool:
        """Return whether it is installed and can be used."""
        kind, _, name = self.probe.partition(":")
        if kind == "program":
            # Programs of the administrator are not on everybody's search path, nor is Debian's PostgreSQL.
            databases = map(str, Path("/usr/lib/postgresql").glob("*/bin"))
            path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *databases))
            return shutil.which(name, path=path) is not None
        if kind == "module":
            return importlib.util.find_spec(name) is not None
        if kind == "alsa-plugin":
            return any(True for folder in _LIBRARIES for _ in Path("/usr").glob(f"{folder}/alsa-lib/{name}"))
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True


def _on_linux(probe: str, why: str, apt: str, dnf: str = "") -> Need:
    return Need(probe, why, {"apt": apt, **({"dnf": dnf} if dnf else {})})


def _everywhere(probe: str, why: str, apt: str, dnf: str = "", brew: str = "") -> Need:
    found = {"apt": apt, "dnf": dnf, "brew": brew}
    return Need(probe, why, {family: name for family, name in found.items() if name})


_PYTHON = [
    _on_linux(
        "module:ensurepip",
        "Python's own installer, for the environment .venv",
        f"python3.{sys.version_info[1]}-venv",
        "python3-pip",
    ),
]

_SOUND = [_on_linux("library:libportaudio.so.2", "sound devices", "libportaudio2", "portaudio")]

_WINDOW = [
    _on_linux("library:libEGL.so.1", "the window", "libegl1", "libglvnd-egl"),
    _on_linux("library:libGL.so.1", "the window", "libgl1", "libglvnd-glx"),
    _on_linux("library:libfontconfig.so.1", "fonts of the window", "libfontconfig1", "fontconfig"),
    _on_linux("library:libdbus-1.so.3", "the window's talk with the desktop", "libdbus-1-3", "dbus-libs"),
    _on_linux("library:libglib-2.0.so.0", "the window", "libglib2.0-0", "glib2"),
    _on_linux("library:libxkbcommon-x11.so.0", "the keyboard", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    _on_linux("library:libxcb-cursor.so.0", "the window on X11", "libxcb-cursor0", "xcb-util-cursor"),
    _on_linux("library:libxcb-icccm.so.4", "the window on X11", "libxcb-icccm4", "xcb-util-wm"),
    _on_linux("library:libxcb-image.so.0", "the window on X11", "libxcb-image0", "xcb-util-image"),
    _on_linux("library:libxcb-keysyms.so.1", "the window on X11", "libxcb-keysyms1", "xcb-util-keysyms"),
    _on_linux("library:libxcb-render-util.so.0", "the window on X11", "libxcb-render-util0", "xcb-util-renderutil"),
    _on_linux("library:libxcb-shape.so.0", "the window on X11", "libxcb-shape0", "libxcb"),
    _on_linux("library:libxcb-randr.so.0", "the window on X11", "libxcb-randr0", "libxcb"),
    _on_linux("library:libxcb-xkb.so.1", "the window on X11", "libxcb-xkb1", "libxcb"),
    _on_linux("library:libX11-xcb.so.1", "the window on X11", "libx11-xcb1", "libX11-xcb"),
    _on_linux("library:libwayland-cursor.so.0", "the window on Wayland", "libwayland-cursor0", "libwayland-cursor"),
]

_JACK = "a sample-exact sound card for the tests"
_DESKTOP_SOUND = "a desktop's sound for the tests"
_PROOF = "looking at recordings with other people's programs"
_TESTS = [
    _everywhere("program:git", "the tests of this bootstrap", "git", "git", "git"),
    _everywhere("program:jackd", _JACK, "jackd2", "jack-audio-connection-kit", "jack"),
    _everywhere("program:jack_lsp", _JACK, "jackd2", "jack-audio-connection-kit-example-clients"),
    _on_linux("program:sndfile-jackplay", _JACK, "sndfile-tools"),
    _on_linux("program:jack-play", _JACK, "jack-tools"),
    _on_linux("program:pulseaudio", _DESKTOP_SOUND, "pulseaudio"),
    _on_linux("program:pactl", _DESKTOP_SOUND, "pulseaudio-utils", "pulseaudio-utils"),
    _on_linux(
        "alsa-plugin:libasound_module_pcm_pulse.so",
        _DESKTOP_SOUND,
        "libasound2-plugins",
        "alsa-plugins-pulseaudio",
    ),
    _everywhere("program:ffmpeg", _PROOF, "ffmpeg", "ffmpeg-free", "ffmpeg"),
    _everywhere("program:flac", _PROOF, "flac", "flac", "flac"),
    _everywhere("program:sox", _PROOF, "sox", "sox", "sox"),
    _everywhere("program:espeak-ng", "speech for the tests", "espeak-ng", "espeak-ng", "espeak-ng"),
    _everywhere("program:stress-ng", "load for the tests", "stress-ng", "stress-ng", "stress-ng"),
    _on_linux("program:Xvfb", "a screen for the tests", "xvfb", "xorg-x11-server-Xvfb"),
    _on_linux("program:xdotool", "a person's keys and clicks for the tests", "xdotool", "xdotool"),
    _everywhere("program:import", "pictures of the screen", "imagemagick", "ImageMagick", "imagemagick"),
    _on_linux("program:chromium", "films as a browser plays them", "chromium", "chromium"),
    _everywhere("program:node", "other people's upload clients", "nodejs", "nodejs", "node"),
    _everywhere("program:npm", "other people's upload clients", "npm", "nodejs-npm", "node"),
    _everywhere("program:curl", "other people's upload clients", "curl", "curl", "curl"),
    _on_linux("program:mkfs.ext4", "disks that lose their power, for the tests", "e2fsprogs", "e2fsprogs"),
    _on_linux("program:losetup", "disks that lose their power, for the tests", "mount", "util-linux"),
    _everywhere("program:initdb", "a database server for the tests", "postgresql", "postgresql-server", "postgresql"),
    _on_linux("program:setpriv", "a database server for the tests", "util-linux", "util-linux"),
    _on_linux("program:setsid", "processes of the tests", "util-linux", "util-linux"),
]

_FAMILIES = {"apt": "apt-get", "dnf": "dnf", "brew": "brew"}


def family() -> str:
    """Return how this system installs packages: ``apt``, ``dnf``, ``brew``, or nothing when it is none of these."""
    order = ("brew",) if sys.platform == "darwin" else ("apt", "dnf")
    return next((name for name in order if shutil.which(_FAMILIES[name])), "")


def needs(command: str) -> list[Need]:
    """Return what a command of the bootstrap needs: ``run`` or ``test``."""
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if command == "test":
        return [*_PYTHON, *_SOUND, *_WINDOW, *_TESTS]
    return [*_PYTHON, *_SOUND, *(_WINDOW if display else [])]


def missing(command: str, system: str) -> dict[str, str]:
    """Return the packages that have to be installed for ``command``, each with what it is for."""
    found: dict[str, str] = {}
    for need in needs(command):
        package = need.packages.get(system)
        if package and package not in found and not need.there():
            found[package] = need.why
    return found


def install_command(packages: list[str], system: str, root: bool) -> list[str]:
    """Return the exact command that installs ``packages`` for somebody with the rights to."""
    before = [] if root or system == "brew" else ["sudo"]
    if system == "apt":
        options = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]
        return [*before, *options, *packages]
    if system == "dnf":
        return [*before, "dnf", "install", "-y", *packages]
    return ["brew", "install", *packages]


def may_install(system: str) -> bool:
    """Return whether packages can be installed without asking anybody for a password."""
    if system == "brew" or _is_root():
        return True
    if shutil.which("sudo") is None:
        return False
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return asked.returncode == 0


def provide(command: str) -> None:
    """Install what is missing for ``command``: say what and why first.

    Ends the program with exit code 1, and the exact command for a person to type, where the rights are missing, the
    system is unknown or its installer fails.
    """
    system = family()
    packages = missing(command, system)
    if not packages:
        return
    width = max(map(len, packages))
    say("Roomtone needs these packages of the system:")
    for name, why in packages.items():
        say(f"  {name:<{width}}  {why}")
    install = install_command(list(packages), system, _is_root())
    typed = shlex.join(install)
    if not may_install(system):
        give_up("They were not installed", "This account may not do it without a password", f"Run: {typed}")
    say(f"Installing them: {typed}")
    if system == "apt":
        _refresh_apt(install)
    done = subprocess.run(install, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        give_up("They were not installed", f"The installer ended with {done.returncode}, see above", f"Run: {typed}")
    still = missing(command, system)
    if still:
        give_up("Something is still missing", f"Installed, but not found: {', '.join(still)}", f"Run: {typed}")


def say(text: str) -> None:
    """Tell the person something; standard output belongs to what is started afterwards."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def give_up(title: str, detail: str, remedy: str) -> NoReturn:
    """End with exit code 1 and what happened, why, and what to do."""
    say(f"{title} – {detail} – {remedy}")
    raise SystemExit(1)


def _refresh_apt(install: list[str]) -> None:
    """Fetch the lists of packages when they are missing or too old to know what is wanted."""
    rehearsal = [part for part in install if part != "-y"]
    known = subprocess.run([*rehearsal, "--simulate"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if known.returncode == 0 and any(Path("/var/lib/apt/lists").glob("*Packages*")):
        return
    update = [*install[: install.index("install")], "update"]
    say(f"Fetching the lists of packages: {shlex.join(update)}")
    subprocess.run(update, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
