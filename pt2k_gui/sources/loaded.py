"""A model as the other rooms get it: its card, and the framework object that runs. Lives within one process."""

from __future__ import annotations

import collections
import dataclasses
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.card import ModelInfo

if TYPE_CHECKING:
    import torch

    from pt2k_gui.sources.guest_model import GuestModel


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """An opened model.

    Attributes:
        card: what is known of it.
        module: the ``nn.Module`` (also a ``ScriptModule``, or an exported program's module), in evaluation mode; None for
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
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        return [tensor for field in dataclasses.fields(output) for tensor in flat_tensors(getattr(output, field.name))]
    if isinstance(output, types.SimpleNamespace):
        return [tensor for item in vars(output).values() for tensor in flat_tensors(item)]
    return []


def tensor_names(output: Any, path: str = "") -> list[str]:
    """For each tensor of ``flat_tensors`` the keys and fields that lead to it, joined; a place in a tuple is its number."""
    import torch

    def within(name: object) -> str:
        return f"{path}_{name}" if path else str(name)

    if isinstance(output, torch.Tensor):
        return [path]
    if isinstance(output, dict) or hasattr(output, "keys"):
        return [name for key in output.keys() for name in tensor_names(output[key], within(key))]  # noqa: SIM118
    if isinstance(output, tuple | list):
        fields = getattr(output, "_fields", range(len(output)))
        return [name for place, item in zip(fields, output, strict=True) for name in tensor_names(item, within(place))]
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        names = [field.name for field in dataclasses.fields(output)]
        return [name for field in names for name in tensor_names(getattr(output, field), within(field))]
    if isinstance(output, types.SimpleNamespace):
        return [name for key, item in vars(output).items() for name in tensor_names(item, within(key))]
    return []


def is_flat(output: Any) -> bool:
    """Whether an output is a tensor, or plain tuples, lists and dictionaries of tensors, which an exporter takes as they
    are."""
    import torch

    if isinstance(output, torch.Tensor):
        return True
    if type(output) in (dict, collections.OrderedDict) or hasattr(output, "keys"):
        return all(is_flat(output[key]) for key in output.keys())  # noqa: SIM118
    return isinstance(output, tuple | list) and all(is_flat(item) for item in output)


def left_out(output: Any) -> list[str]:
    """The plain values beside the tensors of a tuple or a data class, in words: ``output 1 (None)``."""
    import torch

    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        named = [(field.name, getattr(output, field.name)) for field in dataclasses.fields(output)]
    else:
        items = list(output) if isinstance(output, tuple | list) else []
        named = [(f"output {number}", item) for number, item in enumerate(items)]
    return [
        f"{name} ({item!r})"
        for name, item in named
        if not isinstance(item, torch.Tensor) and (item is None or isinstance(item, int | float | bool | str))
    ]
