"""Proposes a model's inputs from its first layers, and tries the proposals on the model. Not for exported programs and
ONNX files, which say themselves what they take."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources import messages
from pt2k_gui.sources.box_inputs import holds_boxes, place_boxes
from pt2k_gui.sources.card import TensorSpec, ValueSpec
from pt2k_gui.sources.forward import (
    LENGTHS,
    UNTOUCHED,
    Asked,
    Leaf,
    Value,
    asked,
    give_back,
    notes_on,
    replaced,
    taking_tensors,
    with_switches,
)
from pt2k_gui.sources.loaded import flat_tensors, is_flat, left_out

if TYPE_CHECKING:
    import torch

NOT_RUN = messages.NO_INPUT_FOUND()
_SEQUENCE = 128
_SOUNDS = (16000, 512, 256)  # samples: a second, and what voice detectors take; these make frames of them themselves
_STATE_NAMES = ("h", "c", "state", "prev", "memory", "init")
_MOST_TRIALS = 40
# Square image sizes in the order of trial, by channels: digits first for one channel, ImageNet first for three.
_GREY_SIZES = (28, 32, 224, 64, 128, 256, 16, 8)
_COLOUR_SIZES = (224, 32, 64, 128, 256, 299, 28, 96, 384, 512, 16, 8)
_LENGTHS = (_SEQUENCE, 64, 32, 16, 1024, 16000, 8, 4)


@dataclass(frozen=True, eq=False)
class Proposed:
    """Inputs that are proposed for a module.

    Args:
        module: the one to use; its ``forward`` takes one tensor for each of ``inputs``.
        inputs: of a dynamic batch and everything else fixed.
        values: the arguments of ``forward`` that are no tensors.
    """

    module: Any
    inputs: tuple[TensorSpec, ...]
    values: tuple[ValueSpec, ...]
    notes: tuple[str, ...]


def propose(
    module: Any,
    given: Mapping[str, str],
    likely: tuple[TensorSpec, ...] = (),
    examples: Sequence[torch.Tensor] = (),
) -> Proposed:
    """Inputs, and the values that go with them, on which the module runs; else the likeliest ones.

    Args:
        given: values for arguments of ``forward`` that the user chose, as Python text.
        likely: inputs to try first, by the names of the arguments.
        examples: inputs on which the module runs, if its author says so.

    Raises:
        Problem: a value is given for an argument that takes none, or is of another type.
    """
    first: tuple[Asked, tuple[TensorSpec, ...]] | None = None
    for wanted in _ways(module, given):
        flat = taking_tensors(module, wanted)
        told = likely if [spec.name for spec in likely] == wanted.names else ()
        told = told or _of_examples(examples, wanted.names)
        inputs, runs = (
            (told, True)
            if told and _runs(flat, told)
            else _proposal(flat, wanted.names, _entries(module), _states(module))
        )
        if runs:
            wanted, inputs = _without_unused(module, wanted, inputs)
            wanted = _with_flat_output(module, wanted, inputs)
            notes = (*notes_on(wanted), *_size_notes(flat, inputs))
            return Proposed(taking_tensors(module, wanted), inputs, wanted.values, notes)
        first = first or (wanted, inputs)
        give_back(module)
    assert first is not None
    wanted, inputs = first
    notes = (*notes_on(wanted), NOT_RUN)
    return Proposed(taking_tensors(module, wanted), inputs, wanted.values, notes)


def _of_examples(examples: Sequence[torch.Tensor], names: Sequence[str]) -> tuple[TensorSpec, ...]:
    """The examples' shapes and types with a dynamic batch; empty where they are not one an input."""
    if len(examples) != len(names):
        return ()
    found = []
    for name, tensor in zip(names, examples, strict=True):
        shape = ("batch", *tensor.shape[1:]) if tensor.dim() else ()
        whole = not tensor.is_floating_point() and not tensor.is_complex() and tensor.numel()
        low, high = (min(0, int(tensor.min())), int(tensor.max()) + 1) if whole else (None, None)
        found.append(TensorSpec(name, str(tensor.dtype).removeprefix("torch."), shape, low, high))
    return tuple(found)


