"""What the sync worker is asked about people, links and keys: all of it needs the server."""

from __future__ import annotations

import platform
from typing import Any
from urllib.parse import urlsplit

from roomtone.foundation.errors import UsageError
from roomtone.upload import together_messages as t
from roomtone.upload.account import Joined
from roomtone.upload.http import Endpoint, Transport, call
from roomtone.upload.place import Place
from roomtone.wire.api import Account
from roomtone.wire.project import people as p

_MARK = "/join#"


def read_invitation(link: str) -> tuple[str, str]:
    """Read a link to join: the server's address and the code. Raises ``UsageError``."""
    base, mark, code = link.strip().partition(_MARK)
    parts = urlsplit(base if "://" in base else f"https://{base}")
    if not mark or not code or parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            "bad-link", "This is no link to join with", link[:200], "Copy the whole link: it ends in /join#…"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", code


def this_device(device: str) -> str:
    """Return what this computer is called in the list of keys."""
    return (device or platform.node() or "A computer")[:100]


class PeopleDesk:
    """Answers on the asking client's thread. Whoever asks says afterwards that another key may be used now."""

    def __init__(self, place: Place, transport: Transport) -> None:
        self._place = place
        self._transport = transport

    def answer(self, command: t.TogetherCommand) -> Any:
        """Carry out a command of this family; ``NotImplemented`` for any other. Raises ``RoomtoneError``."""
        match command:
            case t.LookAtLink():
                base, code = read_invitation(command.link)
                return self._at(base, "", "/api/invitation", p.Invitation, p.JoinProject(code))
            case t.JoinLink():
                return self._join(command)
            case t.LogIn():
                self._log_in(command)
            case t.RotateKey():
                self._use(self._place.call("POST", "/api/me/rotate", p.Key, {}))
            case t.SetPassphrase():
                self._no_answer("PUT", "/api/me/passphrase", p.NewPassphrase(command.new, command.old))
            case t.ListDevices():
                return self._place.call("GET", "/api/me/devices", p.Devices)
            case t.MakeRecorderKey():
                wanted = p.NewDevice(this_device(command.device), p.Scope.RECORDER, command.project)
                return self._place.call("POST", "/api/me/devices", p.Key, wanted)
            case t.RevokeDevice():
                self._no_answer("DELETE", f"/api/me/devices/{command.device}")
            case _:
                return self._in_project(command)
        return None

    def _in_project(self, command: t.TogetherCommand) -> Any:
        match command:
            case t.MakeInvite():
                path = f"/api/projects/{command.project}/invites"
                made = self._place.call("POST", path, p.Invite, command.invite)
                return t.MadeInvite(made.id, f"{self._place.known_url()}{_MARK}{made.code}", made.role, made.expires)
            case t.ListInvites():
                return self._place.call("GET", f"/api/projects/{command.project}/invites", p.Invites)
            case t.RevokeInvite():
                self._no_answer("DELETE", f"/api/projects/{command.project}/invites/{command.invite}")
            case t.SetRole():
                path = f"/api/projects/{command.project}/members/{command.account}"
                return self._place.call("PUT", path, p.Member, p.NewRole(command.role))
            case t.LetGo():
                self._no_answer("DELETE", f"/api/projects/{command.project}/members/{command.account}")
            case _:
                return NotImplemented
        return None

    def _join(self, command: t.JoinLink) -> t.JoinedProject:
        base, code = read_invitation(command.link)
        joined = self._place.joined
        known = joined.token if joined is not None and joined.url == base else ""
        if not known and joined is not None:
            raise UsageError(
                "other-server",
                "The project was not joined",
                f"This home uses another server, {joined.url}",
                "Leave that one first (roomtone leave), or use another --home",
            )
        told = self._at(base, known, "/api/invitation", p.Invitation, p.JoinProject(code))
        wanted = p.JoinProject(code, command.name, command.passphrase, this_device(command.device))
        key = self._at(base, known, "/api/join", p.Key, wanted)
        if key.token:
            self._place.use(Joined(base, key.token))
        return t.JoinedProject(key.project, told.title, key.role, base, Account(key.account, key.name))

    def _log_in(self, command: t.LogIn) -> None:
        base = command.url.strip().partition(_MARK)[0].rstrip("/")
        base = base if "://" in base else f"https://{base}"
        wanted = p.Login(command.name, command.passphrase, this_device(command.device))
        key = self._at(base, "", "/api/login", p.Key, wanted)
        self._place.use(Joined(base, key.token))

    def _use(self, key: p.Key) -> None:
        joined = self._place.joined
        if joined is None:
            raise UsageError(
                "not-joined", "The key was not changed", "This home uses its own server", "Nothing has to be done"
            )
        self._place.use(Joined(joined.url, key.token))

    def _at(self, base: str, token: str, path: str, kind: type[Any], document: object) -> Any:
        return call(self._transport, Endpoint(base, token, embedded=False), "POST", path, kind, document)

    def _no_answer(self, method: str, path: str, document: object = None) -> None:
        self._place.call_for_nothing(method, path, document)
