"""Which channels of an output a coarse file has lost: one scale for values of several sizes leaves the small ones none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.verify import messages

if TYPE_CHECKING:
    import numpy as np

_OWN_ERROR = 0.15  # of the channel's own largest value: what eight bits of its own would keep it far below
_MOST_CHANNELS = 4096


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
        if not one_scale:
            return messages.CHANNELS_TOO_COARSE(count=len(self.channels), output=output, first=first, axis=self.axis)
        return messages.CHANNELS(
            count=len(self.channels), output=output, first=first, axis=self.axis, largest=self.largest, scale=self.scale
        )


class ChannelErrors:
    """Adds up, for each channel of one output, its error and its own variation. The channels are looked for along the
    second and the last axis.
    """

    def __init__(self) -> None:
        self._axes: dict[int, dict[str, np.ndarray]] = {}
        self._low, self._high = 0.0, 0.0

    def add(self, actual: np.ndarray, right: np.ndarray) -> None:
        """Take in one batch; both arrays have the same shape, samples first."""
        import numpy as np

        if right.dtype.kind != "f" or right.ndim < 2 or actual.shape != right.shape or not right.size:
            return
        a, r = actual.astype(np.float64), right.astype(np.float64)
        if not (np.isfinite(a).all() and np.isfinite(r).all()):
            return
        self._low, self._high = min(self._low, float(r.min())), max(self._high, float(np.abs(r).max()))
        for axis in {1, r.ndim - 1}:
            if not 2 <= r.shape[axis] <= _MOST_CHANNELS:
                continue
            others = tuple(place for place in range(r.ndim) if place != axis)
            now = {
                "count": np.full(r.shape[axis], r.size / r.shape[axis]),
                "sum": r.sum(others),
                "squares": (r**2).sum(others),
                "errors": ((a - r) ** 2).sum(others),
                "worst": np.abs(a - r).max(others),
                "largest": np.abs(r).max(others),
            }
            self._join(axis, now)

    def merge(self, other: ChannelErrors) -> None:
        """Take in what was added up over other samples."""
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)
        for axis, sums in other._axes.items():
            self._join(axis, sums)

    def _join(self, axis: int, now: dict[str, np.ndarray]) -> None:
        import numpy as np

        before = self._axes.get(axis)
        if before is None:
            self._axes[axis] = now
            return
        for name, values in now.items():
            joined = np.maximum if name in ("worst", "largest") else np.add
            before[name] = joined(before[name], values)

    def lost(self) -> LostChannels | None:
        """Channels whose error is as large as all that varies in them, and large for their own values.

        Probabilities are left out: a class that no sample shows has a small number, and may be rounded to none.
        """
        import numpy as np

        if self._low >= 0 and self._high <= 1:
            return None
        for axis, sums in self._axes.items():
            variation = np.maximum(sums["squares"] - sums["sum"] ** 2 / sums["count"], 0.0)
            lost = (sums["errors"] >= variation) & (sums["worst"] > _OWN_ERROR * sums["largest"])
            lost &= sums["largest"] > 0
            if lost.any() and not lost.all():
                found = tuple(int(number) for number in np.flatnonzero(lost))
                return LostChannels(axis, found, float(sums["largest"][lost].max()), self._high)
        return None
