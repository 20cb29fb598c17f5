"""Input shapes as people type them: ``N,1,28,28``, ``input=1,1,256,784``. Loads no framework."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from pt2k_gui.export import messages
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec

_EXAMPLE = messages.WRITE_SIZES()
_MOST_AXES = 8
SHAPES: dict[str, tuple[int | str, ...]] = {
    "1x28x28": ("batch", 1, 28, 28),
    "3x224x224": ("batch", 3, 224, 224),
    "sequence": ("batch", 128),
    "1x784": (1, 784),
    "1x1x256x784": (1, 1, 256, 784),
}
"""Shapes by the names that people give: the digits, ImageNet's pictures, a text, and the tutorial's digit and batch."""
TYPES = ("float32", "float64", "float16", "int64", "int32", "uint8", "bool")
_LARGEST = 1 << 31


def preset(spec: TensorSpec, name: str) -> TensorSpec:
    """The input in a preset's shape; a sequence of vectors keeps their size."""
    shape = SHAPES[name]
    if name == "sequence" and len(spec.shape) == 3:
        shape = (*shape, spec.shape[2])
    return spec.with_shape(shape)


def presets_for(spec: TensorSpec) -> tuple[str, ...]:
    """The presets that this input may take, going by the shape and type that its file proposes."""
    return tuple(name for name, shape in SHAPES.items() if _takes(spec, name, shape))


def _takes(spec: TensorSpec, name: str, shape: tuple[int | str, ...]) -> bool:
    if name == "sequence":
        return len(spec.shape) == 3 or (len(spec.shape) == 2 and spec.dtype.startswith("int"))
    if not spec.dtype.startswith(("float", "uint8")) or not spec.shape:
        return False
    if isinstance(shape[0], int):  # a batch of rows
        return spec.shape[-1] == shape[-1]
    return len(spec.shape) == len(shape) and spec.shape[1] in (shape[1], *(s for s in spec.shape if isinstance(s, str)))


def parse_shape(text: str) -> tuple[int | str, ...]:
    """``"N,1,28,28"`` as ``("N", 1, 28, 28)``; x, × and blanks separate as well. Raises ``Problem``."""
    if text.strip() == "scalar":
        return ()
    words = [
        word.strip() for word in text.replace("×", ",").replace(" x ", ",").strip("()[] ").split(",") if word.strip()
    ]
    if not words or len(words) > _MOST_AXES:
        raise Problem(messages.NOT_A_SHAPE(text=text), hint=_EXAMPLE)
    shape: list[int | str] = []
    for word in words:
        if word.isidentifier():
            shape.append("batch" if word in ("N", "n", "B", "b") else word)
        elif word in ("?", "-1", "*"):
            shape.append("batch" if not shape else f"dim_{len(shape)}")
        elif word.isdigit() and 0 < int(word) < _LARGEST:
            shape.append(int(word))
        else:
            raise Problem(messages.NOT_A_SIZE(size=word, text=text), hint=_EXAMPLE)
    return tuple(shape)


def parse_inputs(
    shapes: Sequence[str], card: ModelInfo, types: Sequence[str] = (), ranges: Sequence[str] = ()
) -> tuple[TensorSpec, ...]:
    """The card's inputs with what the user typed.

    Args:
        shapes: ``NAME=SHAPE``, or a bare ``SHAPE`` where there is one input; a preset's name will do for a shape.
        types: ``NAME=TYPE`` likewise, from ``TYPES``.
        ranges: ``NAME=SMALLEST..LARGEST`` likewise, both of them included.

    Raises:
        Problem: a shape, a type, a range or a name makes no sense.
    """
    inputs = {spec.name: spec for spec in card.inputs}
    for option, texts, change in (
        ("shape", shapes, _with_shape),
        ("type", types, _with_type),
        ("range", ranges, _with_range),
    ):
        for text in texts:
            name, separator, value = text.rpartition("=")
            if not separator:
                if len(inputs) != 1:
                    raise Problem(
                        messages.MUST_NAME_INPUT(count=len(inputs), names=list(inputs), text=text),
                        hint=messages.EXAMPLE_INPUT(option=option, name=next(iter(inputs), "input"), text=text),
                    )
                name = next(iter(inputs))
            if name not in inputs:
                raise Problem(messages.NO_INPUT(name=name), hint=messages.IT_HAS(names=list(inputs)))
            inputs[name] = change(inputs[name], value)
    return tuple(inputs.values())


def _with_shape(spec: TensorSpec, text: str) -> TensorSpec:
    return preset(spec, text) if text in SHAPES else spec.with_shape(parse_shape(text))


def _with_type(spec: TensorSpec, text: str) -> TensorSpec:
    if text not in TYPES:
        raise Problem(messages.NOT_A_TYPE(text=text), hint=messages.CHOOSE_TYPE(names=list(TYPES)))
    whole = text.startswith(("int", "uint"))
    low, high = (spec.low or 0, spec.high or 2) if whole else (None, None)
    return dataclasses.replace(spec, dtype=text, low=low, high=high)


def _with_range(spec: TensorSpec, text: str) -> TensorSpec:
    match = re.fullmatch(r"\s*(-?\d{1,19})\s*(?:\.\.|,|:)\s*(-?\d{1,19})\s*", text)
    if match is None or int(match[1]) > int(match[2]):
        raise Problem(messages.NOT_A_RANGE(text=text), hint=messages.WRITE_RANGE())
    if not spec.dtype.startswith(("int", "uint")):
        raise Problem(
            messages.RANGE_FOR_INTEGERS(name=spec.name, type=spec.dtype),
            hint=messages.GIVE_TYPE(name=spec.name),
        )
    return dataclasses.replace(spec, low=int(match[1]), high=int(match[2]) + 1)
