"""Where things lie. One ``Home`` is made in each process and handed on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from roomtone.foundation.files import make_directory


@dataclass(frozen=True)
class Home:
    """The folder that holds all of a person's data; ``--home`` or ``ROOMTONE_HOME`` moves it."""

    root: Path

    @property
    def takes(self) -> Path:
        """The take folders: the truth."""
        return self.root / "takes"

    @property
    def library(self) -> Path:
        """The index over the take folders; it can be rebuilt."""
        return self.root / "library.sqlite"

    @property
    def cache(self) -> Path:
        """Derived files, such as waveform peaks; any of them can be made again."""
        return self.root / "cache"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def sync(self) -> Path:
        """What the sync worker remembers between two starts."""
        return self.root / "sync"

    @property
    def server(self) -> Path:
        """The data of the embedded server."""
        return self.root / "server"

    @property
    def run(self) -> Path:
        """Addresses, keys and locks of the running processes; only the owner may enter."""
        return self.root / "run"

    def prepare(self) -> Home:
        """Create the folders. Raises ``OSError``."""
        for folder in (self.root, self.takes, self.cache, self.logs, self.sync):
            make_directory(folder)
        make_directory(self.run, 0o700)
        return self

    def socket_folder(self) -> Path:
        """Return a short, private folder for local sockets: their paths are limited to about 100 bytes."""
        tag = hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]
        user = os.getuid() if hasattr(os, "getuid") else 0
        base = Path(tempfile.gettempdir()) / f"roomtone-{user}-{tag}"
        if len(str(base)) > 70:
            base = Path("/tmp") / f"roomtone-{user}-{tag}"
        base.mkdir(mode=0o700, exist_ok=True)
        return base


def find_home(chosen: str | None, environment: dict[str, str] | None = None) -> Home:
    """Return the home that ``--home``, ``ROOMTONE_HOME`` or the system's convention names, in that order."""
    env = os.environ if environment is None else environment
    name = chosen or env.get("ROOMTONE_HOME")
    if name:
        return Home(Path(name).expanduser().absolute())
    return Home(Path(platformdirs.user_data_dir("Roomtone", appauthor=False)))
