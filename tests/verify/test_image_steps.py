"""Steps of preparation give torchvision's numbers, the code that is shown gives the same, and what can't work is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.gather import gather
from pt2k_gui.verify.samples.image_steps import as_python, check_steps, prepared
from pt2k_gui.verify.samples.looking import first_picture, stages
from pt2k_gui.verify.samples.preprocessing import ImageSettings, Step, parse_step, parse_steps, steps_of

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, ())
RECORDED = Path(__file__).with_name("torchvision.npz")
"""What torchvision 0.14's transforms of the same names make of ``picture(height, width)``, with the Pillow that is pinned here:
its bicubic and Lanczos filters changed by some steps of 255 between 9.4 and 13."""
CASES = {
    "imagenet": ((90, 131), "resize 64; center_crop 56; to_float; normalize 0.485,0.456,0.406 0.229,0.224,0.225"),
    "bicubic": ((75, 50), "resize 40x33 bicubic; to_float; normalize 0.5 0.25"),
    "grey": ((50, 77), "grayscale; resize 31 lanczos; center_crop 28x30; to_float"),
    "nearest_padded": (
        (21, 40),
        "resize 20 nearest; center_crop 27x33; grayscale 3; to_float; normalize 0.1,0.2,0.3 1,2,3",
    ),
}
SMALLEST = {"imagenet": 0.224, "bicubic": 0.25, "grey": 1.0, "nearest_padded": 1.0}  # standard deviation


def picture(height: int, width: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    planes = ((x * 7 + y * 3) % 256, (x * x // 5 + y * 11) % 256, (y * y // 3 + x * 2) % 256)
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8))


@pytest.mark.parametrize("name", CASES)
def test_steps_give_the_numbers_of_torchvision(name: str) -> None:
    size, text = CASES[name]
    with np.load(RECORDED) as recorded:
        expected = recorded[name]
    array = prepared(picture(*size), parse_steps([text])).transpose(2, 0, 1)
    assert array.shape == expected.shape
    assert array.dtype == np.float32
    # One step of 255, which two builds of Pillow may round apart.
    np.testing.assert_allclose(array, expected, atol=1.001 / 255 / SMALLEST[name], rtol=0)


@pytest.mark.parametrize("last", [False, True])
def test_the_code_that_is_shown_does_the_same_where_pt2k_is_not(tmp_path: Path, last: bool) -> None:
    texts = [text for _, text in CASES.values()]
    texts += [
        "cover 40x60; center_crop 40x60; bgr; to_float; normalize 0.1,0.2,0.3 1,2,3",
        "to_float; bgr",
        "resize 9x9 box",
    ]
    picture(61, 83).save(tmp_path / "photo.png")
    script, expected = [], []
    for text in texts:
        steps = parse_steps([text])
        script += [as_python(steps, channels_last=last), 'made.append(prepare("photo.png"))']
        array = prepared(picture(61, 83), steps)
        expected.append((array if last else array.transpose(2, 0, 1))[None])
    code = "\n".join(
        ["import sys", "made = []", *script, "np.savez('made.npz', *made)", "assert 'pt2k_gui' not in sys.modules"]
    )
    (tmp_path / "run.py").write_text(code)
    subprocess.run([sys.executable, "-I", "run.py"], cwd=tmp_path, check=True)
    with np.load(tmp_path / "made.npz") as made:
        for place, wanted in enumerate(expected):
            np.testing.assert_array_equal(made[f"arr_{place}"], wanted, err_msg=texts[place])


def test_settings_are_a_short_way_to_write_steps(tmp_path: Path) -> None:
    picture(50, 80).save(tmp_path / "a.png")
    for settings in (ImageSettings(), ImageSettings((0.5,), (0.25,), order="bgr", fit="crop")):
        listed = ImageSettings(steps=steps_of(settings, 3, 24, 24))
        inputs = (TensorSpec("x", "float32", ("batch", 3, 24, 24)),)
        one, other = (
            next(gather(SampleChoice("folder", str(tmp_path), images=chosen), CARD, inputs).batches())[0]
            for chosen in (settings, listed)
        )
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("step", [
    Step("resize", (256,), "bicubic"), Step("cover", (20, 30), "bilinear"), Step("center_crop", (224,)),
    Step("grayscale", (3,)), Step("to_float"), Step("normalize", mean=(0.485, 0.456), std=(1e-3, 2.0)), Step("bgr"),
])  # fmt: skip
def test_a_step_is_read_from_its_text(step: Step) -> None:
    assert parse_step(step.text) == step


@pytest.mark.parametrize(
    "text",
    ["", "resize", "resize 0", "resize 224 bilinear box", "resize axb", "center_crop 3 box", "grayscale 2", "blur 3",
     "cover 24", "normalize 0.5", "normalize a b", "normalize 0.5 0", "to_float 2", "resize 1x2x3", "resize 99999"],
)  # fmt: skip
def test_what_is_no_step_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(Problem, match="not a step of preparation") as refused:
        parse_step(text or " x")
    assert "normalize" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("to_float; resize 20", "works on pictures"),
        ("normalize 0.5 0.5", "works on numbers"),
        ("to_float; normalize 0.5,0.5 1", "2 numbers"),
        ("grayscale; to_float", "1 channel;"),
        ("grayscale; bgr; to_float", "three channels"),
    ],
)
def test_steps_that_can_not_work_in_their_order_are_refused(text: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        check_steps(parse_steps([text]), 3)


def test_steps_that_leave_another_size_than_the_model_takes_name_the_file_and_both_sizes(tmp_path: Path) -> None:
    picture(50, 80).save(tmp_path / "wide.png")
    settings = ImageSettings(steps=parse_steps(["resize 24; to_float"]))
    with pytest.raises(Problem, match=r"24x38 pixels of wide\.png; 24x24") as refused:
        gather(
            SampleChoice("folder", str(tmp_path), images=settings),
            CARD,
            (TensorSpec("x", "float32", ("n", 3, 24, 24)),),
        )
    assert "center_crop 24x24" in refused.value.hint


def test_a_free_size_is_what_the_steps_come_to(tmp_path: Path) -> None:
    picture(50, 80).save(tmp_path / "a.png")
    settings = ImageSettings(steps=parse_steps(["resize 24; center_crop 20x22; to_float"]))
    samples = gather(
        SampleChoice("folder", str(tmp_path), images=settings), CARD, (TensorSpec("x", "float32", ("n", 3, "h", "w")),)
    )
    assert next(samples.batches())[0].shape == (1, 3, 20, 22)


def test_the_picture_after_each_step_can_be_looked_at(tmp_path: Path) -> None:
    picture(50, 80).save(tmp_path / "a.png")
    found = stages(
        first_picture(SampleChoice("folder", str(tmp_path))),
        parse_steps(["resize 25; grayscale; to_float; normalize 0.5 0.5"]),
    )
    assert [stage.pixels.shape for stage in found] == [(50, 80, 3), *[(25, 40, 3)] * 4]
    assert [stage.channels for stage in found] == [3, 3, 1, 1, 1]
    assert found[2].high > 1 >= found[3].high > 0 > found[4].low
    with pytest.raises(Problem, match="holds no images"):
        first_picture(SampleChoice("folder", str(tmp_path / "none")))
