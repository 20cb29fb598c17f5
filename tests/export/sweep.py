"""Every torch.nn module, function of torch.nn.functional and usual tensor method through export, conversion and LiteRT.

    python tests/export/sweep.py run --results FILE [--kinds modules functions methods] [--part 1/3] [--litert]
    python tests/export/sweep.py table --results FILE

``run`` appends one JSON line a case, and goes on where the file ends. ``table`` writes the guide's table, and the list of
what passes, below which nothing may fall (``sweep/passing.json``).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "sweep"
PASSING = FOLDER / "passing.json"
GUIDE = ROOT / "resources" / "guide" / "operators-pytorch.md"
KINDS = {"modules": "torch.nn", "functions": "torch.nn.functional", "methods": "Tensor methods and functions of torch"}
COLUMNS = ("exported", "converted", "right", "litert")
_TOLERANCE = 1e-4  # of the output's scale: float32 through some dozen operations


@dataclass(frozen=True)
class Case:
    """One line of the lists beside this file."""

    kind: str
    name: str
    expression: str
    inputs: str

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"

    def tensors(self, seed: int) -> list[torch.Tensor]:
        """The inputs, flat, without those that the case holds fixed."""
        return [tensor for tensor in self._all(seed) if not isinstance(tensor, _Fixed)]

    def _all(self, seed: int) -> list[Any]:
        torch.manual_seed(seed)
        made = eval(
            f"({self.inputs},)", {name: getattr(torch, name) for name in _MAKERS} | {"fixed": _Fixed, "torch": torch}
        )
        return [tensor for item in made for tensor in (item if isinstance(item, tuple) else (item,))]

    def module(self) -> nn.Module:
        torch.manual_seed(0)
        if self.kind != "modules":
            return _Call(eval(f"lambda {_letters(self)}: {self.expression}", {"torch": torch, "F": F}))
        made: nn.Module = eval(self.expression, {"nn": nn, "torch": torch})
        made.eval()
        with torch.no_grad():
            made(*self.arguments(self.tensors(0)))  # the lazy ones learn their sizes
        return _Call(lambda *tensors: made(*self.arguments(list(tensors))), made)

    def arguments(self, tensors: list[Any]) -> tuple[Any, ...]:
        """Flat tensors as the module takes them, with those that are fixed; LSTMCell has its states in a tuple."""
        given = iter(tensors)
        tensors = [item.tensor if isinstance(item, _Fixed) else next(given) for item in self._all(0)]
        if self.name == "BCELoss":  # as the documentation does, behind a sigmoid
            return (tensors[0].sigmoid(), *(tensor.to(tensors[0].dtype) for tensor in tensors[1:]))
        if self.name == "LSTMCell":
            return (tensors[0], (tensors[1], tensors[2]))
        return tuple(tensors)


_MAKERS = ("randn", "rand", "randint", "tensor")


@dataclass(frozen=True)
class _Fixed:
    """A tensor of the documentation's call that is no input of the converted model: offsets, positions, labels."""

    tensor: torch.Tensor


class _Call(nn.Module):
    def __init__(self, call: Any, module: nn.Module | None = None) -> None:
        super().__init__()
        self.call, self.module = call, module

    def forward(self, *tensors: torch.Tensor) -> Any:
        return self.call(*tensors)


def _letters(case: Case) -> str:
    return ", ".join("abcdef"[: len(case.tensors(0))])


def cases(*kinds: str) -> Iterator[Case]:
    """The cases of some kinds, or all, in the order of their files."""
    for kind in kinds or KINDS:
        for line in (FOLDER / f"{kind}.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                name, expression, inputs = (part.strip() for part in line.split(" | "))
                yield Case(kind, name, expression, inputs)


def run(case: Case, *, litert: bool = False) -> dict[str, Any]:
    """What becomes of one case: a truth value for each column that was reached, and the error that ended it."""
    from pt2k_gui.convert import convert
    from pt2k_gui.export.exporting import export
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.sources.card import ModelInfo
    from pt2k_gui.sources.loaded import LoadedModel

    found: dict[str, Any] = {"key": case.key}
    first, second = case.tensors(1), case.tensors(2)
    inputs = tuple(_spec("abcdef"[number], tensor) for number, tensor in enumerate(first))
    card = ModelInfo("model", "", "", "", 0, "", 0, 0, inputs)
    loaded = LoadedModel(card, case.module())
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "model.onnx")
            export(loaded, inputs, path, trainable=False, context=SilentContext())
            found["exported"] = True
            conversion = convert(path, axis_order="onnx")
            found["converted"] = True
            names = [spec.name for spec in conversion.report.signature.inputs]
            chosen = ["abcdef".index(name) for name in names]
            found["right"] = all(
                _agree(loaded.call(tensors), _keras(conversion.model, [tensors[place] for place in chosen]))
                for tensors in (first, second)
            )
            if litert and found["right"]:
                written = [second[place] for place in chosen]
                found["litert"] = _agree(loaded.call(second), _litert(conversion.model, written, Path(folder)))
    except Exception as error:  # a sweep goes on, whatever the case's exporter, converter or model raises
        found["error"] = f"{type(error).__name__}: {error}"[:300]
        if details := getattr(error, "details", ""):  # of the first exporter, without its advice
            found["error"] += f" [{details.split('Exception summary')[-1][:400]}]"
    return found


