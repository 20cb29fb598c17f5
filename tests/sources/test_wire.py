"""What PT2K and the user's interpreter say to each other: data that survives, and nothing else that is taken."""

from __future__ import annotations

import io
import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pt2k_gui.files import require_readable
from pt2k_gui.message import Message
from pt2k_gui.problem import Problem
from pt2k_gui.sources import wire
from pt2k_gui.sources.card import LayerRow, ModelInfo, Source, TensorSpec
from pt2k_gui.sources.state_dicts import KeyRow, WeightsDontFit
from pt2k_gui.sources.trust import Import, NeedsTrust


def _through(message: Any, tensors: list[torch.Tensor] | None = None) -> tuple[Any, list[torch.Tensor]]:
    pipe = io.BytesIO()
    wire.send(pipe, message, tensors or [])
    pipe.seek(0)
    return wire.receive(pipe)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(2, 3).t(),
        torch.zeros(0, 4),
        torch.tensor(3.5, dtype=torch.float64),
        torch.ones(2, dtype=torch.bfloat16),
        torch.tensor([True, False]),
        torch.randn(3, dtype=torch.complex64).conj(),
        torch.arange(5)[::2],
        torch.nn.Parameter(torch.ones(2)),
    ],
    ids=lambda tensor: f"{tensor.dtype} {tuple(tensor.shape)}",
)
def test_a_tensor_arrives_as_it_was(tensor: torch.Tensor) -> None:
    (arrived,) = _through({}, [tensor])[1]
    assert arrived.dtype == tensor.dtype
    assert torch.equal(arrived, tensor.detach().resolve_conj())


def test_cards_and_problems_arrive_as_they_were_with_their_texts_for_every_language() -> None:
    card = ModelInfo(
        "a", "b", "c", "d", 1, "e", 2, 3, (TensorSpec("x", "float32", ("batch", 3)),), layers=(LayerRow("f", "G", 1),)
    )
    source = Source("a.pth", "b.py:C", (("n", "3"),), values=(("sr", "16000"),))
    assert _through((card, source, {1: [None, 2.5, float("inf"), "ä"]}))[0] == (
        card,
        source,
        {1: [None, 2.5, float("inf"), "ä"]},
    )
    with pytest.raises(Problem) as caught:
        require_readable("/nowhere")
    arrived = _through(caught.value)[0]
    assert isinstance(arrived.sentence, Message)
    assert arrived.sentence.id == caught.value.sentence.id  # type: ignore[attr-defined]
    asked = _through(NeedsTrust("s", hint="h", path="p", sha256="1", imports=(Import("a", "b", "c"),), code="d"))[0]
    assert (type(asked), asked.sha256, asked.imports) == (NeedsTrust, "1", (Import("a", "b", "c"),))
    unfit = _through(WeightsDontFit("s", rows=(KeyRow("k", "missing", "", "2"),)))[0]
    assert unfit.rows == (KeyRow("k", "missing", "", "2"),)


def test_an_object_that_is_no_data_is_not_passed_on() -> None:
    with pytest.raises(TypeError):
        wire.send(io.BytesIO(), {"path": Path()})
    with pytest.raises(Problem, match="sparse"):
        wire.send(io.BytesIO(), {}, [torch.eye(2).to_sparse()])


def _message(header: Any, rest: bytes = b"") -> io.BytesIO:
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(struct.pack("<Q", len(content)) + content + rest)


@pytest.mark.parametrize(
    "pipe",
    [
        io.BytesIO(b""),
        io.BytesIO(b"hello, this is a banner of some shell\n"),
        io.BytesIO(struct.pack("<Q", 1 << 60)),
        _message(b"{"),
        _message([]),
        _message({"message": {"data": ["Popen", {"args": "touch /tmp/x"}]}, "tensors": []}),
        _message({"message": {"data": ["Source", {"path": "a", "evil": 1}]}, "tensors": []}),
        _message({"message": {"problem": ["SystemExit", {"sentence": "s"}]}, "tensors": []}),
        _message({"message": {"what": 1}, "tensors": []}),
        _message({"message": None, "tensors": [["object", [1]]]}, b"12345678"),
        _message({"message": None, "tensors": [["float32", [-1]]]}),
        _message({"message": None, "tensors": [["float32", [1 << 40]]]}),
        _message({"message": None, "tensors": [["float32", [4]]]}, b"12"),
        _message(b"[" * 100_000),
        _message({"message": {"uple": [1, "batch"]}, "tensors": []}),
        _message({"message": {"text": ["an.id"]}, "tensors": []}),
        _message(b'{"message": null, "tensors": [["float32", [Infinity]]]}'),
    ],
    ids=range(17),
)
def test_what_is_no_message_is_taken_for_the_end_and_makes_nothing(pipe: io.BytesIO) -> None:
    with pytest.raises(wire.BrokenOff):
        wire.receive(pipe)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300))
def test_a_damaged_message_never_raises_anything_else(noise: bytes, place: int) -> None:
    pipe = io.BytesIO()
    wire.send(
        pipe, {"failed": Problem("s", hint="h"), "card": TensorSpec("x", "float32", (1, "batch"))}, [torch.ones(3)]
    )
    content = bytearray(pipe.getvalue())
    content[place : place + len(noise)] = noise
    try:
        wire.receive(io.BytesIO(content))
    except wire.BrokenOff:
        return


class _Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_that_comes_back_is_not_opened(tmp_path: Path) -> None:
    content = pickle.dumps(_Touch(tmp_path / "touched"))
    with pytest.raises(wire.BrokenOff):
        wire.receive(io.BytesIO(content))
    with pytest.raises(wire.BrokenOff):
        wire.receive(_message(content))
    assert not (tmp_path / "touched").exists()
