"""What a LiteRT file tells of itself: PyTorch's names, metadata that the platform's tools read, labels."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from litert_files import exported, randoms
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.save.formats.entry import Usage
from pt2k_gui.save.writing import write

BATCH = torch.export.Dim("batch", min=1, max=64)


class Two(nn.Module):
    """Inputs and outputs with names, whose order is not the alphabet's."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)

    def forward(self, picture: torch.Tensor, amount: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"later": (self.c(picture) * amount[:, None, None, None]).mean((2, 3)), "before": amount + 1}


def test_a_file_has_pytorchs_names_and_tells_how_its_pictures_are_prepared(tmp_path: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    example = (torch.randn(2, 3, 8, 10), torch.randn(2))
    module = Two()
    conversion = convert(exported(module, example, ({0: BATCH}, {0: BATCH}), tmp_path))
    source = str(tmp_path / "m.keras")
    save_model(conversion, source)
    usage = Usage("two", (0.5, 0.25, 0.0), (0.5, 0.25, 1.0), ("cat", "dog", "cow"))
    target = tmp_path / "m.tflite"
    write("tflite", conversion.model, source, "", target, [], usage)

    interpreter = Interpreter(str(target))
    signature = next(iter(interpreter.get_signature_list().values()))
    assert set(signature["inputs"]) == {"picture", "amount"}
    assert [entry["name"] for entry in interpreter.get_input_details()] == ["picture", "amount"]
    names = [spec.name for spec in conversion.report.signature.outputs]
    assert [entry["name"] for entry in interpreter.get_output_details()] == names
    run = interpreter.get_signature_runner()
    picture, amount = randoms(3, 8, 10, 3), randoms(3)
    found = run(picture=picture, amount=amount)
    with torch.no_grad():
        wanted = module(torch.from_numpy(picture).permute(0, 3, 1, 2), torch.from_numpy(amount))
    np.testing.assert_allclose(found[names[0]], wanted["later"].numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[names[1]], wanted["before"].numpy(), rtol=1e-6)
    with zipfile.ZipFile(target) as archive:
        assert archive.read("labels.txt").decode().split() == ["cat", "dog", "cow"]
        assert json.loads(archive.read("pt2k.json"))["signature"]["axis_order"] == "keras"
        # MediaPipe's tasks open no file with a compressed member.
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    note = read_metadata(target)
    assert note["inputs"][0] == {
        "name": "picture", "axes": ["batch", "height", "width", "channels"], "mean": [127.5, 63.75, 0.0],
        "std": [127.5, 63.75, 255.0], "size": (10, 8), "labels": None,
    }  # fmt: skip
    assert note["outputs"][0]["labels"] == "labels.txt"
    assert note["inputs"][1]["name"] == "amount"
    assert note["inputs"][1]["mean"] is None


def read_metadata(path: Path) -> dict[str, Any]:
    """What a reader of the published schema finds, by the numbers of its fields."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(path.read_bytes(), 0)
    entries = [model.Metadata(number) for number in range(model.MetadataLength())]
    entry = next(entry for entry in entries if entry.Name() == b"TFLITE_METADATA")
    data = bytes(model.Buffers(entry.Buffer()).DataAsNumpy())
    assert data[4:8] == b"M001"
    graph = Table.root(data).tables(3)[0]
    return {"inputs": [_tensor(t) for t in graph.tables(2)], "outputs": [_tensor(t) for t in graph.tables(3)]}


def _tensor(table: Table) -> dict[str, Any]:
    content, units, files = table.table(3), table.tables(4), table.tables(6)
    properties = content.table(1) if content is not None and content.byte(0) == 2 else None
    size = properties.table(1) if properties is not None else None
    options = units[0].table(1) if units else None
    return {
        "name": table.text(0),
        "axes": table.texts(2),
        "mean": options and options.floats(0),
        "std": options and options.floats(1),
        "size": size and (size.word(0), size.word(1)),
        "labels": files[0].text(0) if files else None,
    }


class Table:
    """A flatbuffer's table, read by the places of its fields."""

    def __init__(self, data: bytes, position: int) -> None:
        from flatbuffers.table import Table as Raw

        self._raw = Raw(bytearray(data), position)
        self._data = data

    @classmethod
    def root(cls, data: bytes) -> Table:
        return cls(data, int.from_bytes(data[:4], "little"))

    def _at(self, place: int) -> int | None:
        offset = self._raw.Offset(4 + 2 * place)
        return self._raw.Pos + offset if offset else None

    def byte(self, place: int) -> int:
        at = self._at(place)
        return 0 if at is None else self._data[at]

    def word(self, place: int) -> int:
        at = self._at(place)
        return 0 if at is None else int.from_bytes(self._data[at : at + 4], "little")

    def table(self, place: int) -> Table | None:
        at = self._at(place)
        return None if at is None else Table(self._data, self._raw.Indirect(at))

    def _vector(self, place: int) -> list[int]:
        at = self._at(place)
        if at is None:
            return []
        begin = self._raw.Indirect(at)
        count = int.from_bytes(self._data[begin : begin + 4], "little")
        return [begin + 4 + 4 * number for number in range(count)]

    def tables(self, place: int) -> list[Table]:
        return [Table(self._data, self._raw.Indirect(at)) for at in self._vector(place)]

    def floats(self, place: int) -> list[float]:
        return [float(np.frombuffer(self._data, np.float32, 1, at)[0]) for at in self._vector(place)]

    def text(self, place: int) -> str:
        at = self._at(place)
        assert at is not None
        return str(self._raw.String(at).decode())

    def texts(self, place: int) -> list[str]:
        return [str(self._raw.String(at).decode()) for at in self._vector(place)]
