"""The long form of what tests/acceptance shows: more kills, other moments each time. ``python -m tests.chaos``."""
