"""Puts the weights of a file into the network that they belong to, and tells key by key where they don't fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.message import Template
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import chain as chains
from pt2k_gui.sources import messages
from pt2k_gui.sources.argument_search import Found, needed_of, search
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.checkpoints import Checkpoint, choose_weights, needs_class, read_checkpoint_content, run_pickle
from pt2k_gui.sources.code import Maker, argument_value, examples_of, find_maker, make
from pt2k_gui.sources.code_place import is_place_alone, split_code
from pt2k_gui.sources.configuration_files import settings_beside, settings_of_repository
from pt2k_gui.sources.configuration_objects import default_objects
from pt2k_gui.sources.inputs import propose, random_tensors
from pt2k_gui.sources.layers import module_rows
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.quantization_ranges import freeze_ranges
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.signatures import NO_INFLUENCE, NOTHING_FETCHED, STORED, Argument, whole_settings, with_proposals
from pt2k_gui.sources.state_dicts import KeyRow, Weights, WeightsDontFit, compare_keys, fit_prefix, renamed
from pt2k_gui.sources.trust import sha256_of

if TYPE_CHECKING:
    import torch

_TOLD = messages.TOLD_BY_SHAPES
_WHERE_FROM: dict[str, Template] = {
    STORED: messages.READ_BESIDE,
    NOTHING_FETCHED: messages.CHOSEN_NO_FETCH,
    NO_INFLUENCE: messages.CHOSEN_TRAINING_ONLY,
}
GUESS = messages.GUESS()
_DEFAULTS = 8  # of them in a note
_SHOWN = 3  # keys that a sentence names; the table has them all


class ArgumentsNeeded(Problem):
    """Nothing tells some of the constructor's arguments; ``form`` has what was found of the others."""

    def __init__(
        self, source: Source, found: Found, form: Sequence[Argument] = (), given: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(
            messages.MADE_WITHOUT(code=source.code, names=list(found.untold), count=len(found.untold)),
            hint=messages.GIVE_EACH(),
        )
        known = {name: value for name, value in found.arguments.items() if name not in (given or {})}
        self.form = tuple(
            replace(argument, proposal=repr(known[argument.name]), reason=argument.reason or _FITS)
            if argument.name in known and argument.name not in found.untold
            else argument
            for argument in form
        )


_FITS = messages.TENSORS_FIT()


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network made for a set of weights, before they are put in.

    Args:
        tensors: the file's, under the names that the network has.
        rows: the comparison key by key.
        form: the constructor's arguments, with what the file tells of them.
        notes: what was done to make the two meet.
        arguments: with which the network was made.
        examples: inputs on which its author says that it runs; empty where he does not say.
        likely: inputs of the shape that a reconstruction assumes.
    """

    module: torch.nn.Module
    tensors: Mapping[str, Any]
    rows: tuple[KeyRow, ...]
    form: tuple[Argument, ...]
    notes: tuple[str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[torch.Tensor, ...] = ()
    likely: tuple[TensorSpec, ...] = ()


def read_checkpoint(source: Source, kind: str, context: Context) -> LoadedModel:
    """Open a file of weights as a model.

    Raises:
        NeedsTrust: code that the user did not agree to yet would have to run.
        WeightsDontFit: some keys are missing, unexpected or of another shape, and ``source.strict`` asks for all.
        Problem: the file is damaged, holds no weights, or no class was named.
    """
    file = Path(source.path)
    digest = sha256_of(file)
    context.progress(0.2, messages.READING_WEIGHTS())
    checkpoint = read_checkpoint_content(source, kind, digest)
    if source.python and source.code != chains.CODE:
        from pt2k_gui.sources.guest import open_in_guest

        return open_in_guest(source, kind, digest, checkpoint, context)
    ran = [messages.OPENED_BY_PICKLE()]
    no_class = not source.code or is_place_alone(source.code)
    if no_class and checkpoint.module is not None:
        return described(source, kind, digest, checkpoint.module, checkpoint, ran if checkpoint.ran else [])
    if no_class and checkpoint.pickled_class and checkpoint.trusted:
        module = run_pickle(source, checkpoint, context)
        return described(source, kind, digest, module, checkpoint, ran)
    weights = choose_weights(source, checkpoint)
    if no_class:
        raise needs_class(source, checkpoint, weights)
    context.progress(0.5, messages.BUILDING_NETWORK())
    fitted = fit(source, checkpoint, weights, context)
    notes = [*(ran if checkpoint.ran else []), *_places_note(checkpoint, weights), *fitted.notes, *fill(source, fitted)]
    return described(source, kind, digest, fitted.module, checkpoint, notes, fitted.likely, fitted.examples)


def fit(source: Source, checkpoint: Checkpoint, weights: Weights, context: Context) -> Fitted:
    """Make the network that ``source.code`` names, with the arguments under which most tensors match.

    Raises:
        Problem: it can't be made.
    """
    shapes = {key: tuple(tensor.shape) for key, tensor in weights.tensors.items()}
    if source.code == chains.CODE:
        chain = chains.read_chain(shapes)
        if chain is None:
            raise Problem(
                messages.NO_CHAIN(file=source.path),
                hint=messages.NAME_CLASS(),
            )
        if not chain.fits() and not source.arguments:
            raise Problem(
                messages.NO_IMAGE_SIZE(file=source.path),
                hint=messages.CHOOSE_EACH_LAYER(),
            )
        chain = chains.with_choices(chain, source.arguments)
        from pt2k_gui.sources.chain_module import build_chain

        module = build_chain(chain).eval()
        steps = [f"{layer.path}: {layer.after}" for layer in chain.layers if layer.after != "none"]
        note = messages.REBUILT(steps=steps or messages.NOTHING())
        shape = chain.input_shape
        likely = (TensorSpec("input", "float32", ("batch", *shape)),) if shape else ()
        rows = compare_keys(weights.tensors, module.state_dict())
        return Fitted(module, weights.tensors, rows, (), (GUESS, note), likely=likely)
    maker = find_maker(source)
    given = {name: argument_value(maker, name, text) for name, text in source.arguments}
    stored = stored_with(source, checkpoint)
    form = with_proposals(maker.form, shapes, stored)
    best: Fitted | None = None
    failure: Problem | None = None
    whole = whole_settings([a for a in form if a.name.partition(".")[0] not in default_objects(maker.function)], stored)
    attempts = _attempts(maker, form, given, whole)
    for arguments in attempts:
        context.log(
            messages.MAKING(code=source.code, arguments=str(arguments) if arguments else messages.NO_ARGUMENTS())
        )
        try:
            module = make(source, maker, arguments)
        except Problem as problem:
            failure = failure or problem
            continue
        fitted = _compared(module, weights, form, arguments, given)
        if best is None or _matched(fitted) > _matched(best):
            best = fitted
        if not differing(fitted.rows):
            break
    if form and (best is None or differing(best.rows)):
        best = _searched(source, maker, form, attempts, given, weights, context, best)
    if best is None:
        assert failure is not None
        raise _untold(source, form, given, failure)
    notes = (*maker.notes(), *best.notes, *_kept_defaults(form, best.arguments, given))
    return replace(best, notes=notes, examples=examples_of(maker))


def _kept_defaults(form: Sequence[Argument], arguments: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Where the weights were made with other arguments than the defaults: those of which nothing is known."""
    told = {a.name for a in form if a.reason in (NOTHING_FETCHED, NO_INFLUENCE)}
    if not arguments.keys() - given.keys() - told:
        return []
    kept = [
        f"{a.name}={a.default}"
        for a in form
        if not a.required and a.name not in arguments and a.default not in ("", "None") and "drop" not in a.name.lower()
    ]
    if not kept:
        return []
    shown: object = kept[:_DEFAULTS]
    if len(kept) > _DEFAULTS:
        shown = messages.AND_MORE(items=shown, more=len(kept) - _DEFAULTS)
    return [messages.LEFT_AT_DEFAULTS(values=shown)]


def stored_with(source: Source, checkpoint: Checkpoint) -> Mapping[str, Any]:
    """Values that the file keeps, and those of configurations beside it and beside its code."""
    weights = Path(source.path).absolute()
    folders = [weights.parent]
    head = split_code(source.code)[0]
    meant: Mapping[str, Any] = {}
    if head.endswith(".py") or (head and Path(head).is_dir()):
        root = repository_of(Path(head)).root
        folders += [Path(head).absolute() if Path(head).is_dir() else Path(head).absolute().parent, root]
        meant = settings_of_repository(root, weights)
    return {**meant, **settings_beside(*folders), **checkpoint.stored}


def _untold(source: Source, form: Sequence[Argument], given: Mapping[str, Any], failure: Problem) -> Problem:
    """The words for arguments that are required and that nothing tells; the failure itself where there are none."""
    names = [argument.name for argument in needed_of(form, given) if not argument.proposal]
    if not names:
        return failure
    needed = ArgumentsNeeded(source, Found({}, tuple(names)), form)
    needed.details = f"{failure.sentence}\n{failure.details}"
    return needed


def _searched(
    source: Source,
    maker: Maker,
    form: tuple[Argument, ...],
    attempts: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
    weights: Weights,
    context: Context,
    best: Fitted | None,
) -> Fitted | None:
    """The same with other arguments, found by looking at what differs; ``best`` where there are none better."""
    context.progress(0.6, messages.LOOKING_FOR_ARGUMENTS())
    wanted = {key: tuple(tensor.shape) for key, tensor in weights.tensors.items()}

    def shapes_with(arguments: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        state = make(source, maker, arguments).state_dict()
        return {key: tuple(value.shape) for key, value in state.items() if hasattr(value, "shape")}

    certain = {a.name: a.proposal for a in form if a.reason in (STORED, NOTHING_FETCHED, NO_INFLUENCE) and a.proposal}
    starts = [*attempts, {**{name: argument_value(maker, name, text) for name, text in certain.items()}, **given}]
    missing, downloads = list(maker.missing), list(maker.heard.downloads)
    found = search(shapes_with, wanted, form, starts if best is None else [best.arguments], given)
    # What other arguments than those that are found asked for is no matter of this network.
    maker.missing[:], maker.heard.downloads[:] = missing, downloads
    if found is None:
        return best
    if found.untold:
        raise ArgumentsNeeded(source, found, form, given)
    fitted = _compared(make(source, maker, found.arguments), weights, form, found.arguments, given)
    return fitted if best is None or _matched(fitted) > _matched(best) else best


def _attempts(
    maker: Maker, form: Sequence[Argument], given: Mapping[str, Any], whole: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The arguments to try: with what is stored in the file, with defaults, with everything that the shapes tell; then with
    stored configurations as a whole."""
    form = [a for a in form if a.name not in given and ("." not in a.name or a.name.partition(".")[0] not in given)]
    proposals = {a.name: argument_value(maker, a.name, a.proposal) for a in form if a.proposal}
    stored = {a.name: proposals[a.name] for a in form if a.proposal and a.reason == STORED}
    needed = {a.name: proposals[a.name] for a in form if a.proposal and (a.required or a.reason == NOTHING_FETCHED)}
    attempts: list[dict[str, Any]] = []
    guesses = [{**needed, **stored}, needed, proposals]
    for guess in (*guesses, *({**whole, **guess} for guess in guesses if whole)):
        attempt = {**guess, **given}
        if attempt not in attempts:
            attempts.append(attempt)
    return attempts


def _compared(
    module: torch.nn.Module,
    weights: Weights,
    form: tuple[Argument, ...],
    arguments: Mapping[str, Any],
    given: Mapping[str, Any],
) -> Fitted:
    own = module.state_dict()
    off, put = fit_prefix(list(weights.tensors), list(own))
    tensors = renamed(weights.tensors, off, put)
    notes: list[str] = []
    reasons = {argument.name: argument.reason for argument in form}
    found: dict[Template, list[str]] = {}
    for name, value in arguments.items():
        if name not in given:
            is_whole = isinstance(value, Mapping) and name not in reasons
            reason = STORED if is_whole else reasons.get(name, "")
            text = f"{name}={{{', '.join(map(str, value))}}}" if is_whole else f"{name}={value!r}"
            found.setdefault(_WHERE_FROM.get(reason, _TOLD), []).append(text)
    notes += [words(values=values) for words, values in found.items()]
    if off:
        notes.append(messages.PREFIX_REMOVED(prefix=off))
        if around := _around(weights.tensors, own, off):
            tensors = {key: value for key, value in tensors.items() if key not in around}
            notes.append(messages.AROUND_NETWORK(count=len(around), keys=_first(sorted(around))))
    return Fitted(module, tensors, compare_keys(tensors, own), form, tuple(notes), dict(arguments))


def _around(tensors: Mapping[str, Any], own: Mapping[str, Any], off: str) -> set[str]:
    """The names of a file's tensors that belong to what was trained around the network (the weights of a loss, a schedule):
    they have not the prefix under which all of the network's own are there."""
    others = {key for key in tensors if not key.startswith(off)}
    complete = all(off + key in tensors or key.endswith("num_batches_tracked") for key in own)
    return others if complete and not others & own.keys() else set()


def _first(keys: Sequence[str]) -> object:
    return messages.AND_MORE(items=list(keys[:_SHOWN]), more=len(keys) - _SHOWN) if len(keys) > _SHOWN else list(keys)


def _matched(fitted: Fitted) -> int:
    return sum(row.state == "matched" for row in fitted.rows) - len(differing(fitted.rows))


def differing(rows: Sequence[KeyRow]) -> list[KeyRow]:
    """The rows that matter: BatchNorm's batch counter does not enter any result."""
    return [row for row in rows if row.state != "matched" and not row.key.endswith("num_batches_tracked")]


def fill(source: Source, fitted: Fitted) -> list[str]:
    """Put the weights in; returns notes.

    Raises:
        WeightsDontFit: some differ and ``source.strict`` asks for all.
    """
    import torch

    own = fitted.module.state_dict(keep_vars=True)
    tied = {
        own[row.key].data_ptr()
        for row in fitted.rows
        if row.state == "matched" and isinstance(own[row.key], torch.Tensor)
    }
    wrong = [row for row in differing(fitted.rows) if not (row.state == "missing" and own[row.key].data_ptr() in tied)]
    if wrong and source.strict:
        raise _do_not_fit(source, wrong, fitted.rows)
    matching = {row.key: fitted.tensors[row.key] for row in fitted.rows if row.state == "matched"}
    if not matching:
        raise _do_not_fit(source, wrong, fitted.rows)
    try:
        fitted.module.load_state_dict(matching, strict=False)
    except RuntimeError as error:
        raise Problem(
            messages.CANNOT_LOAD_WEIGHTS(file=source.path, code=source.code, error=error),
            hint=messages.CHECK_ARGUMENTS(),
            details=str(error),
        ) from error
    notes: list[str] = []
    if wrong:
        missing = sum(row.state != "unexpected" for row in wrong)
        notes.append(messages.KEYS_LEFT_OUT(keys=len(wrong), missing=missing))
    kinds = {str(tensor.dtype).removeprefix("torch.") for tensor in matching.values() if tensor.is_floating_point()}
    if kinds - {"float32"}:
        notes.append(messages.WEIGHTS_WIDENED(types=sorted(kinds - {"float32"})))
    return notes


def _do_not_fit(source: Source, wrong: Sequence[KeyRow], rows: tuple[KeyRow, ...]) -> WeightsDontFit:
    words = []
    for state, clause in (
        ("missing", messages.KEYS_MISSING),
        ("mismatched", messages.KEYS_MISMATCHED),
        ("unexpected", messages.KEYS_UNEXPECTED),
    ):
        keys = [row for row in wrong if row.state == state]
        if keys:
            shown: object = [
                messages.KEY_SHAPES(key=row.key, in_file=row.in_file, in_class=row.in_class)
                if state == "mismatched"
                else row.key
                for row in keys[:_SHOWN]
            ]
            if len(keys) > _SHOWN:
                shown = messages.AND_MORE(items=shown, more=len(keys) - _SHOWN)
            words.append(clause(count=len(keys), keys=shown))
    return WeightsDontFit(
        messages.DO_NOT_FIT(file=source.path, code=source.code, clauses=words),
        hint=messages.CHECK_ARGUMENTS(),
        details="\n".join(
            f"{row.state}: {row.key}  file {row.in_file or '-'}  class {row.in_class or '-'}" for row in wrong
        ),
        rows=rows,
    )


def _places_note(checkpoint: Checkpoint, weights: Weights) -> list[str]:
    notes: list[str] = [messages.FILES_COMBINED(files=len(checkpoint.files))] if checkpoint.files else []
    notes += [messages.WEIGHTS_UNDER(key=weights.place)] if weights.place else []
    others = [other.place for other in checkpoint.weights if other is not weights]
    if others:
        notes.append(messages.OTHER_WEIGHTS(keys=others[:5]))
    return notes


def described(
    source: Source,
    kind: str,
    digest: str,
    module: torch.nn.Module,
    checkpoint: Checkpoint,
    notes: Sequence[str],
    likely: tuple[TensorSpec, ...] = (),
    examples: Sequence[torch.Tensor] = (),
) -> LoadedModel:
    """The module with its card, with inputs on which it runs.

    Args:
        digest: of what it was read from; empty where that is no file.
        likely: the inputs that it most likely takes, where that is known.
        examples: inputs that its author gives.
    """
    import torch

    notes = list(notes)
    low = (torch.float16, torch.bfloat16)
    if any(tensor.dtype in low for tensor in (*module.parameters(), *module.buffers())):
        module = module.float()
        notes.append(messages.HALF_WIDENED())
    if freeze_ranges(module):
        notes.append(messages.RANGES_FROZEN())
    parameters = list(module.parameters())
    proposed = propose(module, dict(source.values), likely, examples)
    module, inputs = proposed.module, proposed.inputs
    notes += proposed.notes
    file = Path(source.path)
    card = ModelInfo(
        path=str(file),
        name=type(module).__name__ if source.code != chains.CODE else file.stem,
        kind=kind,
        origin=checkpoint.origin,
        size=sum(part.stat().st_size for part in (file, *map(Path, checkpoint.files)) if part.is_file()),
        sha256=digest,
        parameters=sum(parameter.numel() for parameter in parameters),
        trainable_parameters=sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
        inputs=inputs,
        layers=module_rows(module, random_tensors(inputs, 2)),
        notes=tuple(notes),
        values=proposed.values,
    )
    return LoadedModel(card, module=module, files=checkpoint.files)
