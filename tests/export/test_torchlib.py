"""The library's functions are listed as they are when each is parsed."""

from __future__ import annotations

from onnxscript._framework_apis.torch_2_5 import get_torchlib_ops
from onnxscript._internal.values import TracedOnnxFunction

from pt2k_gui.export.torchlib import domains_known


def test_each_function_has_the_domain_that_parsing_it_tells() -> None:
    parsed = TracedOnnxFunction.function_ir
    with domains_known():
        told = [(meta.qualified_name, meta.name, meta.domain, meta.is_complex) for meta in get_torchlib_ops()]
        traced = next(m.function for m in get_torchlib_ops() if isinstance(m.function, TracedOnnxFunction))
        assert traced.function_ir.name == parsed.fget(traced).name, "what is asked for besides is parsed"
    assert TracedOnnxFunction.function_ir is parsed
    assert len(told) > 400
    assert told == [(meta.qualified_name, meta.name, meta.domain, meta.is_complex) for meta in get_torchlib_ops()]
