"""The model, its inputs and the samples as a command's options give them."""

from __future__ import annotations

import argparse

from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.folder import in_folder
from pt2k_gui.sources.interpreters import resolve
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps, preset
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings, kind_of


def source_of(options: argparse.Namespace, model: str = "") -> Source:
    """The source that the options name: MODEL, or ``model``. Raises ``Problem`` for an ``--arg`` without a name."""
    if options.call and not options.code:
        raise Problem(
            "--call says how the class is called, but not where it is.", hint="Give its file too: --code FILE.py."
        )
    source = Source(
        model or options.model,
        f"{options.code}:{options.call}" if options.call else options.code,
        _pairs("--arg", options.arg, "classes=10"),
        not options.no_strict,
        options.trust,
        options.weights,
        _pairs("--value", options.value, "sr=16000"),
        resolve(options.python) if options.python else "",
    )
    return in_folder(source)


def _pairs(option: str, texts: list[str], example: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not all(part.isidentifier() for part in name.split(".")):
            raise Problem(f"{option} {text} is not of the form NAME=VALUE.", hint=f"For example {option} {example}.")
        pairs.append((name, value))
    return tuple(pairs)


def inputs_of(options: argparse.Namespace, card: ModelInfo) -> tuple[TensorSpec, ...]:
    """The card's proposed inputs, as changed by ``--input-shape``, ``--input-type`` and ``--input-range``."""
    return parse_inputs(options.input_shape, card, options.input_type, options.input_range)


def samples_of(options: argparse.Namespace) -> SampleChoice:
    """The choice that ``--samples`` names; left open without it. Raises ``Problem`` for one that is nothing known."""
    given = options.samples
    if not given or (len(given) == 1 and given[0] in ("digits", "random")):
        return SampleChoice("".join(given), count=options.count, seed=options.seed, class_names=options.class_names)
    return SampleChoice(
        kind_of(given, tokenized=bool(options.tokenizer)),
        given[0],
        options.count,
        options.seed,
        _images_of(options),
        options.class_names,
        tuple(given[1:]),
        AudioSettings(options.audio_rate, options.audio_length, options.audio_hop, options.audio_mix),
        TextSettings(options.tokenizer, options.text_length, not options.no_special_tokens, options.text_column),
        TableSettings(
            tuple(part.strip() for part in options.columns.split(",") if part.strip()),
            options.label_column,
            options.header,
        ),
        VideoSettings(options.every, options.clip_frames),
    )


def _images_of(options: argparse.Namespace) -> ImageSettings:
    chosen = preset(options.image_preset) if options.image_preset else None
    return ImageSettings(
        options.image_mean or (chosen.mean if chosen else ()),
        options.image_std or (chosen.std if chosen else ()),
        options.image_size[0],
        options.image_size[1],
        options.image_order,
        options.image_fit,
        parse_steps(options.image_steps),
    )
