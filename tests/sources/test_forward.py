"""Arguments of ``forward`` that are more than a tensor: tuples, lists, dictionaries and plain values, in classes and in
TorchScript, up to the Keras model."""

from __future__ import annotations

import copy
import dataclasses
import json
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pt2k_gui.cli import main
from pt2k_gui.jobs import convert, export, load, verify
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source, ValueSpec
from pt2k_gui.sources.forward import asked
from pt2k_gui.sources.inputs import propose, random_tensor
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.runners import KerasRunner


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(5, 3), nn.Linear(7, 3)

    def forward(self, pair: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return self.left(pair[0]) - self.right(pair[1])


class Batch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.rest = nn.Embedding(30, 4), nn.Linear(6, 4)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return self.words(batch["ids"]).mean(1) - self.rest(batch["numbers"])


class Listed(nn.Module):
    """A list that does not say how long it is: only three tensors of five numbers fit the layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(5, 4), nn.Linear(12, 2)

    def forward(self, parts: list[torch.Tensor]) -> torch.Tensor:
        return self.head(torch.cat([self.first(part) for part in parts], 1))


class Sound(nn.Module):
    """A rate that has to be told, and a switch that may be."""

    def __init__(self) -> None:
        super().__init__()
        self.slow, self.fast = nn.Linear(6, 3), nn.Linear(6, 3)

    def forward(self, sound: torch.Tensor, sr: int, halved: bool = False) -> torch.Tensor:
        scores = self.fast(sound) if sr == 16000 else self.slow(sound)
        return scores / 2 if halved else scores


class Keyword(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 3)

    def forward(self, *, values: torch.Tensor, scale: float = 2.0) -> torch.Tensor:
        return self.layer(values) * scale


Call = Callable[[nn.Module, Sequence[torch.Tensor]], torch.Tensor]
_NESTED: dict[str, tuple[type[nn.Module], list[str], tuple[tuple[str, str], ...], Call]] = {
    "tuple": (Pair, ["pair_0", "pair_1"], (), lambda module, t: module((t[0], t[1]))),
    "dictionary": (Batch, ["ids", "numbers"], (), lambda module, t: module({"ids": t[0], "numbers": t[1]})),
    "list": (Listed, ["parts_0", "parts_1", "parts_2"], (), lambda module, t: module(list(t))),
    "value": (Sound, ["sound"], (), lambda module, t: module(t[0], 16000)),
    "chosen values": (
        Sound,
        ["sound"],
        (("sr", "8000"), ("halved", "True")),
        lambda module, t: module(t[0], 8000, True),
    ),
    "keyword": (Keyword, ["values"], (("scale", "3"),), lambda module, t: module(values=t[0], scale=3.0)),
}
_CASES = [
    pytest.param(
        form,
        way,
        marks=[] if (form, way) in (("dictionary", "class"), ("chosen values", "scripted")) else [pytest.mark.slow],
    )
    for form in _NESTED
    for way in ("class", "scripted")
    if (form, way) != ("keyword", "scripted")  # TorchScript has no keyword-only arguments with defaults
]


def _file(folder: Path, module: nn.Module, way: str) -> Source:
    kind = type(module)
    if way == "class":
        torch.save(module.state_dict(), folder / "weights.pt")
        return Source(str(folder / "weights.pt"), f"{__name__}:{kind.__name__}")
    torch.jit.script(module).save(str(folder / "script.pt"))
    return Source(str(folder / "script.pt"))


@pytest.mark.parametrize(("form", "way"), _CASES)
def test_what_forward_takes_becomes_inputs_and_a_keras_model_of_the_same_numbers(
    tmp_path: Path, form: str, way: str
) -> None:
    kind, names, values, call = _NESTED[form]
    torch.manual_seed(2)
    module = kind().eval()
    source = dataclasses.replace(_file(tmp_path, module, way), values=values)
    context = SilentContext()
    card = load.run(load.Request(source), context)
    assert [spec.name for spec in card.inputs] == names
    onnx, keras = str(tmp_path / "m.onnx"), str(tmp_path / "m.keras")
    exported = export.run(export.Request(source, card.inputs, onnx), context)
    assert [spec.name for spec in exported.inputs] == names
    assert {spec.shape[0] for spec in exported.inputs} == {"batch"}
    convert.run(convert.Request(onnx, keras), context)
    found = verify.run(verify.Request(source, onnx, keras, str(tmp_path), SampleChoice("random", count=8)), context)
    assert found.same, found.verdict.sentence
    runner = KerasRunner(keras)
    runner.open()
    tensors = [random_tensor(spec, 3, number) for number, spec in enumerate(card.inputs)]
    with torch.no_grad():
        wanted = call(module, tensors).numpy()
    (actual,) = runner.run([tensor.numpy() for tensor in tensors])
    # 24 bits, of which sums of seven products in another order lose a few; the numbers are about one.
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("form", "way"), [case.values for case in _CASES])
def test_the_proposed_inputs_and_values_run(tmp_path: Path, form: str, way: str) -> None:
    kind, names, values, call = _NESTED[form]
    module = kind().eval()
    proposed = propose(
        torch.jit.script(copy.deepcopy(module)) if way == "scripted" else copy.deepcopy(module), dict(values)
    )
    assert [spec.name for spec in proposed.inputs] == names
    tensors = [random_tensor(spec, 2, number) for number, spec in enumerate(proposed.inputs)]
    with torch.no_grad():
        assert torch.equal(proposed.module(*tensors), call(module, tensors))


def test_a_copy_of_a_module_with_put_together_arguments_has_weights_of_its_own() -> None:
    """The float64 run of the verification is such a copy."""
    proposed = propose(Pair().eval(), {})
    double = copy.deepcopy(proposed.module).double()
    tensors = [random_tensor(spec, 2, number).double() for number, spec in enumerate(proposed.inputs)]
    assert double(*tensors).dtype == torch.float64
    assert proposed.module(*(tensor.float() for tensor in tensors)).dtype == torch.float32


def test_values_are_told_with_their_types_and_defaults() -> None:
    wanted = (ValueSpec("sr", "int", "16000"), ValueSpec("halved", "bool", "False", "False"))
    assert propose(Sound().eval(), {}).values == wanted
    assert propose(torch.jit.script(Sound().eval()), {}).values == wanted
    assert propose(Sound().eval(), {"sr": "8000"}).values[0] == ValueSpec("sr", "int", "8000")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sr": "fast"}, "sr of the model's forward method is of type int"),
        ({"sr": "1.5"}, "sr of the model's forward method is of type int"),
        ({"halved": "1"}, "halved of the model's forward method is of type bool"),
        ({"pitch": "1"}, "no non-tensor argument named pitch"),
        ({"sound": "1"}, "no non-tensor argument named sound"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(values: dict[str, str], words: str) -> None:
    for module in (Sound().eval(), torch.jit.script(Sound().eval())):
        with pytest.raises(Problem) as caught:
            propose(module, values)
        assert words in caught.value.sentence
        assert caught.value.hint


def test_a_file_whose_values_were_fixed_before_refuses_others(tmp_path: Path) -> None:
    program = torch.export.export(Keyword().eval(), (), {"values": torch.zeros(2, 6)})
    torch.export.save(program, tmp_path / "m.pt2")
    with pytest.raises(Problem) as caught:
        load.run(load.Request(Source(str(tmp_path / "m.pt2"), values=(("scale", "3"),))), SilentContext())
    assert "m.pt2 takes no value scale" in caught.value.sentence


class Fields(typing.TypedDict):
    b: torch.Tensor
    a: torch.Tensor


def _names(forward: Any) -> list[str]:
    return asked(type("Made", (nn.Module,), {"forward": forward})(), {}).names


def test_the_code_tells_what_the_annotation_does_not() -> None:
    def keys(self: Any, inputs) -> Any:
        return inputs["a b"] + inputs["c"]

    def unpacked(self: Any, pair) -> Any:
        left, right, middle = pair
        return left + right + middle

    def sizes(self: Any, image) -> Any:
        height, width = image.shape
        return image[0] + height + width

    def typed(self: Any, batch: Fields) -> Any:
        return batch

    def later(self: Any, pair: tuple[torch.Tensor, ...], more: torch.Tensor | None) -> Any:
        return pair[0] + pair[2] if more is None else more

    def idle(self: Any, image, text, later=None) -> Any:
        return image

    def switched(self: Any, image, inference, mode) -> Any:
        return (image if inference else -image) if mode == "train" or mode == "test" else None

    assert _names(keys) == ["a_b", "c"]
    assert _names(unpacked) == ["pair_0", "pair_1", "pair_2"]
    assert _names(sizes) == ["image"]
    assert _names(typed) == ["b", "a"]
    assert _names(later) == ["pair_0", "pair_1", "pair_2", "more"]
    assert _names(idle) == _names(switched) == ["image"]


def test_the_command_line_takes_values_and_shapes_of_the_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    path = _file(tmp_path, Sound(), "scripted").path
    assert (
        main(["inspect", path, "--value", "sr=8000", "--value", "halved=True", "--input-shape", "2,6", "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert [(value["name"], value["value"]) for value in said["model"]["values"]] == [
        ("sr", "8000"),
        ("halved", "True"),
    ]
    assert said["dry_run"]["outputs"][0]["shape"] == [2, 3]
    assert main(["inspect", path, "--value", "sr"]) == 2
    assert "--value sr is not of the form NAME=VALUE" in capsys.readouterr().err


class Particular(nn.Module):
    """Refuses with its own words, which TorchScript raises as an error of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 3)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        if sound.dim() != 3:
            raise ValueError("three axes, please")
        return self.layer(sound)


@pytest.mark.parametrize("way", ["class", "scripted"])
def test_a_model_that_refuses_a_proposal_in_its_own_words_is_tried_on_the_next(tmp_path: Path, way: str) -> None:
    card = load.run(load.Request(_file(tmp_path, Particular(), way)), SilentContext())
    assert card.inputs[0].shape == ("batch", 128, 1)


class Remembering(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.before = torch.zeros(1, 4)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        self.before = self.layer(values + self.before)
        return self.before


def test_a_script_that_keeps_a_state_between_calls_is_told(tmp_path: Path) -> None:
    card = load.run(load.Request(_file(tmp_path, Remembering(), "scripted")), SilentContext())
    assert [note for note in card.notes if note.startswith("The model keeps before between calls")]
    other = load.run(load.Request(_file(tmp_path, Pair(), "scripted")), SilentContext())
    assert not [note for note in other.notes if "between calls" in note]
