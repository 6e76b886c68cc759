"""Recovery: a take whose recorder died becomes a playable, sealed take. It only ever adds.

Called by the engine worker when it starts, while it holds the lock that makes it the only recorder. Bytes
behind the last whole block are kept in a file of their own (``.torn``) before the track is cut there.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, from_os_error, unexpected
from roomtone.foundation.files import atomic_write, sync_data
from roomtone.takes import flac, movie, wave
from roomtone.takes.decode import blocks, decode_whole
from roomtone.takes.documents import Ending, PictureFacts, Sealing, TrackSeal, TrackStart, sealed_manifest
from roomtone.takes.folder import take_folders, write_manifest
from roomtone.takes.journal import append_entry
from roomtone.takes.measure import Meter, Summary
from roomtone.takes.model import Take, TakeState, load_take
from roomtone.takes.movie_index import MovieIndex, close_start
from roomtone.takes.overflow import waiting
from roomtone.wire.digest import CHUNK, Digest

log = logging.getLogger(__name__)

_MEDIA_FLAC = "audio/flac"
# Behind its brands a film has room for the header that hides its fragments.
_FILM_START = 256


@dataclass(frozen=True)
class Cut:
    """Where a track that nobody closed ends: whole bytes and frames, and its final header."""

    bytes: int
    frames: int
    patches: list[tuple[int, str]]


def apply_patches(path: Path, patches: list[tuple[int, str]]) -> None:
    """Write the final header of a track. Doing it again changes nothing. Raises ``OSError``."""
    with path.open("r+b") as file:
        for offset, data in patches:
            file.seek(offset)
            file.write(bytes.fromhex(data))
        file.flush()
        sync_data(file.fileno())


def digest_file(path: Path) -> str:
    """Return the ``wire.digest`` of a file. Raises ``OSError``."""
    digest = Digest()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.text()


def recover_all(takes: Path, clock: Clock) -> tuple[list[Take], list[RoomtoneError]]:
    """Recover every unfinished take below ``takes``; return them, and what stood in the way of others.

    Takes of which something still lies in their overflow are left for ``homecoming``.
    """
    recovered: list[Take] = []
    troubles: list[RoomtoneError] = []
    elsewhere = set(waiting(takes))
    for folder in take_folders(takes):
        if folder in elsewhere:
            continue
        try:
            take = load_take(folder)
            if take.state is TakeState.RECORDING:
                recovered.append(recover(take, clock))
        except RoomtoneError as error:
            log.info("not recovered: %s", error)
            troubles.append(error)
        except OSError as error:
            log.warning("not recovered: %s: %s", folder.name, error)
            troubles.append(from_os_error(error, "recovering a take"))
        except Exception:
            # One strange folder must not keep the engine from starting, and all others from being recovered.
            log.exception("not recovered: %s", folder.name)
            troubles.append(unexpected("recovering a take"))
    return recovered, troubles


def recover(take: Take, clock: Clock, ending: Ending = Ending.RECOVERED) -> Take:
    """Seal one unfinished take from what its files hold, and return it as it now stands.

    Raises ``UnplayableError`` or ``OSError`` with everything left as it was found, or further along.
    """
    seals = [seal for track in take.began.tracks if (seal := _recover_track(take, track)) is not None]
    manifest = sealed_manifest(take.began, ending, clock.now().isoformat(), seals, list(take.dropouts))
    write_manifest(take.folder, manifest)
    log.info("recovered %s: %.3f s", take.folder.name, manifest.seconds)
    return load_take(take.folder)


def _recover_track(take: Take, track: TrackStart) -> TrackSeal | None:
    path = take.folder / track.name
    if not path.exists():
        return None
    sealing = take.sealing.get(track.name)
    if sealing is None:
        cut = _find_cut(take, track, path)
        if cut is None:
            return None
        _keep_torn(path, cut.bytes)
        cut = _complete(path, track, cut)
        sealing = Sealing(track.name, cut.bytes, cut.frames, cut.patches)
        append_entry(take.folder, sealing)
    else:
        _keep_torn(path, sealing.bytes)
    apply_patches(path, sealing.patches)
    if track.media == movie.MEDIA:
        return _film_seal(take, track, path, sealing)
    meter, summary = Meter(track.channels), Summary(track.rate)
    for data in blocks(path):
        summary.update(meter.update((data / 2**31).astype("float32")), len(data))
    return TrackSeal(
        name=track.name,
        media=track.media,
        bytes=sealing.bytes,
        digest=digest_file(path),
        patches=sealing.patches,
        rate=track.rate,
        channels=track.channels,
        bits=track.bits,
        frames=sealing.frames,
        device=track.device,
        source=track.source,
        peak=summary.peak if sealing.frames else None,
        noise_floor=summary.noise_floor,
        clipped=summary.clipped,
    )


def _film_seal(take: Take, track: TrackStart, path: Path, sealing: Sealing) -> TrackSeal:
    """Return a recovered film as the manifest tells of it: what can be known of its pictures without decoding them."""
    scan = movie.scan_file(path)
    first = scan.first or 0.0
    gaps = [gap for gap in take.picture_gaps if gap.track == track.name]
    shown = scan.seconds - first - sum(gap.seconds for gap in gaps)
    return TrackSeal(
        name=track.name,
        media=track.media,
        bytes=sealing.bytes,
        digest=digest_file(path),
        patches=sealing.patches,
        frames=sealing.frames,
        device=track.device,
        width=track.width,
        height=track.height,
        seconds=round(scan.seconds, 6),
        picture=PictureFacts(
            frames=sealing.frames,
            fps=round(sealing.frames / shown, 3) if shown > 0 else 0.0,
            first=round(first, 6),
            gaps=gaps,
        ),
    )


def _find_cut(take: Take, track: TrackStart, path: Path) -> Cut | None:
    """Find the last whole block; ``None`` where not even a header, or no picture, reached the disk."""
    if track.media == movie.MEDIA:
        scan = movie.scan_file(path)
        return Cut(scan.whole, scan.frames, []) if scan.frames else None
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(CHUNK)
    if track.media != _MEDIA_FLAC:
        try:
            form = wave.read_header(head)
        except wave.NotWaveError:
            return None
        frames = (size - wave.HEADER) // form.frame_bytes
        return Cut(wave.HEADER + frames * form.frame_bytes, frames, [])
    try:
        start = flac.header_length(head)
        info = flac.read_streaminfo(head)
    except flac.NotFlacError:
        return None
    synced, frames = take.synced.get(track.name, (start, 0))
    # What the journal promised is whole; only what came after it must be walked.
    if synced > size or synced < start or frames % info.block:
        synced, frames = start, 0
    with path.open("rb") as file:
        file.seek(synced)
        whole, more = flac.whole_frames(file.read(), info.block, frames // info.block)
    return Cut(synced + whole, frames + more, [])


def _complete(path: Path, track: TrackStart, cut: Cut) -> Cut:
    """Add the final header to a cut whose torn end is already gone."""
    if track.media == movie.MEDIA:
        return _complete_film(path, cut)
    if track.media != _MEDIA_FLAC:
        form = wave.WaveFormat(track.rate, track.channels, track.bits == 32)
        size = cut.bytes - wave.HEADER
        if size % 2:
            # RIFF chunks have an even length; three bytes a sample may make an odd one.
            _append(path, cut.bytes, b"\0")
        return Cut(cut.bytes + size % 2, cut.frames, [(0, wave.header(form, size).hex())])
    with path.open("rb") as file:
        head = file.read(flac.STREAMINFO_END)
    # Until its length is known the file cannot be opened; with its length it can be decoded for its MD5.
    offset, patch = flac.streaminfo_patch(head, cut.frames, bytes(16))
    apply_patches(path, [(offset, patch.hex())])
    md5 = decode_whole(path).md5 if cut.frames else bytes(16)
    offset, patch = flac.streaminfo_patch(head, cut.frames, md5)
    return Cut(cut.bytes, cut.frames, [(offset, patch.hex())])


def _complete_film(path: Path, cut: Cut) -> Cut:
    """Append a film's final header, so that all players find their way in it; they play it without one too."""
    index = MovieIndex()
    scan = movie.scan_file(path, index.add)
    with path.open("rb") as file:
        patch = close_start(file.read(_FILM_START), cut.bytes)
    try:
        header = index.header(scan.header)
    except movie.NotMovieError as error:
        log.info("%s keeps its fragments only: %s", path.name, error)
        return cut
    if patch is None:
        return cut
    _append(path, cut.bytes, header)
    return Cut(cut.bytes + len(header), cut.frames, [(patch[0], patch[1].hex())])


def _append(path: Path, end: int, data: bytes) -> None:
    """Add bytes behind the ``end`` of a track and make them durable, before the journal counts on them.

    Raises ``OSError`` with the track as it was.
    """
    with path.open("r+b", buffering=0) as file:
        file.seek(end)
        try:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            sync_data(file.fileno())
        except OSError:
            file.truncate(end)
            raise


def _keep_torn(path: Path, whole: int) -> None:
    """Put what lies behind ``whole`` into a file of its own, then cut the track there."""
    if path.stat().st_size <= whole:
        return
    torn = path.with_name(f"{path.name}.torn")
    with path.open("rb") as file:
        file.seek(whole)
        rest = file.read()
    if not torn.exists():
        atomic_write(torn, rest)
    os.truncate(path, whole)
