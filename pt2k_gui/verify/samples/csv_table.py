"""A CSV of features as samples: one row a sample, a column for the label where there is one."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.samples.source_settings import HEADERS, NO_LABEL, TableSettings

if TYPE_CHECKING:
    import numpy as np

LABELS = ("labels", "label", "y", "targets", "target", "class")
TEXTS = ("text", "sentence", "review", "content")
ENDINGS = (".csv", ".tsv")


def read_table(
    path: Path, inputs: Sequence[TensorSpec], settings: TableSettings | None = None
) -> tuple[list[np.ndarray], np.ndarray | None, tuple[str, ...]]:
    """One array per input, the labels, and the names of the classes where the labels are words.

    The first row may name the columns. A column named label, y, target or class holds the label, unless the settings say
    otherwise; all others, or those that were chosen, go into the one input in their order, in its shape (784 columns fill 1
    x 28 x 28). A model with several inputs takes the columns named as the input, or as the input with a number: ``age``, or
    ``position.0``, ``position.1``.

    Raises:
        Problem: the file is no table of numbers, or the columns don't fill the inputs.
    """
    import numpy as np

    settings = settings or TableSettings()
    names, rows = read_columns(path, settings.header)
    label = _label_column(names, settings.label, len(rows[0]), path)
    labels, classes = column_labels(names, rows, settings.label, path)
    chosen = [_place(names, name, len(rows[0]), path) for name in settings.columns]
    features = chosen or [place for place in range(len(rows[0])) if place != label]
    numbers = _numbers(path, names, rows, features)
    arrays = []
    for spec in inputs:
        if len(inputs) == 1:
            columns = features
        else:
            columns = [
                n for n in features if names and (names[n] == spec.name or names[n].rpartition(".")[0] == spec.name)
            ]
        arrays.append(_shaped(path, numbers[:, columns] if columns else np.empty((len(rows), 0)), spec, names))
    return arrays, labels, classes


def read_columns(path: Path, header: str = "auto", *, worded: bool = False) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, empty where the first row is data, and all rows of data.

    Args:
        header: as ``TableSettings.header``.
        worded: whether the cells are words, so that a first row of words may be data; ``auto`` takes it for names then where
            one of them is usual.

    Raises:
        Problem: the file can't be read, or its rows are not all of one length.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(messages.NOT_A_TABLE(path=path), hint=messages.SAVE_CSV(), details=repr(error)) from error
    if header not in HEADERS:
        raise Problem(messages.NO_HEADER(header=header), hint=messages.HEADER_IS(headers=list(HEADERS)))
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel
    if worded:  # a sentence has commas and quotes of its own, which mislead the sniffer
        dialect = csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel
    rows = [row for row in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in row)]
    if not rows:
        raise Problem(messages.NO_ROWS(path=path), hint=messages.ROW_PER_SAMPLE())
    usual = {*LABELS, *TEXTS}
    data = not any(cell.strip().lower() in usual for cell in rows[0]) if worded else all(map(_is_number, rows[0]))
    named = header == "yes" or (header == "auto" and not data)
    names = [cell.strip() for cell in rows.pop(0)] if named else []
    if not rows:
        raise Problem(messages.ONLY_HEADINGS(path=path), hint=messages.ROW_PER_SAMPLE())
    width = len(names) or len(rows[0])
    for place, row in enumerate(rows):
        if len(row) != width:
            line = place + (2 if names else 1)
            raise Problem(
                messages.ROW_LENGTH(row=line, path=path, cells=len(row), expected=width), hint=messages.SAME_CELLS()
            )
    return names, rows


def _place(names: Sequence[str], given: str, count: int, path: Path) -> int:
    """The place of a column by its name, or its number from 1. Raises ``Problem`` for one that is not there."""
    if given in names:
        return names.index(given)
    if given.isdigit() and 0 < int(given) <= count:
        return int(given) - 1
    known = list(names) or [messages.COLUMN_NUMBER(number=place + 1) for place in range(count)]
    raise Problem(messages.NO_COLUMN(file=path, name=given), hint=messages.COLUMNS_ARE(names=known))


def _label_column(names: Sequence[str], given: str, count: int, path: Path) -> int | None:
    if given == NO_LABEL:
        return None
    if given:
        return _place(names, given, count, path)
    return next((place for place, name in enumerate(names) if name.lower() in LABELS), None)


def column_labels(
    names: Sequence[str], rows: Sequence[Sequence[str]], given: str, path: Path
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The labels of all rows, and the classes where they are words; none where there is no column for them."""
    place = _label_column(names, given, len(rows[0]), path)
    return (None, ()) if place is None else _labels([row[place] for row in rows])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(path: Path, names: list[str], rows: list[list[str]], wanted: Collection[int]) -> np.ndarray:
    import numpy as np

    values = np.zeros((len(rows), len(rows[0])))
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if column not in wanted:
                continue
            if not _is_number(cell):
                title = names[column] if names else messages.COLUMN_NUMBER(number=column + 1)
                line = place + (2 if names else 1)
                raise Problem(
                    messages.NOT_A_NUMBER(row=line, path=path, cell=cell, column=title),
                    hint=messages.FILL_GAPS(),
                )
            values[place, column] = float(cell)
    return values


def _labels(cells: list[str]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Whole numbers as they are; words in their sorted order; other numbers are no classes."""
    import numpy as np

    if all(cell.strip().lstrip("-").isdigit() for cell in cells):
        return np.array([int(cell) for cell in cells], np.int64), ()
    if all(_is_number(cell) for cell in cells):
        return None, ()
    classes = sorted({cell.strip() for cell in cells})
    return np.array([classes.index(cell.strip()) for cell in cells], np.int64), tuple(classes)


def _shaped(path: Path, values: np.ndarray, spec: TensorSpec, names: list[str]) -> np.ndarray:
    sizes = spec.shape[1:]
    free = [place for place, size in enumerate(sizes) if isinstance(size, str)]
    known = math.prod(size for size in sizes if isinstance(size, int))
    width = values.shape[1]
    if width and (width == known if not free else len(free) == 1 and width % known == 0):
        shape = [size if isinstance(size, int) else width // known for size in sizes]
        return values.reshape(len(values), *shape).astype(spec.dtype)
    hint = messages.COLUMN_PER_NUMBER()
    if names and width == 0:
        hint = messages.NAME_COLUMNS(name=spec.name)
    raise Problem(messages.COLUMN_COUNT(path=path, columns=width, name=spec.name, shape=spec.text()), hint=hint)
