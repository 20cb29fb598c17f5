"""The text that ``keras.Model.summary`` gives, laid out in linear time: Keras's own table takes longer than a conversion."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

_WIDTHS = (38, 26, 13, 34)  # of the columns, in characters
_HEADINGS = ("Layer (type)", "Output shape", "Parameters", "Connected to")


def summary_text(model: Any) -> str:
    """A row for each operation of a functional model, in its order, and the totals. Long names wrap within their column."""
    nodes = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    rule = "─" * (sum(_WIDTHS) + 3)
    lines = [f'Model: "{model.name}"', rule, *_row(_HEADINGS), rule]
    for operation in model.operations:
        sources = (
            f"{tensor._keras_history.operation.name}[{tensor._keras_history.node_index}]"
            for node in operation._inbound_nodes
            if id(node) in nodes
            for tensor in node.input_tensors
        )
        parameters = operation.count_params() if getattr(operation, "weights", None) else 0
        lines += _row(
            (
                f"{operation.name} ({type(operation).__name__})",
                _shapes(operation),
                f"{parameters:,}",
                ", ".join(sources) or "-",
            )
        )
    trainable, fixed = _size(model.trainable_weights), _size(model.non_trainable_weights)
    lines += [
        rule,
        f"Total parameters: {trainable[0] + fixed[0]:,} ({_bytes(trainable[1] + fixed[1])})",
        f"Trainable: {trainable[0]:,} ({_bytes(trainable[1])})",
        f"Not trainable: {fixed[0]:,} ({_bytes(fixed[1])})",
        "",
    ]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> list[str]:
    height = max(math.ceil(len(cell) / width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return [
        " ".join(
            cell[line * width : (line + 1) * width].ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)
        ).rstrip()
        for line in range(max(height, 1))
    ]


def _shapes(operation: Any) -> str:
    shapes = [tuple(tensor.shape) for tensor in operation._inbound_nodes[0].output_tensors]
    return ", ".join(f"({', '.join(str(length) for length in shape)})" for shape in shapes)


def _size(weights: Iterable[Any]) -> tuple[int, int]:
    """How many numbers, and how many bytes."""
    counts = [(math.prod(weight.shape), weight.dtype) for weight in weights]
    return sum(count for count, _ in counts), sum(count * _itemsize(dtype) for count, dtype in counts)


def _itemsize(dtype: str) -> int:
    return next((size for ending, size in (("64", 8), ("32", 4), ("16", 2)) if dtype.endswith(ending)), 1)


def _bytes(count: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} B"
