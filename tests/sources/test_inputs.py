"""The inputs that are proposed for a model: what its first layers tell, and what the model then takes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pt2k_gui.export.dry_run import dry_run
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.forward import asked
from pt2k_gui.sources.inputs import propose, random_tensor
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load


def _proposed(module: nn.Module) -> tuple[TensorSpec, ...]:
    """The proposal, on which the dry run has to run."""
    proposed = propose(module.eval(), {})
    card = ModelInfo("m.pt", "m", "checkpoint", "", 0, "", 0, 0, proposed.inputs)
    dry_run(LoadedModel(card, module=proposed.module), proposed.inputs)
    return proposed.inputs


def _flat(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(*layers, nn.Flatten())


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (_flat(nn.Conv2d(1, 2, 3)), ("batch", 1, 28, 28)),
        (_flat(nn.Conv2d(3, 2, 3)), ("batch", 3, 224, 224)),
        (_flat(nn.Conv2d(5, 2, 3)), ("batch", 5, 28, 28)),
        (_flat(nn.Conv2d(6, 6, 3, groups=6)), ("batch", 6, 28, 28)),
        (_flat(nn.ConvTranspose2d(4, 2, 3)), ("batch", 4, 28, 28)),
        (_flat(nn.Conv1d(7, 2, 3)), ("batch", 7, 128)),
        (_flat(nn.Conv3d(2, 2, 3)), ("batch", 2, 16, 112, 112)),
        (nn.Linear(13, 2), ("batch", 13)),
        (nn.Linear(784, 2), ("batch", 784)),
        (nn.Sequential(nn.BatchNorm1d(9), nn.Linear(9, 2)), ("batch", 9)),
    ],
    ids=["grey", "colour", "five channels", "depthwise", "transposed", "signal", "volume", "features", "784", "normed"],
)
def test_one_float_input_has_the_first_layers_size(module: nn.Module, shape: tuple[int | str, ...]) -> None:
    (spec,) = _proposed(module)
    assert (spec.name, spec.dtype, spec.shape) == ("input", "float32", shape)
    assert (spec.low, spec.high) == (None, None)


@pytest.mark.parametrize("size", [28, 32, 64, 128])
def test_the_image_size_is_the_one_that_the_linear_layer_behind_it_wants(size: int) -> None:
    module = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2 * (size // 2) ** 2, 3)
    )
    (spec,) = _proposed(module)
    assert spec.shape == ("batch", 1, size, size)


@pytest.mark.parametrize(("head", "takes_any"), [(nn.Conv2d(4, 2, 1), True), (nn.Linear(224, 2), False)])
def test_a_network_that_takes_images_of_any_size_is_told_so(head: nn.Module, takes_any: bool) -> None:
    notes = propose(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), head).eval(), {}).notes
    assert any("N,3,H,W as the input's shape keeps height and width dynamic" in note for note in notes) is takes_any


def test_a_network_that_flattens_pictures_itself_is_given_pictures() -> None:
    class Flattening(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(784, 10)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            batch, channels, height, width = image.shape
            return self.layer(image.reshape(batch, channels * height * width))

    (spec,) = _proposed(Flattening())
    assert (spec.name, spec.shape) == ("image", ("batch", 1, 28, 28))


class _Words(nn.Module):
    def __init__(self, length: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(321, 8)
        self.head = nn.Linear(8 * (length or 1), 2)
        self.length = length

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        rows = self.embedding(tokens)
        return self.head(rows.flatten(1) if self.length else rows.mean(1))


def test_an_embedding_takes_integers_below_its_tables_length() -> None:
    (spec,) = _proposed(_Words())
    assert spec == TensorSpec("tokens", "int64", ("batch", 128), 0, 321)
    values = random_tensor(spec, 50, 0)
    assert values.dtype == torch.int64
    assert 0 <= int(values.min()) < 10 and 310 < int(values.max()) < 321  # 6,400 draws reach both ends


@pytest.mark.parametrize("length", [64, 16, 4])
def test_a_sequence_is_as_long_as_the_layer_behind_wants_it(length: int) -> None:
    (spec,) = _proposed(_Words(length))
    assert spec.shape == ("batch", length)


@pytest.mark.parametrize(
    ("kind", "batch_first", "shape"),
    [
        (nn.LSTM, True, ("batch", 128, 5)),
        (nn.GRU, True, ("batch", 128, 5)),
        (nn.RNN, True, ("batch", 128, 5)),
        (nn.LSTM, False, (128, "batch", 5)),
    ],
    ids=["LSTM", "GRU", "RNN", "time first"],
)
def test_a_recurrent_layer_takes_a_sequence_of_its_input_size(
    kind: type[nn.RNNBase], batch_first: bool, shape: tuple[int | str, ...]
) -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = kind(5, 6, batch_first=batch_first)

        def forward(self, series: torch.Tensor) -> torch.Tensor:
            return self.cell(series)[0]

    (spec,) = _proposed(Recurrent())
    assert (spec.name, spec.dtype, spec.shape) == ("series", "float32", shape)


def test_a_transformer_takes_a_sequence_of_its_width() -> None:
    (spec,) = _proposed(nn.TransformerEncoder(nn.TransformerEncoderLayer(12, 3, 16, batch_first=True), 1))
    assert spec.shape == ("batch", 128, 12)


class _Both(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(40, 6)
        self.wide = nn.Linear(4, 6)

    def forward(self, ids: torch.Tensor, numbers: torch.Tensor, scale: float = 2.0) -> torch.Tensor:
        return (self.table(ids).mean(1) + self.wide(numbers)) * scale


def test_several_inputs_are_proposed_each_with_its_own_layers_size_and_range() -> None:
    ids, numbers = _proposed(_Both())
    assert ids == TensorSpec("ids", "int64", ("batch", 128), 0, 40)
    assert numbers == TensorSpec("numbers", "float32", ("batch", 4))


def test_two_pictures_are_both_proposed() -> None:
    class Siamese(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

        def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
            return (self.body(left) - self.body(right)).abs().sum(1)

    left, right = _proposed(Siamese())
    assert left.shape == right.shape == ("batch", 3, 224, 224)
    assert (left.name, right.name) == ("left", "right")


def test_token_ids_and_a_mask_are_proposed_as_a_language_model_names_them() -> None:
    class Language(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(99, 8)
            self.segments = nn.Embedding(2, 8)
            self.head = nn.Linear(8, 3)

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> torch.Tensor:
            rows = self.words(input_ids) + self.segments(token_type_ids)
            return self.head((rows * attention_mask.unsqueeze(-1).float()).sum(1))

    ids, mask, segments = _proposed(Language())
    assert (ids.high, mask.shape, segments.high) == (99, ids.shape, 2)
    assert mask.dtype in ("bool", "int64")


def test_optional_arguments_are_not_asked_for() -> None:
    assert asked(_Both(), {}).names == ["ids", "numbers"]
    assert asked(nn.Sequential(), {}).names == ["input"]


def test_proposing_leaves_the_model_as_it_was() -> None:
    """BatchNorm's statistics change with every pass in training mode; the trials must not be seen."""
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2 * 26 * 26, 3)).eval()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    _proposed(module)
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())


