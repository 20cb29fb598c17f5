"""The class that a state dict belongs to: from the user's own ``.py`` file or an installed package."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import require_readable
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.sibling_modules import digest_with, files_beside, importable, imported_by, installed_at, text_of
from pt2k_gui.sources.signatures import classes_in
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

if TYPE_CHECKING:
    import torch

_EXAMPLE = "For example --code model.py:Net or --code torchvision.models:resnet18."


def place_and_name(code: str) -> tuple[str, str]:
    """``model.py:Net`` as its two parts; ``torchvision.models.resnet18`` works as well. Raises ``Problem``."""
    place, separator, name = code.rpartition(":")
    if not separator and not code.endswith(".py"):
        place, separator, name = code.rpartition(".")
    if code.endswith(".py"):
        raise Problem(f"{code} is given, but no class in it.", hint=f"Add the class after a colon. {_EXAMPLE}")
    if not separator or not place or not name:
        raise Problem(f"{code} names no class.", hint=_EXAMPLE)
    return place, name


def find_maker(source: Source) -> Callable[..., Any]:
    """The class or function that ``source.code`` names.

    Raises:
        NeedsTrust: it comes from a file that the user did not agree to yet; nothing of it ran.
        Problem: the file or the package can't be imported, or has no such class.
    """
    place, name = place_and_name(source.code)
    if place == "timm":
        package = _from_package("timm", source)

        def create(**arguments: Any) -> Any:
            return package.create_model(name, **{"pretrained": False, **arguments})

        if package.is_model(name):
            # What this function takes is what the form asks for.
            create.__wrapped__ = package.model_entrypoint(name)  # type: ignore[attr-defined]
        return create
    namespace = _from_file(Path(place), source) if place.endswith(".py") else _from_package(place, source)
    maker = getattr(namespace, name, None)
    if not callable(maker):
        raise Problem(f"{place} has no class {name}.", hint=f"It has: {', '.join(_modules_in(namespace)) or 'none'}.")
    return maker


def make(source: Source, maker: Callable[..., Any], arguments: Mapping[str, Any]) -> torch.nn.Module:
    """The module, in evaluation mode. Raises ``Problem``."""
    import torch

    try:
        module = maker(**arguments)
    except Exception as error:  # the user's own code may fail in any way
        raise Problem(
            f"{source.code} can't be made: {type(error).__name__}: {error}.",
            hint=f"Its arguments are {_signature(maker)}. Give them with --arg NAME=VALUE, or in the form.",
            details=traceback.format_exc(),
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise Problem(f"{source.code} gives a {type(module).__name__}, not a torch.nn.Module.", hint=_EXAMPLE)
    return module.eval()


def _modules_in(namespace: Any) -> list[str]:
    import torch

    own = getattr(namespace, "__name__", "")
    return [
        name
        for name, value in vars(namespace).items()
        if inspect.isclass(value) and issubclass(value, torch.nn.Module) and value.__module__ == own
    ]


def python_text(file: Path) -> str:
    """The text of a ``.py`` file. Raises ``Problem`` where it is no Python."""
    require_readable(file)
    try:
        text = file.read_text(encoding="utf-8")
        ast.parse(text)
    except (UnicodeDecodeError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problem(
            f"{file} is not valid Python: {error}.", hint="Choose the file with the model's class."
        ) from error
    return text


def code_question(source: Source) -> NeedsTrust | None:
    """The question whether the file that ``source.code`` names may run; None for an installed package. Runs nothing.

    Raises:
        Problem: it names no class, or the file is no Python.
    """
    place, _ = place_and_name(source.code)
    return _question_of(Path(place)) if place.endswith(".py") else None


def _question_of(file: Path) -> NeedsTrust:
    """The question with all that an import of ``file`` would run, and the digest that the answer holds for."""
    text = python_text(file)
    folder = file.absolute().parent
    others = tuple(other for other in files_beside(folder, imported_by(file, folder)) if other != file.absolute())
    more = f", with {', '.join(other.relative_to(folder).as_posix() for other in others)} beside it" if others else ""
    return NeedsTrust(
        f"{file} is Python code, and making its class would run it{more}.",
        hint="Look at it; if you trust it, agree in the window or add --trust.",
        path=str(file),
        sha256=digest_with(sha256_of(file), others),
        code=f"{text}\n\n{text_of(others)}" if others else text,
    )


def _from_file(file: Path, source: Source) -> Any:
    question = _question_of(file)
    if not (source.trusted or agreed(question.sha256)):
        raise question
    text = python_text(file)
    specification = importlib.util.spec_from_file_location(f"pt2k_user_{file.stem}", file)
    if specification is None or specification.loader is None:
        raise Problem(f"{file} can't be imported.")
    namespace = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = namespace
    with importable(file.parent):
        try:
            specification.loader.exec_module(namespace)
        except ImportError as error:
            raise Problem(
                f"{file} can't be imported: {error}.",
                hint="Install that package beside PT2K, or put the missing file beside it.",
                details=traceback.format_exc(),
            ) from error
        except (Exception, SystemExit) as error:  # the user's own code may fail in any way
            known = ", ".join(choice.name for choice in classes_in(text))
            raise Problem(
                f"{file} can't be imported: {type(error).__name__}: {error}.",
                hint=f"A file with just the class ({known or 'and nothing that runs'}) works best.",
                details=traceback.format_exc(),
            ) from error
    return namespace


def _from_package(name: str, source: Source) -> Any:
    _require_installed(name, source)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Problem(
            f"The package {name} can't be imported: {error}.", hint=f"Install it beside PT2K. {_EXAMPLE}"
        ) from error


def _require_installed(name: str, source: Source) -> None:
    """Raise ``NeedsTrust`` for a package that lies about, in the folder where PT2K was started, say."""
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
            f"{file} is not an installed package, and importing it would run it.",
            hint="Look at it; if you trust it, agree in the window or add --trust.",
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
            f"The argument {name}={text} is no Python value.",
            hint="Give a number, True, None, a quoted text or a list.",
        ) from None


def _signature(maker: Any) -> str:
    try:
        return str(inspect.signature(maker))
    except (TypeError, ValueError):
        return "not known"
