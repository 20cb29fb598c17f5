"""Views of an output: pictures side by side and rows of a table, as plain data that knows no window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Mark:
    """Something drawn over a picture, in its pixels: a rectangle, or a point where both corners are the same.

    ``wrong`` marks what another backend does not give.
    """

    left: float
    top: float
    right: float
    bottom: float
    label: str
    colour: str
    wrong: bool = False


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes:
        title: what it shows: a backend's name, or a ``Message``.
        pixels: (height, width, 3) uint8.
        marks: drawn over it.
        backend: whose output it is; empty for what is made of several.
    """

    title: str
    pixels: np.ndarray
    marks: tuple[Mark, ...] = ()
    backend: str = ""


@dataclass(frozen=True)
class Shown:
    """All of one sample of one output.

    Attributes:
        sentence: what the comparison says, a ``Message``.
        panels: pictures, those of the backends first.
        headings, rows: of the table; numbers: its columns of numbers.
        differing: rows in which the backends disagree.
        wipe: whether the first and the last backend's picture can be laid over each other.
        sound: for sound, each backend's samples by its name.
    """

    sentence: str
    panels: tuple[Panel, ...] = ()
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()
    wipe: bool = False
    sound: tuple[tuple[str, np.ndarray], ...] = ()
