"""The protocol between PT2K and its guest in another interpreter: a length, a JSON header, and the numbers of tensors.

Nothing of it is ever unpickled: what comes back is data of the types that are listed here, and nothing else. Both sides
import this module, so it needs the standard library alone, and torch for tensors.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import struct
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any

from pt2k_gui.message import Message
from pt2k_gui.problem import Problem
from pt2k_gui.sources import interpreter_messages

if TYPE_CHECKING:
    import torch

_LENGTH = struct.Struct("<Q")
_LARGEST_HEADER = 1 << 28  # bytes; a card of ten thousand layers takes about two million
_SIZES = {
    "bool": 1,
    "uint8": 1,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "float16": 2,
    "bfloat16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
}  # bytes of one number
_PLAIN = (str, int, float, bool, type(None))


class BrokenOff(Exception):
    """The other side ended, or what it says is no message."""


def send(stream: IO[bytes], message: Any, tensors: Sequence[torch.Tensor] = ()) -> None:
    """Write one message.

    Args:
        message: plain values, lists, tuples, dictionaries, the dataclasses below and problems.
        tensors: dense ones of the types that numpy has, and bfloat16.

    Raises:
        Problem: a tensor is of another kind.
        OSError: nobody reads.
    """
    arrays = [_dense(tensor) for tensor in tensors]
    described = [[_name(array), list(array.shape)] for array in arrays]
    header = json.dumps({"message": encode(message), "tensors": described}).encode()
    stream.write(_LENGTH.pack(len(header)))
    stream.write(header)
    for array in arrays:
        size = array.numel() * array.element_size()
        if size:
            stream.write(memoryview((ctypes.c_char * size).from_address(array.data_ptr())))
    stream.flush()


_NO_MESSAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""Errors of a message that is read although its parts are of other types, too few or too large."""


def receive(stream: IO[bytes]) -> tuple[Any, list[torch.Tensor]]:
    """Read one message. Raises ``BrokenOff``."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _LARGEST_HEADER:
        raise BrokenOff(f"a header of {length:,} bytes")
    try:
        header = json.loads(bytes(_exactly(stream, length)))
        message = decode(header["message"])
        described = [(str(name), [int(size) for size in shape]) for name, shape in header["tensors"]]
    except _NO_MESSAGE as error:
        raise BrokenOff(f"no message of ours: {error!r}") from error
    return message, [_tensor(stream, name, shape) for name, shape in described]


def _exactly(stream: IO[bytes], count: int) -> bytearray:
    content = bytearray(count)
    view, done = memoryview(content), 0
    while done < count:
        got = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not got:
            raise BrokenOff("the end")
        done += got
    return content


def _name(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).split(".")[-1]


def _dense(tensor: torch.Tensor) -> torch.Tensor:
    import torch

    name = _name(tensor)
    if name not in _SIZES or tensor.layout is not torch.strided:
        kind = name if tensor.layout is torch.strided else f"{name}, {tensor.layout}"
        raise Problem(interpreter_messages.TENSOR_NOT_PASSED(type=kind), hint=interpreter_messages.DENSE_ONLY())
    tensor = tensor.detach().cpu().resolve_conj()
    return (tensor.resolve_neg() if hasattr(tensor, "resolve_neg") else tensor).contiguous()


def _tensor(stream: IO[bytes], name: str, shape: list[int]) -> torch.Tensor:
    import torch

    if name not in _SIZES or any(size < 0 for size in shape):
        raise BrokenOff(f"a tensor of the type {name} and the shape {shape}")
    count = 1
    for size in shape:
        count *= size
    dtype = getattr(torch, name)
    if not count:
        return torch.empty(shape, dtype=dtype)
    try:
        content = _exactly(stream, count * _SIZES[name])
    except (MemoryError, OverflowError) as error:
        raise BrokenOff(f"a tensor of the shape {shape}") from error
    return torch.frombuffer(content, dtype=dtype).reshape(shape)


def encode(value: Any) -> Any:
    """A value as what JSON knows; a one-key object says what it was."""
    if isinstance(value, Message):  # it stays one that the window can say in its language
        return {"text": [value.id, value.template, encode(dict(value.arguments))]}
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, Problem):
        return {"problem": [_kind_of(value), {k: encode(v) for k, v in vars(value).items() if not k.startswith("_")}]}
    if dataclasses.is_dataclass(value) and type(value).__name__ in _kinds():
        fields = {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"data": [type(value).__name__, fields]}
    raise TypeError(f"{type(value).__name__} can't be passed on")


def decode(value: Any) -> Any:
    """Undo ``encode``. Raises one of ``_NO_MESSAGE`` for what it never makes."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list):
        return [decode(item) for item in value]
    ((kind, content),) = value.items()
    if kind == "tuple":
        return tuple(decode(item) for item in content)
    if kind == "dict":
        return {decode(key): decode(item) for key, item in content}
    if kind == "text":
        return Message(str(content[0]), str(content[1]), decode(content[2]))
    name, fields = content
    made = {key: decode(item) for key, item in fields.items()}
    if kind == "problem":
        sentence = made.pop("sentence")
        return _problems()[name](sentence, **made)
    if kind == "data":
        return _kinds()[name](**made)
    raise ValueError(f"no value is a {kind}")


def _kind_of(problem: Problem) -> str:
    """The nearest class that both sides know."""
    return next(kind.__name__ for kind in type(problem).__mro__ if kind.__name__ in _problems())


def _problems() -> dict[str, Callable[..., Problem]]:
    from pt2k_gui.sources.state_dicts import WeightsDontFit
    from pt2k_gui.sources.trust import NeedsTrust

    return {kind.__name__: kind for kind in (Problem, NeedsTrust, WeightsDontFit)}


def _kinds() -> dict[str, type]:
    from pt2k_gui.sources import card, signatures, state_dicts, trust

    return {
        kind.__name__: kind
        for kind in (
            *(card.Source, card.TensorSpec, card.ValueSpec, card.LayerRow, card.ModelInfo),
            *(signatures.Argument, state_dicts.KeyRow, trust.Import),
        )
    }
