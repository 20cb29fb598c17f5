"""Recognises what exporters spell out and Keras has as one operation: attention, normalisations, gates."""

from __future__ import annotations

import numpy as np

from pt2k_gui.convert.ir.graph import Node, merged_sources
from pt2k_gui.convert.passes.pattern import DOMAIN, View, close


def recognise_idioms(view: View, trainable: bool) -> None:
    """Apply each pattern to the whole graph. A learned number stays a weight of its own in a trainable twin."""
    _gates(view, trainable)
    _layer_norm(view)
    _rms_norm(view)
    _attention(view, trainable)
    _roll(view)


def _made(
    operator: str, version: int, inputs: tuple[str, ...], chain: list[Node], last: Node, **attributes: object
) -> Node:
    """The node that stands for a chain of nodes whose result ``last`` gives."""
    domain = DOMAIN if operator in ("Attention", "Roll") else ""
    return Node(
        operator, inputs, last.outputs, attributes, domain, version, last.name, last.module, last.module_class,
        merged_sources(chain),
    )  # fmt: skip


# ---- gates: x times something of x ----------------------------------------------------------------------------------


def _gates(view: View, trainable: bool) -> None:
    """x * sigmoid(alpha x) (SiLU; Hendrycks and Gimpel, 2016) and x * hard_sigmoid(x) (Howard et al., 2019)."""
    for gate in [*view.nodes("Sigmoid"), *view.nodes("HardSigmoid")]:
        times = view.only_reader(gate.outputs[0])
        if times is None or times.operator != "Mul" or times.domain:
            continue
        x = times.inputs[1] if times.inputs[0] == gate.outputs[0] else times.inputs[0]
        if gate.operator == "HardSigmoid":
            if x == gate.inputs[0] and close(gate.attributes.get("alpha", 0.2), 1 / 6) and _half(gate):
                view.replace([gate, times], _made("HardSwish", 14, (x,), [gate, times], times))
            continue
        if x == gate.inputs[0]:
            view.replace([gate, times], _made("Swish", 24, (x,), [gate, times], times))
            continue
        scaled = view.makers.get(gate.inputs[0])
        found = view.factor(scaled, trainable) if scaled is not None else None
        if scaled is not None and found is not None and found[0] == x and view.only_reader(gate.inputs[0]) is gate:
            chain = [scaled, gate, times]
            view.replace(chain, _made("Swish", 24, (x,), chain, times, alpha=found[1]))


def _half(gate: Node) -> bool:
    return close(gate.attributes.get("beta", 0.5), 0.5)


# ---- normalisations -------------------------------------------------------------------------------------------------


def _layer_norm(view: View) -> None:
    """(x - mean) / sqrt(mean of its square + epsilon) * scale + shift over the last axis."""
    for root in view.nodes("Sqrt"):
        wide = view.maker(root.inputs[0], "Add")
        epsilon = view.split(wide) if wide is not None else None
        variance = view.maker(epsilon[0], "ReduceMean") if epsilon is not None else None
        square = view.maker(variance.inputs[0], "Pow", "Mul") if variance is not None else None
        centred = view.maker(square.inputs[0], "Sub") if square is not None else None
        mean = view.maker(centred.inputs[1], "ReduceMean") if centred is not None else None
        if wide is None or epsilon is None or variance is None or square is None or centred is None or mean is None:
            continue
        axis = view.mean_axis(variance)
        divided, x = view.only_reader(root.outputs[0]), centred.inputs[0]
        if axis is None or view.mean_axis(mean) != axis or mean.inputs[0] != x or not _is_square(view, square):
            continue
        if divided is None or divided.operator != "Div" or divided.inputs != (centred.outputs[0], root.outputs[0]):
            continue
        if len(view.readers.get(centred.outputs[0], [])) != len({id(divided), id(square)}) + (square.operator == "Mul"):
            continue
        affine = _affine(view, divided)
        if affine is None:
            continue
        scaled, scale, shifted, shift = affine
        parts = [view.constant(scale), view.constant(shift)]
        chain = [mean, centred, square, variance, wide, root, divided, scaled, shifted]
        if any(view.only_reader(node.outputs[0]) is None for node in chain[:-1] if node is not centred):
            continue
        if axis == -1 and all(part is not None and part.rank == 1 for part in parts):
            view.replace(
                chain, _made("LayerNormalization", 17, (x, scale, shift), chain, shifted, axis=-1, epsilon=epsilon[1])
            )


