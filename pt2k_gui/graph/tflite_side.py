"""The graph of a LiteRT file, as TensorFlow's interpreter tells it."""

from __future__ import annotations

import os

from pt2k_gui.graph import messages
from pt2k_gui.graph.network import INPUT, LAYER, OPERATION, OUTPUT, Network, Node, elements, shape_text
from pt2k_gui.problem import Problem

_LEFT_OUT = frozenset({"DELEGATE"})


def read_tflite(path: str | os.PathLike[str]) -> Network:
    """The graph of a ``.tflite`` file.

    Raises:
        Problem: the file is missing, or TensorFlow can't open it.
    """
    import tensorflow as tf

    from pt2k_gui.files import require_readable

    require_readable(os.fspath(path))
    try:
        interpreter = tf.lite.Interpreter(
            model_path=os.fspath(path),
            experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
    except (ValueError, RuntimeError) as error:
        raise Problem(messages.NOT_TFLITE(path=path), hint=messages.DRAWABLE(), details=str(error)) from error
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    shapes = {index: tuple(int(size) for size in tensor["shape"]) for index, tensor in tensors.items()}
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    makers: dict[int, int] = {}
    for tensor in interpreter.get_input_details():
        makers[tensor["index"]] = len(nodes)
        shape = shapes[tensor["index"]]
        nodes.append(
            Node(str(tensor["name"]), "Input", kind=INPUT, outputs=(shape_text(shape),), size=elements(shape[1:]))
        )
    for number, operation in enumerate(interpreter._get_ops_details()):  # there is no public way to them
        if operation["op_name"] in _LEFT_OUT:
            continue
        given = [int(index) for index in operation["inputs"] if int(index) in shapes]
        made = [int(index) for index in operation["outputs"]]
        weights = [index for index in given if index not in makers]
        place = len(nodes)
        nodes.append(
            Node(
                name=f"{operation['op_name'].lower()}_{number}",
                operator=str(operation["op_name"]),
                kind=LAYER if weights else OPERATION,
                inputs=tuple(shape_text(shapes[index]) for index in given if index in makers),
                outputs=tuple(shape_text(shapes[index]) for index in made),
                weights=tuple((str(tensors[index]["name"]), shape_text(shapes[index])) for index in weights),
                parameters=sum(elements(shapes[index]) for index in weights),
                size=sum(elements(shapes[index][1:]) for index in made),
            )
        )
        edges += [(makers[index], place) for index in given if index in makers]
        makers |= dict.fromkeys(made, place)
    for tensor in interpreter.get_output_details():
        if tensor["index"] in makers:
            edges.append((makers[tensor["index"]], len(nodes)))
            shape = shapes[tensor["index"]]
            nodes.append(Node(str(tensor["name"]), "Output", kind=OUTPUT, inputs=(shape_text(shape),)))
    return Network("LiteRT", tuple(nodes), tuple(dict.fromkeys(edges)))
