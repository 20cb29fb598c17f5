"""A stranger's repository is opened as it is: one command, one dialog, no environment variable and no wrapper."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from repositories import LAYOUTS

from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import CONSENT, NOTHING
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.trust import agree, consents


def test_there_are_enough_layouts() -> None:
    assert len(LAYOUTS) >= 99


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_repository_is_opened_as_it_is_and_gives_what_its_author_got(tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    source = layout.build(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    asked = inspect(source, SilentContext())
    assert asked.needs == CONSENT and asked.question is not None, asked.sentence
    agree(asked.question.path, asked.question.sha256)
    assert len(consents()) == 1

    found = inspect(source, SilentContext())
    assert found.needs == NOTHING, f"{found.sentence} {found.hint}"
    x, y = torch.load(tmp_path / "expected.pt")
    got = load(source, SilentContext()).call(list(x))[0]
    # The author's module ran in this process with the same weights: nothing is left to rounding, half precision aside.
    torch.testing.assert_close(got, y, rtol=1e-6, atol=1e-6)
    assert sorted(p for p in tmp_path.rglob("*") if "pt2k-home" not in p.parts) == [
        p for p in before if "pt2k-home" not in p.parts
    ], "something was left in the repository"


@pytest.mark.parametrize(
    "name", ["nested package", "models found by name", "pickled elsewhere, with its repository named"]
)
def test_the_yes_holds_for_every_file_that_would_run(tmp_path: Path, name: str) -> None:
    source = LAYOUTS[name].build(tmp_path)
    first = inspect(source, SilentContext()).question
    assert first is not None
    agree(first.path, first.sha256)
    assert inspect(source, SilentContext()).needs == NOTHING
    for file in sorted(tmp_path.rglob("*.py")):
        if "class Block" not in file.read_text():
            continue
        file.write_text(file.read_text() + "\n# changed\n")
        again = inspect(source, SilentContext())
        assert again.needs == CONSENT and again.question is not None, file
        assert again.question.sha256 != first.sha256


def test_what_is_trusted_on_the_command_line_is_not_asked_about(tmp_path: Path) -> None:
    source = dataclasses.replace(LAYOUTS["src layout"].build(tmp_path), trusted=True)
    assert inspect(source, SilentContext()).needs == NOTHING
    assert consents() == ()