@pytest.mark.parametrize(("low", "high"), [(0, 5), (3, 7), (-2, 2), (None, None)])
def test_integers_are_drawn_from_the_whole_range_and_from_nothing_else(low: int | None, high: int | None) -> None:
    values = random_tensor(TensorSpec("n", "int64", ("batch", 50), low, high), 20, 1)
    wanted = range(2) if low is None or high is None else range(low, high)
    assert set(values.unique().tolist()) == set(wanted)


def test_random_values_repeat_with_their_seed_and_fill_the_dynamic_sizes() -> None:
    spec = TensorSpec("x", "float32", ("batch", "time", 3), example=(2, 9, 3))
    first, second = random_tensor(spec, 4, 7), random_tensor(spec, 4, 7)
    assert torch.equal(first, second) and first.shape == (4, 9, 3)
    assert not torch.equal(first, random_tensor(spec, 4, 8))
    assert random_tensor(spec, 4, 7, stretch=2).shape == (4, 18, 3)
    assert random_tensor(TensorSpec("x", "bool", ("batch",)), 64, 0).unique().tolist() == [False, True]


# --- what files themselves say --------------------------------------------------------------------------------------


def test_a_program_names_its_inputs_its_dynamic_axes_and_its_tables_length(tmp_path: Path) -> None:
    batch, time = torch.export.Dim("batch"), torch.export.Dim("time", max=512)
    example = (torch.zeros(2, 9, dtype=torch.int64), torch.zeros(2, 4))
    shapes = {"ids": {0: batch, 1: time}, "numbers": {0: batch}}
    program = torch.export.export(_Both().eval(), example, dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "m.pt2")
    ids, numbers = load(Source(str(tmp_path / "m.pt2")), SilentContext()).card.inputs
    assert (ids.name, ids.dtype, ids.shape[0], ids.low, ids.high) == ("ids", "int64", "batch", 0, 40)
    assert isinstance(ids.shape[1], str) and ids.shape[1] != "batch"
    assert numbers == TensorSpec("numbers", "float32", ("batch", 4))


def test_a_traced_graph_has_its_arguments_names_and_its_layers_sizes(tmp_path: Path) -> None:
    example = (torch.zeros(2, 9, dtype=torch.int64), torch.zeros(2, 4))
    torch.jit.trace(_Both().eval(), example).save(str(tmp_path / "m.pt"))
    loaded = load(Source(str(tmp_path / "m.pt")), SilentContext())
    ids, numbers = loaded.card.inputs
    assert (ids.name, ids.dtype, ids.shape[0], ids.high) == ("ids", "int64", "batch", 40)
    assert numbers == TensorSpec("numbers", "float32", ("batch", 4))
    dry_run(loaded, loaded.card.inputs)