def _ways(module: Any, given: Mapping[str, str]) -> Iterator[Asked]:
    """Guesses at what ``forward`` wants, the likeliest first: lists of several lengths, then switches in the place of tensors."""
    first: Asked | None = None
    for length in LENGTHS:
        wanted = asked(module, given, length)
        first = first or wanted
        yield wanted
        if not wanted.guessed:
            break
    assert first is not None
    yield from with_switches(first)


def _without_unused(module: Any, wanted: Asked, inputs: tuple[TensorSpec, ...]) -> tuple[Asked, tuple[TensorSpec, ...]]:
    """Without the tensors that this configuration of the module never looks at."""
    import torch

    if isinstance(module, torch.jit.ScriptModule) or len(wanted.names) < 2:
        return wanted, inputs
    expected = _outputs(module, wanted, inputs)
    for name, form in wanted.parameters:
        if len(wanted.names) < 2:
            break
        if not isinstance(form, Leaf):
            continue
        rest = tuple(spec for spec in inputs if spec.name != form.name)
        if _outputs(module, replaced(wanted, name, Value(UNTOUCHED)), rest) is None:
            continue  # it was looked at
        without = _outputs(module, replaced(wanted, name, Value(None)), rest)
        if without is not None and expected is not None and _same(without, expected):
            wanted, inputs = replaced(wanted, name, Value(None), unused=True), rest
    return wanted, inputs


def _with_flat_output(module: Any, wanted: Asked, inputs: tuple[TensorSpec, ...]) -> Asked:
    """Where the output is more than tensors in plain containers (a data class, a number beside a tensor): the same with
    its tensors alone."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return wanted
    give_back(module)
    flat = taking_tensors(module, wanted)
    with torch.no_grad():
        output = flat(*random_tensors(inputs, 2))
    give_back(module)
    if is_flat(output) or not flat_tensors(output):
        return wanted
    return dataclasses.replace(wanted, left_out=tuple(left_out(output)))


def _outputs(module: Any, wanted: Asked, inputs: tuple[TensorSpec, ...]) -> list[Any] | None:
    """The module's answer to random inputs, called that way; None where it refuses."""
    import torch

    give_back(module)
    flat = taking_tensors(module, wanted)
    try:
        with torch.no_grad():
            torch.manual_seed(0)
            return flat_tensors(flat(*random_tensors(inputs, 2)))
    except Exception:  # a model's own code may refuse in any way
        return None
    finally:
        give_back(module)


def _same(these: Sequence[Any], those: Sequence[Any]) -> bool:
    import torch

    return len(these) == len(those) and all(torch.equal(a, b) for a, b in zip(these, those, strict=True))


def _size_notes(module: Any, inputs: tuple[TensorSpec, ...]) -> tuple[str, ...]:
    """Tells where pictures of other sizes work too: sizes may then stay free."""
    if not any(len(spec.shape) == 4 for spec in inputs):
        return ()
    larger = tuple(
        dataclasses.replace(spec, shape=(*spec.shape[:2], *(int(size) + 32 for size in spec.shape[2:])))
        if len(spec.shape) == 4
        else spec
        for spec in inputs
    )
    if not _runs(module, larger, 1):
        return ()
    channels = next(spec.shape[1] for spec in inputs if len(spec.shape) == 4)
    return (messages.OTHER_IMAGE_SIZES(channels=channels),)


