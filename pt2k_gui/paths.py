"""Where PT2K keeps its own files: the platform's places, or all below ``PT2K_HOME`` where that is set."""

from __future__ import annotations

import os
from pathlib import Path

_HOME = "PT2K_HOME"


def state_folder() -> Path:
    """Sessions and logs; made if it is not there."""
    home = os.environ.get(_HOME)
    folder = Path(home) / "state" if home else _platform_folder("state")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_folder() -> Path:
    """Folder for what the frameworks keep for the next start; may be deleted at any time; made if it is not there."""
    home = os.environ.get(_HOME)
    folder = Path(home) / "cache" if home else _platform_folder("cache")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def settings_folder() -> Path:
    """The window's settings; made if it is not there."""
    home = os.environ.get(_HOME)
    folder = Path(home) / "settings" if home else _platform_folder("config")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _platform_folder(kind: str) -> Path:
    import platformdirs  # not there in the user's own interpreter, where modules of ours run that import this one

    folder: Path = getattr(platformdirs, f"user_{kind}_path")("pt2k", appauthor=False)
    return folder


def log_folder() -> Path:
    """Folder for what the child processes print, and the crash log; made if it is not there."""
    folder = state_folder() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
