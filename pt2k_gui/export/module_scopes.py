"""Says of each node of the TorchScript exporter which module it came from, as the dynamo exporter does.

The older exporter leaves that in the node's name alone: /layer1/layer1.0/conv1/Conv. An entry of a ``Sequential`` repeats the
name of that, an entry of a ``ModuleDict`` leaves it out, and a second call of a module has a number behind its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pt2k_gui.sources.card import LayerRow

if TYPE_CHECKING:
    import onnx

_NAMES, _KINDS = "pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy"


def write_scopes(model: onnx.ModelProto, layers: Sequence[LayerRow]) -> None:
    """Write paths and classes into the metadata of every node whose name tells a module that there is.

    Args:
        layers: of the PyTorch model, all of them.
    """
    kinds = {row.path: row.type for row in layers}
    for node in model.graph.node:
        scopes = scopes_of(node.name, kinds)
        if scopes and not any(entry.key == _NAMES for entry in node.metadata_props):
            operation = node.name.rpartition("/")[2]
            for key, values in ((_NAMES, scopes), (_KINDS, [kinds.get(scope, "") for scope in scopes])):
                entry = node.metadata_props.add()
                entry.key, entry.value = key, repr([*values, operation])


def scopes_of(name: str, known: Mapping[str, str]) -> list[str]:
    """The paths of the modules around a node, outermost first, from its name; empty where they can't be told.

    Args:
        known: all paths, the root's "" among them.
    """
    if not name.startswith("/"):
        return []
    found, before = [""], ""
    for part in name.split("/")[1:-1]:
        path = found[-1]
        repeated = path + part[len(before) :] if before and part.startswith(f"{before}.") else ""
        single = re.sub(r"_\d+\Z", "", part)
        tried = [repeated, *(f"{path}.{word}" if path else word for word in (part, single))]
        following = next((place for place in tried if place and place in known), "")
        if not following:
            inside = f"{path}." if path else ""
            ends = [place for place in known if place.startswith(inside) and place.endswith((f".{part}", f".{single}"))]
            # The nearest one, if there is no other as near.
            ends.sort(key=lambda place: place.count("."))
            if not ends or (len(ends) > 1 and ends[0].count(".") == ends[1].count(".")):
                return []
            following = ends[0]
        found.append(following)
        before = part
    return found
