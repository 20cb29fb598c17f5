"""Arguments of ``forward``: tensors, tuples, lists and dictionaries of them, and plain values; and the same module with a
``forward`` that takes nothing but tensors, one behind the other."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.card import ValueSpec
from pt2k_gui.sources.code import literal
from pt2k_gui.sources.forward_parameters import KINDS, UNREAD, Parameter, of_python, of_script
from pt2k_gui.sources.loaded import flat_tensors

if TYPE_CHECKING:
    pass

LENGTHS = (2, 1, 3, 4)
"""Of a list of tensors where nothing tells how many: in the order of trial."""
_SAMPLE_RATE = 16000


@dataclass(frozen=True)
class Leaf:
    """A tensor, and its name among the inputs."""

    name: str


@dataclass(frozen=True)
class Group:
    """Several forms in one argument.

    Args:
        kind: ``tuple``, ``list`` or ``dict``.
        keys: of a dictionary; empty otherwise.
    """

    kind: str
    items: tuple[Form, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Value:
    """A number, a truth value or a text, which stays as it is in the export."""

    value: Any


Form = Leaf | Group | Value


class _Untouched:
    """Stands for a tensor that is only handed on: whatever is done with it fails."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("this argument is used")

    __getattr__ = __bool__ = __iter__ = __len__ = __getitem__ = __call__ = __add__ = __radd__ = __mul__ = _refuse
    __rmul__ = __sub__ = __rsub__ = __lt__ = __gt__ = __le__ = __ge__ = __matmul__ = __rmatmul__ = _refuse
    __truediv__ = __rtruediv__ = __neg__ = __invert__ = __and__ = __or__ = __float__ = __int__ = __index__ = _refuse


UNTOUCHED = _Untouched()


@dataclass(frozen=True)
class Asked:
    """The arguments with which ``forward`` is called.

    Args:
        parameters: names and forms, in order.
        values: all plain values that can be chosen, also those that keep their default.
        guessed: the lists whose length nothing tells.
        left: what is no plain value and keeps its default.
        by_name: whether something can't be given by its place.
        unused: what this configuration of the model never looks at, and is given nothing for.
        guessed_values: switches that stand in the place of what looked like tensors.
        left_out: where the output is more than tensors: what beside them was left out, in words; None otherwise.
    """

    parameters: tuple[tuple[str, Form], ...]
    values: tuple[ValueSpec, ...] = ()
    guessed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    by_name: bool = False
    unused: tuple[str, ...] = ()
    guessed_values: tuple[str, ...] = ()
    left_out: tuple[str, ...] | None = None

    @property
    def plain(self) -> bool:
        """Whether ``forward`` takes the tensors as they are."""
        alone = not self.by_name and all(isinstance(form, Leaf) for _, form in self.parameters)
        return alone and self.left_out is None

    @property
    def names(self) -> list[str]:
        """Of the tensors, in order."""
        return [name for _, form in self.parameters for name in _leaves(form)]


def _leaves(form: Form) -> Iterator[str]:
    if isinstance(form, Leaf):
        yield form.name
    elif isinstance(form, Group):
        for item in form.items:
            yield from _leaves(item)


def built(form: Form, tensors: Iterator[Any]) -> Any:
    """The argument, made of the next tensors."""
    if isinstance(form, Leaf):
        return next(tensors)
    if isinstance(form, Value):
        return form.value
    items = [built(item, tensors) for item in form.items]
    if form.kind == "dict":
        return dict(zip(form.keys, items, strict=True))
    return tuple(items) if form.kind == "tuple" else items


def _written(form: Form, tensors: Iterator[str]) -> str:
    """The same as TorchScript's source."""
    if isinstance(form, Leaf):
        return next(tensors)
    if isinstance(form, Value):
        return repr(form.value)
    items = [_written(item, tensors) for item in form.items]
    if form.kind == "dict":
        return "{" + ", ".join(f"{key!r}: {item}" for key, item in zip(form.keys, items, strict=True)) + "}"
    return f"({', '.join(items)},)" if form.kind == "tuple" else f"[{', '.join(items)}]"


# --- what is asked for ----------------------------------------------------------------------------------------------


