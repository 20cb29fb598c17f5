"""The exporter's shortcuts change nothing of what is exported."""

from __future__ import annotations

import contextlib

import pytest
import torch
from onnxscript._framework_apis.torch_2_5 import get_torchlib_ops
from onnxscript._internal.values import TracedOnnxFunction
from torch import nn
from torch.onnx._internal.exporter import _fx_passes

from pt2k_gui.export import torchlib
from pt2k_gui.export.torchlib import domains_known, library_kept, promotion_where_needed


def test_each_function_has_the_domain_that_parsing_it_tells() -> None:
    parsed = TracedOnnxFunction.function_ir
    with domains_known():
        told = [(meta.qualified_name, meta.name, meta.domain, meta.is_complex) for meta in get_torchlib_ops()]
        traced = next(m.function for m in get_torchlib_ops() if isinstance(m.function, TracedOnnxFunction))
        assert traced.function_ir.name == parsed.fget(traced).name, "what is asked for besides is parsed"
    assert TracedOnnxFunction.function_ir is parsed
    assert len(told) > 400
    assert told == [(meta.qualified_name, meta.name, meta.domain, meta.is_complex) for meta in get_torchlib_ops()]


class _Mixed(nn.Module):
    """Numbers and tensors of several types, which promotion makes one."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = (x * 3).to(torch.int64)
        return x + whole + whole / 2 + whole.sum(1, keepdim=True) + (x > 0).sum(0)


_NETS: dict[str, tuple[nn.Module, bool]] = {
    "one type": (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()), False),
    "numbers among tensors": (nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU(), nn.Hardswish(), nn.GroupNorm(2, 4)), False),
    "several types": (_Mixed(), True),
}  # fmt: skip


def _exported(module: nn.Module) -> bytes:
    program = torch.export.export(
        module.eval(), (torch.rand(2, 3, 8, 8),), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)
    )
    model = torch.onnx.export(program, dynamo=True, verbose=False)
    assert model is not None
    return bytes(model.model_proto.SerializeToString(deterministic=True))


@pytest.mark.parametrize("name", _NETS)
def test_a_graph_is_the_same_without_the_pass_that_it_does_not_need(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, promotes = _NETS[name]
    plain = _exported(module)
    ran: list[object] = []
    former = _fx_passes.insert_type_promotion_nodes

    def counted(graph: torch.fx.GraphModule) -> None:
        ran.append(graph)
        former(graph)

    monkeypatch.setattr(_fx_passes, "insert_type_promotion_nodes", counted)
    with promotion_where_needed():
        assert _exported(module) == plain
    if name != "numbers among tensors":  # in which the exporter's own rules decide
        assert bool(ran) == promotes
    assert _fx_passes.insert_type_promotion_nodes is counted


def test_the_library_is_listed_once_and_what_is_added_for_one_model_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from torch.onnx._internal.exporter._registration import ONNXRegistry

    monkeypatch.setattr(torchlib, "_kept", {})
    plain = ONNXRegistry.from_torchlib(20)
    with library_kept(), contextlib.ExitStack() as stack:
        stack.callback(torchlib._kept.clear)
        first = ONNXRegistry.from_torchlib(20)
        target = torch.ops.aten.relu.default
        first.register_op(target, lambda x: x)
        second = ONNXRegistry.from_torchlib(20)
        assert len(torchlib._kept) == 1
    assert {t: len(f) for t, f in second.functions.items()} == {t: len(f) for t, f in plain.functions.items()}
    assert len(first.functions[target.name()]) == len(second.functions[target.name()]) + 1
    assert second.opset_version == plain.opset_version
