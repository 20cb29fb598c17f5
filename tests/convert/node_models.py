"""ONNX's own node tests as models that convert, with inputs for them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper

from pt2k_gui.convert import convert

_NAMES = Path(__file__).with_name("node_cases.txt")


def node_models(step: int) -> Iterator[tuple[str, onnx.ModelProto, list[np.ndarray]]]:
    """Name, model and inputs of every ``step``-th case that converts; else with all inputs but the first as constants."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        cases: dict[str, Any] = {case.name: case for case in collect_testcases(None)}
    for name in _NAMES.read_text(encoding="utf-8").split()[::step]:
        case = cases[name]
        inputs = [
            onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)
            for value in case.data_sets[0][0]
        ]
        if _converts(case.model):
            yield name, case.model, inputs
            continue
        frozen = onnx.ModelProto()
        frozen.CopyFrom(case.model)
        for info, array in zip(list(frozen.graph.input)[1:], inputs[1:], strict=True):
            frozen.graph.initializer.append(onnx.numpy_helper.from_array(array, info.name))
            frozen.graph.input.remove(info)
        if _converts(frozen):
            yield name, frozen, inputs[:1]


def _converts(model: onnx.ModelProto) -> bool:
    try:
        convert(model, axis_order="onnx")
    except Exception:  # some cases don't convert, for reasons that the converter's own tests tell
        return False
    return True
