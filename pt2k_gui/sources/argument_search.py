"""Finds constructor arguments under which a network's tensors have the shapes of a file's, where neither the file nor the
names of the arguments tell them: by making the network and looking at what differs."""

from __future__ import annotations

import ast
import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.signatures import NOTHING_FETCHED, Argument
from pt2k_gui.sources.state_dicts import fit_prefix

Shapes = Mapping[str, tuple[int, ...]]
_MOST_TRIALS = 120
_SECONDS = 40.0
_STARTS: tuple[int, ...] = (8, 2, 64, 1, 3, 16, 256)
_SMALL = tuple(range(1, 13))
_ROUNDS = 16
_MOST_WAYS = 12  # combinations of texts to choose from
_LISTED = re.compile(
    r"(num_channels|channels(_list)?|(hidden|layer)_(dims|sizes|channels|layers)|dims|widths|depths|layers|blocks)$"
)


@dataclass(frozen=True)
class Found:
    """Result of a search.

    Args:
        arguments: those that fit best.
        untold: the required ones among them that no tensor tells, so that their values are made up.
    """

    arguments: dict[str, Any]
    untold: tuple[str, ...] = ()


def search(
    shapes_with: Callable[[Mapping[str, Any]], Shapes],
    wanted: Shapes,
    form: Sequence[Argument],
    starts: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
) -> Found | None:
    """The arguments that fit best, or None where nothing better than the starts was found.

    Args:
        shapes_with: the shapes of the network's tensors under some arguments; raises ``Problem`` where it can't be made.
        wanted: the shapes in the file.
        starts: arguments to begin with, the likeliest first.
        given: what the user said, which stays.
    """
    trial = _Trial(shapes_with, wanted)
    free = [a for a in form if not (a.name in given or a.name.partition(".")[0] in given or _is_no_size(a))]
    made_up: list[Argument] = []
    makeable = [(dict(start), have) for start in starts if (have := trial.shapes(start)) is not None]
    if makeable:
        best, have = max(makeable, key=lambda pair: trial.score(pair[1]))
        begun = trial.score(have)
    else:
        begun = float("-inf")
        for start in starts:
            made_up = [a for a in needed_of(form, given) if a.name not in start]
            found = _first_that_can_be_made(trial, made_up, start)
            if found is not None:
                best, have = found
                break
        else:
            return None
    for _ in range(_ROUNDS):
        if trial.fits(have) or trial.is_over():
            break
        improved = _improved(trial, free, best, have) or _improved_together(trial, free, best, have)
        if improved is None:
            break
        best, have = improved
    untold = tuple(argument.name for argument in made_up if not _is_told(trial, argument, best, have))
    return Found(best, untold) if trial.score(have) > begun else None


def needed_of(form: Sequence[Argument], given: Mapping[str, Any]) -> list[Argument]:
    """Names that the network may not be made without: required arguments, and entries of a configuration that have no default,
    also where the configuration itself may be left out (``cfg=None``)."""
    return [
        argument
        for argument in form
        if (argument.required or ("." in argument.name and not argument.default))
        and argument.name not in given
        and argument.name.partition(".")[0] not in given
    ]


def _is_no_size(argument: Argument) -> bool:
    """Whether an argument says where from or where to, rather than how large."""
    name = argument.name.rpartition(".")[2].lower()
    return argument.reason == NOTHING_FETCHED or "pretrain" in name or name in ("device", "dtype", "weights", "path")


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
        """The network's shapes; None where it can't be made so."""
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
        both = [(named[key], shape) for key, shape in self.wanted.items() if key in named]
        matched = sum(own == shape for own, shape in both)
        alike = sum(len(own) == len(shape) for own, shape in both)
        near = sum(a == b for own, shape in both if len(own) == len(shape) for a, b in zip(own, shape, strict=True))
        return 4.0 * matched + alike + 0.5 * near - 1.5 * len(named.keys() - self.wanted.keys())

    def fits(self, have: Shapes) -> bool:
        named = self.renamed(have)
        return all(
            named.get(key) == self.wanted.get(key)
            for key in named.keys() | self.wanted.keys()
            if not key.endswith("num_batches_tracked")
        )


