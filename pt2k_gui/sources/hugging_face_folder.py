"""Tells folders as Hugging Face keeps models, and which of their files make the model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

CONFIG = "config.json"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def is_folder(path: str | Path) -> bool:
    """Whether a folder holds a model of ``transformers``."""
    return bool(settings(path))


def settings(folder: str | Path) -> dict[str, Any]:
    """The content of ``config.json``; empty where it is none of ``transformers``."""
    try:
        content = json.loads((Path(folder) / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    known = isinstance(content, dict) and ("model_type" in content or "architectures" in content)
    return content if known else {}


def files_of(folder: str | Path) -> tuple[Path, ...]:
    """The files that make the model: its configuration, its weights, and code that it brings."""
    place = Path(folder)
    weights = [file for pattern in _WEIGHTS for file in sorted(place.glob(pattern))]
    return (place / CONFIG, *weights, *code_in(folder))


def code_in(folder: str | Path) -> tuple[Path, ...]:
    """Python files that the configuration names as the model's own; empty where it is of ``transformers`` itself."""
    return tuple(sorted(Path(folder).glob("*.py"))) if settings(folder).get("auto_map") else ()


def digest_of(folder: str | Path) -> str:
    """A digest of the folder's model, as hexadecimal digits."""
    whole = hashlib.sha256()
    for file in files_of(folder):
        whole.update(file.name.encode())
        with file.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                whole.update(block)
    return whole.hexdigest()
