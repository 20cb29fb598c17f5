"""The class that a state dict belongs to: from the user's own ``.py`` file or an installed package."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.context import Context
from pt2k_gui.files import require_readable
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

if TYPE_CHECKING:
    import torch

_EXAMPLE = "For example --code model.py:Net or --code torchvision.models:resnet18."


def build_module(source: Source, context: Context) -> torch.nn.Module:
    """Make the module that ``source.code`` names, with ``source.arguments``.

    Raises:
        NeedsTrust: the class comes from a file that the user did not agree to yet.
        Problem: the file, the class or the arguments don't work.
    """
    import torch

    place, separator, name = source.code.rpartition(":")
    if not separator or not place or not name:
        raise Problem(f"{source.code} names no class.", hint=_EXAMPLE)
    namespace = _from_file(Path(place), source) if place.endswith(".py") else _from_package(place)
    maker = getattr(namespace, name, None)
    if maker is None:
        classes = [n for n, v in vars(namespace).items() if inspect.isclass(v) and issubclass(v, torch.nn.Module)]
        raise Problem(f"{place} has no class {name}.", hint=f"It has: {', '.join(classes) or 'none'}. {_EXAMPLE}")
    arguments = {key: _literal(key, text) for key, text in source.arguments}
    context.log(f"Making {source.code} with {arguments or 'no arguments'}")
    try:
        module = maker(**arguments)
    except Exception as error:  # the user's own code may fail in any way
        raise Problem(
            f"{source.code} can't be made: {type(error).__name__}: {error}.",
            hint=f"Its arguments are {_signature(maker)}. Give them with --arg NAME=VALUE.",
            details=repr(error),
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise Problem(f"{source.code} gives a {type(module).__name__}, not a torch.nn.Module.", hint=_EXAMPLE)
    return module


def _from_file(file: Path, source: Source) -> Any:
    require_readable(file)
    text = _python_text(file)
    digest = sha256_of(file)
    if not (source.trusted or agreed(digest)):
        raise NeedsTrust(
            f"{file} is Python code, and making its class would run it.",
            hint="Look at the file; if you trust it, agree in the window or add --trust.",
            path=str(file),
            sha256=digest,
            code=text,
        )
    specification = importlib.util.spec_from_file_location(f"pt2k_user_{file.stem}", file)
    if specification is None or specification.loader is None:
        raise Problem(f"{file} can't be imported.")
    namespace = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = namespace
    sys.path.insert(0, str(file.parent.resolve()))
    try:
        specification.loader.exec_module(namespace)
    except ImportError as error:
        raise Problem(
            f"{file} can't be imported: {error}.",
            hint="Install that package beside PT2K, or put the missing file beside it.",
            details=repr(error),
        ) from error
    except Exception as error:  # the user's own code may fail in any way
        raise Problem(f"{file} can't be imported: {type(error).__name__}: {error}.", details=repr(error)) from error
    finally:
        sys.path.remove(str(file.parent.resolve()))
    return namespace


def _python_text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
        ast.parse(text)
    except (UnicodeDecodeError, SyntaxError, ValueError) as error:
        raise Problem(
            f"{file} is not valid Python: {error}.", hint="Choose the file with the model's class."
        ) from error
    return text


def _from_package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Problem(
            f"The package {name} can't be imported: {error}.", hint=f"Install it beside PT2K. {_EXAMPLE}"
        ) from error


def _literal(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if text.isidentifier() or not text.strip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./ "):
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
