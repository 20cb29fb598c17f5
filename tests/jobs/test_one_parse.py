"""From the model to the saved file, the exported graph is parsed once."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import onnx
import onnx.serialization
import pytest

from pt2k_gui.jobs import convert, export, load, save, verify
from pt2k_gui.progress import SilentContext
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.samples.gather import SampleChoice


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """The size of each ONNX model that is parsed meanwhile, and the file of PT2K that asked for it."""
    kind = type(onnx.serialization.registry.get("protobuf"))
    found: list[tuple[int, str]] = []
    parse = kind.deserialize_proto

    def counted(self: Any, serialized: bytes, proto: Any) -> Any:
        if isinstance(proto, onnx.ModelProto):
            asked = [frame.filename for frame in traceback.extract_stack() if "pt2k_gui" in frame.filename]
            found.append((len(serialized), Path(asked[-1]).name if asked else ""))
        return parse(self, serialized, proto)

    monkeypatch.setattr(kind, "deserialize_proto", counted)
    return found


def _walk(path: Path, folder: Path) -> Path:
    """Open, export, convert, verify and save."""
    context, choice, source = SilentContext(), SampleChoice("random", count=8), Source(str(path))
    folder.mkdir()
    onnx_file, keras = folder / "model.onnx", str(folder / "model.keras")
    card = load.run(load.Request(source), context)
    export.run(export.Request(source, card.inputs, str(onnx_file)), context)
    convert.run(convert.Request(str(onnx_file), keras), context)
    verify.run(verify.Request(source, str(onnx_file), keras, str(folder), choice), context)
    targets = (("keras", str(folder / "saved.keras")), ("onnx", str(folder / "saved.onnx")))
    save.run(save.Request(keras, str(onnx_file), targets, False, source, choice), context)
    return onnx_file


def test_the_graph_is_parsed_once_from_opening_to_saving(tmp_path: Path, parsed: list[tuple[int, str]]) -> None:
    exported = _walk(resource("samples/digits-mlp.pt2"), tmp_path / "first")
    assert [file for size, file in parsed if size == exported.stat().st_size] == ["onnx_reader.py"]
    parsed.clear()
    # A model that is ONNX already is also read where it is opened (to be exported and to be compared), and where a changed
    # copy is made: with names of inputs and axes, and in float64 as the truth.
    again = _walk(exported, tmp_path / "second")
    files = [file for size, file in parsed if size in (exported.stat().st_size, again.stat().st_size)]
    assert sorted(files) == ["exporting.py", "float64_graph.py", "onnx_file.py", "onnx_file.py", "onnx_reader.py"]
