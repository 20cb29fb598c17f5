"""The Outputs and Layers tabs: what an output is, remembered for the model; pictures side by side, wiped and amplified; and what
a chosen layer gives."""

from __future__ import annotations

import dataclasses
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pt2k_gui.gui import playing
from pt2k_gui.gui.pages.check_layers import LayersTab
from pt2k_gui.gui.pages.check_outputs import OutputsTab
from pt2k_gui.gui.pages.check_overview import OverviewTab
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.jobs.activation import Activation
from pt2k_gui.problem import Problem
from pt2k_gui.verify.outputs.kinds import Kind
from pt2k_gui.verify.result import BackendRun, Comparison, LayerDifference, Verdict, Verification


@pytest.fixture
def theme(qapp: Any) -> Theme:
    prepare(qapp)
    made = Theme(qapp)
    made.use("light")
    return made


def verification(count: int, outputs: int = 1) -> Verification:
    comparisons = tuple(
        Comparison(f"out{n}", "Keras", "PyTorch", count, None, 1e-6, 1e-7, 1e-6, 1.0) for n in range(outputs)
    )
    backends = tuple(BackendRun(name, "1", 1.0) for name in ("PyTorch", "Keras"))
    verdict = Verdict(True, "Keras gives the same answers.", "", 1e-7, 1e-7, 1e-6)
    return Verification(count, "a test", False, (), backends, comparisons, verdict, 0, "", 1.0)


def image_arrays(count: int = 3) -> dict[str, np.ndarray]:
    images = np.random.default_rng(0).random((count, 3, 32, 32)).astype(np.float32)
    other = images.copy()
    other[1, :, 4, 5] += 0.01
    return {"look_0_pytorch": images, "look_0_keras": other, "labels": np.full(count, -1)}


@pytest.fixture
def tab(qtbot: QtBot, theme: Theme, own_home: Path) -> OutputsTab:
    made = OutputsTab(theme, Settings())
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def test_images_stand_beside_each_other_with_their_difference(tab: OutputsTab) -> None:
    tab.show_found(verification(3), image_arrays(), "model")
    assert tab.kind.currentData() is Kind.IMAGE
    assert [panel.title for panel in tab.panels.panels] == ["PyTorch", "Keras", "Difference × 1"]
    assert "0 pixels" in tab.sentence.text()
    tab.number.setValue(2)
    assert "1 pixel looks" in tab.sentence.text()
    before = tab.panels.panels[-1].pixels.max()
    tab.gain.setValue(2)
    assert tab.panels.panels[-1].title == "Difference × 100"
    assert tab.panels.panels[-1].pixels.max() > before


def test_two_images_are_wiped_between_by_mouse_and_keys(tab: OutputsTab, qtbot: QtBot) -> None:
    tab.show_found(verification(3), image_arrays(), "model")
    tab.wipe.setChecked(True)
    tab.panels.setFocus()
    qtbot.keyClick(tab.panels, Qt.Key.Key_Right)
    assert tab.panels.border == pytest.approx(0.55)
    qtbot.mousePress(tab.panels, Qt.MouseButton.LeftButton, pos=QPoint(1, 60))
    assert tab.panels.border == pytest.approx(0.0, abs=0.02)
    tab.panels.grab()


def test_the_kind_that_a_person_chose_is_remembered_for_the_model(tab: OutputsTab) -> None:
    tab.show_found(verification(3), image_arrays(), "model")
    tab.kind.setCurrentIndex(tab.kind.findData(Kind.ARRAY))
    tab.kind.activated.emit(tab.kind.currentIndex())
    assert tab.table.isVisible()
    assert not tab.panels.isVisible()
    tab.show_found(verification(3), image_arrays(), "other")
    assert tab.kind.currentData() is Kind.IMAGE
    tab.show_found(verification(3), image_arrays(), "model")
    assert tab.kind.currentData() is Kind.ARRAY


def test_an_output_that_is_no_such_thing_is_told_and_can_be_looked_at_otherwise(tab: OutputsTab) -> None:
    values = np.random.default_rng(0).random((2, 5)).astype(np.float32)
    tab.show_found(verification(2), {"look_0_pytorch": values, "look_0_keras": values}, "model")
    assert tab.kind.currentData() is Kind.ARRAY
    tab.kind.setCurrentIndex(tab.kind.findData(Kind.MASK))
    tab.kind.activated.emit(tab.kind.currentIndex())
    assert "can't be looked at" in tab.sentence.text()
    assert tab.kind.isVisible()
    tab.kind.setCurrentIndex(tab.kind.findData(Kind.EMBEDDING))
    tab.kind.activated.emit(tab.kind.currentIndex())
    assert tab.panels.isVisible()