def _spec(name: str, tensor: torch.Tensor) -> Any:
    from pt2k_gui.sources.card import TensorSpec

    whole = not tensor.is_floating_point()
    low, high = (int(tensor.min()), int(tensor.max()) + 1) if whole else (None, None)
    return TensorSpec(name, str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape), low, high)


def _keras(model: Any, tensors: list[torch.Tensor]) -> list[np.ndarray]:
    arrays = [tensor.numpy() for tensor in tensors]
    outputs = model(arrays if len(arrays) > 1 else arrays[0])
    return [np.asarray(output) for output in (outputs if isinstance(outputs, list | tuple) else [outputs])]


def _litert(model: Any, tensors: list[torch.Tensor], folder: Path) -> list[np.ndarray]:
    from pt2k_gui.save.formats import format_named
    from pt2k_gui.save.formats.entry import Reopening, Writing

    target, entry = folder / "model.tflite", format_named("tflite")
    batches = [[tensor.numpy() for tensor in tensors]]
    entry.write(Writing("tflite", model, "", "", target, None, batches))
    given = {tensor.name: value.numpy() for tensor, value in zip(model.inputs, tensors, strict=True)}
    return list(entry.reopen(Reopening(str(target), "", tuple(given)))(given))


def _agree(expected: list[torch.Tensor], actual: list[np.ndarray]) -> bool:
    """The same shapes; whole numbers alike, others within some roundings of the output's scale."""
    if len(expected) != len(actual):
        return False
    for tensor, have in zip(expected, actual, strict=True):
        want = tensor.detach().numpy()
        if want.shape != have.shape:
            return False
        if want.dtype.kind != "f":
            if not np.array_equal(want, have):
                return False
            continue
        scale = max(1.0, float(np.abs(want[np.isfinite(want)]).max(initial=0.0)))
        if not np.allclose(have, want, rtol=_TOLERANCE, atol=_TOLERANCE * scale, equal_nan=True):
            return False
    return True


def passed(row: dict[str, Any]) -> bool:
    """Whether a case came out right in Keras."""
    return bool(row.get("right"))


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The results by key; the last line of a case counts."""
    if not path.is_file():
        return {}
    return {row["key"]: row for row in map(json.loads, path.read_text().splitlines())}


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The guide's page."""
    parts = [
        "# PyTorch modules and functions",
        "",
        "Made by `python tests/export/sweep.py table` from a run over every module of `torch.nn`, every function of",
        "`torch.nn.functional` and the usual tensor methods, with the argument values of PyTorch's documentation. *Right*:",
        "the Keras model gives PyTorch's numbers on two inputs. *LiteRT*, where it was run: so does the `.tflite` file.",
    ]
    columns = [column for column in COLUMNS if any(column in row for row in rows.values())]
    head = [{"litert": "LiteRT"}.get(column, column.capitalize()) for column in columns]
    for kind, title in KINDS.items():
        mine = list(cases(kind))
        done = sum(passed(rows.get(case.key, {})) for case in mine)
        parts += ["", f"## {title}", "", f"{done} of {len(mine)} are right ({done / len(mine):.1%}).", ""]
        parts += [f"| Name | {' | '.join(head)} |", "|---" * (1 + len(columns)) + "|"]
        for case in mine:
            row = rows.get(case.key, {})
            parts.append(f"| `{case.name}` | " + " | ".join("yes" if row.get(c) else "-" for c in columns) + " |")
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--only", nargs="*", help="names of cases, run again even where the file has them")
    parser.add_argument("--litert", action="store_true")
    options = parser.parse_args()
    rows = read(options.results)
    if options.what == "table":
        GUIDE.write_text(table(rows))
        PASSING.write_text(
            json.dumps({c: sorted(k for k, row in rows.items() if row.get(c)) for c in COLUMNS[2:]}, indent=1)
        )
        return
    part, parts = map(int, options.part.split("/"))
    for case in list(cases(*options.kinds))[part - 1 :: parts]:
        if case.name not in options.only if options.only else case.key in rows:
            continue
        # Before the case, so that one which ends the process is not tried again.
        with options.results.open("a") as stream:
            print(json.dumps({"key": case.key, "error": "it ended the process"}), file=stream)
        row = run(case, litert=options.litert)
        with options.results.open("a") as stream:
            print(json.dumps(row), file=stream)
        print("ok " if passed(row) else "NO ", case.key, row.get("error", ""), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