def test_a_scripted_graph_has_its_arguments_names_and_its_layers_sizes(tmp_path: Path) -> None:
    torch.jit.script(_Both().eval()).save(str(tmp_path / "m.pt"))
    loaded = load(Source(str(tmp_path / "m.pt")), SilentContext())
    ids, numbers = loaded.card.inputs  # and no third one: it has a default
    assert (ids.name, ids.dtype, ids.high) == ("ids", "int64", 40)
    assert numbers == TensorSpec("numbers", "float32", ("batch", 4))
    dry_run(loaded, loaded.card.inputs)


def test_an_onnx_file_tells_its_inputs_and_its_tables_length(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, save

    value = helper.make_tensor_value_info
    table = helper.make_tensor("table", TensorProto.FLOAT, [17, 2], [0.0] * 34)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "ids"], ["rows"]), helper.make_node("Mul", ["rows", "scale"], ["y"])],
        "g",
        [value("ids", TensorProto.INT32, ["N", None]), value("scale", TensorProto.FLOAT, [1])],
        [value("y", TensorProto.FLOAT, ["N", None, 2])],
        [table],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    save(model, str(tmp_path / "m.onnx"))
    loaded = load(Source(str(tmp_path / "m.onnx")), SilentContext())
    ids, scale = loaded.card.inputs
    assert ids == TensorSpec("ids", "int32", ("N", "ids_dim_1"), 0, 17, example=(2, 16))
    assert scale == TensorSpec("scale", "float32", (1,), example=(1,))
    dry_run(loaded, loaded.card.inputs)


class _Flattening(nn.Module):
    """Looks up its rows behind a reshape and a cast, in two tables, as language models do."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.kinds = nn.Embedding(321, 4), nn.Embedding(30, 4)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        flat = ids.view(-1, ids.shape[-1]).to(torch.int64)
        return self.words(flat) + self.kinds(flat.unsqueeze(0)).squeeze(0)


@pytest.mark.parametrize("kind", ["program", "ONNX"])
def test_the_range_is_that_of_the_smallest_table_behind_reshapes_too(tmp_path: Path, kind: str) -> None:
    example = (torch.zeros(2, 9, dtype=torch.int32),)
    program = torch.export.export(_Flattening().eval(), example, dynamic_shapes={"ids": {0: torch.export.Dim("batch")}})
    path = tmp_path / ("m.pt2" if kind == "program" else "m.onnx")
    if kind == "program":
        torch.export.save(program, path)
    else:
        torch.onnx.export(program, dynamo=True, verbose=False).save(path)
    loaded = load(Source(str(path)), SilentContext())
    (ids,) = loaded.card.inputs
    assert (ids.dtype, ids.low, ids.high) == ("int32", 0, 30)
    dry_run(loaded, loaded.card.inputs)


def _graph_file(folder: Path, nodes: list[Any], inputs: dict[str, list[Any]], outputs: dict[str, list[Any]]) -> Path:
    from onnx import TensorProto, helper, save

    def values(named: dict[str, list[Any]]) -> list[Any]:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in named.items()]

    graph = helper.make_graph(nodes, "g", values(inputs), values(outputs))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    save(model, str(folder / "m.onnx"))
    return folder / "m.onnx"


def test_a_free_axis_gets_a_size_on_which_the_file_runs(tmp_path: Path) -> None:
    """Two halvings that have to meet again: only sizes that are whole multiples of four run."""
    from onnx import helper

    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("MaxPool", ["x"], ["a"], **pool),
        helper.make_node("Concat", ["a", "half"], ["b"], axis=1),
        helper.make_node("AveragePool", ["b"], ["y"], kernel_shape=[100, 100]),
    ]
    shapes = {"x": ["n.0", 3, "floor(h/2)", "w-1"], "half": ["n.0", 1, "h/2", "w/2"]}
    path = _graph_file(tmp_path, nodes, shapes, {"y": ["n.0", 4, None, None]})
    (spec, _) = load(Source(str(path)), SilentContext()).card.inputs
    assert spec.shape == ("batch", 3, "x_dim_2", "x_dim_3")  # names that can be typed
    assert spec.example == ()  # no one size does for both

    nodes = [helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[300, 300], strides=[10, 10])]
    path = _graph_file(tmp_path, nodes, {"x": ["N", 3, "h", "w"]}, {"y": ["N", 3, None, None]})
    loaded = load(Source(str(path)), SilentContext())
    (spec,) = loaded.card.inputs
    assert spec.example == (2, 3, 320, 320)
    assert dry_run(loaded, loaded.card.inputs).outputs[0].shape == ("batch", 3, "dim_2", "dim_3")


def test_a_state_without_names_takes_the_batch_of_the_other_input(tmp_path: Path) -> None:
    from onnx import helper

    nodes = [helper.make_node("Add", ["x", "state"], ["y"])]
    path = _graph_file(tmp_path, nodes, {"x": [None, 5], "state": [2, None, 5]}, {"y": [2, None, 5]})
    loaded = load(Source(str(path)), SilentContext())
    assert [spec.shape for spec in loaded.card.inputs] == [("batch", 5), (2, "batch", 5)]
    assert dry_run(loaded, loaded.card.inputs).outputs[0].shape == (2, "dim_1", 5)


def test_what_was_chosen_of_the_inputs_is_kept_in_the_exported_file(tmp_path: Path) -> None:
    """The verification draws its values from the range that the user chose, not from the proposed one."""
    from pt2k_gui.export.exporting import export
    from pt2k_gui.verify.onnx_signature import onnx_inputs

    module = _Words().eval()
    card = ModelInfo(
        "m.pt", "m", "checkpoint", "", 0, "", 0, 0, (TensorSpec("tokens", "int64", ("batch", 128), 0, 321),)
    )
    loaded = LoadedModel(card, module=module)
    chosen = dataclasses.replace(card.inputs[0].with_shape(("batch", "time")), low=7, high=9)
    assert chosen.example[1] == 128
    export(loaded, (chosen,), str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    (spec,) = onnx_inputs(str(tmp_path / "m.onnx"), loaded)
    assert (spec.low, spec.high, spec.sizes(3)) == (7, 9, (3, 128))
    (again,) = load(Source(str(tmp_path / "m.onnx")), SilentContext()).card.inputs
    assert (again.low, again.high, again.sizes(3)) == (7, 9, (3, 128))


class Stepped(nn.Module):
    """A recurrent layer or cell whose states are arguments, each alone or both in one tensor."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        options = {"proj_size": 2} if kind == "projected" else {}
        layer = {"gru": nn.GRU, "cell": nn.LSTMCell}.get(kind, nn.LSTM)
        self.layer = layer(3, 5) if kind == "cell" else layer(3, 5, num_layers=2, batch_first=True, **options)

    def forward(self, x, h):  # as most people write it
        if self.kind == "cell":
            return torch.stack(self.layer(x, (h[0], h[1])))
        return self.layer(x, h)


