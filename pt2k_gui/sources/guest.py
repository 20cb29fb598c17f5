"""Opens models in the interpreter that the user chose, once the user agreed to what runs there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import interpreter_messages
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.sources.checkpoints import Checkpoint, choose_weights, needs_class
from pt2k_gui.sources.code import code_question
from pt2k_gui.sources.code_place import is_place_alone
from pt2k_gui.sources.guest_model import GuestModel
from pt2k_gui.sources.guest_process import Guest, guest_in
from pt2k_gui.sources.hugging_face_folder import code_in, is_folder
from pt2k_gui.sources.interpreters import resolve
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.model_names import is_name
from pt2k_gui.sources.signatures import Argument
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

if TYPE_CHECKING:
    import torch


def open_in_guest(source: Source, kind: str, digest: str, checkpoint: Checkpoint, context: Context) -> LoadedModel:
    """Open weights that were read here as a model in the user's interpreter.

    Raises:
        NeedsTrust: the user did not agree yet that this code runs in this interpreter; nothing of either ran.
        Problem: as ``assembly.read_checkpoint`` does, or the interpreter can't be used.
    """
    no_class = not source.code or is_place_alone(source.code)
    pickled = checkpoint.pickled_class if no_class else ""
    if no_class and not pickled:
        raise needs_class(source, checkpoint, choose_weights(source, checkpoint))
    weights = choose_weights(source, checkpoint)
    guest = agreed_guest(source, checkpoint.consent if pickled else "")
    if not source.strict and not weights.tensors:
        raise needs_class(source, checkpoint, weights)
    content = {
        "place": weights.place,
        "names": list(weights.tensors),
        "stored": {key: value for key, value in checkpoint.stored.items() if _is_plain(value)},
        "imports": [(entry.module, entry.name) for entry in checkpoint.imports],
        "origin": checkpoint.origin,
        "files": checkpoint.files,
        "pickled_class": pickled,
        "notes": [interpreter_messages.OPENED_IN(python=guest.python, version=guest.torch)],
    }
    return _opened(guest, source, kind, digest, content, list(weights.tensors.values()), context)


def _opened(
    guest: Guest,
    source: Source,
    kind: str,
    digest: str,
    content: Mapping[str, Any] | None,
    tensors: Sequence[torch.Tensor],
    context: Context,
) -> LoadedModel:
    card, _ = guest.ask(
        "open", interpreter_messages.IT_OPENED(), tensors, context,
        source=_agreed(source), kind=kind, digest=digest, content=content,
    )  # fmt: skip
    if not isinstance(card, ModelInfo):
        raise Problem(
            interpreter_messages.NOTHING_TOLD(python=guest.python), hint=interpreter_messages.TRY_STEP_AGAIN()
        )
    return LoadedModel(card, guest=GuestModel(guest), files=tuple((content or {}).get("files", ())))


def read_in_guest(source: Source, kind: str, context: Context) -> LoadedModel:
    """Have the user's interpreter open a file (or what a name in its place means) by itself.

    Raises:
        NeedsTrust: as ``open_in_guest`` does.
        Problem: it can't be opened there.
    """
    guest = agreed_guest(source, "")
    loaded = _opened(guest, source, kind, "", None, (), context)
    note = interpreter_messages.OPENED_IN(python=guest.python, version=guest.torch)
    return replace(loaded, card=replace(loaded.card, notes=(note, *loaded.card.notes)))


def arguments_in_guest(source: Source) -> tuple[Argument, ...]:
    """The arguments of the class or function that ``source.code`` names. Raises ``Problem``."""
    guest = agreed_guest(source, "")
    found, _ = guest.ask("form", interpreter_messages.IT_LOOKED(), source=_agreed(source))
    return tuple(argument for argument in found if isinstance(argument, Argument))


def names_in_guest(python: str, package: str, pattern: str, *, trusted: bool) -> tuple[str, ...]:
    """The models that a package there has (see ``named.names_in``); all that PT2K knows of there for an empty name.

    Raises:
        NeedsTrust, Problem: as ``agreed_guest`` does.
    """
    guest = agreed_guest(Source(f"{package}:" if package else "", python=python, trusted=trusted), "")
    found, _ = guest.ask("names", interpreter_messages.IT_LISTED(), package=package, pattern=pattern)
    return tuple(str(name) for name in found)


def agreed_guest(source: Source, pickle: str) -> Guest:
    """The guest in ``source.python``, if the user agreed that the model's code runs there.

    Args:
        pickle: the digest of a pickle that would be run; empty where there is none.

    Raises:
        NeedsTrust: he was not asked yet.
        Problem: the interpreter can't be used.
    """
    python = resolve(source.python)
    question = _question(source)
    what = question.sha256 if question is not None else pickle
    digest = _digest(python, what)
    if not (source.trusted or agreed(digest)):
        code = question.path if question is not None else source.path if pickle else ""
        sentence = interpreter_messages.WOULD_START(python=python)
        if code:
            sentence = interpreter_messages.WOULD_START_AND_RUN(python=python, code=code)
        elif source.path:
            sentence = interpreter_messages.WOULD_START_AND_IMPORT(python=python, name=source.code or source.path)
        raise NeedsTrust(
            sentence,
            hint=interpreter_messages.TRUST_INTERPRETER(),
            path=code or python,
            sha256=digest,
            code=question.code if question is not None else "",
        )
    return guest_in(python)


def _question(source: Source) -> NeedsTrust | None:
    """The question of the model's own code; None where all of it is installed in that interpreter."""
    if source.code and not is_folder(source.path):
        return code_question(source)
    if is_name(source.path):
        return code_question(replace(source, code=source.path))
    own = code_in(source.path)
    if not own:
        return None
    text = "\n\n".join(f"# {file}\n{file.read_text(encoding='utf-8', errors='replace')}" for file in own)
    return NeedsTrust("", path=source.path, sha256=hashlib.sha256(text.encode()).hexdigest(), code=text)


def _agreed(source: Source) -> Source:
    """The source as the guest gets it: the user agreed to all that it runs."""
    return replace(source, trusted=True, python="")


def _digest(python: str, what: str) -> str:
    """A digest that holds for an interpreter at its place, its program and settings, and for the code."""
    program = Path(python)
    settings = program.parent.parent / "pyvenv.cfg"
    parts = [python, sha256_of(program), sha256_of(settings) if settings.is_file() else "", what]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return isinstance(value, str | int | float | bool | None)
