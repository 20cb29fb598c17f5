"""The export: what a user would lose when shapes, batches or layers are not what they asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.export.dry_run import dry_run
from pt2k_gui.export.exporting import export
from pt2k_gui.export.specification import parse_inputs, parse_shape
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load


def _program(folder: Path, network: str) -> LoadedModel:
    import torch

    from pt2k_gui.digits.networks import INPUT_SHAPES, build

    torch.manual_seed(1)
    module = build(TrainingSettings(network=network)).eval()
    example = torch.zeros(2, *INPUT_SHAPES[network])
    program = torch.export.export(module, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    path = folder / f"{network}.pt2"
    torch.export.save(program, path)
    return load(Source(str(path)), SilentContext())


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_the_batch_stays_dynamic_and_the_numbers_are_pytorchs(tmp_path: Path, network: str) -> None:
    import onnxruntime
    import torch

    loaded = _program(tmp_path, network)
    exported = export(loaded, loaded.card.inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    assert exported.inputs[0].shape[0] == "batch" and exported.checked_batches == (1, 2, 5)
    session = onnxruntime.InferenceSession(exported.path)
    shape = [size for size in loaded.card.inputs[0].shape if isinstance(size, int)]
    for batch in (1, 7):
        x = np.random.default_rng(batch).normal(size=(batch, *shape)).astype(np.float32)
        want = loaded.call([torch.from_numpy(x)])[0].numpy()
        np.testing.assert_allclose(session.run(None, {"input": x})[0], want, atol=1e-4)


def test_the_tutorials_fixed_shape_can_be_asked_for(tmp_path: Path) -> None:
    loaded = _program(tmp_path, "mlp")
    inputs = parse_inputs(["1,1,256,784"], loaded.card)
    assert dry_run(loaded, inputs).outputs[0].shape == (1, 1, 256, 10)
    exported = export(loaded, inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    assert exported.inputs[0].shape == (1, 1, 256, 784)


def test_a_trainable_export_keeps_batchnorm_and_dropout_with_its_rate(tmp_path: Path) -> None:
    import onnx

    loaded = _program(tmp_path, "cnn")
    export(loaded, loaded.card.inputs, str(tmp_path / "m.onnx"), trainable=True, context=SilentContext())
    model = onnx.load(str(tmp_path / "m.onnx"))
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("BatchNormalization") == 2 and kinds.count("Dropout") == 2
    values = {n.output[0]: n.attribute[0].f for n in model.graph.node if n.op_type == "Constant" and n.attribute}
    assert [float(values[node.input[1]]) for node in model.graph.node if node.op_type == "Dropout"] == [0.25, 0.25]


def test_a_shape_that_does_not_fit_is_refused_with_the_layer_that_refused_it(tmp_path: Path) -> None:
    loaded = _program(tmp_path, "cnn")
    inputs = parse_inputs(["N,3,28,28"], loaded.card)
    with pytest.raises(Problem, match=r"conv1 \(Conv2d\)") as caught:
        dry_run(loaded, inputs)
    assert "2 × 3 × 28 × 28" in caught.value.sentence
    with pytest.raises(Problem):
        export(loaded, inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    assert not (tmp_path / "m.onnx").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    loaded = _program(tmp_path, "mlp")
    with pytest.raises(Problem, match="folder does not exist"):
        export(loaded, loaded.card.inputs, str(tmp_path / "no" / "m.onnx"), trainable=False, context=SilentContext())


def test_an_onnx_source_is_copied_as_it_is(tmp_path: Path) -> None:
    loaded = _program(tmp_path, "cnn")
    first = str(tmp_path / "first.onnx")
    export(loaded, loaded.card.inputs, first, trainable=False, context=SilentContext())
    source = load(Source(first), SilentContext())
    copied = export(source, source.card.inputs, str(tmp_path / "second.onnx"), trainable=False, context=SilentContext())
    assert copied.exporter == "none" and copied.difference is None
    assert Path(first).read_bytes() == Path(copied.path).read_bytes()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("N,1,28,28", ("batch", 1, 28, 28)),
        ("1,1,256,784", (1, 1, 256, 784)),
        ("batch, time, 80", ("batch", "time", 80)),
        ("? x 784", ("batch", 784)),
        ("(2, 3)", (2, 3)),
    ],
)
def test_shapes_are_read_as_people_write_them(text: str, shape: tuple[int | str, ...]) -> None:
    assert parse_shape(text) == shape


@pytest.mark.parametrize("text", ["", "0,3", "1.5,2", "N,-3", "1,,@", "1,2,3,4,5,6,7,8,9"])
def test_nonsense_is_no_shape(text: str) -> None:
    with pytest.raises(Problem):
        parse_shape(text)


def test_a_graph_that_gives_no_number_where_pytorch_gives_one_is_no_export(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper
    from torch import nn

    from pt2k_gui.export.exporting import _compare
    from pt2k_gui.sources.card import ModelInfo, TensorSpec

    inputs = (TensorSpec("x", "float32", ("batch", 3)),)
    nothing = [helper.make_node("Sub", ["x", "x"], ["zero"]), helper.make_node("Div", ["zero", "zero"], ["y"])]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3]) for name in ("x", "y")]
    graph = helper.make_graph(nothing, "nothing", values[:1], values[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), tmp_path / "m.onnx")
    loaded = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, inputs), module=nn.ReLU())
    with pytest.raises(Problem, match="not finite"):
        _compare(loaded, inputs, tmp_path / "m.onnx")
