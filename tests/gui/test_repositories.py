"""A stranger's repository in the window: the dialog asks for what it needs, one thing after the other, until the model opens."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from repositories import LAYOUTS
from strangers import CASES

from pt2k_gui.gui.loader import LoaderWatch
from pt2k_gui.gui.needs import LOADER, NeedsDialog
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import ARGUMENTS, CLASS, CONSENT, NOTHING, Inspection

Ask = Callable[[Source, Inspection], NeedsDialog]


@pytest.fixture
def ask(qtbot: QtBot, qapp: QApplication) -> Ask:
    prepare(qapp)
    theme = Theme(qapp)

    def dialog(source: Source, found: Inspection) -> NeedsDialog:
        made = NeedsDialog(None, theme, source, found)  # type: ignore[arg-type]
        qtbot.addWidget(made)
        return made

    return dialog


def _button(dialog: NeedsDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def _field(dialog: NeedsDialog, name: str) -> QLineEdit:
    found = dialog.findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit)
    return found


_EVERY_DAY = (
    "flat file", "imports from the repository's root", "src layout", "named by its folder", "class method",
    "expression with a Namespace", "hub entry point", "nanoGPT", "data class built from entries",
    "pickled elsewhere, with its repository named", "packages that are not needed", "models found by name",
    "modules with names of the standard library", "calls to a graphics card at import", "pickled whole, under DataParallel",
    "a constructor that exits", "a switch of forward without a default", "imports that are not needed",
)  # fmt: skip
_ALL = LAYOUTS | {name: layout for name, (layout, _, _) in CASES.items()}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in _EVERY_DAY else pytest.mark.full) for name in _ALL]
)
def test_the_dialog_leads_to_the_model(tmp_path: Path, ask: Ask, name: str) -> None:
    wanted = _ALL[name].build(tmp_path)
    source = Source(wanted.path)
    asked = []
    for _ in range(5):
        found = inspect(source, SilentContext())
        if found.needs == NOTHING:
            break
        asked.append(found.needs)
        assert asked.count(CONSENT) < 3, found.sentence
        dialog = ask(source, found)
        if found.needs != CONSENT:
            _field(dialog, "code").setText(wanted.code)
        source = dialog.answer()
        if wanted.arguments and source.code == wanted.code and not source.arguments:
            source = dataclasses.replace(source, arguments=wanted.arguments)  # its form comes once it is asked for
    assert inspect(source, SilentContext()).needs == NOTHING, inspect(source, SilentContext()).sentence
    assert CONSENT in asked
    assert not source.trusted


def test_a_class_near_the_weights_is_offered_and_chosen(tmp_path: Path, ask: Ask) -> None:
    LAYOUTS["sibling import"].build(tmp_path)
    source = Source(str(tmp_path / "w.pt"))
    found = inspect(source, SilentContext())
    assert found.needs == CLASS
    dialog = ask(source, found)
    near = dialog.findChild(QComboBox, "candidates")
    assert isinstance(near, QComboBox)
    assert near.itemText(0) == "net.py:Net (has 100% of the tensors' names)"
    assert dialog.answer().code == f"{tmp_path / 'net.py'}:Net"


def test_a_folder_offers_the_classes_that_fit(tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    LAYOUTS["nested package"].build(tmp_path)
    weights = tmp_path / "elsewhere" / "w.pt"
    weights.parent.mkdir()
    (tmp_path / "w.pt").rename(weights)
    (tmp_path / "setup.py").rename(tmp_path / "install.py")
    source = Source(str(weights))
    dialog = ask(source, inspect(source, SilentContext()))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    _button(dialog, "browseFolder").click()
    answer = dialog.answer()
    assert answer.code == str(tmp_path)
    found = inspect(answer, SilentContext())
    assert found.needs == CLASS and [near.code for near in found.candidates] == [f"{tmp_path}/lib/models/net.py:Net"]
    assert ask(answer, found).answer().code == f"{tmp_path}/lib/models/net.py:Net"


def test_a_configuration_has_a_field_for_each_entry_that_code_reads(tmp_path: Path, ask: Ask) -> None:
    source = LAYOUTS["Namespace in the checkpoint"].build(tmp_path)
    state = torch.load(source.path, weights_only=False)["state_dict"]
    torch.save(state, source.path)  # without the Namespace
    net = tmp_path / "net.py"
    net.write_text(net.read_text().replace("super()", "self.scale = opt.scale; super()", 1))
    source = dataclasses.replace(source, trusted=True)
    found = inspect(source, SilentContext())
    assert found.needs == ARGUMENTS
    dialog = ask(source, found)
    texts = {name: field.text() for name, field in dialog._fields.items() if isinstance(field, QLineEdit)}
    assert texts == {"opt.scale": "", "opt.inp": "3", "opt.width": "9"}
    _field(dialog, "argument-opt.scale").setText("2.0")
    assert inspect(dialog.answer(), SilentContext()).needs == NOTHING


def test_guesses_that_were_not_changed_are_left_to_whoever_makes_the_network(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self, out, width=4):\n        super().__init__()\n"
        "        self.a, self.b = nn.Linear(3, width), nn.Linear(width, out)\n"
    )
    torch.save({"a.weight": torch.zeros(4, 3), "a.bias": torch.zeros(4)}, tmp_path / "w.pt")
    source = Source(str(tmp_path / "w.pt"), str(tmp_path / "net.py"))
    dialog = ask(source, inspect(source, SilentContext()))
    assert _field(dialog, "argument-width").text() == "4"
    assert "width" not in dict(dialog.answer().arguments)
    _field(dialog, "argument-width").setText("5")
    assert dict(dialog.answer().arguments)["width"] == "5"


_FINISHED = """
import sys
sys.path.insert(0, {root!r})
from net import Net