def asked(module: Any, given: Mapping[str, str], length: int = LENGTHS[0]) -> Asked:
    """Arguments that the module's ``forward`` can't do without, and values that it can be given.

    Args:
        given: values that the user chose, by the argument's name, as Python text.
        length: of lists of tensors where nothing tells it.

    Raises:
        Problem: a value is given for an argument that takes none, or is of another type.
    """
    import torch

    scripted = isinstance(module, torch.jit.ScriptModule)
    parameters = list(of_script(module) if scripted else of_python(module))
    parameters = [_as_value(p, given[p.name]) if p.name in given and p.open else p for p in parameters]
    values = {p.name: _value(p, given.get(p.name)) for p in parameters if p.kind in KINDS}
    unknown = [name for name in given if name not in values]
    if unknown:
        raise Problem(
            messages.NO_PLAIN_VALUE(name=unknown[0]),
            hint=messages.TAKES(names=list(values)) if values else messages.ALL_TENSORS(),
        )
    unread = tuple(p.name for p in parameters if p.kind == UNREAD)
    required = [p for p in parameters if p.required and p.kind != UNREAD]
    if not any(p.kind not in KINDS for p in required):
        # Everything may be left out, but something has to be an input.
        required += [p for p in parameters if not p.required and p.kind not in (*KINDS, UNREAD)][:1]
    taken: set[str] = set()
    forms: list[tuple[str, Form]] = []
    for parameter in parameters:
        if parameter.kind == UNREAD:
            forms.append((parameter.name, Value(None)))
        elif parameter.kind in KINDS:
            if parameter.required or parameter.name in given:
                forms.append((parameter.name, Value(values[parameter.name])))
        elif parameter in required:
            forms.append((parameter.name, _form(parameter, length, taken)))
    if not any(not isinstance(form, Value) for _, form in forms):
        forms.append(("input", Leaf("input")))
    specs = tuple(
        ValueSpec(p.name, p.kind, repr(values[p.name]), "" if p.required else repr(p.default))
        for p in parameters
        if p.kind in KINDS
    )
    guessed = tuple(p.name for p in required if p.kind in ("tuple", "list") and not p.length)
    left = tuple(p.name for p in parameters if p.kind not in (*KINDS, UNREAD) and p not in required)
    return Asked(tuple(forms), specs, guessed, left, any(p.by_name for p in required), unread)


def _form(parameter: Parameter, length: int, taken: set[str]) -> Form:
    def leaf(name: str) -> Leaf:
        name = re.sub(r"\W", "_", name) or "input"
        name = f"input_{name}" if name[0].isdigit() else name
        while name in taken:
            name = f"{name}_"
        taken.add(name)
        return Leaf(name)

    if parameter.kind == "dict" and parameter.keys:
        return Group("dict", tuple(leaf(key) for key in parameter.keys), parameter.keys)
    if parameter.kind in ("tuple", "list"):
        count = parameter.length or length
        return Group(parameter.kind, tuple(leaf(f"{parameter.name}_{number}") for number in range(count)))
    return leaf(parameter.name)


def _as_value(parameter: Parameter, text: str) -> Parameter:
    """An argument of no known type that the user gave a plain value for, which tells the type."""
    kind = type(literal(parameter.name, text)).__name__
    return replace(parameter, kind=kind if kind in KINDS else parameter.kind)


def replaced(wanted: Asked, name: str, form: Form, *, unused: bool = False) -> Asked:
    """The same with another form for one argument."""
    parameters = tuple((other, form if other == name else own) for other, own in wanted.parameters)
    return replace(wanted, parameters=parameters, unused=(*wanted.unused, name) if unused else wanted.unused)


def with_switches(wanted: Asked) -> Iterator[Asked]:
    """For a ``forward`` that runs on no tensors: the arguments behind the first one as switches, then as nothing."""
    behind = [name for name, form in wanted.parameters if isinstance(form, Leaf)][1:]
    for value in (False, None):
        for names in (*((name,) for name in behind), behind if len(behind) > 1 else ()):
            changed = wanted
            for name in names:
                changed = replaced(changed, name, Value(value))
            if names:
                specs = tuple(ValueSpec(name, "bool", repr(value)) for name in names if value is not None)
                left = tuple(names) if value is None else ()
                yield replace(
                    changed, values=(*wanted.values, *specs), left=(*wanted.left, *left), guessed_values=tuple(names)
                )


