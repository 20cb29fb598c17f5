"""Input shapes as people type them: ``N,1,28,28``, ``input=1,1,256,784``. Loads no framework."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelCard, TensorSpec

_EXAMPLE = "Write sizes with commas; letters stay dynamic, numbers are fixed: N,1,28,28."
_MOST_AXES = 8
_LARGEST = 1 << 31


def parse_shape(text: str) -> tuple[int | str, ...]:
    """``"N,1,28,28"`` as ``("N", 1, 28, 28)``; x, × and blanks separate as well. Raises ``Problem``."""
    words = [
        word.strip() for word in text.replace("×", ",").replace(" x ", ",").strip("()[] ").split(",") if word.strip()
    ]
    if not words or len(words) > _MOST_AXES:
        raise Problem(f"“{text}” is no shape.", hint=_EXAMPLE)
    shape: list[int | str] = []
    for word in words:
        if word.isidentifier():
            shape.append("batch" if word in ("N", "n", "B", "b") else word)
        elif word in ("?", "-1", "*"):
            shape.append("batch" if not shape else f"dim_{len(shape)}")
        elif word.isdigit() and 0 < int(word) < _LARGEST:
            shape.append(int(word))
        else:
            raise Problem(f"“{word}” in “{text}” is no size.", hint=_EXAMPLE)
    return tuple(shape)


def parse_input_shapes(texts: Sequence[str], card: ModelCard) -> tuple[TensorSpec, ...]:
    """The card's inputs with the shapes that the user typed.

    Args:
        texts: ``NAME=SHAPE``, or a bare ``SHAPE`` where there is one input.

    Raises:
        Problem: a shape or a name makes no sense.
    """
    inputs = {spec.name: spec for spec in card.inputs}
    for text in texts:
        name, separator, shape = text.rpartition("=")
        if not separator:
            if len(inputs) != 1:
                raise Problem(
                    f"The model has {len(inputs)} inputs ({', '.join(inputs)}), so “{text}” must name one.",
                    hint=f"For example --input-shape {next(iter(inputs), 'input')}={text}.",
                )
            name = next(iter(inputs))
        if name not in inputs:
            raise Problem(f"The model has no input {name}.", hint=f"It has: {', '.join(inputs)}.")
        inputs[name] = dataclasses.replace(inputs[name], shape=parse_shape(shape))
    return tuple(inputs.values())
