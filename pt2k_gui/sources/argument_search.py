"""Finds constructor arguments under which a network's tensors have the shapes of a file's, where neither the file nor the
names of the arguments tell them: by making the network and looking at what differs."""

from __future__ import annotations

import ast
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.signatures import Argument
from pt2k_gui.sources.state_dicts import fit_prefix

Shapes = Mapping[str, tuple[int, ...]]
_MOST_TRIALS = 80
_SECONDS = 30.0
_STARTS: tuple[Any, ...] = (8, 2, 64, 1, 3, 16, 256)
_SMALL = tuple(range(1, 13))
_ROUNDS = 8


def search(
    shapes_with: Callable[[Mapping[str, Any]], Shapes],
    wanted: Shapes,
    form: Sequence[Argument],
    start: Mapping[str, Any],
    given: Mapping[str, Any],
) -> dict[str, Any] | None:
    """The arguments that fit best, or None where nothing better than ``start`` was found.

    A value that is required and that no tensor tells is never made up: there is nothing then.

    Args:
        shapes_with: the shapes of the network's tensors under some arguments; raises ``Problem`` where it can't be made.
        wanted: the shapes in the file.
        start: arguments to begin with.
        given: what the user said, which stays.
    """
    trial = _Trial(shapes_with, wanted)
    best = dict(start)
    have = trial.shapes(best)
    made_up: list[Argument] = []
    if have is None:
        made_up = [a for a in form if a.required and a.name not in start and a.name.partition(".")[0] not in given]
        found = _first_that_can_be_made(trial, made_up, best)
        if found is None:
            return None
        best, have = found
    score = trial.score(have)
    begun = score if best == dict(start) else float("-inf")
    for _ in range(_ROUNDS):
        if trial.fits(have) or trial.is_over():
            break
        improved = None
        for argument in form:
            if argument.name in given or argument.name.partition(".")[0] in given:
                continue
            value = _value_of(argument, best)
            for candidate in _candidates(argument, value, trial.renamed(have), wanted):
                attempt = {**best, argument.name: candidate}
                other = trial.shapes(attempt)
                if other is None:
                    continue
                if trial.score(other) > score:
                    improved, have, score = attempt, other, trial.score(other)
                if trial.fits(other) or trial.is_over():
                    break
            if improved is not None:
                break
        if improved is None:
            break
        best = improved
    if not all(_is_told(trial, argument, best, have) for argument in made_up):
        return None
    return best if score > begun else None


