"""The rows of the layer tree: a person finds every module under the path that PyTorch gives it, and nothing else."""

from __future__ import annotations

import torch

from pt2k_gui.sources.layers import program_rows


class Branches(torch.nn.Module):
    """Calls its blocks by hand, so that the list itself is never called; begins and ends outside of every module."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = torch.nn.ModuleList(torch.nn.Linear(4, 4) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = torch.relu(block(x)) + x
        return torch.where(x > 0, x, x * 2)


def test_a_container_that_is_never_called_has_its_row_and_no_name_of_torchs_own_is_listed() -> None:
    program = torch.export.export(Branches(), (torch.ones(2, 4),)).run_decompositions()
    rows = program_rows(program, "net")
    assert [(row.path, row.depth, row.parameters) for row in rows] == [
        ("", 0, 40), ("blocks", 1, 40), ("blocks.0", 2, 20), ("blocks.1", 2, 20),
    ]  # fmt: skip
