"""The report of a walk as one self-contained HTML file, as PDF, or as JSON."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
import io
import json
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pt2k_gui
from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.files import write_bytes, write_text
from pt2k_gui.look import DARK, LIGHT, Colours
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelCard
from pt2k_gui.verify import plots
from pt2k_gui.verify.layers import first_departure
from pt2k_gui.verify.result import Verification

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport

SCHEMA = "pt2k-report-1"
"""Version of the JSON: ``schema``, ``pt2k``, ``made``, ``machine``, ``verification``, and where they are known ``model``,
``training``, ``export``, ``conversion``, ``saved``; the fields of each are those of the dataclass of that name."""
ENDINGS = (".html", ".json", ".pdf")


@dataclass(frozen=True)
class _Table:
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()


def write_report(
    output: str,
    verification: Verification,
    *,
    card: ModelCard | None = None,
    trained: Trained | None = None,
    exported: Exported | None = None,
    conversion: ConversionReport | None = None,
    saved: Sequence[Any] = (),
) -> None:
    """Write the report; the ending of ``output`` chooses the format (.html, .pdf or .json).

    Raises:
        Problem: another ending, or the file can't be written.
    """
    content = {
        "schema": SCHEMA,
        "pt2k": pt2k_gui.__version__,
        "made": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": machine(),
        "model": card,
        "training": trained,
        "export": exported,
        "conversion": conversion,
        "verification": verification,
        "saved": [{**_fields(file), "sha256": _sha256(file.path)} for file in saved],
    }
    ending = Path(output).suffix.lower()
    if ending == ".json":
        write_text(output, json.dumps(_plain(content), indent=1, allow_nan=False))
    elif ending == ".html":
        write_text(output, _html(content, verification))
    elif ending == ".pdf":
        write_bytes(output, _pdf(content, verification))
    else:
        raise Problem(f"The report can't be written as {output}.", hint=f"Use one of {', '.join(ENDINGS)}.")


def machine() -> dict[str, str]:
    """System, processor and the versions of what takes part."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"system": platform.platform(), "processor": platform.machine(), "python": platform.python_version()}
    for package in ("torch", "onnx", "onnxruntime", "keras", "tensorflow-cpu", "tensorflow", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _html(content: dict[str, Any], verification: Verification) -> str:
    import jinja2

    folder = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )
    pictures = []
    for title, draw in _plots(verification):
        light, dark = (base64.b64encode(_png(draw(colours), colours)).decode() for colours in (LIGHT, DARK))
        pictures.append({"title": title, "light": light, "dark": dark})
    conversion = content["conversion"]
    text: str = environment.get_template("report.html.jinja").render(
        title=_title(content),
        version=content["pt2k"],
        made=content["made"].replace("T", " "),
        light=dataclasses.asdict(LIGHT),
        dark=dataclasses.asdict(DARK),
        verification=verification,
        number=_number,
        plots=pictures,
        tables=_tables(content),
        summary=conversion.summary if conversion is not None else "",
    )
    return text


def _title(content: dict[str, Any]) -> str:
    card = content["model"]
    return f"Report on {card.name}" if card is not None else "Report on a conversion"


def _plots(verification: Verification) -> list[tuple[str, Callable[[Colours], Any]]]:
    found: list[tuple[str, Callable[[Colours], Any]]] = []
    if _stored(verification, "images"):
        found.append(
            (
                "Samples: true label above, the answers of PyTorch, ONNX Runtime and Keras below",
                lambda colours: plots.grid_figure(verification, rows=2, columns=10, colours=colours),
            )
        )
    if _stored(verification, "difference"):
        found.append(
            ("Differences", lambda colours: _figure(colours, lambda axes: _histogram(axes, verification, colours)))
        )
    if verification.layers:
        found.append(
            (
                "Layer by layer",
                lambda colours: _figure(colours, lambda axes: plots.draw_layers(axes, verification.layers, colours)),
            )
        )
    return found


