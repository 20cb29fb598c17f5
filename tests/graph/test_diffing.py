"""Two model files against each other: parts, attributes, weights and answers, across kinds of files."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.graph.diffing import _weights, canonical, compare_files, link, read_network
from pt2k_gui.graph.network import LAYER, Network, Node
from pt2k_gui.jobs import diff
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.verify.two_files import compare_outputs, order_between


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The sample CNN as ONNX, Keras and LiteRT, and a Keras file with one kernel changed."""
    from pt2k_gui.jobs import convert, export, load
    from pt2k_gui.resources import resource
    from pt2k_gui.sources.card import Source

    folder = tmp_path_factory.mktemp("diff")
    context, source = SilentContext(), Source(str(resource("samples/digits-cnn.pt2")))
    info = load.run(load.Request(source), context)
    onnx, keras, changed = (str(folder / name) for name in ("model.onnx", "model.keras", "changed.keras"))
    export.run(export.Request(source, info.inputs, onnx), context)
    convert.run(convert.Request(onnx, keras), context)
    shutil.copy(keras, changed)
    _change(changed, "conv2", 1.25)
    return {"onnx": onnx, "keras": keras, "changed": changed, "tflite": _tflite(keras, folder)}


def _tflite(keras: str, folder: Path) -> str:
    import tensorflow as tf

    from pt2k_gui.verify.runners import load_keras

    path = folder / "model.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(load_keras(keras)).convert())
    return str(path)


def _change(path: str, layer: str, factor: float) -> None:
    """Multiply the first number of a layer's kernel in the file."""
    import io

    import h5py

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    data = io.BytesIO(members["model.weights.h5"])
    with h5py.File(data, "r+") as file:
        owner = next(g for g in file["layers"].values() if g["vars"].attrs["name"] == layer)
        kernel = owner["vars"]["0"][()]
        kernel.flat[np.abs(kernel).argmax()] *= factor
        owner["vars"]["0"][...] = kernel
    members["model.weights.h5"] = data.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_file_is_the_same_as_itself(files: dict[str, str]) -> None:
    found = diff.run(diff.Request(files["keras"], files["keras"]), SilentContext())
    assert found.same
    assert found.changes == ()
    assert [row.max_abs for row in found.outputs] == [0.0]


def test_one_changed_kernel_is_named_and_the_answers_differ(files: dict[str, str]) -> None:
    found = diff.run(diff.Request(files["keras"], files["changed"]), SilentContext())
    assert not found.same
    assert [(change.left, change.right) for change in found.changes] == [("conv2", "conv2")]
    assert found.changes[0].largest == pytest.approx(0.25, rel=1e-5)
    nodes = found.picture.pair.left.nodes
    assert [node.name for node in nodes if node.difference] == ["conv2"]
    assert found.picture.pair.left.side != found.picture.networks[1].side


def test_a_number_that_is_none_is_a_difference_too(files: dict[str, str], tmp_path: Path) -> None:
    broken = shutil.copy(files["keras"], tmp_path / "broken.keras")
    _change(str(broken), "conv2", float("nan"))
    found = diff.run(diff.Request(files["keras"], str(broken)), SilentContext())
    assert not found.same
    assert [(change.left, change.largest) for change in found.changes] == [("conv2", float("inf"))]


def test_an_onnx_file_and_its_keras_file_answer_alike(files: dict[str, str]) -> None:
    found = diff.run(diff.Request(files["onnx"], files["keras"]), SilentContext())
    assert found.same, found.sentence
    assert found.outputs[0].max_rel < 1e-5
    pair = found.picture.pair
    assert pair.right is not None
    linked = {pair.left.nodes[a].module: pair.right.nodes[b].name for a, b in pair.links if pair.left.nodes[a].weights}
    assert linked == {name: name for name in ("conv1", "conv2", "fc1", "fc2")}
    assert max(node.difference or 0.0 for node in pair.left.nodes) < 1e-6


