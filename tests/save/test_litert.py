"""LiteRT files: what LiteRT has no operator for is written in those that it has, and comes out right at every size."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers, ops
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats.entry import Reopening, Usage
from pt2k_gui.save.formats.litert import FORMATS
from pt2k_gui.save.litert.problems import in_words
from pt2k_gui.save.writing import write

Arrays = Sequence[np.ndarray]
rng = np.random.default_rng(0)


def randoms(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def written(model: keras.Model, path: Path) -> Callable[[Arrays], list[np.ndarray]]:
    """The model as a LiteRT file, opened: from arrays in the order of the inputs to its outputs."""
    write("tflite", model, "", "", path, [])
    names = tuple(tensor.name for tensor in model.inputs)
    run = FORMATS[0].reopen(Reopening(str(path), "", names))
    return lambda arrays: run(dict(zip(names, arrays, strict=True)))


def agree(model: keras.Model, path: Path, *batches: Arrays) -> None:
    """The file gives Keras's numbers for each batch, whatever its sizes, one after the other and the first one again."""
    run = written(model, path)
    for batch in (*batches, batches[0]):
        wanted = keras.tree.flatten(model(list(batch), training=False))
        for actual, right in zip(run(batch), wanted, strict=True):
            right = keras.ops.convert_to_numpy(right)
            assert actual.shape == right.shape
            np.testing.assert_allclose(actual, right, rtol=1e-5, atol=1e-5 * max(1.0, float(np.abs(right).max())))


