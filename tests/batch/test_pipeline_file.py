"""The pipeline file: what it says is what is done, what was clicked comes back from it, and what is wrong is told by key."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pt2k_gui.batch import schema
from pt2k_gui.batch.reading import PipelineFile, read_pipeline_file
from pt2k_gui.batch.task import Task, with_targets
from pt2k_gui.batch.thresholds import Thresholds
from pt2k_gui.batch.writing import pipeline_text, write_pipeline_file
from pt2k_gui.jobs.pipeline import Plan
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "模型 and 😀"
    (place / "models").mkdir(parents=True)
    for name in ("a.pt2", "b.pt2"):
        (place / "models" / name).write_bytes(b"x")
    (place / "net.py").write_text("class Net: pass")
    return place


def read(folder: Path, text: str) -> PipelineFile:
    (folder / "pt2k.toml").write_text(text, encoding="utf-8")
    return read_pipeline_file(folder)


def test_a_pattern_stands_for_each_file_and_paths_are_seen_from_the_files_folder(folder: Path) -> None:
    found = read(
        folder,
        'output = "out"\nformats = ["keras", "tflite_int8"]\nworkers = 3\n[[model]]\npath = "models/*.pt2"\n',
    )
    assert [task.name for task in found.tasks] == ["a", "b"]
    assert found.workers == 3
    assert found.tasks[1].plan.source.path == str(folder / "models" / "b.pt2")
    assert found.tasks[1].plan.targets == (
        ("keras", str(folder / "out" / "b.keras")),
        ("tflite_int8", str(folder / "out" / "b.int8.tflite")),
    )


def test_a_models_own_table_goes_before_the_common_one(folder: Path) -> None:
    found = read(
        folder,
        """
        [options]
        trainable = true
        axis_order = "onnx"
        [samples]
        kind = "random"
        count = 50
        [samples.images]
        preset = "imagenet"
        size = [96, 128]
        [thresholds]
        min_agreement = 0.99
        [[model]]
        path = "models/a.pt2"
        [[model]]
        path = "w.pth"
        code = "net.py"
        call = "Net(n=3)"
        arguments = { depth = 3, act = "'relu'" }
        options = { axis_order = "keras" }
        samples = { count = 7 }
        thresholds = { max_megabytes = 2 }
        inputs."*" = { shape = "N,3,8,8" }
        """,
    )
    first, second = found.tasks
    assert (first.plan.trainable, first.plan.axis_order, first.plan.samples.count) == (True, "onnx", 50)
    assert (second.plan.trainable, second.plan.axis_order, second.plan.samples.count) == (True, "keras", 7)
    assert second.plan.samples.images == ImageSettings((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 96, 128)
    assert second.plan.source.code == f"{folder / 'net.py'}:Net(n=3)"
    assert second.plan.source.arguments == (("depth", "3"), ("act", "'relu'"))
    assert second.plan.shapes == ("N,3,8,8",)
    assert second.thresholds == Thresholds(min_agreement=0.99, max_megabytes=2)
    assert first.thresholds == Thresholds(min_agreement=0.99)


def everything(folder: Path) -> PipelineFile:
    """One task in which nothing is as usual, and one in which all is."""
    source = Source(
        str(folder / "w.pth"), f"{folder / 'net.py'}:Net", (("n", "3"),), False, False, "ema", (("sr", "16000"),)
    )
    steps = parse_steps(["resize 256 bicubic; center_crop 224", "to_float; normalize 0.1,0.2,0.3 1,2,3"])
    images = ImageSettings((0.5,), (0.25,), 32, 48, "bgr", "crop", steps)
    samples = SampleChoice(
        "folder", str(folder / "photos"), 12, 5, images, str(folder / "names.txt"), (str(folder / "b.png"),),
        AudioSettings(8_000, 100, 50, "first"), TextSettings(str(folder / "tokenizer.json"), 9, False, "review"),
        TableSettings(("a", "b"), "c", "yes"), VideoSettings(5, 8),
    )  # fmt: skip
    plan = Plan(
        source, (), ("x=N,3,32,48",), ("x=float32",), ("y=0..29",), samples, "onnx2keras", "onnx", True, True, True
    )
    limits = Thresholds(1e-4, 1e-5, 0.999, 0.9, 25.0)
    odd = Task("odd", with_targets(plan, folder / "out", "odd", ("keras", "savedmodel")), limits)
    usual = Plan(Source(str(folder / "models" / "a.pt2")))
    return PipelineFile(
        (odd, Task("a", with_targets(usual, folder / "out", "a", ("tflite",)))),
        folder / "out", 4, (str(folder / "r.html"),), 77.0, 3.5,
    )  # fmt: skip


@pytest.mark.parametrize("place", ["pt2k.toml", "elsewhere/other.toml"])
def test_what_is_written_is_read_back_the_same(folder: Path, place: str) -> None:
    content = everything(folder)
    file = folder / place
    file.parent.mkdir(exist_ok=True)
    write_pipeline_file(file, content)
    assert read_pipeline_file(file) == content


def test_every_field_of_a_plan_is_in_the_round_trip(folder: Path) -> None:
    """A field that is added to a plan and forgotten here would be lost on the way to the file."""
    odd, usual = (task.plan for task in everything(folder).tasks)
    same = [f.name for f in dataclasses.fields(Plan) if getattr(odd, f.name) == getattr(usual, f.name)]
    assert same == []
    for settings in ("images", "audio", "text", "table", "video"):
        ours, theirs = getattr(odd.samples, settings), getattr(usual.samples, settings)
        assert [f.name for f in dataclasses.fields(ours) if getattr(ours, f.name) == getattr(theirs, f.name)] == []
    assert [
        f.name
        for f in dataclasses.fields(odd.samples)
        if getattr(odd.samples, f.name) == getattr(usual.samples, f.name)
    ] == []
    assert [f.name for f in dataclasses.fields(Thresholds) if getattr(Thresholds(), f.name) is not None] == []


def test_what_all_models_share_is_said_once(folder: Path) -> None:
    plans = [Plan(Source(str(folder / "models" / name)), trainable=True) for name in ("a.pt2", "b.pt2")]
    tasks = [Task(n, with_targets(plan, folder, n, ("keras",))) for n, plan in zip("ab", plans, strict=True)]
    text = pipeline_text(PipelineFile(tuple(tasks), folder), folder / "pt2k.toml")
    assert text.count("trainable") == 1
    assert text.count("formats") == 1
    assert 'path = "models/a.pt2"' in text


WRONG = {
    "optoins = {}\n[[model]]\npath='models/a.pt2'": ("optoins", "options"),
    "[[model]]\npath='models/a.pt2'\n[model.options]\ntrainable='yes'": ("model[0].options.trainable", "true or false"),
    "[[model]]\npath='models/a.pt2'\nformats=['docx']": ("model[0].formats", "savedmodel"),
    "[[model]]\nname='x'": ("model[0].path", "model.pt2"),
    "workers = 0\n[[model]]\npath='models/a.pt2'": ("workers", "at least 1"),
    "version = 99\n[[model]]\npath='models/a.pt2'": ("version 99", "newer"),
    "[[model]]\npath='models/*.onnx'": ("models/*.onnx", "model[0].path"),
    "[[model]]\npath='models/*.pt2'\nname='x'": ("model[0].path", "Leave out the name"),
    "[[model]]\npath='models/a.pt2'\nname='x/y'": ("model[0].name", "without folders"),
    "[[model]]\npath='models/a.pt2'\n[[model]]\npath='models/a.pt2'": ("called a", "name of its own"),
    "[[model]]\npath='models/a.pt2'\ntrust=true": ("allow code", "--trust"),
    "[[model]\npath='a'": ("TOML", "line 1"),
    "output = 'x'": ("names no model", "[[model]]"),
    "report = ['a.docx']\n[[model]]\npath='models/a.pt2'": ("a.docx", ".html"),
    "samples = 3\n[[model]]\npath='models/a.pt2'": ("samples", "a table"),
    "[samples.images]\nsize = [3]\n[[model]]\npath='models/a.pt2'": ("samples.images", "[224, 224]"),
    "[[model]]\npath='models/a.pt2'\n[model.inputs.x]\nshap='N,3'": ("model[0].inputs.x.shap", "shape"),
    "[thresholds]\nmax_diference = 1\n[[model]]\npath='models/a.pt2'": ("thresholds.max_diference", "max_difference"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_the_file_the_key_and_a_way_out(folder: Path, text: str) -> None:
    with pytest.raises(Problem) as caught:
        read(folder, text)
    said = str(caught.value)
    for word in WRONG[text]:
        assert word in said
    assert caught.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"nowhere\.toml does not exist"):
        read_pipeline_file(tmp_path / "nowhere.toml")


def test_code_may_run_only_where_whoever_runs_the_file_says_so(folder: Path) -> None:
    read(folder, "[[model]]\npath='models/a.pt2'")
    assert not read_pipeline_file(folder).tasks[0].plan.source.trusted
    assert read_pipeline_file(folder, trusted=True).tasks[0].plan.source.trusted


def test_every_key_of_the_form_is_read(folder: Path) -> None:
    """Each with its example: a key that the form knows and nobody reads would be silently ignored."""
    for name, keys in schema.TABLES.items():
        for key in keys:
            if not key.example or name.startswith("model.") or key.name in ("path", "version", "python", "weights"):
                continue
            head = {"": "", "model": ""}.get(name, f"[{name}]\n")
            line = f"{key.name} = {key.example}\n"
            model = "[[model]]\npath = 'models/a.pt2'\n"
            found = read(folder, model + line if name == "model" else f"{head}{line}{model}")
            usual = read(folder, model)
            needs_more = key.name in ("call",) or key.example in ('"native"', '"keras"', "false", "true", "0", '"stretch"',
                                                                  '"rgb"', "300")  # fmt: skip
            assert needs_more or found != usual, f"{name}.{key.name} changes nothing"
