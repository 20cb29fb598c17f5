"""Starts PT2K's guest in the interpreter that the user chose, and asks it. What runs there is in ``pt2k_gui/guest``."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pt2k_gui
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, SilentContext
from pt2k_gui.sources import messages, wire
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.checkpoints import Checkpoint, choose_weights, needs_class
from pt2k_gui.sources.code import code_question
from pt2k_gui.sources.code_place import is_place_alone
from pt2k_gui.sources.hugging_face import code_in, is_folder
from pt2k_gui.sources.interpreters import LEAST_PYTHON, LEAST_TORCH, resolve
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.model_names import is_name
from pt2k_gui.sources.signatures import Argument
from pt2k_gui.sources.training_step import TorchStep
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

if TYPE_CHECKING:
    import torch

_TOO_OLD = 38  # exit status
# Python before 3.8 reads no further than this. The folder where PT2K was started holds no modules for it.
_BEGIN = f"""
import sys
if sys.version_info < {LEAST_PYTHON}:
    sys.stderr.write(sys.version.split()[0])
    sys.exit({_TOO_OLD})
if sys.path and sys.path[0] == "":
    del sys.path[0]
import runpy
runpy.run_path(sys.argv[1], run_name="__main__")
"""
_TAIL = 4000  # characters of what it printed that go into a problem's details
_GRACE = 1.0  # seconds in which a process that closed its pipes may end


class GuestDied(Problem):
    """The process in the user's interpreter ended without an answer."""


