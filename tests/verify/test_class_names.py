"""Names of classes: the files in which they are passed on are read, and folders are labels by those names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.class_names import read_class_names
from pt2k_gui.verify.samples.gather import gather

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, (), (), ())
COLOUR = (TensorSpec("x", "float32", ("batch", 3, 8, 8)),)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("names.txt", "tench\ngoldfish\nshark, white\n"),
        ("names.txt", "0: tench\n1: goldfish\n2: shark, white\n"),
        ("names.txt", "{0: 'tench',\n 1: 'goldfish',\n 2: 'shark, white'}"),
        ("names.json", json.dumps(["tench", "goldfish", "shark, white"])),
        ("names.json", json.dumps({"1": "goldfish", "0": "tench", "2": "shark, white"})),
        ("names.json", json.dumps({"tench": 0, "goldfish": 1, "shark, white": 2})),
        ("names.json", json.dumps({"0": ["n1", "tench"], "1": ["n2", "goldfish"], "2": ["n3", "shark, white"]})),
        ("config.json", json.dumps({"id2label": {"0": "tench", "1": "goldfish", "2": "shark, white"}, "x": 1})),
    ],
)
def test_names_are_read_from_text_and_json_as_people_pass_them_on(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    known = read_class_names(str(tmp_path / name))
    assert known.names == ("tench", "goldfish", "shark, white")
    assert (known.number("Goldfish"), known.number("2"), known.number("crab")) == (1, 2, -1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"), ("a.json", b'{"0": "x", "2": "y"}'), ("a.json", b"3"), ("a.json", b'[["a", 1]]'),
        ("a.txt", b""), ("a.txt", b"\xff\xfe\x00\x80"),
    ],
)  # fmt: skip
def test_a_file_that_names_no_classes_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem) as refused:
        read_class_names(str(tmp_path / name))
    assert name in refused.value.sentence
    assert refused.value.hint


def test_folders_are_labels_by_the_names_and_each_picture_keeps_its_file_name(tmp_path: Path) -> None:
    for folder in ("goldfish", "n1", "something else"):
        (tmp_path / "images" / folder).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "images" / folder / "one.png")
    names = tmp_path / "names.json"
    names.write_text(json.dumps({"0": ["n1", "tench"], "1": ["n2", "goldfish"]}), encoding="utf-8")
    found: Any = gather(SampleChoice("folder", str(tmp_path / "images"), class_names=str(names)), CARD, COLOUR)
    assert found.files == ("goldfish/one.png", "n1/one.png", "something else/one.png")
    assert found.labels.tolist() == [1, 0, -1]
    assert found.classes == ("tench", "goldfish")


def test_other_samples_take_the_names_too(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("a\nb\n", encoding="utf-8")
    choice = SampleChoice("random", count=2, class_names=str(tmp_path / "names.txt"))
    assert gather(choice, CARD, COLOUR).classes == ("a", "b")
