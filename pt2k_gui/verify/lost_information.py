"""Finds information that an output of a coarse file has lost: channels, the samples apart, the order of the classes.

An error that is small beside an output's largest value may still be all that the output had to say, so each is held against what
varies between samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.verify import messages
from pt2k_gui.verify.comparison import LEAST_AGREEMENT

if TYPE_CHECKING:
    import numpy as np

_OWN_ERROR = 0.15  # of the channel's own largest value: what eight bits of its own would keep it far below
_SMALL = 0.1  # of the output's largest value: below it, a scale in common is to blame
_MOST_CHANNELS = 4096
_VARIES = 0.1  # of the deviation of the channel that varies most: a channel that tells something
_STILL = 0.1  # of its own deviation: a channel that hardly moves any more
_ENOUGH = 8  # samples without which nothing is known of how an output varies
_MOST_PLACES = 4_000_000  # of a sample, whose means are kept
_TIED = 0.1  # of the usual range between classes: scores that are closer count as tied


@dataclass(frozen=True)
class LostChannels:
    """Channels along one axis of an output that tell nothing any more.

    Args:
        axis: of the output; channels: their numbers.
        largest: among their right values; scale: the output's largest value.
    """

    axis: int
    channels: tuple[int, ...]
    largest: float
    scale: float

    def sentence(self, output: str, *, one_scale: bool = True) -> str:
        """The sentence on what became of them, and what can be done.

        Args:
            one_scale: whether the file stores the output as integers of one scale.
        """
        first = ", ".join(map(str, self.channels[:4])) + (" ..." if len(self.channels) > 4 else "")
        if not one_scale or self.largest > _SMALL * self.scale:
            return messages.CHANNELS_TOO_COARSE(count=len(self.channels), output=output, first=first, axis=self.axis)
        return messages.CHANNELS(
            count=len(self.channels), output=output, first=first, axis=self.axis, largest=self.largest, scale=self.scale
        )


@dataclass(frozen=True)
class Drowned:
    """An output that is off by as much as it varies between samples: ``times`` is the one over the other."""

    times: float

    def sentence(self, output: str, *, one_scale: bool = True) -> str:
        """The sentence on it."""
        return messages.OUTPUT_DROWNED(output=output, times=self.times)


@dataclass(frozen=True)
class Reordered:
    """Scores of classes whose largest is clearly another one than the model's, for a ``share`` of the samples."""

    share: float

    def sentence(self, output: str, *, one_scale: bool = True) -> str:
        """The sentence on it."""
        return messages.RANKING_CHANGED(output=output, share=self.share)


