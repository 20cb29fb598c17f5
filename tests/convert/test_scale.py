"""Large and deep graphs: the work grows with the graph, memory with the weights, and the settings around don't matter."""

from __future__ import annotations

import cProfile
import gc
import pstats
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from graphs import CHANNELS, residual_chain, write_large_perceptron

from pt2k_gui.convert import convert, onnx_to_keras, save_model
from pt2k_gui.convert.engine import convert_native
from pt2k_gui.problem import Problem
from pt2k_gui.verify.runners import load_keras


def _calls(blocks: int) -> int:
    """How many Python functions a conversion calls: its work, whatever else the machine does."""
    profile = cProfile.Profile()
    graph = residual_chain(blocks)
    profile.enable()
    convert_native(graph)
    profile.disable()
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]


def test_ten_times_the_nodes_are_at_most_eleven_times_the_work() -> None:
    _calls(1)  # what is done once in a process
    assert _calls(200) <= 11 * _calls(20)


def test_a_graph_deeper_than_pythons_recursion_limit_converts_and_its_file_opens(tmp_path: Path) -> None:
    graph = residual_chain(240)
    conversion = convert(graph, axis_order="onnx")
    assert any("sys.setrecursionlimit" in note for note in conversion.report.notes)
    save_model(conversion, tmp_path / "deep.keras")
    x = np.random.default_rng(0).standard_normal((2, CHANNELS, 8, 8)).astype(np.float32)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {"input": x})
    got = np.asarray(load_keras(str(tmp_path / "deep.keras"))(x))
    # Hundreds of convolutions add up their rounding: some hundred units in the last place.
    assert np.abs(got - expected).max() <= 1e-4 * np.abs(expected).max()


def test_a_default_of_channels_first_changes_nothing() -> None:
    before = keras.config.image_data_format()
    x = np.random.default_rng(0).standard_normal((2, 8, 8, CHANNELS)).astype(np.float32)
    expected = np.asarray(onnx_to_keras(residual_chain(2))(x))
    try:
        keras.config.set_image_data_format("channels_first")
        model = onnx_to_keras(residual_chain(2))
        assert keras.config.image_data_format() == "channels_first"
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_allclose(np.asarray(model(x)), expected, rtol=1e-6)


def test_onnx2keras_leaves_the_default_axis_order_as_it_was_even_where_it_fails() -> None:
    before = keras.config.image_data_format()
    graph = residual_chain(1)
    graph.graph.node[2].op_type = "HardSwish"
    with pytest.raises(Problem):
        convert(graph, engine="onnx2keras")
    assert keras.config.image_data_format() == before


PEAK = """
import sys, time
import keras, numpy, onnx, onnx.reference
from memory import held_bytes, peak_bytes
from pt2k_gui.convert import convert, save_model

before = held_bytes()
began = time.perf_counter()
conversion = convert(sys.argv[1])
seconds = time.perf_counter() - began
print(peak_bytes() - before, seconds)
if len(sys.argv) > 2:
    began = time.perf_counter()
    save_model(conversion, sys.argv[2])
    print(peak_bytes() - before, time.perf_counter() - began)
"""


def _peaks(*arguments: Path) -> list[tuple[int, float]]:
    """Bytes of memory at the peak beyond what the imports take, and seconds, for the conversion and for the saving."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split() for line in done.stdout.splitlines()]
    return [(int(row[0]), float(row[1])) for row in rows]


@pytest.mark.slow
def test_a_conversion_needs_at_most_three_times_the_memory_of_the_weights(tmp_path: Path) -> None:
    weights = write_large_perceptron(tmp_path / "model.onnx", 4096, 4)
    ((peak, _),) = _peaks(tmp_path / "model.onnx")
    assert peak <= 3 * weights


@pytest.mark.full
def test_a_model_above_two_gigabytes_converts_and_is_saved(tmp_path: Path) -> None:
    weights = write_large_perceptron(tmp_path / "model.onnx", 8192, 9)
    assert weights > 2**31
    converted, saved = _peaks(tmp_path / "model.onnx", tmp_path / "model.keras")
    print(
        f"{weights / 2**30:.2f} GiB of weights: {converted[1]:.0f} s and {converted[0] / weights:.2f} times the weights",
        end="",
    )
    print(f" to convert, {saved[1]:.0f} s and {saved[0] / weights:.2f} times to save")
    assert converted[0] <= 3 * weights
    assert saved[0] <= 4 * weights
    x = np.random.default_rng(0).standard_normal((2, 8192), dtype=np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {"input": x})
    got = np.asarray(load_keras(str(tmp_path / "model.keras"))(x))
    assert np.abs(got - expected).max() <= 1e-4 * np.abs(expected).max()


def test_the_garbage_collector_works_again_after_a_conversion_and_after_a_failure() -> None:
    graph = residual_chain(1)
    convert(graph)
    assert gc.isenabled()
    graph.graph.node[2].op_type = "NoSuchOperator"
    with pytest.raises(Problem):
        convert(graph)
    assert gc.isenabled()
    gc.disable()
    try:
        convert(residual_chain(1))
        assert not gc.isenabled()
    finally:
        gc.enable()
