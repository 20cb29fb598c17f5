"""A model's Python source: it builds the same network without PT2K, reads like a person's, and needs no formatting."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import zoo
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.problem import Problem
from pt2k_gui.save.python_source import python_source
from pt2k_gui.save.writing import write

# Name: the module, a batch of one array an input, and whether the twin is to be trained.
NETWORKS: dict[str, tuple[Callable[[], nn.Module], Callable[[], tuple[torch.Tensor, ...]], bool]] = {
    "mlp": (zoo.mlp, lambda: (torch.randn(3, 20),), False),
    "cnn": (zoo.cnn, lambda: (torch.randn(3, 3, 16, 16),), False),
    "resnet18": (lambda: zoo.ResNet(8, 10), lambda: (torch.randn(3, 3, 64, 64),), False),
    "resnet18_trainable": (lambda: zoo.ResNet(8, 10), lambda: (torch.randn(3, 3, 64, 64),), True),
    "transformer": (zoo.Transformer, lambda: (torch.randint(0, 50, (3, 12)),), False),
    "lstm": (zoo.Recurrent, lambda: (torch.randn(3, 9, 6),), False),
    "deep_lstm": (lambda: zoo.Recurrent(True, 2), lambda: (torch.randn(3, 9, 6),), False),
    "pair": (zoo.Pair, lambda: (torch.randn(3, 6), torch.randn(3, 6)), False),
}

# Runs in a process of its own where PT2K can't be imported: builds each network from its source, loads its weights, and
# compares it with the .keras file and with PyTorch's outputs.
ALONE = """
import importlib.util, json, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError("pt2k_gui is not here")

sys.meta_path.insert(0, Blocker())
sys.dont_write_bytecode = True
import keras
import numpy as np

