"""The layer tree of a model, from its modules or from what an exported program remembers of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.card import LayerRow

if TYPE_CHECKING:
    import torch

_DETAILS = (
    ("in_features", "out_features"),
    ("in_channels", "out_channels"),
    ("input_size", "hidden_size"),
    ("num_embeddings", "embedding_dim"),
)
_NO_MODULE = "_empty_nn_module_stack"  # torch's own name for nodes that belong to no module


def module_rows(module: torch.nn.Module, inputs: Sequence[torch.Tensor] | None = None) -> tuple[LayerRow, ...]:
    """One row a module, in definition order. A TorchScript module keeps its classes' names.

    Args:
        inputs: what to run the module on once, to learn the output shapes; a batch of two.
    """
    rows = []
    shapes = _output_shapes(module, inputs) if inputs is not None else {}
    for path, part in module.named_modules():
        kind = str(getattr(part, "original_name", type(part).__name__))
        count = sum(parameter.numel() for parameter in part.parameters())
        depth = path.count(".") + 1 if path else 0
        rows.append(LayerRow(path, kind, depth, shapes.get(path, ""), count, _detail(part)))
    return tuple(rows)


def _output_shapes(module: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> dict[str, str]:
    """Last outputs by module; empty for modules that were not called or gave no tensor."""
    import torch

    shapes: dict[str, str] = {}

    def noting(path: str) -> Callable[..., None]:
        def note(_: Any, __: Any, output: Any) -> None:
            first = output[0] if isinstance(output, tuple | list) and output else output
            if isinstance(first, torch.Tensor):
                sizes = [str(size) for size in first.shape]
                if sizes and first.shape[0] == inputs[0].shape[0]:
                    sizes[0] = "batch"
                shapes[path] = " × ".join(sizes) or "scalar"

        return note

    if isinstance(module, torch.jit.ScriptModule):
        return {}
    handles = [part.register_forward_hook(noting(path)) for path, part in module.named_modules()]
    try:
        with torch.no_grad():
            module(*inputs)
    except Exception:  # a model's own code may refuse the proposed inputs in any way; the dry run says why
        return {}
    finally:
        for handle in handles:
            handle.remove()
    return shapes


def _detail(part: Any) -> str:
    """A module's own settings in short."""
    words = []
    for first, second in _DETAILS:
        if isinstance(getattr(part, first, None), int) and isinstance(getattr(part, second, None), int):
            words.append(f"{getattr(part, first)} → {getattr(part, second)}")
    for name, silent in (
        ("kernel_size", None),
        ("stride", 1),
        ("padding", 0),
        ("dilation", 1),
        ("groups", 1),
        ("p", None),
    ):
        value = getattr(part, name, None)
        if isinstance(value, tuple | list) and value and all(entry == value[0] for entry in value):
            value = value[0]
        if value is None or value == silent or not isinstance(value, int | float | tuple | list | str):
            continue
        label = {"kernel_size": "kernel", "p": "rate"}.get(name, name)
        words.append(f"{label} {'×'.join(map(str, value)) if isinstance(value, tuple | list) else value}")
    for name in ("num_features", "normalized_shape", "num_heads"):
        value = getattr(part, name, None)
        if isinstance(value, int | tuple):
            words.append(f"{value if isinstance(value, int) else '×'.join(map(str, value))}")
    return ", ".join(words)


def program_rows(program: torch.export.ExportedProgram, name: str) -> tuple[LayerRow, ...]:
    """The modules that an exported program's nodes remember, in order of first use, with the shapes that they gave."""
    kinds: dict[str, str] = {"": name}
    shapes: dict[str, str] = {}
    for node in program.graph.nodes:
        for path, kind in (node.meta.get("nn_module_stack") or {}).values():
            path = _tidy(path)
            if path.startswith(_NO_MODULE):
                continue
            for end in (end for end, letter in enumerate(path) if letter == "."):
                kinds.setdefault(path[:end], "")  # a container that is never called, such as a ModuleList
            if not kinds.get(path) or not path:
                kinds[path] = str(kind if isinstance(kind, str) else kind.__name__).rsplit(".", 1)[-1]
            value = node.meta.get("val")
            if hasattr(value, "shape"):
                shapes[path] = shape_text(value.shape)
    counts: dict[str, int] = dict.fromkeys(kinds, 0)
    trainable = set(program.graph_signature.parameters)
    for key, tensor in program.state_dict.items():
        if key in trainable:
            for path in counts:
                if not path or key.startswith(path + "."):
                    counts[path] += tensor.numel()
    ordered = sorted(kinds, key=lambda path: _position(path, list(kinds)))
    return tuple(
        LayerRow(path, kinds[path], path.count(".") + 1 if path else 0, shapes.get(path, ""), counts[path])
        for path in ordered
    )


def _tidy(path: str) -> str:
    """A module that is called twice appears as ``name@1`` the second time."""
    return path.split("@", 1)[0]


def _position(path: str, order: list[str]) -> tuple[int, ...]:
    """Sorts children behind their parent, each level by first use."""
    parts = path.split(".") if path else []
    prefixes = [".".join(parts[: depth + 1]) for depth in range(len(parts))]
    return tuple(order.index(prefix) if prefix in order else len(order) for prefix in prefixes)


def shape_text(shape: Iterable[Any]) -> str:
    """Sizes joined by a times sign; what is not a plain number is the batch or another dynamic size."""
    words = [str(size) if isinstance(size, int) else "batch" if axis == 0 else "?" for axis, size in enumerate(shape)]
    return " × ".join(words) or "scalar"
