"""Answers what PT2K asks of a model in the user's interpreter: open it, run it, record it as a file, train one step."""

from __future__ import annotations

import copy
import os
import queue
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources import interpreter_messages, training_step, wire

if TYPE_CHECKING:
    import torch

    from pt2k_gui.sources.loaded import LoadedModel


class GuestContext:
    """Passes on what work in the guest reports."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def progress(self, fraction: float, text: str) -> None:
        wire.send(self._stream, {"progress": (fraction, text)})

    def log(self, line: str) -> None:
        wire.send(self._stream, {"log": line})

    def event(self, event: object) -> None:
        return

    def stopping(self) -> bool:
        return False


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Answer one message after another; ends the process when PT2K is gone, also in the middle of an answer."""
    asked: queue.Queue[tuple[Any, list[torch.Tensor]]] = queue.Queue()
    threading.Thread(target=_listen, args=(incoming, asked), name="listen to PT2K", daemon=True).start()
    guest = Guest(GuestContext(outgoing))
    while True:
        message, tensors = asked.get()
        try:
            answer, given = guest.answer(message, tensors)
            wire.send(outgoing, {"done": answer}, given)
        except BaseException as error:  # the user's code may fail in any way, and try to exit
            wire.send(outgoing, {"failed": _in_words(error)})


def _in_words(error: BaseException) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, MemoryError):
        return Problem(interpreter_messages.NO_MEMORY_THERE(), hint=interpreter_messages.CLOSE_PROGRAMS_AND_RETRY())
    details = traceback.format_exc()
    if isinstance(error, SystemExit):
        return Problem(
            interpreter_messages.CODE_EXITED(status=error.code),
            hint=interpreter_messages.LEAVE_EXIT_OUT(),
            details=details,
        )
    lines = str(error).strip().splitlines()
    return Problem(
        interpreter_messages.CODE_FAILED(error=": ".join([type(error).__name__, *lines[:1]])),
        hint=interpreter_messages.WHOLE_TRACE(),
        details=details,
    )


def _listen(incoming: IO[bytes], asked: queue.Queue[tuple[Any, list[torch.Tensor]]]) -> None:
    try:
        while True:
            asked.put(wire.receive(incoming))
    except wire.BrokenOff:
        os._exit(1)  # also out of a long computation


