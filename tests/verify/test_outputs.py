"""Outputs as what they are: the kind is guessed from shape and range, and each kind says where the backends disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from pt2k_gui.palette import LIGHT
from pt2k_gui.verify.comparison import Differences
from pt2k_gui.verify.outputs import decoding, pixels
from pt2k_gui.verify.outputs.kinds import Kind, guess
from pt2k_gui.verify.outputs.viewing import Sample, view

RNG = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def smooth(count: int) -> np.ndarray:
    return np.sin(np.arange(count) / 9).astype(np.float32)


def unit(count: int) -> np.ndarray:
    values = noise(count)
    return values / np.linalg.norm(values)


@pytest.mark.parametrize(
    ("values", "scored", "pictured", "kind"),
    [
        (noise(10), True, (), Kind.SCORES),
        (noise(512), False, (), Kind.EMBEDDING),
        (noise(512), True, (), Kind.SCORES),
        (noise(512) / np.float32(30), True, (), Kind.SCORES),
        (unit(512), True, (), Kind.EMBEDDING),
        (smooth(4_000), True, (), Kind.SOUND),
        (noise(5), False, (), Kind.ARRAY),
        (smooth(4_000), False, (), Kind.SOUND),
        (smooth(16_000)[None], False, (), Kind.SOUND),
        (noise(12, 30_000), False, (), Kind.TOKENS),
        (np.arange(12.0), False, (), Kind.TOKENS),
        (noise(3, 64, 64), False, (), Kind.IMAGE),
        (noise(64, 64, 3), False, (), Kind.IMAGE),
        (noise(1, 64, 64), False, (), Kind.MAP),
        (noise(48, 64), False, (), Kind.MAP),
        (noise(21, 64, 64), False, (64, 64), Kind.MASK),
        (noise(17, 64, 48), False, (256, 192), Kind.POINTS),
        (np.zeros((1, 64, 64), np.int64), False, (), Kind.MASK),
        (noise(84, 8400), False, (), Kind.BOXES),
        (noise(84, 420), False, (128, 160), Kind.BOXES),  # 320 + 80 + 20 cells
        (noise(1260, 85), False, (128, 160), Kind.BOXES),
        (noise(84, 420), False, (), Kind.MAP),
        (noise(1, 21_841), True, (), Kind.SCORES),
        (np.sort(noise(100, 6)), False, (), Kind.BOXES),
        (np.concatenate([np.zeros((100, 1)), np.sort(noise(100, 6))], 1), False, (), Kind.BOXES),
        (noise(3, 5), False, (), Kind.ARRAY),
        (noise(2, 3, 4, 5), False, (), Kind.ARRAY),
    ],
)
def test_the_kind_is_guessed_from_shape_and_range(
    values: np.ndarray, scored: bool, pictured: Sequence[int], kind: Kind
) -> None:
    assert guess(values, scored=scored, pictured=pictured) is kind


def sample(
    values: np.ndarray, other: np.ndarray, picture: np.ndarray | None = None, classes: Sequence[str] = ()
) -> Sample:
    both = {"PyTorch": values, "Keras": other}
    every = {name: np.stack([one, -one, one + noise(*one.shape)]) for name, one in both.items()}
    return Sample(both, every, 0, picture, classes)


def test_scores_are_the_five_likeliest_by_name_and_another_order_is_marked() -> None:
    values = np.arange(10, dtype=np.float32)
    other = values.copy()
    other[[8, 9]] = other[[9, 8]]
    shown = view(Kind.SCORES, sample(values, other, classes=[f"class {n}" for n in range(10)]), LIGHT)
    assert [row[1] for row in shown.rows] == [f"class {n}" for n in (9, 8, 7, 6, 5)]
    assert shown.differing == (0, 1)
    assert view(Kind.SCORES, sample(values, values), LIGHT).differing == ()


def test_an_images_difference_is_amplified() -> None:
    values = np.full((3, 8, 8), 0.5, np.float32)
    other = values.copy()
    other[:, 2, 3] += 1e-3
    plain, amplified = (view(Kind.IMAGE, sample(values, other), LIGHT, gain=gain) for gain in (1.0, 100.0))
    assert plain.panels[-1].pixels.max() == 0
    assert amplified.panels[-1].pixels[2, 3].tolist() == pytest.approx([25.5] * 3, abs=0.6)  # 0.1 of 255
    assert np.count_nonzero(amplified.panels[-1].pixels.any(-1)) == 1
    assert amplified.wipe
    assert "1.0e-03" in amplified.sentence


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 0.9, (0, 1)), (-0.9, 0.8, (-1, 1)), (0.0, 250.0, (0, 255)), (-40.0, 3.0, (-40, 3))],
)
def test_an_images_range_is_told_from_its_values(low: float, high: float, expected: tuple[float, float]) -> None:
    assert pixels.image_range(low, high) == expected


def test_a_mask_counts_and_marks_the_pixels_that_differ() -> None:
    values = np.zeros((3, 16, 16), np.float32)
    values[1, :8] = 1
    other = values.copy()
    other[2, 0, :5] = 2
    shown = view(Kind.MASK, sample(values, other, classes=["sky", "road", "car"]), LIGHT)
    assert shown.sentence.startswith("5 of 256 pixels")
    bad = np.array(pixels.rgb(LIGHT.bad))
    assert int((shown.panels[-1].pixels == bad).all(-1).sum()) == 5
    assert [row[0] for row in shown.rows] == ["sky", "road", "car"]
    assert shown.differing == (1, 2)
    assert shown.rows[1][1] == "#{:02X}{:02X}{:02X}".format(*pixels.class_colour(1))


def test_boxes_of_several_exporters_are_decoded_to_the_same_ones() -> None:
    expected = (10.0, 20.0, 50.0, 60.0)
    corners = np.array([[*expected, 0.9, 2], [11, 21, 50, 60, 0.8, 2], [100, 100, 120, 130, 0.1, 1]], np.float32)
    centred = np.zeros((84, 8400), np.float32)
    centred[:4, 7] = (30, 40, 40, 40)
    centred[4 + 2, 7] = 0.9
    with_object = np.zeros((300, 85), np.float32)
    with_object[5, :5] = (30, 40, 40, 40, 1.0)
    with_object[5, 5 + 2] = 0.9
    few_classes = np.ascontiguousarray(centred[:7])  # seven rows, as a finished list of boxes has columns
    for table in (corners, centred, few_classes, with_object):
        (box,) = decoding.boxes(table)
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx(expected)
        assert (box.kind, box.score) == (2, pytest.approx(0.9))


def test_scores_that_are_an_output_of_their_own_belong_to_the_boxes() -> None:
    corners = np.array([[10, 20, 50, 60], [100, 100, 140, 150], [0, 0, 9, 9]], np.float32)
    shares = np.array([[0.1, 0.05, 0.85], [0.2, 0.7, 0.1], [0.98, 0.01, 0.01]], np.float32)
    found = decoding.boxes(decoding.joined(corners, [shares]))
    assert [(box.left, box.kind, round(box.score, 2)) for box in found] == [(10, 2, 0.85), (100, 1, 0.7)]
    found = decoding.boxes(decoding.joined(corners, [np.log(shares)[None]]))
    assert [(box.kind, round(box.score, 2)) for box in found] == [(2, 0.85), (1, 0.7)]
    sorted_out = decoding.joined(corners, [np.array([3, 1, 1]), np.array([0.9, 0.8, 0.1], np.float32)])
    assert [(box.kind, round(box.score, 2)) for box in decoding.boxes(sorted_out)] == [(3, 0.9), (1, 0.8)]
    middles = np.array([[0.3, 0.4, 0.2, 0.2], [0.7, 0.6, 0.1, 0.3]], np.float32)  # DETR: no object is the last class
    (box,) = decoding.boxes(decoding.joined(middles, [np.array([[4, 0, 0], [0, 0, 5]], np.float32)]))
    assert (box.left, box.top, box.kind) == (pytest.approx(0.2), pytest.approx(0.3), 0)
    assert decoding.joined(corners, [noise(5, 3)]) is corners


def test_sound_and_embeddings_have_no_answer_that_backends_agree_on() -> None:
    for values, scored in ((noise(4, 10), True), (smooth(4_000)[None].repeat(4, 0), False), (unit(128)[None], False)):
        differences = Differences("output", "Keras", "PyTorch")
        for _ in range(2):
            differences.add(values, values, len(values))
        assert differences.scored is scored
        assert differences.result().agreeing == (8 if scored else None)


def test_a_box_that_moved_is_marked() -> None:
    values = np.array([[10, 20, 50, 60, 0.9, 2], [100, 100, 140, 140, 0.8, 1]], np.float32)
    other = values.copy()
    other[1, :4] += 30
    shown = view(Kind.BOXES, sample(values, other, np.zeros((200, 200, 3), np.uint8)), LIGHT)
    assert shown.differing == (1,)
    assert [len(panel.marks) for panel in shown.panels] == [2, 2]
    assert shown.panels[0].marks[0].right == 50
    assert [[mark.wrong for mark in panel.marks] for panel in shown.panels] == [[False, True], [False, True]]


def test_key_points_are_the_places_of_the_largest_values() -> None:
    values = np.zeros((3, 10, 12), np.float32)
    values[0, 4, 5] = values[1, 2, 3] = values[2, 9, 11] = 1
    other = values.copy()
    other[1, 7, 7] = 2
    shown = view(Kind.POINTS, sample(values, other), LIGHT)
    assert shown.differing == (1,)
    assert (shown.panels[0].marks[0].left, shown.panels[0].marks[0].top) == (5, 4)


def test_a_tone_is_one_line_of_the_spectrum() -> None:
    sound = np.sin(2 * np.pi * np.arange(16_000) * 0.125)  # an eighth of the rate: a quarter of the height
    spectrum = pixels.as_spectrum(sound)
    brightest = spectrum.astype(int).sum(-1).mean(1).argmax()
    assert brightest == pytest.approx(spectrum.shape[0] * 0.75, abs=2)
    shown = view(Kind.SOUND, sample(sound.astype(np.float32)[None], sound.astype(np.float32)[None]), LIGHT)
    assert [name for name, _ in shown.sound] == ["PyTorch", "Keras"]


def test_tokens_that_differ_are_marked() -> None:
    values = noise(6, 2_000)
    other = values.copy()
    other[4, 17] = 99
    shown = view(Kind.TOKENS, sample(values, other), LIGHT)
    assert shown.differing == (4,)
    assert shown.rows[4][2] == "17"
    both = {"PyTorch": values, "Keras": other}
    named = view(Kind.TOKENS, Sample(both, both, 0, None, (), words=["the"] * 17 + ["fox"]), LIGHT)
    assert named.rows[4][2] == "fox  (17)"


def test_embeddings_name_the_nearest_samples() -> None:
    rows = np.eye(8, dtype=np.float32)
    rows[3] = rows[0] + 0.1 * rows[1]
    both = {"PyTorch": rows, "Keras": rows}
    shown = view(Kind.EMBEDDING, Sample({n: v[0] for n, v in both.items()}, both, 0, None, ()), LIGHT)
    assert shown.rows[0][1] == "4"
    assert shown.rows[0][2] == f"{1 / np.sqrt(1.01):.4f}"


def test_numbers_are_shown_worst_first_with_their_place() -> None:
    values = noise(2, 3)
    other = values.copy()
    other[1, 2] += 1
    shown = view(Kind.ARRAY, sample(values, other), LIGHT)
    assert shown.rows[0][0] == "1, 2"
    assert shown.rows[0][-1] == "1.0e+00"


@pytest.mark.parametrize("make", [lambda: noise(3, 16, 16), lambda: noise(1, 16, 16), lambda: noise(16, 16)])
def test_an_image_that_is_not_finite_is_still_shown(make: Callable[[], np.ndarray]) -> None:
    values = make()
    values.flat[0], values.flat[1] = np.nan, np.inf
    for kind in (Kind.IMAGE, Kind.MAP):
        panels = view(kind, sample(values, values), LIGHT).panels
        assert all(panel.pixels.dtype == np.uint8 for panel in panels)


def test_what_can_not_be_looked_at_so_is_refused() -> None:
    for kind in (Kind.IMAGE, Kind.MASK, Kind.BOXES, Kind.POINTS):
        with pytest.raises(ValueError, match=r"ax|table|heat"):
            view(kind, sample(noise(4), noise(4)), LIGHT)