def test_each_of_several_outputs_has_its_own_kind(tab: OutputsTab) -> None:
    arrays = image_arrays()
    masks = np.random.default_rng(0).random((3, 5, 32, 32)).astype(np.float32)
    arrays |= {"look_1_pytorch": masks, "look_1_keras": masks}
    tab.show_found(verification(3, 2), arrays, "model")
    assert tab.output.isVisible()
    tab.output.setCurrentIndex(1)
    assert tab.kind.currentData() is Kind.MASK
    assert tab.table.rows.total() == 5
    assert tab.table.rows.data(tab.table.rows.index(0, 2), Qt.ItemDataRole.DecorationRole) is not None


def test_a_difference_that_counts_is_amplified_until_it_is_seen(tab: OutputsTab) -> None:
    good = verification(3)
    tab.show_found(
        dataclasses.replace(good, verdict=dataclasses.replace(good.verdict, same=False)), image_arrays(), "model"
    )
    assert tab.panels.panels[-1].title == "Difference × 10"
    tab.gain.setValue(3)
    tab.number.setValue(2)
    assert tab.panels.panels[-1].title == "Difference × 1,000"


def test_the_overview_draws_outputs_that_are_pictures_above_their_rows(
    tab: OutputsTab, qtbot: QtBot, theme: Theme
) -> None:
    arrays = image_arrays()
    differences = np.array([[0.0, 1e-2, 0.0]], np.float32)
    arrays |= {"pytorch": arrays["look_0_pytorch"].reshape(3, -1), "keras": arrays["look_0_keras"].reshape(3, -1)}
    arrays |= {"differences": differences, "difference": differences[0], "files": np.array(["a.png", "b.png", "c.png"])}
    found = verification(3)
    found = dataclasses.replace(
        found, comparisons=tuple(dataclasses.replace(c, agreeing=None) for c in found.comparisons)
    )
    overview = OverviewTab(theme)
    qtbot.addWidget(overview)
    overview.look_through(tab.look)
    tab.show_found(found, arrays, "model")
    overview.show_found(found, arrays)
    overview.show()
    assert [panel.title for panel in overview.outputs.panels] == ["PyTorch", "Keras", "Difference × 1"]
    assert overview.minimumSizeHint().height() < 440  # pixels below a long verdict in a window 780 high
    assert overview.outputs_title.text() == "Sample 2, b.png"  # the worst one
    assert "1 pixel looks" in overview.outputs.accessibleDescription()
    assert [overview.table.isColumnHidden(column) for column in (0, 2, 3, 4)] == [False, True, True, False]
    overview.table.selected.emit(2)
    assert overview.outputs_title.text() == "Sample 3, c.png"
    tab.kind.setCurrentIndex(tab.kind.findData(Kind.ARRAY))
    tab.kind.activated.emit(tab.kind.currentIndex())
    overview.show_again()
    assert not overview.outputs.isVisible()
    assert not overview.table.isColumnHidden(2)


def test_where_nothing_was_kept_the_tab_says_so(tab: OutputsTab) -> None:
    tab.show_found(verification(3), {"labels": np.zeros(3)}, "model")
    assert "No outputs were kept" in tab.sentence.text()
    tab.clear()
    assert "once the model was checked" in tab.sentence.text()


