"""What reaches the model is what the person chose: images prepared as set, tables of features, arrays, and their labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples
from pt2k_gui.verify.samples.gather import gather
from pt2k_gui.verify.samples.preprocessing import PRESETS, ImageSettings, preset

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, ())
COLOUR = (TensorSpec("image", "float32", ("batch", 3, 8, 10)),)
PIXEL = (200, 100, 50)


def image(path: Path, colour: tuple[int, int, int] = PIXEL, size: tuple[int, int] = (20, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def folder(path: Path, inputs: tuple[TensorSpec, ...] = COLOUR, **settings: Any) -> Samples:
    return gather(SampleChoice("folder", str(path), images=ImageSettings(**settings)), CARD, inputs)


def first(samples: Samples) -> np.ndarray:
    return next(samples.batches())[0]


@pytest.mark.parametrize("name", [entry.name for entry in PRESETS])
def test_a_preset_gives_its_mean_and_standard_deviation(tmp_path: Path, name: str) -> None:
    image(tmp_path / "a.png")
    chosen = preset(name)
    array = first(folder(tmp_path, mean=chosen.mean, std=chosen.std))
    assert array.shape == (1, 3, 8, 10)
    assert array.dtype == np.float32
    expected = (np.array(PIXEL) / 255 - np.array(chosen.mean)) / np.array(chosen.std)
    # float32 keeps 24 bits of numbers up to 255.
    np.testing.assert_allclose(array[0, :, 4, 5], np.broadcast_to(expected, 3), rtol=1e-5)


def test_without_settings_three_channels_are_imagenets_and_one_is_from_minus_one_to_one(tmp_path: Path) -> None:
    image(tmp_path / "a.png", (255, 255, 255))
    colour = first(folder(tmp_path))[0, :, 0, 0]
    np.testing.assert_allclose(colour, (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225], rtol=1e-5)
    grey = first(folder(tmp_path, (TensorSpec("x", "float32", ("batch", 1, 8, 8)),)))
    np.testing.assert_allclose(grey, 1.0)


def test_channels_can_be_blue_green_red_and_stand_last(tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    plain: dict[str, Any] = {"mean": (0.0,), "std": (1 / 255,)}
    assert np.allclose(first(folder(tmp_path, order="bgr", **plain))[0, :, 0, 0], PIXEL[::-1])
    last = (TensorSpec("x", "float32", ("batch", 8, 10, 3)),)
    assert np.allclose(first(folder(tmp_path, last, **plain))[0, 0, 0], PIXEL)


def test_crop_keeps_the_proportions_and_stretch_does_not(tmp_path: Path) -> None:
    wide = Image.new("RGB", (40, 10), (0, 0, 0))
    wide.paste((255, 255, 255), (0, 0, 10, 10))  # white at the left quarter, which a crop of the middle loses
    wide.save(tmp_path / "a.png")
    square = (TensorSpec("x", "float32", ("batch", 3, 10, 10)),)
    plain: dict[str, Any] = {"mean": (0.0,), "std": (1.0,)}
    assert first(folder(tmp_path, square, fit="crop", **plain)).max() == 0
    assert first(folder(tmp_path, square, fit="stretch", **plain)).max() == 1


def test_a_free_size_is_taken_from_the_settings(tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    free = (TensorSpec("x", "float32", ("batch", 3, "height", "width")),)
    assert first(folder(tmp_path, free, height=12, width=14)).shape == (1, 3, 12, 14)
    assert first(folder(tmp_path, free)).shape == (1, 3, 224, 224)


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"mean": (0.5, 0.5)}, "2 numbers"), ({"std": (0.0,)}, "above 0"), ({"order": "rbg"}, "rbg")],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    image(tmp_path / "a.png")
    with pytest.raises(Problem, match=words):
        folder(tmp_path, **settings)


def test_sub_folders_are_labels_numbers_are_the_classes_themselves_and_broken_files_are_told(tmp_path: Path) -> None:
    for name in ("10", "2"):
        image(tmp_path / "numbers" / name / "a.png")
    found = folder(tmp_path / "numbers")
    assert found.labels is not None
    assert found.labels.tolist() == [10, 2]
    for name in ("cat", "dog"):
        image(tmp_path / "words" / name / "deeper" / "a.png")
    (tmp_path / "words" / "dog" / "cut.jpg").write_bytes(image(tmp_path / "b.jpg").read_bytes()[:300])
    (tmp_path / "words" / "dog" / "letter.png").write_text("Dear Sir")
    found = folder(tmp_path / "words")
    assert found.classes == ("cat", "dog")
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1]
    assert found.count == 2
    assert "cut.jpg" in found.notes[0]
    assert "letter.png" in found.notes[0]
    assert found.images is not None
    assert found.images.shape == (2, 48, 48, 3)


FEATURES = (TensorSpec("x", "float32", ("batch", 3)),)


def table(path: Path, text: str, inputs: tuple[TensorSpec, ...] = FEATURES) -> Samples:
    path.write_text(text, encoding="utf-8")
    return gather(SampleChoice("file", str(path)), CARD, inputs)


def test_a_table_of_features_is_read_with_and_without_names_and_labels(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", "label,a,b,c\n1,0.5,2,-3\n0,1e-3,0,7\n")
    np.testing.assert_allclose(first(found), [[0.5, 2, -3], [1e-3, 0, 7]], rtol=1e-6)
    assert found.labels is not None
    assert found.labels.tolist() == [1, 0]
    found = table(tmp_path / "b.csv", "1;2;3\n4;5;6\n7;8;9\n")
    assert found.labels is None
    np.testing.assert_allclose(first(found), [[1, 2, 3], [4, 5, 6], [7, 8, 9]])


def test_labels_in_words_name_the_classes(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", "a,b,c,class\n1,2,3,setosa\n1,2,3,iris\n4,5,6,setosa\n")
    assert found.classes == ("iris", "setosa")
    assert found.labels is not None
    assert found.labels.tolist() == [1, 0, 1]


def test_columns_fill_an_images_shape_and_several_inputs_by_their_names(tmp_path: Path) -> None:
    cells = ",".join(str(number) for number in range(12))
    shaped = first(table(tmp_path / "a.csv", f"{cells}\n", (TensorSpec("x", "float32", ("batch", 1, 3, 4)),)))
    np.testing.assert_array_equal(shaped, np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4))
    inputs = (TensorSpec("age", "float32", ("batch", 1)), TensorSpec("place", "float32", ("batch", 2)))
    batch = next(table(tmp_path / "b.csv", "place.0,age,place.1\n1,30,2\n", inputs).batches())
    assert batch[0].tolist() == [[30]]
    assert batch[1].tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,c\n1,2,\n", "Row 2 .* holds “” in the column c"),
        ("a,b,c\n1,2,red\n", "Row 2 .* “red” in the column c"),
        ("a,b,c\n1,2\n", "Row 2 .* has 2 cells; the first one has 3"),
        ("a,b\n1,2\n", "2 columns of numbers for x; the model takes"),
        ("\n\n", "holds no rows"),
        ("a,b,c\n", "but no rows"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        table(tmp_path / "a.csv", text)


def test_arrays_in_the_shape_of_images_are_shown_as_pictures(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).standard_normal((5, 3, 8, 10)).astype("f"))
    found = gather(SampleChoice("file", str(tmp_path / "a.npy")), CARD, COLOUR)
    assert found.images is not None
    assert found.images.shape == (5, 48, 48, 3)
    assert found.images.min() == 0
    assert found.images.max() == 255
