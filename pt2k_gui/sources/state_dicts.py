"""Finds the weights within what a checkpoint holds, and matches their names with a module's. Reads no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.pickled import tensors_of

# Where training scripts put the weights, likeliest first; averaged copies after the weights themselves.
_PLACES = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params")
_AVERAGES = ("ema", "averag", "swa")
_PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "_forward_module.", "backbone.", "encoder.")
_DEPTH = 3


@dataclass(frozen=True)
class Weights:
    """One set of named tensors within a file.

    Args:
        place: the keys that lead to it, joined by dots; empty where the file holds nothing else.
        tensors: names and tensors, in the file's order.
    """

    place: str
    tensors: Mapping[str, Any]


@dataclass(frozen=True)
class KeyRow:
    """One row of the table that compares a file's tensors with a class's.

    Args:
        state: ``matched``, ``missing`` (the class has it, the file has not), ``unexpected`` (the other way round) or
            ``mismatched`` (both have it, in different shapes).
        in_file, in_class: shapes as text; empty where there is no such tensor.
    """

    key: str
    state: str
    in_file: str
    in_class: str


class WeightsDontFit(Problem):
    """The class and the file's tensors differ; ``rows`` is the table of all keys."""

    def __init__(self, sentence: str, *, hint: str = "", details: str = "", rows: tuple[KeyRow, ...] = ()) -> None:
        super().__init__(sentence, hint=hint, details=details)
        self.rows = rows

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.sentence, self.hint, self.details, self.rows)


def _rebuild(sentence: str, hint: str, details: str, rows: tuple[KeyRow, ...]) -> WeightsDontFit:
    return WeightsDontFit(sentence, hint=hint, details=details, rows=rows)


def find_weights(content: Any) -> tuple[Weights, ...]:
    """All sets of tensors in a checkpoint, the likeliest first; those of an optimizer are left out."""
    found = list(_walk(content, (), 0))
    return tuple(sorted(found, key=lambda weights: _rank(weights.place)))


def _walk(content: Any, path: tuple[str, ...], depth: int) -> Iterator[Weights]:
    of_module = tensors_of(content)
    if of_module:
        yield Weights(".".join(path), of_module)
        return
    if not isinstance(content, Mapping) or depth > _DEPTH:
        return
    tensors = {str(key): value for key, value in content.items() if _is_tensor(value)}
    # Single numbers alone are a score or a counter that somebody kept, not weights.
    if any(tensor.dim() for tensor in tensors.values()) and len(tensors) * 2 >= sum(
        1 for key in content if not str(key).startswith("_")
    ):
        yield Weights(".".join(path), _without_counter(tensors))
        return
    for key, value in content.items():
        if isinstance(key, str) and "optim" not in key.lower() and "scheduler" not in key.lower():
            yield from _walk(value, (*path, key), depth + 1)


def _without_counter(tensors: dict[str, Any]) -> dict[str, Any]:
    """``torch.optim.swa_utils.AveragedModel`` counts its updates beside the module that it wraps."""
    rest = {key: value for key, value in tensors.items() if key != "n_averaged"}
    return rest if rest and all(key.startswith("module.") for key in rest) else tensors


def _rank(place: str) -> tuple[int, int, int]:
    last = place.rsplit(".", 1)[-1].lower()
    averaged = any(word in place.lower() for word in _AVERAGES)
    return (
        int(averaged),
        _PLACES.index(last) if last in _PLACES else len(_PLACES),
        place.count("."),
    )


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def strip_prefixes(keys: Sequence[str]) -> str:
    """The prefix that wrappers (DataParallel, torch.compile, Lightning) put before every key; empty where there is nothing."""
    prefix = ""
    while True:
        rest = [key[len(prefix) :] for key in keys]
        further = next((word for word in _PREFIXES if all(key.startswith(word) for key in rest)), "")
        if not keys or not further or any(key == further for key in rest):
            return prefix
        prefix += further


def fit_prefix(keys: Sequence[str], wanted: Sequence[str]) -> tuple[str, str]:
    """The prefix to take off the file's keys and the one to put before them, so that most match the class's keys.

    Where nothing is gained the keys stay as they are.
    """
    names = set(wanted)
    off = {"", strip_prefixes(keys)}
    off |= _heads(keys)
    put = {"", *(word for word in {name.split(".", 1)[0] + "." for name in names} if len(word) > 1)}

    def matches(pair: tuple[str, str]) -> int:
        return sum(pair[1] + key[len(pair[0]) :] in names for key in keys if key.startswith(pair[0]))

    pairs = sorted(((a, b) for a in off for b in put), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
    return max(pairs, key=matches)


def _heads(keys: Sequence[str], before: str = "") -> set[str]:
    """Beginnings that a wrapper or most of the keys have, one within the other: ``module.``, ``module._orig_mod.``."""
    inner = [key[len(before) :] for key in keys if key.startswith(before)]
    heads = {key.split(".", 1)[0] + "." for key in inner if "." in key}
    found = {head for head in heads if head in _PREFIXES or sum(key.startswith(head) for key in inner) * 2 > len(keys)}
    below = [_heads(keys, before + head) for head in found if head in _PREFIXES]
    return {before + head for head in found}.union(*below)


def renamed(tensors: Mapping[str, Any], off: str, put: str) -> dict[str, Any]:
    """The tensors with their names changed as ``fit_prefix`` says; names without the prefix stay."""
    return {
        (put + key[len(off) :]) if key.startswith(off) and (off or put) else key: value
        for key, value in tensors.items()
    }


def compare_keys(tensors: Mapping[str, Any], module_state: Mapping[str, Any]) -> tuple[KeyRow, ...]:
    """The class's keys in their order, then what the file has besides."""
    rows = []
    for key, own in module_state.items():
        given = tensors.get(key)
        if given is None:
            rows.append(KeyRow(key, "missing", "", _shape(own)))
        else:
            same = tuple(given.shape) == tuple(own.shape)
            rows.append(KeyRow(key, "matched" if same else "mismatched", _shape(given), _shape(own)))
    rows += [KeyRow(key, "unexpected", _shape(value), "") for key, value in tensors.items() if key not in module_state]
    return tuple(rows)


def _shape(value: Any) -> str:
    return " × ".join(str(size) for size in value.shape) or "scalar"
