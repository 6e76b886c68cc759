"""The studio carries out everything that the faces may ask for."""

from __future__ import annotations

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.studio.intents import StudioIntents
from roomtone.studio.studio import Studio
from roomtone.studio.together_intents import TogetherIntents


def test_the_studio_is_what_its_contracts_say(home: Home) -> None:
    studio = Studio(home, SystemClock())
    # The type checker holds every signature against the contract; here nothing is missing at run time.
    faces: tuple[StudioIntents, TogetherIntents] = (studio, studio)
    for contract in (StudioIntents, TogetherIntents):
        wanted = {name for name in vars(contract) if not name.startswith("_")}
        assert all(hasattr(one, name) for one in faces for name in wanted)