def network(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> keras.Model:
    inputs = [keras.Input(shape, name=f"x{number}", dtype=dtype) for number, shape in enumerate(shapes)]
    return keras.Model(inputs, function(*inputs))


RECURRENT = {
    "lstm": layers.LSTM(5, return_sequences=True, return_state=True),
    "gru": layers.GRU(5, return_sequences=True, return_state=True),
    "gru, reset before": layers.GRU(5, reset_after=False, go_backwards=True, return_sequences=True),
    "rnn": layers.SimpleRNN(5),
    "both directions": layers.Bidirectional(layers.LSTM(5, return_sequences=True, return_state=True)),
    "both directions, last": layers.Bidirectional(layers.GRU(5)),
}


@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_layer_takes_sequences_of_any_length_and_remembers_none(name: str, tmp_path: Path) -> None:
    layer = RECURRENT[name]
    kind = type(layer).from_config(layer.get_config())
    agree(
        network(kind, (None, 3)), tmp_path / "m.tflite", [randoms(1, 7, 3)], [randoms(2, 77, 3)], [randoms(3, 64, 3)],
        [randoms(1, 1, 3)],
    )  # fmt: skip


@pytest.mark.parametrize("length", [6, 100])
def test_lengths_and_states_of_a_recurrent_layer_count(length: int, tmp_path: Path) -> None:
    def masked(x: Any, h: Any, c: Any) -> Any:
        mask = ops.less(ops.arange(length), ops.cast(ops.floor(ops.abs(h[:, :1]) * 3) + 1, "int32"))
        both = layers.Bidirectional(layers.LSTM(5, return_sequences=True, return_state=True))
        return both(x, initial_state=[h, c, c, h], mask=mask)

    agree(
        network(masked, (length, 3), (5,), (5,)), tmp_path / "m.tflite",
        [randoms(4, length, 3), randoms(4, 5), randoms(4, 5)],
    )  # fmt: skip


EINSUMS = {
    "bij,bjk->bik": ((4, 5), (5, 6)),
    "bij,bkj->bik": ((4, 5), (6, 5)),
    "bhqd,bhkd->bhqk": ((2, 3, 4), (2, 5, 4)),
    "bij,bij->bi": ((4, 5), (4, 5)),
    "bij,bik->bjk": ((4, 5), (4, 6)),
    "bii->bi": ((4, 4),),
    "bij->b": ((4, 5),),
    "bij,bkl->bijkl": ((2, 3), (4, 5)),
    "b...j,bj->b...": ((2, 3, 5), (5,)),
    "bij,bjk,bkl->bil": ((2, 3), (3, 4), (4, 5)),
    "bcij,bcdi->bdj": ((2, 3, 4), (2, 5, 3)),
}


@pytest.mark.parametrize("equation", EINSUMS)
def test_an_einstein_sum_of_any_form_comes_out_right(equation: str, tmp_path: Path) -> None:
    shapes = EINSUMS[equation]
    model = network(lambda *values: ops.einsum(equation, *values), *shapes)
    agree(model, tmp_path / "m.tflite", *([randoms(count, *shape) for shape in shapes] for count in (2, 1)))


@pytest.mark.parametrize("reduction", ["max", "min", "mul", "add"])
def test_scattering_onto_one_place_several_times_reduces(reduction: str, tmp_path: Path) -> None:
    places = np.array([[3], [0], [3], [3], [7], [0]], np.int32)

    def scattered(data: Any, updates: Any) -> Any:
        flat, rows = ops.reshape(data, (-1,)), ops.reshape(updates, (-1,))
        return ops.scatter_update(flat, places, rows, reduction=reduction)

    agree(network(scattered, (4,), (3,)), tmp_path / "m.tflite", [randoms(2, 4), randoms(2, 3)])


SINGLE = {
    "max pool 3d": (lambda x: layers.MaxPooling3D((1, 2, 2))(x), (4, 6, 7, 2)),
    "max pool 3d, same": (lambda x: layers.MaxPooling3D(3, 2, padding="same")(x), (5, 6, 7, 2)),
    "average pool 3d": (lambda x: layers.AveragePooling3D(2)(x), (4, 6, 7, 2)),
    "average pool 3d, same": (lambda x: layers.AveragePooling3D(3, 2, padding="same")(x), (5, 6, 7, 2)),
    "softplus of large numbers": (lambda x: ops.softplus(x * 100), (6,)),
    "softplus layer": (lambda x: layers.Activation("softplus")(x * 100), (6,)),
    "error function": (ops.erf, (6,)),
    "place of the largest": (lambda x: ops.argmax(x, -1), (3, 6)),
    "place of the smallest": (lambda x: ops.argmin(x, 1, keepdims=True), (3, 6)),
    "repetition": (lambda x: ops.repeat(x, 3, axis=1), (3, 6)),
    "layer norm": (lambda x: layers.LayerNormalization(axis=-1)(x), (3, 6)),
    "group norm": (lambda x: layers.GroupNormalization(2)(x), (3, 4, 6)),
    "dense over four axes": (lambda x: layers.Dense(5, activation="relu")(x), (3, 4, 6)),
    "transposed convolution": (
        lambda x: layers.Conv2DTranspose(5, 2, strides=2, bias_initializer="normal")(x),
        (3, 4, 6),
    ),
    "nearest neighbours": (lambda x: layers.UpSampling2D((2, 3))(x), (3, 4, 6)),
    "elements picked from the end": (lambda x: ops.take(x, [0, -1], axis=2), (3, 4, 6)),
}


@pytest.mark.parametrize("name", SINGLE)
def test_an_operation_that_litert_lacks_stands_in_forms_that_it_has(name: str, tmp_path: Path) -> None:
    function, shape = SINGLE[name]
    agree(network(function, shape), tmp_path / "m.tflite", [randoms(1, *shape)], [randoms(3, *shape)])


def test_images_of_any_size_are_taken(tmp_path: Path) -> None:
    def pyramid(x: Any) -> Any:
        deep = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
        up = layers.UpSampling2D(2)(deep)
        return layers.Concatenate()([layers.Conv2D(4, 1)(up), layers.AveragePooling2D(1)(x)])

    agree(
        network(pyramid, (None, None, 3)), tmp_path / "m.tflite", [randoms(1, 8, 12, 3)], [randoms(2, 16, 6, 3)]
    )  # fmt: skip


def test_reshapes_around_a_free_batch_are_constants(tmp_path: Path) -> None:
    """A computed shape splits what one delegate can run."""
    model = network(lambda x: layers.Dense(4)(layers.Flatten()(layers.Reshape((6, 6))(x))), (3, 4, 3))
    write("tflite", model, "", "", tmp_path / "m.tflite", [])
    assert operators(tmp_path / "m.tflite").isdisjoint({"SHAPE", "STRIDED_SLICE", "PACK"})


def operators(path: Path) -> set[str]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    return {names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes}


# ---- whole conversions ---------------------------------------------------------------------------------------------


class Pyramid(nn.Module):
    """Adaptive means whose size does not divide the image's."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)
        self.p = nn.AdaptiveAvgPool2d((4, 6))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.p(self.c(x))


class Response(nn.Module):
    """Local response normalisation, as in AlexNet."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 6, 1)
        self.n = nn.LocalResponseNorm(3, alpha=1e-2, k=1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.n(self.c(x))


class Video(nn.Module):
    """Pooling over three axes."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv3d(1, 4, 3, padding=1)
        self.m = nn.MaxPool3d((1, 2, 2))
        self.a = nn.AvgPool3d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.a(self.m(torch.relu(self.c(x))))


class Memory(nn.Module):
    """Two layers of both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.r = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs, (h, c) = self.r(x)
        return outputs, h, c


class Two(nn.Module):
    """Inputs and outputs with names, whose order is not the alphabet's."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)

    def forward(self, picture: torch.Tensor, amount: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"later": (self.c(picture) * amount[:, None, None, None]).mean((2, 3)), "before": amount + 1}


BATCH = torch.export.Dim("batch", min=1, max=64)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], dict[int, Any]]] = {
    "adaptive mean": (Pyramid, (2, 3, 9, 11), {0: BATCH}),
    "local response": (Response, (2, 3, 4, 5), {0: BATCH}),
    "pooling over three axes": (Video, (2, 1, 4, 8, 8), {0: BATCH}),
    "recurrent": (Memory, (2, 9, 6), {0: BATCH}),
}


def exported(module: nn.Module, example: tuple[torch.Tensor, ...], shapes: Any, folder: Path) -> str:
    """The module as an ONNX file, by PT2K's own export."""
    from pt2k_gui.jobs import export, load
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.sources.card import Source

    program = torch.export.export(module.eval(), example, dynamic_shapes=shapes, strict=False)
    torch.export.save(program, str(folder / "model.pt2"))
    source, path = Source(str(folder / "model.pt2")), str(folder / "model.onnx")
    card = load.run(load.Request(source), SilentContext())
    export.run(export.Request(source, card.inputs, path), SilentContext())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_from_pytorch_gives_pytorchs_numbers(name: str, tmp_path: Path) -> None:
    kind, shape, dynamic = NETWORKS[name]
    torch.manual_seed(0)
    module = kind()
    conversion = convert(exported(module, (torch.randn(shape),), (dynamic,), tmp_path))
    run = written(conversion.model, tmp_path / "m.tflite")
    for count in (1, 3):
        x = torch.randn(count, *shape[1:])
        with torch.no_grad():
            wanted = module(x)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        given = x.numpy().transpose(conversion.report.signature.inputs[0].permutation)
        for actual, right, spec in zip(run([given]), wanted, conversion.report.signature.outputs, strict=True):
            np.testing.assert_allclose(actual, right.numpy().transpose(spec.permutation), rtol=1e-4, atol=1e-5)


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


# ---- what is impossible --------------------------------------------------------------------------------------------


def test_what_litert_has_no_operator_for_is_told_in_one_sentence(tmp_path: Path) -> None:
    model = network(lambda x: ops.svd(x, compute_uv=False), (4, 4))
    with pytest.raises(Problem) as caught:
        write("tflite", model, "", "", tmp_path / "m.tflite", [])
    assert caught.value.sentence.startswith("This model can't be written as LiteRT, which has no operator for ")
    assert "Svd" in caught.value.sentence
    assert "error:" not in caught.value.sentence
    assert not (tmp_path / "m.tflite").exists()


def test_the_converters_words_become_names_and_a_layer() -> None:
    text = (
        'loc(callsite(fused["AvgPool3D:", "model_1/pool_2/AvgPool3D@__inference_serve_12"])): error: '
        "'tf.AvgPool3D' op is neither a custom op nor a flex op\n"
        "error: failed to legalize operation 'tfl.select_v2' that was explicitly marked illegal\n"
    )
    problem = in_words(RuntimeError(text), ["pool_2", "dense"])
    assert problem.sentence == (
        "This model can't be written as LiteRT, which has no operator for AvgPool3D and SelectV2; the layer pool_2 needs one."
    )
    assert in_words(RuntimeError("<unknown>:0: something else"), []).sentence == (
        "This model can't be written as LiteRT: its converter failed on it."
    )
