"""The least that records: rtmixer's ring, polled ten times a second, into soundfile's FLAC. What the engine is
measured by.

``python -m tests.bench.bare_flac_recorder OUT.flac CHANNELS RATE [LEVEL]`` records from the default input until
its standard input ends; LEVEL is libsndfile's compression level, its own default when left out.
"""

from __future__ import annotations

import sys
import threading

import numpy as np
import rtmixer
import soundfile

_POLL_SECONDS = 0.1


def main() -> int:
    """Record and return the exit code."""
    out, channels, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    level = {"compression_level": float(sys.argv[4])} if len(sys.argv) > 4 else {}
    ending = threading.Event()
    ring = rtmixer.RingBuffer(4 * channels, 1 << 20)
    recorder = rtmixer.Recorder(channels=channels, samplerate=rate)
    with soundfile.SoundFile(out, "w", rate, channels, "PCM_24", format="FLAC", **level) as file, recorder:
        recorder.record_ringbuffer(ring)

        def wait_for_the_end() -> None:
            sys.stdin.read()
            ending.set()

        threading.Thread(target=wait_for_the_end, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while not ending.wait(_POLL_SECONDS):
            if ring.read_available:
                file.write(np.frombuffer(ring.read(ring.read_available), np.float32).reshape(-1, channels))
    return 0


if __name__ == "__main__":
    sys.exit(main())