for name in sys.argv[2:]:
    folder = f"{sys.argv[1]}/{name}"
    specification = importlib.util.spec_from_file_location(name, f"{folder}/{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    made, original = module.build_model(), keras.saving.load_model(f"{folder}/{name}.keras")
    with np.load(f"{folder}/arrays.npz") as stored:
        inputs = [stored[key] for key in stored.files if key.startswith("in")]
        wanted = [stored[key] for key in stored.files if key.startswith("out")]
    run = lambda model: [keras.ops.convert_to_numpy(y) for y in keras.tree.flatten(
        model(inputs if len(inputs) > 1 else inputs[0], training=False))]
    told = {
        "name": name,
        "backend": keras.backend.backend(),
        "shapes": [list(y.shape) for y in run(made)],
        "from_keras": [float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(run(made), run(original))],
        "from_pytorch": [float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(run(made), wanted)],
        "names": [sorted(layer.name for layer in model.layers) for model in (made, original)],
        "trainable": [sorted(l.name for l in model.layers if l.trainable) for model in (made, original)],
        "parameters": [model.count_params() for model in (made, original)],
        "operations": [sorted(type(o).__name__ for o in model.operations) for model in (made, original)],
    }
    print("TOLD " + json.dumps(told), flush=True)
"""


@dataclasses.dataclass(frozen=True)
class Sources:
    folder: Path

    def text(self, name: str) -> str:
        return (self.folder / name / f"{name}.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Each network as PyTorch, ONNX, Keras and source, with a batch and PyTorch's outputs."""
    import keras

    folder = tmp_path_factory.mktemp("sources")
    for name, (make, batch, trainable) in NETWORKS.items():
        torch.manual_seed(3)
        module, given = zoo.lively(make()), batch()
        place = folder / name
        place.mkdir()
        program: Any = torch.onnx.export(
            module,
            given,
            dynamo=True,
            optimize=not trainable,
            opset_version=20,
            verbose=False,
            dynamic_shapes=tuple({0: torch.export.Dim.DYNAMIC} for _ in given),
        )
        onnx.save(program.model_proto, str(place / "model.onnx"))
        save_model(convert(program.model_proto, trainable=trainable), place / f"{name}.keras")
        outputs = module(*given)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        inputs = [np.moveaxis(x.numpy(), 1, -1) if x.ndim == 4 else x.numpy() for x in given]
        arrays = {f"in{n}": x for n, x in enumerate(inputs)}
        arrays |= {f"out{n}": y.detach().numpy() for n, y in enumerate(outputs)}
        np.savez(place / "arrays.npz", **arrays)
        model = keras.saving.load_model(place / f"{name}.keras")
        write("python", model, "", str(place / "model.onnx"), place / f"{name}.py", [])
    return Sources(folder)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_it_builds_the_same_network_in_a_process_without_pt2k(backend: str, sources: Sources) -> None:
    process = subprocess.run(
        [sys.executable, "-c", ALONE, str(sources.folder), *NETWORKS],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    told = {
        entry["name"]: entry
        for entry in (json.loads(line[5:]) for line in process.stdout.splitlines() if line.startswith("TOLD "))
    }
    assert list(told) == list(NETWORKS)
    for name, entry in told.items():
        assert entry["backend"] == backend
        # The same operations in the same order: no more than the last bits, if a kernel sums in threads.
        assert max(entry["from_keras"]) <= 1e-6, name
        assert max(entry["from_pytorch"]) <= 1e-5, name  # float32 sums in another order
        for key in ("names", "trainable", "parameters", "operations"):
            assert entry[key][0] == entry[key][1], (name, key)
    assert len(told["pair"]["shapes"]) == 3


def test_a_resnet_reads_as_blocks_and_stages(sources: Sources) -> None:
    text = sources.text("resnet18")
    assert len(text.splitlines()) < 150
    assert "def basic_block(x, name, filters):" in text
    assert "def basic_block_with_downsample(x, name, filters):" in text
    assert '"""BasicBlock: layer2.0, layer3.0 and layer4.0."""' in text
    assert 'for name, filters in (("layer2", 16), ("layer3", 32), ("layer4", 64)):' in text
    assert "# layer1 (Sequential)" in text
    # Eight blocks of two convolutions and three shortcuts, and the stem: 20 in all, five of them written out.
    assert text.count("layers.Conv2D(") == 6


def test_a_transformer_reads_as_a_loop_over_its_layers(sources: Sources) -> None:
    text = sources.text("transformer")
    assert len(text.splitlines()) < 110
    assert "def transformer_encoder_layer(x, name):" in text
    assert "for index in range(4):" in text
    assert 'transformer_encoder_layer(x, f"encoder_layers_{index}")' in text


@pytest.mark.parametrize("name", NETWORKS)
def test_it_needs_nothing_but_keras_and_numpy(name: str, sources: Sources) -> None:
    imported = set(re.findall(r"^(?:import|from) (\w+)", sources.text(name), re.MULTILINE))
    assert imported <= {"keras", "numpy", "pathlib"}
    assert "Lambda" not in sources.text(name)


def test_linter_and_formatter_find_nothing_to_change(sources: Sources) -> None:
    files = [str(sources.folder / name / f"{name}.py") for name in NETWORKS]
    for arguments in (["check"], ["format", "--diff"]):
        process = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", *files],
            capture_output=True,
            text=True,
            check=False,
        )
        assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.slow
def test_as_a_script_it_prints_its_layers_with_its_two_files_alone(sources: Sources, tmp_path: Path) -> None:
    for ending in (".py", ".weights.h5"):
        (tmp_path / f"mlp{ending}").write_bytes((sources.folder / "mlp" / f"mlp{ending}").read_bytes())
    process = subprocess.run(
        [sys.executable, "-I", "mlp.py"], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    assert process.returncode == 0, process.stderr[-2000:]
    assert "Dense" in process.stdout
    assert "Total params: 605" in process.stdout


def test_a_model_with_code_of_its_own_is_refused_in_words(sources: Sources) -> None:
    import keras

    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2, name="doubling")(inputs))
    with pytest.raises(Problem, match=r"doubling \(Lambda\) is not one of Keras's own"):
        python_source(model, str(sources.folder / "mlp" / "model.onnx"), "model", "model.weights.h5")


# Some 1,500 of ONNX's node tests convert; each part of them here, each of them with PT2K_FULL=1.
@pytest.mark.slow
@pytest.mark.parametrize("step", [60, pytest.param(1, marks=pytest.mark.full)])
def test_every_operator_that_converts_can_be_written_as_source(step: int, tmp_path: Path) -> None:
    import keras
    from node_models import node_models

    written = 0
    for name, model, inputs in node_models(step):
        place = tmp_path / name
        place.mkdir()
        onnx.save(model, str(place / "model.onnx"))
        save_model(convert(model, axis_order="onnx"), place / "model.keras")
        original = keras.saving.load_model(place / "model.keras")
        write("python", original, "", str(place / "model.onnx"), place / "model.py", [])
        scope: dict[str, Any] = {"__name__": name, "__file__": str(place / "model.py")}
        exec((place / "model.py").read_text(encoding="utf-8"), scope)
        made = scope["build_model"]()
        given = inputs if len(inputs) != 1 else inputs[0]
        for a, b in zip(keras.tree.flatten(made(given)), keras.tree.flatten(original(given)), strict=True):
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=name)
        written += 1
    assert written >= 1500 / step
    process = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--check", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
