"""Reads TorchScript archives, traced or scripted. Their code runs inside TorchScript's own interpreter, not in Python."""

from __future__ import annotations

from pathlib import Path

from pt2k_gui.context import Context
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelCard, Source, TensorSpec
from pt2k_gui.sources.inputs import propose_inputs
from pt2k_gui.sources.kinds import TORCHSCRIPT
from pt2k_gui.sources.layers import module_rows
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.trust import sha256_of


def read_script(source: Source, context: Context) -> LoadedModel:
    """Open a TorchScript archive on the CPU, in evaluation mode. Raises ``Problem``."""
    import torch

    file = Path(source.path)
    context.progress(0.3, "Opening the TorchScript archive")
    try:
        module = torch.jit.load(str(file), map_location="cpu")
        module.eval()
    except (RuntimeError, ValueError, EOFError, AttributeError, TypeError, IndexError) as error:
        text = str(error)
        if "Unknown builtin op" in text or "Unknown type name" in text:
            missing = text.split("Unknown", 1)[1].splitlines()[0].strip()
            raise Problem(
                f"{file} can't be opened: it uses an operator that this PyTorch lacks ({missing}).",
                hint="Install the library that brings the operator, or export the model without it.",
                details=text,
            ) from error
        raise Problem(
            f"{file} can't be opened: its TorchScript archive is damaged, or a newer PyTorch than "
            f"{torch.__version__.split('+')[0]} wrote it.",
            hint="Copy the file again, or save it once more with torch.jit.save.",
            details=text,
        ) from error
    notes = ["Exported through the TorchScript exporter: the layers keep TorchScript's names."]
    if any(parameter.dtype in (torch.float16, torch.bfloat16) for parameter in module.parameters()):
        notes.append("Half precision weights were widened to float32.")
        module = module.float()
    names = [value.debugName() for value in module.graph.inputs()][1:]
    names = [name.split(".", 1)[0] if not name[0].isdigit() else f"input_{name}" for name in names]
    card = ModelCard(
        path=str(file),
        name=str(getattr(module, "original_name", file.stem)),
        kind=TORCHSCRIPT,
        origin="PyTorch",
        size=file.stat().st_size,
        sha256=sha256_of(file),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        trainable_parameters=sum(p.numel() for p in module.parameters() if p.requires_grad),
        inputs=_traced_inputs(module, names) or propose_inputs(module, names),
        layers=module_rows(module),
        notes=tuple(notes),
    )
    return LoadedModel(card, module=module)


def _traced_inputs(module: object, names: list[str]) -> tuple[TensorSpec, ...]:
    """Shapes that a traced graph remembers; empty where it remembers none."""
    values = list(module.graph.inputs())[1:]  # type: ignore[attr-defined]
    specs = []
    for name, value in zip(names, values, strict=True):
        kind = value.type()
        sizes = kind.sizes() if hasattr(kind, "sizes") else None
        if not sizes or kind.dtype() is None or not all(isinstance(size, int) for size in sizes):
            return ()
        dtype = str(kind.dtype()).removeprefix("torch.")
        whole = not dtype.startswith("float")
        specs.append(TensorSpec(name, dtype, ("batch", *sizes[1:]), 0 if whole else None, 2 if whole else None))
    return tuple(specs)
