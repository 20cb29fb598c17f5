"""One maker for every kind of file in which people keep models, written with the torch at hand. Tests and fuzzing open
what they make; nothing here looks into the reader."""

from __future__ import annotations

import copy
import importlib.util
import io
import json
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.sources.card import Source

Run = Callable[[Sequence[torch.Tensor]], list[torch.Tensor]]


@dataclass(frozen=True, eq=False)
class Made:
    """A file, and what must come out of it.

    Args:
        source: what a user would say of it.
        run: the same computation by the very object that the file was made from.
        parameters: of that object.
    """

    source: Source
    run: Run
    parameters: int


Maker = Callable[[Path], Made]
KINDS: dict[str, Maker] = {}
"""The makers, by what a person would call the file."""

_CNN, _MLP = "pt2k_gui.digits.networks:CNN", "pt2k_gui.digits.networks:MLP"


def _kind(name: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        KINDS[name] = maker
        return maker

    return register


class TwoInputs(nn.Module):
    """Indices and numbers in, as a dictionary; two outputs, as a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(50, 6)
        self.wide = nn.Linear(4, 6)

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        both = self.table(batch["ids"]).mean(1) + self.wide(batch["numbers"])
        return both, both.sum(-1)


class Branching(nn.Module):
    """A branch on a setting and a loop: what scripting keeps and tracing does not."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(12, 12) for _ in range(3)])
        self.head = nn.Linear(12, 5)
        self.gated = True

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            if self.gated:
                features = features + torch.relu(layer(features))
        return self.head(features)


def network(kind: type[nn.Module], seed: int = 0) -> nn.Module:
    """In evaluation mode, with statistics in its BatchNorms that matter."""
    torch.manual_seed(seed)
    made = kind().eval()
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.running_mean)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    return made


def _made(source: Source, module: nn.Module) -> Made:
    def run(tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        with torch.no_grad():
            output = module(*tensors)
        return list(output) if isinstance(output, tuple) else [output]

    return Made(source, run, sum(parameter.numel() for parameter in module.parameters()))


# --- programs -------------------------------------------------------------------------------------------------------


def _program(folder: Path, module: nn.Module, example: Any, shapes: Any, name: str = "model.pt2") -> str:
    program = torch.export.export(module, example, dynamic_shapes=shapes)
    torch.export.save(program, folder / name)
    return str(folder / name)


@_kind("exported program")
def _export_program(folder: Path) -> Made:
    module = network(CNN)
    shapes = ({0: torch.export.Dim("batch")},)
    return _made(Source(_program(folder, module, (torch.zeros(2, 1, 28, 28),), shapes)), module)


@_kind("export program with a fixed batch")
def _fixed_program(folder: Path) -> Made:
    module = network(MLP)
    return _made(Source(_program(folder, module, (torch.zeros(1, 784),), None)), module)


@_kind("export program with a dictionary and two outputs")
def _nested_program(folder: Path) -> Made:
    module = network(TwoInputs)
    example = {"ids": torch.zeros(3, 7, dtype=torch.int64), "numbers": torch.zeros(3, 4)}
    batch = torch.export.Dim("batch")
    path = _program(folder, module, (example,), ({"ids": {0: batch}, "numbers": {0: batch}},))
    made = _made(Source(path), module)
    return Made(made.source, lambda t: made.run([{"ids": t[0], "numbers": t[1]}]), made.parameters)


@_kind("export program in half precision")
def _half_program(folder: Path) -> Made:
    module = network(MLP).half()
    shapes = ({0: torch.export.Dim("batch")},)
    return _made(Source(_program(folder, module, (torch.zeros(2, 784).half(),), shapes)), module)


# --- TorchScript ----------------------------------------------------------------------------------------------------


@_kind("TorchScript, traced")
def _traced(folder: Path) -> Made:
    module = network(CNN)
    torch.jit.trace(module, torch.zeros(1, 1, 28, 28)).save(str(folder / "traced.pt"))
    return _made(Source(str(folder / "traced.pt")), module)


@_kind("TorchScript, scripted")
def _scripted(folder: Path) -> Made:
    module = network(Branching)
    torch.jit.script(module).save(str(folder / "scripted.pth"))
    return _made(Source(str(folder / "scripted.pth")), module)


@_kind("TorchScript, frozen")
def _frozen(folder: Path) -> Made:
    module = network(CNN)
    frozen = torch.jit.freeze(torch.jit.script(module))
    frozen.save(str(folder / "frozen.pt"))
    return Made(Source(str(folder / "frozen.pt")), _made(Source(""), module).run, 0)


@_kind("TorchScript, traced in half precision")
def _traced_half(folder: Path) -> Made:
    module = network(MLP).half()
    torch.jit.trace(module, torch.zeros(1, 784).half()).save(str(folder / "half.pt"))
    return _made(Source(str(folder / "half.pt")), module.float())


# --- state dicts ----------------------------------------------------------------------------------------------------


def _saved(folder: Path, content: Any, name: str = "weights.pt", **options: Any) -> str:
    torch.save(content, folder / name, **options)
    return str(folder / name)


@_kind("state dict")
def _bare(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, module.state_dict()), _CNN), module)


