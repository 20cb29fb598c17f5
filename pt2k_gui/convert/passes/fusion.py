"""Rewrites groups of nodes into one, where PyTorch had one module or function and Keras has one layer or operation."""

from __future__ import annotations

from collections.abc import Callable

from pt2k_gui.convert.ir.graph import Graph
from pt2k_gui.convert.passes.fuse_activations import gates, gelu, gelu_by_tanh, into_layers
from pt2k_gui.convert.passes.fuse_normalizations import fold_batch_norm, group_norm, layer_norm, rms_norm
from pt2k_gui.convert.passes.fuse_products import attention, linear_bias, roll
from pt2k_gui.convert.passes.pattern import View

# In an order in which none makes another possible.
_FUSIONS: tuple[Callable[[View], None], ...] = (
    gelu, gelu_by_tanh, group_norm, gates, layer_norm, rms_norm, attention, roll, linear_bias, fold_batch_norm,
    into_layers,
)  # fmt: skip


def fuse(graph: Graph, trainable: bool) -> None:
    """Apply every pattern once to the whole graph. A learned number stays a weight of its own in a trainable model."""
    view = View(graph, trainable)
    for fusion in _FUSIONS:
        fusion(view)
    view.finish()