def _is_square(view: View, node: Node) -> bool:
    if node.operator == "Mul":
        return node.inputs[0] == node.inputs[1]
    return view.scalar(node.inputs[1]) == 2.0


def _affine(view: View, normed: Node) -> tuple[Node, str, Node, str] | None:
    """The Mul and the Add by constants behind a node, with the names of the constants."""
    found: list[tuple[Node, str]] = []
    node = normed
    for operator in ("Mul", "Add"):
        reader = view.only_reader(node.outputs[0])
        if reader is None or reader.operator != operator:
            return None
        other = reader.inputs[1] if reader.inputs[0] == node.outputs[0] else reader.inputs[0]
        if view.constant(other) is None:
            return None
        found.append((reader, other))
        node = reader
    return (*found[0], *found[1])


def _rms_norm(view: View) -> None:
    """x / sqrt(mean of x squared + epsilon) * scale over the last axis (Zhang and Sennrich, 2019)."""
    for root in view.nodes("Sqrt"):
        wide = view.maker(root.inputs[0], "Add")
        epsilon = view.split(wide) if wide is not None else None
        mean = view.maker(epsilon[0], "ReduceMean") if epsilon is not None else None
        square = view.maker(mean.inputs[0], "Pow", "Mul") if mean is not None else None
        if wide is None or epsilon is None or mean is None or square is None or not _is_square(view, square):
            continue
        if view.mean_axis(mean) != -1:
            continue
        x, chain = square.inputs[0], [square, mean, wide, root]
        inverse = view.only_reader(root.outputs[0])
        if inverse is None:
            continue
        if inverse.operator == "Reciprocal" or (inverse.operator == "Div" and view.scalar(inverse.inputs[0]) == 1.0):
            chain.append(inverse)
            normed = view.only_reader(inverse.outputs[0])
            if normed is None or normed.operator != "Mul" or x not in normed.inputs:
                continue
        else:
            normed = inverse
            if normed.operator != "Div" or normed.inputs != (x, root.outputs[0]):
                continue
        scaled = view.only_reader(normed.outputs[0])
        if scaled is None or scaled.operator != "Mul":
            continue
        scale = scaled.inputs[1] if scaled.inputs[0] == normed.outputs[0] else scaled.inputs[0]
        weight = view.constant(scale)
        chain += [normed, scaled]
        if weight is None or weight.rank != 1 or any(view.only_reader(node.outputs[0]) is None for node in chain[:-1]):
            continue
        view.replace(chain, _made("RMSNormalization", 23, (x, scale), chain, scaled, axis=-1, epsilon=epsilon[1]))


# ---- attention ------------------------------------------------------------------------------------------------------


def _attention(view: View, trainable: bool) -> None:
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
        product = _product(view, logits, softmax, trainable)
        add = view.makers.get(logits)
        if product is None and add is not None and add.operator == "Add" and view.only_reader(logits) is softmax:
            for name, other in (add.inputs, add.inputs[::-1]):
                product = _product(view, name, add, trainable)
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
                found = view.factor(factor, trainable)
            if factor is not None and found is not None:
                chain.append(factor)
                scale *= found[1]
            sides.append(found[0] if found is not None else name)
        inputs = (*sides, mixed.inputs[1], *([bias] if bias else []))
        attributes = {"scale": float(np.float32(scale)), "masked": int(bool(rows))}
        view.replace(chain, _made("Attention", 1, inputs, chain, mixed, **attributes))


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


def _product(view: View, name: str, reader: Node, trainable: bool) -> tuple[list[Node], float] | None:
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
        found = view.factor(node, trainable)
        if found is None:
            return None
        name, reader = found[0], node
        scale *= found[1]


# ---- rolls ----------------------------------------------------------------------------------------------------------


def _roll(view: View) -> None:
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
            view.replace(chain, _made("Roll", 1, front.inputs[:1], chain, join, **attributes))