def _is_told(trial: _Trial, argument: Argument, best: Mapping[str, Any], have: Shapes) -> bool:
    """Whether the tensors' shapes depend on an argument, so that they tell its value."""
    value = best[argument.name]
    others: tuple[Any, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int):
        others = (value * 2, value + 1, value * 4, max(value // 2, 1))
    trial.grant(len(others))
    shapes = [trial.shapes({**best, argument.name: other}) for other in others if other != value]
    return any(other is not None and dict(other) != dict(have) for other in shapes)


class _Trial:
    """Makes the network, counts, and keeps what was seen."""

    def __init__(self, shapes_with: Callable[[Mapping[str, Any]], Shapes], wanted: Shapes) -> None:
        self._shapes_with, self.wanted = shapes_with, wanted
        self._seen: dict[str, Shapes | None] = {}
        self._ends = time.monotonic() + _SECONDS
        self._most = _MOST_TRIALS

    def is_over(self) -> bool:
        return len(self._seen) >= self._most or time.monotonic() > self._ends

    def grant(self, count: int) -> None:
        """Allow a few trials more."""
        self._most, self._ends = len(self._seen) + count, time.monotonic() + _SECONDS

    def shapes(self, arguments: Mapping[str, Any]) -> Shapes | None:
        key = repr(sorted(arguments.items(), key=lambda item: item[0]))
        if key not in self._seen:
            if self.is_over():
                return None
            try:
                self._seen[key] = self._shapes_with(arguments)
            except Problem:
                self._seen[key] = None
        return self._seen[key]

    def renamed(self, have: Shapes) -> dict[str, tuple[int, ...]]:
        """The network's shapes under the names that the file has."""
        off, put = fit_prefix(list(self.wanted), list(have))
        return {off + key[len(put) :] if key.startswith(put) else key: shape for key, shape in have.items()}

    def score(self, have: Shapes) -> float:
        named = self.renamed(have)
        matched = sum(named.get(key) == shape for key, shape in self.wanted.items())
        alike = sum(key in named and len(named[key]) == len(shape) for key, shape in self.wanted.items())
        near = sum(
            a == b
            for key, shape in self.wanted.items()
            if len(named.get(key, ())) == len(shape)
            for a, b in zip(named[key], shape, strict=True)
        )
        return 4.0 * matched + alike + 0.5 * near - 1.5 * len(named.keys() - self.wanted.keys())

    def fits(self, have: Shapes) -> bool:
        named = self.renamed(have)
        return all(named.get(k) == s for k, s in self.wanted.items() if not k.endswith("num_batches_tracked")) and not [
            key for key in named if key not in self.wanted and not key.endswith("num_batches_tracked")
        ]


def _first_that_can_be_made(
    trial: _Trial, unknown: Sequence[Argument], start: Mapping[str, Any]
) -> tuple[dict[str, Any], Shapes] | None:
    """Values for what is required and not known, with which the network can be made at all."""
    if not unknown:
        return None
    for value in _STARTS:
        attempt = {**start, **{a.name: _start_of(a, value) for a in unknown}}
        have = trial.shapes(attempt)
        if have is not None:
            return attempt, have
    return None


def _start_of(argument: Argument, value: int) -> Any:
    if argument.choices:
        return _literal(argument.choices[0], argument.choices[0])
    kind = argument.annotation.strip("'\"").lower()
    name = argument.name.rpartition(".")[2].lower()
    if "bool" in kind or name.startswith(("use_", "is_", "with_", "has_", "bias", "bn", "batch_norm", "bilinear")):
        return False
    if "float" in kind or "drop" in name or "rate" in name or name.endswith(("slope", "eps", "momentum")):
        return 0.1
    if "str" in kind:
        return ""
    return value


def _value_of(argument: Argument, arguments: Mapping[str, Any]) -> Any:
    return arguments[argument.name] if argument.name in arguments else _literal(argument.default, ...)


def _literal(text: str, otherwise: Any) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return otherwise


def _candidates(argument: Argument, value: Any, have: Shapes, wanted: Shapes) -> Iterator[Any]:
    """Other values of an argument that what differs suggests, the likeliest first."""
    if argument.choices:
        yield from (choice for text in argument.choices if (choice := _literal(text, text)) != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from dict.fromkeys(other for other in _whole_numbers(value, have, wanted) if other > 0 and other != value)
    elif isinstance(value, list | tuple) and value and all(type(entry) is int for entry in value):
        for other in _lists(list(value), have, wanted):
            if other != list(value):
                yield type(value)(other)
    elif value is None:
        yield from _told_by_the_file(have, wanted)


def _differing_sizes(have: Shapes, wanted: Shapes) -> list[tuple[int, int]]:
    """Pairs of a size in the class and the one in the file, of tensors that both have."""
    return [
        (a, b)
        for key, shape in wanted.items()
        if key in have and len(have[key]) == len(shape)
        for a, b in zip(have[key], shape, strict=True)
        if a != b
    ]


def _counts(shapes: Shapes) -> dict[str, int]:
    """How many numbered children each part has: ``layers`` 12, ``layers.*.heads`` 4 (the most there are)."""
    counts: dict[str, int] = {}
    for key in shapes:
        parts = key.split(".")
        for place, part in enumerate(parts):
            if part.isdigit():
                counts[".".join(parts[:place])] = max(counts.get(".".join(parts[:place]), 0), int(part) + 1)
    return counts


def _numbered_names(shapes: Shapes) -> dict[str, int]:
    """How many children a part has whose names end in a number: ``conv1``, ``conv2``, ``conv3``."""
    names: dict[str, set[str]] = {}
    for key in shapes:
        parts = key.split(".")
        for place, part in enumerate(parts[:-1]):
            if match := re.match(r"(.*[a-zA-Z_])(\d+)$", part):
                names.setdefault(".".join([*parts[:place], match[1]]), set()).add(match[2])
    return {name: len(numbers) for name, numbers in names.items()}


def _whole_numbers(value: int, have: Shapes, wanted: Shapes) -> Iterator[int]:
    votes: Counter[int] = Counter()
    for a, b in _differing_sizes(have, wanted):
        if value and a % value == 0 and b % (a // value) == 0:
            votes[b // (a // value)] += 2
        if value and value % a == 0:
            votes[b * (value // a)] += 1
        votes[b - (a - value)] += 1
    yield from (number for number, _ in votes.most_common(6))
    for count in (_counts, _numbered_names):
        own, other = count(have), count(wanted)
        steps = Counter(
            value + (other.get(name, 0) - number) * factor
            for name, number in {**dict.fromkeys(other, 0), **own}.items()
            if other.get(name, 0) != number
            for factor in (1, 2, 3, 4, 6)
        )
        yield from (number for number, _ in steps.most_common(6))
    if votes or have.keys() != wanted.keys():
        yield from _SMALL


def _lists(value: list[int], have: Shapes, wanted: Shapes) -> Iterator[list[int]]:
    """A list of numbers of blocks, or of widths."""
    own, other = _counts(have), _counts(wanted)
    names = [name for name in own if name in other]
    for begin in range(len(names) - len(value) + 1):
        part = names[begin : begin + len(value)]
        if [own[name] for name in part] == value:
            yield [other[name] for name in part]
    swap: dict[int, Counter[int]] = {}
    for a, b in _differing_sizes(have, wanted):
        swap.setdefault(a, Counter())[b] += 1
    if swap:
        yield [swap[entry].most_common(1)[0][0] if entry in swap else entry for entry in value]
    ratios = Counter(b / a for a, b in _differing_sizes(have, wanted))
    for ratio, _ in ratios.most_common(2):
        yield [round(entry * ratio) for entry in value]
    longest = max(other.values(), default=0)
    for count in dict.fromkeys((*other.values(), longest)):
        if count and count != len(value) and len(set(value)) == 1:
            yield [value[0]] * count
    if len(value) > 1:
        yield value[:-1]
        yield [*value, value[-1]]


def _told_by_the_file(have: Shapes, wanted: Shapes) -> Iterator[Any]:
    yield from dict.fromkeys(b for _, b in _differing_sizes(have, wanted))
    missing = [shape for key, shape in wanted.items() if key not in have]
    yield from dict.fromkeys(size for shape in missing[-4:] for size in shape)
    yield True
