"""Where things lie. One ``Home`` is made in each process and handed on."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from roomtone.foundation.errors import WorldError
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
    def drafts(self) -> Path:
        """What was begun and is no take yet: pictures and pages, each in a folder of its own."""
        return self.root / "drafts"

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
    def projects(self) -> Path:
        """What is known of projects, and the edits that wait to be sent."""
        return self.sync / "projects.sqlite"

    @property
    def previews(self) -> Path:
        """Previews of own takes that wait to be sent, each in a folder named by its take; any can be made again."""
        return self.root / "previews"

    @property
    def others(self) -> Path:
        """Copies of other people's takes; each can be fetched again."""
        return self.root / "others"

    @property
    def account(self) -> Path:
        """The joined server and the key to it; absent while the embedded server is used."""
        return self.root / "account.json"

    @property
    def server(self) -> Path:
        """The data of the embedded server."""
        return self.root / "server"

    @property
    def run(self) -> Path:
        """Addresses, keys and locks of the running processes; only the owner may enter."""
        return self.root / "run"

    def prepare(self) -> Home:
        """Create the folders. Raises ``OSError``, ``NotADirectoryError`` where a file lies in the place of one."""
        try:
            for folder in (self.root, self.takes, self.drafts, self.cache, self.logs, self.sync):
                make_directory(folder)
            make_directory(self.run, 0o700)
        except (FileExistsError, NotADirectoryError) as error:
            why = "A file lies where a folder has to be"
            raise NotADirectoryError(errno.ENOTDIR, why, error.filename) from error
        if os.name != "nt" and stat.S_IMODE(self.run.stat().st_mode) != 0o700:
            # The keys of the workers lie here.
            self.run.chmod(0o700)
        return self

    def socket_folder(self) -> Path:
        """Return a short, private folder for local sockets: their paths are limited to about 100 bytes.

        It lies where everybody may write, so a folder that somebody else put there under our name is passed over.
        Raises ``WorldError`` when all names are taken.
        """
        tag = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]
        user = os.getuid() if hasattr(os, "getuid") else 0
        base = Path(tempfile.gettempdir())
        if len(str(base)) > 50:
            base = Path("/tmp")
        for ending in ("", *(f"-{number}" for number in range(2, 10))):
            folder = base / f"roomtone-{user}-{tag}{ending}"
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            if make_private(folder):
                return folder
        raise WorldError(
            "no-socket-folder",
            "Roomtone cannot talk to its own processes",
            f"Every name for its private folder in {base} is taken by somebody else",
            f"Remove the folders {base}/roomtone-{user}-{tag}*, or set TMPDIR to a folder of your own",
        )


def make_private(folder: Path) -> bool:
    """Return whether ``folder`` is a real folder of ours that nobody else may enter; shut it where it was open."""
    if os.name == "nt":
        return folder.is_dir()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return False
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return True


def find_home(chosen: str | None, environment: dict[str, str] | None = None) -> Home:
    """Return the home that ``--home``, ``ROOMTONE_HOME`` or the system's convention names, in that order."""
    env = os.environ if environment is None else environment
    name = chosen or env.get("ROOMTONE_HOME")
    if name:
        return Home(Path(name).expanduser().absolute())
    return Home(Path(platformdirs.user_data_dir("Roomtone", appauthor=False)))
