"""The forms for samples: steps with their pictures, sound, texts, tables and films; and how samples look in the grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from pt2k_gui.gui import sample_choosing, sample_dialog
from pt2k_gui.gui.pages.check_samples import SamplesTab
from pt2k_gui.gui.sample_choosing import ask_for_files, ask_for_settings, has_settings
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.source_dialog import SourceForm
from pt2k_gui.gui.steps_dialog import StepsDialog
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.widgets.digit_grid import DigitGrid
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify.result import BackendRun, Comparison, SampleChoice, Verdict, Verification
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps, steps_of
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings

NOBODY: Any = None
STEPS = "resize 32 bicubic; center_crop 24; to_float; normalize 0.5 0.25"


def photo(folder: Path) -> SampleChoice:
    Image.new("RGB", (80, 50), (200, 100, 50)).save(folder / "a.png")
    return SampleChoice("folder", str(folder))


@pytest.fixture
def theme(qapp: Any) -> Theme:
    prepare(qapp)
    made = Theme(qapp)
    made.use("light")
    return made


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> StepsDialog:
    made = StepsDialog(NOBODY, parse_steps([STEPS]), 3, photo(tmp_path))
    qtbot.addWidget(made)
    return made


def test_the_picture_after_each_step_is_shown_with_its_size_and_values(dialog: StepsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "24 × 24" in dialog.list.item(4).text(), timeout=10_000)
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert [", ".join(text.splitlines()[1:]) for text in texts] == [
        "80 × 50 pixels, values from 50 to 200",
        "51 × 32 pixels, values from 50 to 200",
        "24 × 24 pixels, values from 50 to 200",
        "24 × 24 pixels, values from 0.1961 to 0.7843",
        "24 × 24 pixels, values from -1.216 to 1.137",
    ]
    assert not any(dialog.list.item(row).icon().isNull() for row in range(5))


def test_steps_are_added_moved_changed_and_removed(dialog: StepsDialog, qtbot: QtBot) -> None:
    dialog.list.setCurrentRow(1)
    assert dialog.rows.value() == 32
    assert dialog.columns.text() == "in proportion"
    assert not dialog._form.isRowVisible(dialog.mean)
    dialog.rows.setValue(40)
    dialog.columns.setValue(30)
    dialog.filter.setCurrentText("lanczos")
    dialog.filter.activated.emit(dialog.filter.currentIndex())
    assert dialog.steps[0].text == "resize 40x30 lanczos"
    dialog.kinds.setCurrentIndex(dialog.kinds.findData("grayscale"))
    dialog.adding.click()
    assert [step.name for step in dialog.steps] == ["resize", "grayscale", "center_crop", "to_float", "normalize"]
    assert "1 channel;" in dialog.problem.text()
    dialog._accept()
    assert dialog.result() == 0
    dialog.grey.setCurrentText("3")
    dialog.grey.activated.emit(1)
    assert dialog.problem.text() == ""
    dialog.up.click()
    assert dialog.steps[0].text == "grayscale 3"
    assert not dialog.up.isEnabled()
    dialog.down.click()
    dialog.removing.click()
    dialog.list.setCurrentRow(4)
    dialog.mean.setText("0.1; 0.2 ,0.3")
    dialog.mean.editingFinished.emit()
    assert dialog.steps[3].mean == (0.1, 0.2, 0.3)
    dialog.std.setText("much")
    dialog.std.editingFinished.emit()
    assert "not a step of preparation" in dialog.problem.text()
    assert dialog.steps[3].std == (0.25,)
    dialog._accept()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_a_folder_without_pictures_is_told_in_the_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    made = StepsDialog(NOBODY, parse_steps([STEPS]), 3, SampleChoice("folder", str(tmp_path)))
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: "holds no images" in made.problem.text(), timeout=10_000)


def test_the_form_for_images_begins_the_list_with_what_its_fields_come_to(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = ImageForm(NOBODY, ImageSettings(), 3, (64, 48))
    qtbot.addWidget(form)
    begun = []

    def answer(dialog: StepsDialog) -> QDialog.DialogCode:
        begun.append(tuple(dialog.steps))
        dialog.steps.insert(1, parse_steps(["center_crop 60"])[0])
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(sample_dialog, "answer_of", answer)
    assert form.settings().steps == ()
    form.edit_steps.click()
    assert begun == [steps_of(ImageSettings(), 3, 64, 48)]
    assert form.listed.isChecked()
    assert not form.mean.isEnabled()
    assert [step.name for step in form.settings().steps] == ["resize", "center_crop", "to_float", "normalize"]
    form.listed.setChecked(False)
    assert form.mean.isEnabled()
    assert not form.rows.isEnabled(), "the model's own size"
    assert form.settings().steps == ()
    again = ImageForm(NOBODY, ImageSettings(steps=begun[0]), 3, (64, 48))
    qtbot.addWidget(again)
    assert again.listed.isChecked()
    assert again.settings().steps == begun[0]


CHOICES = {
    "audio": SampleChoice("audio", "a.wav", audio=AudioSettings(8_000, 100, 50, "first")),
    "text": SampleChoice("text", "a.txt", text=TextSettings("t.json", 9, False, "review")),
    "file": SampleChoice("file", "a.csv", table=TableSettings(("a", "2"), "kind", "yes")),
    "video": SampleChoice("video", "a.mp4", video=VideoSettings(5, 8)),
}


@pytest.mark.parametrize("kind", CHOICES)
def test_a_form_shows_its_settings_and_gives_them_back(qtbot: QtBot, kind: str) -> None:
    form = SourceForm(NOBODY, CHOICES[kind])
    qtbot.addWidget(form)
    assert form.choice() == CHOICES[kind]


def test_a_form_for_texts_is_not_left_without_a_tokenizer(qtbot: QtBot, tmp_path: Path) -> None:
    form = SourceForm(NOBODY, SampleChoice("text", "a.txt"))
    qtbot.addWidget(form)
    form._accept()
    assert "none was chosen" in form.problem.text()
    form.tokenizer.setText(str(tmp_path / "gone.json"))
    form._accept()
    assert "gone.json can't be read as a tokenizer" in form.problem.text()
    assert form.result() == 0


def test_several_files_are_chosen_at_once_and_a_folder_of_sound_is_sound(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (["a.wav", "b.wav"], ""))
    chosen = ask_for_files(NOBODY, "audio", SampleChoice("random", seed=3))
    assert chosen is not None
    assert (chosen.kind, chosen.path, chosen.more, chosen.seed) == ("audio", "a.wav", ("b.wav",), 3)
    (tmp_path / "a.flac").write_bytes(b"")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    folder = ask_for_files(NOBODY, "folder", chosen)
    assert folder is not None
    assert (folder.kind, folder.path, folder.more) == ("audio", str(tmp_path), ())
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    assert ask_for_files(NOBODY, "video", chosen) is None
    assert [has_settings(SampleChoice(kind, "a.npz")) for kind in ("digits", "file", "audio")] == [False, False, True]
    assert has_settings(SampleChoice("file", "a.csv"))


def test_a_film_is_asked_for_its_frames_and_then_for_its_images(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[QDialog] = []

    def answer(dialog: QDialog) -> QDialog.DialogCode:
        asked.append(dialog)
        if isinstance(dialog, SourceForm):
            dialog.every.setValue(7)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(sample_choosing, "answer_of", answer)
    inputs = (TensorSpec("x", "float32", ("batch", 3, 4, 64, 48)),)
    chosen = ask_for_settings(NOBODY, SampleChoice("video", str(tmp_path / "a.mp4")), inputs)
    assert [type(dialog).__name__ for dialog in asked] == ["SourceForm", "ImageForm"]
    assert chosen is not None
    assert chosen.video.every == 7
    assert (chosen.images.height, chosen.images.width) == (64, 48)


@pytest.mark.parametrize("looks", ["waves", "tokens", "frames"])
def test_samples_are_drawn_as_what_they_are(qtbot: QtBot, theme: Theme, looks: str) -> None:
    images: dict[str, np.ndarray] = {
        "waves": np.stack([-np.ones((10, 96)), np.ones((10, 96))], 1).astype(np.float32) * np.arange(10)[:, None, None],
        "tokens": np.array([f"[CLS] number {n} $of$ a long text that goes on and on [SEP]" for n in range(10)]),
        "frames": np.full((10, 48, 48, 3), 90, np.uint8),
    }
    scores = np.eye(2, dtype=np.float32)[np.arange(10) % 2]
    arrays = {"images": images[looks], "labels": np.arange(10) % 2, "pytorch": scores, "keras": scores}
    arrays["difference"] = np.zeros(10, np.float32)
    grid = DigitGrid(theme)
    qtbot.addWidget(grid)
    grid.show_samples(arrays, ("no", "yes"))
    qtbot.keyClick(grid.plot, Qt.Key.Key_Right)
    from matplotlib.figure import Figure

    figure = Figure()
    grid._drawing(2, 5)(figure, theme.colours)
    axes = figure.axes[0]
    found = {
        "waves": sum(len(c.get_paths()) for c in axes.collections if type(c).__name__ == "PolyCollection"),
        "tokens": sum("number" in text.get_text() for text in axes.texts),
        "frames": 10 * len(axes.images),
    }
    assert found == {name: 10 if name == looks else 0 for name in found}


@pytest.mark.parametrize("kind", ["audio", "video", "text", "image"])
def test_one_sample_is_shown_as_what_it_is(qtbot: QtBot, theme: Theme, tmp_path: Path, kind: str) -> None:
    scores = np.eye(2, dtype=np.float32)
    arrays: dict[str, np.ndarray] = {"labels": np.array([-1, -1]), "pytorch": scores, "keras": scores}
    arrays["difference"] = np.zeros(2, np.float32)
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 6)).save(path)
    names = {"audio": "a.wav 0.00 s", "video": "a.mp4 1", "text": "[CLS] good [SEP]", "image": "a.png"}
    looks: dict[str, np.ndarray] = {
        "audio": np.zeros((2, 2, 96), np.float32), "video": np.zeros((2, 48, 48, 3), np.uint8),
        "text": np.array([names["text"]] * 2), "image": np.zeros((2, 48, 48, 3), np.uint8),
    }  # fmt: skip
    arrays["images"] = looks[kind]
    if kind != "text":
        arrays["files"] = np.array([names[kind]] * 2)
    shape = {"audio": (2, 1, 400), "video": (2, 3, 16, 16), "text": (2, 5), "image": (2, 3, 8, 8)}[kind]
    arrays["look_input_0"] = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    backends = tuple(BackendRun(name, "1", 1.0) for name in ("PyTorch", "Keras"))
    comparison = Comparison("y", "Keras", "PyTorch", 2, 2, 0.0, 0.0, 0.0, 1.0)
    choice = SampleChoice("folder" if kind == "image" else kind, str(path))
    found = Verification(
        2, "", False, (), backends, (comparison,), Verdict(True, "", "", 0, 0, 0), 0, "", 1.0, choice=choice
    )
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    tab.show_found(found, arrays)
    tab.select(1)
    assert tab.which.text().splitlines()[0] == names[kind]
    assert tab.picture.shown == (kind != "text")
