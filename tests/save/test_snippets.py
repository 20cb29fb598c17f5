"""The snippets that load a saved file run as they are, where PT2K is not."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pt2k_gui.convert.report import IOSpec, Signature, signature_as_json
from pt2k_gui.save.formats import FORMATS
from pt2k_gui.save.snippets import languages, snippet, snippet_in
from pt2k_gui.save.writing import write
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps

EDGES = Signature(
    inputs=(
        IOSpec("first.in", "first_in", "float32", ("batch", 3, 8, 8), ("batch", 8, 8, 3), (0, 2, 3, 1)),
        IOSpec("second", "second", "int32", ("batch", 5), ("batch", 5), (0, 1)),
    ),
    outputs=(IOSpec("scores", "dense", "float32", ("batch", 3), ("batch", 3), (0, 1)),),
    axis_order="keras",
)
CALIBRATED = ("tflite_int8", "tflite_mixed", "tflite_int16")


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_a_snippet_is_python_that_names_the_file_and_needs_no_pt2k(entry: object, tmp_path: Path) -> None:
    name = entry.name  # type: ignore[attr-defined]
    text = snippet(name, str(tmp_path / "it's mine.x"), EDGES)
    compile(text, name, "exec")
    assert "pt2k" not in text.replace(str(tmp_path), "")
    assert "it's mine" in text


@pytest.mark.parametrize("language", ["Kotlin", "Swift", "C++"])
def test_phones_and_boards_have_a_snippet_with_each_input_and_output(language: str) -> None:
    assert languages("tflite_int8") == ("Python", "Kotlin", "Swift", "C++")
    assert languages("keras") == ("Python",)
    text = snippet_in(language, "tflite", "/some/where/it's $mine.int8.tflite", EDGES)
    for words in (
        "first.in: batch x 8 x 8 x 3 (batch, height, width, channels)",
        "second: batch x 5",
        "scores: batch x 3",
    ):
        assert words in text, text
    assert "/some/where" not in text
    assert "192" in text, "the count of the first input's numbers"
    assert ("\\$mine" in text) == (language == "Kotlin"), "a dollar begins an expression there"


HEADER = """
#pragma once
#include <memory>
#include <vector>
enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
namespace tflite {
struct FlatBufferModel { static std::unique_ptr<FlatBufferModel> BuildFromFile(const char* name); };
struct OpResolver {};
namespace ops { namespace builtin { struct BuiltinOpResolver : OpResolver {}; } }
struct Interpreter {
  const std::vector<int>& inputs() const;
  TfLiteStatus ResizeInputTensor(int tensor, const std::vector<int>& lengths);
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  template <class T> T* typed_input_tensor(int number);
  template <class T> const T* typed_output_tensor(int number) const;
};
struct InterpreterBuilder {
  InterpreterBuilder(const FlatBufferModel& model, const OpResolver& operators);
  TfLiteStatus operator()(std::unique_ptr<Interpreter>* interpreter);
};
}
"""
"""The part of LiteRT's interface that the snippet calls, by its documentation."""
LITERT_HEADERS = ("interpreter.h", "interpreter_builder.h", "kernels/register.h", "model_builder.h")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler is here")
@pytest.mark.parametrize("dtype", ["float32", "int32", "int64", "bool"])
def test_the_cpp_snippet_compiles_without_a_warning(dtype: str, tmp_path: Path) -> None:
    for header in LITERT_HEADERS:
        place = tmp_path / "tflite" / header
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(HEADER)
    edges = dataclasses.replace(EDGES, inputs=tuple(dataclasses.replace(spec, dtype=dtype) for spec in EDGES.inputs))
    (tmp_path / "main.cpp").write_text(snippet_in("C++", "tflite", '/some/where/it\'s "mine".tflite', edges))
    command = [
        "g++",
        "-std=c++17",
        "-fsyntax-only",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-variable",
        "-I.",
        "main.cpp",
    ]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert process.returncode == 0, process.stderr


def test_a_snippet_prepares_an_image_as_those_that_the_model_was_checked_with(tmp_path: Path) -> None:
    import numpy as np
    from PIL import Image

    from pt2k_gui.verify.samples.image_steps import prepared

    first = EDGES.inputs[0]
    one = Signature((first,), EDGES.outputs, EDGES.axis_order)
    images = ImageSettings(steps=parse_steps(["resize 8x8 bicubic; to_float; normalize 0.1,0.2,0.3 1,2,3"]))
    Image.fromarray(np.arange(9 * 11 * 3, dtype=np.uint8).reshape(9, 11, 3)).save(tmp_path / "photo.png")
    expected = prepared(Image.open(tmp_path / "photo.png"), images.steps)
    for name, wanted in (("keras", expected[None]), ("onnx", expected.transpose(2, 0, 1)[None])):
        text = snippet(name, "m.x", one, images)
        assert "prepare(" in text.splitlines()[-1], "the model is run on the image"
        assert "np.zeros" not in text
        assert text.count("import numpy as np") == 1
        made: dict[str, Any] = {}
        exec(text[: text.index("import ", text.index("return "))], made)
        np.testing.assert_array_equal(made["prepare"](str(tmp_path / "photo.png")), wanted)
    assert snippet("keras", "m.x", EDGES, images) == snippet("keras", "m.x", EDGES), (
        "of two inputs none is a picture alone"
    )


@pytest.mark.slow
def test_snippets_run_as_they_are(tmp_path: Path) -> None:
    import keras
    import onnx
    from onnx import helper

    first = keras.Input((8, 8, 3), name="first_in")
    second = keras.Input((5,), dtype="int32", name="second")
    table = keras.layers.Flatten()(keras.layers.Embedding(4, 2)(second))
    outputs = keras.layers.Dense(3)(keras.layers.Concatenate()([keras.layers.Flatten()(first), table]))
    model = keras.Model([first, second], outputs)
    model.save(tmp_path / "source.keras")
    with zipfile.ZipFile(tmp_path / "source.keras", "a") as archive:
        archive.writestr("pt2k.json", json.dumps({"signature": signature_as_json(EDGES)}))
    ends = [helper.make_tensor_value_info("first.in", onnx.TensorProto.FLOAT, ["batch", 3, 8, 8])]
    ends.append(helper.make_tensor_value_info("second", onnx.TensorProto.INT32, ["batch", 5]))
    nodes = [helper.make_node("Identity", ["first.in"], ["a"]), helper.make_node("Identity", ["second"], ["b"])]
    outs = [
        helper.make_tensor_value_info(n, t, None)
        for n, t in (("a", onnx.TensorProto.FLOAT), ("b", onnx.TensorProto.INT32))
    ]
    graph = helper.make_graph(nodes, "g", ends, outs)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), str(tmp_path / "g.onnx")
    )
    script = ["import sys", "sys.dont_write_bytecode = True"]
    for entry in FORMATS:
        if entry.needs or entry.name in CALIBRATED:
            continue
        path = tmp_path / entry.name / f"my-net{entry.suffix}"
        path.parent.mkdir()
        write(entry.name, model, str(tmp_path / "source.keras"), str(tmp_path / "g.onnx"), path, [])
        script += [snippet(entry.name, str(path), EDGES), f"print({entry.name!r})"]
    process = subprocess.run(
        [sys.executable, "-I", "-c", "\n".join(script)], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout.split() == [e.name for e in FORMATS if not e.needs and e.name not in CALIBRATED]
