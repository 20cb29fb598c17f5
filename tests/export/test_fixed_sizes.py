"""A model that fixes a free size is refused before the export, in the words that the user gave the sizes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch

from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.sources.loading import load

_NETS = """
import torch
from torch import nn
class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, 4, 1)
    def forward(self, x):
        x = self.c(x)
        return nn.functional.max_pool2d(x, (x.shape[2] // 2, 1))
class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, 4, 1)
    def forward(self, x):
        x = self.c(x)
        half = nn.functional.interpolate(x, size=(int(x.shape[2] * 0.5), int(x.shape[3] / 2)))
        return nn.functional.avg_pool2d(half, half.size()[2:]).flatten(1)
"""


def exported(folder: Path, name: str) -> float:
    """The largest difference that the export finds, at the sizes of the example and at twice those."""
    file = folder / "nets.py"
    file.write_text(_NETS)
    space: dict[str, type[torch.nn.Module]] = {}
    exec(compile(_NETS, str(file), "exec"), space)
    torch.save(space[name]().state_dict(), folder / "w.pt")
    loaded = load(Source(str(folder / "w.pt"), f"{file}:{name}", trusted=True), SilentContext())
    spec = TensorSpec("x", "float32", ("N", 3, "H", "W"), example=(1, 3, 64, 48))
    result = export(loaded, (spec,), str(folder / "m.onnx"), trainable=False, context=SilentContext())
    assert result.difference is not None
    return result.difference


def test_a_window_as_large_as_half_a_map_is_refused_in_seconds(tmp_path: Path) -> None:
    began = time.perf_counter()
    with pytest.raises(Problem) as problem:
        exported(tmp_path, "Pyramid")
    assert problem.value.sentence.startswith("The size floor((H + 3)/8) can't stay free")
    assert "Fix the sizes" in problem.value.hint
    assert time.perf_counter() - began < 30 and not (tmp_path / "m.onnx").exists()


def test_whole_numbers_of_sizes_and_pools_over_the_whole_map_stay_free(tmp_path: Path) -> None:
    assert exported(tmp_path, "Whole") < 1e-5
