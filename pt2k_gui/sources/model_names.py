"""Tells names of models (``timm:resnet18``) from paths. Imports and opens nothing."""

from __future__ import annotations

import re
from pathlib import Path

_PACKAGE = re.compile(r"[A-Za-z_]\w+(\.\w+)*")  # of two letters at least: one is a drive


def is_name(text: str) -> bool:
    """Whether a model's place is a name, not a file: ``package.module:name`` or ``file.py:name``."""
    place, separator, name = text.rpartition(":")
    if Path(text).exists() or not separator:
        return False
    if place.endswith(".py"):
        return bool(name)
    head, _, rest = text.partition(":")
    return bool(_PACKAGE.fullmatch(head)) and bool(rest) and rest[0] not in "/\\" and not any(map(str.isspace, rest))


def lists_names(text: str) -> bool:
    """Whether a name asks for a list: ``timm:`` or ``timm:*resnet*``."""
    place, separator, name = text.rpartition(":")
    listing = bool(separator) and (not name or "*" in name or "?" in name)
    return listing and bool(_PACKAGE.fullmatch(place)) and not Path(text).exists()


def place_of_model(path: str) -> str:
    """The path to open for one that somebody chose: a name as it is, a Hugging Face folder for its ``config.json``, else the
    absolute path."""
    if is_name(path):
        return path
    place = Path(path).absolute()
    return str(place.parent if place.name == "config.json" else place)


def name_of(path: str) -> str:
    """A model's name for a person: its file's, or the name in place of a file."""
    return path if is_name(path) else Path(path).name


def stem_of(path: str) -> str:
    """A name for files that are made from the model."""
    stem = path.rpartition(":")[2].rpartition("/")[2] if is_name(path) else Path(path).stem
    return stem.strip(". ") or "model"