def load_model():
    return Net(3)
"""


def test_a_loader_is_written_opened_and_watched(
    tmp_path: Path, ask: Ask, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self, depth):\n        super().__init__()\n"
        "        self.depth, self.a = depth, nn.Linear(3, 4)\n    def forward(self, x):\n        return self.a(x) * self.depth\n"
    )
    torch.save({"a.weight": torch.zeros(4, 3), "a.bias": torch.zeros(4)}, repository / "w.pt")
    source = Source(str(repository / "w.pt"), f"{repository / 'net.py'}:Net", trusted=True)
    found = inspect(source, SilentContext())
    assert found.needs == ARGUMENTS
    dialog = ask(source, found)
    QTimer.singleShot(0, _button(dialog, "writeLoader").click)
    assert dialog.exec() == LOADER

    place = tmp_path / "load_model.py"
    opened: list[QUrl] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    watch = LoaderWatch(dialog)
    assert watch.begin(dataclasses.replace(source, trusted=False), found) == place
    assert opened == [QUrl.fromLocalFile(str(place))]
    text = place.read_text()
    assert "from net import Net" in text and "depth=...,  # change" in text and "torch.randn(1, 3)" in text
    compile(text, str(place), "exec")

    with qtbot.waitSignal(watch.saved, timeout=10_000) as saved:
        place.write_text(_FINISHED.format(root=str(repository)))
    told = saved.args[0]
    assert told.code == f"{place}:load_model"
    asked = inspect(told, SilentContext())
    assert asked.needs == CONSENT and asked.question is not None and "class Net" in asked.question.code
    ask(told, asked).answer()
    watch.was_agreed()
    opened_model = inspect(told, SilentContext()).card
    assert opened_model is not None and opened_model.name == "Net"

    with qtbot.waitSignal(watch.saved, timeout=10_000):
        place.write_text(_FINISHED.format(root=str(repository)) + "# once more\n")
    assert inspect(told, SilentContext()).needs == NOTHING  # the user's own text: he is not asked again
    (repository / "net.py").write_text((repository / "net.py").read_text() + "# another's text\n")
    with qtbot.waitSignal(watch.saved, timeout=10_000):
        place.write_text(_FINISHED.format(root=str(repository)) + "# and again\n")
    assert inspect(told, SilentContext()).needs == CONSENT


def test_the_window_opens_a_repository_as_it_is(driver: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = LAYOUTS["package with relative imports"].build(tmp_path)
    seen: list[str] = []

    def answered(dialog: NeedsDialog) -> int:
        seen.append(dialog._found.needs)
        assert len(seen) < 5
        if dialog._found.needs == CLASS:
            _field(dialog, "code").setText(wanted.code)
        return int(QDialog.DialogCode.Accepted)

    monkeypatch.setattr(NeedsDialog, "exec", answered)
    driver.window.open_path(wanted.path)
    driver.qtbot.waitUntil(
        lambda: driver.step(Step.MODEL) is StepState.DONE and driver.window.active is None, timeout=120_000
    )
    assert driver.window.state.info.name == "Net"
    assert seen == [CLASS, CONSENT]
