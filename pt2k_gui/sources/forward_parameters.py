"""Parameters of ``forward``, in Python and in TorchScript, with what tells their kinds; calls nothing."""

from __future__ import annotations

import collections.abc
import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.argument_uses import Use, uses_of

if TYPE_CHECKING:
    import torch

UNREAD = "unread"  # the kind of an argument that the code never reads
KINDS: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}
_SEQUENCES = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_SWITCH = re.compile(
    r"(is_?)?(inference|infer|training|train|eval|test|testing|deploy|verbose|debug|flag|reverse|inverse)$|"
    r"(return|use|with|output|need|do|has|is)_\w+$|\w+_only$"
)
_WORDS = {"tuple": tuple, "list": list, "sequence": list, "iterable": list, "dict": dict, "mapping": dict}


@dataclass(frozen=True)
class Parameter:
    """One parameter of either language. ``kind`` is tensor, tuple, list, dict or a plain value's type; ``open`` is whether
    nothing says so, and it is only likely."""

    name: str
    kind: str
    required: bool
    default: Any = None
    length: int = 0
    keys: tuple[str, ...] = ()
    by_name: bool = False
    open: bool = False


def of_python(module: torch.nn.Module) -> Iterator[Parameter]:
    """Those of a Python module's ``forward``, by its annotations, its defaults and what its code does with them."""
    try:
        parameters = list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError):
        return
    function = inspect.unwrap(type(module).forward)
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # annotations are code of the model's author, who may name what is not there when it runs
        hints = {}
    own = "forward" in vars(module)  # not the class's: only that one can be called with arguments put together here
    uses = {} if own else uses_of(function)
    ordinary = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    for parameter in parameters:
        required = parameter.default is inspect.Parameter.empty
        if parameter.kind not in (*ordinary, inspect.Parameter.KEYWORD_ONLY):
            continue
        use = uses.get(parameter.name, Use())
        if own:
            if required and parameter.kind in ordinary:
                yield Parameter(parameter.name, "tensor", required)
            continue
        kind, length, keys = _meant(hints.get(parameter.name, parameter.annotation), use)
        if kind == "tensor" and required and parameter.annotation is inspect.Parameter.empty:
            kind, keys = _plain_kind(parameter.name, use)
        if kind == "tensor" and not required and type(parameter.default) in KINDS.values():
            kind = type(parameter.default).__name__  # no annotation, but a default that tells it
        if kind == "tensor" and not required and parameter.kind not in ordinary:
            continue
        if kind == "tensor" and required and not use.read:
            kind = UNREAD
        default = None if required else parameter.default
        named = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        unsaid = required and parameter.annotation is inspect.Parameter.empty and kind in (*KINDS, "tensor", UNREAD)
        yield Parameter(parameter.name, kind, required, default, length, keys, named, unsaid)


def _plain_kind(name: str, use: Use) -> tuple[str, tuple[str, ...]]:
    """The kind of an argument that nothing annotates: a switch where code only asks whether it is true, the type of what
    it is compared with; a tensor otherwise."""
    if use.compared:
        kind = type(use.compared[0]).__name__
        return kind, tuple(value for value in use.compared if isinstance(value, str))
    return ("bool" if use.is_condition or _SWITCH.match(name) else "tensor"), ()


def _meant(annotation: Any, use: Use) -> tuple[str, int, tuple[str, ...]]:
    """The meaning of an annotation, as (kind, length, keys); what the code does with the argument fills the gaps."""
    annotation = _without_none(annotation)
    if isinstance(annotation, str):  # it could not be evaluated
        head = re.split(r"[\[.]", annotation.rsplit("typing.", 1)[-1])[0].lower()
        annotation = KINDS.get(head, _WORDS.get(head, inspect.Parameter.empty))
    if annotation in KINDS.values():
        return annotation.__name__, 0, ()
    if typing.is_typeddict(annotation):
        return "dict", 0, tuple(annotation.__annotations__)
    origin = typing.get_origin(annotation) or annotation
    inner = typing.get_args(annotation)
    if origin is tuple:
        many = not inner or inner[-1] is Ellipsis
        return "tuple", use.length if many else len(inner), ()
    if origin in _SEQUENCES:
        return "list", use.length, ()
    if origin in _MAPPINGS or (annotation is inspect.Parameter.empty and use.keys):
        return "dict", 0, use.keys
    if annotation is inspect.Parameter.empty and use.unpacked:
        return "tuple", use.length, ()
    return "tensor", 0, ()


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(annotation) if part is not type(None)]
        return rest[0] if len(rest) == 1 else inspect.Parameter.empty
    return annotation


def of_script(module: Any) -> Iterator[Parameter]:
    """Those of a TorchScript module's ``forward``, by its schema and its graph."""
    arguments = module.forward.schema.arguments[1:]
    graph = module.forward.inlined_graph
    handles = [value.debugName() for value in list(graph.inputs())[1:]]
    for argument, handle in zip(arguments, handles, strict=True):
        required = not argument.has_default_value()
        kind = argument.type
        if kind.kind() == "OptionalType":
            kind = kind.getElementType()
        length = 0
        keys: tuple[str, ...] = ()
        written = kind.kind()
        if written == "TupleType":
            name, length = "tuple", len(kind.elements())
        elif written == "ListType":
            name, length = "list", _taken_out(graph, handle)
        elif written == "DictType":
            name, keys = "dict", _looked_up(graph, handle)
        elif written in ("IntType", "FloatType", "BoolType", "StringType"):
            name = {"StringType": "str"}.get(written, written.removesuffix("Type").lower())
        else:
            name = "tensor"
        yield Parameter(argument.name, name, required, argument.default_value, length, keys)


def _looked_up(graph: Any, handle: str) -> tuple[str, ...]:
    found = [
        list(node.inputs())[1].toIValue()
        for node in graph.findAllNodes("aten::__getitem__")
        if next(iter(node.inputs())).debugName() == handle
    ]
    return tuple(dict.fromkeys(key for key in found if isinstance(key, str)))


def _taken_out(graph: Any, handle: str) -> int:
    """How many items the graph takes out of a list; 0 where that does not show."""
    length = 0
    for kind in ("prim::ListUnpack", "aten::__getitem__"):
        for node in graph.findAllNodes(kind):
            values = list(node.inputs())
            if values[0].debugName() != handle:
                continue
            if kind == "prim::ListUnpack":
                return len(list(node.outputs()))
            index = values[1].toIValue()
            length = max(length, index + 1 if isinstance(index, int) else 0)
    return length
