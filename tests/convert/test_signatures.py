"""An operator's function has the signature that ONNX specifies, at every opset version that it serves."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from typing import Any

import onnx.defs
import onnx.helper
import pytest

from pt2k_gui.convert.ir.opset_normalization import MEANINGLESS
from pt2k_gui.convert.registry import find, operators


def served() -> Iterator[Any]:
    """Every schema that a function of the registry serves."""
    known = {name for domain, name in operators() if domain == ""}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.name in known and find(schema.name, schema.since_version) is not None:
            yield pytest.param(schema, id=f"{schema.name}-{schema.since_version}")


@pytest.mark.parametrize("schema", served())
def test_attributes_are_keywords_with_their_defaults_and_inputs_come_by_place(schema: Any) -> None:
    function = find(schema.name, schema.since_version)
    assert function is not None
    parameters = list(inspect.signature(function).parameters.values())[1:]
    places = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    assert takes_any or len(places) >= min(schema.max_input, 20)
    required = [p for p in places if p.default is p.empty]
    assert len(required) <= max(schema.min_input, 1) or schema.max_input > 20
    keywords = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY}
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    for name, attribute in schema.attributes.items():
        if name in MEANINGLESS:
            continue  # it goes when the graph is read
        assert name not in {p.name for p in places}, f"the attribute {name} would be taken for an input"
        assert takes_all or name in keywords, f"the attribute {name} is not known"
        if name in keywords and attribute.default_value.name and keywords[name].default is not None:
            default = _plain(onnx.helper.get_attribute_value(attribute.default_value))
            mine = keywords[name].default
            same = math.isclose(mine, default, rel_tol=1e-5) if isinstance(default, float) else mine == default
            assert same, f"{name} is {mine} by default, and {default} by the specification"


# The specification's own slip, and what it later called by another name.
_SAME = {"foward": "forward", "bilinear": "linear"}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _SAME.get(value.decode(), value.decode()) if isinstance(value, bytes) else value
