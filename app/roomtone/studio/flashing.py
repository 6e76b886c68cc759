"""The rhythm of the sync self-test: what the window shows and the speaker says at the same moments."""

from __future__ import annotations

from typing import Final

# Once a second, so that an offset of up to half a second has one meaning only.
EVERY_SECONDS: Final = 1.0
FLASH_SECONDS: Final = 0.1
BEEP_HZ: Final = 1000.0
BEEP_SECONDS: Final = 0.05
TEST_SECONDS: Final = 8.0
# The id under which the beeps are played: it is no take's.
BEEPS: Final = "sync-test"
