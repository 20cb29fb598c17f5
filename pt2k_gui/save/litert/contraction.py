"""Einstein sums as matrix products, reshapes and sums: LiteRT has no operator for them, and its converter knows few forms."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from pt2k_gui.save.litert.shapes import lengths, multiplied, reshaped

Labels = str


def einsum(equation: str, *operands: Any) -> Any:
    """``tf.einsum`` for any equation: repeated labels are diagonals, missing ones are summed, and ``...`` may stand anywhere."""
    inputs, output = _without_ellipsis(equation.replace(" ", ""), [len(operand.shape) for operand in operands])
    terms = [_diagonal(labels, operand) for labels, operand in zip(inputs, operands, strict=True)]
    terms = _without_ones(terms, output)
    labels, value = terms.pop(0)
    while terms:
        others, other = terms.pop(0)
        needed = set(output).union(*(left for left, _ in terms))
        labels, value = _pair(labels, value, others, other, needed)
    labels, value = _summed(labels, value, set(output))
    return _ordered(labels, value, output)


def _without_ellipsis(equation: str, ranks: Sequence[int]) -> tuple[list[Labels], Labels]:
    """The labels of each operand and of the output, with letters of their own for the axes under an ellipsis."""
    left, arrow, output = equation.partition("->")
    inputs = left.split(",")
    spare = [letter for letter in string.ascii_letters if letter not in equation]
    most = max((rank - len(part) + 3 for part, rank in zip(inputs, ranks, strict=True) if "..." in part), default=0)
    hidden = "".join(spare[:most])
    filled = [
        part.replace("...", hidden[most - (rank - len(part) + 3) :] if "..." in part else "")
        for part, rank in zip(inputs, ranks, strict=True)
    ]
    if not arrow:  # by the alphabet, each label that stands once
        every = left.replace(",", "").replace(".", "")
        output = hidden + "".join(sorted(label for label in set(every) if every.count(label) == 1))
    return filled, output.replace("...", hidden)


def _diagonal(labels: Labels, value: Any) -> tuple[Labels, Any]:
    """Each label once: where it stands twice, the elements with both places equal."""
    import tensorflow as tf

    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first, second = labels.index(label), labels.rindex(label)
            rest = [axis for axis in range(len(labels)) if axis not in (first, second)]
            value = tf.transpose(value, [first, second, *rest])
            sizes = lengths(value)
            value = reshaped(value, [multiplied(sizes[:2]), *sizes[2:]])
            value = tf.gather(value, tf.range(sizes[0]) * (sizes[0] + 1))
            labels = label + "".join(labels[axis] for axis in rest)
    return labels, value


def _without_ones(terms: list[tuple[Labels, Any]], output: Labels) -> list[tuple[Labels, Any]]:
    """Axes of length 1 that other operands have longer are left away."""
    import tensorflow as tf

    longest: dict[str, int] = {}
    for labels, value in terms:
        for label, length in zip(labels, value.shape, strict=True):
            longest[label] = max(longest.get(label, 1), -1 if length is None else length) if length else 2
    cut = []
    for labels, value in terms:
        single = [axis for axis, label in enumerate(labels) if value.shape[axis] == 1 and longest[label] != 1]
        value = tf.squeeze(value, single) if single else value
        cut.append(("".join(label for axis, label in enumerate(labels) if axis not in single), value))
    return cut


def _pair(a: Labels, left: Any, b: Labels, right: Any, needed: set[str]) -> tuple[Labels, Any]:
    """The product of two operands, summed over what nobody needs any more."""
    import tensorflow as tf

    a, left = _summed(a, left, needed | set(b))
    b, right = _summed(b, right, needed | set(a))
    both = [label for label in a if label in b]
    shared, summed = [label for label in both if label in needed], [label for label in both if label not in needed]
    ours, theirs = [label for label in a if label not in b], [label for label in b if label not in a]
    if not summed:
        joined = "".join((*shared, *ours, *theirs))
        return joined, _spread(a, left, joined) * _spread(b, right, joined)
    left, right = _ordered(a, left, [*shared, *ours, *summed]), _ordered(b, right, [*shared, *summed, *theirs])
    if not shared and ours and len(summed) == 1 and len(theirs) == 1:  # FULLY_CONNECTED, which keeps the axes in front
        return "".join((*ours, *theirs)), tf.matmul(left, right)
    sizes = dict(zip([*shared, *ours, *summed], lengths(left), strict=True))
    sizes |= dict(zip([*shared, *summed, *theirs], lengths(right), strict=True))
    rows, depth, columns = (multiplied([sizes[label] for label in group]) for group in (ours, summed, theirs))
    batch = [sizes[label] for label in shared]
    if len(ours) != 1 or len(summed) != 1:
        left = reshaped(left, [*batch, rows, depth])
    if len(theirs) != 1 or len(summed) != 1:
        right = reshaped(right, [*batch, depth, columns])
    product = tf.matmul(left, right)
    if len(ours) != 1 or len(theirs) != 1:
        product = reshaped(product, [*batch, *(sizes[label] for label in (*ours, *theirs))])
    return "".join((*shared, *ours, *theirs)), product


def _summed(labels: Labels, value: Any, needed: set[str]) -> tuple[Labels, Any]:
    import tensorflow as tf

    gone = [axis for axis, label in enumerate(labels) if label not in needed]
    if not gone:
        return labels, value
    return "".join(label for label in labels if label in needed), tf.reduce_sum(value, gone)


def _ordered(labels: Labels, value: Any, wanted: Sequence[str]) -> Any:
    import tensorflow as tf

    order = [labels.index(label) for label in wanted]
    return value if order == list(range(len(order))) else tf.transpose(value, order)


def _spread(labels: Labels, value: Any, wanted: Labels) -> Any:
    """The axes in the order wanted, with axes of length 1 for labels that the operand does not have."""
    import tensorflow as tf

    value = _ordered(labels, value, [label for label in wanted if label in labels])
    for axis, label in enumerate(wanted):
        if label not in labels:
            value = tf.expand_dims(value, axis)
    return value
