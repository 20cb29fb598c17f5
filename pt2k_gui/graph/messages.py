"""The texts of ``graph`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# onnx_side
FOLDED_INTO = template(
    "graph.folded_into",
    "{kind} has no layer of its own: its scale and shift were multiplied into the weights of {into}, so the answers are "
    "the same with one operation less.",
)
ABSORBED = template(
    "graph.absorbed",
    "No layer of its own: its effect is part of a neighbouring layer's weights or of the order of axes.",
)

# keras_side
NOT_KERAS = template("graph.not_keras", "{path} holds no Keras model that can be drawn.")
FUNCTIONAL_ONLY = template(
    "graph.functional_only", "Only models of the functional kind and Sequential ones have a graph."
)
ADDED = template("graph.added", "Added by the conversion: it arranges axes or shapes for the layers around it.")

# tflite_side
NOT_TFLITE = template("graph.not_tflite", "{path} holds no LiteRT model that can be drawn.")

# diffing
NO_GRAPH_OF = template("graph.no_graph_of", "{path} is of no kind whose graph can be drawn.")
DRAWABLE = template("graph.drawable", "Choose a .onnx, .keras or .tflite file.")
ONLY_LEFT = template("graph.only_left", "only in the left file: {operator}")
ONLY_RIGHT = template("graph.only_right", "only in the right file: {operator}")
ATTRIBUTE = template("graph.attribute", "{name}: {one} and {other}")
SHAPE = template("graph.shape", "shape: {one} and {other}")
WEIGHTS_CHANGED = template("graph.weights_changed", "weights differ by up to {largest:.1e} relative")
WEIGHTS_REORDERED = template(
    "graph.weights_reordered", "weights are in another order; sorted, they differ by up to {largest:.1e} relative"
)
