"""The tables of a report as texts; the HTML and the PDF share them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.verify.layers import DEPARTS, first_departure
from pt2k_gui.verify.result import FROM_SPACING, FROM_TRIALS, FROM_TRUTH

if TYPE_CHECKING:
    from pt2k_gui.report.document import Report
    from pt2k_gui.verify.result import Verification

_MOST_SAMPLES = 10
_ROUNDING = {
    FROM_TRUTH: "the float32 reference's own distance from the float64 run",
    FROM_TRIALS: "how far ONNX Runtime's outputs move when every rounding is perturbed at random",
    FROM_SPACING: "the spacing of float32 numbers alone",
}


@dataclass(frozen=True)
class Table:
    """Rows of texts; the columns in ``numbers`` are right-aligned. Without headings it is names and values."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    words: str = ""


def number(value: float | None) -> str:
    """A difference as people read it."""
    return "" if value is None else "0" if value == 0 else f"{value:.1e}"


def floor_words(verification: Verification) -> str:
    """The numbers of the verdict, and what they were measured from."""
    verdict = verification.verdict
    origin = verification.truth or f"{verification.backends[0].backend} in float32"
    return (
        f"Noise floor {number(verdict.noise_floor)}; distance from {origin} {number(verdict.distance)}; up to "
        f"{number(verdict.allowed)} passes."
    )


def report_tables(report: Report) -> list[Table]:
    """All tables that the report's data allow."""
    return [*_numbers(report), *_samples(report), *_layers(report), *_training(report), *_operators(report),
            *_epochs(report), *_speed(report), *_files(report), _provenance(report)]  # fmt: skip


def _numbers(report: Report) -> Iterable[Table]:
    verification = report.verification
    yield Table(
        "Numbers",
        ("output", "backend", "against", "same answer", "largest", "mean", "relative", "cosine"),
        [
            (c.output, c.backend, c.reference, "" if c.agreeing is None else f"{c.agreeing:,} of {c.samples:,}",
             number(c.max_abs), number(c.mean_abs), number(c.max_rel), f"{c.cosine:.9f}")
            for c in verification.comparisons
        ],
        (3, 4, 5, 6, 7),
        "Absolute differences from the reference over all samples; relative is the largest over the output's scale.",
    )  # fmt: skip
    labelled = verification.labelled
    yield Table(
        "Backends",
        ("backend", "version", "time for all samples", *(("accuracy",) if labelled else ())),
        [
            (b.backend, b.version, f"{b.seconds:.2f} s", *((f"{b.accuracy or 0:.2%}",) if labelled else ()))
            for b in verification.backends
        ],
        (2, 3),
    )


def _samples(report: Report) -> Iterable[Table]:
    """The samples that differ most, and by which output."""
    import numpy as np

    verification = report.verification
    if not Path(verification.arrays).is_file():  # gone where the report is read again later
        return
    outputs = [c.output for c in verification.comparisons if c.backend == verification.candidate]
    with np.load(verification.arrays) as stored:
        each, labels = stored["differences"], stored["labels"]
    worst = each.max(axis=0)
    if not len(worst) or not worst.max() > 0:
        return
    rows = []
    names = verification.classes or verification.truths
    for sample in np.argsort(-worst, kind="stable")[:_MOST_SAMPLES].tolist():
        label = int(labels[sample])
        true = "" if label < 0 else names[label] if label < len(names) else str(label)
        rows.append((f"{sample + 1:,}", true, outputs[int(each[:, sample].argmax())], number(float(worst[sample]))))
    yield Table("Worst samples", ("sample", "true label", "output", "largest difference"), rows, (0, 3))


def _layers(report: Report) -> Iterable[Table]:
    layers = report.verification.layers
    if layers:
        departed = first_departure(layers)
        word = f"{departed.layer} is the first that departs" if departed else "none departs"
        yield Table(
            f"Layers: {word}",
            ("Keras layer", "ONNX value", "largest difference", "relative"),
            [(r.layer, r.onnx_value, number(r.max_abs), number(r.max_rel)) for r in layers],
            (2, 3),
            f"In graph order. A relative difference above {DEPARTS:.0e} is more than rounding.",
        )


