"""The ``pt2k.json`` of a ``.pt2`` file that was trained here (network, settings, epochs), in its ``pt2k.json``."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pt2k_gui.digits.history import Epoch, TrainingSettings

EXTRA_FILE = "pt2k.json"
_FORMAT = 1
_LARGEST = 1 << 20  # bytes


@dataclass(frozen=True)
class Metadata:
    """How the network in a file was trained."""

    settings: TrainingSettings
    epochs: tuple[Epoch, ...]
    best_epoch: int
    test_accuracy: float


def write_metadata(metadata: Metadata) -> str:
    """The extra file's text."""
    return json.dumps({"format": _FORMAT, "digits": dataclasses.asdict(metadata)})


def read_metadata(path: str | Path) -> Metadata | None:
    """The file's words on its training; None where it was not written here (or is no ``.pt2``)."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = next((m for m in archive.infolist() if Path(m.filename).name == EXTRA_FILE), None)
            if member is None or member.file_size > _LARGEST:
                return None
            content: dict[str, Any] = json.loads(archive.read(member))
    except (OSError, zipfile.BadZipFile, ValueError):
        return None
    digits = content.get("digits")
    if content.get("format") != _FORMAT or not isinstance(digits, dict):
        return None
    try:
        return Metadata(
            TrainingSettings(**digits["settings"]),
            tuple(Epoch(**epoch) for epoch in digits["epochs"]),
            int(digits["best_epoch"]),
            float(digits["test_accuracy"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
