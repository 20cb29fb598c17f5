"""Fusions of products into attention and linear layers; and rolls, which are made of slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.ir.graph import Node, merged_sources
from pt2k_gui.convert.passes.pattern import DOMAIN, View, fused, other_input


def attention(view: View) -> None:
    """Softmax of a product, scaled and biased, times values (Vaswani et al., 2017)."""
    for softmax in view.nodes("Softmax"):
        share, rows = _without_nan(view, softmax)
        mixed = view.only_reader(share)
        default = -1 if softmax.version >= 13 else 1
        if softmax.attributes.get("axis", default) not in (-1, 3) or mixed is None or mixed.operator != "MatMul":
            continue
        if mixed.inputs[0] != share or mixed.inputs[1] == share:
            continue
        chain, bias = [softmax, *rows, mixed], ""
        logits = softmax.inputs[0]
        product = _product(view, logits, softmax)
        add = view.makers.get(logits)
        if product is None and add is not None and add.operator == "Add" and view.only_reader(logits) is softmax:
            for name, other in (add.inputs, add.inputs[::-1]):
                product = _product(view, name, add)
                if product is not None:
                    chain.append(add)
                    bias = other
                    break
        if product is None:
            continue
        nodes, scale = product
        chain += nodes
        sides = []
        for name in nodes[-1].inputs:
            factor, found = view.makers.get(name), None
            if factor is not None and view.only_reader(name) is nodes[-1]:
                found = view.factor(factor)
            if factor is not None and found is not None:
                chain.append(factor)
                scale *= found[1]
            sides.append(found[0] if found is not None else name)
        inputs = (*sides, mixed.inputs[1], *([bias] if bias else []))
        attributes = {"scale": float(np.float32(scale)), "masked": int(bool(rows))}
        view.replace(chain, fused("Attention", 1, inputs, chain, mixed, **attributes))


def _without_nan(view: View, softmax: Node) -> tuple[str, list[Node]]:
    """The shares that Softmax gives, behind the nodes that make zeros of rows whose every key is masked, if there are any."""
    share = softmax.outputs[0]
    test = next((node for node in view.readers.get(share, []) if node.operator == "IsNaN"), None)
    chosen = view.only_reader(test.outputs[0]) if test is not None else None
    if test is None or chosen is None or chosen.operator != "Where" or len(view.readers[share]) != 2:
        return share, []
    if chosen.inputs[2] != share or view.scalar(chosen.inputs[1]) != 0.0:
        return share, []
    return chosen.outputs[0], [test, chosen]


def _product(view: View, name: str, reader: Node) -> tuple[list[Node], float] | None:
    """The MatMul that gives a value, with the products by numbers behind it, and their product."""
    nodes: list[Node] = []
    scale = 1.0
    while True:
        node = view.makers.get(name)
        if node is None or node.domain or view.only_reader(name) is not reader:
            return None
        nodes.append(node)
        if node.operator == "MatMul":
            constants = [view.constant(side) for side in node.inputs]
            return (nodes, scale) if constants == [None, None] else None
        found = view.factor(node)
        if found is None:
            return None
        name, reader = found[0], node
        scale *= found[1]


def linear_bias(view: View) -> None:
    """MatMul by a constant matrix, then Add of a constant vector: one linear layer."""
    for product in view.nodes("MatMul"):
        matrix = view.constant(product.inputs[1])
        if matrix is None or matrix.rank != 2 or view.constant(product.inputs[0]) is not None:
            continue
        add = view.only_reader(product.outputs[0])
        if add is None or add.operator != "Add" or add.domain:
            continue
        other = other_input(add, product.outputs[0])
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


def roll(view: View) -> None:
    """x[k:] joined to x[:k] along an axis of unknown length L, where k is a number modulo L: what torch.roll becomes."""
    for join in view.nodes("Concat"):
        parts = [view.maker(name, "Slice") for name in join.inputs]
        if len(parts) != 2 or any(part is None or len(part.inputs) != 4 for part in parts):
            continue
        front, back = (part for part in parts if part is not None)
        axes = [view.scalar(part.inputs[3]) for part in (front, back)]
        turn = view.maker(front.inputs[1], "Mod")
        if turn is None or front.inputs[0] != back.inputs[0] or back.inputs[2] != front.inputs[1]:
            continue
        if (
            view.scalar(back.inputs[1]) != 0
            or axes != [join.attributes["axis"]] * 2
            or front.inputs[2] != turn.inputs[1]
        ):
            continue
        number, length = view.scalar(turn.inputs[0]), view.maker(turn.inputs[1], "Shape")
        if number is None or length is None or length.inputs[0] != front.inputs[0]:
            continue
        if length.attributes.get("start") != axes[0] or view.only_reader(front.outputs[0]) is not join:
            continue
        if view.only_reader(back.outputs[0]) is join and turn.attributes.get("fmod", 0) == 0:
            chain = [front, back, join]
            attributes = {"axis": join.attributes["axis"], "shift": -int(number)}
            view.replace(chain, fused("Roll", 1, front.inputs[:1], chain, join, **attributes))
