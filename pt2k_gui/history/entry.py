"""One conversion that was saved, as the history keeps it. Plain data; ``store`` keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A line of the history.

    Args:
        id: counts up; a later conversion has a larger one, whatever the clock said.
        made: local date and time with the offset from UTC, ISO 8601.
        model: its name; path: of its file, or its name in a package; kind: of the file; sha256: of its content.
        parameters: of the model.
        ok: whether the converted model and every file gives the same answers; None where it was saved without a check.
        verdict: the verification's headline.
        difference: the largest absolute difference of the converted model from PyTorch.
        options: engine, axis order and whether it can be trained, in words.
        files: the paths that were written; size: bytes of all of them.
        version: of PT2K.
    """

    id: int
    made: str
    model: str
    path: str
    kind: str
    sha256: str
    parameters: int
    ok: bool | None
    verdict: str
    difference: float | None
    options: str
    files: tuple[str, ...]
    size: int
    version: str


def entry_of(report: dict[str, Any]) -> Entry:
    """The line for a report's JSON; it has no number yet."""
    verification, settings, model = (report.get(name) or {} for name in ("verification", "settings", "model"))
    rows = [
        row["max_abs"]
        for row in verification.get("comparisons", ())
        if row["backend"] == verification["candidate"] and row["max_abs"] is not None
    ]
    words = [settings["engine"], settings["axis_order"]] if settings else []
    return Entry(
        id=0,
        made=report["made"],
        model=model.get("name", ""),
        path=(settings.get("source") or {}).get("path") or model.get("path", ""),
        kind=model.get("kind", ""),
        sha256=model.get("sha256", ""),
        parameters=model.get("parameters", 0),
        ok=report["same"] if verification else None,
        verdict=verification["verdict"]["headline"] if verification else "",
        difference=max(rows, default=None),
        options=", ".join([*words, *(["trainable"] if settings.get("trainable") else [])]),
        files=tuple(row["path"] for row in report.get("saved", ())),
        size=sum(row["size"] for row in report.get("saved", ())),
        version=report["pt2k"],
    )


_COMPARED = (
    ("made", ("made",)),
    ("PT2K", ("pt2k",)),
    ("same answers", ("same",)),
    ("file", ("model", "path")),
    ("content (SHA-256)", ("model", "sha256")),
    ("parameters", ("model", "parameters")),
    ("engine", ("settings", "engine")),
    ("axis order", ("settings", "axis_order")),
    ("trainable", ("settings", "trainable")),
    ("ONNX nodes", ("export", "nodes")),
    ("opset", ("export", "opset")),
    ("layers", ("conversion", "layer_count")),
    ("transposes", ("conversion", "transposes")),
    ("samples", ("verification", "samples")),
    ("sample source", ("verification", "sample_source")),
    ("noise floor", ("verification", "verdict", "noise_floor")),
    ("distance", ("verification", "verdict", "distance")),
    ("allowed", ("verification", "verdict", "allowed")),
)


def compared(left: dict[str, Any], right: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Two reports side by side: (what, of the one, of the other), also each output, file, operator and package version."""
    rows = [(name, _text(_at(left, keys)), _text(_at(right, keys))) for name, keys in _COMPARED]
    for pick in (_outputs, _files, _operators, _versions):
        one, other = pick(left), pick(right)
        rows += [(name, one.get(name, ""), other.get(name, "")) for name in dict.fromkeys([*one, *other])]
    return [row for row in rows if row[1] or row[2]]


def _at(report: dict[str, Any], keys: tuple[str, ...]) -> Any:
    value: Any = report
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1e}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _outputs(report: dict[str, Any]) -> dict[str, str]:
    verification = report.get("verification") or {}
    return {
        f"{row['output']}: {row['backend']} differs by": _text(row["max_abs"])
        for row in verification.get("comparisons", ())
    }


def _files(report: dict[str, Any]) -> dict[str, str]:
    return {f"{row['format']}, bytes": _text(row["size"]) for row in report.get("saved") or ()}


def _operators(report: dict[str, Any]) -> dict[str, str]:
    return {
        f"{row['operator']} becomes": ", ".join(row["becomes"])
        for row in (report.get("conversion") or {}).get("operators", ())
    }


def _versions(report: dict[str, Any]) -> dict[str, str]:
    return dict((report.get("machine") or {}).get("versions", {}))