class Guest:
    """Holds the model that was opened last, and a copy of it in float64 once that was asked for."""

    def __init__(self, context: GuestContext) -> None:
        self._context = context
        self._loaded: LoadedModel | None = None
        self._double: Any = None
        self._answers: dict[str, Callable[..., Any]] = {
            "open": self.open,
            "form": self.form,
            "run": self.run,
            "record": self.record,
            "ways": self.ways,
            "names": self.names,
            "other_numbers": self.other_numbers,
            "training_mode": self.training_mode,
            "training_outputs": self.training_outputs,
            "training_step": self.training_step,
            "training_steps": self.training_steps,
        }

    def answer(self, message: Mapping[str, Any], tensors: list[torch.Tensor]) -> tuple[Any, Sequence[torch.Tensor]]:
        """Do what ``message["do"]`` asks for; returns plain data, and tensors apart from them."""
        given = {name: value for name, value in message.items() if name != "do"}
        value, made = self._answers[message["do"]](tensors, **given)
        return value, made

    @property
    def loaded(self) -> LoadedModel:
        """The model that was opened last."""
        assert self._loaded is not None
        return self._loaded

    def open(self, tensors: list[torch.Tensor], *, source: Any, kind: str, digest: str, content: Any) -> Any:
        """The model's card.

        Args:
            content: what PT2K read of the file: ``names`` of the tensors, and a checkpoint's fields; None where the
                file (or the name in its place) is for the guest to read.
        """
        from pt2k_gui.guest.opening import open_model

        self._loaded = self._double = None
        self._loaded = open_model(source, kind, digest, content, tensors, self._context)
        return self._loaded.card, ()

    def form(self, tensors: list[torch.Tensor], *, source: Any) -> Any:
        """The arguments of the class or function that the source names."""
        from pt2k_gui.sources.code import find_maker

        return find_maker(source).form, ()

    def names(self, tensors: list[torch.Tensor], *, package: str, pattern: str) -> Any:
        """The models that a package has; for an empty name, those of all packages that are known for models."""
        from pt2k_gui.sources.named import names_in, packages_here

        packages = (package,) if package else packages_here()
        return tuple(name for each in packages for name in names_in(each, pattern)), ()

    def run(self, tensors: list[torch.Tensor], *, double: bool = False, naming: bool = False) -> Any:
        """The outputs; ``double`` in float64, ``naming`` the layer that refuses its input."""
        import torch

        from pt2k_gui.export.dry_run import call_naming_layers
        from pt2k_gui.sources.loaded import flat_tensors

        if naming:
            return None, call_naming_layers(self.loaded, tensors)
        module: Any = self.loaded.module
        if double:
            if self._double is None:
                self._double = copy.deepcopy(module).double()
            module = self._double
            tensors = [tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors]
        arguments, named = self.loaded.arguments(tensors)
        with torch.inference_mode():
            return None, flat_tensors(module(*arguments, **named))

    def ways(self, tensors: list[torch.Tensor], *, trainable: bool) -> Any:
        """The exporters that this interpreter has."""
        from pt2k_gui.export import recording

        return recording.ways(self.loaded, trainable), ()

    def record(self, tensors: list[torch.Tensor], *, way: str, inputs: Any, path: str, trainable: bool) -> Any:
        """Write what one of torch's exporters makes of the model; returns notes.

        Args:
            way: ``program`` (a ``.pt2``), ``dynamo`` or ``torchscript`` (an ONNX file).
        """
        from pt2k_gui.export import writing

        notes: list[str] = []
        writing.record(self.loaded, inputs, Path(path), way=way, trainable=trainable, notes=notes)
        return tuple(notes), ()

    def other_numbers(self, tensors: list[torch.Tensor], *, inputs: Any, sentence: str, hint: str) -> Any:
        """The reason in the model that its ONNX file gives other numbers, as a ``Problem``."""
        from pt2k_gui.export.refusals import other_numbers

        return other_numbers(self.loaded, inputs, sentence, (), hint), ()

    def training_mode(self, tensors: list[torch.Tensor]) -> Any:
        """See ``training_step.mode_of``."""
        return training_step.mode_of(self.loaded), ()

    def training_outputs(self, tensors: list[torch.Tensor], *, mode: str) -> Any:
        """See ``training_step.outputs_of``."""
        outputs, trains = training_step.outputs_of(self.loaded, mode, tensors)
        return trains, outputs

    def training_step(self, tensors: list[torch.Tensor], *, mode: str, targets: Sequence[int], double: bool) -> Any:
        """See ``training_step.take_step``; the targets' tensors follow those of the batch."""
        count = len(tensors) - len(targets)
        wanted = dict(zip(targets, tensors[count:], strict=True))
        step = training_step.take_step(self.loaded, mode, tensors[:count], wanted, double=double)
        parts = (step.before, step.gradients, step.statistics_before, step.statistics)
        told = {"loss": step.loss, "names": tuple(tuple(part) for part in parts), "normalised": dict(step.normalised)}
        return told, [tensor for part in parts for tensor in part.values()]

    def training_steps(
        self,
        tensors: list[torch.Tensor],
        *,
        mode: str,
        targets: Sequence[int],
        optimizer: str,
        steps: int,
        double: bool,
        seed: int = 0,
    ) -> Any:
        """See ``training_step.take_steps``; the targets' tensors follow those of the batch."""
        count = len(tensors) - len(targets)
        wanted = dict(zip(targets, tensors[count:], strict=True))
        losses = training_step.take_steps(
            self.loaded, mode, tensors[:count], wanted, optimizer=optimizer, steps=steps, double=double, seed=seed
        )
        return losses, ()
