"""LiteRT files: what LiteRT has no operator for is written in those that it has, and comes out right at every size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras import layers, ops
from litert_files import agree, network, operator_count, operators, randoms

from pt2k_gui.problem import Problem
from pt2k_gui.save.litert.problems import in_words
from pt2k_gui.save.writing import write

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


MASKED = {
    "gru": layers.GRU(5, return_sequences=True, return_state=True),
    "gru, reset before": layers.GRU(5, reset_after=False, return_sequences=True, go_backwards=True),
    "rnn": layers.SimpleRNN(5, return_sequences=True, return_state=True),
    "both directions": layers.Bidirectional(layers.GRU(5, return_sequences=True, return_state=True)),
}


@pytest.mark.parametrize("name", MASKED)
def test_lengths_count_where_the_sequence_may_have_any(name: str, tmp_path: Path) -> None:
    layer = MASKED[name]
    kind = type(layer).from_config(layer.get_config())

    def masked(x: Any, length: Any) -> Any:
        steps = ops.cumsum(ops.ones_like(x[:, :, 0]), axis=1) - 1.0
        return kind(x, mask=ops.less(steps, length))

    few, many = [randoms(3, 7, 3), np.array([[7], [1], [4]], "f")], [randoms(2, 70, 3), np.array([[33], [70]], "f")]
    agree(network(masked, (None, 3), (1,)), tmp_path / "m.tflite", few, many)


@pytest.mark.parametrize("length", [None, 512])
def test_a_recurrent_layer_is_a_loop_and_not_one_step_after_the_other(length: int | None, tmp_path: Path) -> None:
    model = network(lambda x: layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x), (length, 3))
    write("tflite", model, "", "", tmp_path / "m.tflite", [])
    assert "WHILE" in operators(tmp_path / "m.tflite")
    assert operator_count(tmp_path / "m.tflite") < 600


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


def test_of_what_is_written_to_one_place_several_times_the_last_stays(tmp_path: Path) -> None:
    def written(data: Any, updates: Any, chosen: Any) -> Any:
        flat, rows = ops.reshape(data, (-1,)), ops.reshape(updates, (-1,))
        known = ops.scatter_update(flat, np.array([[3], [0], [3], [3], [7], [0]], np.int32), rows)
        computed = ops.cast(ops.reshape(ops.abs(chosen) * 2, (-1, 1)), "int32")
        return known, ops.scatter_update(flat, computed, rows), ops.scatter_update(flat, computed * 0 + 5, rows)

    model = network(written, (4,), (3,), (3,))
    batches = [[randoms(2, 4), randoms(2, 3), np.array([[0.1, 2.6, 0.7], [3.9, 0.2, 2.5]], np.float32)]]
    agree(model, tmp_path / "m.tflite", *batches)


SINGLE = {
    "max pool 3d": (lambda x: layers.MaxPooling3D((1, 2, 2))(x), (4, 6, 7, 2)),
    "max pool 3d, same": (lambda x: layers.MaxPooling3D(3, 2, padding="same")(x), (5, 6, 7, 2)),
    "average pool 3d": (lambda x: layers.AveragePooling3D(2)(x), (4, 6, 7, 2)),
    "average pool 3d, same": (lambda x: layers.AveragePooling3D(3, 2, padding="same")(x), (5, 6, 7, 2)),
    "softplus of large numbers": (lambda x: ops.softplus(x * 100), (6,)),
    "softplus layer": (lambda x: layers.Activation("softplus")(x * 100), (6,)),
    "error function": (ops.erf, (6,)),
    "hard swish": (lambda x: ops.hard_silu(x * 4), (6,)),
    "hard sigmoid": (lambda x: ops.hard_sigmoid(x * 4), (6,)),
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
    "hyperbolic functions": (
        lambda x: ops.stack([ops.sinh(x), ops.cosh(x * 3), ops.sinh(x * 0.01) * 100, ops.tan(x)], 1),
        (6,),
    ),
    "their inverses": (
        lambda x: ops.stack(
            [ops.arcsinh(x * 5), ops.arcsinh(x * 0.01) * 100, ops.arctanh(ops.tanh(x)), ops.arccosh(1 + ops.abs(x))], 1
        ),
        (6,),
    ),
    "angles": (
        lambda x: ops.stack([ops.arctan(x * 9), ops.arcsin(ops.tanh(x)), ops.arccos(ops.tanh(x))], 1),
        (6,),
    ),
    "what is infinite": (
        lambda x: ops.stack(
            [
                ops.cast(test(ops.where(x > 0, x, x / (x - x)) + 3e38 * ops.sign(x)), "float32")
                for test in (ops.isinf, ops.isfinite, ops.isnan)
            ],
            1,
        ),
        (6,),
    ),
    "elements picked from the end": (lambda x: ops.take(x, [0, -1], axis=2), (3, 4, 6)),
}


@pytest.mark.parametrize("name", SINGLE)
def test_an_operation_that_litert_lacks_stands_in_forms_that_it_has(name: str, tmp_path: Path) -> None:
    function, shape = SINGLE[name]
    agree(network(function, shape), tmp_path / "m.tflite", [randoms(1, *shape)], [randoms(3, *shape)])


@pytest.mark.parametrize("biased", [False, True])
def test_attention_is_two_products_of_scaled_queries(biased: bool, tmp_path: Path) -> None:
    def attended(q: Any, k: Any, v: Any, bias: Any) -> Any:
        return ops.dot_product_attention(q, k, v, bias=bias if biased else None, scale=0.3)

    shapes = (5, 2, 4), (7, 2, 4), (7, 2, 4), (2, 5, 7)
    agree(
        network(attended, *shapes), tmp_path / "m.tflite", *([randoms(n, *shape) for shape in shapes] for n in (1, 3))
    )


PARTS = {
    "heads": ((1, 5, 3, 2, 4), lambda t, i: t[:, :, i : i + 1]),
    "columns": (None, lambda t, i: t[:, :, 8 * i : 8 * i + 8 if i < 2 else None]),
}


@pytest.mark.parametrize("used", [(0, 1, 2), (2, 0)])
@pytest.mark.parametrize("kind", PARTS)
def test_parts_of_a_linear_layer_are_layers_of_their_own(kind: str, used: tuple[int, ...], tmp_path: Path) -> None:
    shape, part = PARTS[kind]

    def cut(x: Any) -> list[Any]:
        made = layers.Dense(24, bias_initializer="normal")(x)
        made = made if shape is None else ops.reshape(made, (-1, *shape[1:]))
        return [part(made, number) for number in used]

    agree(network(cut, (5, 6)), tmp_path / "m.tflite", [randoms(2, 5, 6)], [randoms(1, 5, 6)])
    assert operators(tmp_path / "m.tflite") <= {"FULLY_CONNECTED", "RESHAPE"}


def test_a_linear_layer_that_is_used_whole_too_is_computed_once(tmp_path: Path) -> None:
    def both(x: Any) -> list[Any]:
        made = layers.Dense(24)(x)
        return [made[:, :8], made[:, 8:], ops.sum(made, -1)]

    agree(network(both, (6,)), tmp_path / "m.tflite", [randoms(2, 6)])
    assert operator_count(tmp_path / "m.tflite") == 4


def test_activations_are_operators_and_not_spelled_out(tmp_path: Path) -> None:
    def network_of(function: Callable[[Any], Any]) -> set[str]:
        write("tflite", network(function, (4, 6)), "", "", tmp_path / "m.tflite", [])
        return operators(tmp_path / "m.tflite")

    for function, wanted in (
        (ops.hard_silu, {"HARD_SWISH"}),
        (layers.Activation("hard_silu"), {"HARD_SWISH"}),
        (lambda x: ops.gelu(x, approximate=False), {"GELU"}),
        (lambda x: ops.gelu(x, approximate=True), {"GELU"}),
        (ops.softmax, {"SOFTMAX"}),
        (lambda x: ops.relu6(layers.Dense(3)(x)), {"FULLY_CONNECTED"}),
    ):
        assert network_of(function) == wanted


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
