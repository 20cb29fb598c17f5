"""Coarser LiteRT files: what each precision keeps, which layers stay in float32, and that a bad file is called bad."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from pt2k_gui.save.checking import Expected, Written, compared
from pt2k_gui.save.formats import FORMATS
from pt2k_gui.save.formats.entry import Reopening, Usage
from pt2k_gui.save.litert.conversion import float32_file
from pt2k_gui.save.litert.model_card import MEMBER, add_card
from pt2k_gui.save.litert.quantising import METHODS, quantised
from pt2k_gui.save.litert.sensitivity import output_error, sensitivity
from pt2k_gui.save.result import SavedFile
from pt2k_gui.save.writing import write

COARSE = [entry.name for entry in FORMATS if entry.name.startswith("tflite_")]
# Bytes of a file over those of the float32 file, at most: its weights' bits with room for scales and metadata.
LARGEST = {"tflite_float16": 0.56, "tflite_weights4": 0.2}


def classifier() -> keras.Model:
    keras.utils.set_random_seed(1)
    x = inputs = keras.Input((16, 16, 3), name="x")
    for number, width in enumerate((32, 64, 128)):
        x = layers.Conv2D(width, 3, padding="same", strides=2, name=f"conv_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(5, name="head", kernel_initializer="normal")(x))


def fragile() -> keras.Model:
    """The middle layer has one weight that no sample uses, so large that eight bits leave nothing of the others."""
    keras.utils.set_random_seed(2)
    inputs = keras.Input((8,), name="x")
    x = layers.Dense(16, name="before", activation="relu")(inputs)
    silent = layers.Dense(17, name="widen", use_bias=False)
    x = silent(x)
    weak = layers.Dense(16, name="weak")
    x = layers.Dense(4, name="after")(layers.ReLU(name="active")(weak(x)))
    model = keras.Model(inputs, x)
    kernel = np.array(keras.ops.convert_to_numpy(silent.kernel))
    kernel[:, 16] = 0
    silent.kernel.assign(kernel)
    kernel = np.array(keras.ops.convert_to_numpy(weak.kernel))
    kernel[16] = 1000
    weak.kernel.assign(kernel)
    return model


def samples(model: keras.Model, count: int = 32) -> Callable[[], Iterator[dict[str, np.ndarray]]]:
    rng = np.random.default_rng(3)
    data = rng.standard_normal((count, *model.inputs[0].shape[1:])).astype(np.float32)
    return lambda: ({"x": row[None]} for row in data)


@dataclasses.dataclass(frozen=True)
class Network:
    """A model, and what the files of one save leave for each other: its float32 file, ranges, the best calibration."""

    model: keras.Model
    shared: dict[str, Any] = dataclasses.field(default_factory=dict)


@pytest.fixture(scope="module")
def plain() -> Network:
    return Network(classifier())


@pytest.fixture(scope="module")
def recurrent() -> Network:
    keras.utils.set_random_seed(4)
    inputs = keras.Input((12, 6), name="x")
    x = layers.Bidirectional(layers.LSTM(16, name="memory"))(layers.Dense(8, name="first")(inputs))
    return Network(keras.Model(inputs, layers.Dense(4, name="last")(x)))


def checked(network: Network, name: str, path: Path) -> SavedFile:
    """The file of that format as its check finds it, on 64 samples."""
    model = network.model
    data = np.concatenate([sample["x"] for sample in samples(model, 64)()])
    write(name, model, "", "", path, [[data]], shared=network.shared)
    entry = next(entry for entry in FORMATS if entry.name == name)
    outputs = entry.reopen(Reopening(str(path), "", ("x",)))({"x": data})
    wanted = [[keras.ops.convert_to_numpy(model([data], training=False))]]
    expected = Expected(("x",), ("x",), [[data]], [[data]], wanted, wanted, None, True, "")
    return compared(Written(name, str(path), 1.0), {"ok": True, "seconds": 0.001, "outputs": [outputs]}, expected)


def float32_of(network: Network) -> bytes:
    if "litert.float32" not in network.shared:
        network.shared["litert.float32"] = float32_file(network.model)
    content: bytes = network.shared["litert.float32"]
    return content


@pytest.mark.slow
@pytest.mark.parametrize("name", COARSE)
def test_each_precision_is_smaller_and_takes_and_gives_floats(name: str, plain: Network, tmp_path: Path) -> None:
    write("tflite", plain.model, "", "", tmp_path / "whole.tflite", [], shared=plain.shared)
    file = checked(plain, name, tmp_path / f"net.{name}.tflite")
    whole = (tmp_path / "whole.tflite").stat().st_size
    assert file.size < LARGEST.get(name, 0.4) * whole
    if name != "tflite_weights4":  # which is too coarse for some
        assert file.same, file.detail
    assert file.relative is not None
    assert 0 < file.relative < 0.6


@pytest.mark.slow
def test_finer_precisions_are_nearer_to_the_model(plain: Network) -> None:
    content = float32_of(plain)
    few = list(samples(plain.model, 8)())
    error = {
        name: output_error(content, quantised(name, content, samples(plain.model, 64), plain.shared)[0], few)
        for name in ("tflite_float16", "tflite_int16", "tflite_weights8", "tflite_int8", "tflite_weights4")
    }
    assert error["tflite_float16"] < error["tflite_weights8"] < error["tflite_weights4"]
    assert error["tflite_int16"] < error["tflite_int8"]


@pytest.mark.slow
def test_the_calibration_is_the_best_of_several_and_says_so(plain: Network) -> None:
    content = float32_of(plain)
    made, told = quantised("tflite_int8", content, samples(plain.model, 64), plain.shared)
    assert told is not None
    assert told.startswith("Ranges by ")
    assert f"{output_error(content, made, list(samples(plain.model, 64)())[:16]):.1%}" in told
    assert len(METHODS) == 4


@pytest.mark.slow
def test_a_layer_that_eight_bits_destroy_stays_in_float32_and_is_named() -> None:
    model = fragile()
    content = float32_file(model)
    shared: dict[str, Any] = {}
    int8, _ = quantised("tflite_int8", content, samples(model), shared)
    mixed, told = quantised("tflite_mixed", content, samples(model), shared)
    few = list(samples(model, 8)())
    worst = max(sensitivity(content, int8, few), key=lambda place: place.error)
    assert worst.layer.startswith("weak")
    assert told is not None
    assert told.startswith("In float32: weak")
    # Nothing of the answer is left in the int8 file; what the other layers' eight bits cost, a percent or two, remains in the
    # mixed one, whose ranges are chosen again when the layer that drowned all differences between them is out of the way.
    assert output_error(content, mixed, few) < 0.05 * output_error(content, int8, few)


@pytest.mark.slow
def test_a_channel_without_weights_is_no_obstacle(tmp_path: Path) -> None:
    model = classifier()
    layer = model.get_layer("conv_1")
    kernel, bias = (np.array(keras.ops.convert_to_numpy(value)) for value in (layer.kernel, layer.bias))
    kernel[..., 3:9], bias[3:9] = 0, 0.5
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    network = Network(model)
    for name in ("tflite_int8", "tflite_weights8", "tflite_dynamic"):
        file = checked(network, name, tmp_path / f"net.{name}.tflite")
        assert file.same, file.detail


@pytest.mark.slow
@pytest.mark.parametrize("name", COARSE)
def test_a_recurrent_network_has_every_precision(name: str, recurrent: Network, tmp_path: Path) -> None:
    file = checked(recurrent, name, tmp_path / f"net.{name}.tflite")
    assert file.relative is not None, file.detail
    assert file.relative < 0.3


@pytest.mark.slow
def test_a_bad_quantised_file_is_called_bad(tmp_path: Path) -> None:
    file = checked(Network(fragile()), "tflite_weights8", tmp_path / "net.weights8.tflite")
    assert not file.same
    assert "it no longer tells them apart" in file.detail


def test_the_model_card_tells_what_was_checked(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "net.tflite"
    path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(64))
    bad = SavedFile(
        "tflite_int8", str(path), 72, 0.5, False, 1.0, "Too coarse.", relative=0.25, samples=40, agreement=0.5,
        accuracy=0.45, accuracy_before=0.9, milliseconds=1.5,
    )  # fmt: skip
    add_card(str(path), bad, Usage("digits", (0.5,), (0.25,), ("zero", "one")))
    with zipfile.ZipFile(path) as archive:
        text = archive.read(MEMBER).decode()
        assert archive.getinfo(MEMBER).compress_type == zipfile.ZIP_STORED, "MediaPipe's tasks open no other"
    for words in (
        "# digits", "LiteRT, int8", "run on 40 samples", "**It failed.**", "25.00% of the largest", "50.0%", "45.0%",
        "90.0%", "mean 0.5 and std 0.25", "Classes: 2", "Too coarse.",
    ):  # fmt: skip
        assert words in text, text
