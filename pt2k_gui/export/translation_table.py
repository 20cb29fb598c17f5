"""All translations of ATen operators, for the exporter: imports the files in which they register themselves."""

from __future__ import annotations

from typing import Any

from pt2k_gui.export import (  # noqa: F401
    translations_losses,
    translations_sequence,
    translations_special,
    translations_windows,
)
from pt2k_gui.export.translations import TABLE, Translation


def table() -> dict[Any, Translation]:
    """All translations, for ``torch.onnx.export(custom_translation_table=...)``."""
    return dict(TABLE)