def _proposal(
    module: Any, names: Sequence[str], layers: Iterable[list[TensorSpec]], states: list[TensorSpec]
) -> tuple[tuple[TensorSpec, ...], bool]:
    """One specification a name: the first combination on which the model runs, else the likeliest one."""
    entries = list(layers) or [[_image(1, 28)]]
    pools = [_pool(name, number, entries, states) for number, name in enumerate(names)]
    tried: Iterator[tuple[TensorSpec, ...]] = (
        tuple(dataclasses.replace(spec, name=name) for spec, name in zip(choice, names, strict=True))
        for choice in _by_likelihood(pools)
    )
    first: tuple[TensorSpec, ...] | None = None
    for specs in itertools.islice(tried, _MOST_TRIALS):
        first = first or specs
        if _runs(module, specs):
            return specs, True
    return first or (), False


def _by_likelihood(pools: list[list[TensorSpec]]) -> Iterator[tuple[TensorSpec, ...]]:
    """Combinations, those near the head of every pool first."""
    ranked = sorted(itertools.product(*(range(len(pool)) for pool in pools)), key=sum)
    return (tuple(pool[rank] for pool, rank in zip(pools, ranks, strict=True)) for ranks in ranked)


def _pool(name: str, number: int, entries: list[list[TensorSpec]], states: list[TensorSpec]) -> list[TensorSpec]:
    """Guesses at the argument. Those behind the first are likely of the first one's kind, feed the next layer, or are the
    state of a recurrent one."""
    first = entries[0]
    if number == 0:
        return first
    shape = first[0].shape[:2]
    if "mask" in name:
        return [TensorSpec(name, kind, shape, *limits) for kind, limits in (("bool", (0, 2)), ("int64", (0, 2)))]
    if holds_boxes(TensorSpec(name, "float32", ("batch", 4))):
        return [TensorSpec("", "float32", size) for size in ((8, 5), ("batch", 4), (8, 4), ("batch", 8, 4))]
    if name.endswith("ids") or "type" in name or "position" in name:
        return [TensorSpec(name, "int64", shape, 0, 2)]
    further = [entry[0] for entry in entries[number : number + 3]]
    if name.lower().startswith(_STATE_NAMES):
        return [*states, *further, *first[:4]]
    return [*further, *first[:4], *states]


def _runs(module: Any, specs: tuple[TensorSpec, ...], batch: int = 2) -> bool:
    import torch

    try:
        with torch.no_grad():
            module(*random_tensors(specs, batch))
    except Exception:  # a model's own code may refuse in any way; the dry run says why once the user asks
        return False
    return True


def random_tensors(inputs: Sequence[TensorSpec], batch: int, seed: int = 0, stretch: int = 1) -> list[torch.Tensor]:
    """A tensor for each input, as ``random_tensor`` makes them; boxes lie on the images.

    Args:
        batch, stretch: as ``TensorSpec.sizes`` takes them.
        seed: of the first one; each has its own.
    """
    tensors = [random_tensor(spec, batch, seed + number, stretch) for number, spec in enumerate(inputs)]
    return place_boxes(inputs, tensors)


def random_tensor(spec: TensorSpec, batch: int, seed: int, stretch: int = 1) -> torch.Tensor:
    """A tensor of that type and shape, of normal values or of integers within the range.

    Args:
        batch, stretch: as ``TensorSpec.sizes`` takes them.
    """
    import torch

    shape = spec.sizes(batch, stretch)
    generator = torch.Generator().manual_seed(seed)
    dtype = getattr(torch, spec.dtype)
    if dtype is torch.bool:
        values = torch.randint(0, 2, shape, generator=generator).bool()
        if len(shape) > 1 and shape[-1] > 1:
            # A mask that hides every key of a query, or none: what comes out is each backend's own.
            values[..., 0] |= ~values.any(-1)
            values[..., -1] &= ~values.all(-1)
        return values
    if not dtype.is_floating_point and not dtype.is_complex:
        low = 0 if spec.low is None else spec.low
        values = torch.randint(low, spec.high or low + 2, shape, generator=generator, dtype=dtype)
        # Lengths of sequences: PyTorch's packing takes the longest first.
        return values.sort(descending=True).values if spec.counts_from_one else values
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(dtype)


