"""Finds out what a file is and what is needed to open it. Runs no code of the user's that he did not agree to."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import assembly, chain, file_formats, inspection, messages
from pt2k_gui.sources.candidates import candidates
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.checkpoints import Checkpoint, choose_weights, read_checkpoint_content
from pt2k_gui.sources.code import definitions_around, find_maker, python_text
from pt2k_gui.sources.code_place import hub_entry, is_place_alone, place_of
from pt2k_gui.sources.guest import arguments_in_guest
from pt2k_gui.sources.guest_process import GuestDied
from pt2k_gui.sources.hugging_face_folder import digest_of, files_of
from pt2k_gui.sources.inspection import ConsentQuestion, Inspection, PartFile, TensorRow
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.signatures import Argument, ClassChoice, classes_in, static_arguments, with_proposals
from pt2k_gui.sources.state_dicts import Weights, WeightsDontFit
from pt2k_gui.sources.trust import NeedsTrust, sha256_of

_WITH_WEIGHTS = (file_formats.CHECKPOINT, file_formats.LEGACY_CHECKPOINT, file_formats.SAFETENSORS, file_formats.SPLIT)


def inspect(source: Source, context: Context) -> Inspection:
    """Find what the file is and what is needed next; asks nothing twice that ``source`` answers.

    Raises:
        Problem: the file can't be used at all (missing, damaged, of another kind).
    """
    file = Path(source.path)
    kind = file_formats.identify(file)
    if kind == file_formats.NAMED:
        found = Inspection(source.path, kind, 0, "")
    elif kind == file_formats.HUGGING_FACE:
        parts = files_of(file)
        found = Inspection(str(file), kind, sum(part.stat().st_size for part in parts), digest_of(file))
    else:
        found = Inspection(str(file), kind, file.stat().st_size, sha256_of(file))
    alone = is_place_alone(source.code)
    if kind in _WITH_WEIGHTS:
        try:
            found = _look_inside(source, kind, found)
        except NeedsTrust as question:
            return _asking(found, question)
        if alone and Path(source.code).suffix == ".py":
            return _choosing_a_class(source, found)
        if alone and not found.pickled_class:
            return _choosing_in_a_folder(source, found)
    try:
        loaded = load(source, context)
    except NeedsTrust as question:
        return _asking(found, question)
    except GuestDied:
        raise  # no answer to a question mends that
    except WeightsDontFit as problem:
        return dataclasses.replace(_needing(found, inspection.WEIGHTS, problem), keys=problem.rows)
    except assembly.ArgumentsNeeded as problem:
        form = _with_found(found.arguments, problem.form)
        return dataclasses.replace(_needing(found, inspection.ARGUMENTS, problem), arguments=form)
    except Problem as problem:
        if kind in (file_formats.NAMED, file_formats.HUGGING_FACE):
            form = _form_of_name(source) if kind == file_formats.NAMED else ()
            needs = inspection.ARGUMENTS if form else inspection.INTERPRETER
            return dataclasses.replace(_needing(found, needs, problem), arguments=form)
        if kind not in _WITH_WEIGHTS or not found.tensors:
            raise
        if not source.code or alone:
            return _with_candidates(source, _needing(found, inspection.CLASS, problem))
        return _needing(found, inspection.ARGUMENTS if found.arguments else inspection.CLASS, problem)
    return dataclasses.replace(found, card=loaded.card, parts=tuple(map(_part, loaded.files)))


def _part(path: str) -> PartFile:
    state = Path(path).stat()
    return PartFile(path, state.st_size, state.st_mtime_ns, sha256_of(path))


def _form_of_name(source: Source) -> tuple[Argument, ...]:
    """The arguments of what a name makes; none where it can't be found."""
    named = dataclasses.replace(source, code=source.path)
    try:
        return arguments_in_guest(named) if source.python else find_maker(named).form
    except Problem:
        return ()


