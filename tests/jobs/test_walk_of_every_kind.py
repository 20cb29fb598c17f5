"""Every kind of file in which people keep models, taken through the jobs: opened, exported, converted and verified."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from model_files import KINDS

from pt2k_gui.jobs import convert, export, load, verify
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.inputs import random_tensor
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.runners import KerasRunner

# A float16 model rounds at every layer and Keras, in float32, does not: 11 bits, over a few layers. Otherwise 24 bits, of
# which sums of up to 1,568 products in another order lose a few. The scale is that of what runs through the layers, about
# one as in the inputs: a weight's rounding stays in an average over a picture, however small that comes out.
_OF_SCALE = {np.dtype(np.float32): 2e-6, np.dtype(np.float16): 4e-3}
# Every kind is opened, exported and held against its module every day (tests/sources). What follows the export depends on the
# graph, and that on how the file holds the model: as a graph of its own, in another precision, or as weights and a class. The
# many ways in which weights lie in a file all lead to the graph of their class.
_EVERYDAY = ("export", "TorchScript", "ONNX", "float16", "bfloat16", "float64", "state dict of a chain", "Lightning",
             "safetensors in several files", "whole pickled model of", "state dict with its class")  # fmt: skip
_ROWS = [
    pytest.param(
        kind, marks=pytest.mark.slow if kind.startswith(_EVERYDAY) or kind == "state dict" else pytest.mark.full
    )
    for kind in KINDS
]


@pytest.mark.parametrize("kind", _ROWS)
def test_a_file_of_every_kind_becomes_a_verified_keras_model_with_its_modules_numbers(
    tmp_path: Path, kind: str
) -> None:
    made, context = KINDS[kind](tmp_path), SilentContext()
    onnx, keras = str(tmp_path / "exported.onnx"), str(tmp_path / "converted.keras")
    card = load.run(load.Request(made.source), context)
    exported = export.run(export.Request(made.source, card.inputs, onnx), context)
    converted = convert.run(convert.Request(exported.path, keras), context)
    choice = SampleChoice("random", count=4)
    found = verify.run(verify.Request(made.source, onnx, converted.path, str(tmp_path), choice), context)
    assert found.verdict.same, found.verdict.sentence
    assert found.samples == 4
    # The verification reads the file again; the object that the file was made from is a witness of its own.
    runner = KerasRunner(keras)
    runner.open()
    tensors = [random_tensor(spec, 1, 70 + number) for number, spec in enumerate(exported.inputs)]
    given = [tensor.numpy() for tensor in tensors]
    for actual, wanted in zip(runner.run(given), made.run(tensors), strict=True):
        expected = wanted.numpy()
        tolerance = _OF_SCALE[expected.dtype] * max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)