def test_sound_is_saved_for_the_systems_player(
    tab: OutputsTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.gui.pages import check_outputs as module

    opened: list[str] = []
    monkeypatch.setattr(module.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    sound = np.sin(np.arange(8_000) / 9).astype(np.float32)[None, None]
    tab.show_found(verification(1), {"look_0_pytorch": sound, "look_0_keras": sound}, "model")
    assert tab.kind.currentData() is Kind.SOUND
    assert len(tab.panels.panels) == 5
    tab.save_waves(tmp_path)
    with wave.open(str(tmp_path / "sample-1-keras.wav")) as file:
        assert (file.getnframes(), file.getframerate(), file.getnchannels()) == (8_000, 16_000, 1)
        values = np.frombuffer(file.readframes(8_000), "<i2")
    assert values.max() == pytest.approx(32_767, abs=2)
    assert opened == [str(tmp_path)]


def layers_tab(qtbot: QtBot, theme: Theme, asked: list[tuple[str, int]]) -> LayersTab:
    made = LayersTab(theme, lambda layer, number: asked.append((layer, number)))
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    rows = [LayerDifference(f"layer{n}", f"v{n}", 1e-7, 1e-7 if n < 3 else 1e-2) for n in range(5)]
    made.show_rows(rows)
    return made


def test_plot_and_table_are_linked_and_the_layers_values_are_asked_for(qtbot: QtBot, theme: Theme) -> None:
    asked: list[tuple[str, int]] = []
    tab = layers_tab(qtbot, theme, asked)
    picked: list[str] = []
    tab.picked.connect(picked.append)
    tab.plot.pressed.emit(2.2, 1e-7)
    assert tab.table.selected_rows() == [2]
    assert (picked, asked) == (["layer2"], [("layer2", 0)])
    tab.sample.setValue(3)
    assert asked[-1] == ("layer2", 2)
    values = np.random.default_rng(0).random((8, 6, 6)).astype(np.float32)
    tab.show_activation(Activation("layer1", values, values))  # of a layer that is no longer chosen
    assert not tab.panels.panels
    tab.show_activation(Activation("layer2", values, values))
    assert [panel.title for panel in tab.panels.panels] == ["ONNX Runtime", "Keras", "Difference × 1"]
    assert tab.values_words.text().startswith("layer2: 8 × 6 × 6")
    tab.refuse_activation("layer2", Problem("No sample was kept."))
    assert tab.values_words.text() == "No sample was kept."


def test_only_what_departs_is_listed_on_request(qtbot: QtBot, theme: Theme) -> None:
    tab = layers_tab(qtbot, theme, [])
    assert tab.table.rows.total() == 5
    tab.only.setChecked(True)
    assert [tab.table.rows.text(n, 0) for n in range(tab.table.rows.total())] == ["layer3", "layer4"]
    tab.mark("layer4")
    assert tab.table.selected_rows() == [1]
    good = [dataclasses.replace(row, max_rel=1e-8) for row in tab._all]
    tab.show_rows(good)
    assert tab.only.isHidden()
    assert tab.table.rows.total() == 5


def test_boxes_are_drawn_over_the_input_in_its_own_size(tab: OutputsTab) -> None:
    """Small pictures of the samples are kept for the grid; boxes are measured in the pixels of what went in."""
    given = np.zeros((2, 3, 128, 160), np.float32)
    given[:, 0, 20:60, 10:50] = 1
    table = np.array([[[10, 20, 50, 60, 0.9, 2]]] * 2, np.float32)
    arrays = {"look_0_pytorch": table, "look_0_keras": table, "look_input_0": given, "labels": np.full(2, -1)}
    arrays["images"] = np.zeros((2, 48, 48, 3), np.uint8)
    tab.show_found(verification(2), arrays, "model")
    panel = tab.panels.panels[0]
    assert panel.pixels.shape == (128, 160, 3)
    (mark,) = panel.marks
    inside = panel.pixels[int(mark.top) : int(mark.bottom), int(mark.left) : int(mark.right)]
    assert (inside == (255, 0, 0)).all()


def sound(count: int = 2) -> dict[str, np.ndarray]:
    wave = np.sin(np.arange(4000) / 20).astype(np.float32)[None, None].repeat(count, 0)
    return {"look_0_pytorch": 3 * wave, "look_0_keras": wave, "labels": np.full(count, -1)}


def player(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A player of the system's, in place of those that may be here."""
    made = folder / "player"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    monkeypatch.setattr(playing, "_PLAYERS", {sys.platform: ((str(made),),)})
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="the player of this test is a shell script")
def test_each_backend_has_a_play_button_and_is_heard_as_loud_as_it_is(
    tab: OutputsTab, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path, f'cp "$1" {tmp_path}/heard.wav', monkeypatch)
    tab.show_found(verification(2), sound(), "model")
    assert [name for name, made in tab.play.items() if made.isVisible()] == ["PyTorch", "Keras"]
    assert tab.play["Keras"].accessibleName() == "Play Keras's sound"
    for name, loudest in (("PyTorch", 32767), ("Keras", 32767 / 3)):
        with qtbot.waitSignal(tab.player.stopped, timeout=10_000):
            tab.play[name].click()
        with wave.open(str(tmp_path / "heard.wav")) as file:
            values = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(values) == 4000
        assert abs(np.abs(values.astype(int)).max() - loudest) < 20
    assert "Largest difference" in tab.sentence.text()


@pytest.mark.skipif(sys.platform == "win32", reason="the player of this test is a shell script")
@pytest.mark.parametrize("script", ["echo no device >&2; exit 1", None, "gone"])
def test_without_a_sound_device_the_window_says_so_and_stays(
    tab: OutputsTab, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    made = player(tmp_path, script or "", monkeypatch)
    if script is None:  # no player at all, and no program for such files
        monkeypatch.setattr(playing, "_PLAYERS", {})
        monkeypatch.setattr(playing.QDesktopServices, "openUrl", lambda _url: False)
    if script == "gone":
        made.write_bytes(b"no program")
    tab.show_found(verification(2), sound(), "model")
    with qtbot.waitSignal(tab.player.stopped, timeout=10_000):
        tab.play["Keras"].click()
    assert "can't be played here" in tab.sentence.text()
    assert script is None or script == "gone" or "no device" in tab.sentence.toolTip()
    tab.number.setValue(2)
    assert "Largest difference" in tab.sentence.text()
