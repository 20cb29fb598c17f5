"""How fluid the graph is: frames per second while a network of some thousand nodes is dragged and zoomed, how long the layout
takes, and how long the window waits to draw it.

    python tests/benchmarks/bench_graph.py [--nodes 5000] [--flat]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FRAMES = 120
DRAG = 9  # pixels from one frame to the next


def network(side: str, count: int, *, flat: bool) -> object:
    """Residual blocks of four operations."""
    from pt2k_gui.graph.network import LAYER, Network, Node

    nodes = [Node("input", "Input", kind="input")]
    edges: list[tuple[int, int]] = []
    last = 0
    while len(nodes) < count:
        block = len(nodes) // 4
        path = "" if flat else f"stages.{block // 40}.{block % 40}"
        begin = last
        for part, operator in (("conv1", "Conv"), ("act", "Relu"), ("conv2", "Conv"), ("", "Add")):
            module = f"{path}.{part}".strip(".") if not flat else ""
            nodes.append(
                Node(f"n{len(nodes)}", operator, module, LAYER, outputs=("batch × 64 × 56 × 56",), parameters=len(nodes),
                     difference=1e-7 if len(nodes) < count * 0.7 else 1e-3)
            )  # fmt: skip
            edges.append((last, len(nodes) - 1))
            last = len(nodes) - 1
        edges.append((begin, last))
    return Network(side, tuple(nodes), tuple(edges))


def frames(name: str, canvas: object, step: Callable[[int], None]) -> float:
    """Time frames that are really painted; the figures in milliseconds are printed, the median is given back."""
    from PySide6.QtWidgets import QApplication

    took = []
    for number in range(FRAMES):
        began = time.perf_counter()
        step(number)
        QApplication.processEvents()
        canvas.viewport().repaint()  # type: ignore[attr-defined]
        took.append((time.perf_counter() - began) * 1e3)
    took.sort()
    median, worst = statistics.median(took), took[int(0.99 * len(took))]
    print(f"{name:32} median {median:6.2f} ms  99 % {worst:6.2f} ms  {1e3 / median:6.0f} frames a second")
    return median


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure the graph view.")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--flat", action="store_true", help="a network without modules")
    options = parser.parse_args(arguments)
    from PySide6.QtWidgets import QApplication

    from pt2k_gui.graph.network import NetworkPair
    from pt2k_gui.graph.picture import Picture, arrange_all, make_picture
    from pt2k_gui.gui.graph.view import GraphView
    from pt2k_gui.gui.theme import Theme, prepare

    application = QApplication([])
    prepare(application)
    theme = Theme(application)
    theme.use("light")
    left, right = (network(side, options.nodes, flat=options.flat) for side in ("PyTorch", "Keras"))
    pair = NetworkPair(left, right, tuple((n, n) for n in range(len(left.nodes))))  # type: ignore[arg-type, attr-defined]
    began = time.perf_counter()
    picture = make_picture(pair)
    print(f"{'first layout, both sides':32} {time.perf_counter() - began:6.2f} s  (in a child process)")
    everything = frozenset(module.key for root in picture.roots for module in root.modules())
    began = time.perf_counter()
    drawings = arrange_all(picture.networks, picture.roots, everything)
    parts = len(drawings[0].boxes)
    print(f"{f'layout of {parts:,} parts, both sides':32} {time.perf_counter() - began:6.2f} s  (in a child process)")
    view = GraphView(theme, "graph", lambda *_: None, lambda *_: None)
    view.resize(1180, 700)
    view.show()
    application.processEvents()
    began = time.perf_counter()
    view.show_picture(Picture(pair, picture.roots, everything, drawings))
    application.processEvents()
    print(f"{'the window shows it':32} {time.perf_counter() - began:6.2f} s")
    canvas = view.canvases[0]
    bar = canvas.verticalScrollBar()
    canvas.show_first()
    frames("drag, texts readable", canvas, lambda number: bar.setValue(bar.value() + DRAG))
    canvas.zoom(0.3)
    frames("drag, from farther away", canvas, lambda number: bar.setValue(bar.value() + DRAG))
    canvas.fit()
    frames("everything seen, moved", canvas, lambda number: bar.setValue(bar.value() + (1 if number % 2 else -1)))
    canvas.show_first()

    def sharp(number: int) -> None:
        zoom(number)
        canvas.item.moving = False  # type: ignore[union-attr]

    def zoom(number: int) -> None:
        canvas.zoom(1.05 if number % 20 < 10 else 1 / 1.05)

    slow = frames("zoom, each frame as at rest", canvas, sharp)
    canvas.show_first()
    fast = frames("zoom in and out", canvas, zoom)
    print(f"{'a frame at rest to one in motion':32} {slow / fast:6.2f} times as long")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
