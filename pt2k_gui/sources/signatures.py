"""Arguments of a class's constructor, and what the tensors in a file say about them. Runs nothing of the user's."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import BuiltinFunctionType, FunctionType
from typing import Any

from pt2k_gui.sources import messages
from pt2k_gui.sources.configuration import (
    CONFIGURATIONS,
    Field,
    best_mapping,
    compared_texts,
    constructor_of,
    fields_of_configuration,
    fields_read,
    is_data_class,
    parameter_at,
    stored_value,
    value_at,
)
from pt2k_gui.sources.configuration_objects import default_objects, entry_of
from pt2k_gui.sources.keywords import received_by_keyword

Shapes = Mapping[str, tuple[int, ...]]
STORED = messages.STORED_IN_FILE()
NO_INFLUENCE = messages.TRAINING_ONLY()
NOTHING_FETCHED = messages.NOTHING_FETCHED()


@dataclass(frozen=True)
class Argument:
    """One field of the form for a constructor.

    Args:
        name: the parameter's.
        annotation: its type as the source says it; empty where it says nothing.
        default: its default as Python text; empty where it is required.
        required: whether it has no default.
        proposal: a value as Python text, read from the file; empty where the file tells nothing.
        reason: where the proposal comes from.
        choices: the values to choose from; empty where any will do.
    """

    name: str
    annotation: str = ""
    default: str = ""
    required: bool = False
    proposal: str = ""
    reason: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassChoice:
    """A maker of the model in a ``.py`` file, and its arguments.

    Args:
        name: a class, a function or a ready model, as it is called in the file.
        kind: ``class``, ``function`` or ``model``.
        fit: the share of the tensors' outermost names that the class has as attributes; -1 where that was not asked.
    """

    name: str
    arguments: tuple[Argument, ...]
    kind: str = "class"
    fit: float = -1.0


def definitions_in(texts: Iterable[str]) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    """The classes and functions at the top level of some sources; of two of one name the first counts."""
    found: dict[str, ast.ClassDef | ast.FunctionDef] = {}
    for text in texts:
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.setdefault(node.name, node)
    return found


def classes_in(
    text: str, others: Mapping[str, ast.ClassDef | ast.FunctionDef] | None = None
) -> tuple[ClassChoice, ...]:
    """Makers of a model in a Python source, found without running it: classes that derive from a module, the last one
    defined first, then functions that return one, and ready models.

    Args:
        others: what the files that it imports define.

    Raises:
        SyntaxError: it is no Python.
    """
    body = ast.parse(text).body
    own = {node.name: node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    known = {**(others or {}), **own}
    modules = [name for name, node in own.items() if is_module_class(node, known)]
    makers = set(modules) | {name for name, node in known.items() if is_module_class(node, known)}
    functions = [name for name, node in own.items() if isinstance(node, ast.FunctionDef) and _returns(node, makers)]
    ready = [
        target.id
        for node in body
        if isinstance(node, ast.Assign) and _makes(node.value, {*makers, *functions})
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    return (
        *(ClassChoice(name, static_arguments(known[name], known)) for name in reversed(modules)),
        *(ClassChoice(name, static_arguments(known[name], known), "function") for name in functions),
        *(ClassChoice(name, (), "model") for name in ready),
    )


def is_module_class(node: ast.AST, known: Mapping[str, ast.ClassDef | ast.FunctionDef], depth: int = 0) -> bool:
    """Whether a class derives from a module, as far as the sources tell."""
    if not isinstance(node, ast.ClassDef) or depth > 8:
        return False
    for base in node.bases:
        name = ast.unparse(base).rsplit(".", 1)[-1]
        parent = known.get(name)
        if name.endswith("Module") or (name in ("Sequential", "ModuleList") and parent is None):
            return True
        if parent is not None and parent is not node and is_module_class(parent, known, depth + 1):
            return True
    has_forward = any(isinstance(item, ast.FunctionDef) and item.name == "forward" for item in node.body)
    return has_forward and bool(node.bases) and not any(ast.unparse(base) in known for base in node.bases)


def _returns(node: ast.FunctionDef, makers: set[str]) -> bool:
    """Whether a function returns a module: a call of a maker, or a name that was given one."""
    made = {
        ast.unparse(target)
        for item in ast.walk(node)
        if isinstance(item, ast.Assign) and _makes(item.value, makers)
        for target in item.targets
    }
    return any(
        isinstance(item, ast.Return)
        and item.value is not None
        and (_makes(item.value, makers) or ast.unparse(item.value) in made)
        for item in ast.walk(node)
    )


def _makes(value: ast.expr, makers: set[str]) -> bool:
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("eval", "to"):
        value = value.func.value
    return isinstance(value, ast.Call) and ast.unparse(value.func).rsplit(".", 1)[-1] in makers


def static_arguments(
    node: ast.ClassDef | ast.FunctionDef, known: Mapping[str, ast.ClassDef | ast.FunctionDef]
) -> tuple[Argument, ...]:
    """The form for a class or function, from its source."""
    function = constructor_of(node, known)
    if function is None:
        return ()
    given = function.args
    positional = [*given.posonlyargs, *given.args][isinstance(node, ast.ClassDef) :]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    defaults += given.defaults[-len(positional) :] if positional else []
    pairs = [*zip(positional, defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    arguments = [
        Argument(
            parameter.arg,
            ast.unparse(parameter.annotation) if parameter.annotation else "",
            ast.unparse(default) if default is not None else "",
            default is None,
        )
        for parameter, default in pairs
    ]
    return with_fields(arguments, node.name, known)


def with_fields(
    arguments: Iterable[Argument], name: str, known: Mapping[str, ast.ClassDef | ast.FunctionDef]
) -> tuple[Argument, ...]:
    """The arguments, each configuration object replaced by the entries that code reads of it: ``config.width``.

    Args:
        name: of the class or function whose arguments they are.
        known: what the sources define.
    """
    found: list[Argument] = []
    for argument in arguments:
        fields = _fields(argument, name, known)
        if not fields:
            found.append(_with_choices(argument, name, known))
        for entry in fields:
            needed = argument.required and not entry.default
            choices = tuple(map(repr, entry.choices))
            found.append(
                Argument(f"{argument.name}.{entry.name}", entry.annotation, entry.default, needed, choices=choices)
            )
    return tuple(found)


def _with_choices(argument: Argument, name: str, known: Mapping[str, ast.ClassDef | ast.FunctionDef]) -> Argument:
    """The argument with the texts that its function compares it with."""
    texts = _compared_with(argument.name, name, known, 0)
    if not texts or (argument.default and argument.default[:1] not in "\"'"):
        return argument
    own = [ast.literal_eval(argument.default)] if argument.default else []
    return replace(argument, choices=tuple(repr(text) for text in dict.fromkeys((*own, *texts))))


def _compared_with(
    parameter: str, name: str, known: Mapping[str, ast.ClassDef | ast.FunctionDef], depth: int
) -> list[str]:
    """The texts that a class or function, or one that it hands a parameter on to, compares that parameter with."""
    node = known.get(name)
    function = constructor_of(node, known) if node is not None else None
    if function is None or depth > 3:
        return []
    texts: list[str] = []
    for item in ast.walk(function):
        if isinstance(item, ast.If) and (compared := compared_texts(item.test)) is not None:
            if isinstance(compared[0], ast.Name) and compared[0].id == parameter:
                texts += compared[1]
        elif isinstance(item, ast.Call):
            called = ast.unparse(item.func).rpartition(".")[2]
            given = [(place, value) for place, value in enumerate(item.args)]
            given += [(word.arg, word.value) for word in item.keywords if word.arg]  # type: ignore[misc]
            inner = known.get(called)
            target = constructor_of(inner, known) if inner is not None and inner is not node else None
            for place, value in given:
                if target is not None and isinstance(value, ast.Name) and value.id == parameter:
                    following = parameter_at(target, place, isinstance(inner, ast.ClassDef))
                    texts += _compared_with(following, called, known, depth + 1) if following else []
    return texts


def _fields(argument: Argument, name: str, known: Mapping[str, ast.ClassDef | ast.FunctionDef]) -> tuple[Field, ...]:
    is_object = _is_object(argument.default)
    if argument.default not in ("", "None", "{}", "dict()") and not is_object:
        return ()
    annotation = known.get(argument.annotation.strip("'\" ").rsplit(".", 1)[-1].removesuffix(" | None"))
    if isinstance(annotation, ast.ClassDef) and (fields := fields_of_configuration(annotation, known)):
        return fields
    read = fields_read(known, name, argument.name)
    if is_object and argument.name.lower() not in CONFIGURATIONS:
        return ()
    if not read or (argument.name.lower() not in CONFIGURATIONS and argument.annotation in ("", "int", "float", "str")):
        return ()
    if isinstance(annotation, ast.ClassDef):
        return ()  # an object of a class of its own, which is no configuration
    names = {entry.name for entry in read}
    kinds = [node for node in known.values() if isinstance(node, ast.ClassDef)]
    for node in sorted(kinds, key=is_data_class, reverse=True):
        # A configuration's class that has all that is read is what the code means, and knows the defaults.
        fields = fields_of_configuration(node, known)
        if fields and names <= {entry.name for entry in fields}:
            return fields
    return read


def _is_object(text: str) -> bool:
    """Whether a default may be a configuration object: by its name, the call that makes it, a dictionary, or what Python
    prints of an object that has no text of its own."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text.startswith("<")
    return isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Dict)


