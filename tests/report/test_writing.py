"""The report: complete, self-contained, the same numbers in each format, and JSON as its schema says."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pypdf
import pytest

from pt2k_gui.export.result import Exported
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import Results, Settings
from pt2k_gui.report.pdf import document
from pt2k_gui.report.schema import PATH, schema
from pt2k_gui.report.tables import Table
from pt2k_gui.report.writing import make_report, write_report
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.file_formats import EXPORT_PROGRAM
from pt2k_gui.verify.messages import SAME_ANSWERS, THINGS_AGREE
from pt2k_gui.verify.result import (
    BackendRun,
    Comparison,
    FileHash,
    LayerDifference,
    SampleChoice,
    SpeedRow,
    StepComparison,
    StepRow,
    TrainingCurve,
    Verdict,
    Verification,
)

CARD = ModelInfo(
    "/models/<b>.pt2", "Net & Co", EXPORT_PROGRAM, "PyTorch", 10, "ab" * 32, 7, 7,
    (TensorSpec("x", "float32", ("batch", 3)),),
)  # fmt: skip

EXPORTED = Exported("model.onnx", 20, "none", 1, 1, (), (), None, (), 0.1)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verification:
    """A verification with everything in it, among it a difference that JSON has no number for."""
    tmp_path = tmp_path_factory.mktemp("verification")
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((30, 4)).astype("f")
    differences = rng.random((2, 30)).astype("f") * 1e-6
    differences[1, 17] = 5e-4
    np.savez(
        tmp_path / "verification.npz", images=rng.integers(0, 256, (30, 48, 48, 3), np.uint8), pytorch=scores,
        onnxruntime=scores, keras=scores, labels=scores.argmax(1), difference=differences.max(0),
        differences=differences,
    )  # fmt: skip
    curves = (TrainingCurve("Adam", (2.0, 1.5, 1.2), (2.0, 1.5, 1.2)), TrainingCurve("SGD", (2.0, 1.9), (2.0, 1.7), 1))
    step = StepRow("a.weight", "weight", ("a/kernel",), 12, 1e-8, 1e-7, 1e-9, 1e-8, 0.1)
    return Verification(
        30, "a test", True, ("a", "b", "c", "d"),
        (BackendRun("PyTorch", "2", 0.1, 1.0), BackendRun("ONNX Runtime", "1", 0.1, 1.0), BackendRun("Keras", "3", 0.1, 1.0)),
        (
            Comparison("scores", "Keras", "PyTorch", 30, 30, 1e-6, 1e-7, 1e-6, 1.0),
            Comparison("boxes", "Keras", "PyTorch", 30, None, float("inf"), 1e-7, 1e-6, 1.0),
        ),
        Verdict(True, SAME_ANSWERS(candidate="Keras"), THINGS_AGREE(agreeing=30, samples=30, things="samples"), 1e-6, 2e-6, 1e-5),
        0, str(tmp_path / "verification.npz"), 1.0, (LayerDifference("a", "v", 1e-7, 1e-7),), ("a note",),
        SampleChoice("random", count=30, seed=5), files=(FileHash("converted", "/m/b.keras", 9, "cd" * 32),),
        truth="PyTorch float64",
        training=StepComparison(True, "Alike.", "training", "cross-entropy", 16, 0.1, 1.0, 1.0, (step,), (), curves),
    )  # fmt: skip


def written(found: Verification, path: Path, language: str = "en") -> Path:
    speed = (SpeedRow("PyTorch", 1, 0.01, 0.009, 0.02), SpeedRow("Keras", 1, 0.01, 0.009, 0.02))
    settings = Settings(Source("/models/b.pt2", "net.py:Net", (("width", "3"),)), trainable=True)
    write_report(str(path), make_report(found, Results(settings, CARD, EXPORTED, speed=speed)), language)
    return path


def test_the_json_is_as_its_schema_says_and_tells_its_provenance(found: Verification, tmp_path: Path) -> None:
    data = json.loads(written(found, tmp_path / "r.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, json.loads(PATH.read_text(encoding="utf-8")))
    assert data["verification"]["comparisons"][1]["max_abs"] is None
    assert data["verification"]["choice"]["seed"] == 5
    assert data["verification"]["files"][0]["sha256"] == "cd" * 32
    assert data["settings"]["source"]["arguments"] == [["width", "3"]]
    assert data["machine"]["cores"] >= 1
    assert {"python", "torch", "keras", "onnxruntime"} <= set(data["machine"]["versions"])
    data["verification"]["verdict"].pop("same")
    with pytest.raises(jsonschema.ValidationError, match="'same' is a required property"):
        jsonschema.validate(data, schema())


def test_the_schema_that_is_shipped_is_that_of_the_code_and_describes_its_fields() -> None:
    shipped = json.loads(PATH.read_text(encoding="utf-8"))
    assert shipped == schema(), "run python -m pt2k_gui.report.schema"
    jsonschema.Draft202012Validator.check_schema(shipped)
    assert all(entry["description"] for entry in shipped["$defs"].values())
    assert all("description" in entry for entry in shipped["properties"].values())
    verdict = shipped["$defs"]["verify.Verdict"]["properties"]
    assert all("description" in entry for entry in verdict.values())


@pytest.fixture(scope="module")
def page(found: Verification, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the HTML, whose plots take seconds."""
    return written(found, tmp_path_factory.mktemp("page") / "r.html").read_text(encoding="utf-8")


