"""Which colour a part of the graph has, by what was measured of it, and the legend that tells so. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from pt2k_gui.graph.network import Network, Node
from pt2k_gui.gui.theme import mixed
from pt2k_gui.palette import Colours
from pt2k_gui.verify.layers import DEPARTS

_LEAST, _MOST = 1e-8, 1.0  # relative differences at the ends of the scale


class Measure(Enum):
    """Ways to colour the nodes."""

    DIFFERENCE = "difference"
    TIME = "time"
    SIZE = "size"
    PARAMETERS = "parameters"


@dataclass(frozen=True)
class Paint:
    """How a part is filled and framed; ``marked`` ones have a thick frame and a sign, so that colour is not all."""

    fill: str
    frame: str
    marked: bool = False


def measure_name(measure: Measure) -> str:
    """In the window's language."""
    translate = QCoreApplication.translate
    return {
        Measure.DIFFERENCE: translate("Graph", "Difference"),
        Measure.TIME: translate("Graph", "Time"),
        Measure.SIZE: translate("Graph", "Size of the output"),
        Measure.PARAMETERS: translate("Graph", "Parameters"),
    }[measure]


_VALUES: dict[Measure, Callable[[Node], float | None]] = {
    Measure.DIFFERENCE: lambda node: node.difference,
    Measure.TIME: lambda node: node.seconds,
    Measure.SIZE: lambda node: float(node.size) if node.size else None,
    Measure.PARAMETERS: lambda node: float(node.parameters) if node.parameters else None,
}


class Colouring:
    """Colours of one network's parts by one measure."""

    def __init__(self, network: Network, measure: Measure, colours: Colours) -> None:
        self.measure, self._colours = measure, colours
        self._values = [_VALUES[measure](node) for node in network.nodes]
        known = [value for value in self._values if value is not None and math.isfinite(value)]
        self.most = max(known, default=0.0)
        self.measured = len(known) > 0 or any(value is not None for value in self._values)

    def scale_to(self, parts: Sequence[Sequence[int]]) -> None:
        """Let the strongest colour stand for the largest of these parts: a folded box can hold more than any node."""
        self.most = max((value for members in parts if (value := self.value(members)) is not None), default=self.most)

    def value(self, members: Sequence[int]) -> float | None:
        """Of several nodes together: the worst difference, or the sum of what adds up."""
        values = [value for value in (self._values[node] for node in members) if value is not None]
        if not values:
            return None
        return max(values) if self.measure in (Measure.DIFFERENCE, Measure.SIZE) else sum(values)

    def paint(self, members: Sequence[int]) -> Paint:
        """How a node or a folded box with these nodes is drawn."""
        c, value = self._colours, self.value(members)
        if value is None:
            return Paint(c.surface, c.border)
        if self.measure is Measure.DIFFERENCE:
            if not value <= DEPARTS:
                return Paint(mixed(c.bad, c.surface, 0.22 + 0.33 * share(value)), c.bad, True)
            return Paint(mixed(c.good, c.surface, 0.06 + 0.26 * share(value)), mixed(c.good, c.border, 0.5))
        part = math.log1p(value * 1e6) / math.log1p(self.most * 1e6) if self.most else 0.0
        part = min(part, 1.0) ** 3  # most values lie near the top of a logarithmic scale
        return Paint(mixed(c.accent, c.surface, 0.05 + 0.5 * part), mixed(c.accent, c.border, 0.3 + 0.5 * part))

    def legend(self) -> list[tuple[Paint, str]]:
        """Samples of the colours with what they mean."""
        c = self._colours
        unknown = Paint(c.surface, c.border), QCoreApplication.translate("Graph", "not measured")
        if self.measure is Measure.DIFFERENCE:
            good = Paint(mixed(c.good, c.surface, 0.2), mixed(c.good, c.border, 0.5))
            bad = Paint(mixed(c.bad, c.surface, 0.45), c.bad, True)
            words = (
                QCoreApplication.translate("Graph", "up to {0} relative"),
                QCoreApplication.translate("Graph", "departs"),
            )
            return [(good, words[0].format(f"{DEPARTS:.0e}")), (bad, words[1]), unknown]
        little = Paint(mixed(c.accent, c.surface, 0.05), mixed(c.accent, c.border, 0.3))
        much = Paint(mixed(c.accent, c.surface, 0.55), mixed(c.accent, c.border, 0.8))
        return [
            (little, QCoreApplication.translate("Graph", "little")),
            (much, quantity(self.measure, self.most)),
            unknown,
        ]


def share(difference: float) -> float:
    """Where a relative difference stands between nothing and everything, on a logarithmic scale from 0 to 1."""
    if not math.isfinite(difference):
        return 1.0
    if difference <= _LEAST:
        return 0.0
    return min(math.log(difference / _LEAST) / math.log(_MOST / _LEAST), 1.0)


def quantity(measure: Measure, value: float) -> str:
    """A measured value with its unit."""
    if measure is Measure.DIFFERENCE:
        return f"{value:.1e}"
    if measure is Measure.TIME:
        return f"{value * 1e3:.2f} ms"
    return f"{value:,.0f}"
