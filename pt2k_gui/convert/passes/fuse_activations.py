"""Activations that an exporter spells out (GELU in both forms, SiLU, HardSwish), and those that a layer takes in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.ir.dtypes import is_float
from pt2k_gui.convert.ir.graph import Node, merged_sources
from pt2k_gui.convert.passes.pattern import DOMAIN, View, close, fused, other_input


def gelu(view: View) -> None:
    """x * 0.5 * (1 + erf(x / sqrt 2)) in any order of its products (Hendrycks and Gimpel, 2016)."""
    for erf in view.nodes("Erf"):
        scale = view.makers.get(erf.inputs[0])
        if scale is None or scale.operator not in ("Div", "Mul"):
            continue
        found = view.split(scale)
        if found is None or (scale.operator == "Div" and view.constant(scale.inputs[0]) is not None):
            continue
        x, factor = found
        if not close(factor, np.sqrt(2) if scale.operator == "Div" else np.sqrt(0.5)):
            continue
        add = view.only_reader(erf.outputs[0])
        if add is None or add.operator != "Add" or (found := view.split(add)) is None or not close(found[1], 1.0):
            continue
        _gate_by_half(view, x, [scale, erf, add], "none")


def gelu_by_tanh(view: View) -> None:
    """x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), the same by its approximation."""
    for tanh in view.nodes("Tanh"):
        scale = view.maker(tanh.inputs[0], "Mul")
        found = view.split(scale) if scale is not None else None
        inner = view.maker(found[0], "Add") if found is not None else None
        add = view.only_reader(tanh.outputs[0])
        if scale is None or found is None or inner is None or not close(found[1], np.sqrt(2 / np.pi)):
            continue
        if add is None or add.operator != "Add" or (one := view.split(add)) is None or not close(one[1], 1.0):
            continue
        for x, name in (inner.inputs, inner.inputs[::-1]):
            cube = _cube(view, name, x)
            if cube is not None:
                _gate_by_half(view, x, [*cube, inner, scale, tanh, add], "tanh")
                break


def _cube(view: View, name: str, x: str) -> list[Node] | None:
    """The nodes of 0.044715 x^3: a power, or products in some order."""
    nodes: list[Node] = []
    factor, power, waiting = 1.0, 0, [name]
    while waiting:
        value = waiting.pop()
        if value == x:
            power += 1
            continue
        if (number := view.scalar(value)) is not None:
            factor *= number
            continue
        node = view.maker(value, "Mul", "Pow")
        if node is None or len(nodes) == 4:
            return None
        nodes.append(node)
        if node.operator == "Mul":
            waiting += node.inputs
        elif node.inputs[0] == x and (exponent := view.scalar(node.inputs[1])) in (2.0, 3.0):
            power += int(exponent)
        else:
            return None
    return nodes if power == 3 and close(factor, 0.044715) else None


def _gate_by_half(view: View, x: str, chain: list[Node], approximate: str) -> None:
    """Replace a chain that gives 1 + erf or 1 + tanh, with the products by x and a half behind it, by GELU."""
    value = chain[-1].outputs[0]
    half, times_x = False, False
    while not (half and times_x):
        node = view.only_reader(value)
        if node is None or node.operator != "Mul":
            return
        other = other_input(node, value)
        if not half and close(view.scalar(other), 0.5):
            half = True
        elif not times_x and other == x:
            times_x = True
        elif not half and not times_x and _is_half_of(view, other, x):
            half = times_x = True
            chain.append(view.makers[other])
        else:
            return
        chain.append(node)
        value = node.outputs[0]
    if any(len(view.readers.get(node.outputs[0], [])) != 1 for node in chain[:-1]):
        return
    view.replace(chain, fused("Gelu", 20, (x,), chain, chain[-1], approximate=approximate))


def _is_half_of(view: View, name: str, x: str) -> bool:
    node = view.makers.get(name)
    if node is None or node.operator != "Mul":
        return False
    found = view.split(node)
    return found is not None and found[0] == x and close(found[1], 0.5)


def gates(view: View) -> None:
    """x * sigmoid(alpha x) (SiLU; Hendrycks and Gimpel, 2016) and x * hard_sigmoid(x) (Howard et al., 2019)."""
    for gate in [*view.nodes("Sigmoid"), *view.nodes("HardSigmoid")]:
        times = view.only_reader(gate.outputs[0])
        if times is None or times.operator != "Mul" or times.domain:
            continue
        x = other_input(times, gate.outputs[0])
        if gate.operator == "HardSigmoid":
            if x == gate.inputs[0] and close(gate.attributes.get("alpha", 0.2), 1 / 6) and _half(gate):
                view.replace([gate, times], fused("HardSwish", 14, (x,), [gate, times], times))
            continue
        if x == gate.inputs[0]:
            view.replace([gate, times], fused("Swish", 24, (x,), [gate, times], times))
            continue
        scaled = view.makers.get(gate.inputs[0])
        found = view.factor(scaled) if scaled is not None else None
        if scaled is not None and found is not None and found[0] == x and view.only_reader(gate.inputs[0]) is gate:
            chain = [scaled, gate, times]
            view.replace(chain, fused("Swish", 24, (x,), chain, times, alpha=found[1]))


def _half(gate: Node) -> bool:
    return close(gate.attributes.get("beta", 0.5), 0.5)


_IN_LAYERS = {
    "Elu": "elu",
    "Gelu": "gelu",
    "Relu": "relu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Swish": "silu",
    "Tanh": "tanh",
}
_PLAIN = {"alpha": 1.0, "approximate": "none"}  # what Keras's activations of these names compute
_TAKING = ("Conv", "Gemm", "MatMul")


def into_layers(view: View) -> None:
    """An activation behind a convolution or a linear layer of which nothing else reads the result is the layer's own.

    Only where the layer's kernel is used once: what several places share must do the same at each.
    """
    for node in [*(node for name in _TAKING for node in view.nodes(name)), *view.nodes("Linear", DOMAIN)]:
        kernel = view.constant(node.inputs[1])
        if kernel is None or not is_float(kernel.dtype) or not view.is_read_once(node.inputs[1]):
            continue
        behind = view.only_reader(node.outputs[0])
        if behind is None or behind.domain or (name := _own_activation(view, behind)) == "":
            continue
        new = replace(
            node,
            outputs=behind.outputs[:1],
            module=node.module or behind.module,
            sources=merged_sources([node, behind]),
            activation=name,
        )
        view.replace([node, behind], new)


def _own_activation(view: View, node: Node) -> str:
    """The name of the activation that Keras's layers take, where a node is one; else empty."""
    if node.operator == "Clip":
        limits = [view.scalar(name) if name else None for name in node.inputs[1:3]]
        return "relu6" if limits == [0.0, 6.0] else ""
    plain = all(_PLAIN.get(name) == value for name, value in node.attributes.items())
    return _IN_LAYERS.get(node.operator, "") if plain else ""
