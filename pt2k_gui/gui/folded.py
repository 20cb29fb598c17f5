"""Words on PyTorch layers that are no layer of the Keras model. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.sources.card import LayerRow

_NONE = "—"


def became(report: ConversionReport, layers: Sequence[LayerRow]) -> list[str]:
    """For each PyTorch layer the Keras layers that it became, or why there are none."""
    made: dict[str, list[str]] = {}
    for node in report.nodes:
        made.setdefault(node.module, []).extend(node.layers)
    into = {folded.module: folded.into for folded in report.folded_modules}
    return [_one(layer, made.get(layer.path, ()), into.get(layer.path, "")) for layer in layers]


def _one(layer: LayerRow, names: Sequence[str], into: str) -> str:
    if names:
        return ", ".join(dict.fromkeys(names))
    if into:
        return QCoreApplication.translate("Folded", "folded into {0}").format(into)
    return _left_out() if "Dropout" in layer.type or layer.type == "DropPath" else _NONE


def _left_out() -> str:
    return QCoreApplication.translate("Folded", "not needed when predicting")


def state_words(state: str) -> str:
    """An operator's state in the window's language."""
    known = {
        "converted": QCoreApplication.translate("Folded", "converted"),
        "folded": QCoreApplication.translate("Folded", "folded"),
    }
    return known.get(state, state)


def folded_rows(report: ConversionReport, layers: Sequence[LayerRow]) -> list[tuple[str, str, str, str]]:
    """Rows for the operator table, one a class of PyTorch layers that the ONNX file holds no operator for: its name, how
    many, what became of them, and the state."""
    state = QCoreApplication.translate("Folded", "folded")
    places: dict[str, list[str]] = {}
    for folded in report.folded_modules:
        places.setdefault(folded.module_class, []).append(folded.into)
    words = QCoreApplication.translate("Folded", "folded into {0}")
    rows = [(kind, f"{len(into):,}", words.format(", ".join(into)), state) for kind, into in places.items()]
    kept = {node.module for node in report.nodes if node.layers}
    dropped: dict[str, int] = {}
    for layer in layers:
        if "Dropout" in layer.type and layer.path not in kept:
            dropped[layer.type] = dropped.get(layer.type, 0) + 1
    return [*rows, *((kind, f"{count:,}", _left_out(), state) for kind, count in dropped.items())]
