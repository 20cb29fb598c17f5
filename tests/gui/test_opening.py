"""Files that need more than a double click: what the window asks, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.gui.needs import NeedsDialog
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.jobs import limits
from pt2k_gui.progress import SilentContext
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import ARGUMENTS, CONSENT, NOTHING, WEIGHTS
from pt2k_gui.sources.trust import agreed

_NET = """
import torch

class Net(torch.nn.Module):
    def __init__(self, in_features: int, hidden: int, act_layer=torch.nn.ReLU, dropout=0.1, *, taste):
        super().__init__()
        self.hidden = torch.nn.Linear(in_features, hidden)
        self.output = torch.nn.Linear(hidden, 10)
        self.steps = torch.nn.Sequential(act_layer(), torch.nn.Dropout(dropout))

    def forward(self, values):
        return self.output(self.steps(self.hidden(values)))
"""


@pytest.fixture
def ask(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[Source], NeedsDialog]]:
    """The dialog for what a file needs."""
    prepare(qapp)
    theme = Theme(qapp)
    made: list[NeedsDialog] = []

    def dialog(source: Source) -> NeedsDialog:
        made.append(NeedsDialog(None, theme, source, inspect(source, SilentContext())))  # type: ignore[arg-type]
        made[-1].show()
        return made[-1]

    yield dialog
    for shown in made:
        shown.close()


def _weights(folder: Path, module: torch.nn.Module) -> str:
    torch.save(module.state_dict(), folder / "w.pt")
    return str(folder / "w.pt")


def test_defaults_that_are_no_literals_stay_the_classes_own(tmp_path: Path, ask: Callable[[Source], Any]) -> None:
    (tmp_path / "net.py").write_text(_NET)
    source = Source(_weights(tmp_path, MLP()), f"{tmp_path / 'net.py'}:Net", trusted=True)
    dialog = ask(source)
    assert dialog._found.needs == ARGUMENTS
    texts = {name: field.text() for name, field in dialog._fields.items() if isinstance(field, QLineEdit)}
    assert texts == {"in_features": "784", "hidden": "128", "act_layer": "", "dropout": "", "taste": ""}
    assert dialog._fields["act_layer"].placeholderText() == "torch.nn.ReLU"
    dialog._fields["taste"].setText("'sweet'")
    answer = dialog.answer()
    assert dict(answer.arguments) == {"in_features": "784", "hidden": "128", "taste": "'sweet'"}
    found = inspect(answer, SilentContext())
    assert found.needs == NOTHING and found.card is not None and found.card.parameters == 101_770


def test_a_chain_shows_what_can_be_chosen_before_it_is_opened(tmp_path: Path, ask: Callable[[Source], Any]) -> None:
    dialog = ask(Source(_weights(tmp_path, MLP())))
    dialog.findChild(QPushButton, "chain").click()
    assert dialog.isVisible()
    fields = {name: field.currentText() for name, field in dialog._fields.items() if isinstance(field, QComboBox)}
    assert fields == {"activation": "relu", "after_hidden": "relu", "after_output": "none"}
    dialog._fields["activation"].setCurrentText("sigmoid")
    dialog._fields["after_output"].setCurrentText("softmax")
    assert dict(dialog.answer().arguments) == {"after_hidden": "sigmoid", "after_output": "softmax"}
    loaded = inspect(dialog.answer(), SilentContext()).card
    assert loaded is not None and any("hidden: sigmoid, output: softmax" in note for note in loaded.notes)


def test_keys_that_do_not_fit_are_shown_and_may_be_left_out(tmp_path: Path, ask: Callable[[Source], Any]) -> None:
    state = CNN().state_dict()
    state["fc2.weight"] = torch.zeros(7, 128)
    del state["fc2.bias"]
    torch.save(state, tmp_path / "w.pt")
    dialog = ask(Source(str(tmp_path / "w.pt"), "pt2k_gui.digits.networks:CNN"))
    assert dialog._found.needs == WEIGHTS
    states = {row.key: row.state for row in dialog._found.keys if row.state != "matched"}
    assert states == {"fc2.weight": "mismatched", "fc2.bias": "missing"}
    dialog._not_strict.setChecked(True)
    assert inspect(dialog.answer(), SilentContext()).needs == NOTHING


def test_a_pickled_model_may_give_its_tensors_alone(tmp_path: Path, ask: Callable[[Source], Any]) -> None:
    torch.save(MLP(), tmp_path / "whole.pt")
    dialog = ask(Source(str(tmp_path / "whole.pt")))
    assert dialog._found.needs == CONSENT
    assert QApplication.focusWidget() is None or dialog.findChild(QPushButton, "reject").isDefault()
    dialog.findChild(QPushButton, "tensorsOnly").click()
    assert not dialog.isVisible()
    assert not agreed(dialog._found.question.sha256)


@pytest.mark.started
def test_a_limit_that_was_reached_can_be_raised_where_it_is_told(driver: Any, qtbot: QtBot) -> None:
    settings, page = driver.window.settings, driver.window.model_page
    settings.reading_seconds = 0.25  # the child imports torch first, which takes longer
    driver.window.open_path(str(resource("samples/digits-mlp.pt2")))
    driver.until(Step.MODEL, StepState.FAILED, StepState.DONE)
    assert "longer than the limit of 0.25 seconds" in page.notice.sentence.text()
    assert page.notice.way_out.isVisible()
    settings.reading_seconds = 60.0
    qtbot.mouseClick(page.notice.way_out, Qt.MouseButton.LeftButton)
    assert settings.reading_seconds == 240.0
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    assert driver.window.state.info.parameters == 101_770
    assert not page.notice.isVisible()


def test_the_memory_ceiling_can_be_raised_where_it_is_told(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = driver.window.model_page
    monkeypatch.setattr(limits, "_ceiling", 0)
    limits.set_ceiling(0.1)
    driver.window.open_path(str(resource("samples/digits-mlp.pt2")))
    driver.until(Step.MODEL, StepState.FAILED, StepState.DONE)
    assert "more than the limit of 0.1 GiB" in page.notice.sentence.text()
    limits.set_ceiling(4)
    page.notice.way_out.click()
    assert limits.ceiling() == driver.window.settings.memory_gib == 8
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    assert driver.step(Step.MODEL) is StepState.DONE


def test_an_inputs_type_can_be_changed_where_the_file_does_not_say_it(
    driver: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _weights(tmp_path, MLP())
    driver.window.model_page.open_source(Source(path, "pt2k_gui.digits.networks:MLP"))
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    driver.window.go(Step.INPUT)
    page = driver.window.input_page
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    assert page.specs()[0].dtype == "float32" and page._ranges == [None]
    page._types[0].setCurrentText("int64")
    limits_shown = page._ranges[0]
    assert limits_shown is not None
    limits_shown[1].setValue(9)
    assert (page.specs()[0].dtype, page.specs()[0].low, page.specs()[0].high) == ("int64", 0, 10)
    driver.qtbot.waitUntil(lambda: driver.step(Step.INPUT) is StepState.FAILED, timeout=60_000)
    assert "hidden" in page.strip.sentence.text()  # a linear layer takes no integers, and says so
    page._preset("1x28x28")
    assert page.specs()[0].shape == ("batch", 1, 28, 28)


class _Sound(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.slow, self.fast = torch.nn.Linear(6, 3), torch.nn.Linear(6, 4)

    def forward(self, pair: tuple[torch.Tensor, torch.Tensor], sr: int, halved: bool = False) -> torch.Tensor:
        scores = self.fast(pair[0]) if sr == 16000 else self.slow(pair[1])
        return scores / 2 if halved else scores


def test_a_tuple_has_a_row_for_each_tensor_and_a_value_can_be_chosen(driver: Any, tmp_path: Path) -> None:
    torch.jit.script(_Sound().eval()).save(str(tmp_path / "sound.pt"))
    driver.window.model_page.open_source(Source(str(tmp_path / "sound.pt")))
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    driver.window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    page, walk = driver.window.input_page, driver.window.state
    assert [spec.name for spec in page.specs()] == ["pair_0", "pair_1"]
    assert page.findChild(QLineEdit, "value-sr").text() == "16000"
    assert page.findChild(QComboBox, "value-halved").currentText() == "False"
    assert walk.dry_run.outputs[0].shape == ("batch", 4)
    page.findChild(QLineEdit, "value-sr").setText("8000")
    driver.qtbot.waitUntil(lambda: walk.source.values == (("sr", "8000"),), timeout=5000)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    assert walk.dry_run.outputs[0].shape == ("batch", 3)
    page.findChild(QLineEdit, "value-sr").setText("quick")
    driver.qtbot.waitUntil(lambda: driver.step(Step.INPUT) is StepState.FAILED, timeout=60_000)
    assert "The argument sr of the model's forward method is of type int" in page.strip.sentence.text()
