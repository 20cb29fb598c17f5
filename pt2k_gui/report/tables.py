"""The tables of a report as texts; the HTML and the PDF share them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.message import sentences
from pt2k_gui.report import messages
from pt2k_gui.verify.layers import DEPARTS, first_departure
from pt2k_gui.verify.result import FROM_SPACING, FROM_TRIALS, FROM_TRUTH

if TYPE_CHECKING:
    from pt2k_gui.report.document import Report
    from pt2k_gui.report.plots import Say
    from pt2k_gui.verify.result import FileHash, SampleChoice, Verification

_MOST_SAMPLES = 10
_ROUNDING = {
    FROM_TRUTH: messages.FROM_TRUTH,
    FROM_TRIALS: messages.FROM_TRIALS,
    FROM_SPACING: messages.FROM_SPACING,
}
_FITS = {"stretch": messages.STRETCHED, "crop": messages.CROPPED}
_MIXES = {"mean": messages.MIXED, "first": messages.FIRST_CHANNEL}
_STATES = {"converted": messages.CONVERTED, "folded": messages.FOLDED, "unsupported": messages.UNSUPPORTED}
_ROLES = {
    "model": (messages.MODEL_FILE, messages.MODEL_HASH),
    "ONNX": (messages.ONNX_FILE, messages.ONNX_HASH),
    "converted": (messages.CONVERTED_FILE, messages.CONVERTED_HASH),
    "samples": (messages.SAMPLES_FILE, messages.SAMPLES_HASH),
    "tokenizer": (messages.TOKENIZER_FILE, messages.TOKENIZER_HASH),
    "class names": (messages.CLASSES_FILE, messages.CLASSES_HASH),
}
"""For each role of a file: what its name and its hash are called."""


@dataclass(frozen=True)
class Table:
    """Rows of texts; the columns in ``numbers`` are right-aligned. Without headings it is names and values."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    words: str = ""

    def said(self, say: Say) -> Table:
        """The table with each ``Message`` in the reader's language."""
        rows = [[say(cell) for cell in row] for row in self.rows]
        return replace(
            self, title=say(self.title), headings=[*map(say, self.headings)], rows=rows, words=say(self.words)
        )


def number(value: float | None) -> str:
    """A difference as people read it."""
    return "" if value is None else "0" if value == 0 else f"{value:.1e}"


def floor_words(verification: Verification) -> str:
    """The numbers of the verdict, and what they were measured from."""
    verdict = verification.verdict
    floor, distance, allowed = map(number, (verdict.noise_floor, verdict.distance, verdict.allowed))
    origin = verification.truth or messages.FLOAT32_OF(backend=verification.backends[0].backend)
    return messages.FLOOR(floor=floor, origin=origin, distance=distance, allowed=allowed)


def report_tables(report: Report) -> list[Table]:
    """All tables that the report's data allow."""
    return [*_numbers(report), *_samples(report), *_layers(report), *_training(report), *_operators(report),
            *_epochs(report), *_speed(report), *_files(report), _provenance(report)]  # fmt: skip