class Guest:
    """One process in the user's interpreter. It ends with this one."""

    def __init__(self, python: str) -> None:
        """Start it. Raises ``Problem`` where it can't be, or where no PyTorch that will do is there."""
        self.python = python
        self._printed: collections.deque[str] = collections.deque(maxlen=200)
        self._died: GuestDied | None = None
        program = Path(pt2k_gui.__file__).parent / "guest" / "start.py"
        try:
            self._process = subprocess.Popen(
                [python, "-c", _BEGIN, str(program), str(program.parent.parent)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(python),
            )
        except OSError as error:
            raise Problem(
                messages.GUEST_NOT_STARTED(python=python, error=error.strerror or error),
                hint=messages.CHOOSE_ANOTHER_INTERPRETER(),
                details=repr(error),
            ) from error
        self._listener = threading.Thread(target=self._listen, name="what the guest prints", daemon=True)
        self._listener.start()
        try:
            hello = self._greeting()
        except Problem:
            self.end()
            raise
        self.torch = str(hello["torch"])
        self.version = str(hello["python"])

    def _greeting(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        try:
            hello, _ = wire.receive(self._process.stdout)
        except wire.BrokenOff as error:
            if self._wait() == _TOO_OLD:
                raise Problem(
                    messages.PYTHON_TOO_OLD(
                        python=self.python, version=self._tail(), least=".".join(map(str, LEAST_PYTHON))
                    ),
                    hint=messages.CHOOSE_ANOTHER_INTERPRETER(),
                ) from error
            raise self._death(messages.IT_WAS_STARTING()) from error
        if not isinstance(hello, dict) or "torch" not in hello:
            raise Problem(
                messages.NO_WORKING_TORCH(python=self.python, error=dict(hello).get("error", "")),
                hint=messages.INSTALL_TORCH(python=self.python),
                details=self._tail(),
            )
        numbers = tuple(int(part) for part in str(hello["torch"]).split(".")[:2] if part.isdigit())
        if numbers < LEAST_TORCH:
            raise Problem(
                messages.TORCH_TOO_OLD(
                    python=self.python, version=hello["torch"], least=".".join(map(str, LEAST_TORCH))
                ),
                hint=messages.UPDATE_TORCH(),
            )
        return hello

    def ask(
        self, what: str, doing: str, tensors: Sequence[torch.Tensor] = (), context: Context | None = None, **given: Any
    ) -> tuple[Any, list[torch.Tensor]]:
        """Its answer, and the tensors that go with it.

        Args:
            what: one of the names in ``pt2k_gui.guest.serving``.
            doing: in words, for the sentence if it dies of it.
            context: gets what the work reports.

        Raises:
            Problem: what the work there raised.
            GuestDied: the process is gone.
        """
        if self._died is not None:
            raise self._died  # whoever met it first may have gone on without what was asked
        context = context or SilentContext()
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            wire.send(self._process.stdin, {"do": what, **given}, tensors)
            while True:
                message, made = wire.receive(self._process.stdout)
                kind, value = next(iter(message.items()))
                if kind == "done":
                    return value, made
                if kind == "failed":
                    raise value
                if kind == "progress":
                    context.progress(*value)
                elif kind == "log":
                    context.log(value)
        except (wire.BrokenOff, OSError, AttributeError, StopIteration, TypeError) as error:
            raise self._death(doing) from error

    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._listener.join(_GRACE)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _wait(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        if self._process.poll() is not None:
            self._listener.join(_GRACE)
        return self._process.poll()

    def _death(self, doing: str) -> GuestDied:
        code = self._wait()
        self.end()
        printed = self._tail()
        told = {"python": self.python, "doing": doing}
        if code is None:
            sentence = messages.GUEST_NOT_UNDERSTOOD(**told)
        elif code in (-signal.SIGTERM, -9):
            sentence = messages.GUEST_WAS_KILLED(**told)
        elif code < 0:
            known = {item.value: item.name for item in signal.Signals}
            sentence = messages.GUEST_CRASHED(**told, signal=known.get(-code, -code))
        else:
            sentence = messages.GUEST_ENDED(**told, status=code)
        self._died = GuestDied(sentence, hint=messages.TRY_STEP_AGAIN(), details=printed)
        return self._died

    def _listen(self) -> None:
        """Send what the user's code prints to this process's log, and its end into problems."""
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stderr:
                text = line.decode(errors="replace").rstrip("\n")
                self._printed.append(text)
                if sys.stderr is not None:
                    print(text, file=sys.stderr)

    def _tail(self) -> str:
        return "\n".join(self._printed)[-_TAIL:]


def _environment(python: str) -> dict[str, str]:
    """That of this process, less what is meant for this Python; with the libraries of a conda environment on Windows."""
    ours = ("PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "KERAS_HOME", "KERAS_BACKEND")
    environment = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith(("_PYI_", "_MEI"))
    }
    home = Path(python).parent
    if sys.platform == "win32" and (home / "conda-meta").is_dir():
        places = [home, home / "Library" / "bin", home / "Scripts"]
        environment["PATH"] = os.pathsep.join([*map(str, places), environment.get("PATH", "")])
    return environment


_running: Guest | None = None


def guest_in(python: str) -> Guest:
    """The guest in that interpreter: the one that is running, or a new one in its place. Raises ``Problem``."""
    global _running
    if _running is not None and (_running.python != python or not _running.alive()):
        _running.end()
        _running = None
    if _running is None:
        _running = Guest(python)
    return _running


class GuestModel:
    """A model that is open in the user's interpreter: what a PyTorch module is for one here."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.torch = guest.torch

    def alive(self) -> bool:
        return self._guest.alive()

    def run(self, tensors: Sequence[torch.Tensor], *, double: bool = False, naming: bool = False) -> list[torch.Tensor]:
        """The outputs' tensors in order, as ``LoadedModel.call`` gives them.

        Args:
            double: compute in float64.
            naming: name the layer that refuses its input, as a dry run does.

        Raises:
            Problem: the model does not run on them.
        """
        return self._guest.ask("run", messages.IT_RAN(), tensors, double=double, naming=naming)[1]

    def training_mode(self) -> tuple[str, int]:
        """As ``training_step.mode_of``."""
        mode, dropouts = self._guest.ask("training_mode", messages.IT_LOOKED())[0]
        return str(mode), int(dropouts)

    def training_outputs(
        self, mode: str, tensors: Sequence[torch.Tensor]
    ) -> tuple[list[torch.Tensor], tuple[bool, ...]]:
        """As ``training_step.outputs_of``."""
        trains, outputs = self._guest.ask("training_outputs", messages.IT_RAN(), tensors, mode=mode)
        return outputs, tuple(map(bool, trains))

    def training_step(
        self, mode: str, tensors: Sequence[torch.Tensor], targets: Mapping[int, torch.Tensor], *, double: bool
    ) -> TorchStep:
        """As ``training_step.take_step``."""
        told, made = self._guest.ask(
            "training_step", messages.IT_TRAINED(), [*tensors, *targets.values()],
            mode=mode, targets=tuple(targets), double=double,
        )  # fmt: skip
        rest = iter(made)
        named = [{str(name): next(rest) for name in names} for names in told["names"]]
        return TorchStep(float(told["loss"]), named[0], named[1], named[2], named[3], told["normalised"])

    def training_steps(
        self,
        mode: str,
        tensors: Sequence[torch.Tensor],
        targets: Mapping[int, torch.Tensor],
        *,
        optimizer: str,
        steps: int,
        double: bool,
        seed: int = 0,
    ) -> list[float]:
        """As ``training_step.take_steps``."""
        losses, _ = self._guest.ask(
            "training_steps", messages.IT_TRAINED(), [*tensors, *targets.values()],
            mode=mode, targets=tuple(targets), optimizer=optimizer, steps=steps, double=double, seed=seed,
        )  # fmt: skip
        return [float(loss) for loss in losses]

    def ways(self, trainable: bool) -> tuple[str, ...]:
        """The exporters that are there, as ``pt2k_gui.export.recording`` calls them."""
        return tuple(self._guest.ask("ways", messages.IT_LOOKED(), trainable=trainable)[0])

    def record(
        self, way: str, inputs: Sequence[TensorSpec], file: Path, trainable: bool, context: Context
    ) -> tuple[str, ...]:
        """Have one of its exporters write ``file``; returns what a person should know of it. Raises ``Problem``."""
        notes, _ = self._guest.ask(
            "record", messages.IT_EXPORTED(), context=context,
            way=way, inputs=tuple(inputs), path=str(file), trainable=trainable,
        )  # fmt: skip
        return tuple(map(str, notes))

    def other_numbers(self, inputs: Sequence[TensorSpec], sentence: str, hint: str) -> Problem:
        """As ``pt2k_gui.export.refusals.other_numbers``: what in the model is the reason."""
        reason, _ = self._guest.ask(
            "other_numbers", messages.IT_LOOKED(), inputs=tuple(inputs), sentence=sentence, hint=hint
        )
        return reason if isinstance(reason, Problem) else Problem(sentence, hint=hint)


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
        "notes": [messages.OPENED_IN(python=guest.python, version=guest.torch)],
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
        "open", messages.IT_OPENED(), tensors, context,
        source=_agreed(source), kind=kind, digest=digest, content=content,
    )  # fmt: skip
    if not isinstance(card, ModelInfo):
        raise Problem(messages.NOTHING_TOLD(python=guest.python), hint=messages.TRY_STEP_AGAIN())
    return LoadedModel(card, guest=GuestModel(guest), files=tuple((content or {}).get("files", ())))


def read_in_guest(source: Source, kind: str, context: Context) -> LoadedModel:
    """Have the user's interpreter open a file (or what a name in its place means) by itself.

    Raises:
        NeedsTrust: as ``open_in_guest`` does.
        Problem: it can't be opened there.
    """
    guest = agreed_guest(source, "")
    loaded = _opened(guest, source, kind, "", None, (), context)
    note = messages.OPENED_IN(python=guest.python, version=guest.torch)
    return replace(loaded, card=replace(loaded.card, notes=(note, *loaded.card.notes)))


def arguments_in_guest(source: Source) -> tuple[Argument, ...]:
    """The arguments of the class or function that ``source.code`` names. Raises ``Problem``."""
    guest = agreed_guest(source, "")
    found, _ = guest.ask("form", messages.IT_LOOKED(), source=_agreed(source))
    return tuple(argument for argument in found if isinstance(argument, Argument))


def names_in_guest(python: str, package: str, pattern: str, *, trusted: bool) -> tuple[str, ...]:
    """The models that a package there has (see ``named.names_in``); all that PT2K knows of there for an empty name.

    Raises:
        NeedsTrust, Problem: as ``agreed_guest`` does.
    """
    guest = agreed_guest(Source(f"{package}:" if package else "", python=python, trusted=trusted), "")
    found, _ = guest.ask("names", messages.IT_LISTED(), package=package, pattern=pattern)
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
        sentence = messages.WOULD_START(python=python)
        if code:
            sentence = messages.WOULD_START_AND_RUN(python=python, code=code)
        elif source.path:
            sentence = messages.WOULD_START_AND_IMPORT(python=python, name=source.code or source.path)
        raise NeedsTrust(
            sentence,
            hint=messages.TRUST_INTERPRETER(),
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
