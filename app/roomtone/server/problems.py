"""Every way in which the server refuses, with its stable code and HTTP status.

A code never changes its meaning and is never reused. Clients decide by the code; people read the rest.
"""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from roomtone.foundation.errors import RoomtoneError, WorldError, unexpected
from roomtone.wire.api import ProblemDocument

log = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]

# code: HTTP status, what happened, what to do
_CATALOGUE: Final[dict[str, tuple[int, str, str]]] = {
    "bad-document": (400, "The request was not understood", "Update Roomtone, or correct the request"),
    "bad-text": (400, "The text holds characters that cannot be shown", "Take them out"),
    "bad-name": (400, "That cannot be a name", "Choose one of 1 to 100 letters"),
    "bad-passphrase": (400, "That is too short for a passphrase", "Choose one of at least 8 letters, or none"),
    "bad-header": (400, "A header was not understood", "Correct the header"),
    "bad-metadata": (400, "The upload's metadata was not understood", "Correct Upload-Metadata"),
    "bad-checksum": (400, "The checksum header cannot be used", "Use sha1 or sha256, Base64 encoded"),
    "bad-patch": (400, "A header patch does not fit the track", "Seal again with patches inside the track"),
    "not-signed-in": (401, "You are not signed in here", "Join again with a fresh link"),
    "wrong-name-or-passphrase": (403, "You were not let in", "Check name and passphrase"),
    "not-allowed": (403, "You may not do this here", "Ask a leader of the project"),
    "key-too-narrow": (403, "This key adds takes and opens nothing else", "Sign in with your own key"),
    "quota-exceeded": (403, "You have used all the room that you have here", "Ask whoever runs the server for more"),
    "not-yours": (403, "This belongs to somebody else", "Only its maker can change it"),
    "final-upload": (403, "A joined upload takes no more bytes", "Upload its parts instead"),
    "unknown-path": (404, "There is nothing at this address", "Check the address"),
    "unknown-account": (404, "There is no such account here", "Check the name"),
    "unknown-project": (404, "There is no such project here", "Ask a member of the project to add you"),
    "unknown-member": (404, "There is no such member in this project", "Look at the list of members"),
    "unknown-item": (404, "There is nothing of that name in this project", "Update the project, then try again"),
    "unknown-invite": (404, "This link opens nothing any more", "Ask for a fresh one"),
    "unknown-device": (404, "There is no such key", "Look at the list of your devices"),
    "unknown-take": (404, "There is no such take here", "Check the take's id"),
    "unknown-track": (404, "The take has no such track", "Declare the track first"),
    "unknown-upload": (404, "There is no such upload here", "Create the upload again"),
    "wrong-method": (405, "This address does not do that", "Check the method"),
    "checksum-mismatch": (460, "The bytes were damaged on their way", "Send them again"),
    "digest-mismatch": (409, "The track on the server differs from yours", "Upload the track again"),
    "edit-differs": (409, "Another edit has this id", "Give the edit a new id"),
    "wrong-item": (409, "This is something else than the edit says", "Update the project, then edit again"),
    "elsewhere": (409, "The edit speaks of something in another project", "Choose something in this one"),
    "last-owner": (409, "A project cannot be without an owner", "Make somebody else an owner first"),
    "too-many-devices": (409, "There are too many keys of yours", "Take some of them back first"),
    "length-conflict": (409, "The upload has another length", "Ask for its length, and go on with that"),
    "offset-mismatch": (409, "The bytes do not follow what is there", "Ask for the offset and go on from there"),
    "parts-unfinished": (409, "A part is not complete", "Finish every part, then join them"),
    "take-differs": (409, "The take is here already, and differs", "Give the take a new id"),
    "take-sealed": (409, "The take is sealed", "Record a new take"),
    "track-incomplete": (409, "Bytes of the track are missing", "Send the rest, then seal"),
    "track-sealed": (409, "The track is sealed", "Nothing is left to send"),
    "tracks-unsealed": (409, "Tracks of the take are not sealed", "Seal every track first"),
    "upload-finished": (409, "The upload is complete", "Nothing is left to send"),
    "upload-taken-over": (409, "Another request goes on with this upload", "Ask for the offset and go on from there"),
    "upload-silent": (408, "No bytes came for too long", "Ask for the offset and go on from there"),
    "upload-gone": (410, "The upload was ended or expired", "Create the upload again"),
    "take-withdrawn": (410, "Its maker has withdrawn this take", "Ask its maker"),
    "other-tus-version": (412, "The upload protocol's version does not match", "Use Tus-Resumable: 1.0.0"),
    "too-large": (413, "This is larger than the server allows", "Send less"),
    "wrong-type": (415, "The body is of the wrong type", "Send it as application/offset+octet-stream"),
    "bad-range": (416, "The track has no such range", "Ask for a range inside the track"),
    "too-many-requests": (429, "Too many requests came from you", "Wait a moment, then try again"),
    "too-many-uploads": (429, "Too many uploads are unfinished", "Finish or end some of them, then go on"),
    "headers-too-large": (431, "The headers are larger than the server allows", "Send fewer or shorter headers"),
    "unavailable": (503, "The server cannot do its work at the moment", "Try again in a moment; nothing is lost"),
    "stopping": (503, "The server is stopping", "Try again in a moment"),
    "disk-full": (507, "The server's disk is full", "Tell whoever runs the server; nothing that was safe is lost"),
    "name-taken": (409, "There is an account of that name", "Choose another name"),
}


class RefusedError(WorldError):
    """A request that is not carried out. ``headers`` go with the answer; ``digest`` with ``track-sealed``."""

    def __init__(self, code: str, detail: str = "", headers: Headers | None = None, digest: str = "") -> None:
        _, title, remedy = _CATALOGUE[code]
        super().__init__(code, title, detail, remedy)
        self.headers: Final[Headers] = headers or []
        self.digest: Final = digest


def codes() -> dict[str, int]:
    """Return every code with its HTTP status."""
    return {code: status for code, (status, _, _) in _CATALOGUE.items()}


def status_of(error: RoomtoneError) -> int:
    """Return the HTTP status that goes with an error; whatever is not in the catalogue is our own trouble."""
    return _CATALOGUE[error.code][0] if error.code in _CATALOGUE else 500


def document(error: RoomtoneError) -> ProblemDocument:
    """Return the document that tells a client about ``error``.

    Errors that say something about the server's insides are reduced to the fact that something went wrong.
    """
    status = status_of(error)
    if status == 500:
        error = unexpected("answering the request")
    digest = error.digest if isinstance(error, RefusedError) else ""
    texts = error.code, error.title, error.detail, error.remedy
    return ProblemDocument(*texts, ours=error.ours, status=status, digest=digest)


def answer(error: RoomtoneError) -> tuple[int, bytes, Headers]:
    """Return status, JSON body and extra headers; what a client must not know of goes to the log."""
    told = document(error)
    if told.status == 500 and error.code != "bug":
        log.error("a request failed: %s", error, exc_info=error)
    headers = list(error.headers) if isinstance(error, RefusedError) else []
    if told.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return told.status, msgspec.json.encode(told), headers