def with_default_entries(arguments: Sequence[Argument], maker: Callable[..., Any]) -> tuple[Argument, ...]:
    """The entries of configuration objects, each with the value that the default of ``maker``'s parameter has for it."""
    defaults = default_objects(maker)
    found = []
    for argument in arguments:
        group, _, entry = argument.name.partition(".")
        value = entry_of(defaults[group], entry) if entry and group in defaults else ...
        found.append(argument if value is ... else replace(argument, default=_as_written(value), required=False))
    return tuple(found)


def arguments_of(maker: Callable[..., Any]) -> tuple[Argument, ...]:
    """The named parameters of a class or function that is there, with those that its ``**kwargs`` hands on."""
    try:
        parameters = list(inspect.signature(maker).parameters.values())
    except (TypeError, ValueError):
        return ()
    own = {parameter.name for parameter in parameters}
    parameters += [parameter for parameter in received_by_keyword(maker) if parameter.name not in own]
    empty = inspect.Parameter.empty
    return tuple(
        Argument(
            parameter.name,
            "" if parameter.annotation is empty else inspect.formatannotation(parameter.annotation),
            "" if parameter.default is empty else _as_written(parameter.default),
            parameter.default is empty,
        )
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    )


def _as_written(value: Any) -> str:
    """A default as Python text; a class or function by its name in the outermost package that has it, such as
    ``torch.nn.ReLU``."""
    if isinstance(value, functools.partial):
        given = [*map(_as_written, value.args), *(f"{name}={_as_written(v)}" for name, v in value.keywords.items())]
        return f"partial({', '.join([_as_written(value.func), *given])})"
    if not isinstance(value, type | FunctionType | BuiltinFunctionType):
        return repr(value)
    module, name = value.__module__ or "builtins", value.__name__
    if module == "builtins":
        return value.__qualname__
    parts = module.split(".")
    for package in (".".join(parts[: end + 1]) for end in range(len(parts))):
        if getattr(sys.modules.get(package), name, None) is value:
            return f"{package}.{name}"
    return f"{module}.{value.__qualname__}"


