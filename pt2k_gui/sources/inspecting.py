"""Finds out what a file is and what is needed to open it. Runs no code of the user's that he did not agree to."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import assembly, chain, file_formats, inspection
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.checkpoints import Checkpoint, choose_weights, read_checkpoint_content
from pt2k_gui.sources.code import find_maker, python_text
from pt2k_gui.sources.guest import arguments_in_guest
from pt2k_gui.sources.hugging_face import digest_of, files_of
from pt2k_gui.sources.inspection import ConsentQuestion, Inspection, TensorRow
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.signatures import Argument, ClassChoice, arguments_of, classes_in, with_proposals
from pt2k_gui.sources.state_dicts import Weights
from pt2k_gui.sources.trust import NeedsTrust, sha256_of

_WITH_WEIGHTS = (file_formats.CHECKPOINT, file_formats.LEGACY_CHECKPOINT, file_formats.SAFETENSORS, file_formats.SPLIT)


def inspect(source: Source, context: Context) -> Inspection:
    """What the file is, and what is needed next; asks nothing twice that ``source`` answers.

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
    place = source.code if source.code.endswith(".py") else ""
    if kind in _WITH_WEIGHTS:
        try:
            found = _look_inside(source, kind, found)
        except NeedsTrust as question:
            return _asking(found, question)
        if place:
            choices = _proposing(source, found, classes_in(python_text(Path(place))))
            return dataclasses.replace(
                found,
                needs=inspection.CLASS,
                sentence=f"{place} has {len(choices)} classes that may be the model's.",
                hint="Choose one." if choices else "Choose the file with the class that derives from torch.nn.Module.",
                classes=choices,
            )
    try:
        card = load(source, context).card
    except NeedsTrust as question:
        return _asking(found, question)
    except assembly.WeightsDontFit as problem:
        return dataclasses.replace(_needing(found, inspection.WEIGHTS, problem), keys=problem.rows)
    except Problem as problem:
        if kind not in _WITH_WEIGHTS or not found.tensors:
            raise
        if not source.code:
            return _needing(found, inspection.CLASS, problem)
        return _needing(found, inspection.ARGUMENTS if found.arguments else inspection.CLASS, problem)
    return dataclasses.replace(found, card=card)


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


def _form(source: Source, checkpoint: Checkpoint, weights: Weights, known: chain.Chain | None) -> tuple[Argument, ...]:
    if source.code == chain.CODE:
        return chain_form(known) if known else ()
    if not source.code or source.code.endswith(".py"):
        return ()
    place, _, name = source.code.rpartition(":")
    shapes = {key: tuple(tensor.shape) for key, tensor in weights.tensors.items()}
    if place.endswith(".py"):
        # From the text alone, so that the form is there before the user has agreed to run the file.
        choices = classes_in(python_text(Path(place)))
        arguments = next((choice.arguments for choice in choices if choice.name == name), ())
    else:
        try:
            arguments = arguments_in_guest(source) if source.python else arguments_of(find_maker(source))
        except Problem:
            return ()  # loading says what is wrong with the name
    return with_proposals(arguments, shapes, checkpoint.stored)


def _proposing(source: Source, found: Inspection, choices: tuple[ClassChoice, ...]) -> tuple[ClassChoice, ...]:
    shapes: dict[str, Any] = {
        row.key: tuple(int(size) for size in row.shape.split(" × ")) if row.shape != "scalar" else ()
        for row in found.tensors
    }
    likely = found.pickled_class.rsplit(".", 1)[-1]
    filled = [ClassChoice(choice.name, with_proposals(choice.arguments, shapes)) for choice in choices]
    return tuple(sorted(filled, key=lambda choice: choice.name != likely))


def chain_form(known: chain.Chain) -> tuple[Argument, ...]:
    """The fields of a reconstruction: what follows each layer, and each convolution's stride and padding."""
    fields = [
        Argument("activation", "activation", "relu", choices=chain.ACTIVATIONS, reason="every activation at once")
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
