"""Why a sound device would not open, in words for people. PortAudio's own go to the log."""

from __future__ import annotations

import logging
from typing import Final

import sounddevice

from roomtone.foundation.errors import WorldError

log = logging.getLogger(__name__)

# By PortAudio's error codes: why, and what to do. Source: portaudio.h, enum PaErrorCode.
_REASONS: Final = {
    -9999: ("Its driver refused", "Close other programs that use it, or plug it in again"),
    -9998: ("It does not have these channels", "Choose other channels"),
    -9997: ("It does not work at this sample rate", "Choose another rate"),
    -9996: ("The system does not know it any more", "Plug it in again, or choose another one"),
    -9994: ("It does not offer samples that Roomtone can take", "Choose another one"),
    -9993: ("It cannot be used together with the other one", "Choose input and output of the same kind"),
    -9992: ("There is not enough memory", "Close other programs"),
    -9985: ("Another program holds it, or it was unplugged", "Close the other program, or plug it in again"),
}
_OTHER: Final = (
    "The system did not say why",
    "Check that no other program holds it and that it offers this sample rate",
)


def open_error(device_id: str, error: Exception) -> WorldError:
    """Convert PortAudio's refusal to open a device."""
    log.info("%s was not opened: %s", device_id, error)
    code = error.args[1] if isinstance(error, sounddevice.PortAudioError) and len(error.args) > 1 else 0
    why, remedy = _REASONS.get(code, _OTHER)
    return WorldError("device-refused", f"“{device_id}” could not be opened", why, remedy)
