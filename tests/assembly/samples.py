"""Files as people have them, made by the programs that people use. Each is made once for a run of the tests."""

from __future__ import annotations

from pathlib import Path

from tests.rigs.processes import need, run

# What each kind of file is made from by ffmpeg, and what it is called on the wire.
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2"]
STILL = ["-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1"]
KINDS: dict[str, tuple[list[str], str]] = {
    "16.wav": ([*SOUND], "audio/wav"),
    "24.wav": ([*SOUND, "-c:a", "pcm_s24le"], "audio/wav"),
    "float.wav": ([*SOUND, "-c:a", "pcm_f32le"], "audio/wav"),
    "rf64.wav": ([*SOUND, "-rf64", "always"], "audio/wav"),
    "song.flac": ([*SOUND], "audio/flac"),
    "song.aiff": ([*SOUND], "audio/aiff"),
    "song.mp3": ([*SOUND], "audio/mpeg"),
    "song.m4a": ([*SOUND, "-c:a", "aac"], "audio/mp4"),
    "song.ogg": ([*SOUND, "-c:a", "libvorbis"], "audio/ogg"),
    "voice.opus.ogg": ([*SOUND, "-c:a", "libopus"], "audio/ogg"),
    "film.mp4": ([*SOUND, *PICTURE, "-c:v", "libx264", "-c:a", "aac"], "video/mp4"),
    "web.mp4": ([*SOUND, *PICTURE, "-c:v", "libx264", "-c:a", "aac", "-movflags", "faststart"], "video/mp4"),
    "film.mov": ([*SOUND, *PICTURE, "-c:v", "libx264", "-c:a", "pcm_s16le"], "video/quicktime"),
    "film.mkv": ([*SOUND, *PICTURE, "-c:v", "libx264", "-c:a", "flac"], "video/x-matroska"),
    "silent.mp4": ([*PICTURE, "-c:v", "libx264"], "video/mp4"),
    "sound.mka": ([*SOUND, "-c:a", "flac", "-f", "matroska"], "audio/x-matroska"),
    "drawing.png": ([*STILL], "image/png"),
    "photo.jpg": ([*STILL], "image/jpeg"),
    "photo.webp": ([*STILL], "image/webp"),
    "scan.tif": ([*STILL, "-compression_algo", "lzw"], "image/tiff"),
    "deep.tif": ([*STILL, "-pix_fmt", "rgb48le"], "image/tiff"),
    "flash.gif": ([*PICTURE], "image/gif"),
}
# Sound with a cover: what it is made from, and what it is.
COVERS = {"song.mp3": "audio/mpeg", "song.flac": "audio/flac", "song.m4a": "audio/mp4"}


def make_sample(folder: Path, name: str) -> Path:
    """Make a sample in ``folder``, or return the one that is there."""
    need("ffmpeg")
    path = folder / name
    if not path.exists():
        run(["ffmpeg", "-v", "error", "-nostdin", "-y", *KINDS[name][0], path])
    return path


def make_covered(folder: Path, name: str) -> Path:
    """Make a sample with the cover of an album in it."""
    sound, picture = make_sample(folder, name), make_sample(folder, "drawing.png")
    path = folder / f"cover-{name}"
    if not path.exists():
        both: list[str | Path] = ["-i", sound, "-i", picture, "-map", "0", "-map", "1"]
        kept = ["-c", "copy", "-disposition:v:0", "attached_pic"]
        run(["ffmpeg", "-v", "error", "-nostdin", "-y", *both, *kept, path])
    return path
