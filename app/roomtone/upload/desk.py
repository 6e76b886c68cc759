"""Answers the commands of clients, each on the client's own thread."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec

from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import UsageError
from roomtone.upload import messages
from roomtone.upload.download import download
from roomtone.upload.feed import Feed
from roomtone.upload.http import Transport
from roomtone.upload.place import Place
from roomtone.upload.replica.runner import Runner
from roomtone.upload.reports import Reports
from roomtone.upload.together_desk import TogetherDesk
from roomtone.upload.together_messages import JoinLink, LogIn, MoveProject, RotateKey, TogetherCommand
from roomtone.upload.uploader import Uploader
from roomtone.wire import api

_ID: Final = re.compile("[0-9a-f]{32}")
_TRACK: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}")
_COMMAND: Final[msgspec.json.Decoder[messages.Command]] = decoder_of(messages.Command)


class Desk:
    """What the worker does when it is asked. Requests to the server are made on the asking client's thread."""

    def __init__(
        self,
        uploader: Uploader,
        reports: Reports,
        place: Place,
        transport: Transport,
        feed: Feed,
        runner: Runner,
        together: TogetherDesk,
    ) -> None:
        self._uploader = uploader
        self._reports = reports
        self._place = place
        self._transport = transport
        self._feed = feed
        self._runner = runner
        self._together = together

    def handle(self, raw: msgspec.Raw) -> Any:
        """Carry out one command and return its result. Raises ``RoomtoneError`` or ``msgspec.DecodeError``."""
        command = _COMMAND.decode(raw)
        if isinstance(command, TogetherCommand):
            return self._ask_together(command)
        match command:
            case messages.Poke():
                self._uploader.ask(lambda: self._uploader.poke(command.folder))
            case messages.GetStatus():
                return self._uploader.ask(self._reports.whole)
            case messages.RetryNow():
                self._uploader.ask(self._uploader.retry)
                self._runner.again()
            case messages.Pause():
                self._uploader.ask(lambda: self._uploader.pause(command.on))
            case messages.SetCap():
                self._uploader.ask(lambda: self._uploader.set_cap(max(0, command.bytes_per_second)))
            case messages.Watch():
                self._feed.watch(_checked_id(command.project) if command.project else "", command.since)
            case _:
                return self._ask_server(command)
        return None

    def _ask_server(self, command: messages.Command) -> Any:
        match command:
            case messages.ListProjects():
                return self._together.projects()
            case messages.CreateProject():
                return self._together.create(_checked_id(command.id), command.title)
            case messages.ListTakes():
                path = f"/api/projects/{_checked_id(command.project)}/takes?after={command.after}"
                return self._place.call("GET", path, api.Takes)
            case messages.Join():
                self._place.join(command.url, command.token)
                self._other_key()
            case messages.Leave():
                self._place.leave()
                self._other_key()
            case messages.Download():
                return self._download(command)
        return self._membership()

    def _ask_together(self, command: TogetherCommand) -> Any:
        answer = self._together.answer(command)
        if isinstance(command, JoinLink | LogIn | RotateKey | MoveProject):
            self._other_key()
        return self._membership() if isinstance(command, LogIn | RotateKey) else answer

    def _other_key(self) -> None:
        """Another server or another key is used from now on."""
        self._uploader.ask(self._uploader.use_server)
        self._together.other_key()

    def _membership(self) -> messages.Membership:
        me = self._place.call("GET", "/api/me", api.Account)
        self._together.know_me(me.id)
        return messages.Membership(self._place.known_url(), self._place.joined is None, me)

    def _download(self, command: messages.Download) -> messages.Downloaded:
        if not _TRACK.fullmatch(command.track):
            raise UsageError("bad-name", "This is no name of a track", command.track, "roomtone takes list shows names")
        take, to = _checked_id(command.take), Path(command.to)
        return self._place.with_endpoint(lambda endpoint: download(self._transport, endpoint, take, command.track, to))


def _checked_id(text: str) -> str:
    """Ids become parts of a path, so nothing else may be among them."""
    if not _ID.fullmatch(text):
        raise UsageError("bad-id", "This is no id", text, "An id has 32 hexadecimal digits")
    return text
