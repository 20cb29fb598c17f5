"""Configuration objects of constructors: what code reads from one, and what a checkpoint keeps of one."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_DEEPEST = 6
_Path = tuple[str, ...]
Definitions = Mapping[str, ast.ClassDef | ast.FunctionDef]
"""Classes and functions of some sources, by name."""
KEPT_AS = (
    "hyper_parameters", "hparams", "model_args", "model_config", "model_cfg", "net_args", "init_args", "model_kwargs",
    "kwargs", "args", "arguments", "opt", "opts", "options", "config", "cfg", "configs", "params", "settings", "model",
)  # fmt: skip
"""Keys under which checkpoints keep a network's arguments, the likeliest first."""
CONFIGURATIONS = {
    "config", "cfg", "conf", "configs", "configuration", "args", "arguments", "opt", "opts", "options", "hparams",
    "hparam", "hp", "h", "hps", "params", "settings", "param", "flags", "kwargs_dict", "model_args", "model_config",
    "model_cfg", "configer", "hyper_parameters", "c",
}  # fmt: skip
"""Names of parameters that hold a configuration object rather than a number."""
CONFIGURATION_CLASS = re.compile(r"(Config|Configuration|Settings|Options|HParams|Hyperparameters|Params|Args)$")
"""Matches the names of classes that hold a configuration."""
SUPER = "super"


# --- what a checkpoint keeps -------------------------------------------------------------------------------------------


def stored_settings(content: Any) -> dict[str, Any]:
    """Values that a checkpoint keeps besides tensors, as nested plain dictionaries: Namespaces, data classes and OmegaConf's
    objects become dictionaries too."""
    found = plain_value(content, 0)
    return found if isinstance(found, dict) else {}


def plain_value(value: Any, depth: int = 0) -> Any:
    """A plain value, or ``...`` for what is none; objects that hold values become dictionaries."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if depth > _DEEPEST:
        return ...
    if isinstance(value, Mapping):
        inner = value.get("_content") if "_metadata" in value or "_content" in value else None
        if inner is not None:
            return plain_value(inner, depth)  # OmegaConf's containers
        if "_val" in value:
            return plain_value(value["_val"], depth)  # and its values
        items = {str(key): plain_value(item, depth + 1) for key, item in value.items() if not _is_optimizer(key)}
        return {key: item for key, item in items.items() if item is not ...}
    if isinstance(value, list | tuple):
        if len(value) > 1000:
            return ...
        items_ = [plain_value(item, depth + 1) for item in value]
        return (
            ...
            if any(item is ... for item in items_)
            else type(value)(items_)
            if type(value) in (list, tuple)
            else items_
        )
    inside = getattr(value, "__dict__", None)
    if isinstance(inside, dict) and not type(value).__module__.startswith("torch"):
        return plain_value(inside, depth + 1)
    return ...


def _is_optimizer(key: object) -> bool:
    return any(word in str(key).lower() for word in ("optim", "scheduler", "callbacks", "loops"))


def stored_mappings(stored: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All dictionaries within what is stored, those that are likely a constructor's arguments first."""
    found: list[tuple[int, int, Mapping[str, Any]]] = []

    def walk(mapping: Mapping[str, Any], depth: int, rank: int) -> None:
        found.append((rank, depth, mapping))
        for key, value in mapping.items():
            if isinstance(value, Mapping):
                name = key.lower()
                own = KEPT_AS.index(name) if name in KEPT_AS else len(KEPT_AS)
                walk(value, depth + 1, min(rank, own))

    walk(stored, 0, len(KEPT_AS) + 1)
    return [mapping for _, _, mapping in sorted(found, key=lambda entry: entry[:2])]


def stored_value(stored: Mapping[str, Any], name: str) -> Any:
    """The value of that name wherever it is stored, the likeliest place first; ``...`` where it is nowhere."""
    for mapping in stored_mappings(stored):
        if name in mapping:
            return mapping[name]
    return ...


def value_at(mapping: Mapping[str, Any], path: str) -> Any:
    """The value at ``model.width`` of nested dictionaries; ``...`` where there is none."""
    value: Any = mapping
    for part in path.split("."):
        value = value.get(part, ...) if isinstance(value, Mapping) else ...
    return value


def best_mapping(stored: Mapping[str, Any], wanted: Sequence[str]) -> Mapping[str, Any]:
    """The dictionary that has most of these names or dotted paths; an empty one where none has any."""
    best: Mapping[str, Any] = {}
    most = 0
    for mapping in stored_mappings(stored):
        count = sum(value_at(mapping, name) is not ... for name in wanted)
        if count > most:
            best, most = mapping, count
    return best


