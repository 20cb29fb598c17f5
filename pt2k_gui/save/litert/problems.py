"""Says errors of LiteRT's converter in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pt2k_gui.problem import Problem
from pt2k_gui.save import messages

# How the converter names an operation that it has no operator for: in the text of an error, or in the list at its end.
_NAMED = (
    re.compile(r"'tfl?\.(\w+)' op is neither a custom op nor a flex op"),
    re.compile(r"failed to legalize operation '\w+\.(\w+)'"),
    re.compile(r"^(?:TF Select|Custom) ops: ([\w, ]+)$", re.MULTILINE),
    re.compile(r"^\s+tfl?\.(\w+)\(", re.MULTILINE),
)
_PLACE = re.compile(r'"[^"]*?([\w./-]+)@__inference')


def in_words(error: Exception, layers: Iterable[str]) -> Problem:
    """The problem that an error of the converter tells of.

    Args:
        layers: the names of the model's layers, one of which may stand in the error.
    """
    text = str(error)
    found = [part for pattern in _NAMED for match in pattern.findall(text) for part in match.split(", ")]
    operations = list(dict.fromkeys(_written(name) for name in found))
    known = set(layers)
    named = [part for place in _PLACE.findall(text) for part in place.split("/") if part in known]
    hint = messages.LITERT_OTHERWISE()
    if operations and named:
        return Problem(messages.LITERT_NO_OPERATOR_AT(operations=operations, layer=named[0]), hint=hint, details=text)
    if operations:
        return Problem(messages.LITERT_NO_OPERATOR(operations=operations), hint=hint, details=text)
    return Problem(messages.LITERT_NOT_TAKEN(), hint=hint, details=text)


def _written(name: str) -> str:
    """``select_v2`` and ``AvgPool3D`` alike as one would write the name: SelectV2, AvgPool3D."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
