"""All translations of ATen operators, for the exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pt2k_gui.export.translations import Translation


def table() -> dict[Any, Translation]:
    """All translations, for ``torch.onnx.export(custom_translation_table=...)``.

    Imports the files in which they register themselves; these need onnxscript.
    """
    from pt2k_gui.export import (  # noqa: F401
        translations_attention,
        translations_losses,
        translations_quantized,
        translations_sequence,
        translations_special,
        translations_windows,
    )
    from pt2k_gui.export.translations import TABLE

    return dict(TABLE)