# --- what code reads of one --------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Field:
    """One entry of a configuration that code reads.

    Args:
        default: Python text; empty where it is required.
        choices: the texts that code compares it with.
    """

    name: str
    default: str = ""
    annotation: str = ""
    choices: tuple[str, ...] = ()


def fields_of_class(node: ast.ClassDef, others: Mapping[str, ast.ClassDef]) -> tuple[Field, ...]:
    """The fields of a data class, as its source and its bases' have them."""
    found: dict[str, Field] = {}
    for base in node.bases:
        if (parent := others.get(ast.unparse(base))) is not None and parent is not node:
            found |= {entry.name: entry for entry in fields_of_class(parent, others)}
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            text = ast.unparse(item.value) if item.value is not None else ""
            if isinstance(item.value, ast.Call) and text.startswith(("field(", "dataclasses.field(")):
                given = {entry.arg: ast.unparse(entry.value) for entry in item.value.keywords}
                text = given.get("default", f"{given['default_factory']}()" if "default_factory" in given else "")
            found[item.target.id] = Field(item.target.id, text, ast.unparse(item.annotation))
    return tuple(found.values())


def fields_of_configuration(node: ast.ClassDef, others: Definitions) -> tuple[Field, ...]:
    """The entries of a class that holds a configuration: the fields of a data class, or what the constructor of a class that is
    named like one takes; none of any other class."""
    if is_data_class(node):
        return fields_of_class(node, {name: kind for name, kind in others.items() if isinstance(kind, ast.ClassDef)})
    function = constructor_of(node, others) if CONFIGURATION_CLASS.search(node.name) else None
    if function is None:
        return ()
    given = function.args
    names = [*given.posonlyargs, *given.args][1:]
    defaults: list[ast.expr | None] = [None] * (len(names) - len(given.defaults))
    defaults += given.defaults[-len(names) :] if names else []
    pairs = [*zip(names, defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    return tuple(
        Field(
            entry.arg,
            ast.unparse(default) if default is not None else "",
            ast.unparse(entry.annotation) if entry.annotation else "",
        )
        for entry, default in pairs
    )


def is_data_class(node: ast.ClassDef) -> bool:
    """Whether a class is a data class, a named tuple or a pydantic model by its source."""
    decorators = [ast.unparse(entry) for entry in node.decorator_list]
    bases = [ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases]
    return any("dataclass" in text or "define" in text or "attr.s" in text for text in decorators) or any(
        base in ("NamedTuple", "BaseModel", "BaseSettings") for base in bases
    )


def fields_read(classes: Definitions, name: str, parameter: str) -> tuple[Field, ...]:
    """Keys that the code of a class (or function) and of those that it hands a configuration on to reads from it, in order.

    Args:
        classes: classes and functions by name.
        parameter: the name of the configuration among the constructor's parameters.
    """
    found: dict[str, Field] = {}
    for entry in _read(classes, name, parameter, (), set()):
        known = found.get(entry.name, entry)
        found[entry.name] = Field(
            entry.name,
            known.default or entry.default,
            known.annotation,
            tuple(dict.fromkeys((*known.choices, *entry.choices))),
        )
    # ``cfg.model`` is no field of its own where ``cfg.model.width`` is one.
    return tuple(entry for name, entry in found.items() if not any(other.startswith(f"{name}.") for other in found))


def _read(
    classes: Definitions, name: str, parameter: str, above: _Path, seen: set[tuple[str, str, _Path]]
) -> Iterator[Field]:
    node = classes.get(name)
    if node is None or (name, parameter, above) in seen or len(above) > _DEEPEST:
        return
    seen.add((name, parameter, above))
    function = constructor_of(node, classes)
    if function is None:
        return
    aliases = _aliases(function, {parameter: above})
    scopes: list[tuple[ast.AST, dict[str, _Path]]] = [(function, aliases)]
    kept = {alias: path for alias, path in aliases.items() if alias.startswith("self.")}
    if isinstance(node, ast.ClassDef) and kept:
        scopes += [(item, kept) for item in node.body if isinstance(item, ast.FunctionDef) and item is not function]
    for scope, known in scopes:
        yield from _reads_in(scope, known)
        for called, index, path in _handed_on(scope, known):
            following = _base(node, classes) if called == SUPER else classes.get(called)
            inner = constructor_of(following, classes) if following is not None else None
            if inner is not None:
                target = parameter_at(inner, index, isinstance(following, ast.ClassDef))
                if target and following is not None:
                    yield from _read(classes, following.name, target, path, seen)


def _base(node: ast.AST, classes: Definitions) -> ast.ClassDef | None:
    """The first of a class's bases whose source is known."""
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        found = classes.get(ast.unparse(base).rsplit(".", 1)[-1])
        if isinstance(found, ast.ClassDef) and found is not node:
            return found
    return None


def constructor_of(node: ast.ClassDef | ast.FunctionDef, classes: Definitions) -> ast.FunctionDef | None:
    """The function that runs when a class or function is called; None where no source has it."""
    if isinstance(node, ast.FunctionDef):
        return node
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return item
    parent = _base(node, classes)
    return constructor_of(parent, classes) if parent is not None else None


def _path_of(node: ast.expr, aliases: Mapping[str, _Path]) -> _Path | None:
    """Where in the configuration an expression like ``config.model["width"]`` points; None where it is no part of it."""
    if isinstance(node, ast.Name | ast.Attribute) and (text := ast.unparse(node)) in aliases:
        return aliases[text]
    if isinstance(node, ast.Attribute):
        inner, name = _path_of(node.value, aliases), node.attr
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        inner, name = _path_of(node.value, aliases), node.slice.value
    else:
        return None
    return None if inner is None else (*inner, name)


def _aliases(function: ast.FunctionDef, known: dict[str, _Path]) -> dict[str, _Path]:
    """The names under which a configuration and its parts go within a function."""
    names = dict(known)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and (path := _path_of(node.value, names)) is not None:
            names |= {
                ast.unparse(target): path for target in node.targets if isinstance(target, ast.Name | ast.Attribute)
            }
    return names


_METHODS = {"get", "items", "keys", "values", "copy", "update", "pop", "setdefault", "__dict__", "to_dict", "clone"}


def _reads_in(scope: ast.AST, aliases: Mapping[str, _Path]) -> Iterator[Field]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
            path = _path_of(node, aliases)
            if path and path[-1] in _METHODS:
                path = path[:-1]
            if path:
                yield Field(".".join(path))
        elif isinstance(node, ast.Call) and (words := _asked_with_default(node, aliases)) is not None:
            yield words
        if isinstance(node, ast.If) and (compared := compared_texts(node.test)):
            path = _path_of(compared[0], aliases)
            if path:
                further = () if _raises(node.orelse) or _goes_on(node.orelse) else (OTHER,)
                yield Field(".".join(path), choices=(*compared[1], *further))


OTHER = "None"
"""A text that stands for any that code does not name, where it has a way for those."""


def compared_texts(test: ast.expr) -> tuple[ast.expr, tuple[str, ...]] | None:
    """The name that is compared with texts in ``x == "a"`` or ``x in ("a", "b")``, and the texts."""
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1 or not isinstance(test.ops[0], ast.Eq | ast.In):
        return None
    value = test.comparators[0]
    entries = value.elts if isinstance(value, ast.Tuple | ast.List | ast.Set) else [value]
    texts = [entry.value for entry in entries if isinstance(entry, ast.Constant) and isinstance(entry.value, str)]
    return (test.left, tuple(texts)) if texts and len(texts) == len(entries) else None


def _raises(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Raise) for node in body)


def _goes_on(body: Sequence[ast.stmt]) -> bool:
    """Whether the other way is another comparison (``elif``)."""
    return len(body) == 1 and isinstance(body[0], ast.If)


def _asked_with_default(node: ast.Call, aliases: Mapping[str, _Path]) -> Field | None:
    """``getattr(config, "width", 8)`` and ``config.get("width", 8)``."""
    arguments = list(node.args)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "setdefault"):
        path = _path_of(node.func.value, aliases)
    elif isinstance(node.func, ast.Name) and node.func.id == "getattr" and arguments:
        path = _path_of(arguments.pop(0), aliases)
    else:
        return None
    if path is None or not arguments or not isinstance(arguments[0], ast.Constant):
        return None
    if not isinstance(arguments[0].value, str):
        return None
    default = ast.unparse(arguments[1]) if len(arguments) > 1 else "None"
    return Field(".".join((*path, arguments[0].value)), default)


def _handed_on(scope: ast.AST, aliases: Mapping[str, _Path]) -> Iterator[tuple[str, int | str, _Path]]:
    """The classes that a configuration or a part of it is given to, each with the place or the name of the argument."""
    for node in ast.walk(scope):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.startswith("super("):
            called = SUPER
        for index, argument in enumerate(node.args):
            if (path := _path_of(argument, aliases)) is not None:
                yield called.rsplit(".", 1)[-1], index, path
        for keyword in node.keywords:
            if keyword.arg and (path := _path_of(keyword.value, aliases)) is not None:
                yield called.rsplit(".", 1)[-1], keyword.arg, path


def parameter_at(function: ast.FunctionDef, index: int | str, method: bool) -> str:
    """The name of the parameter that takes an argument of this place or name; empty where there is none."""
    names = [entry.arg for entry in (*function.args.posonlyargs, *function.args.args)][1 if method else 0 :]
    if isinstance(index, str):
        return index if index in (*names, *(entry.arg for entry in function.args.kwonlyargs)) else ""
    return names[index] if index < len(names) else ""
