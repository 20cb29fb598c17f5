"""One forward pass on random input: tells the output shapes, or which layer refused which shape."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.export import messages
from pt2k_gui.export.result import DryRun
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.onnx_session import onnx_session

if TYPE_CHECKING:
    import torch

# Two sizes of the batch: what comes out of both tells which axes of the output are the batch.
BATCHES = (2, 3)
_LARGEST = 2**31  # elements of one input


def dry_run(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> DryRun:
    """Run the model on random input of the chosen shapes.

    Raises:
        Problem: it does not take them; the sentence names the layer and the shape that it got.
    """
    check_inputs(loaded, inputs)
    began = time.perf_counter()
    runs = [run_once(loaded, inputs, batch) for batch in (BATCHES if has_symbols(inputs) else BATCHES[:1])]
    seconds = (time.perf_counter() - began) / len(runs)
    if any(spec.free_axes() for spec in inputs):
        with contextlib.suppress(Problem):  # not every model takes twice the size; those axes then count as fixed
            runs.append(run_once(loaded, inputs, BATCHES[0], stretch=2))
    outputs = []
    for number, first in enumerate(runs[0]):
        shapes = [tuple(run[number].shape) for run in runs]
        sizes: list[int | str] = [
            size
            if all(shape[axis] == size for shape in shapes)
            else "batch"
            if axis == 0
            else size_in_words(inputs, axis, shapes[0][axis], shapes[-1][axis])
            for axis, size in enumerate(shapes[0])
        ]
        name = "output" if len(runs[0]) == 1 else f"output_{number}"
        outputs.append(TensorSpec(name, str(first.dtype).removeprefix("torch."), tuple(sizes)))
    return DryRun(tuple(inputs), tuple(outputs), seconds)


def size_in_words(inputs: Sequence[TensorSpec], axis: int, once: int, twice: int) -> str:
    """An output's size in the words of the inputs' free sizes, such as ``H/4``; ``dim_2`` where it is not seen.

    Args:
        axis: the output's axis; an input's size at the same place is thought of first.
        once, twice: the output's size where the free sizes are as in the example, and where they are doubled.
    """
    free = [(abs(place - axis), place, spec) for spec in inputs for place in spec.free_axes()]
    for _, place, spec in sorted(free, key=lambda entry: entry[:2]):
        word, size = str(spec.shape[place]), spec.sizes(BATCHES[0])[place]
        if (once, twice) == (size, 2 * size):
            return word
        if once and twice == 2 * once and size % once == 0:
            return f"{word}/{size // once}"
        if once and twice == 2 * once and once % size == 0:
            return f"{once // size}*{word}"
        if twice - once == size:
            return f"{word} {'+' if once > size else '-'} {abs(once - size)}"
    return f"dim_{axis}"


def has_symbols(inputs: Sequence[TensorSpec]) -> bool:
    """Whether any size of the inputs is a word."""
    return any(isinstance(size, str) for spec in inputs for size in spec.shape)


def check_inputs(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> None:
    """Raise ``Problem`` for shapes that no model can take: too large, or of other inputs than the model's."""
    if len(inputs) != len(loaded.card.inputs):
        raise Problem(
            messages.INPUT_COUNT(inputs=len(loaded.card.inputs), shapes=len(inputs)), hint=messages.ONE_SHAPE_EACH()
        )
    for spec in inputs:
        count = math.prod(spec.sizes(BATCHES[-1], 2))
        if count > _LARGEST:
            raise Problem(
                messages.TOO_MANY_ELEMENTS(name=spec.name, shape=spec.text(), count=count),
                hint=messages.CHOOSE_SMALLER(),
            )


def run_once(
    loaded: LoadedModel, inputs: Sequence[TensorSpec], batch: int, seed: int = 0, stretch: int = 1
) -> list[Any]:
    """One pass at one batch size; tensors (or arrays, from ONNX Runtime) that come out. See ``TensorSpec.sizes``."""
    if loaded.guest is not None:
        tensors = random_tensors(inputs, batch, seed, stretch)
        return loaded.guest.run(tensors, naming=True)
    if loaded.module is None:
        return _run_onnx(loaded, inputs, batch, seed, stretch)
    tensors = random_tensors(inputs, batch, seed, stretch)
    return call_naming_layers(loaded, tensors)


