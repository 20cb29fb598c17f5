"""A model that is open in the user's interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import interpreter_messages
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.guest_process import Guest
from pt2k_gui.sources.torch_step import TorchStep

if TYPE_CHECKING:
    import torch


class GuestModel:
    """A model that is open in the user's interpreter: what a PyTorch module is for one here."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.torch = guest.torch

    def alive(self) -> bool:
        """Whether its process still runs."""
        return self._guest.alive()

    def run(self, tensors: Sequence[torch.Tensor], *, double: bool = False, naming: bool = False) -> list[torch.Tensor]:
        """The outputs' tensors in order, as ``LoadedModel.call`` gives them.

        Args:
            double: compute in float64.
            naming: name the layer that refuses its input, as a dry run does.

        Raises:
            Problem: the model does not run on them.
        """
        return self._guest.ask("run", interpreter_messages.IT_RAN(), tensors, double=double, naming=naming)[1]

    def training_mode(self) -> tuple[str, int]:
        """As ``training_step.mode_of``."""
        mode, dropouts = self._guest.ask("training_mode", interpreter_messages.IT_LOOKED())[0]
        return str(mode), int(dropouts)

    def training_outputs(
        self, mode: str, tensors: Sequence[torch.Tensor]
    ) -> tuple[list[torch.Tensor], tuple[bool, ...]]:
        """As ``training_step.outputs_of``."""
        trains, outputs = self._guest.ask("training_outputs", interpreter_messages.IT_RAN(), tensors, mode=mode)
        return outputs, tuple(map(bool, trains))

    def training_step(
        self, mode: str, tensors: Sequence[torch.Tensor], targets: Mapping[int, torch.Tensor], *, double: bool
    ) -> TorchStep:
        """As ``training_step.take_step``."""
        told, made = self._guest.ask(
            "training_step", interpreter_messages.IT_TRAINED(), [*tensors, *targets.values()],
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
            "training_steps", interpreter_messages.IT_TRAINED(), [*tensors, *targets.values()],
            mode=mode, targets=tuple(targets), optimizer=optimizer, steps=steps, double=double, seed=seed,
        )  # fmt: skip
        return [float(loss) for loss in losses]

    def ways(self, trainable: bool) -> tuple[str, ...]:
        """The exporters that are there, as ``pt2k_gui.export.recording`` calls them."""
        return tuple(self._guest.ask("ways", interpreter_messages.IT_LOOKED(), trainable=trainable)[0])

    def record(
        self, way: str, inputs: Sequence[TensorSpec], file: Path, trainable: bool, context: Context
    ) -> tuple[str, ...]:
        """Have one of its exporters write ``file``; returns what a person should know of it. Raises ``Problem``."""
        notes, _ = self._guest.ask(
            "record", interpreter_messages.IT_EXPORTED(), context=context,
            way=way, inputs=tuple(inputs), path=str(file), trainable=trainable,
        )  # fmt: skip
        return tuple(notes)

    def other_numbers(self, inputs: Sequence[TensorSpec], sentence: str, hint: str) -> Problem:
        """As ``pt2k_gui.export.refusals.other_numbers``: what in the model is the reason."""
        reason, _ = self._guest.ask(
            "other_numbers", interpreter_messages.IT_LOOKED(), inputs=tuple(inputs), sentence=sentence, hint=hint
        )
        return reason if isinstance(reason, Problem) else Problem(sentence, hint=hint)
