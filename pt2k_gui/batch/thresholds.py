"""Limits of the user's own, beyond the verdict: a conversion that passes the check may still be too far off for its use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.batch import messages
from pt2k_gui.jobs.pipeline import Outcome

_MEGABYTE = 1e6
Say = Callable[..., str]


@dataclass(frozen=True)
class Thresholds:
    """All may be missing.

    Args:
        max_difference: the largest absolute difference of an output from PyTorch's.
        max_relative_difference: the same over the output's largest magnitude.
        min_agreement: the share of samples (0 to 1) with the same answer; of the converted model and of each file.
        min_accuracy: the share of right answers of each file, where the samples have labels.
        max_megabytes: the size of each file, in millions of bytes.
    """

    max_difference: float | None = None
    max_relative_difference: float | None = None
    min_agreement: float | None = None
    min_accuracy: float | None = None
    max_megabytes: float | None = None

    def shortfalls(self, outcome: Outcome) -> tuple[str, ...]:
        """Sentences on what of the outcome is beyond a limit or could not be measured."""
        return (*self._of_model(outcome), *self._of_files(outcome))

    def _of_model(self, outcome: Outcome) -> Iterator[str]:
        candidate = outcome.verification.candidate
        for row in outcome.verification.comparisons:
            if row.backend != candidate:
                continue
            if self.max_difference is not None and not row.max_abs <= self.max_difference:
                yield messages.BEYOND_DIFFERENCE(output=row.output, found=row.max_abs, limit=self.max_difference)
            if self.max_relative_difference is not None and not row.max_rel <= self.max_relative_difference:
                yield messages.BEYOND_RELATIVE(output=row.output, found=row.max_rel, limit=self.max_relative_difference)
        if self.min_agreement is not None:
            first = next((row for row in outcome.verification.comparisons if row.backend == candidate), None)
            share = None if first is None or first.agreeing is None else first.agreeing / max(first.samples, 1)
            yield from _least(candidate, share, self.min_agreement, messages.BELOW_AGREEMENT, messages.NO_AGREEMENT)

    def _of_files(self, outcome: Outcome) -> Iterator[str]:
        for file in outcome.saved:
            name = Path(file.path).name
            if self.max_megabytes is not None and file.size > self.max_megabytes * _MEGABYTE:
                yield messages.BEYOND_SIZE(file=name, found=file.size / _MEGABYTE, limit=self.max_megabytes)
            if self.min_agreement is not None and file.agreement is not None:
                yield from _least(
                    name, file.agreement, self.min_agreement, messages.BELOW_AGREEMENT, messages.NO_AGREEMENT
                )
            if self.min_accuracy is not None:
                yield from _least(name, file.accuracy, self.min_accuracy, messages.BELOW_ACCURACY, messages.NO_ACCURACY)


def _least(name: str, share: float | None, least: float, below: Say, missing: Say) -> Iterator[str]:
    if share is None:
        yield missing(what=name)
    elif not share >= least:
        yield below(what=name, found=share, limit=least)
