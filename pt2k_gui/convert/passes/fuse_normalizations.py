"""Normalisations that an exporter spells out, and those that a convolution takes in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.ir.graph import Node, merged_sources
from pt2k_gui.convert.ir.values import Constant
from pt2k_gui.convert.passes.pattern import View, fused, other_input


def layer_norm(view: View) -> None:
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
                chain, fused("LayerNormalization", 17, (x, scale, shift), chain, shifted, axis=-1, epsilon=epsilon[1])
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
        other = other_input(reader, node.outputs[0])
        if view.constant(other) is None:
            return None
        found.append((reader, other))
        node = reader
    return (*found[0], *found[1])


def rms_norm(view: View) -> None:
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
        scale = other_input(scaled, normed.outputs[0])
        weight = view.constant(scale)
        chain += [normed, scaled]
        if weight is None or weight.rank != 1 or any(view.only_reader(node.outputs[0]) is None for node in chain[:-1]):
            continue
        view.replace(chain, fused("RMSNormalization", 23, (x, scale), chain, scaled, axis=-1, epsilon=epsilon[1]))


def group_norm(view: View) -> None:
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
            other = other_input(node, value)
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
        attributes = {"num_groups": ones.size, "epsilon": norm.attributes.get("epsilon", 1e-5)}
        inputs = (split.inputs[0], *names)
        view.replace(chain, fused("GroupNormalization", 21, inputs, chain, chain[-1], **attributes))


def fold_batch_norm(view: View) -> None:
    """A BatchNormalization behind a convolution with constant weights becomes part of it; in a model to be trained it stays."""
    if view.trainable:
        return
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
