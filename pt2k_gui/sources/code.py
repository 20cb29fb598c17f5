"""Makers of the network that a state dict belongs to: a class, a function, a ready model or an expression, in the user's own
``.py`` file, in a repository or in an installed package."""

from __future__ import annotations

import argparse
import ast
import collections
import enum
import functools
import importlib
import importlib.util
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import require_readable
from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code_place import EXAMPLE, Place, is_place_alone, place_of
from pt2k_gui.sources.configuration import CONFIGURATIONS
from pt2k_gui.sources.configuration_files import read_settings
from pt2k_gui.sources.configuration_objects import Settings, default_objects, made_configuration, merged, with_entries
from pt2k_gui.sources.foreign_failures import failure
from pt2k_gui.sources.guarded import Overheard, TooLong, guarded, keep_on_the_processor, with_card_if_asked
from pt2k_gui.sources.importing import import_file, importable
from pt2k_gui.sources.repository import Repository, installed_at, repository_of
from pt2k_gui.sources.sibling_modules import digest_with, files_with, text_of
from pt2k_gui.sources.signatures import (
    Argument,
    arguments_of,
    classes_in,
    definitions_in,
    with_default_entries,
    with_fields,
)
from pt2k_gui.sources.stand_ins import with_stand_ins
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

if TYPE_CHECKING:
    import torch

EXAMPLES = "example_inputs"
"""The function by which a file tells inputs on which its network runs, as loaders that PT2K writes do."""


@dataclass(frozen=True, eq=False)
class Maker:
    """A maker of the network.

    Args:
        name: as the user gave it.
        function: the class or function; one without arguments for an expression or a ready model.
        namespace: the module's names, in which values are read that are no literals.
        form: its arguments.
        repository: where its code lies; None for an installed package.
        missing: packages that stand-ins stand for; grows while it is used.
        heard: what its code did besides.
    """

    name: str
    function: Callable[..., Any]
    namespace: Mapping[str, Any]
    form: tuple[Argument, ...]
    repository: Repository | None = None
    missing: list[str] = field(default_factory=list)
    heard: Overheard = field(default_factory=Overheard)

    def notes(self) -> list[str]:
        """Notes on how it was made."""
        notes: list[str] = []
        if replaced := [*self.missing, *self.heard.extensions]:
            notes.append(messages.STAND_INS(names=replaced))
        if self.heard.downloads:
            wanted = ", ".join(dict.fromkeys(self.heard.downloads))
            notes.append(messages.OTHER_WEIGHTS_WANTED(names=wanted[:200]))
        if self.heard.unsaid:
            notes.append(messages.COMMAND_LINE_EMPTY(names=list(dict.fromkeys(self.heard.unsaid))))
        return notes


def find_maker(source: Source) -> Maker:
    """The maker that ``source.code`` names.

    Raises:
        NeedsTrust: it comes from a file that the user did not agree to yet; nothing of it ran.
        Problem: the file or the package can't be imported, or has no such class.
    """
    place = place_of(source.code)
    if place.file is not None:
        return _from_file(place.file, place.name, source)
    if place.package == "timm":
        return _from_timm(place.name, source)
    namespace = vars(_from_package(place.package, source))
    return _maker(source, place, namespace, None, [], Overheard())


def _from_timm(name: str, source: Source) -> Maker:
    package = _from_package("timm", source)

    def create(**arguments: Any) -> Any:
        return package.create_model(name, **{"pretrained": False, **arguments})

    if package.is_model(name):
        # What this function takes is what the form asks for.
        create.__wrapped__ = package.model_entrypoint(name)  # type: ignore[attr-defined]
    return Maker(source.code, create, {}, arguments_of(create))


