"""Rewrites groups of nodes into one where PyTorch had one module: biases of linear layers, GELU, batch normalisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.ir.graph import Graph, Node, merged_sources
from pt2k_gui.convert.ir.values import Constant
from pt2k_gui.convert.passes.idioms import recognise_idioms
from pt2k_gui.convert.passes.pattern import DOMAIN, View, close


def recognise(graph: Graph, trainable: bool) -> None:
    """Apply every pattern once, in an order in which none makes another possible."""
    view = View(graph)
    _gelu(view)
    _gelu_tanh(view)
    _group_norm(view)
    recognise_idioms(view, trainable)
    _linear_bias(view)
    if not trainable:
        _fold_batchnorm(view)
    view.finish()


def _gelu(view: View) -> None:
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


def _gelu_tanh(view: View) -> None:
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
        other = node.inputs[1] if node.inputs[0] == value else node.inputs[0]
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
    last = chain[-1]
    attributes = {"approximate": approximate}
    new = Node(
        "Gelu", (x,), (value,), attributes, "", 20, last.name, last.module, last.module_class, merged_sources(chain)
    )
    view.replace(chain, new)


def _is_half_of(view: View, name: str, x: str) -> bool:
    node = view.makers.get(name)
    if node is None or node.operator != "Mul":
        return False
    found = view.split(node)
    return found is not None and found[0] == x and close(found[1], 0.5)


def _group_norm(view: View) -> None:
    """Groups as instances of their own, normalised, put back, scaled and shifted by channel (Wu and He, 2018)."""
    for norm in view.nodes("InstanceNormalization"):
        split, back = view.makers.get(norm.inputs[0]), view.only_reader(norm.outputs[0])
        if split is None or split.operator != "Reshape" or back is None or back.operator != "Reshape":
            continue
        target, ones, zeros = (view.constant(name) for name in (split.inputs[1], *norm.inputs[1:3]))
        if target is None or ones is None or zeros is None or view.only_reader(split.outputs[0]) is not norm:
            continue
        if target.array.tolist() != [0, ones.size, -1] or (ones.array != 1).any() or zeros.array.any():
            continue
        shape = view.makers.get(back.inputs[1])
        if shape is None or shape.operator != "Shape" or shape.inputs[0] != split.inputs[0]:
            continue
        if shape.attributes.get("start", 0) or "end" in shape.attributes:
            continue
        chain, names = [split, norm, back], []
        for operator in ("Mul", "Add"):
            value = chain[-1].outputs[0]
            node = view.only_reader(value)
            if node is None or node.operator != operator:
                break
            other = node.inputs[1] if node.inputs[0] == value else node.inputs[0]
            factor = view.constant(other)
            if factor is None or factor.rank < 2 or factor.size != factor.shape[-factor.rank]:
                break
            flat = f"{other}/flat"
            view.graph.constants[flat] = Constant(
                factor.array.reshape(-1), name=factor.name, is_parameter=factor.is_parameter
            )
            names.append(flat)
            chain.append(node)
        if len(names) < 2:
            continue
        last = chain[-1]
        attributes = {"num_groups": ones.size, "epsilon": norm.attributes.get("epsilon", 1e-5)}
        new = Node(
            "GroupNormalization", (split.inputs[0], *names), last.outputs, attributes, "", 21, last.name, last.module,
            last.module_class, merged_sources(chain),
        )  # fmt: skip
        view.replace(chain, new)


def _linear_bias(view: View) -> None:
    """MatMul by a constant matrix, then Add of a constant vector: one linear layer."""
    for product in view.nodes("MatMul"):
        matrix = view.constant(product.inputs[1])
        if matrix is None or matrix.rank != 2 or view.constant(product.inputs[0]) is not None:
            continue
        add = view.only_reader(product.outputs[0])
        if add is None or add.operator != "Add" or add.domain:
            continue
        other = add.inputs[1] if add.inputs[0] == product.outputs[0] else add.inputs[0]
        bias = view.constant(other)
        if bias is None or bias.shape != (matrix.shape[1],):
            continue
        new = replace(
            product,
            operator="Linear",
            domain=DOMAIN,
            version=1,
            inputs=(*product.inputs, other),
            outputs=add.outputs,
            module=product.module or add.module,
            sources=merged_sources([product, add]),
        )
        view.replace([product, add], new)


def _fold_batchnorm(view: View) -> None:
    """A BatchNormalization behind a convolution with constant weights becomes part of it (in evaluation mode)."""
    for norm in view.nodes("BatchNormalization"):
        conv = view.makers.get(norm.inputs[0])
        if conv is None or conv.operator != "Conv" or conv.domain or view.only_reader(conv.outputs[0]) is not norm:
            continue
        if norm.attributes.get("training_mode", 0) or norm.attributes.get("spatial", 1) != 1:
            continue
        parts = [view.constant(name) for name in norm.inputs[1:5]]
        kernel = view.constant(conv.inputs[1])
        bias = view.constant(conv.inputs[2]) if len(conv.inputs) > 2 and conv.inputs[2] else None
        if (
            kernel is None
            or any(part is None for part in parts)
            or (len(conv.inputs) > 2 and conv.inputs[2] and bias is None)
        ):
            continue
        scale, shift, mean, variance = (part.array.astype(np.float64) for part in parts if part is not None)
        factor = scale / np.sqrt(variance + norm.attributes.get("epsilon", 1e-5))
        first = np.zeros_like(mean) if bias is None else bias.array.astype(np.float64)
        names = (f"{conv.inputs[1]}/folded/{norm.outputs[0]}", f"{conv.inputs[1]}/bias/{norm.outputs[0]}")
        view.graph.constants[names[0]] = _scaled(kernel, factor)
        view.graph.constants[names[1]] = Constant(((first - mean) * factor + shift).astype(kernel.dtype))
        new = replace(
            conv,
            inputs=(conv.inputs[0], *names),
            outputs=norm.outputs[:1],
            sources=merged_sources([conv, norm]),
        )
        view.replace([conv, norm], new)


def _scaled(kernel: Constant, factor: np.ndarray) -> Constant:
    """A kernel (out, in, space...) times a number per output channel; computed when it is read, so that it is held once."""

    def compute() -> np.ndarray:
        weights = kernel.array
        exact = np.promote_types(weights.dtype, np.float32)
        shaped = factor.astype(exact).reshape(-1, *(1,) * (weights.ndim - 1))
        return (weights * shaped).astype(weights.dtype, copy=False)

    return Constant(compute, shape=kernel.shape, dtype=kernel.dtype)
