"""Configurations of networks as files and texts: JSON, YAML, and Python that assigns plain values, as mmengine's does. They are
read, never run."""

from __future__ import annotations

import ast
import importlib
import json
import operator
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pt2k_gui.sources.configuration import KEPT_AS, stored_settings
from pt2k_gui.sources.configuration_objects import merged

_MOST_BESIDE = 500  # entries of a folder
_LARGEST = 1 << 20  # characters of a configuration
_DATA = (".json", ".yaml", ".yml")
_FOLDERS = ("configs", "config", "conf", "cfgs", "cfg", "options", "hparams", "experiments")
_MOST_BASES = 20
_NAMES_ANY = ("config", "default", "base", "defaults", "train", "test")
_ANCHOR = re.compile(r"(^|[\s,\[{])[&*]\w", re.MULTILINE)
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


def settings_beside(*places: Path) -> dict[str, Any]:
    """Contents of JSON and YAML files in these folders, by their names: repositories keep a network's configuration there."""
    found: dict[str, Any] = {}
    for place in dict.fromkeys(places):
        for file in sorted(place.glob("*"))[:_MOST_BESIDE]:
            if file.suffix.lower() in _DATA and file.is_file() and file.name not in found:
                content = read_settings(file)
                if content:
                    found[file.name] = content
    return found


def settings_of_repository(root: Path, weights: Path) -> dict[str, Any]:
    """The contents, by its name, of the file in a repository's folder of configurations that is meant for these weights: the
    only one, or the one whose name is part of the weights' path; nothing where that is not certain."""
    files = [
        file
        for folder in dict.fromkeys(_FOLDERS)
        for file in sorted((root / folder).rglob("*"))[:_MOST_BESIDE]
        if file.suffix.lower() in (*_DATA, ".py") and file.is_file() and not _is_base(file, root)
    ]
    known = {file: content for file in files if (content := read_settings(file))}
    place = "/".join(weights.parts[-3:]).lower()
    named = [file for file in known if file.stem.lower() not in _NAMES_ANY and file.stem.lower() in place]
    meant = max(named, key=lambda file: len(file.stem), default=next(iter(known)) if len(known) == 1 else None)
    return {meant.name: known[meant]} if meant is not None else {}


def _is_base(file: Path, root: Path) -> bool:
    """Whether a file is a part that others are made of, or of a package."""
    return any(part.startswith(("_", ".")) for part in file.relative_to(root).parts)


def read_settings(file: Path) -> dict[str, Any]:
    """The dictionary in a JSON, YAML or Python file, of plain values; an empty one where it holds none."""
    try:
        if file.stat().st_size > _LARGEST:
            return {}
        text = file.read_text(encoding="utf-8")
        if file.suffix.lower() == ".py":
            return _with_dictionaries(_assigned(text, file.parent, [file]))
        parse = json.loads if file.suffix.lower() == ".json" else importlib.import_module("yaml").safe_load
        content = parse(text)
    except Exception:  # a file of any content, read by whatever parser is there
        return {}
    return stored_settings(content) if isinstance(content, dict) and "weight_map" not in content else {}


def with_texts_read(stored: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """All that a checkpoint stores, with each text that is a configuration read as one: trainers keep the file's own text."""
    found: dict[str, Any] = {}
    for key, value in stored.items():
        if isinstance(value, Mapping):
            found[key] = with_texts_read(value, depth + 1) if depth < 3 else value
        else:
            found[key] = (_read_text(value) if isinstance(value, str) and _is_configuration(key) else {}) or value
    return found


def _is_configuration(key: str) -> bool:
    key = key.lower()
    return key in KEPT_AS or any(word in key for word in ("config", "cfg", "yaml", "hparams", "args"))


def _read_text(text: str) -> dict[str, Any]:
    if len(text) > _LARGEST:
        return {}
    try:
        if text.lstrip().startswith("{"):
            content = json.loads(text)
        elif found := _with_dictionaries(_assigned(text, None, [])):
            return found
        elif "\n" in text.strip() and not _ANCHOR.search(
            text
        ):  # what names a part again can be made to grow without end
            content = importlib.import_module("yaml").safe_load(text)
        else:
            return {}
    except Exception:  # a text of any content, read by whatever parser is there
        return {}
    return stored_settings(content) if isinstance(content, dict) else {}


def _with_dictionaries(values: dict[str, Any]) -> dict[str, Any]:
    """The values where some are dictionaries: a script assigns numbers and texts too, and is no configuration."""
    return values if any(isinstance(value, dict) for value in values.values()) else {}


def _assigned(text: str, folder: Path | None, seen: list[Path]) -> dict[str, Any]:
    """The plain values that the top level of a Python text gives names to, on top of those of its ``_base_`` files."""
    names: dict[str, Any] = {}
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                names[node.targets[0].id] = _plain(node.value, names)
            except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, RecursionError):
                continue  # what is no plain value is for whoever runs it
    bases = names.pop("_base_", ())
    below: dict[str, Any] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        file = (folder / str(base)).resolve() if folder is not None else None
        if file is not None and file.is_file() and file not in seen and len(seen) < _MOST_BASES:
            seen.append(file)
            further = (
                _assigned(file.read_text(encoding="utf-8"), file.parent, seen)
                if file.suffix == ".py"
                else read_settings(file)
            )
            below = merged(below, further)
    return _without_deleted(merged(_deleted(below, names), names))


def _deleted(below: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a base that stays: entries that a change replaces as a whole (``_delete_=True``) go."""
    return {
        name: _deleted(value, changes[name])
        if isinstance(value, Mapping) and isinstance(changes.get(name), Mapping)
        else value
        for name, value in below.items()
        if not (isinstance(changes.get(name), Mapping) and changes[name].get("_delete_"))
    }


def _without_deleted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_deleted(entry) for name, entry in value.items() if name != "_delete_"}
    return value


def _plain(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression of plain values, ``dict(...)`` and names that have one. Raises ``ValueError`` for others."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, bytes):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        values = [_plain(entry, names) for entry in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)
    if isinstance(node, ast.Dict):
        return dict(_pairs(zip(node.keys, node.values, strict=True), names))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        keys = [ast.Constant(word.arg) if word.arg else None for word in node.keywords]
        return dict(_pairs(zip(keys, (word.value for word in node.keywords), strict=True), names))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_plain(node.operand, names)
    if isinstance(node, ast.Subscript):
        return _plain(node.value, names)[_plain(node.slice, names)]
    if isinstance(node, ast.BinOp) and (calculate := _ARITHMETIC.get(type(node.op))) is not None:
        left, right = _plain(node.left, names), _plain(node.right, names)
        if isinstance(node.op, ast.Add) or (isinstance(left, int | float) and isinstance(right, int | float)):
            return calculate(left, right)
    raise ValueError("no plain value")


def _pairs(entries: Any, names: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, value in entries:
        made = _plain(value, names)
        found += list(made.items()) if key is None else [(_plain(key, names), made)]
    return found
