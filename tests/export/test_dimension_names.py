"""Dynamic sizes of an exported file are called as the user called them, in expressions that people can read."""

from __future__ import annotations

import pytest
from onnx import TensorProto, helper

from pt2k_gui.export.dimension_names import name_dimensions, readable
from pt2k_gui.sources.card import TensorSpec


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("s77", "batch"),
        ("(((s53 - 1)//2)) + 1", "ceil(H/2)"),
        ("(((((s53 - 1)//2))//2)) + 1", "ceil(H/4)"),
        ("4*s53", "4*H"),
        ("s53//2", "floor(H/2)"),
        ("(((s53 - 1)//2)) + 2", "ceil(H/2) + 1"),
        ("((s53 - 5)//3) + 1", "floor((H + 1)/3) - 1"),
        ("(s53//s77) + 1", "floor(H/batch) + 1"),
        ("(s5//2)", "floor(W/16)"),
        ("6*s5 + 1", "3*W/4 + 1"),
        ("TruncToInt(0.7*ToFloat((((s53 - 1)//4)) + 1))", "int(0.7*ceil(H/4))"),
        ("(Mod(8 - (Mod(s53, 8)), 8))", "(8 - H % 8) % 8"),
        ("Max(1, s53)", "max(1, H)"),
        ("s99 + 1", "s99 + 1"),
        ("not ( an expression", "not ( an expression"),
    ],
)
def test_a_size_reads_as_the_users_words(given: str, expected: str) -> None:
    assert readable(given, {"s77": "batch", "s53": "H", "s5": "W/8"}) == expected


def test_every_value_of_the_file_takes_the_words_of_the_inputs() -> None:
    shape = ["s77", 3, "s53", "8*s5"]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Relu", ["y"], ["z"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["s77", 3, "((s53 - 1)//2) + 1", "2*s5"])],
        value_info=[helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph)
    name_dimensions(model, [TensorSpec("x", "float32", ("batch", 3, "H", "W"))])

    def sizes(value: object) -> list[str | int]:
        return [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]  # type: ignore[attr-defined]

    assert sizes(model.graph.input[0]) == ["batch", 3, "H", "W"]
    assert sizes(model.graph.output[0]) == ["batch", 3, "ceil(H/2)", "W/4"]
    assert sizes(model.graph.value_info[0])[:3] == ["batch", 3, "H"]
