"""A bucket of an object store as this server uses it, through obstore; and errors converted at the boundary."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from roomtone.foundation.errors import UsageError, WorldError
from roomtone.server.problems import RefusedError

if TYPE_CHECKING:
    # There are none of these at run time.
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

log = logging.getLogger(__name__)

_CLIENT: Final[ClientConfig] = {"connect_timeout": "5s", "timeout": "60s"}
# Whoever waits for an answer is told after half a minute that there is none, and tries again.
_RETRY: Final[RetryConfig] = {"max_retries": 6, "retry_timeout": timedelta(seconds=30)}
_OPTIONS: Final = ("endpoint", "region")
_FULL: Final = ("StorageFull", "QuotaExceeded", "507 Insufficient Storage")


def open_bucket(url: str) -> Bucket:
    """Open the bucket at ``s3://bucket/prefix?endpoint=URL&region=NAME``; the options may be left out.

    Keys, and what else is not said, come from the environment variables that begin with ``AWS_``, or from the machine
    where that is one of Amazon's. Raises ``UsageError`` for what is no such URL; nothing is asked of the store.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.hostname or "@" in parts.netloc or not set(options) <= set(_OPTIONS):
        raise UsageError(
            "bad-usage",
            "The store was not opened",
            "Its address is not understood",
            "Write it as s3://bucket/prefix?endpoint=https://host&region=name; keys belong into AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY",
        )
    config: S3Config = {}
    client: ClientConfig = {**_CLIENT}
    if endpoint := options.get("endpoint"):
        config["endpoint"] = endpoint
        if endpoint.startswith("http:"):
            client["allow_http"] = True
    if region := options.get("region"):
        config["region"] = region
    prefix = parts.path.strip("/") or None
    try:
        store = S3Store(parts.netloc, prefix=prefix, config=config, client_options=client, retry_config=_RETRY)
    except (BaseError, ValueError) as error:
        raise UsageError("bad-usage", "The store was not opened", _first_line(error), "Correct its address") from error
    return Bucket(store)


class Bucket:
    """Objects by their paths. May be used by several threads. Every error is a ``RefusedError``.

    What ``put`` and ``create`` stored before they returned is durable: that is what such a store promises.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, path: str, data: bytes) -> None:
        """Store an object; one that is there is replaced."""
        with _converted():
            obstore.put(self._store, path, data, use_multipart=False)

    def create(self, path: str, data: bytes) -> None:
        """Store an object unless there is one, where the store can do that; elsewhere replace it by the same."""
        with _converted(), contextlib.suppress(AlreadyExistsError):
            obstore.put(self._store, path, data, mode="create", use_multipart=False)

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of an object from ``offset``, fewer at the end. Raises ``object-missing``, too."""
        if size <= 0:
            return b""
        # Some stores (s3rver 3.7) take a range that ends at byte 0 for one without an end: one more is asked for there.
        asked = max(size, 2 - offset)
        try:
            with _converted():
                return bytes(obstore.get_range(self._store, path, start=offset, length=asked))[:size]
        except FileNotFoundError as error:
            raise missing(path) from error

    def get(self, path: str) -> bytes | None:
        """Return a whole object, or ``None`` where there is none."""
        with contextlib.suppress(FileNotFoundError), _converted():
            return bytes(obstore.get(self._store, path).bytes())
        return None

    def size(self, path: str) -> int | None:
        """Return the size of an object, or ``None`` where there is none."""
        with contextlib.suppress(FileNotFoundError), _converted():
            return int(obstore.head(self._store, path)["size"])
        return None

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Go through the objects in a folder and below, with their sizes, ordered by path."""
        with _converted():
            for several in obstore.list(self._store, folder, chunk_size=1000):
                for one in several:
                    yield one["path"], one["size"]

    def delete(self, paths: Sequence[str]) -> None:
        """Remove objects; those that are not there are removed already."""
        if paths:
            with contextlib.suppress(FileNotFoundError), _converted():
                obstore.delete(self._store, list(paths))


def missing(path: str) -> WorldError:
    """Say that something which was sealed is not there any more."""
    return WorldError(
        "object-missing",
        "A sealed track is missing from the store",
        f"There is no {path}",
        "Restore the store from a backup, then run roomtone server check",
    )


@contextlib.contextmanager
def _converted() -> Iterator[None]:
    """Convert what obstore raises; that something is missing is left to the caller, who knows what that means."""
    try:
        yield
    except (AlreadyExistsError, FileNotFoundError) as error:
        if "NoSuchBucket" in str(error):
            raise _refused(error) from error
        raise
    except (BaseError, OSError, ValueError) as error:
        raise _refused(error) from error


def _refused(error: Exception) -> RefusedError:
    if any(sign in str(error) for sign in _FULL):
        return RefusedError("disk-full")
    log.error("the store does not do its work: %s", _first_line(error))
    return RefusedError("unavailable", "Its store does not answer, or refuses")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
