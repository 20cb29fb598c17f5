"""Networks as pictures: trees of modules, repeated blocks, layouts, and the two sides of a conversion."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.graph.hierarchy import Module, build_tree, first_open, holders
from pt2k_gui.graph.keras_side import read_keras
from pt2k_gui.graph.layout import FOLDED_BOX, NODE, OPEN_BOX, Box, Drawing, arrange
from pt2k_gui.graph.network import FOLDED, LAYER, Network, Node
from pt2k_gui.graph.onnx_side import read_onnx
from pt2k_gui.graph.picture import make_picture
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import Verification


def residual(blocks: int, *, named: bool = True) -> Network:
    """A chain of residual blocks of four operations each."""
    nodes = [Node("input", "Input", kind="input")]
    edges: list[tuple[int, int]] = []

    def add(operator: str, module: str, *before: int) -> int:
        nodes.append(Node(f"n{len(nodes)}", operator, module if named else "", LAYER))
        edges.extend((one, len(nodes) - 1) for one in before)
        return len(nodes) - 1

    last = 0
    for block in range(blocks):
        path = f"layers.{block}"
        inner = add("Conv", f"{path}.conv2", add("Relu", f"{path}.relu", add("Conv", f"{path}.conv1", last)))
        last = add("Add", path, inner, last)
    return Network("PyTorch", tuple(nodes), tuple(edges), {f"layers.{block}": "Block" for block in range(blocks)})


def overlapping(drawing: Drawing) -> list[tuple[Box, Box]]:
    """Pairs of boxes that cover each other though neither lies in the other."""

    def apart(a: Box, b: Box) -> bool:
        return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y

    return [
        (a, b)
        for a, b in itertools.combinations(drawing.boxes, 2)
        if not apart(a, b) and not set(b.members) < set(a.members) and not set(a.members) < set(b.members)
    ]


def keys(root: Module) -> frozenset[str]:
    return frozenset(module.key for module in root.modules())


def test_alike_blocks_in_a_row_are_one_box_and_others_are_not() -> None:
    network = residual(5)
    (_, group) = build_tree(network).children
    assert isinstance(group, Module)
    assert (group.repeats, group.kind) == (5, "Block")
    odd = list(network.nodes)
    odd[7] = dataclasses.replace(odd[7], operator="Gelu")  # of the second block: the row is broken there
    children = build_tree(dataclasses.replace(network, nodes=tuple(odd))).children
    (_, layers) = children
    assert isinstance(layers, Module)
    assert [child.repeats for child in layers.children if isinstance(child, Module)] == [0, 0, 3]


def test_a_module_that_is_called_in_several_places_is_several_nodes() -> None:
    nodes = [Node(name, "Relu" if name.startswith("r") else "Conv", module) for name, module in
             (("c1", "conv1"), ("r1", "relu"), ("c2", "conv2"), ("r2", "relu"))]  # fmt: skip
    root = build_tree(Network("PyTorch", tuple(nodes), ((0, 1), (1, 2), (2, 3))))
    assert root.children == [0, 1, 2, 3]


@pytest.mark.parametrize("opened", ["none", "all", "first"])
def test_no_box_covers_another_and_edges_go_downwards(opened: str) -> None:
    network = residual(6)
    root = build_tree(network)
    drawing = arrange(network, root, {"none": frozenset(), "all": keys(root), "first": first_open([root])}[opened])
    assert overlapping(drawing) == []
    for one, other, points in drawing.routes:
        assert points[0][1] < points[-1][1], (drawing.boxes[one].name, drawing.boxes[other].name)
    shapes = {box.shape for box in drawing.boxes}
    assert (OPEN_BOX in shapes) == (opened != "none")
    assert (FOLDED_BOX in shapes) == (opened == "none")


def test_boxes_of_other_sizes_beside_long_edges_cover_nothing() -> None:
    """Open boxes are several times as large as what stands beside them, and edges pass them."""
    network = residual(4)
    wide = dataclasses.replace(
        network, edges=(*network.edges, *((0, node) for node in range(5, len(network.nodes), 3)))
    )
    root = build_tree(wide)
    group = next(child for child in root.children if isinstance(child, Module))
    for count in range(len(group.children) + 1):
        some = frozenset([group.key, *(m.key for m in group.children[:count] if isinstance(m, Module))])
        assert overlapping(arrange(wide, root, some)) == []


def test_every_node_is_somewhere_and_every_edge_is_drawn_once() -> None:
    network = residual(3)
    root = build_tree(network)
    drawing = arrange(network, root, keys(root))
    placed = {box.node: place for place, box in enumerate(drawing.boxes) if box.shape == NODE}
    assert set(placed) == set(range(len(network.nodes)))
    assert {(one, other) for one, other, _ in drawing.routes} == {(placed[a], placed[b]) for a, b in network.edges}
    assert set(holders(root)) == set(placed)


def test_a_cycle_and_parts_that_hang_alone_are_placed_too() -> None:
    nodes = tuple(Node(name, "Op") for name in "abcd")
    network = Network("ONNX", nodes, ((0, 1), (1, 2), (2, 0)))
    drawing = arrange(network, build_tree(network), frozenset())
    assert len(drawing.boxes) == 4
    assert len(drawing.routes) == 3
    assert overlapping(drawing) == []


def test_five_thousand_nodes_without_modules_are_laid_out() -> None:
    network = residual(1250, named=False)
    drawing = arrange(network, build_tree(network), frozenset())
    assert len(drawing.boxes) == 5001
    rows = sorted((box.y, box.x, box.width) for box in drawing.boxes)
    assert all(a[0] < b[0] or a[1] + a[2] <= b[1] for a, b in itertools.pairwise(rows))


def test_a_large_network_begins_folded_and_a_small_one_open() -> None:
    small, large = build_tree(residual(3)), build_tree(residual(300))
    assert first_open([small]) == keys(small)
    assert first_open([large]) == frozenset()


@dataclasses.dataclass
class Converted:
    """The files of a conversion, its report and its check."""

    onnx: str
    keras: str
    report: ConversionReport
    found: Verification


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """The sample CNN, exported and converted, and its comparison."""
    from pt2k_gui.jobs import convert, export, load, verify
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.resources import resource
    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SampleChoice

    folder = tmp_path_factory.mktemp("graph")
    context, source = SilentContext(), Source(str(resource("samples/digits-cnn.pt2")))
    info = load.run(load.Request(source), context)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    export.run(export.Request(source, info.inputs, onnx), context)
    made = convert.run(convert.Request(onnx, keras), context)
    choice = SampleChoice("digits", count=4)
    found = verify.run(verify.Request(source, onnx, keras, str(folder), choice, True), context)
    return Converted(onnx, keras, made.report, found)


def test_both_sides_of_a_conversion_are_linked_and_measured(converted: Converted) -> None:
    from pt2k_gui.jobs import graph
    from pt2k_gui.progress import SilentContext

    request = graph.Request(converted.onnx, converted.keras, converted.report, converted.found.layers)
    picture = graph.run(request, SilentContext())
    left, right = picture.networks
    assert left.parameters() == right.parameters() == 206_922
    names = [node.name for node in right.nodes]
    linked = {left.nodes[a].module: right.nodes[b].name for a, b in picture.pair.links if left.nodes[a].module}
    assert linked["conv1"] == linked["bn1"] == "conv1"
    assert linked["fc2"] == "fc2"
    assert right.nodes[names.index("conv1")].module == "conv1"  # which took its activation in
    ghost = next(node for node in left.nodes if node.module == "bn1")
    assert ghost.kind == FOLDED
    assert "BatchNorm2d" in ghost.note
    assert "conv1" in ghost.note
    (conv,) = (node for node in left.nodes if node.module == "conv1")
    assert conv.outputs == ("batch × 16 × 28 × 28",)
    assert conv.difference is None or conv.difference < 1e-5
    measured = right.nodes[names.index("conv2")]
    assert measured.difference is not None
    assert measured.difference < 1e-5
    assert right.nodes[names.index("fc2")].outputs == ("batch × 10",)
    assert len(picture.drawings) == 2


def test_the_weights_of_a_layer_are_spread_alike_on_both_sides(converted: Converted) -> None:
    from pt2k_gui.jobs import weights
    from pt2k_gui.progress import SilentContext

    right = next(node for node in read_keras(converted.keras).nodes if node.name == "fc1")
    request = weights.Request((converted.onnx, converted.keras), ("fc1.weight",), (right.weights[0][0],))
    ours, theirs = weights.run(request, SilentContext())
    assert (ours.side, ours.shape, theirs.side, theirs.shape) == ("PyTorch", (128, 1568), "Keras", (1568, 128))
    assert ours.counts == theirs.counts
    assert sum(ours.counts) == 128 * 1568
    assert ours.mean == pytest.approx(theirs.mean, abs=1e-6)


def test_without_a_conversion_the_graph_of_the_file_alone_is_drawn(converted: Converted) -> None:
    from pt2k_gui.jobs import graph
    from pt2k_gui.progress import SilentContext

    picture = graph.run(graph.Request(converted.onnx, side="ONNX"), SilentContext())
    assert [network.side for network in picture.networks] == ["ONNX"]
    assert {"Conv", "Gemm", "Relu"} <= {node.operator for node in picture.pair.left.nodes}
    assert make_picture(picture.pair).drawings == picture.drawings


def test_every_weight_is_counted_once_however_it_is_read(tmp_path: Path) -> None:
    """Turned before it is read, read twice, and read by the body of a loop."""
    import onnx
    from onnx import TensorProto, helper

    def info(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["state", "loop.weight"], ["next"], "step"),
            helper.make_node("Identity", ["next"], ["shown"], "show"),
        ],
        "body", [info("state", 2, 4), info("row", 2, 4)], [info("next", 2, 4), info("shown", 2, 4)],
    )  # fmt: skip
    nodes = [
        helper.make_node("Transpose", ["tied.weight"], ["turned"], "turn"),
        helper.make_node("MatMul", ["x", "turned"], ["a"], "first"),
        helper.make_node("MatMul", ["a", "tied.weight"], ["b"], "second"),
        helper.make_node("Unsqueeze", ["b", "axis"], ["rows"], "rows"),
        helper.make_node("Scan", ["b", "rows"], ["last", "all"], "scan", num_scan_inputs=1, body=body),
    ]
    values = [
        onnx.numpy_helper.from_array(np.ones((4, 4), np.float32), name) for name in ("tied.weight", "loop.weight")
    ]
    values.append(onnx.numpy_helper.from_array(np.array([0]), "axis"))
    made = helper.make_graph(nodes, "net", [info("x", 2, 4)], [info("last", 2, 4), info("all", 1, 2, 4)], values)
    path = tmp_path / "net.onnx"
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)]), path)
    network = read_onnx(str(path)).network
    read = {node.name: [name for name, _ in node.weights] for node in network.nodes if node.weights}
    assert read == {"first": ["tied.weight"], "second": ["tied.weight"], "scan": ["loop.weight"]}
    assert network.parameters() == 32


def test_a_recurrent_layers_weights_count_whatever_the_exporter_calls_them(tmp_path: Path) -> None:
    """TorchScript's exporter joins a layer's arrays and numbers them; the file names the parameters of the model."""
    import onnx
    from onnx import TensorProto, helper

    from pt2k_gui.export.training_facts import PARAMETERS_KEY

    sizes = {"onnx::LSTM_7": (1, 12, 2), "onnx::LSTM_8": (1, 12, 3), "onnx::LSTM_9": (1, 24)}
    node = helper.make_node("LSTM", ["x", *sizes], ["y"], "lstm", hidden_size=3)
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["steps", 1, 2]) for name in ("x", "y")]
    values = [onnx.numpy_helper.from_array(np.ones(size, np.float32), name) for name, size in sizes.items()]
    model = helper.make_model(helper.make_graph([node], "net", ports[:1], ports[1:], values))
    onnx.helper.set_model_props(model, {PARAMETERS_KEY: '["lstm.weight_ih_l0"]'})
    onnx.save(model, tmp_path / "net.onnx")
    assert read_onnx(str(tmp_path / "net.onnx")).network.parameters() == 24 + 36 + 24


def test_a_file_that_is_no_keras_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(Problem, match="no Keras model"):
        read_keras(path)


def test_the_outputs_of_the_first_samples_are_kept_in_their_shapes(converted: Converted) -> None:
    with np.load(converted.found.arrays) as stored:
        assert stored["look_0_keras"].shape == stored["look_0_pytorch"].shape == (4, 10)
        assert stored["look_input_0"].shape == (4, 1, 28, 28)
        assert np.array_equal(stored["look_0_keras"], stored["keras"])


def test_a_layers_values_are_the_same_on_both_sides_for_one_sample(converted: Converted) -> None:
    from pt2k_gui.jobs import activation
    from pt2k_gui.progress import SilentContext

    for layer, shape in (("conv1", (16, 28, 28)), ("fc1", (128,))):
        wanted = activation.Request(converted.onnx, converted.keras, converted.found.arrays, layer, 2)
        found = activation.run(wanted, SilentContext())
        assert found.expected.shape == found.actual.shape == shape
        assert np.allclose(found.expected, found.actual, atol=1e-4 * np.abs(found.expected).max())
    other = activation.run(dataclasses.replace(wanted, number=1), SilentContext())
    assert not np.allclose(other.expected, found.expected)
    for bad in ({"number": 9}, {"layer": "nothing"}):
        with pytest.raises(Problem):
            activation.run(dataclasses.replace(wanted, **bad), SilentContext())


def test_each_part_has_a_time_on_both_sides(converted: Converted) -> None:
    from pt2k_gui.jobs import graph, node_times
    from pt2k_gui.progress import SilentContext

    wanted = node_times.Request(converted.onnx, converted.keras, converted.found.arrays)
    times = node_times.run(wanted, SilentContext())
    request = graph.Request(converted.onnx, converted.keras, converted.report)
    left, right = graph.run(request, SilentContext()).networks
    assert {node.name for node in left.nodes if node.operator in ("Conv", "Gemm", "Relu")} <= set(times.onnx)
    assert {node.name for node in right.nodes if node.kind not in ("input", "output")} <= set(times.keras)
    assert all(seconds > 0 for seconds in (*times.onnx.values(), *times.keras.values()))


def test_the_report_draws_both_graphs(converted: Converted) -> None:
    from pt2k_gui.graph.picture import make_picture
    from pt2k_gui.jobs import graph
    from pt2k_gui.palette import LIGHT
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.report.graph_figure import graph_figure

    request = graph.Request(converted.onnx, converted.keras, converted.report, converted.found.layers)
    picture = make_picture(graph.run(request, SilentContext()).pair)
    (axes,) = graph_figure(picture, LIGHT).axes
    said = "\n".join(text.get_text() for text in axes.texts)
    assert "PyTorch" in said
    assert "Conv2D  28 × 28 × 16" in said
    assert len(axes.patches) == sum(len(drawing.boxes) for drawing in picture.drawings)
