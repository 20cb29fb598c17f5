"""Opens a model in the user's interpreter, with the weights that PT2K read from its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loaded import LoadedModel

if TYPE_CHECKING:
    import torch


def open_model(
    source: Source,
    kind: str,
    digest: str,
    content: Mapping[str, Any] | None,
    tensors: Sequence[torch.Tensor],
    context: Context,
) -> LoadedModel:
    """See ``Guest.open``. Raises ``Problem``."""
    from pt2k_gui.sources import assembly
    from pt2k_gui.sources.checkpoints import Checkpoint, run_pickle
    from pt2k_gui.sources.state_dicts import Weights
    from pt2k_gui.sources.trust import Import

    if content is None:
        from pt2k_gui.sources.loading import reader

        return reader(kind)(source, context)
    weights = Weights(content["place"], dict(zip(content["names"], tensors, strict=True)))
    checkpoint = Checkpoint(
        (weights,),
        pickled_class=content["pickled_class"],
        stored=content["stored"],
        imports=tuple(Import(module, name, "") for module, name in content["imports"]),
        origin=content["origin"],
        files=content["files"],
    )
    notes = list(content["notes"])
    examples: Sequence[torch.Tensor] = ()
    if content["pickled_class"]:
        module = run_pickle(source, checkpoint, context)
    else:
        context.progress(0.5, "Making the network")
        fitted = assembly.fit(source, checkpoint, weights, context)
        notes += [*fitted.notes, *assembly.fill(source, fitted)]
        module, examples = fitted.module, fitted.examples
    return assembly.described(source, kind, digest, module, checkpoint, notes, examples=examples)
