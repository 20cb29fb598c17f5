"""What the window says of a model is what holds, in the words of people who know neither the tutorial nor us."""

from __future__ import annotations

import importlib
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QFileDialog, QLabel, QToolButton, QVBoxLayout
from pytestqt.qtbot import QtBot

import pt2k_gui
from pt2k_gui.convert.report import ConversionReport, FoldedModule, NodeRow, Signature
from pt2k_gui.digits.history import Epoch
from pt2k_gui.gui.folded import became, folded_rows
from pt2k_gui.gui.phrases import counted
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme, dress
from pt2k_gui.gui.widgets import bottom
from pt2k_gui.gui.widgets.bottom import BottomBar
from pt2k_gui.gui.widgets.curves import TrainingCurves
from pt2k_gui.gui.widgets.file_row import file_row
from pt2k_gui.gui.widgets.format_row import _figures
from pt2k_gui.gui.widgets.plot import Plot
from pt2k_gui.message import declared
from pt2k_gui.resources import resource
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import LayerRow
from pt2k_gui.verify.result import SampleChoice

PACKAGE = Path(pt2k_gui.__file__).parent
OURS = re.compile(
    r"tutorial|\btwin\b|stock Keras|folded away|\b1 (classes|layers|files|models|samples)\b", re.IGNORECASE
)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.use("light")
    return made


@pytest.fixture
def report() -> ConversionReport:
    conv = NodeRow("node", "Conv", "conv1", "torch.nn.modules.conv.Conv2d", ("conv1",), ("Conv2D",), "layer")
    folded = FoldedModule("bn1", "BatchNorm2d", "conv1")
    return ConversionReport(
        "native", 18, Signature((), (), "keras"), (conv,), (), 0, 0, 1, 1, 2, (), 0.1, (), "", folded_modules=(folded,)
    )


def test_layers_that_are_none_of_the_keras_model_say_what_became_of_them(report: ConversionReport) -> None:
    layers = [LayerRow("conv1", "Conv2d", 1), LayerRow("bn1", "BatchNorm2d", 1), LayerRow("drop", "Dropout", 1)]
    assert became(report, layers) == ["conv1", "folded into conv1", "not needed when predicting"]
    assert folded_rows(report, layers) == [
        ("BatchNorm2d", "1", "folded into conv1", "folded"),
        ("Dropout", "1", "not needed when predicting", "folded"),
    ]


def test_the_keras_model_bears_the_models_name(at: Any) -> None:
    window = at(Step.CHECK).window
    assert 'Model: "digits-mlp"' in window.state.conversion.converted.report.summary
    assert 'Model: "digits-mlp"' in window.check_page.summary.text.toPlainText()


def test_save_says_where_its_accuracy_is_of_fewer_samples_than_that_of_check() -> None:
    file = SavedFile("keras", "a.keras", 1, 0.0, True, 0.0, samples=64, accuracy=0.97, accuracy_before=0.97)
    assert _figures(file, 64) == ["accuracy 97.0%"]
    assert _figures(file, 10_000) == ["accuracy 97.0% on the first 64 samples"]


def test_no_text_of_the_window_speaks_of_what_only_we_know() -> None:
    for path in [*PACKAGE.rglob("*messages.py"), PACKAGE / "progress.py"]:
        importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    texts = [template.english for template in declared().values()]
    for message in ElementTree.parse(resource("translations/pt2k_zh_CN.ts")).getroot().iter("message"):
        texts.append(message.findtext("source", ""))
    assert len(texts) > 500
    assert [text for text in texts if OURS.search(text)] == []


def test_a_plot_that_is_being_drawn_does_not_say_that_there_is_nothing(theme: Theme, qtbot: QtBot) -> None:
    plot = Plot(theme, "plot")
    qtbot.addWidget(plot)
    plot.show_text("Not compared yet.")
    plot.show_plot(lambda _figure, _colours: None)
    assert plot._empty == ""


def test_one_is_said_as_one() -> None:
    assert [counted(number, "1 layer", "{0} layers") for number in (0, 1, 1234)] == [
        "0 layers",
        "1 layer",
        "1,234 layers",
    ]


def test_one_clock_runs_through_all_parts_of_a_job(theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(bottom.time, "monotonic", lambda: now)
    bar = BottomBar(theme)
    qtbot.addWidget(bar)
    bar.begin("Exporting")
    now = 107.0
    bar.go_on("Converting")
    now = 165.0
    assert bar.elapsed() == "1:05"


def test_no_dialog_has_icons_of_the_toolkits_own(theme: Theme, qtbot: QtBot) -> None:
    theme.use("dark")
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dress(dialog)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close | QDialogButtonBox.StandardButton.Cancel)
    QVBoxLayout(dialog).addWidget(buttons)
    files = QFileDialog(dialog)
    files.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    files.show()
    assert all(made.icon().isNull() for made in buttons.buttons())
    back = files.findChild(QToolButton, "backButton")
    assert back is not None
    shown = back.icon().pixmap(16).toImage()
    seen = {
        shown.pixelColor(x, y).name() for x in range(16) for y in range(16) if shown.pixelColor(x, y).alpha() == 255
    }
    assert seen == {"#7d8894"}  # legible on light and dark


def test_the_folder_of_the_samples_is_shown(at: Any, tmp_path: Path) -> None:
    window = at(Step.SAVE).window
    window.state.choose_samples(SampleChoice("folder", str(tmp_path)))
    window.go(Step.CHECK)
    shown = window.check_page.findChild(QLabel, "samplePlace")
    assert shown.isVisible()
    assert str(tmp_path) in shown.text()


def test_recent_files_of_one_name_are_told_apart_by_their_folders(theme: Theme, qtbot: QtBot) -> None:
    rows = [file_row("net.pt2", "export program", "recent", theme, f"/models/{place}/net.pt2") for place in "ab"]
    for row in rows:
        qtbot.addWidget(row)
    texts = [[text.text() for text in row.findChildren(QLabel) if text.text()] for row in rows]
    assert [any(place in text.split("/") for text in said) for place, said in zip("ab", texts, strict=True)] == [
        True,
        True,
    ]
    assert texts[0] != texts[1]


def test_the_ticks_of_the_accuracy_are_told_apart_and_those_of_epochs_are_whole(theme: Theme, qtbot: QtBot) -> None:
    curves = TrainingCurves(theme)
    qtbot.addWidget(curves)
    figure = Figure((6, 3))
    epochs = [Epoch(number, 3, 0.1, 0.9, 0.1, 0.9975 + number / 10_000, 1.0, True) for number in (1, 2, 3)]
    curves._curves(figure, theme.colours, epochs)
    FigureCanvasAgg(figure).draw()
    loss, accuracy = figure.axes
    low, high = accuracy.get_ylim()
    places = zip(accuracy.get_yticks(), accuracy.get_yticklabels(), strict=True)
    ticks = [text.get_text() for place, text in places if low <= place <= high]
    assert len(set(ticks)) == len(ticks) > 2
    assert all(float(text.get_text()) == int(float(text.get_text())) for text in loss.get_xticklabels())
