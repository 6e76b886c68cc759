"""Pictures on their way into a take: timed by the clock of the sound, encoded, muxed, and read back."""