class TwoStates(Stepped):
    def forward(self, x, h, c):  # type: ignore[override]
        return self.layer(x, (h, c))


@pytest.mark.parametrize(
    ("module", "states"),
    [
        (Stepped("gru"), [(2, "batch", 5)]),
        (Stepped("cell"), [(2, "batch", 5)]),
        (TwoStates("lstm"), [(2, "batch", 5), (2, "batch", 5)]),
        (TwoStates("projected"), [(2, "batch", 2), (2, "batch", 5)]),
    ],
    ids=["gru", "cell", "lstm", "projected"],
)
def test_the_state_of_a_recurrent_layer_is_an_input_whose_batch_stands_where_pytorch_has_it(
    module: nn.Module, states: list[tuple[int | str, ...]]
) -> None:
    proposed = propose(module.eval(), {})
    assert [spec.name for spec in proposed.inputs] == ["x", "h", "c"][: 1 + len(states)]
    assert [spec.shape for spec in proposed.inputs[1:]] == states


class VoiceDetector(nn.Module):
    """Frames of its own making from a piece of sound of one length, spectra by a convolution, a cell with its state kept."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.rnn = nn.Conv1d(17, 4, 3, padding=1), nn.LSTMCell(4, 4)
        self.register_buffer("basis", torch.randn(34, 1, 32))

    def forward(self, x: torch.Tensor, sr: int) -> torch.Tensor:
        if x.dim() > 2:
            raise ValueError("Too many dimensions for input audio chunk")
        if x.shape[-1] != (512 if sr == 16000 else 256):
            raise ValueError("Provided number of samples is not supported")
        spectrum = torch.nn.functional.conv1d(x.unsqueeze(1), self.basis, stride=16)
        size = (spectrum[:, :17].square() + spectrum[:, 17:].square()).sqrt()
        h, _ = self.rnn(self.encoder(size).relu().mean(2))
        return h.mean(1, keepdim=True)


@pytest.mark.parametrize("scripted", [False, True])
def test_a_model_that_makes_its_frames_of_a_sound_is_given_one(scripted: bool) -> None:
    module = VoiceDetector().eval()
    proposed = propose(torch.jit.script(module) if scripted else module, {"sr": "16000"})
    assert [spec.shape for spec in proposed.inputs] == [("batch", 512)]
    assert not any("found no input" in note for note in proposed.notes)
