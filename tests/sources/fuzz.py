"""Damages model files in seeded ways and opens each in a child process, as the window does. ``python fuzz.py 2000`` runs
it by hand and prints what came of it; ``test_fuzz.py`` runs it as a test."""

from __future__ import annotations

import dataclasses
import io
import random
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.descriptor import FieldDescriptor

sys.path.insert(0, str(Path(__file__).parent))
from model_files import KINDS

from pt2k_gui.jobs import inspect
from pt2k_gui.jobs.child import unexpected
from pt2k_gui.jobs.limits import TookTooLong
from pt2k_gui.jobs.process import Child, ChildDied
from pt2k_gui.jobs.running import run_in_child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source

LIMIT = 20.0  # seconds that one file may take; a sound one takes well under one second
SEED = 20260
_STRUCTURE = 4096  # bytes at either end, where headers and indexes are
_NUMBERS, _NAMES = (0, 1, 2, 7, 16, 99, -1, 1 << 24, (1 << 31) - 1), ("", "x", "Relu", "Gather", "é")
_PLAIN = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_STRING)
_UNFORESEEN = unexpected(ValueError()).sentence.split(":")[0]

CARD, QUESTION, PROBLEM, DIED = "card", "question", "problem", "died"
BAD = ("unforeseen", "too long", "no words")


@dataclass(frozen=True)
class Outcome:
    """What came of one damaged file.

    Args:
        answer: ``card``, ``question`` (consent, a class or arguments are needed), ``problem``, ``died`` (the child process
            did; its parent told in words), or one of ``BAD``.
        text: the sentence, and the details of what should not have happened.
    """

    number: int
    kind: str
    damage: str
    answer: str
    text: str
    seconds: float


@dataclass(frozen=True)
class Original:
    """A sound file, whose copies are damaged. ``source`` never carries a yes to run its code."""

    kind: str
    source: Source
    content: bytes


def originals(folder: Path, kinds: Sequence[str] = tuple(KINDS)) -> list[Original]:
    """One file of each kind, each in a folder of its own."""
    made = []
    for number, kind in enumerate(kinds):
        place = folder / str(number)
        place.mkdir()
        source = dataclasses.replace(KINDS[kind](place).source, trusted=False)
        made.append(Original(kind, source, Path(source.path).read_bytes()))
    return made


def damaged(original: bytes, others: Sequence[bytes], dice: random.Random) -> tuple[str, bytes]:
    """The damage's name and the damaged content."""
    names = ["flips", "flips in the structure", "truncated", "swapped header", "spliced", "zeroed", "inserted"]
    if original[:4] == b"PK\x03\x04":
        names += ["doctored member", "doctored member", "swapped member", "lost member"]
    elif original[8:9] == b"{":
        names += ["doctored header", "doctored header"]
    elif original[:1] == b"\x08":
        names += ["doctored graph"] * 4
    name = dice.choice(names)
    content = bytearray(original)
    if name == "flips":
        for _ in range(dice.choice((1, 8, 64))):
            _flip(content, 0, len(content), dice)
    elif name == "flips in the structure":
        start = dice.choice((0, max(0, len(content) - _STRUCTURE)))
        for _ in range(dice.choice((1, 2, 4))):
            _flip(content, start, min(len(content), start + _STRUCTURE), dice)
    elif name == "truncated":
        del content[dice.choice((dice.randrange(len(content)), dice.randrange(min(len(content), 512)), -1)) :]
    elif name == "swapped header":
        size = dice.choice((4, 8, 16, 64, 512))
        content[:size] = dice.choice(others)[:size]
    elif name == "spliced":
        cut = dice.randrange(len(content))
        content[cut:] = dice.choice(others)[cut:]
    elif name == "zeroed":
        start = dice.randrange(len(content))
        size = min(len(content) - start, dice.choice((1, 16, 4096)))
        content[start : start + size] = bytes(size)
    elif name == "inserted":
        where = dice.randrange(min(len(content), _STRUCTURE))
        content[where:where] = dice.randbytes(dice.choice((1, 4, 100)))
    elif name == "doctored header":
        return name, _doctored_header(original, dice)
    elif name == "doctored graph":
        return name, _doctored_graph(original, dice)
    else:
        return name, _doctored_archive(original, name, dice)
    return name, bytes(content)


def _flip(content: bytearray, start: int, end: int, dice: random.Random) -> None:
    content[dice.randrange(start, end)] ^= 1 << dice.randrange(8)


def _doctored_header(original: bytes, dice: random.Random) -> bytes:
    """A safetensors header with a few other characters: still JSON, more often than not."""
    length = int.from_bytes(original[:8], "little")
    header = bytearray(original[8 : 8 + length])
    for _ in range(dice.choice((1, 3))):
        _change_text(header, dice)
    return struct.pack("<Q", length) + bytes(header) + original[8 + length :]


