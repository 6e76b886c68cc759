"""tus 1.0.0 as Roomtone speaks it: paths, headers, limits and the strict reading of them.

Source: https://tus.io/protocols/resumable-upload, version 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,creation-defer-length,checksum,termination,expiration,concatenation"
CHECKSUMS: Final = ("sha1", "sha256")
OFFSET_TYPE: Final = "application/offset+octet-stream"

UPLOADS: Final = "/api/uploads"
MAX_UPLOAD_BYTES: Final = 1 << 40
MAX_METADATA_BYTES: Final = 4096
MAX_METADATA_KEYS: Final = 16
MAX_CONCAT_PARTS: Final = 1000
# Proxies in front of a server often refuse bodies of 100 MB and more.
MAX_CLIENT_BODY: Final = 8 << 20

# A seal may change bytes near the start of a track only: that is where STREAMINFO and moov sizes are.
MAX_PATCH_OFFSET: Final = 64 << 10
MAX_PATCH_BYTES: Final = 4096

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,64}", re.ASCII)


def parse_number(text: str) -> int:
    """Read a length or an offset: one to fifteen ASCII digits and nothing else.

    Raises ``ValueError`` for signs, spaces, underscores, other digits and anything longer.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("expected one to fifteen digits")
    return int(text)


def parse_metadata(text: str) -> dict[str, bytes]:
    """Read ``Upload-Metadata``. Raises ``ValueError`` when it is malformed or larger than allowed."""
    if len(text) > MAX_METADATA_BYTES:
        raise ValueError(f"more than {MAX_METADATA_BYTES} bytes of metadata")
    found: dict[str, bytes] = {}
    for pair in text.split(",") if text.strip() else []:
        key, _, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key):
            raise ValueError("a metadata key is empty or not printable ASCII")
        if key in found:
            raise ValueError("a metadata key is there twice")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True)
        except binascii.Error as error:
            raise ValueError("a metadata value is not Base64") from error
    if len(found) > MAX_METADATA_KEYS:
        raise ValueError(f"more than {MAX_METADATA_KEYS} metadata keys")
    return found


def format_metadata(values: dict[str, str]) -> str:
    """Write ``Upload-Metadata``; keys keep their order."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