class OutputErrors:
    """Adds up the error of one output beside its own variation: of each channel along the second and the last axis, and of
    the whole; and by how much the class with the largest score falls short of the right one.
    """

    def __init__(self) -> None:
        self._axes: dict[int, dict[str, np.ndarray]] = {}
        self._places: dict[str, np.ndarray] | None = None
        self._low, self._high = 0.0, 0.0
        self._behind: list[np.ndarray] = []
        self._ranges: list[np.ndarray] = []

    def add(self, actual: np.ndarray, right: np.ndarray) -> None:
        """Take in one batch; both arrays have the same shape, samples first."""
        import numpy as np

        if right.dtype.kind != "f" or right.ndim < 1 or actual.shape != right.shape or not right.size:
            return
        a, r = actual.astype(np.float64), right.astype(np.float64)
        if not (np.isfinite(a).all() and np.isfinite(r).all()):
            return
        self._low, self._high = min(self._low, float(r.min())), max(self._high, float(np.abs(r).max()))
        if r[0].size <= _MOST_PLACES:
            sums = {"count": np.array(len(r)), "sum": r.sum(0), "squares": (r**2).sum(), "errors": ((a - r) ** 2).sum()}
            self._places = _joined(self._places, sums)
        for axis in {1, r.ndim - 1}:
            if axis and r.ndim > axis and 2 <= r.shape[axis] <= _MOST_CHANNELS:
                self._axes[axis] = _joined(self._axes.get(axis), _by_channel(a, r, axis))
        if r.ndim == 2 and r.shape[1] > 1:
            chosen = np.take_along_axis(r, a.argmax(1)[:, None], 1)[:, 0]
            self._behind.append(r.max(1) - chosen)
            self._ranges.append(r.max(1) - r.min(1))

    def merge(self, other: OutputErrors) -> None:
        """Take in what was added up over other samples."""
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)
        for axis, sums in other._axes.items():
            self._axes[axis] = _joined(self._axes.get(axis), sums)
        if other._places is not None:
            self._places = _joined(self._places, other._places)
        self._behind += other._behind
        self._ranges += other._ranges

    def lost(self) -> LostChannels | Drowned | Reordered | None:
        """The information that the output lost; None where it still tells everything."""
        return self._channels() or self._drowned() or self._reordered()

    def _channels(self) -> LostChannels | None:
        """Channels whose error is as large as all that varies in them, and large for their own values; and channels that
        stand still where the model's vary as the others do.

        Of probabilities only the latter: a class that no sample shows has a small number, and may be rounded to none.
        """
        import numpy as np

        probabilities = self._low >= 0 and self._high <= 1
        for axis, sums in self._axes.items():
            count = sums["count"]
            variation = np.maximum(sums["squares"] - sums["sum"] ** 2 / count, 0.0)
            moved = np.maximum(sums["actual_squares"] - sums["actual_sum"] ** 2 / count, 0.0)
            lost = (sums["errors"] >= variation) & (sums["worst"] > _OWN_ERROR * sums["largest"])
            lost &= (sums["largest"] > 0) & (not probabilities)
            if count[0] >= _ENOUGH:
                lost |= (moved <= _STILL**2 * variation) & (variation > _VARIES**2 * variation.max())
            if lost.any() and not lost.all():
                found = tuple(int(number) for number in np.flatnonzero(lost))
                return LostChannels(axis, found, float(sums["largest"][lost].max()), self._high)
        return None

    def _drowned(self) -> Drowned | None:
        """Whether the whole output is off by more than it varies between samples."""
        import math

        if self._places is None or self._places["count"] < _ENOUGH:
            return None
        sums = self._places
        variation = float(sums["squares"] - (sums["sum"] ** 2).sum() / sums["count"])
        errors = float(sums["errors"])
        rounding = (1e-6 * self._high) ** 2 * sums["sum"].size * float(sums["count"])  # of float32
        if errors <= variation or variation <= rounding:  # an output that never varies is no measure
            return None
        return Drowned(math.sqrt(errors / variation))

    def _reordered(self) -> Reordered | None:
        """Whether too many samples have another class in front that is not nearly tied with the right one."""
        import numpy as np

        if not self._behind:
            return None
        behind, ranges = np.concatenate(self._behind), np.concatenate(self._ranges)
        share = float((behind > _TIED * np.median(ranges)).mean())
        return Reordered(share) if share > 1 - LEAST_AGREEMENT else None


def _by_channel(actual: np.ndarray, right: np.ndarray, axis: int) -> dict[str, np.ndarray]:
    import numpy as np

    others = tuple(place for place in range(right.ndim) if place != axis)
    return {
        "count": np.full(right.shape[axis], right.size / right.shape[axis]),
        "sum": right.sum(others),
        "squares": (right**2).sum(others),
        "actual_sum": actual.sum(others),
        "actual_squares": (actual**2).sum(others),
        "errors": ((actual - right) ** 2).sum(others),
        "worst": np.abs(actual - right).max(others),
        "largest": np.abs(right).max(others),
    }


def _joined(before: dict[str, np.ndarray] | None, now: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Sums over both parts of the samples, and the larger of what is a largest value."""
    import numpy as np

    if before is None:
        return dict(now)
    return {
        name: (np.maximum if name in ("worst", "largest") else np.add)(before[name], values)
        for name, values in now.items()
    }