def test_a_square_kernel_may_have_its_axes_in_another_order_in_another_kind_of_file() -> None:
    kernel = np.random.default_rng(0).standard_normal((3, 3, 3, 3)).astype(np.float32)
    left, right = (Node(name, "Conv", weights=((name, "3 × 3 × 3 × 3"),)) for name in ("a", "b"))
    turned = {"b": kernel.transpose(2, 3, 1, 0)}
    assert _weights(left, right, {"a": kernel}, turned, alike=False) == (0, True)
    found = _weights(left, right, {"a": kernel}, turned, alike=True)
    assert found is not None and found[0] > 0.1
    found = _weights(left, right, {"a": kernel}, {"b": kernel + 1}, alike=False)
    assert found is not None and found[0] > 0.1


def test_a_litert_file_has_a_graph_and_answers(files: dict[str, str]) -> None:
    network = read_network(files["tflite"])
    assert [node.operator for node in network.nodes if "CONV" in node.operator] == ["CONV_2D", "CONV_2D"]
    (row,) = compare_outputs(files["keras"], files["tflite"])
    assert row.max_rel < 1e-5
    assert compare_outputs(files["onnx"], files["tflite"])[0].max_rel < 1e-5


def test_files_that_take_other_inputs_are_still_compared_by_their_structure(
    files: dict[str, str], tmp_path: Path
) -> None:
    import keras

    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((5,)), keras.layers.UnitNormalization(name="only")]).save(other)
    found = diff.run(diff.Request(files["keras"], str(other)), SilentContext())
    assert not found.same
    assert found.outputs == ()
    assert "shapes" in found.note
    assert ("", "only") in [(change.left, change.right) for change in found.changes]
    names = {change.left for change in found.changes}
    assert {"conv1", "conv2"} <= names


def test_layers_are_linked_by_their_modules_and_activations_to_the_layer_that_took_them_in() -> None:
    """However the two files order them."""

    def chain(*nodes: Node) -> Network:
        return Network("x", nodes, tuple((n, n + 1) for n in range(len(nodes) - 1)))

    onnx = chain(
        Node("n1", "Conv", "block.0"),
        Node("n2", "Relu", "block.1"),
        Node("n3", "Conv", "head"),
        Node("n4", "Relu", "act"),
    )
    relu = (("activation", "relu"),)
    keras = chain(Node("head", "Conv2D"), Node("block_0", "Conv2D", attributes=relu))
    assert link(onnx, keras, by_name=False) == ((0, 1), (1, 1), (2, 0))
    assert link(keras, onnx, by_name=False) == ((0, 2), (1, 0), (1, 1))


def test_parts_are_linked_by_name_else_by_operator_and_order() -> None:
    def network(*operators: str) -> Network:
        nodes = tuple(Node(f"{operator}{n}", operator, kind=LAYER, size=8) for n, operator in enumerate(operators))
        return Network("x", nodes, tuple((n, n + 1) for n in range(len(nodes) - 1)))

    one, other = network("Conv", "Relu", "Conv", "Relu", "Gemm"), network("Conv2D", "ReLU", "ReLU", "Dense")
    assert link(one, other, by_name=False) == ((0, 0), (1, 1), (3, 2), (4, 3))


@pytest.mark.parametrize(
    "names", [("Conv", "Conv2D", "CONV_2D"), ("Relu", "ReLU", "RELU"), ("Gemm", "Dense", "FULLY_CONNECTED"),
              ("MaxPool", "MaxPooling2D", "MAX_POOL_2D"), ("Add", "ADD")]
)  # fmt: skip
def test_one_operator_has_one_name_whatever_the_file(names: tuple[str, ...]) -> None:
    assert len({canonical(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ((None, 3, 8, 9), (None, 3, 8, 9), ()),
        ((None, 3, 8, 9), (None, 8, 9, 3), (0, 2, 3, 1)),
        ((None, 8, 9, 3), (None, 3, 8, 9), (0, 3, 1, 2)),
        ((None, 5), (None, 6), None),
        ((None, 5), (None, 5, 1), None),
    ],
)
def test_channels_are_found_at_either_end(
    one: tuple[int | None, ...], other: tuple[int | None, ...], order: tuple[int, ...] | None
) -> None:
    assert order_between(one, other) == order


def test_a_file_without_a_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no kind"):
        compare_files(str(tmp_path / "a.pt"), str(tmp_path / "b.pt"))
