"""The text that ``keras.Model.summary`` gives, laid out in linear time: Keras's own table takes longer than a conversion."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

_WIDEST = (34, 24, 13, 28)  # of the columns, in characters; a longer cell wraps
_HEADINGS = ("Layer (type)", "Output shape", "Param #", "Connected to")


def summary_text(model: Any) -> str:
    """A row for each operation of a functional model, in its order, and the totals. Long names wrap within their column."""
    nodes = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    rows: list[_Cells] = []
    for operation in model.operations:
        sources = (
            f"{tensor._keras_history.operation.name}[{tensor._keras_history.node_index}]"
            for node in operation._inbound_nodes
            if id(node) in nodes
            for tensor in node.input_tensors
        )
        parameters = operation.count_params() if getattr(operation, "weights", None) else 0
        rows.append(
            (
                f"{operation.name} ({type(operation).__name__})",
                _shapes(operation),
                f"{parameters:,}",
                ", ".join(sources) or "-",
            )
        )
    # As narrow as the cells allow, so that a line is read without scrolling.
    columns = zip(*rows, _HEADINGS, strict=True)
    widths = [min(max(map(len, cells)), widest) for cells, widest in zip(columns, _WIDEST, strict=True)]
    rule = "─" * (sum(widths) + 3)
    trainable, fixed = _size(model.trainable_weights), _size(model.non_trainable_weights)
    return "\n".join(
        [
            f'Model: "{model.name}"',
            rule,
            *_row(_HEADINGS, widths),
            rule,
            *(line for cells in rows for line in _row(cells, widths)),
            rule,
            f"Total parameters: {trainable[0] + fixed[0]:,} ({_bytes(trainable[1] + fixed[1])})",
            f"Trainable: {trainable[0]:,} ({_bytes(trainable[1])})",
            f"Not trainable: {fixed[0]:,} ({_bytes(fixed[1])})",
            "",
        ]
    )


_Cells = tuple[str, str, str, str]


def _row(cells: _Cells, widths: Sequence[int]) -> list[str]:
    height = max(math.ceil(len(cell) / width) for cell, width in zip(cells, widths, strict=True))
    return [
        " ".join(
            cell[line * width : (line + 1) * width].ljust(width) for cell, width in zip(cells, widths, strict=True)
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