# --- a beginning ------------------------------------------------------------------------------------------------------


def _first_that_can_be_made(
    trial: _Trial, unknown: Sequence[Argument], start: Mapping[str, Any]
) -> tuple[dict[str, Any], Shapes] | None:
    """Values for what is required and not known, with which the network can be made at all."""
    if not unknown:
        return None
    chosen = [argument for argument in unknown if argument.choices]
    listed = any(_LISTED.search(argument.name.lower()) for argument in unknown)
    for texts in itertools.islice(itertools.product(*(argument.choices for argument in chosen)), _MOST_WAYS):
        words = {argument.name: _choice(text) for argument, text in zip(chosen, texts, strict=True)}
        for value, as_list in itertools.product(_STARTS, (False, True) if listed else (False,)):
            attempt = {**start, **{a.name: _start_of(a, value, as_list) for a in unknown}, **words}
            have = trial.shapes(attempt)
            if have is not None:
                return attempt, have
            if trial.is_over():
                return None
    return None


def _start_of(argument: Argument, value: int, as_list: bool) -> Any:
    kind = argument.annotation.strip("'\"").lower()
    name = argument.name.rpartition(".")[2].lower()
    if "bool" in kind or name.startswith(("use_", "is_", "with_", "has_", "bias", "bn", "batch_norm", "bilinear")):
        return False
    if "float" in kind or "rate" in name or name.endswith(("slope", "eps", "momentum", "beta", "alpha")):
        return 0.1
    if "str" in kind:
        return ""
    if any(word in kind for word in ("list", "tuple", "sequence")) or (as_list and _LISTED.search(name)):
        return [value, value]
    return value


