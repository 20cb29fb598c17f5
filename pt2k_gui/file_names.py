"""Names that not every system takes for a file: a file may be carried from one to another, and on Windows some name a device."""

from __future__ import annotations

import os

FORBIDDEN = frozenset('/\\:*?"<>|')
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})
WINDOWS = os.name == "nt"
LONGEST_PATH = 259
"""Characters of a path on Windows, unless its registry allows longer ones."""


def forbidden_characters(name: str) -> list[str]:
    """Characters of a name that Windows takes in none."""
    return sorted({character for character in name if character in FORBIDDEN or ord(character) < 32})


def is_device(name: str) -> bool:
    """Whether Windows means a device by a name, whatever its ending: ``con.keras`` is the console."""
    return name.split(".")[0].rstrip().casefold() in _DEVICES


def refused_by_windows(name: str) -> bool:
    """Whether Windows makes no file of this name, or makes one of another name without a word."""
    return bool(forbidden_characters(name)) or is_device(name) or name.endswith((".", " "))
