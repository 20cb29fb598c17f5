"""The exporter's library of ONNX functions, listed without being parsed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class _Known:
    """Stands for a parsed function of which the domain is all that is asked for; anything else parses it."""

    def __init__(self, function: Any, parse: Any) -> None:
        self.domain = function.opset.domain
        self._function, self._parse = function, parse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parse(self._function), name)


@contextlib.contextmanager
def domains_known() -> Iterator[None]:
    """For each export the exporter lists all functions of the library, and onnxscript parses the source of each, 500 of them in
    over a second, to say in which domain it is: that of the opset that the function itself names."""
    from onnxscript._internal.values import TracedOnnxFunction

    former = TracedOnnxFunction.function_ir
    parse = former.fget
    TracedOnnxFunction.function_ir = property(lambda function: _Known(function, parse))
    try:
        yield
    finally:
        TracedOnnxFunction.function_ir = former