def call_naming_layers(loaded: LoadedModel, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Run the module; a layer that refuses its input is named in the ``Problem``, with the shape that it got."""
    given = ", ".join(" × ".join(map(str, tensor.shape)) for tensor in tensors)
    with _watching(loaded.module) as entered:
        try:
            outputs = loaded.call(tensors)
        except Exception as error:  # a model's own code may fail in any way
            place = entered[-1] if entered else _place_in_graph(loaded, tensors)
            where = (
                messages.LAYER_GOT(layer=place[0], type=place[1], shape=place[2])
                if place and place[0]
                else messages.MODEL_REFUSED()
            )
            reason = _first_line(error)
            raise Problem(
                messages.DOES_NOT_RUN_WHERE(shape=given, where=where, reason=reason),
                hint=messages.CHANGE_INPUT(),
                details=f"{type(error).__name__}: {error}",
            ) from error
    if not outputs:
        raise Problem(messages.NO_TENSOR(), hint=messages.TENSOR_OUTPUTS())
    return outputs


def _place_in_graph(loaded: LoadedModel, tensors: Sequence[torch.Tensor]) -> tuple[str, str, str] | None:
    """For an exported program's graph, which calls no layers: the layer that the failing node came from."""
    import torch

    if not isinstance(loaded.module, torch.fx.GraphModule):
        return None
    places: list[tuple[str, str, str]] = []

    class Watch(torch.fx.Interpreter):
        def run_node(self, n: torch.fx.Node) -> Any:
            modules = (n.meta.get("nn_module_stack") or {}).values()
            stack = [entry for entry in modules if not entry[0].startswith("_empty_nn_module")]
            arguments = [self.env[node] for node in n.all_input_nodes if node in self.env]
            shapes = [" × ".join(map(str, a.shape)) for a in arguments[:1] if isinstance(a, torch.Tensor)]
            if stack:
                path, kind = stack[-1]
                name = str(kind if isinstance(kind, str) else kind.__name__).rsplit(".", 1)[-1]
                places.append((path, name, ", ".join(shapes) or "no tensor"))
            return super().run_node(n)

    arguments, named = loaded.arguments(tensors)
    from torch.utils import _pytree

    with contextlib.suppress(Exception), torch.no_grad():  # it failed before; only where is asked here
        Watch(loaded.module).run(*_pytree.tree_leaves((arguments, named)))
        return None
    return places[-1] if places else None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    meant = [line for line in lines if "Error:" in line]  # TorchScript puts its own reason last
    text = (meant[-1].split("Error:", 1)[1].strip() if meant else lines[0]) if lines else type(error).__name__
    return text if text.endswith(".") else f"{text}."


@contextlib.contextmanager
def _watching(module: Any) -> Iterator[list[tuple[str, str, str]]]:
    """The layers that are running, outermost first, as (path, class, input shape); what failed stays on the list."""
    import torch

    entered: list[tuple[str, str, str]] = []
    handles = []

    def before(path: str, kind: str) -> Any:
        def note(_: Any, arguments: tuple[Any, ...]) -> None:
            shapes = [" × ".join(map(str, a.shape)) for a in arguments if isinstance(a, torch.Tensor)]
            entered.append((path, kind, ", ".join(shapes) or "no tensor"))

        return note

    def after(*_: Any) -> None:
        entered.pop()

    try:
        if isinstance(module, torch.nn.Module) and not isinstance(
            module, torch.jit.ScriptModule | torch.fx.GraphModule
        ):
            for path, part in module.named_modules():
                handles.append(part.register_forward_pre_hook(before(path, type(part).__name__)))
                handles.append(part.register_forward_hook(after))
        yield entered
    finally:
        for handle in handles:
            handle.remove()


def _run_onnx(loaded: LoadedModel, inputs: Sequence[TensorSpec], batch: int, seed: int, stretch: int) -> list[Any]:
    tensors = random_tensors(inputs, batch, seed, stretch)
    feeds = {spec.name: tensor.numpy() for spec, tensor in zip(inputs, tensors, strict=True)}
    try:
        outputs = onnx_session(loaded.onnx_path).run(None, feeds)
    except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
        given = ", ".join(f"{name} {' × '.join(map(str, value.shape))}" for name, value in feeds.items())
        raise Problem(
            messages.DOES_NOT_RUN(shape=given, reason=_first_line(error)),
            hint=messages.CHANGE_INPUT(),
            details=str(error),
        ) from error
    return list(outputs)
