"""Files that come with the program: icons, fonts, the theme, sounds."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a bundled file, such as ``"theme/tokens.json"``.

    Raises ``FileNotFoundError``: a missing resource is a broken installation.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (package / "_resources", package.parent.parent / "resources"):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"resource {name!r} is not installed")