def _is_told(trial: _Trial, argument: Argument, best: Mapping[str, Any], have: Shapes) -> bool:
    """Whether the tensors' shapes depend on an argument, so that they tell its value."""
    value = best[argument.name]
    if argument.choices:
        # Of choices, those count that are possible at all.
        rest = [text for text in argument.choices if _choice(text) != value]
        trial.grant(len(rest))
        possible = [trial.shapes({**best, argument.name: _choice(text)}) for text in rest]
        return all(other is None or dict(other) != dict(have) for other in possible)
    others: tuple[Any, ...] = ()
    if isinstance(value, list):
        others = ([2 * entry if isinstance(entry, int) else entry for entry in value], [*value, *value[-1:]])
    elif isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int):
        others = (value * 2, value + 1, value * 4, max(value // 2, 1))
    trial.grant(len(others))
    shapes = [trial.shapes({**best, argument.name: other}) for other in others if other != value]
    return any(other is not None and dict(other) != dict(have) for other in shapes)


# --- a step -----------------------------------------------------------------------------------------------------------


def _improved(
    trial: _Trial, free: Sequence[Argument], best: Mapping[str, Any], have: Shapes
) -> tuple[dict[str, Any], Shapes] | None:
    """One argument changed so that more fits."""
    for argument in free:
        found = None
        score = trial.score(have)
        for candidate in _candidates(trial, argument, best, have):
            attempt = {**best, argument.name: candidate}
            other = trial.shapes(attempt)
            if other is not None and trial.score(other) > score:
                found, score = (attempt, other), trial.score(other)
            if trial.is_over() or (found is not None and trial.fits(found[1])):
                break
        if found is not None:
            return found
    return None


def _improved_together(
    trial: _Trial, free: Sequence[Argument], best: Mapping[str, Any], have: Shapes
) -> tuple[dict[str, Any], Shapes] | None:
    """A switch and another argument changed at once: ``classify=True, num_classes=17``."""
    switches = [a for a in free if isinstance(_value_of(a, best), bool) or a.choices]
    for switch in switches:
        for candidate in _candidates(trial, switch, best, have):
            attempt = {**best, switch.name: candidate}
            changed = trial.shapes(attempt)
            for argument in free:
                if argument is switch:
                    continue
                seen = (attempt, changed) if changed is not None else (best, have)
                for value in itertools.islice(_candidates(trial, argument, *seen), 4):
                    both = {**attempt, argument.name: value}
                    other = trial.shapes(both)
                    if other is not None and trial.score(other) > trial.score(have):
                        return both, other
                    if trial.is_over():
                        return None
    return None


def _value_of(argument: Argument, arguments: Mapping[str, Any]) -> Any:
    return arguments[argument.name] if argument.name in arguments else _literal(argument.default, ...)


def _literal(text: str, otherwise: Any) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return otherwise


def _choice(text: str) -> Any:
    return _literal(text, text)


def _candidates(trial: _Trial, argument: Argument, best: Mapping[str, Any], have: Shapes) -> Iterator[Any]:
    """Other values of an argument that what differs suggests, the likeliest first."""
    value = _value_of(argument, best)
    proposed = _literal(argument.proposal, ...) if argument.proposal else ...
    if proposed is not ... and proposed != value:
        yield proposed
    named, wanted = trial.renamed(have), trial.wanted
    if argument.choices:
        yield from (choice for text in argument.choices if (choice := _choice(text)) != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        numbers = _whole_numbers(trial, argument, best, have, value)
        yield from dict.fromkeys(other for other in numbers if other > 0 and other != value)
    elif isinstance(value, list | tuple) and value and all(type(entry) is int for entry in value):
        for other in _lists(list(value), named, wanted):
            if other != list(value):
                yield type(value)(other)
    elif value is None:
        yield from _told_by_the_file(named, wanted)


def _whole_numbers(
    trial: _Trial, argument: Argument, best: Mapping[str, Any], have: Shapes, value: int
) -> Iterator[int]:
    """Values for a number, from what another value of it changes: sizes grow with it, or tensors are added."""
    named, wanted = trial.renamed(have), trial.wanted
    makeable = False
    for other in (value + 1, value * 2, max(value // 2, 1), value + 2, max(value - 1, 1)):
        probed = trial.shapes({**best, argument.name: other}) if other != value else None
        makeable |= probed is not None
        if probed is not None and dict(probed) != dict(have):
            break
    else:
        if not makeable:
            yield from _by_division(value, named, wanted)
        return
    step = other - value
    changed = trial.renamed(probed)
    votes: Counter[int] = Counter()
    curved = False
    for key, shape in wanted.items():
        own, far = named.get(key, ()), changed.get(key, ())
        if len(own) == len(far) == len(shape):
            for before, after, goal in zip(own, far, shape, strict=True):
                if before != after:
                    guess = value + (goal - before) * step / (after - before)
                    votes[round(guess)] += 1 if guess == round(guess) else 0
                    curved |= guess != round(guess)
    yield from (number for number, count in votes.most_common(3) if count)
    if changed.keys() != named.keys():
        grown = len(changed) - len(named)
        if grown:
            yield round(value + (len(wanted) - len(named)) * step / grown)
        for count in (_counts, _numbered_names):
            own_counts, counts = count(named), count(wanted)
            yield from (value + number - own_counts.get(name, 0) for name, number in counts.items())
    if curved or not votes:
        yield from _SMALL


def _by_division(value: int, have: Shapes, wanted: Shapes) -> Iterator[int]:
    """The same where no value near it can be made: sizes that are multiples of it."""
    votes: Counter[int] = Counter()
    for a, b in _differing_sizes(have, wanted):
        if value and a % value == 0 and b % (a // value) == 0:
            votes[b // (a // value)] += 2
        if value and value % a == 0:
            votes[b * (value // a)] += 1
    yield from (number for number, _ in votes.most_common(6))


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
    """How many numbered children each part has: ``layers`` 12, ``layers.0.heads`` 4."""
    counts: dict[str, int] = {}
    for key in shapes:
        parts = key.split(".")
        for place, part in enumerate(parts):
            if part.isdigit():
                head = ".".join(parts[:place])
                counts[head] = max(counts.get(head, 0), int(part) + 1)
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
    for count in dict.fromkeys(other.values()):
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
