"""What the packaged application has as text for the user's own interpreter, which can't open its archive."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from interpreters import computed, make_stand_in, needs_links, write_network

import pt2k_gui
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import guest, guest_process
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load

ROOT = Path(__file__).resolve().parents[2]


@needs_links
def test_a_model_is_opened_run_exported_and_trained_with_the_modules_that_the_package_holds_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "bundle"))
    contents = importlib.import_module("contents")
    package = tmp_path / "internal" / "pt2k_gui"
    for path in (*contents.package_data(), *contents.guest_sources()):
        place = package.parent / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    monkeypatch.setattr(pt2k_gui, "__file__", str(package / "__init__.pyc"))
    monkeypatch.setattr(guest_process, "_running", None)
    python = make_stand_in(tmp_path / "venv")
    code, weights = write_network(tmp_path / "repository")
    loaded = load(Source(str(weights), f"{code}:Network", trusted=True, python=python), SilentContext())
    model = loaded.guest
    assert model is not None and guest_process._running is not None
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(model.run([x], naming=True)[0], computed(weights, x), rtol=1e-5, atol=1e-5)
    inputs = [loaded.card.inputs[0].with_shape(("batch", 3, 8, 8))]
    model.record("torchscript", inputs, tmp_path / "model.onnx", False, SilentContext())
    assert model.training_mode() == ("training", 0)
    assert model.other_numbers(inputs, "They differ.", "Look.").sentence == "They differ."
    assert guest.names_in_guest(python, "speciality", "", trusted=True) == ("speciality:tiny",)
    guest_process._running.end()
