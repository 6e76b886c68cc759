"""Record from the default input with nothing but PortAudio and rtmixer, as the ground truth of the sound rigs.

``python bare_recorder.py OUT.npy CHANNELS RATE SECONDS [DEVICE]`` prints ``ready`` when sound arrives, and at the
end one line: ``overflows N`` or ``silent since FRAME`` when the device stopped delivering.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import rtmixer
import sounddevice

# A device that delivers nothing for so long is gone.
_GONE_SECONDS = 1.0


def main() -> int:
    """Record and return the exit code."""
    out, channels, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    device = sys.argv[5] if len(sys.argv) > 5 else None
    recorder = rtmixer.Recorder(device=device, channels=channels, samplerate=rate)
    ring = rtmixer.RingBuffer(4 * channels, 1 << 20)
    pieces: list[np.ndarray] = []
    wanted = int(seconds * rate)
    have = 0
    with recorder:
        recorder.record_ringbuffer(ring)
        last = time.monotonic()
        while have < wanted:
            if ring.read_available:
                piece = np.frombuffer(ring.read(ring.read_available), np.float32).reshape(-1, channels).copy()
                if not pieces:
                    sys.stdout.write("ready\n")
                    sys.stdout.flush()
                pieces.append(piece)
                have += len(piece)
                last = time.monotonic()
            elif time.monotonic() - last > _GONE_SECONDS:
                break
            sounddevice.sleep(10)
    np.save(out, np.concatenate(pieces))
    verdict = f"overflows {recorder.stats.input_overflows}"
    sys.stdout.write(f"{verdict}\n" if have >= wanted else f"silent since {have}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