def with_proposals(
    arguments: Sequence[Argument], shapes: Shapes, stored: Mapping[str, Any] | None = None
) -> tuple[Argument, ...]:
    """The arguments with what the file tells of them.

    Args:
        stored: hyper-parameters that the file keeps (Lightning does), which go before what shapes tell.
    """
    stored = stored or {}
    groups: dict[str, Mapping[str, Any]] = {}
    for argument in arguments:
        group = argument.name.partition(".")[0]
        if group not in groups:
            fields = [a.name.partition(".")[2] for a in arguments if a.name.startswith(f"{group}.")]
            groups[group] = best_mapping(stored, fields or [a.name for a in arguments if "." not in a.name])
    filled = []
    for argument in arguments:
        group, _, field = argument.name.partition(".")
        value = _stored(groups[group], field or argument.name, stored)
        told = _without_download(argument, value)
        if told is None and value is not ...:
            told = repr(value), STORED
        if told is None and argument.required and "drop" in argument.name.lower():
            told = "0.0", NO_INFLUENCE
        told = told or _told((field or argument.name).rpartition(".")[2].lower().replace("_", ""), shapes)
        filled.append(replace(argument, proposal=told[0], reason=told[1]) if told else argument)
    return tuple(filled)


def whole_settings(arguments: Sequence[Argument], stored: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each configuration object of a form the stored dictionary that has most of its entries, with all that it holds: code
    may read more of it than is seen in its text."""
    found: dict[str, dict[str, Any]] = {}
    for group in dict.fromkeys(a.name.partition(".")[0] for a in arguments if "." in a.name):
        fields = [a.name.partition(".")[2] for a in arguments if a.name.startswith(f"{group}.")]
        if mapping := best_mapping(stored, fields):
            found[group] = dict(mapping)
    return found


def _stored(mapping: Mapping[str, Any], name: str, stored: Mapping[str, Any]) -> Any:
    """A plain value that the file keeps under a name, in the likeliest place; ``...`` where there is none."""
    value = value_at(mapping, name)
    if value is ...:
        value = stored_value(stored, name.rpartition(".")[2])
    plain = isinstance(value, int | float | str | bool | list | tuple | dict)
    return value if plain and value is not None else ...


_DOWNLOADS = re.compile(
    r"^((use_?)?pre_?train(ed)?|(\w+_)?(pre_?trained|pre_?train)|((backbone|encoder|base)_)?weights|imagenet\w*|download\w*|load_\w*weights?)"
    r"(_(base|backbone|encoder|imagenet|model|weights|path))?$",
    re.IGNORECASE,
)


def _without_download(argument: Argument, stored: Any) -> tuple[str, str] | None:
    """Arguments that keep a constructor from fetching weights, where its default or what is stored does that."""
    if not _DOWNLOADS.match(argument.name.rpartition(".")[2]):
        return None
    text = repr(stored) if stored is not ... else argument.default
    if text == "True" or (text == "" and (argument.required or "." in argument.name)):
        return "False", NOTHING_FETCHED
    if text[:1] in "\"'" and text.strip("\"'"):
        return "None", NOTHING_FETCHED
    return None


def _told(name: str, shapes: Shapes) -> tuple[str, str] | None:
    for names, rule in _RULES:
        if name in names.split():
            return rule(shapes)
    return None


def _number(key: str, shape: tuple[int, ...], axis: int) -> tuple[str, str]:
    return str(shape[axis]), messages.FROM_TENSOR(key=key, shape=" × ".join(map(str, shape)))


def _weights(shapes: Shapes) -> list[tuple[str, tuple[int, ...]]]:
    return [(key, shape) for key, shape in shapes.items() if len(shape) >= 2]


def _classes(shapes: Shapes) -> tuple[str, str] | None:
    matrices = [(key, shape) for key, shape in _weights(shapes) if "emb" not in key]
    return _number(*matrices[-1], 0) if matrices else None


def _convolution(axis: int) -> Callable[[Shapes], tuple[str, str] | None]:
    def rule(shapes: Shapes) -> tuple[str, str] | None:
        deep = [(key, shape) for key, shape in shapes.items() if len(shape) >= 3]
        # A class token or a table of positions has three axes too, and is no layer's weight.
        found = next((row for row in deep if row[0].endswith("weight")), deep[0] if deep else None)
        return _number(*found, axis) if found else None

    return rule


def _features(shapes: Shapes) -> tuple[str, str] | None:
    found = next(((key, shape) for key, shape in _weights(shapes) if len(shape) == 2 and "emb" not in key), None)
    return _number(*found, 1) if found else None


def _hidden(shapes: Shapes) -> tuple[str, str] | None:
    recurrent = next(((key, shape) for key, shape in shapes.items() if "weight_hh_l0" in key), None)
    if recurrent:
        return _number(*recurrent, 1)
    found = next(((key, shape) for key, shape in _weights(shapes) if len(shape) == 2 and "emb" not in key), None)
    return _number(*found, 0) if found else None


def _hidden_list(shapes: Shapes) -> tuple[str, str] | None:
    widths = [shape[0] for _, shape in _weights(shapes) if len(shape) == 2]
    return (repr(widths[:-1]), messages.FROM_LINEAR()) if len(widths) > 1 else None


def _embedding(axis: int) -> Callable[[Shapes], tuple[str, str] | None]:
    def rule(shapes: Shapes) -> tuple[str, str] | None:
        matrices = [(key, shape) for key, shape in shapes.items() if len(shape) == 2]
        named = [(key, shape) for key, shape in matrices if "emb" in key.lower()]
        if not named and axis == 1:
            named = [(key, shape) for key, shape in matrices if "in_proj_weight" in key]
        return _number(*named[0], axis) if named else None

    return rule


def _depth(shapes: Shapes) -> tuple[str, str] | None:
    recurrent = [int(number) for number in re.findall(r"weight_ih_l(\d+)(?:\n|$)", "\n".join(shapes))]
    if recurrent:
        return str(max(recurrent) + 1), messages.FROM_RECURRENT()
    counts: dict[str, int] = {}
    for key in shapes:
        for match in re.finditer(r"(?:^|\.)(layers?|blocks?|h|stages?|resblocks)\.(\d+)\.", key):
            head = key[: match.start(2)]
            counts[head] = max(counts.get(head, 0), int(match.group(2)) + 1)
    return (str(max(counts.values())), messages.FROM_NUMBERED()) if counts else None


def _bidirectional(shapes: Shapes) -> tuple[str, str] | None:
    return str(any(key.endswith("_reverse") for key in shapes)), messages.FROM_RECURRENT()


# Parameter names as people write them, lower case and without underscores, and what in the file tells their values.
_RULES: tuple[tuple[str, Callable[[Shapes], tuple[str, str] | None]], ...] = (
    ("numclasses nclasses classes nclass numclass outfeatures outputsize outputdim outdim nout numlabels", _classes),
    ("numoutputs noutputs outputs outputfeatures out", _classes),
    ("inchannels channels inchans inputchannels nchannels numchannels inch cin", _convolution(1)),
    ("basechannels filters nfilters basewidth numfilters outchannels", _convolution(0)),
    ("kernelsize kernel ksize", _convolution(2)),
    ("inputsize infeatures inputdim indim inputfeatures nfeatures numfeatures features nin ninputs", _features),
    ("hidden hiddensize hiddendim hiddenfeatures width nhidden units hiddenunits nhid", _hidden),
    ("hiddensizes hiddendims hiddenlayers layersizes widths", _hidden_list),
    ("vocab vocabsize numembeddings ntoken ntokens numtokens nvocab", _embedding(0)),
    ("embeddim embeddingdim embsize embeddingsize dmodel dim embdim modeldim ninp emb", _embedding(1)),
    ("numlayers nlayers layers depth nblocks numblocks numencoderlayers", _depth),
    ("bidirectional", _bidirectional),
)
