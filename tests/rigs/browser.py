"""Chromium without a window, looking at files: what it says of a film is what a person would see."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

_PAGE: Final = """<!doctype html><meta charset="utf-8"><video id="v" muted src="film.mp4"></video><script>
const video = document.getElementById("v")
function tell(what) {
  const seen = {what, duration: video.duration, at: video.currentTime, width: video.videoWidth,
    height: video.videoHeight, error: video.error && video.error.message,
    frames: video.getVideoPlaybackQuality().totalVideoFrames}
  fetch("/told", {method: "POST", body: JSON.stringify(seen)})
}
video.onended = () => tell("ended")
video.onerror = () => tell("error")
video.playbackRate = 1
video.play().catch(error => tell("refused: " + error))
</script>"""


def browser() -> str | None:
    """Return Chromium's path, or ``None`` where it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class _Handler(SimpleHTTPRequestHandler):
    """Serves the page and the film, and takes what the page tells. Ranges are not asked for by small files."""

    def __init__(self, *args: Any, told: list[dict[str, Any]], done: threading.Event, **more: Any) -> None:
        self._told = told
        self._done = done
        super().__init__(*args, **more)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._told.append(json.loads(body))
        self.send_response(204)
        self.end_headers()
        self._done.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; the tests do."""


def watch(film: Path, seconds: float = 40.0) -> dict[str, Any]:
    """Play ``film`` to its end in Chromium; return what the page saw. Raises ``TimeoutError``."""
    program = browser()
    assert program is not None
    told: list[dict[str, Any]] = []
    done = threading.Event()
    with tempfile.TemporaryDirectory(prefix="rt-web-") as name:
        folder = Path(name)
        (folder / "index.html").write_text(_PAGE)
        shutil.copyfile(film, folder / "film.mp4")
        handler = partial(_Handler, directory=str(folder), told=told, done=done)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="pages")
            thread.start()
            process = subprocess.Popen(
                [
                    *(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
                    *("--autoplay-policy=no-user-gesture-required", "--mute-audio", "--no-first-run"),
                    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                    *(f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0"),
                    f"http://127.0.0.1:{server.server_port}/index.html",
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
            )
            try:
                answered = done.wait(seconds)
            finally:
                process.terminate()
                process.wait(20)
                server.shutdown()
                thread.join()
    if not answered:
        raise TimeoutError(f"Chromium said nothing of {film.name} for {seconds} s")
    return told[0]
