"""What a class's constructor wants, and what the tensors in a file say about it. Runs nothing of the user's."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pt2k_gui.sources.keywords import received_by_keyword

Shapes = Mapping[str, tuple[int, ...]]


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
    """A class in a ``.py`` file that may be the model's, and its constructor's arguments."""

    name: str
    arguments: tuple[Argument, ...]


def classes_in(text: str) -> tuple[ClassChoice, ...]:
    """The classes in a Python source that derive from a module, without running it; the last one defined comes first.

    Raises:
        SyntaxError: it is no Python.
    """
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    modules: dict[str, ast.ClassDef] = {}
    for node in nodes:
        bases = [ast.unparse(base) for base in node.bases]
        if any(base in modules or base.rsplit(".", 1)[-1].endswith("Module") for base in bases):
            modules[node.name] = node
    return tuple(ClassChoice(name, _from_tree(node, modules)) for name, node in reversed(modules.items()))


def _from_tree(node: ast.ClassDef, others: Mapping[str, ast.ClassDef]) -> tuple[Argument, ...]:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            given = item.args
            positional = [*given.posonlyargs, *given.args][1:]
            defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
            defaults += given.defaults[-len(positional) :] if positional else []
            pairs = [*zip(positional, defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
            return tuple(
                Argument(
                    parameter.arg,
                    ast.unparse(parameter.annotation) if parameter.annotation else "",
                    ast.unparse(default) if default is not None else "",
                    default is None,
                )
                for parameter, default in pairs
            )
    for base in node.bases:
        if ast.unparse(base) in others:
            return _from_tree(others[ast.unparse(base)], others)
    return ()


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
            "" if parameter.default is empty else repr(parameter.default),
            parameter.default is empty,
        )
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    )


def with_proposals(
    arguments: Sequence[Argument], shapes: Shapes, stored: Mapping[str, Any] | None = None
) -> tuple[Argument, ...]:
    """The arguments with what the file tells of them.

    Args:
        stored: hyper-parameters that the file keeps (Lightning does), which go before what shapes tell.
    """
    filled = []
    for argument in arguments:
        value = (stored or {}).get(argument.name)
        if isinstance(value, int | float | str | bool | list | tuple) and value is not None:
            filled.append(replace(argument, proposal=repr(value), reason="stored in the file"))
            continue
        told = _told(argument.name.lower().replace("_", ""), shapes)
        filled.append(replace(argument, proposal=told[0], reason=told[1]) if told else argument)
    return tuple(filled)


def _told(name: str, shapes: Shapes) -> tuple[str, str] | None:
    for names, rule in _RULES:
        if name in names.split():
            return rule(shapes)
    return None


def _number(key: str, shape: tuple[int, ...], axis: int) -> tuple[str, str]:
    return str(shape[axis]), f"from {key}, {' × '.join(map(str, shape))}"


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
    return (repr(widths[:-1]), "from the linear layers' weights") if len(widths) > 1 else None


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
        return str(max(recurrent) + 1), "from the recurrent layers' names"
    counts: dict[str, int] = {}
    for key in shapes:
        for match in re.finditer(r"(?:^|\.)(layers?|blocks?|h|stages?|resblocks)\.(\d+)\.", key):
            head = key[: match.start(2)]
            counts[head] = max(counts.get(head, 0), int(match.group(2)) + 1)
    return (str(max(counts.values())), "from the numbered layers") if counts else None


def _bidirectional(shapes: Shapes) -> tuple[str, str] | None:
    return str(any(key.endswith("_reverse") for key in shapes)), "from the recurrent layers' names"


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
