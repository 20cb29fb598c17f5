"""Texts as samples: the lines of a file, or a table's column, through a ``tokenizer.json``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch, whole_batches
from pt2k_gui.verify.samples.csv_table import ENDINGS as TABLES
from pt2k_gui.verify.samples.csv_table import TEXTS, column_labels, read_columns
from pt2k_gui.verify.samples.needed import needed
from pt2k_gui.verify.samples.sample_files import chosen_files
from pt2k_gui.verify.samples.source_settings import ENDINGS, TextSettings

if TYPE_CHECKING:
    import numpy as np

_PADDINGS = ("[PAD]", "<pad>", "<|pad|>", "<PAD>", "<|endoftext|>", "</s>")
_SHOWN_CHARACTERS = 400


def from_text(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """The texts of the chosen files as the inputs that their names say: numbers of tokens, mask, type, position.

    Raises:
        Problem: there is no tokenizer or no text, or the model takes something else.
    """
    import numpy as np

    roles = roles_of(inputs)
    tokenizer = open_tokenizer(choice.text)
    texts, labels, classes = _texts(choice)
    count = whole_batches(min(choice.count or len(texts), len(texts)), inputs)
    if not count:
        raise Problem(
            messages.TOO_FEW_TEXTS(path=choice.path, count=len(texts), least=batch_size(inputs) or 1),
            hint=messages.MORE_SAMPLES(),
        )
    most = _most_tokens(inputs, roles, choice.text)
    if most:
        tokenizer.enable_truncation(most)
    encoded = tokenizer.encode_batch(texts[:count], add_special_tokens=choice.text.special)
    length = most or max(1, *(sum(entry.attention_mask) for entry in encoded))
    cut = sum(bool(entry.overflowing) for entry in encoded)
    arrays = _padded(tokenizer, encoded, length)
    _check_range(arrays["ids"], inputs, roles, tokenizer)
    per_batch = batch_size(inputs) or free_batch(inputs)

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            rows = slice(start, min(start + per_batch, count))
            yield tuple(arrays[role][rows].astype(spec.dtype) for role, spec in zip(roles, inputs, strict=True))

    shown = [" ".join(entry.tokens)[:_SHOWN_CHARACTERS] for entry in encoded]
    return Samples(
        count, messages.TEXTS_OF(file=Path(choice.path).name), batches, per_batch, np.array(shown),
        None if labels is None else labels[:count], classes, length * len(inputs),
        (messages.TEXTS_CUT(count=cut, length=length),) if cut else (), batch_size(inputs) is None,
        words=_words(tokenizer),
    )  # fmt: skip


def _words(tokenizer: Any) -> tuple[str, ...]:
    """All tokens by number, empty where a number means none."""
    numbers: dict[str, int] = tokenizer.get_vocab()
    named = {number: token for token, number in numbers.items()}
    return tuple(named.get(number, "") for number in range(max(named, default=-1) + 1))


def roles_of(inputs: Sequence[TensorSpec]) -> tuple[str, ...]:
    """Contents of each input, by its name: ``ids``, ``mask``, ``types``, ``positions``, ``lengths``.

    Raises:
        Problem: there is not exactly one for the numbers of tokens.
    """
    found = []
    for spec in inputs:
        name = spec.name.lower()
        words = (
            ("mask", "mask"),
            ("type", "types"),
            ("segment", "types"),
            ("position", "positions"),
            ("len", "lengths"),
        )
        role = next((role for word, role in words if word in name), "ids")
        found.append(role)
    whole = [spec.dtype.startswith(("int", "uint")) for spec, role in zip(inputs, found, strict=True) if role == "ids"]
    ranks = [len(spec.shape) == (1 if role == "lengths" else 2) for spec, role in zip(inputs, found, strict=True)]
    if whole != [True] or not all(ranks):
        raise Problem(messages.NO_TOKEN_INPUT(), hint=messages.CHOOSE_ARRAYS())
    return tuple(found)


def open_tokenizer(settings: TextSettings) -> Any:
    """The tokenizer of a file. Raises ``Problem`` where there is none."""
    if not settings.tokenizer:
        raise Problem(messages.NO_TOKENIZER(), hint=messages.CHOOSE_TOKENIZER())
    library = needed("tokenizers")
    try:
        return library.Tokenizer.from_str(Path(settings.tokenizer).read_text(encoding="utf-8"))
    except Exception as error:  # the library raises no class of its own
        raise Problem(
            messages.BAD_TOKENIZER(file=settings.tokenizer), hint=messages.CHOOSE_TOKENIZER(), details=repr(error)
        ) from error


def _texts(choice: SampleChoice) -> tuple[list[str], np.ndarray | None, tuple[str, ...]]:
    """The texts, and the labels and classes of a table that has some."""
    _root, files = chosen_files(choice, ENDINGS["text"])
    if len(files) == 1 and files[0].suffix.lower() in TABLES:
        names, rows = read_columns(files[0], choice.table.header, worded=True)
        column = _column(names, choice.text.column, files[0])
        labels, classes = column_labels(names, rows, choice.table.label, files[0])
        return [row[column] for row in rows], labels, classes
    lines: list[str] = []
    for file in files:
        try:
            lines += [line for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(messages.NO_TEXT(file=file), hint=messages.SAVE_TEXT(), details=repr(error)) from error
    return lines, None, ()


def _column(names: Sequence[str], given: str, file: Path) -> int:
    if given.isdigit() and 0 < int(given) <= len(names):
        return int(given) - 1
    folded = [name.lower() for name in names]
    if given and given.lower() not in folded:
        raise Problem(messages.NO_COLUMN(file=file, name=given), hint=messages.COLUMNS_ARE(names=list(names)))
    return next((folded.index(name) for name in (given.lower(), *TEXTS) if name in folded), 0)


def _most_tokens(inputs: Sequence[TensorSpec], roles: Sequence[str], settings: TextSettings) -> int:
    """How many tokens a text may have; 0 where neither the model nor the settings say."""
    size = next(spec.shape[1] for spec, role in zip(inputs, roles, strict=True) if role == "ids")
    return size if isinstance(size, int) else settings.length


def _padded(tokenizer: Any, encoded: Sequence[Any], length: int) -> dict[str, np.ndarray]:
    """(texts, length) of each role: cut, and filled up on the side and with the number that the file says."""
    import numpy as np

    own = tokenizer.padding or {}
    known = [tokenizer.token_to_id(word) for word in _PADDINGS]
    filling = own.get("pad_id", next((number for number in known if number is not None), 0))
    left = own.get("direction") == "left"
    ids = np.full((len(encoded), length), filling, np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, entry in enumerate(encoded):
        real = [place for place, kept in enumerate(entry.attention_mask) if kept][:length]
        where = slice(length - len(real), length) if left else slice(0, len(real))
        ids[row, where] = np.take(entry.ids, real)
        types[row, where] = np.take(entry.type_ids, real)
        mask[row, where] = 1
    positions = np.maximum(mask.cumsum(1) - 1, 0) if left else np.broadcast_to(np.arange(length), ids.shape)
    return {"ids": ids, "mask": mask, "types": types, "positions": positions, "lengths": mask.sum(1)}


def _check_range(ids: np.ndarray, inputs: Sequence[TensorSpec], roles: Sequence[str], tokenizer: Any) -> None:
    high = next(spec.high for spec, role in zip(inputs, roles, strict=True) if role == "ids")
    if high is not None and ids.max() >= high:
        raise Problem(
            messages.TOKEN_UNKNOWN(token=tokenizer.id_to_token(int(ids.max())), number=int(ids.max()), most=high - 1),
            hint=messages.CHOOSE_TOKENIZER(),
        )