def test_the_html_stands_alone_in_light_and_dark_and_escapes_names(page: str) -> None:
    assert "Report on Net &amp; Co" in page
    assert "<b>.pt2" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "http" not in page
    assert (
        page.count("<img")
        == 2 * page.count('class="plot"')
        == 2 * len(("samples", "differences", "layers", "curves", "pairs", "speed"))
    )
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media print" in page
    for words in ("Worst samples", "One training step", "Speed of a batch", "cd" * 32, "width=3", "a note"):
        assert words in page


def test_the_worst_sample_comes_first_with_the_output_that_differs(page: str) -> None:
    table = page[page.index("Worst samples") :]
    first = re.findall(r"<td[^>]*>([^<]*)</td>", table)[:4]
    assert first[0] == "18"
    assert first[2:] == ["boxes", "5.0e-04"]


def test_the_pdf_has_every_heading_and_number_as_text_over_several_pages(found: Verification, tmp_path: Path) -> None:
    reader = pypdf.PdfReader(written(found, tmp_path / "r.pdf"))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert len(reader.pages) >= 2
    assert reader.metadata is not None and reader.metadata.title == "Report on Net & Co"
    for words in (
        "Report on Net & Co",
        "Worst samples",
        "One training step",
        "Speed of a batch",
        "width=3",
        "a note",
    ):
        assert words in text
    assert sum(len(page.images) for page in reader.pages) == len(
        ("samples", "differences", "layers", "curves", "pairs", "speed")
    )


def test_the_pdf_shows_chinese_names_and_repeats_the_headings_of_a_long_table(tmp_path: Path) -> None:
    rows = tuple((f"层 {number}", "1e-6") for number in range(150))
    table = Table("Layers", ("Layer", "Difference"), rows, numbers=(1,))
    text = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document("模型", [], [table]))).pages]
    assert len(text) >= 2
    assert all("Difference" in page for page in text)
    assert "层 149" in text[-1]


NAMES = re.compile(
    r"[A-Z]?[\w./<>-]*\d[\w.,/%: =()^#+-]*|/m/.*|/models/.*|(PyTorch|Keras|ONNX|LiteRT)( Runtime| float64)?|SHA-256"
    r"|PT2K|inf|cpu|width=3|python 3.*|Linux.*|(cd)+"
)
"""Numbers, paths, and what has one name in every language."""


def test_the_page_and_the_document_are_in_the_readers_language(found: Verification, tmp_path: Path) -> None:
    text = written(found, tmp_path / "r.html", "zh_CN").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text
    own = {
        "Net &amp; Co",
        "a test",
        "a note",
        "✓ Alike.",
        "net.py:Net",
        "scores",
        "boxes",
        "a.weight",
        "a/kernel",
        *"abcdv",
    }
    document = re.sub(r"<style>.*?</style>|<img[^>]*>", "", text, flags=re.DOTALL)
    shown = [part.strip() for part in re.findall(r">([^<]+)<", document)]
    plain = {part for part in shown if part and not re.search(r"[\u4e00-\u9fff]", part)}
    assert {part for part in plain - own if not NAMES.fullmatch(part)} == set()
    for words in ("关于 Net &amp; Co 的报告", "噪声下限", "差异最大的样本", "来源", "a note"):
        assert words in text
    reader = pypdf.PdfReader(written(found, tmp_path / "r.pdf", "zh_CN"))
    pages = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert "关于NetCo的报告" in pages.replace("&", "") and "差异最大的样本" in pages and "Worst" not in pages


def test_the_json_is_the_same_in_every_language(found: Verification, tmp_path: Path) -> None:
    one, other = (
        json.loads(written(found, tmp_path / f"{language}.json", language).read_text(encoding="utf-8"))
        for language in ("en", "zh_CN")
    )
    assert {**one, "made": ""} == {**other, "made": ""}


def test_another_ending_is_refused(found: Verification, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"r\.docx"):
        written(found, tmp_path / "r.docx")
    assert not (tmp_path / "r.docx").exists()