def _training(report: Report) -> Iterable[Table]:
    step = report.verification.training
    if step is not None:
        mode = "" if step.mode == "training" else ", in evaluation mode"
        yield Table(
            "One training step",
            ("PyTorch", "Keras", "gradient differs", "relative", "new value differs", "of what passes"),
            [
                (r.name, ", ".join(r.weights) or "none", number(r.gradient), number(r.gradient_rel), number(r.new),
                 f"{r.share:.0%}")
                for r in step.rows
            ],
            (2, 3, 4, 5),
            f"{step.sentence} {step.samples} samples, {step.loss}, learning rate {step.learning_rate:g}{mode}. "
            + " ".join(step.notes),
        )  # fmt: skip


def _operators(report: Report) -> Iterable[Table]:
    conversion = report.conversion
    if conversion is not None:
        yield Table(
            "Operators",
            ("operator", "count", "becomes", "state"),
            [(o.operator, f"{o.count}", ", ".join(o.becomes), o.state) for o in conversion.operators],
            (1,),
            f"{conversion.layer_count} Keras layers and operations, {conversion.transposes} transposes, "
            f"{conversion.parameters:,} parameters.",
        )


def _epochs(report: Report) -> Iterable[Table]:
    trained = report.training
    if trained is not None:
        yield Table(
            f"Training: {trained.settings.network.upper()}, epoch {trained.best_epoch} kept",
            ("epoch", "training loss", "validation loss", "validation accuracy"),
            [
                (f"{e.number}", f"{e.training_loss:.4f}", f"{e.validation_loss:.4f}", f"{e.validation_accuracy:.2%}")
                for e in trained.epochs
            ],
            (0, 1, 2, 3),
        )


def _speed(report: Report) -> Iterable[Table]:
    if report.speed:
        yield Table(
            "Speed of a batch",
            ("backend", "batch", "median", "shortest", "longest"),
            [
                (r.backend, f"{r.batch:,}", *(f"{seconds * 1e3:.2f} ms" for seconds in (r.median, r.low, r.high)))
                for r in report.speed
            ],
            (1, 2, 3, 4),
        )


def _files(report: Report) -> Iterable[Table]:
    if report.saved:
        yield Table(
            "Files written",
            ("file", "bytes", "difference", "opens and agrees", "SHA-256"),
            [
                (
                    Path(f.path).name,
                    f"{f.size:,}",
                    number(f.difference),
                    "yes" if f.same else f"no: {f.detail}",
                    f.sha256,
                )
                for f in report.saved
            ],
            (1, 2),
            "Each was opened again in a fresh process and held against the converted model.",
        )


def _provenance(report: Report) -> Table:
    return Table("Where this comes from", (), [row for row in _origins(report) if row[1]])


def _origins(report: Report) -> Iterable[tuple[str, str]]:
    verification, card, settings = report.verification, report.model, report.settings
    if card is not None:
        yield "model", card.path
        yield "kind", f"{card.kind}, {card.origin}" if card.origin else card.kind
        yield "parameters", f"{card.parameters:,} ({card.trainable_parameters:,} trainable)"
    for file in verification.files:
        yield f"{file.role} file", f"{Path(file.path).name}, {file.size:,} bytes"
        yield f"{file.role} SHA-256", file.sha256
    if report.export is not None:
        shapes = "; ".join(f"{spec.name}: {spec.dtype} {spec.text()}" for spec in report.export.inputs)
        yield "inputs", shapes
        yield "ONNX", f"opset {report.export.opset}, exporter {report.export.exporter}, {report.export.nodes} nodes"
    if settings is not None:
        yield (
            "options",
            f"engine {settings.engine}, axis order {settings.axis_order}"
            + (", trainable" if settings.trainable else ""),
        )
        yield "code", settings.source.code
        yield "arguments", ", ".join(f"{name}={value}" for name, value in settings.source.arguments)
    choice = verification.choice
    yield "samples", f"{verification.samples:,}, {verification.sample_source}"
    if choice.kind == "random":
        yield "seed", str(choice.seed)
    if choice.kind == "folder":
        images = choice.images
        mean, std = (" ".join(f"{value:g}" for value in values) or "usual" for values in (images.mean, images.std))
        yield "images", f"mean {mean}, standard deviation {std}, {images.order.upper()}, {images.fit}"
    yield "truth", verification.truth or "none: no float64 run of this model works"
    yield "noise floor", _ROUNDING[verification.rounding]
    machine = report.machine
    yield (
        "machine",
        f"{machine.processor or machine.architecture}, {machine.cores} cores, {machine.memory / 2**30:.1f} GiB",
    )
    yield "system", machine.system
    yield "versions", ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    yield "PT2K", report.pt2k
    for note in verification.notes:
        yield "note", note
