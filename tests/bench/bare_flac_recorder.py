"""The least that records: rtmixer's ring, polled ten times a second, into soundfile's FLAC. What the engine is
measured by.

``python -m tests.bench.bare_flac_recorder OUT.flac CHANNELS RATE [--level L] [--wakes N] [--syncs N]`` records from
the default input until its standard input ends; L is libsndfile's compression level, its own default when left out.
With ``--wakes`` it polls N times a second, as levels and small losses want it, with ``--syncs`` it makes durable what
it wrote N times a second: what the engine promises costs at least that much.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time

import numpy as np
import rtmixer
import soundfile


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("channels", type=int)
    parser.add_argument("rate", type=int)
    parser.add_argument("--level", type=float)
    parser.add_argument("--wakes", type=float, default=10)
    parser.add_argument("--syncs", type=float, default=0)
    return parser.parse_args()


def main() -> int:
    """Record and return the exit code."""
    asked = _arguments()
    channels, rate = asked.channels, asked.rate
    level = {} if asked.level is None else {"compression_level": asked.level}
    ending = threading.Event()
    ring = rtmixer.RingBuffer(4 * channels, 1 << 20)
    recorder = rtmixer.Recorder(channels=channels, samplerate=rate)
    with soundfile.SoundFile(asked.out, "w", rate, channels, "PCM_24", format="FLAC", **level) as file, recorder:
        recorder.record_ringbuffer(ring)

        def wait_for_the_end() -> None:
            sys.stdin.read()
            ending.set()

        threading.Thread(target=wait_for_the_end, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        synced = time.monotonic()
        with open(asked.out, "rb") as written:
            while not ending.wait(1 / asked.wakes):
                if ring.read_available:
                    file.write(np.frombuffer(ring.read(ring.read_available), np.float32).reshape(-1, channels))
                if asked.syncs and time.monotonic() - synced >= 1 / asked.syncs:
                    synced = time.monotonic()
                    os.fdatasync(written.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