@_kind("state dict of a chain, made again from its tensors")
def _chain(folder: Path) -> Made:
    module = network(MLP)
    return _made(
        Source(_saved(folder, module.state_dict()), "tensors:chain", arguments=(("activation", "sigmoid"),)), module
    )


def _checkpoint_under(key: str) -> Maker:
    def maker(folder: Path) -> Made:
        module = network(CNN)
        optimizer = torch.optim.Adam(module.parameters())
        module(torch.zeros(2, 1, 28, 28)).sum().backward()
        optimizer.step()
        content = {"epoch": 3, "optimizer": optimizer.state_dict(), key: module.state_dict(), "loss": 0.1}
        return _made(Source(_saved(folder, content, "checkpoint.pth"), _CNN), module)

    return maker


for _key in ("state_dict", "model", "model_state", "model_state_dict", "net", "network", "weights", "params"):
    KINDS[f"checkpoint with {_key}"] = _checkpoint_under(_key)


def _averaged(key: str, wrap: Callable[[Mapping[str, torch.Tensor]], Any], place: str) -> Maker:
    """Both sets of weights; the averaged one is asked for by name."""

    def maker(folder: Path) -> Made:
        weights, average = network(CNN, 1), network(CNN, 2)
        content = {"model": weights.state_dict(), key: wrap(average.state_dict())}
        return _made(Source(_saved(folder, content, "checkpoint.pt"), _CNN, weights=place), average)

    return maker


KINDS["checkpoint with averaged weights under ema"] = _averaged("ema", dict, "ema")
KINDS["checkpoint with averaged weights under ema_state_dict"] = _averaged("ema_state_dict", dict, "ema_state_dict")
KINDS["checkpoint with averaged weights under model_ema.module"] = _averaged(
    "model_ema", lambda state: {"module": state, "decay": 0.99}, "model_ema.module"
)
KINDS["checkpoint with averaged weights of AveragedModel"] = _averaged(
    "swa", lambda state: {"n_averaged": torch.tensor(3), **{f"module.{k}": v for k, v in state.items()}}, "swa"
)


@_kind("checkpoint with averaged weights beside, not asked for")
def _not_averaged(folder: Path) -> Made:
    module = network(CNN, 1)
    content = {"ema": network(CNN, 2).state_dict(), "model": module.state_dict()}
    return _made(Source(_saved(folder, content, "checkpoint.pt"), _CNN), module)


def _prefixed(prefix: str) -> Maker:
    def maker(folder: Path) -> Made:
        module = network(CNN)
        content = OrderedDict((prefix + key, tensor) for key, tensor in module.state_dict().items())
        return _made(Source(_saved(folder, content), _CNN), module)

    return maker


for _prefix in ("module.", "model.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.model."):
    KINDS[f"state dict with the prefix {_prefix}"] = _prefixed(_prefix)


@_kind("state dict of DataParallel")
def _parallel(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, nn.DataParallel(module).state_dict()), _CNN), module)


@_kind("state dict of torch.compile")
def _compiled(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, torch.compile(module).state_dict()), _CNN), module)


@_kind("Lightning checkpoint")
def _lightning(folder: Path) -> Made:
    torch.manual_seed(4)
    module = MLP(hidden=40).eval()
    content = {
        "epoch": 9,
        "global_step": 1000,
        "pytorch-lightning_version": "2.5.1",
        "state_dict": OrderedDict((f"model.{key}", tensor) for key, tensor in module.state_dict().items()),
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'loss'}": {"best_model_score": torch.tensor(0.1)}},
        "optimizer_states": [torch.optim.Adam(module.parameters()).state_dict()],
        "lr_schedulers": [],
        "hparams_name": "kwargs",
        "hyper_parameters": {"hidden": 40, "learning_rate": 0.001},
    }
    return _made(Source(_saved(folder, content, "epoch=9-step=1000.ckpt"), _MLP), module)


