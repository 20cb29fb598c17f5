"""What a yes covers: the file, and the Python files beside it that its code imports; all of them shown, and by content."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import importing, sibling_modules
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import CONSENT, NOTHING
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.repository import Import, repository_of
from pt2k_gui.sources.trust import NeedsTrust, agree, revoke

_NET = """
import torch
from {module} import WIDTH

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Linear(4, WIDTH)

    def forward(self, values):
        return self.body(values)
"""


def _asked(source: Source) -> NeedsTrust:
    with pytest.raises(NeedsTrust) as caught:
        load(source, SilentContext())
    return caught.value


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


def test_files_that_a_class_imports_are_shown_and_the_yes_holds_for_them_too(tmp_path: Path) -> None:
    _write(tmp_path, net=_NET.format(module="sizes_beside"), sizes_beside="from deeper_beside import WIDTH")
    _write(tmp_path, deeper_beside="WIDTH = 3", unrelated="raise SystemExit")
    torch.save(torch.nn.ModuleDict({"body": torch.nn.Linear(4, 3)}).state_dict(), tmp_path / "w.pt")
    source = Source(str(tmp_path / "w.pt"), f"{tmp_path / 'net.py'}:Net")
    question = _asked(source)
    assert "sizes_beside.py and deeper_beside.py in the same folder" in question.sentence
    assert "WIDTH = 3" in question.code and "unrelated" not in question.code
    agree(question.path, question.sha256)
    assert load(source, SilentContext()).card.parameters == 15

    _write(tmp_path, deeper_beside="WIDTH = 3  # and something else")
    assert _asked(dataclasses.replace(source, strict=False)).sha256 != question.sha256


def _whole(folder: Path, width: int) -> Source:
    """A whole model whose class stands in ``net_beside.py``, which imports another file."""
    folder.mkdir()
    _write(folder, net_beside=_NET.format(module="width_beside"), width_beside=f"WIDTH = {width}")
    with importing.importable(repository_of(folder), ["net_beside"]):
        import importlib

        namespace: Any = importlib.import_module("net_beside")
        torch.save(namespace.Net().eval(), folder / "whole.pt")
    return Source(str(folder / "whole.pt"))


def test_files_that_a_pickle_imports_are_shown_and_the_yes_holds_for_them_too(tmp_path: Path) -> None:
    source = _whole(tmp_path / "a", 3)
    question = _asked(source)
    assert "WIDTH = 3" in question.code and "class Net" in question.code
    assert any(entry.module == "net_beside" for entry in question.imports)
    agree(question.path, question.sha256)
    assert inspect(source, SilentContext()).needs == NOTHING
    _write(tmp_path / "a", width_beside="WIDTH = 4")
    assert inspect(source, SilentContext()).needs == CONSENT


def test_a_yes_that_is_taken_back_holds_no_longer_for_the_model_that_is_open(tmp_path: Path) -> None:
    source = _whole(tmp_path / "a", 3)
    question = _asked(source)
    agree(question.path, question.sha256)
    assert load(source, SilentContext()).card.parameters == 15
    revoke(question.sha256)
    assert _asked(source).sha256 == question.sha256


def test_two_models_with_files_of_one_name_beside_them_each_get_their_own(tmp_path: Path) -> None:
    first, second = (dataclasses.replace(_whole(tmp_path / n, w), trusted=True) for n, w in (("a", 3), ("b", 5)))
    value = torch.zeros(2, 4)
    for source, width in ((first, 3), (second, 5), (first, 3)):
        loaded = load(source, SilentContext())
        assert loaded.call([value])[0].shape == (2, width)
        module = loaded.module
        assert module is not None
        assert str(Path(source.path).parent) in type(module).forward.__code__.co_filename


def test_a_file_beside_a_model_does_not_take_the_place_of_an_installed_package(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for name in ("numpy", "onnx", "yaml", "json", "colorsys"):
        (tmp_path / f"{name}.py").write_text(f"open({str(canary)!r}, 'w').close()")
    with importing.importable(repository_of(tmp_path), ["numpy", "onnx", "yaml", "json", "colorsys"]):
        import importlib
        import sys

        sys.modules.pop("colorsys", None)
        importlib.import_module("colorsys")
    assert not canary.exists()
    named = [Import(name) for name in ("json", "numpy", "colorsys")]
    assert sibling_modules.files_beside(repository_of(tmp_path), named) == ()


def test_a_package_that_lies_where_the_program_was_started_is_not_imported_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    text = f"open({str(canary)!r}, 'w').close()\nfrom pt2k_gui.digits.networks import MLP"
    (tmp_path / "lying_about.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    from pt2k_gui.digits.networks import MLP

    torch.save(MLP().state_dict(), tmp_path / "w.pt")
    source = Source(str(tmp_path / "w.pt"), "lying_about:MLP")
    question = _asked(source)
    assert not canary.exists()
    assert "is not an installed package" in question.sentence and text in question.code
    agree(question.path, question.sha256)
    assert load(source, SilentContext()).card.parameters == 101_770
    assert canary.exists()
