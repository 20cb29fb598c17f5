"""The snippets that load a saved file run as they are, where PT2K is not."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pt2k_gui.convert.report import IOSpec, Signature, signature_as_json
from pt2k_gui.save.formats import FORMATS
from pt2k_gui.save.snippets import languages, snippet, snippet_in
from pt2k_gui.save.writing import write

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
