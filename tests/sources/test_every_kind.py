"""Every kind of file in which people keep models: opened, exported, and the same numbers as the module it came from."""

from __future__ import annotations

import gzip
import io
import pickle
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from model_files import KINDS

from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.sources.inputs import random_tensor
from pt2k_gui.sources.loading import load

# float32 keeps 24 bits; sums of up to 1,568 products in another order lose a few of them. float16 keeps 11.
_OF_SCALE = {"float32": 2e-6, "float16": 4e-3}


def _close(actual: np.ndarray, expected: np.ndarray) -> None:
    tolerance = _OF_SCALE[str(expected.dtype)] * float(np.abs(expected).max())
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


def _samples(inputs: Sequence[TensorSpec], batch: int) -> list[torch.Tensor]:
    return [random_tensor(spec, batch, 70 + number) for number, spec in enumerate(inputs)]


def _source(path: Path, code: str = "") -> Source:
    return Source(str(path), code)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_every_kind_opens_and_exports_with_its_modules_numbers(tmp_path: Path, kind: str) -> None:
    made = KINDS[kind](tmp_path)
    loaded = load(made.source, SilentContext())
    inputs = loaded.card.inputs
    assert loaded.card.parameters == made.parameters
    assert loaded.card.layers
    output = tmp_path / "exported" / "model.onnx"
    output.parent.mkdir()
    export(loaded, inputs, str(output), trainable=False, context=SilentContext())
    session = onnxruntime.InferenceSession(str(output), providers=["CPUExecutionProvider"])
    dynamic = all(isinstance(spec.shape[0], str) for spec in inputs)
    assert dynamic == ("fixed" not in kind)
    for batch in (1, 4) if dynamic else (1,):
        tensors = _samples(inputs, batch)
        expected = made.run(tensors)
        feeds = {spec.name: tensor.numpy() for spec, tensor in zip(inputs, tensors, strict=True)}
        for actual, wanted in zip(session.run(None, feeds), expected, strict=True):
            _close(actual, wanted.numpy())


def _zip_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return stream.getvalue()


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.pt"))
    return stream.getvalue()


def _array(save: Callable[..., None], **options: Any) -> bytes:
    stream = io.BytesIO()
    save(stream, np.zeros(3), **options)
    return stream.getvalue()


def _picture(name: str) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, name)
    return stream.getvalue()


# A file's name, its content, and the words for it.
DECLINED: list[tuple[str, Callable[[], bytes], str]] = [
    ("m.keras", lambda: _zip_of("metadata.json", "config.json", "model.weights.h5"), "a Keras model (.keras)"),
    ("m.h5", lambda: b"\x89HDF\r\n\x1a\n" + bytes(600), "a Keras or HDF5 file (.h5)"),
    ("m.tflite", lambda: b"\x1c\0\0\0TFL3" + bytes(600), "a TensorFlow Lite model (.tflite)"),
    ("m.pkl", lambda: pickle.dumps({"weights": [1.0, 2.0]}), "a plain Python pickle"),
    ("old.pkl", lambda: pickle.dumps({"weights": [1.0, 2.0]}, protocol=2), "a plain Python pickle"),
    ("oldest.pkl", lambda: pickle.dumps({"weights": [1.0, 2.0]}, protocol=0), "a plain Python pickle"),
    ("m.zip", lambda: _zip_of("readme.txt", "weights/model.pt"), "a zip archive without a PyTorch model in it"),
    ("m.docx", lambda: _zip_of("[Content_Types].xml", "word/document.xml"), "an office document"),
    ("m.npz", lambda: _array(np.savez), "a set of NumPy arrays (.npz)"),
    ("m.npy", lambda: _array(np.save), "a NumPy array (.npy)"),
    ("m.tar", _tar, "a tar archive"),
    ("m.pt.gz", lambda: gzip.compress(b"x" * 600), "a gzip archive"),
    ("photo.png", lambda: _picture("PNG"), "a PNG image"),
    ("photo.pt", lambda: _picture("JPEG"), "a JPEG image"),
    ("photo.pth", lambda: _picture("BMP"), "a BMP image"),
    ("net.py", lambda: b"import torch\n", "Python source"),
    ("page.pt", lambda: b"<!DOCTYPE html>\n<html><body>404</body></html>", "a web page"),
    ("lfs.pt", lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git LFS pointer"),
    ("config.json", lambda: b'{"layers": 3}', "a JSON text"),
    ("llama.gguf", lambda: b"GGUF\x03\0\0\0" + bytes(100), "a GGUF model"),
]


@pytest.mark.parametrize(("name", "content", "words"), DECLINED, ids=[row[0] for row in DECLINED])
def test_what_is_no_pytorch_model_is_declined_by_name(
    tmp_path: Path, name: str, content: Callable[[], bytes], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    with pytest.raises(Problem) as caught:
        load(_source(path), SilentContext())
    assert f"{path} is {words}" in caught.value.sentence
    assert caught.value.hint


def test_files_that_keras_and_tensorflow_write_are_declined_by_name(tmp_path: Path) -> None:
    """The real ones: the table above has only their first bytes."""
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    model.save(tmp_path / "m.h5")
    lite = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    (tmp_path / "m.tflite").write_bytes(lite)
    for name, words in (("m.keras", "(.keras)"), ("m.h5", "(.h5)"), ("m.tflite", "(.tflite)")):
        with pytest.raises(Problem) as caught:
            load(_source(tmp_path / name), SilentContext())
        assert words in caught.value.sentence and "there is nothing to convert" in caught.value.hint


@pytest.mark.parametrize("kind", ["state dict", "TorchScript, traced", "exported program", "ONNX", "safetensors"])
def test_a_kind_is_told_by_content_whatever_the_ending(tmp_path: Path, kind: str) -> None:
    made = KINDS[kind](tmp_path)
    expected = load(made.source, SilentContext()).card
    for ending in (".pt", ".h5", ".png", ""):
        renamed = Path(made.source.path).with_name(f"renamed{ending}")
        renamed.write_bytes(Path(made.source.path).read_bytes())
        card = load(_source(renamed, made.source.code), SilentContext()).card
        assert (card.kind, card.sha256, card.inputs) == (expected.kind, expected.sha256, expected.inputs)