def _value(parameter: Parameter, text: str | None) -> Any:
    kind = KINDS[parameter.kind]
    if text is None:
        return parameter.default if not parameter.required else _likely(parameter)
    value = text if kind is str and text[:1] not in "\"'" else literal(parameter.name, text)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind and not (value is None and not parameter.required and parameter.default is None):
        raise Problem(
            messages.WRONG_TYPE(name=parameter.name, type=parameter.kind, value=text),
            hint={"bool": messages.ENTER_BOOL(), "int": messages.ENTER_INT(), "float": messages.ENTER_FLOAT()}.get(
                parameter.kind, messages.ENTER_TEXT()
            ),
        )
    return value


def _likely(parameter: Parameter) -> int | float | bool | str:
    name = parameter.name.lower()
    if parameter.kind == "int":
        return _SAMPLE_RATE if name in ("sr", "fs") or ("rate" in name and "up" not in name) else 1
    if parameter.kind == "bool":
        return name.removeprefix("is_") in (
            "inference",
            "infer",
            "eval",
            "evaluate",
            "test",
            "testing",
            "deploy",
            "export",
        )
    if parameter.kind == "str" and parameter.keys:
        quiet = ("test", "eval", "val", "inference", "infer", "predict", "sample", "forward")
        return next((word for word in quiet if word in parameter.keys), parameter.keys[0])
    return {"float": 1.0}.get(parameter.kind, "")


# --- the same module, taking tensors ----------------------------------------------------------------------------------


def taking_tensors(module: Any, wanted: Asked) -> Any:
    """The module with a ``forward`` of tensors alone.

    A Python module gets it in its own place, so that its layers keep their names, and a copy of it computes with its own
    weights; a TorchScript module is put into another one.
    """
    import torch

    if wanted.plain:
        return module
    if isinstance(module, torch.jit.ScriptModule):
        # A class of its own: TorchScript defines a method once a class.
        holder = type("Flat", (torch.nn.Module,), {})()
        holder.model = module
        script = torch.jit.script(holder)
        names = [f"tensor_{number}" for number in range(len(wanted.names))]
        given = iter(names)
        call = ", ".join(f"{name}={_written(form, given)}" for name, form in wanted.parameters)
        script.define(f"def forward(self, {', '.join(names)}):\n    return self.model({call})\n")
        return script.eval()
    original = type(module).forward
    only = {p.name for p in inspect.signature(original).parameters.values() if p.kind is p.POSITIONAL_ONLY}

    def forward(self: Any, *tensors: Any) -> Any:
        rest = iter(tensors)
        made = {name: built(form, rest) for name, form in wanted.parameters}
        first = [made.pop(name) for name in list(made) if name in only]
        output = original(self, *first, **made)
        if wanted.left_out is None:
            return output
        flat = flat_tensors(output)
        return flat[0] if len(flat) == 1 else tuple(flat)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in ("self", *wanted.names)])
    forward.__signature__ = signature  # type: ignore[attr-defined]
    module.forward = types.MethodType(forward, module)
    return module


def give_back(module: Any) -> None:
    """Undo ``taking_tensors`` on a Python module."""
    vars(module).pop("forward", None)


def notes_on(wanted: Asked) -> tuple[str, ...]:
    """Notes on how ``forward`` is called."""
    notes = []
    if wanted.unused:
        notes.append(messages.NEVER_LOOKED_AT(names=list(wanted.unused)))
    if wanted.left:
        notes.append(messages.DEFAULTS_KEPT(names=list(wanted.left)))
    if wanted.left_out:
        notes.append(messages.OUTPUTS_LEFT_OUT(names=list(wanted.left_out)))
    for name in wanted.guessed:
        count = next(len(form.items) for n, form in wanted.parameters if n == name and isinstance(form, Group))
        notes.append(messages.LIST_LENGTH(name=name, count=count))
    return tuple(notes)