def _entries(module: torch.nn.Module) -> Iterator[list[TensorSpec]]:
    """For each layer with weights, in definition order: what it would take as a model's input, likeliest first."""
    for _, part in module.named_modules():
        specs = _taken_by(part, str(getattr(part, "original_name", type(part).__name__)))
        if specs:
            yield specs


def _states(module: torch.nn.Module) -> list[TensorSpec]:
    """First states that the recurrent layers take, each with the axis of the batch where PyTorch has it."""
    found: dict[tuple[int | str, ...], TensorSpec] = {}
    for _, part in module.named_modules():
        own = dict(part.named_parameters(recurse=False))
        shapes: list[tuple[int | str, ...]] = []
        if "weight_hh_l0" in own:
            count = sum(name.startswith("weight_hh_l") for name in own)
            sizes = [own["weight_hh_l0"].shape[1]]
            if "weight_hr_l0" in own:  # the cell's state is as long as before the projection
                sizes.append(own["weight_hr_l0"].shape[1])
            shapes = [(count, "batch", size) for size in sizes]
        elif "weight_hh" in own:
            rows, size = own["weight_hh"].shape
            shapes = [*([(2, "batch", size)] if rows == 4 * size else []), ("batch", size)]  # an LSTM cell's two in one
        found |= {shape: TensorSpec("", "float32", shape) for shape in shapes}
    return list(found.values())


def _taken_by(part: Any, kind: str) -> list[TensorSpec]:
    own = dict(part.named_parameters(recurse=False))
    # Under a weight norm the weight is no parameter of its own, but computed from others.
    weight = own.get("weight")
    if weight is None and (hasattr(part, "parametrizations") or own.keys() & {"weight_g", "weight_v", "weight_orig"}):
        weight = getattr(part, "weight", None)
    if "in_proj_weight" in own:
        width = own["in_proj_weight"].shape[1]
        return [TensorSpec("", "float32", ("batch", length, width)) for length in _LENGTHS]
    if "weight_ih_l0" in own:
        width = own["weight_ih_l0"].shape[1]
        if getattr(part, "batch_first", True):
            return [TensorSpec("", "float32", ("batch", _SEQUENCE, width))]
        return [TensorSpec("", "float32", (_SEQUENCE, "batch", width))]
    if weight is None or weight.dim() < 2:
        return []
    if "Embedding" in kind:
        lengths = (_SEQUENCE, 64, 32, 16, 8, 4, 1)
        table = weight.shape[0]
        specs = [TensorSpec("", "int64", ("batch", length), 0, table) for length in lengths]
        return [*specs, TensorSpec("", "int64", ("batch",), 0, table)]
    if "Conv" in kind:
        channels = weight.shape[0] if "Transpose" in kind else weight.shape[1] * int(getattr(part, "groups", 1))
        axes = weight.dim() - 2
        if axes == 1:
            signals = [TensorSpec("", "float32", ("batch", channels, length)) for length in _LENGTHS]
            return [*signals, *(TensorSpec("", "float32", ("batch", length)) for length in _SOUNDS)]
        if axes == 3:
            return [TensorSpec("", "float32", ("batch", channels, 16, size, size)) for size in (112, 64, 32, 16)]
        return [_image(channels, size) for size in (_COLOUR_SIZES if channels == 3 else _GREY_SIZES)]
    features = weight.shape[1]
    flat = TensorSpec("", "float32", ("batch", features))
    side = int(features**0.5)
    pictures = [_image(1, side)] if side * side == features and side > 3 else []
    if features % 3 == 0 and (side := int((features // 3) ** 0.5)) ** 2 * 3 == features and side > 3:
        pictures.append(_image(3, side))
    return [flat, *pictures, TensorSpec("", "float32", ("batch", _SEQUENCE, features))]


def _image(channels: int, size: int) -> TensorSpec:
    return TensorSpec("", "float32", ("batch", channels, size, size))