def _stored(verification: Verification, name: str) -> bool:
    import numpy as np

    with np.load(verification.arrays) as arrays:
        return name in arrays.files


def _histogram(axes: Any, verification: Verification, colours: Colours) -> None:
    import numpy as np

    with np.load(verification.arrays) as arrays:
        plots.draw_histogram(axes, arrays["difference"], verification.verdict.allowed, colours)


def _figure(colours: Colours, draw: Callable[[Any], None]) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3), layout="constrained", facecolor=colours.surface)
    FigureCanvasAgg(figure)
    draw(figure.add_subplot())
    return figure


def _png(figure: Any, colours: Colours) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, facecolor=colours.surface)
    return buffer.getvalue()


def _tables(content: dict[str, Any]) -> list[_Table]:
    verification: Verification = content["verification"]
    tables = [
        _Table(
            "Numbers",
            ("output", "backend", "against", "same argmax", "max difference", "mean difference", "relative", "cosine"),
            [
                (c.output, c.backend, c.reference, "" if c.agreeing is None else f"{c.agreeing:,} of {c.samples:,}",
                 _number(c.max_abs), _number(c.mean_abs), _number(c.max_rel), f"{c.cosine:.9f}")
                for c in verification.comparisons
            ],
            (3, 4, 5, 6, 7),
        ),
        _Table(
            "Backends",
            ("backend", "version", "time for all samples", "accuracy"),
            [
                (b.backend, b.version, f"{b.seconds:.2f} s", "" if b.accuracy is None else f"{b.accuracy:.2%}")
                for b in verification.backends
            ],
            (2, 3),
        ),
    ]  # fmt: skip
    if verification.layers:
        departed = first_departure(verification.layers)
        word = f"{departed.layer} is the first layer that departs" if departed else "no layer departs"
        tables.append(
            _Table(
                f"Layers: {word}",
                ("Keras layer", "ONNX value", "max difference", "relative"),
                [(r.layer, r.onnx_value, _number(r.max_abs), _number(r.max_rel)) for r in verification.layers],
                (2, 3),
            )
        )
    conversion = content["conversion"]
    if conversion is not None:
        tables.append(
            _Table(
                f"Operators: {conversion.layer_count} Keras layers and operations, {conversion.transposes} transposes",
                ("operator", "count", "becomes", "state"),
                [(o.operator, f"{o.count}", ", ".join(o.becomes), o.state) for o in conversion.operators],
                (1,),
            )
        )
    trained = content["training"]
    if trained is not None:
        tables.append(
            _Table(
                f"Training: {trained.settings.network.upper()}, epoch {trained.best_epoch} kept",
                ("epoch", "training loss", "validation loss", "validation accuracy"),
                [
                    (
                        f"{e.number}",
                        f"{e.training_loss:.4f}",
                        f"{e.validation_loss:.4f}",
                        f"{e.validation_accuracy:.2%}",
                    )
                    for e in trained.epochs
                ],
                (0, 1, 2, 3),
            )
        )
    if content["saved"]:
        tables.append(
            _Table(
                "Files: each opened again in a fresh process",
                ("file", "bytes", "difference", "opens and agrees", "sha256"),
                [
                    (Path(f["path"]).name, f"{f['size']:,}", "" if f["difference"] is None else _number(f["difference"]),
                     "yes" if f["same"] else f"no: {f['detail']}", f["sha256"])
                    for f in content["saved"]
                ],
                (1, 2),
            )
        )  # fmt: skip
    tables.append(_Table("Where this comes from", (), list(_provenance(content))))
    return tables


