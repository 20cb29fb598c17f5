"""Questions of the Model page about a file that can't be opened yet, as plain data: consent, class, arguments, key table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pt2k_gui.sources.candidates import Candidate
    from pt2k_gui.sources.card import ModelInfo
    from pt2k_gui.sources.signatures import Argument, ClassChoice
    from pt2k_gui.sources.state_dicts import KeyRow
    from pt2k_gui.sources.trust import Import


NOTHING = "nothing"
CONSENT = "consent"
CLASS = "class"
ARGUMENTS = "arguments"
WEIGHTS = "weights"
INTERPRETER = "interpreter"


@dataclass(frozen=True)
class ConsentQuestion:
    """Whose code would run.

    Args:
        path: the file that the user is asked about.
        sha256: of its content; ``trust.agree(path, sha256)`` remembers the yes, ``trust.revoke(sha256)`` forgets it.
        imports: the names that a pickle would import; empty for a ``.py`` file.
        code: the text of a ``.py`` file, or what else would run.
    """

    path: str
    sha256: str
    imports: tuple[Import, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class TensorRow:
    """One tensor of a state dict: its name, numpy's name of its type, its shape as text."""

    key: str
    dtype: str
    shape: str


@dataclass(frozen=True)
class PartFile:
    """A file beside the model's own that belongs to it: an ONNX file's external data, a part of split weights.

    Args:
        size: bytes; written: nanoseconds since 1970; both from before the content was read.
        sha256: of the content.
    """

    path: str
    size: int
    written: int
    sha256: str


@dataclass(frozen=True)
class Inspection:
    """Facts of a file, and what is needed next.

    Args:
        path, kind, size, sha256: of the file.
        needs: ``nothing`` (``card`` is there), ``consent``, ``class``, ``arguments`` (the class can't be made with what
            is known), ``weights`` (``keys`` has rows that differ) or ``interpreter`` (this one lacks the packages).
        sentence, hint: what is needed, in words; empty if nothing is.
        card: the model, where it can be opened as things are.
        question: what to ask the user about, if ``needs`` is ``consent``.
        imports: what a pickle names (also where no consent is needed: for display).
        classes: the classes in the ``.py`` file that was named without one of them, the likeliest first.
        arguments: the form for the constructor (or for a reconstruction), with proposals.
        keys: the file's tensors against the class's.
        tensors: the state dict, where the file holds one.
        weights: the places of all sets of weights in the file, the likeliest first.
        chain: the chain that the tensors form, in short (``784 → 128 → 10``); empty where they form none.
        chain_form: what can be chosen of that chain: activations, strides and paddings.
        pickled_class: the class of a whole pickled model; empty otherwise.
        candidates: classes in the folder that was named, or near the file, whose attributes have the tensors' names.
        parts: the files that ``card`` was read from besides this one.
    """

    path: str
    kind: str
    size: int
    sha256: str
    needs: str = NOTHING
    sentence: str = ""
    hint: str = ""
    card: ModelInfo | None = None
    question: ConsentQuestion | None = None
    imports: tuple[Import, ...] = ()
    classes: tuple[ClassChoice, ...] = ()
    arguments: tuple[Argument, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    tensors: tuple[TensorRow, ...] = ()
    weights: tuple[str, ...] = ()
    chain: str = ""
    chain_form: tuple[Argument, ...] = ()
    pickled_class: str = ""
    candidates: tuple[Candidate, ...] = ()
    parts: tuple[PartFile, ...] = ()
