"""Read the graphs of a conversion, or of one model alone, and lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.graph.picture import Picture, make_picture
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.verify.result import LayerDifference

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport


@dataclass(frozen=True)
class Request(Job[Picture]):
    """``onnx`` is what was exported, ``keras`` what it became (empty for the graph alone), ``side`` what to call the former.

    ``layers`` is the comparison layer by layer, where there was one.
    """

    onnx: str
    keras: str = ""
    report: ConversionReport | None = None
    layers: tuple[LayerDifference, ...] = ()
    side: str = "PyTorch"


def run(request: Request, context: Context) -> Picture:
    """Raises ``Problem`` when a file can't be read."""
    from pt2k_gui.graph.network import NetworkPair
    from pt2k_gui.graph.onnx_side import read_onnx
    from pt2k_gui.graph.pairing import read_pair

    context.progress(0.0, messages.READING_GRAPH())
    if request.keras and request.report is not None:
        pair = read_pair(request.onnx, request.keras, request.report, request.layers, request.side)
    else:
        pair = NetworkPair(read_onnx(request.onnx, side=request.side).network)
    context.progress(0.5, messages.ARRANGING(count=len(pair.left.nodes)))
    return make_picture(pair)
