"""Programs of ``torch.export`` with a largest size, run at sizes beyond it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.exported_program import read_program


class Positive(nn.Module):
    """The positive numbers of a linear layer: how many there are depends on the data."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.layer(x)
        places = (y > 0).nonzero()
        return y[places[:, 0], places[:, 1]]


@pytest.mark.parametrize("network", [Positive(), nn.Linear(8, 4)], ids=["counted", "linear"])
def test_a_program_with_a_largest_batch_runs_with_more(network: nn.Module, tmp_path: Path) -> None:
    batch = torch.export.Dim("batch", min=2, max=16)
    program = torch.export.export(network.eval(), (torch.zeros(4, 8),), dynamic_shapes=({0: batch},))
    torch.export.save(program, tmp_path / "m.pt2")
    loaded = read_program(Source(str(tmp_path / "m.pt2")), SilentContext())
    for count in (1, 4, 200):
        x = torch.randn(count, 8)
        (found,) = loaded.call([x])
        torch.testing.assert_close(found, network(x))