def _rounded(dtype: torch.dtype, kind: type[nn.Module] = CNN) -> tuple[nn.Module, dict[str, torch.Tensor]]:
    """Weights in that type, and the module that computes with them in float32."""
    module = network(kind).to(dtype)
    state = copy.deepcopy(module.state_dict())
    return module.float(), state


@_kind("float16 state dict")
def _float16(folder: Path) -> Made:
    module, state = _rounded(torch.float16)
    return _made(Source(_saved(folder, state), _CNN), module)


@_kind("bfloat16 state dict")
def _bfloat16(folder: Path) -> Made:
    module, state = _rounded(torch.bfloat16)
    return _made(Source(_saved(folder, state), _CNN), module)


@_kind("float64 state dict")
def _float64(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, copy.deepcopy(module).double().state_dict()), _CNN), module)


def replace_in_pickle(path: Path, old: bytes, new: bytes) -> None:
    """Change a torch archive's pickle; every occurrence, and there has to be one."""
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.endswith("data.pkl"):
                assert old in content
                content = content.replace(old, new)
            target.writestr(member.filename, content)


# A storage's place stands in the pickle as a text: its length, then its letters.
_ON_CPU, _ON_CUDA = b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"


@_kind("state dict saved on a CUDA device")
def _cuda(folder: Path) -> Made:
    module = network(CNN)
    path = _saved(folder, module.state_dict())
    replace_in_pickle(Path(path), _ON_CPU, _ON_CUDA)
    return _made(Source(path, _CNN), module)


@_kind("legacy state dict")
def _legacy(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, module.state_dict(), _use_new_zipfile_serialization=False), _CNN), module)


@_kind("legacy state dict saved on a CUDA device")
def _legacy_cuda(folder: Path) -> Made:
    module = network(CNN)
    path = Path(_saved(folder, module.state_dict(), _use_new_zipfile_serialization=False))
    assert _ON_CPU in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(_ON_CPU, _ON_CUDA))
    return _made(Source(str(path), _CNN), module)


@_kind("safetensors")
def _safetensors(folder: Path) -> Made:
    module = network(CNN)
    safetensors.torch.save_file(module.state_dict(), folder / "model.safetensors", {"format": "pt"})
    return _made(Source(str(folder / "model.safetensors"), _CNN), module)


@_kind("safetensors in bfloat16")
def _safetensors_bfloat16(folder: Path) -> Made:
    module, state = _rounded(torch.bfloat16)
    safetensors.torch.save_file(state, folder / "model.safetensors")
    return _made(Source(str(folder / "model.safetensors"), _CNN), module)


def _split(folder: Path, ending: str, save: Callable[[dict[str, torch.Tensor], Path], None]) -> Made:
    """Weights in two files, and the index that libraries of language models write beside them."""
    module = network(CNN)
    rows = list(module.state_dict().items())
    places: dict[str, str] = {}
    for number, part in enumerate((rows[:5], rows[5:]), 1):
        name = f"model-0000{number}-of-00002{ending}"
        save(dict(part), folder / name)
        places |= {key: name for key, _ in part}
    index = folder / f"model{ending}.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}, indent=2))
    return _made(Source(str(index), _CNN), module)


@_kind("safetensors in several files")
def _split_safetensors(folder: Path) -> Made:
    return _split(folder, ".safetensors", safetensors.torch.save_file)


@_kind("state dict in several files")
def _split_pickles(folder: Path) -> Made:
    return _split(folder, ".bin", torch.save)


# --- whole modules --------------------------------------------------------------------------------------------------


@_kind("whole pickled model of an installed class")
def _whole(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, module, "whole.pth"), trusted=True), module)


@_kind("whole pickled model within a checkpoint")
def _whole_within(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, {"epoch": 1, "model": module}, "best.pt"), trusted=True), module)


@_kind("whole pickled model in half precision")
def _whole_half(folder: Path) -> Made:
    module = network(CNN).half()
    path = _saved(folder, module, "whole.pth")
    return _made(Source(path, trusted=True), module.float())


@_kind("whole pickled model of torch's own layers")
def _whole_sequential(folder: Path) -> Made:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    ).eval()
    return _made(Source(_saved(folder, module, "sequential.pt")), module)