def _with_found(written: tuple[Argument, ...], made: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """The form as the source says it, with what was found while the network was made."""
    known = {argument.name: argument for argument in made}
    merged = tuple(
        dataclasses.replace(own, proposal=known[own.name].proposal, reason=known[own.name].reason)
        if own.name in known
        else own
        for own in written
    )
    return merged or made


def look_at(source: Source) -> Inspection:
    """Facts of a file of weights, without running or making anything: its tensors, the form, and classes near it.

    Raises:
        Problem: it can't be read, or holds no weights.
    """
    file = Path(source.path)
    kind = file_formats.identify(file)
    if kind not in _WITH_WEIGHTS:
        raise Problem(
            messages.HOLDS_NETWORK(file=file, kind=kind),
            hint=messages.LOADER_FOR_WEIGHTS(),
        )
    found = Inspection(str(file), kind, file.stat().st_size, sha256_of(file))
    return _with_candidates(source, _look_inside(dataclasses.replace(source, trusted=False), kind, found))


def _choosing_a_class(source: Source, found: Inspection) -> Inspection:
    file = Path(source.code)
    choices = _proposing(source, found, classes_in(python_text(file), definitions_around(file, repository_of(file))))
    return dataclasses.replace(
        found,
        needs=inspection.CLASS,
        sentence=f"Classes and functions in {file} that may make the model: {len(choices)}.",
        hint=f"Choose one: --code {file}:{choices[0].name}." if choices else "Choose the file with the model's class.",
        classes=choices,
    )


def _choosing_in_a_folder(source: Source, found: Inspection) -> Inspection:
    near = candidates(found.path, source.code, [row.key for row in found.tensors], found.pickled_class)
    entry = hub_entry(Path(source.code))
    points = messages.ENTRY_POINTS(file=entry) if entry is not None else ""
    return dataclasses.replace(
        found,
        needs=inspection.CLASS,
        sentence=f"Classes in {source.code} with attributes of the tensors' names: {len(near)}."
        if near
        else messages.NO_CLASS_WITH_NAMES(folder=source.code),
        hint=sentences(messages.CHOOSE_NEAR(code=near[0].code) if near else messages.NAME_FILE_AND_CLASS(), points),
        candidates=near,
    )


def _with_candidates(source: Source, found: Inspection) -> Inspection:
    """With the classes near the file that fit, the likeliest of them in the hint."""
    near = candidates(found.path, source.code, [row.key for row in found.tensors], found.pickled_class)
    if not near:
        return found
    return dataclasses.replace(
        found, candidates=near, hint=sentences(messages.CLASS_NEAR_FITS(code=near[0].code), found.hint)
    )


def _needing(found: Inspection, what: str, problem: Problem) -> Inspection:
    return dataclasses.replace(found, needs=what, sentence=problem.sentence, hint=problem.hint)


def _asking(found: Inspection, question: NeedsTrust) -> Inspection:
    return dataclasses.replace(
        _needing(found, inspection.CONSENT, question),
        question=ConsentQuestion(question.path, question.sha256, question.imports, question.code),
        imports=question.imports or found.imports,
    )


def _look_inside(source: Source, kind: str, found: Inspection) -> Inspection:
    """The tensors, the chain that they form and the form for the constructor, as far as they can be told."""
    checkpoint = read_checkpoint_content(source, kind, found.sha256)
    weights = choose_weights(source, checkpoint)
    shapes = {key: tuple(tensor.shape) for key, tensor in weights.tensors.items()}
    known = chain.read_chain(shapes)
    return dataclasses.replace(
        found,
        imports=checkpoint.imports,
        tensors=tuple(
            TensorRow(key, str(tensor.dtype).removeprefix("torch."), " × ".join(map(str, tensor.shape)) or "scalar")
            for key, tensor in weights.tensors.items()
        ),
        weights=tuple(other.place for other in checkpoint.weights),
        chain=known.text() if known else "",
        chain_form=chain_form(known) if known else (),
        pickled_class=checkpoint.pickled_class,
        arguments=_form(source, checkpoint, weights, known),
    )


def _form(source: Source, checkpoint: Checkpoint, weights: Weights, plain: chain.Chain | None) -> tuple[Argument, ...]:
    if source.code == chain.CODE:
        return chain_form(plain) if plain else ()
    if not source.code or is_place_alone(source.code):
        return ()
    place = place_of(source.code)
    shapes = {key: tuple(tensor.shape) for key, tensor in weights.tensors.items()}
    if place.file is not None:
        # From the text alone, so that the form is there before the user has agreed to run the file.
        python_text(place.file)
        known = definitions_around(place.file, repository_of(place.file))
        node = known.get(place.name)
        arguments = static_arguments(node, known) if node is not None else ()
    else:
        try:
            arguments = arguments_in_guest(source) if source.python else find_maker(source).form
        except Problem:
            return ()  # loading says what is wrong with the name
    return with_proposals(arguments, shapes, assembly.stored_with(source, checkpoint))


def _proposing(source: Source, found: Inspection, choices: tuple[ClassChoice, ...]) -> tuple[ClassChoice, ...]:
    shapes: dict[str, Any] = {
        row.key: tuple(int(size) for size in row.shape.split(" × ")) if row.shape != "scalar" else ()
        for row in found.tensors
    }
    likely = found.pickled_class.rpartition(".")[2]
    fits = {entry.code.rpartition(":")[2]: entry.fit for entry in candidates(found.path, source.code, list(shapes))}
    filled = [
        dataclasses.replace(choice, arguments=with_proposals(choice.arguments, shapes), fit=fits.get(choice.name, 0.0))
        for choice in choices
    ]
    order = ("class", "function", "model")
    return tuple(
        sorted(filled, key=lambda choice: (choice.name != likely, order.index(choice.kind), -round(choice.fit, 2)))
    )


def chain_form(known: chain.Chain) -> tuple[Argument, ...]:
    """The fields of a reconstruction: what follows each layer, and each convolution's stride and padding."""
    fields = [
        Argument("activation", "activation", "relu", choices=chain.ACTIVATIONS, reason=messages.EVERY_ACTIVATION())
    ]
    for layer in known.layers:
        fields.append(Argument(f"after_{layer.identifier}", "steps", layer.after, choices=_steps(layer)))
        if layer.kernel:
            fields.append(Argument(f"stride_{layer.identifier}", "int", str(layer.stride)))
            fields.append(Argument(f"padding_{layer.identifier}", "int", str(layer.padding)))
    return tuple(fields)


def _steps(layer: chain.ChainLayer) -> tuple[str, ...]:
    rest = [part for part in layer.after.split("+") if part not in chain.ACTIVATIONS]
    texts = ["+".join([name, *rest]) if name != "none" else "+".join(rest) or "none" for name in chain.ACTIVATIONS]
    return tuple(dict.fromkeys([layer.after, *texts]))
