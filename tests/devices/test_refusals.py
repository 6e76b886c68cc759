"""What PortAudio refuses is said in words for people."""

from __future__ import annotations

import pytest
import sounddevice

from roomtone.devices.refusals import open_error


@pytest.mark.parametrize(
    ("code", "why"),
    [(-9998, "channels"), (-9997, "sample rate"), (-9996, "does not know it"), (-9985, "Another program holds it")],
)
def test_a_refusal_says_why_and_what_to_do(code: int, why: str) -> None:
    error = sounddevice.PortAudioError(f"Error opening RawInputStream: words [PaErrorCode {code}]", code)
    found = open_error("ALSA/Scarlett", error)
    assert found.code == "device-refused"
    assert "ALSA/Scarlett" in found.title
    assert why in found.detail
    assert found.remedy
    assert "PaErrorCode" not in f"{found}"


def test_what_portaudio_really_says_has_its_code() -> None:
    with pytest.raises((sounddevice.PortAudioError, ValueError)) as refused:
        sounddevice.RawInputStream(device=9999, channels=1)
    assert "PaErrorCode" not in f"{open_error('none', refused.value)}"
