"""How far ONNX Runtime's own answers move when every rounding is perturbed at random: the noise floor of a model that has no
float64 run. It looks at the ONNX file and the samples alone, never at what was converted from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pt2k_gui.verify.runners import OnnxRuntimeRunner

if TYPE_CHECKING:
    import numpy as np
    import onnx

TRIALS = 4
_SPACING = 2.0**-23  # of float32 at 1


class DisturbedRunner:
    """ONNX Runtime with every float32 weight, input and intermediate value moved by half a spacing in the mean.

    This is Monte Carlo arithmetic: where rounding turns at random, the spread of the results tells what rounding costs
    (D. S. Parker, *Monte Carlo Arithmetic: exploiting randomness in floating-point arithmetic*, UCLA CSD-970002, 1997;
    before it the CESTAC method of J. Vignes). A moved weight stands for the roundings inside a sum of products: those are
    what the same sum would give, exactly computed, for data changed in the last place (N. J. Higham, *Accuracy and
    Stability of Numerical Algorithms*, 2nd edition, section 3.1). A moved result of an operation stands for its own
    rounding.

    No float32 lies half a spacing beside another: a weight moves to its upper neighbour with probability 1/4, to its lower
    one with 1/4, and stays with 1/2. A result x becomes x (1 + d), with d drawn evenly from -2^-23 to 2^-23. Zeros, weights
    of one number (an epsilon, an exponent), lengths of axes and what is computed from them stay as they are.

    Args:
        path: the ONNX file.
        seed: of the directions.
    """

    def __init__(self, path: str, seed: int) -> None:
        import onnxruntime

        self.backend = f"ONNX Runtime disturbed {seed}"
        self.version = onnxruntime.__version__
        self._path, self._seed = path, seed
        self._runner: OnnxRuntimeRunner | None = None

    def open(self) -> None:
        import numpy as np

        self._generator = np.random.default_rng((self._seed, 1))
        self._runner = OnnxRuntimeRunner(self._path, model=disturbed(self._path, self._seed))
        self._runner.open()

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        assert self._runner is not None
        return self._runner.run([moved(array, self._generator) for array in batch])

    def close(self) -> None:
        self._runner = None


def moved(array: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A float32 array with its numbers half a spacing away in the mean; any other array as it is."""
    import numpy as np

    if array.dtype != np.float32:
        return array
    chosen = generator.integers(0, 4, array.shape)
    towards = np.where(chosen == 0, np.float32(-np.inf), np.float32(np.inf))
    moves = (chosen < 2) & (array != 0) & np.isfinite(array)
    return np.where(moves, np.nextafter(array, towards), array)


def disturbed(path: str, seed: int) -> bytes:
    """The model with its weights moved, and its results moved while it runs, serialized.

    Raises:
        Exception: whatever onnx raises of a model that is larger than a protobuf, or whose types it can't tell.
    """
    import numpy as np
    import onnx
    import onnx.inliner

    model = onnx.load(path)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    model = onnx.shape_inference.infer_shapes(model)
    _disturb(model.graph, set(), np.random.default_rng((seed, 0)))
    serialized: bytes = model.SerializeToString()
    return serialized


def _disturb(graph: onnx.GraphProto, computed: set[str], generator: np.random.Generator) -> None:
    """Disturb a graph and those within it; ``computed`` names the values around it that depend on the model's inputs."""
    import onnx

    from pt2k_gui.convert.registry import traits_of

    computed = {*computed, *(value.name for value in graph.input)} - {tensor.name for tensor in graph.initializer}
    single = {
        value.name
        for value in (*graph.value_info, *graph.output)
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    }
    nodes: list[onnx.NodeProto] = []
    lengths: set[str] = set()  # what Shape gives, and what is computed from it alone
    kept: set[str] = set()  # weights that are not moved
    for node in graph.node:
        nodes.append(node)
        kept.update(
            name for place in traits_of(node.op_type, node.domain).settings for name in node.input[place : place + 1]
        )
        inner = [attribute.g for attribute in node.attribute if attribute.HasField("g")]
        depends = inner or any(name in computed for name in node.input)
        if node.op_type in ("Shape", "Size") or (not depends and any(name in lengths for name in node.input)):
            lengths.update(node.output)
            kept.update(node.input)
        elif depends:
            for subgraph in inner:
                _disturb(subgraph, computed, generator)
            computed.update(node.output)
            for place, name in enumerate(node.output):
                if name in single and not traits_of(node.op_type, node.domain).exact and not inner:
                    node.output[place] = f"{name}/exact"
                    nodes += _moving(name, float(generator.integers(1 << 20)))
    _move_weights(graph, kept, generator)
    del graph.node[:]
    graph.node.extend(nodes)


def _moving(name: str, seed: float) -> Iterator[onnx.NodeProto]:
    """The nodes that make ``name`` from ``name/exact``: times a number around 1, rounded to float32 as it is drawn."""
    import onnx

    exact, factor = f"{name}/exact", f"{name}/factor"
    low, high = 1 - _SPACING, 1 + _SPACING
    yield onnx.helper.make_node("RandomUniformLike", [exact], [factor], low=low, high=high, seed=seed, dtype=1)
    yield onnx.helper.make_node("Mul", [exact, factor], [name])


def _move_weights(graph: onnx.GraphProto, kept: set[str], generator: np.random.Generator) -> None:
    import numpy as np
    import onnx
    from onnx import numpy_helper

    tensors = [tensor for tensor in graph.initializer if tensor.name not in kept]
    for node in graph.node:
        if node.op_type == "Constant" and node.output[0] not in kept:
            tensors += [attribute.t for attribute in node.attribute if attribute.name == "value"]
    for tensor in tensors:
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims, dtype=np.int64) > 1:
            tensor.CopyFrom(numpy_helper.from_array(moved(numpy_helper.to_array(tensor), generator), tensor.name))