def _numbers(report: Report) -> Iterable[Table]:
    verification = report.verification
    yield Table(
        messages.NUMBERS,
        (messages.OUTPUT, messages.BACKEND, messages.AGAINST, messages.SAME_ANSWER, messages.LARGEST, messages.MEAN,
         messages.RELATIVE, messages.COSINE),
        [
            (c.output, c.backend, c.reference,
             "" if c.agreeing is None else messages.AGREEING(agreeing=c.agreeing, samples=c.samples),
             number(c.max_abs), number(c.mean_abs), number(c.max_rel), f"{c.cosine:.9f}")
            for c in verification.comparisons
        ],
        (3, 4, 5, 6, 7),
        messages.NUMBERS_WORDS,
    )  # fmt: skip
    labelled = verification.labelled
    yield Table(
        messages.BACKENDS,
        (
            messages.BACKEND,
            messages.VERSION,
            messages.TIME_FOR_ALL,
            *((messages.ACCURACY_HEADING,) if labelled else ()),
        ),
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
    headings = messages.SAMPLE, messages.TRUE_LABEL, messages.OUTPUT, messages.LARGEST_DIFFERENCE_HEADING
    yield Table(messages.WORST_SAMPLES, headings, rows, (0, 3))


def _layers(report: Report) -> Iterable[Table]:
    layers = report.verification.layers
    if layers:
        departed = first_departure(layers)
        yield Table(
            messages.LAYERS_FIRST(layer=departed.layer) if departed else messages.LAYERS_NONE,
            (messages.KERAS_LAYER, messages.ONNX_VALUE, messages.LARGEST_DIFFERENCE_HEADING, messages.RELATIVE),
            [(r.layer, r.onnx_value, number(r.max_abs), number(r.max_rel)) for r in layers],
            (2, 3),
            messages.LAYERS_TABLE_WORDS(departs=DEPARTS),
        )


def _training(report: Report) -> Iterable[Table]:
    step = report.verification.training
    if step is not None:
        settings = messages.STEP_SETTINGS if step.mode == "training" else messages.STEP_IN_EVALUATION
        yield Table(
            messages.TRAINING_STEP,
            ("PyTorch", "Keras", messages.GRADIENT_DIFFERS, messages.RELATIVE, messages.NEW_VALUE_DIFFERS,
             messages.OF_LIMIT),
            [
                (r.name, ", ".join(r.weights) or messages.NONE, number(r.gradient), number(r.gradient_rel), number(r.new),
                 f"{r.share:.0%}")
                for r in step.rows
            ],
            (2, 3, 4, 5),
            sentences(
                step.sentence, settings(samples=step.samples, loss=step.loss, rate=step.learning_rate), *step.notes
            ),
        )  # fmt: skip


def _operators(report: Report) -> Iterable[Table]:
    conversion = report.conversion
    if conversion is not None:
        yield Table(
            messages.OPERATORS,
            (messages.OPERATOR, messages.COUNT, messages.BECOMES, messages.STATE),
            [(o.operator, f"{o.count:,}", ", ".join(o.becomes), _STATES[o.state]) for o in conversion.operators],
            (1,),
            messages.OPERATORS_WORDS(
                layers=conversion.layer_count, transposes=conversion.transposes, parameters=conversion.parameters
            ),
        )


def _epochs(report: Report) -> Iterable[Table]:
    trained = report.training
    if trained is not None:
        yield Table(
            messages.TRAINING(network=trained.settings.network.upper(), epoch=trained.best_epoch),
            (messages.EPOCH, messages.TRAINING_LOSS, messages.VALIDATION_LOSS, messages.VALIDATION_ACCURACY),
            [
                (f"{e.number}", f"{e.training_loss:.4f}", f"{e.validation_loss:.4f}", f"{e.validation_accuracy:.2%}")
                for e in trained.epochs
            ],
            (0, 1, 2, 3),
        )


def _speed(report: Report) -> Iterable[Table]:
    if report.speed:
        yield Table(
            messages.SPEED_TABLE,
            (messages.BACKEND, messages.BATCH_HEADING, messages.MEDIAN, messages.SHORTEST, messages.LONGEST),
            [
                (r.backend, f"{r.batch:,}", *(f"{seconds * 1e3:.2f} ms" for seconds in (r.median, r.low, r.high)))
                for r in report.speed
            ],
            (1, 2, 3, 4),
        )


def _files(report: Report) -> Iterable[Table]:
    if report.saved:
        yield Table(
            messages.FILES_WRITTEN,
            (messages.FILE, messages.BYTES_HEADING, messages.DIFFERENCE, messages.OPENS_AND_AGREES, "SHA-256"),
            [
                (
                    Path(f.path).name,
                    f"{f.size:,}",
                    number(f.difference),
                    messages.YES if f.same else messages.NO_BECAUSE(detail=f.detail),
                    f.sha256,
                )
                for f in report.saved
            ],
            (1, 2),
            messages.FILES_WORDS,
        )


def _provenance(report: Report) -> Table:
    parts = _of_model(report), _of_options(report), _of_samples(report.verification), _of_machine(report)
    return Table(messages.PROVENANCE, (), [row for part in parts for row in part if row[1]])


def _of_model(report: Report) -> Iterable[tuple[str, str]]:
    card = report.model
    if card is not None:
        yield messages.MODEL, card.path
        kind = messages.KIND_AND_ORIGIN(kind=card.kind, origin=card.origin) if card.origin else card.kind
        yield messages.KIND, kind
        trainable = card.trainable_parameters
        yield messages.PARAMETERS, messages.PARAMETERS_TRAINABLE(all=card.parameters, trainable=trainable)
    for file in report.verification.files:
        yield from _of_file(file)


def _of_file(file: FileHash) -> Iterable[tuple[str, str]]:
    name, digest = _ROLES[file.role]
    yield name, messages.NAME_AND_BYTES(file=Path(file.path).name, size=file.size)
    yield digest, file.sha256


def _of_options(report: Report) -> Iterable[tuple[str, str]]:
    export, settings = report.export, report.settings
    if export is not None:
        yield messages.INPUTS, "; ".join(f"{spec.name}: {spec.dtype} {spec.text()}" for spec in export.inputs)
        yield "ONNX", messages.ONNX_WORDS(opset=export.opset, exporter=export.exporter, nodes=export.nodes)
    if settings is not None:
        options = messages.OPTIONS_TRAINABLE if settings.trainable else messages.OPTIONS_WORDS
        yield messages.OPTIONS, options(engine=settings.engine, order=settings.axis_order)
        yield messages.CODE, settings.source.code
        yield messages.ARGUMENTS, ", ".join(f"{name}={value}" for name, value in settings.source.arguments)


def _of_samples(verification: Verification) -> Iterable[tuple[str, str]]:
    choice = verification.choice
    source = messages.COUNT_AND_SOURCE(count=verification.samples, source=verification.sample_source)
    yield messages.SAMPLES_HEADING, source
    if choice.kind == "random":
        yield messages.SEED, str(choice.seed)
    yield from _preparation(choice)
    yield messages.TRUTH, verification.truth or messages.NO_TRUTH
    yield messages.NOISE_FLOOR, _ROUNDING[verification.rounding]


def _preparation(choice: SampleChoice) -> Iterator[tuple[str, str]]:
    """How files became the numbers that went in, so that whoever deploys the model does the same."""
    images, sound, text = choice.images, choice.audio, choice.text
    if choice.kind in ("folder", "video") and images.steps:
        yield messages.IMAGES, "; ".join(step.text for step in images.steps)
    elif choice.kind in ("folder", "video"):
        mean, std = (
            " ".join(f"{value:g}" for value in values) or messages.USUAL for values in (images.mean, images.std)
        )
        yield (
            messages.IMAGES,
            messages.IMAGES_WORDS(mean=mean, std=std, order=images.order.upper(), fit=_FITS[images.fit]),
        )
    if choice.kind == "video":
        yield messages.FRAMES, messages.FRAMES_WORDS(every=choice.video.every)
    if choice.kind == "audio":
        rate = messages.RATE(rate=sound.rate) if sound.rate else messages.OWN_RATE
        hop = messages.HOP(hop=sound.hop) if sound.hop else messages.NO_HOP
        yield messages.SOUND, messages.CLAUSES(parts=(rate, hop, _MIXES[sound.mix]))
    if choice.kind == "text":
        special = messages.SPECIAL_TOKENS if text.special else messages.NO_SPECIAL_TOKENS
        yield messages.TEXTS, messages.CLAUSES(parts=(Path(text.tokenizer).name, special))
    if choice.kind == "file":
        yield messages.COLUMNS, ", ".join(choice.table.columns)


def _of_machine(report: Report) -> Iterable[tuple[str, str]]:
    machine = report.machine
    processor, memory = machine.processor or machine.architecture, machine.memory / 2**30
    yield messages.MACHINE, messages.MACHINE_WORDS(processor=processor, cores=machine.cores, memory=memory)
    yield messages.SYSTEM, machine.system
    yield messages.VERSIONS, ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    yield "PT2K", report.pt2k
    for note in report.verification.notes:
        yield messages.NOTE, note