def _maker(
    source: Source,
    place: Place,
    namespace: dict[str, Any],
    repository: Repository | None,
    missing: list[str],
    heard: Overheard,
) -> Maker:
    import torch

    name = place.name
    if "(" in name:
        return Maker(source.code, _expression(source, name, namespace), namespace, (), repository, missing, heard)
    found: Any = namespace.get(name.partition(".")[0])
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    if isinstance(found, torch.nn.Module):
        return Maker(source.code, functools.partial(_ready, found), namespace, (), repository, missing, heard)
    if not callable(found):
        what = place.file or place.package
        raise Problem(
            messages.HAS_NO_CLASS(code=what, name=name),
            hint=messages.IT_HAS(names=_modules_in(namespace) or messages.NONE()),
        )
    form = arguments_of(found)
    if repository is not None and place.file is not None:
        form = with_fields(form, name.rpartition(".")[2], definitions_around(place.file, repository))
        form = with_default_entries(form, found)
    return Maker(source.code, found, namespace, form, repository, missing, heard)


def _ready(module: torch.nn.Module) -> torch.nn.Module:
    return module


def _expression(source: Source, text: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    try:
        compiled = compile(text, "<expression>", "eval")
    except (SyntaxError, ValueError) as error:
        raise Problem(
            messages.NOT_EXPRESSION(code=source.code, error=error),
            hint=messages.CALL_EXAMPLE(),
        ) from error
    return lambda: eval(compiled, known_names(namespace))


def known_names(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The names that an expression may use: the module's own, and those of configuration objects and of torch."""
    import torch

    return {
        "argparse": argparse,
        "Namespace": argparse.Namespace,
        "SimpleNamespace": types.SimpleNamespace,
        "OrderedDict": collections.OrderedDict,
        "Settings": Settings,
        "Path": Path,
        "torch": torch,
        "nn": torch.nn,
        **namespace,
    }


def definitions_around(file: Path, repository: Repository) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    """Definitions of a file and of those of the repository that it imports."""
    files = [file, *(other for other in files_with(repository, file) if other.suffix == ".py")]
    return definitions_in(other.read_text(encoding="utf-8", errors="replace") for other in files)


def make(source: Source, maker: Maker, arguments: Mapping[str, Any]) -> torch.nn.Module:
    """The module, in evaluation mode. Raises ``Problem``."""
    import torch

    place = maker.repository.root if maker.repository is not None else None

    def run() -> Any:
        with guarded(maker.heard, place, str(source.code)):
            return maker.function(**grouped(maker, arguments))  # configurations are made by the user's code too

    try:
        module = with_stand_ins(lambda: with_card_if_asked(run, maker.heard), maker.missing, _may_be_missing)
    except Problem:
        raise
    except (Exception, SystemExit, TooLong) as error:  # the user's own code may fail in any way
        hint = messages.GIVE_ARGUMENTS(signature=_signature(maker.function))
        raise failure(messages.WHAT_MADE(code=source.code), error, maker.heard, hint, maker.repository) from error
    if isinstance(module, tuple | list) and module and isinstance(module[0], torch.nn.Module):
        module = module[0]  # (model, preprocessing), as several makers return it
    if not isinstance(module, torch.nn.Module):
        raise Problem(messages.NOT_A_MODULE(code=source.code, type=type(module).__name__), hint=EXAMPLE)
    keep_on_the_processor(module, said=maker.heard.card)
    return module.eval()


def examples_of(maker: Maker) -> tuple[torch.Tensor, ...]:
    """The answer of the file's own ``example_inputs()``; empty where it has none, or none of use."""
    import torch

    function = maker.namespace.get(EXAMPLES)
    if not callable(function) or maker.repository is None:
        return ()
    try:
        with guarded(maker.heard, maker.repository.root):
            found = function()
    except (Exception, SystemExit, TooLong) as error:  # the user's own code may fail in any way
        raise failure(
            messages.WHAT_EXAMPLES(function=EXAMPLES, code=maker.name), error, maker.heard, "", maker.repository
        ) from error
    found = tuple(found.values()) if isinstance(found, dict) else found
    found = tuple(found) if isinstance(found, tuple | list) else (found,)
    return found if all(isinstance(tensor, torch.Tensor) for tensor in found) else ()


def grouped(maker: Maker, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with ``config.width`` and the like put into configuration objects, and dictionaries made into one
    where the code reads them like one."""
    groups: dict[str, dict[str, Any]] = {}
    given: dict[str, Any] = {}
    for name, value in arguments.items():
        group, _, entry = name.partition(".")
        if entry:
            inner = groups.setdefault(group, {})
            *above, last = entry.split(".")
            for part in above:
                inner = inner.setdefault(part, {})
            inner[last] = value
        else:
            given[name] = value
    fields = {argument.name.partition(".")[0] for argument in maker.form if "." in argument.name}
    for name, value in given.items():
        if isinstance(value, dict) and name in fields:
            groups[name] = merged(value, groups.get(name, {}))
        elif type(value) is dict and name.lower() in CONFIGURATIONS:
            given[name] = Settings(value)
    defaults = {a.name: a for a in maker.form if "." in a.name}
    annotations, objects = _annotations(maker.function), default_objects(maker.function)
    for group, values in groups.items():
        if _is_given_whole(given.get(group)):
            continue
        if group in objects:
            given[group] = with_entries(objects[group], values)
            continue
        kind = annotations.get(group)
        made = made_configuration(values, kind, maker.namespace)
        if isinstance(made, Settings):
            for name, argument in defaults.items():
                if name.startswith(f"{group}.") and argument.default and name.count(".") == 1:
                    made.setdefault(name.partition(".")[2], argument_value(maker, name, argument.default))
        given[group] = made
    return given


def _is_given_whole(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return {p.name: p.annotation for p in inspect.signature(function).parameters.values()}
    except (TypeError, ValueError):
        return {}


def _modules_in(namespace: Mapping[str, Any]) -> list[str]:
    import torch

    own = namespace.get("__name__", "")
    return [
        name
        for name, value in namespace.items()
        if inspect.isclass(value) and issubclass(value, torch.nn.Module) and value.__module__ == own
    ]


def python_text(file: Path) -> str:
    """The text of a ``.py`` file. Raises ``Problem`` where it is no Python."""
    require_readable(file)
    try:
        text = file.read_text(encoding="utf-8")
        ast.parse(text)
    except (UnicodeDecodeError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problem(messages.NOT_PYTHON(file=file, error=error), hint=messages.CLASS_FILE()) from error
    return text


def code_question(source: Source) -> NeedsTrust | None:
    """The question whether the file that ``source.code`` names may run; None for an installed package, and where a folder
    alone is named. Runs nothing.

    Raises:
        Problem: it names no class, or the file is no Python.
    """
    if is_place_alone(source.code) and not source.code.strip().endswith(".py"):
        return None
    file = place_of(source.code).file
    return question_of(file) if file is not None else None


def question_of(file: Path) -> NeedsTrust:
    """The question with all that an import of ``file`` would run, and the digest that the answer holds for."""
    text = python_text(file)
    repository = repository_of(file)
    others = files_with(repository, file)
    names = [
        other.relative_to(repository.root).as_posix() if other.is_relative_to(repository.root) else str(other)
        for other in others
    ]
    shown: object = names[:6]
    if len(names) > 6:
        shown = messages.AND_MORE(items=shown, more=len(names) - 6)
    return NeedsTrust(
        messages.PYTHON_CODE_BESIDE(file=file, names=shown) if names else messages.PYTHON_CODE(file=file),
        hint=messages.LOOK_AND_TRUST(),
        path=str(file),
        sha256=digest_with(sha256_of(file), others),
        code=f"{text}\n\n{text_of(others)}" if others else text,
    )


def _from_file(file: Path, name: str, source: Source) -> Maker:
    text = python_text(file)
    file = file.absolute()
    repository = repository_of(file)
    question = question_of(file)
    if not (source.trusted or agreed(question.sha256)):
        raise question
    others = files_with(repository, file)
    missing: list[str] = []
    heard = Overheard()
    own = repository.module_name(file).partition(".")[0]
    tops = {other.relative_to(root).parts[0].partition(".")[0]
            for other in others for root in repository.roots if other.is_relative_to(root)}  # fmt: skip
    with importable(repository, tops, own if "." in repository.module_name(file) else ""):

        def run() -> types.ModuleType:
            with guarded(heard, repository.root, str(file)):
                return import_file(file, repository)

        try:
            module = with_stand_ins(lambda: with_card_if_asked(run, heard), missing, _may_be_missing)
        except (Exception, SystemExit, TooLong) as error:  # the user's own code may fail in any way
            known = [choice.name for choice in classes_in(text)]
            hint = messages.JUST_THE_CLASS(names=known or messages.NOTHING_THAT_RUNS())
            raise failure(messages.WHAT_IMPORTED(file=file), error, heard, hint, repository) from error
    place = Place(file, "", name)
    return _maker(source, place, vars(module), repository, missing, heard)


def _may_be_missing(name: str) -> bool:
    """Whether a stand-in may take a package's place: not that of a part of PyTorch or of Python."""
    top = name.partition(".")[0]
    return name == "torch._six" or installed_at(top) is None


def _from_package(name: str, source: Source) -> types.ModuleType:
    _require_installed(name, source)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Problem(
            messages.PACKAGE_NOT_IMPORTABLE(name=name, error=error),
            hint=sentences(messages.NAME_INTERPRETER_OR_INSTALL(), EXAMPLE),
        ) from error


def _require_installed(name: str, source: Source) -> None:
    """Raise ``NeedsTrust`` for a package that lies about, in the folder where PT2K was started, say."""
    import sys

    top = name.partition(".")[0]
    if top in sys.modules or installed_at(top) is not None:
        return
    found = importlib.util.find_spec(top)
    if found is None or found.origin is None:
        return  # there is no such package; the import says so
    file = Path(found.origin)
    digest = sha256_of(file)
    if not (source.trusted or agreed(digest)):
        raise NeedsTrust(
            messages.NOT_INSTALLED(file=file),
            hint=messages.LOOK_AND_TRUST(),
            path=str(file),
            sha256=digest,
            code=text_of([file]),
        )


def literal(name: str, text: str) -> Any:
    """An argument's value: a Python literal, or a bare word as text. Raises ``Problem``."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if text and text.replace("_", "a").replace("-", "a").replace(".", "a").replace("/", "a").isalnum():
            return text
        raise Problem(
            messages.NOT_A_VALUE(name=name, value=text),
            hint=messages.GIVE_LITERAL(),
        ) from None


def argument_value(maker: Maker, name: str, text: str) -> Any:
    """A constructor argument's value: a literal, an expression of the module's names (``Config(width=16)``,
    ``nn.ReLU``), a member of an enumeration, a file of settings, or a bare word as text. Raises ``Problem``."""
    found = _member(maker, name, text.strip())
    if found is not None:
        return found
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return literal(name, text)
    names = known_names(maker.namespace)
    first = next((node.id for node in ast.walk(tree) if isinstance(node, ast.Name)), "")
    if isinstance(tree, ast.Name):
        found = names.get(tree.id)
        is_configuration = any(entry.name.startswith(f"{name}.") for entry in maker.form) and tree.id in maker.namespace
        return found if is_configuration or (callable(found) and _takes_objects(maker, name)) else literal(name, text)
    if first not in names and not isinstance(tree, ast.Call):
        return literal(name, text)
    try:
        return eval(compile(ast.Expression(tree), "<argument>", "eval"), names)
    except Exception as error:  # the user's expression may fail in any way
        raise Problem(
            messages.ARGUMENT_FAILS(name=name, value=text, type=type(error).__name__, error=error),
            hint=messages.GIVE_VALUE_OR_EXPRESSION(),
        ) from error


def _member(maker: Maker, name: str, text: str) -> Any:
    """The member that is named of the enumeration that an argument takes, or the settings in the file that is named for a
    configuration; None for other arguments."""
    kind = _annotations(maker.function).get(name)
    if isinstance(kind, str):
        kind = maker.namespace.get(kind)
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return next((member for member in kind if text in (member.name, str(member.value))), None)
    if name.lower() in CONFIGURATIONS and text.lower().endswith((".json", ".yaml", ".yml")) and maker.repository:
        return read_settings(maker.repository.root / text) or None
    return None


def _takes_objects(maker: Maker, name: str) -> bool:
    """Whether an argument's default is a class or a function, so that a bare word means one."""
    try:
        parameter = inspect.signature(maker.function).parameters.get(name)
    except (TypeError, ValueError):
        return False
    return parameter is not None and (callable(parameter.default) and parameter.default is not parameter.empty)


def _signature(function: Any) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return messages.NOT_KNOWN()
