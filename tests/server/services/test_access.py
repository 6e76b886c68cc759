"""Keys as they are made."""

from __future__ import annotations

from roomtone.server.services.access import hash_token, new_token


def test_no_key_is_taken_for_an_option_on_a_command_line() -> None:
    # One of 64 would begin with a dash.
    made = [new_token() for _ in range(1000)]
    assert not any(token.startswith("-") for token, _ in made)
    assert all(hash_token(token) == kept for token, kept in made)
    assert len({token for token, _ in made}) == 1000
