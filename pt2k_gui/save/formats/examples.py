"""Arrays of zeros for the snippets: what a saved file takes, as Python text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature

Example = tuple[str, str]
"""The name of an input, and Python text that makes an array for it."""


def keras_examples(signature: Signature) -> list[Example]:
    """In the axes and names of the Keras model."""
    return [(spec.keras_name, _zeros(spec.keras_shape, spec.dtype)) for spec in signature.inputs]


def onnx_examples(signature: Signature) -> list[Example]:
    """In the axes and names of the ONNX graph."""
    return [(spec.name, _zeros(spec.onnx_shape, spec.dtype)) for spec in signature.inputs]


def positional(examples: Sequence[Example]) -> str:
    """The arrays as Keras takes them: one alone, or a list."""
    return examples[0][1] if len(examples) == 1 else f"[{', '.join(zeros for _, zeros in examples)}]"


def named(examples: Sequence[Example]) -> str:
    """The arrays as a dictionary."""
    return "{" + ", ".join(f"{name!r}: {zeros}" for name, zeros in examples) + "}"


def _zeros(shape: Sequence[int | str], dtype: str) -> str:
    sizes = [str(size) if isinstance(size, int) else "1" for size in shape]
    return f"np.zeros(({', '.join(sizes)}{',' if len(sizes) == 1 else ''}), {dtype!r})"
