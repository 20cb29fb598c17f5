"""A model as the other rooms get it: its card, and the framework object that runs. Lives within one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.card import ModelInfo

if TYPE_CHECKING:
    import torch

    from pt2k_gui.sources.guest import GuestModel


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """An opened model.

    Attributes:
        card: what is known of it.
        module: the ``nn.Module`` (also a ``ScriptModule``, or an export program's module), in evaluation mode; None for
            an ONNX file.
        program: the ``ExportedProgram``, where the file holds one.
        onnx_path: the file, where it is ONNX.
        files: what it was read from besides the file itself (weights beside an ONNX file, parts of a split one).
        guest: runs the module in the user's own interpreter, where ``module`` is None for that reason.
        arrange: puts the flat inputs into the arguments that ``module`` takes; None where they are positional.
    """

    card: ModelInfo
    module: torch.nn.Module | None = None
    program: torch.export.ExportedProgram | None = None
    onnx_path: str = ""
    files: tuple[str, ...] = ()
    arrange: Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]] | None = None
    guest: GuestModel | None = None

    @property
    def in_pytorch(self) -> bool:
        """Whether PyTorch runs it, here or in the user's own interpreter."""
        return self.module is not None or self.guest is not None

    def call(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Run the module without gradients; its output's tensors in order, whatever tuples and dictionaries hold them."""
        import torch

        if self.guest is not None:
            return self.guest.run(tensors)
        if self.module is None:
            raise TypeError("an ONNX file has no PyTorch module")
        arguments, named = self.arguments(tensors)
        with torch.no_grad():
            return flat_tensors(self.module(*arguments, **named))

    def arguments(self, tensors: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The flat inputs as positional and named arguments."""
        return (tuple(tensors), {}) if self.arrange is None else self.arrange(tensors)


def flat_tensors(output: Any) -> list[torch.Tensor]:
    """All tensors within nested tuples, lists, dictionaries and data classes, in order."""
    import torch

    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, dict) or hasattr(output, "keys"):
        return [tensor for key in output.keys() for tensor in flat_tensors(output[key])]  # noqa: SIM118
    if isinstance(output, tuple | list):
        return [tensor for item in output for tensor in flat_tensors(item)]
    return []