@_kind("whole pickled model, only its tensors taken")
def _whole_as_weights(folder: Path) -> Made:
    module = network(CNN)
    return _made(Source(_saved(folder, module, "whole.pth"), _CNN), module)


@_kind("whole pickled model, legacy")
def _whole_legacy(folder: Path) -> Made:
    module = network(MLP)
    return _made(Source(_saved(folder, module, "old.pt", _use_new_zipfile_serialization=False), trusted=True), module)


_CODE = """
import torch

class Net(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = torch.nn.Linear(9, width)
        self.head = torch.nn.Linear(width, 2)

    def forward(self, values):
        return self.head(torch.tanh(self.body(values)))
"""


def _from_file(folder: Path, name: str) -> nn.Module:
    """A network whose class stands in a file of its own, imported here only while the file is made."""
    (folder / f"{name}.py").write_text(_CODE, encoding="utf-8")
    specification = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert specification is not None and specification.loader is not None
    namespace = importlib.util.module_from_spec(specification)
    sys.modules[name] = namespace
    specification.loader.exec_module(namespace)
    torch.manual_seed(5)
    return namespace.Net(7).eval()


@_kind("whole pickled model with its .py file beside it")
def _whole_beside(folder: Path) -> Made:
    module = _from_file(folder, "pt2k_test_network")
    path = _saved(folder, module, "whole.pt")
    del sys.modules["pt2k_test_network"]
    return _made(Source(path, trusted=True), module)


@_kind("state dict with its class in a .py file")
def _with_code(folder: Path) -> Made:
    module = _from_file(folder, "pt2k_test_class")
    del sys.modules["pt2k_test_class"]
    return _made(
        Source(_saved(folder, module.state_dict()), f"{folder / 'pt2k_test_class.py'}:Net", trusted=True), module
    )


# --- ONNX -----------------------------------------------------------------------------------------------------------


def _exported_onnx(folder: Path, *, external: bool) -> Made:
    module = network(CNN)
    path = folder / "model.onnx"
    exported = torch.onnx.export(
        module, (torch.zeros(2, 1, 28, 28),), dynamo=True, dynamic_shapes=({0: "batch"},), verbose=False
    )
    exported.save(path, external_data=external)
    # The exporter folds each BatchNorm into the convolution before it.
    folded = sum(p.numel() for part in module.modules() if isinstance(part, nn.BatchNorm2d) for p in part.parameters())
    made = _made(Source(str(path)), module)
    return Made(made.source, made.run, made.parameters - folded)


@_kind("ONNX")
def _onnx(folder: Path) -> Made:
    return _exported_onnx(folder, external=False)


@_kind("ONNX with external data")
def _onnx_external(folder: Path) -> Made:
    made = _exported_onnx(folder, external=True)
    assert (folder / "model.onnx.data").stat().st_size > 100_000
    return made


@_kind("ONNX of the old exporter")
def _onnx_old(folder: Path) -> Made:
    module = network(MLP)
    torch.onnx.export(
        module,
        (torch.zeros(2, 784),),
        str(folder / "old.onnx"),
        dynamo=False,
        input_names=["x"],
        dynamic_axes={"x": {0: "batch"}},
    )
    return _made(Source(str(folder / "old.onnx")), module)


@_kind("ONNX not made by PyTorch")
def _onnx_foreign(folder: Path) -> Made:
    """Written with onnx.helper, its fields in the order of a writer that puts the graph first."""
    rows = np.random.default_rng(0)
    kernel = rows.normal(size=(4, 2, 3, 3)).astype(np.float32)
    matrix = rows.normal(size=(4, 3)).astype(np.float32)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["picture", "kernel"], ["c"], "convolution", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("GlobalAveragePool", ["r"], ["p"]),
            helper.make_node("Flatten", ["p"], ["f"]),
            helper.make_node("MatMul", ["f", "matrix"], ["scores"]),
        ],
        "drawn by hand",
        [value("picture", TensorProto.FLOAT, ["N", 2, 12, 12])],
        [value("scores", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(matrix, "matrix")],
    )
    model = helper.make_model(graph, producer_name="by hand", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(folder / "foreign.onnx"))

    def run(tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        convolved = torch.relu(nn.functional.conv2d(tensors[0], torch.from_numpy(kernel), padding=1))
        return [convolved.mean((2, 3)) @ torch.from_numpy(matrix)]

    return Made(Source(str(folder / "foreign.onnx")), run, kernel.size + matrix.size)