def _change_text(content: bytearray, dice: random.Random) -> None:
    """One letter or digit of a JSON text becomes another."""
    where = dice.choice([n for n, letter in enumerate(content) if chr(letter).isalnum()])
    content[where] = dice.choice(b"0123456789FIBU-")


def _doctored_graph(original: bytes, dice: random.Random) -> bytes:
    """An ONNX file with a few numbers and names of its fields changed, which still parses."""
    model = onnx.ModelProto.FromString(original)
    messages = [model, *model.opset_import, *model.graph.node, *model.graph.initializer, *model.graph.input]
    messages += [attribute for node in model.graph.node for attribute in node.attribute]
    messages += [value.type.tensor_type for value in model.graph.input]
    for _ in range(dice.choice((1, 3))):
        message = dice.choice(messages)
        fields = [field for field, _ in message.ListFields() if field.name != "raw_data" and field.type in _PLAIN]
        if not fields:
            continue
        field = dice.choice(fields)
        value = getattr(message, field.name)
        new = dice.choice(_NUMBERS) if field.type in _PLAIN[:2] else dice.choice(_NAMES)
        if field.is_repeated:
            value[dice.randrange(len(value))] = new
        else:
            setattr(message, field.name, new)
    return bytes(model.SerializeToString())


def _doctored_archive(original: bytes, name: str, dice: random.Random) -> bytes:
    """An archive with sound checksums all over, so that the damage gets past them to the readers of its members."""
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    told = [key for key, content in members.items() if content and not _is_tensor(key)]
    chosen = dice.choice(told)
    if name == "lost member":
        del members[dice.choice(list(members))]
    elif name == "swapped member":
        members[chosen] = members[dice.choice(list(members))]
    else:
        doctored = bytearray(members[chosen])
        for _ in range(dice.choice((1, 1, 4))):
            if chosen.endswith(".json") and dice.random() < 0.7:
                _change_text(doctored, dice)
            else:
                _flip(doctored, 0, len(doctored), dice)
        members[chosen] = bytes(doctored)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for key, content in members.items():
            archive.writestr(key, content)
    return stream.getvalue()


def _is_tensor(member: str) -> bool:
    folder, _, name = member.rpartition("/")
    return folder.endswith(("data", "constants", "weights")) and not name.endswith((".json", ".pkl"))


def fuzz(made: Sequence[Original], count: int, seed: int = SEED, only: int | None = None) -> Iterator[Outcome]:
    """Damage and open ``count`` files, kind after kind; ``only`` opens the one of that number."""
    child = Child(warm=False)
    try:
        for number in range(count):
            if only is not None and number != only:
                continue
            original = made[number % len(made)]
            dice = random.Random(zlib.crc32(f"{seed} {number}".encode()))
            damage, content = damaged(original.content, [other.content for other in made], dice)
            former = Path(original.source.path)
            path = former.with_name(f"{former.stem}-{number}{former.suffix}")
            path.write_bytes(content)
            if not child.alive():
                child.kill()
                child = Child(warm=False)
            began = time.monotonic()
            answer, text = _opened(child, dataclasses.replace(original.source, path=str(path)))
            yield Outcome(number, original.kind, damage, answer, text, time.monotonic() - began)
            path.unlink()
    finally:
        child.kill()


def _opened(child: Child, source: Source) -> tuple[str, str]:
    try:
        found = run_in_child(child, inspect.Request(source, LIMIT), SilentContext())
    except TookTooLong as problem:
        return "too long", problem.sentence
    except ChildDied as problem:
        return DIED, f"{problem.sentence}\n{problem.details}"
    except Problem as problem:
        if problem.sentence.startswith(_UNFORESEEN):
            return "unforeseen", f"{problem.sentence}\n{problem.details}"
        return (PROBLEM if _clear(problem.sentence, source) else "no words"), problem.sentence
    if found.card is not None:
        return CARD, found.card.kind
    return (QUESTION if found.sentence and found.hint else "no words"), found.sentence


def _clear(sentence: str, source: Source) -> bool:
    """Whether it names the file, or the class that was to take its weights, and says more than that."""
    return any(name and name in sentence for name in (source.path, source.code)) and len(sentence.split()) > 2


def _by_hand(count: int, only: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcomes = []
        for outcome in fuzz(originals(Path(folder)), count, only=only):
            outcomes.append(outcome)
            if outcome.answer in (*BAD, DIED) or only is not None:
                print(
                    f"{outcome.number}: {outcome.kind}, {outcome.damage}: {outcome.answer}\n{outcome.text}\n",
                    flush=True,
                )
    print(Counter(outcome.answer for outcome in outcomes))
    print(Counter((outcome.damage, outcome.answer) for outcome in outcomes))
    print("slowest:", *sorted((round(o.seconds, 1), o.kind, o.damage, o.number) for o in outcomes)[-3:])


if __name__ == "__main__":
    _by_hand(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
