"""Compares one backend's outputs with a reference, batch by batch, and forms the verdict. Runs nothing itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.difference import difference
from pt2k_gui.message import sentences
from pt2k_gui.verify import messages
from pt2k_gui.verify.outputs.kinds import are_scores
from pt2k_gui.verify.result import FROM_SPACING, FROM_TRIALS, FROM_TRUTH, Comparison, Verdict

if TYPE_CHECKING:
    import numpy as np

FACTOR = 10.0
"""How many noise floors Keras may be away from the truth. Another order of summation, other kernels for exp and tanh, and
folded BatchNorm each cost a few roundings; a wrong epsilon, padding or activation costs thousands."""
WITNESS = 16.0  # of PyTorch's own rounding: what a second float32 backend may add to it
EPSILON = 2.0**-23  # the spacing of float32 at 1
LEAST = 4 * EPSILON
"""Relative rounding that no backend can be blamed for: a backend that adds a few hundred values one after the other (the
mean over an image in TensorFlow) loses some spacings where another one adds in pairs and happens to lose less than one."""

ESTIMATES = {
    FROM_TRIALS: messages.ESTIMATE_RANDOM(),
    FROM_SPACING: messages.ESTIMATE_SPACING(),
}

HALF = 2e-2  # of the scale: half precision keeps 11 bits, through some dozen layers
QUANTIZED = 0.15  # of the scale: eight bits leave an error of some percent
CHAOTIC = (
    1e-3  # of the scale: what one rounding of the input (6e-8 of it) may move an output before it is called chaotic
)
LEAST_AGREEMENT = 0.97  # of the answers that eight bits must leave as they are


class Differences:
    """Accumulates the differences of one output of one backend from a reference."""

    def __init__(self, output: str, backend: str, reference: str) -> None:
        self.output, self.backend, self.reference = output, backend, reference
        self.samples = 0
        self.max_abs = 0.0
        self.scale = 0.0
        self.per_sample: list[np.ndarray] = []
        self._agreeing: int | None = 0
        self._sum_abs = 0.0
        self._values = self._finite = 0
        self._dot = self._own = self._theirs = 0.0

    def add(self, actual: np.ndarray, expected: np.ndarray, samples: int) -> None:
        """Take in one batch of ``samples`` samples. Both arrays have the same shape, in any numeric type."""
        import numpy as np

        if actual.shape != expected.shape:
            self.samples += samples
            self.max_abs = math.inf
            self._agreeing = None
            self.per_sample.append(np.full(samples, np.inf))
            return
        apart = difference(actual, expected)
        a, e = (np.ravel(values).astype(np.float64) for values in (actual, expected))
        finite = np.isfinite(a) & np.isfinite(e)
        if not finite.all():
            a, e = a[finite], e[finite]
        before, self.samples = self.samples, self.samples + samples
        rows = apart.reshape(samples, -1) if apart.size and apart.size % samples == 0 else None
        self.per_sample.append(rows.max(axis=1) if rows is not None else np.full(samples, apart.max(initial=0.0)))
        self.max_abs = max(self.max_abs, float(apart.max(initial=0.0)))
        self.scale = max(self.scale, float(np.abs(e).max(initial=0.0)))
        self._sum_abs += float(apart.sum())
        self._values += apart.size
        self._finite += a.size
        self._dot += float(a @ e)
        self._own += float(a @ a)
        self._theirs += float(e @ e)
        scores = class_scores(actual, samples), class_scores(expected, samples)
        if scores[0] is None or scores[1] is None or (not before and not are_scores(scores[1][0])):
            self._agreeing = None
        elif self._agreeing is not None:
            self._agreeing += int((scores[0].argmax(1) == scores[1].argmax(1)).sum())

    def merge(self, other: Differences) -> None:
        """Take in what was added up over other samples, as if they had come after these."""
        self.samples += other.samples
        self.max_abs = max(self.max_abs, other.max_abs)
        self.scale = max(self.scale, other.scale)
        self.per_sample += other.per_sample
        both = self._agreeing is not None and other._agreeing is not None
        self._agreeing = (self._agreeing or 0) + (other._agreeing or 0) if both else None
        self._sum_abs += other._sum_abs
        self._values += other._values
        self._finite += other._finite
        self._dot += other._dot
        self._own += other._own
        self._theirs += other._theirs

    @property
    def finite(self) -> bool:
        """Whether some value was a number on both sides; True also where the output holds no values at all."""
        return bool(self._finite) or not self._values

    @property
    def scored(self) -> bool:
        """Whether the output is one score vector a sample, in all batches so far; sound and embeddings are none."""
        return self._agreeing is not None

    def result(self) -> Comparison:
        """The numbers over all batches."""
        norms = math.sqrt(self._own) * math.sqrt(self._theirs)
        return Comparison(
            output=self.output,
            backend=self.backend,
            reference=self.reference,
            samples=self.samples,
            agreeing=self._agreeing,
            max_abs=self.max_abs,
            mean_abs=self._sum_abs / self._values if self._values else 0.0,
            max_rel=self.max_abs / self.scale if self.scale else (0.0 if self.max_abs == 0 else math.inf),
            cosine=self._dot / norms if norms else 1.0,
        )


def class_scores(output: np.ndarray, samples: int) -> np.ndarray | None:
    """An output as (samples, classes), where it can be read so: floating point, one score vector a sample."""
    if output.dtype.kind != "f" or output.ndim < 2 or output.shape[-1] < 2 or not samples:
        return None
    rows = output.size // output.shape[-1]
    return output.reshape(samples, -1) if rows == samples else None


@dataclass(frozen=True)
class Distance:
    """One output against the truth: float32 PyTorch's own largest distance from float64, Keras's, and the scale.

    Where there is no float64 run, ``floor`` is how far ONNX Runtime's answers move when its roundings are turned at random
    (0 where that can't be run either), ``other`` is 0, and ``keras`` is the distance from the float32 reference.

    ``direct`` is Keras's largest distance from float32 PyTorch over all samples; ``other`` is ONNX Runtime's distance
    from the truth. Like Keras it folds BatchNorm into the weights before it, whose rounding does not average out over
    an image as PyTorch's does, so it is a second witness of what float32 costs; but only up to a limit, since an export
    that went wrong must not excuse a conversion. ``finite`` is False where no sample gave a finite number: such an output
    shows nothing, and does not pass.
    """

    output: str
    floor: float
    other: float
    keras: float
    scale: float
    direct: float
    finite: bool = True

    @property
    def allowed(self) -> float:
        """The largest distance from the truth that still passes."""
        own = max(self.floor, LEAST * self.scale)
        return FACTOR * max(own, min(self.other, WITNESS * own))

    @property
    def share(self) -> float:
        """Distance over what is allowed; the output passes up to 1."""
        if not self.finite:
            return math.inf
        worst = max(self.keras, self.direct - self.floor)
        if worst <= 0:
            return 0.0
        return worst / self.allowed if self.allowed else math.inf


def verdict(
    distances: Sequence[Distance],
    comparisons: Sequence[Comparison],
    things: str,
    label: str,
    *,
    candidate: str = "Keras",
    precision: str = "float32",
    rounding: str = FROM_TRUTH,
    lost: str = "",
    chaos: float = 0.0,
) -> Verdict:
    """The answer in words.

    Args:
        distances: one per output.
        comparisons: the converted model against the float32 reference, one per output.
        things: what the samples are called, such as ``digits``.
        label: the reference's name, such as ``PyTorch``.
        candidate: the converted model's name.
        precision: of the converted file; a coarser one than float32 is held against what that precision can give.
        rounding: where the floors are from, as in ``Verification``.
        lost: what a coarse file lost of an output, in words; it is not the same then.
        chaos: how far one rounding of the input moves the reference's own output, over that output's scale, where the
            floors were taken from that.
    """
    worst = max(distances, key=lambda distance: distance.share)
    same = all(distance.share <= 1 for distance in distances)
    first = comparisons[0]
    agreement = (
        messages.THINGS_AGREE(agreeing=first.agreeing, samples=first.samples, things=things)
        if first.agreeing is not None
        else messages.THINGS_COMPARED(samples=first.samples, things=things)
    )
    own = messages.OWN_ROUNDING(backend=label, floor=worst.floor)
    sentence: str
    coarse = precision != "float32" and not same and math.isfinite(worst.direct)
    headline = messages.SAME_ANSWERS(candidate=candidate)
    if same:
        sentence = messages.DIFFERENCE_AND_ROUNDING(agreement=agreement, difference=worst.direct, own=own)
    elif not worst.finite:
        sentence = messages.NOTHING_SHOWN(output=worst.output, backend=label, candidate=candidate)
    elif math.isinf(worst.keras) or math.isinf(worst.direct):
        sentence = messages.OTHER_SHAPE(agreement=agreement, output=worst.output, backend=label)
    elif coarse and lost:
        sentence = messages.LOST_CHANNELS(agreement=agreement, lost=lost)
    elif coarse and _within(precision, distances, first):
        same = True
        bits = messages.HALF_PRECISION() if precision == "float16" else messages.EIGHT_BIT()
        headline = messages.SAME_WITHIN_PRECISION(candidate=candidate, precision=bits)
        sentence = messages.DIFFERENCE_RELATIVE(
            agreement=agreement, difference=worst.direct, share=worst.direct / (worst.scale or 1), own=own
        )
    else:
        times = max(worst.keras, worst.direct) / max(worst.floor, EPSILON * worst.scale)
        sentence = messages.DIFFERS_BY(
            agreement=agreement,
            output=worst.output,
            difference=max(worst.keras, worst.direct),
            times=times,
            backend=label,
            floor=worst.floor,
        )
    if not same:
        headline = (
            messages.DIFFERENT_ANSWERS(candidate=candidate)
            if worst.finite
            else messages.NOT_COMPARED(candidate=candidate)
        )
    if first.agreeing is not None and same and not coarse and first.agreeing < first.samples:
        sentence = sentences(sentence, messages.TIED())
    empty = [distance.output for distance in distances if same and distance.finite and distance.scale == 0]
    if empty:
        sentence = sentences(sentence, messages.ALL_ZERO(backend=label, outputs=empty))
    if chaos:
        sentence = sentences(sentence, messages.ILL_CONDITIONED(backend=label, share=chaos))
        if same:
            headline = messages.SAME_AS_FAR_AS_ROUNDING(candidate=candidate)
    if rounding != FROM_TRUTH:
        sentence = sentences(sentence, messages.ESTIMATED(how=ESTIMATES[rounding]))
    return Verdict(same, headline, sentence, worst.floor, worst.keras, worst.allowed)


def _within(precision: str, distances: Sequence[Distance], first: Comparison) -> bool:
    """Whether a coarser file differs by no more than its precision explains."""
    share = max(distance.direct / distance.scale if distance.scale else math.inf for distance in distances)
    if precision == "float16":
        return share <= HALF
    agrees = first.agreeing is not None and first.agreeing >= LEAST_AGREEMENT * first.samples
    return agrees or share <= QUANTIZED
