"""Reads what ``torch.save`` and safetensors write: weights that need a class to become a model."""

from __future__ import annotations

from pt2k_gui.context import Context
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loaded import LoadedModel


def read_checkpoint(source: Source, kind: str, context: Context) -> LoadedModel:
    """Open weights together with the class that they belong to. Raises ``Problem``."""
    raise Problem(
        f"{source.path} holds weights (a {kind}), but not the network that they belong to.",
        hint="Say which class it is: choose its .py file in the window, or add --code FILE.py:Class.",
    )