def _provenance(content: dict[str, Any]) -> Iterable[tuple[str, str]]:
    card, exported, conversion = content["model"], content["export"], content["conversion"]
    if card is not None:
        yield "model", card.path
        yield "kind", f"{card.kind}, {card.origin}" if card.origin else card.kind
        yield "sha256", card.sha256
        yield "parameters", f"{card.parameters:,} ({card.trainable_parameters:,} trainable)"
    if exported is not None:
        yield "ONNX", f"opset {exported.opset}, exporter {exported.exporter}, {exported.nodes} nodes"
    if conversion is not None:
        yield "engine", f"{conversion.engine}, axis order {conversion.edges.axis_order}"
    yield from content["machine"].items()
    for note in content["verification"].notes:
        yield "note", note


def _pdf(content: dict[str, Any], verification: Verification) -> bytes:
    """A4 pages drawn by matplotlib: the verdict, then plots and tables."""
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    with PdfPages(buffer) as pages:
        page = Figure(figsize=(8.27, 11.69))
        good = verification.verdict.same
        page.text(0.08, 0.94, _title(content), fontsize=18, fontweight="bold", color=LIGHT.text)
        page.text(0.08, 0.92, f"Made by PT2K {content['pt2k']} on {content['made']}", fontsize=9, color=LIGHT.muted)
        mark = LIGHT.good if good else LIGHT.bad
        page.text(0.08, 0.88, verification.verdict.headline, fontsize=14, color=mark, fontweight="bold")
        page.text(0.08, 0.87, _folded(verification.verdict.sentence, 95), fontsize=9, va="top", color=LIGHT.text)
        top = 0.82
        for title, draw in _plots(verification)[:2]:
            picture = _png(draw(LIGHT), LIGHT)
            top = _picture(page, title, picture, top)
        pages.savefig(page)
        for table in _tables(content):
            for start in range(0, max(len(table.rows), 1), _ROWS_A_PAGE):
                pages.savefig(_table_page(table, table.rows[start : start + _ROWS_A_PAGE]))
    return buffer.getvalue()


_ROWS_A_PAGE = 45


def _picture(page: Any, title: str, png: bytes, top: float) -> float:
    from PIL import Image

    image = Image.open(io.BytesIO(png))
    height = 0.84 * image.height / image.width * 8.27 / 11.69
    page.text(0.08, top, title, fontsize=10, fontweight="bold", color=LIGHT.text)
    axes = page.add_axes((0.08, top - 0.015 - height, 0.84, height))
    axes.imshow(image)
    axes.set_axis_off()
    return float(top - height - 0.05)


def _table_page(table: _Table, rows: Sequence[Sequence[str]]) -> Any:
    from matplotlib.figure import Figure

    page = Figure(figsize=(8.27, 11.69))
    page.text(0.06, 0.95, table.title, fontsize=12, fontweight="bold", color=LIGHT.text)
    cells = [[cell if len(cell) <= 60 else cell[:57] + "..." for cell in row] for row in rows]
    columns = max((len(row) for row in cells), default=len(table.headings))
    widths = [
        max([len(row[c]) for row in cells] + [len(table.headings[c]) if table.headings else 0]) + 2
        for c in range(columns)
    ]
    scale = 0.88 / max(sum(widths), 80)
    y = 0.925
    for number, row in enumerate([table.headings, *cells] if table.headings else cells):
        x = 0.06
        for column, cell in enumerate(row):
            heading = bool(table.headings) and number == 0
            right = column in table.numbers
            page.text(
                x + (widths[column] * scale - 0.01 if right else 0), y, cell, fontsize=6.5,
                ha="right" if right else "left", color=LIGHT.muted if heading else LIGHT.text,
            )  # fmt: skip
            x += widths[column] * scale
        y -= 0.0195
    return page


def _folded(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def _number(value: float) -> str:
    return f"{value:.1e}"


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _sha256(path: str) -> str:
    """Of a file; empty for a folder."""
    place = Path(path)
    if not place.is_file():
        return ""
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    """Dataclasses and tuples as JSON knows them; numbers that JSON lacks become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(item) for name, item in _fields(value).items()}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None
    return value
