"""Writes the user a loader: a short Python file, for this very repository and this very file of weights, that makes the
network where PT2K can't find out how. It is the user's to change, and is opened like any other code."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pt2k_gui.files import write_text
from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.inspection import Inspection
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.signatures import Argument, definitions_in, static_arguments

NAME = "load_model.py"
FUNCTION = "load_model"

_TEMPLATE = '''"""How the network of {weights} is made.

Change what is marked; PT2K opens the model again when this file is saved. On the command line:
    pt2k inspect {path} --code {loader}:load_model
"""

import sys

import torch

sys.path.insert(0, {root!r})  # the repository

{imports}


def load_model():
    """The network, made as it was for the training. PT2K puts the weights of {weights} in."""
{body}


def example_inputs():
    """Tensors on which the network runs, in the order of forward's arguments."""
    return ({inputs},)  # change: shapes and types
'''


def loader_of(source: Source, loader: Path) -> Source:
    """The source with the loader in the place of its class."""
    return dataclasses.replace(source, code=f"{loader}:{FUNCTION}", arguments=())


def write_loader(source: Source, found: Inspection, loader: Path) -> None:
    """Write the file. Raises ``Problem`` where it exists or can't be written."""
    if loader.exists():
        raise Problem(messages.LOADER_EXISTS(file=loader), hint=messages.OTHER_NAME_OR_CHANGE())
    write_text(loader, loader_text(source, found, loader))


def loader_text(source: Source, found: Inspection, loader: Path) -> str:
    """Source of a loader for these weights, with the class and the arguments as far as they are known."""
    file, name = _class_of(source, found)
    arguments: tuple[Argument, ...] = ()
    if file is None:
        root, imports = (
            str(Path(found.path).absolute().parent),
            "from model import Net  # change: the file and the class",
        )
        name = "Net"
    else:
        repository = repository_of(file)
        root = str(repository.home)
        imports = f"from {repository.module_name(file)} import {name.partition('.')[0]}"
        known = definitions_in([file.read_text(encoding="utf-8", errors="replace")])
        node = known.get(name)
        arguments = found.arguments or (static_arguments(node, known) if node is not None else ())
    return _TEMPLATE.format(
        weights=Path(found.path).name,
        path=found.path,
        loader=loader,
        root=root,
        imports=imports,
        body=_body(name, arguments),
        inputs=_inputs(found),
    )


def _class_of(source: Source, found: Inspection) -> tuple[Path | None, str]:
    code = source.code or (found.candidates[0].code if found.candidates else "")
    head, name = split_code(code) if code else ("", "")
    if not name and found.classes:
        name = found.classes[0].name
    if not name and found.candidates:
        head, name = split_code(found.candidates[0].code)
    if not head.endswith(".py") or not name:
        return None, ""
    return Path(head).absolute(), name.partition("(")[0]


def _body(name: str, arguments: tuple[Argument, ...]) -> str:
    groups: dict[str, list[Argument]] = {}
    for argument in arguments:
        groups.setdefault(argument.name.partition(".")[0], []).append(argument)
    lines: list[str] = []
    given: list[str] = []
    for group, entries in groups.items():
        if any("." in entry.name for entry in entries):
            words = [_word(entry, entry.name.partition(".")[2]) for entry in entries if _is_shown(entry)]
            lines += ["    from types import SimpleNamespace", ""] if not lines else []
            lines += [f"    {group} = SimpleNamespace(", *(f"        {word}" for word in words), "    )"]
            given.append(f"{group}={group},")
        else:
            given += [_word(entry, entry.name) for entry in entries if _is_shown(entry)]
    if not given:
        return "\n".join([*lines, f"    return {name}()  # change: its arguments"])
    return "\n".join([*lines, f"    return {name}(", *(f"        {word}" for word in given), "    )"])


def _is_shown(argument: Argument) -> bool:
    return argument.required or bool(argument.proposal)


def _word(argument: Argument, name: str) -> str:
    value = argument.proposal or argument.default
    reason = argument.reason or argument.annotation
    return f"{name}={value or '...'},{f'  # {reason}' if value and reason else '' if value else '  # change'}"


def _inputs(found: Inspection) -> str:
    """A guess from the first tensor with a layer's weights."""
    for row in found.tensors:
        sizes = [int(size) for size in row.shape.split(" × ") if size.isdigit()]
        if len(sizes) == 4:
            return f"torch.randn(1, {sizes[1]}, 224, 224)"
        if len(sizes) == 3:
            return f"torch.randn(1, {sizes[1]}, 128)"
        if len(sizes) == 2:
            words = "emb" in row.key.lower() or "wte" in row.key or "token" in row.key.lower()
            return f"torch.randint(0, {sizes[0]}, (1, 16))" if words else f"torch.randn(1, {sizes[1]})"
    return "torch.randn(1, 3, 224, 224)"
