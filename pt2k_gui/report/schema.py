"""The JSON schema of a report, made from the dataclasses that it holds and what their docstrings say.

``python -m pt2k_gui.report.schema`` writes it to ``report.schema.json`` beside this file, which is shipped.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
import types
import typing
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("report.schema.json")
_JSON = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema() -> dict[str, Any]:
    """The schema of what ``write_report`` writes as JSON (draft 2020-12)."""
    from pt2k_gui.report.document import SCHEMA, Report

    definitions: dict[str, Any] = {}
    top = _object(Report, definitions)
    top["properties"]["schema"] = {"const": SCHEMA, "description": "The version of this structure."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PT2K report",
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = [field.name for field in dataclasses.fields(kind)]
    words = described(kind)
    properties = {}
    for name in fields:
        entry = _type(hints[name], definitions)
        if name in words:
            entry = (
                {"description": words[name], **entry}
                if "$ref" not in entry
                else {"allOf": [entry], "description": words[name]}
            )
        properties[name] = entry
    return {
        "type": "object",
        "description": _first_paragraph(kind),
        "properties": properties,
        "required": fields,
        "additionalProperties": False,
    }


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint is float:
        # JSON has no infinity and no not-a-number: they are written as null.
        return {"type": ["number", "null"]}
    if hint in _JSON:
        return {"type": _JSON[hint]}
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        name = f"{hint.__module__.rsplit('.', 2)[-2]}.{hint.__name__}"
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{name}"}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_type(argument, definitions) for argument in arguments]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1], definitions)}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _type(arguments[0], definitions)}
    if origin is tuple:
        entries = [_type(argument, definitions) for argument in arguments]
        return {"type": "array", "prefixItems": entries, "minItems": len(entries), "maxItems": len(entries)}
    raise TypeError(f"a report can't hold {hint}")


def _first_paragraph(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())


def described(kind: type) -> dict[str, str]:
    """The docstring's words on each field: lines ``name: text``, also ``name: text; other: text`` and ``a, b: text``."""
    body = re.split(r"\n(?:Args|Attributes):\n", inspect.getdoc(kind) or "", maxsplit=1)
    if len(body) < 2:
        return {}
    names = {field.name for field in dataclasses.fields(kind)}
    entries: list[str] = []
    for line in body[1].splitlines():
        if re.match(r"    \w", line):
            entries.append(line.strip())
        elif entries and line.strip():
            entries[-1] += " " + line.strip()
        elif not line.strip():
            continue
        else:
            break
    found: dict[str, str] = {}
    for entry in entries:
        for part in re.split(r"; (?=[\w, ]+: )", entry):
            head, _, text = part.partition(": ")
            for name in head.split(", "):
                if name in names:
                    found[name] = text.rstrip(".") + "."
    return found


def main() -> int:
    """Write the schema beside this module."""
    PATH.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
