"""A model whose code runs in the user's own interpreter: what he relies on, with one made of links to the PyTorch at hand."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from interpreters import computed, make_stand_in, needs_links, write_network

from pt2k_gui.export.dry_run import dry_run
from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import guest, guest_process, trust
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.trust import NeedsTrust

pytestmark = needs_links
CONTEXT = SilentContext()


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_stand_in(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_network(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def source(python: str, repository: tuple[Path, Path]) -> Source:
    code, weights = repository
    return Source(str(weights), f"{code}:Network", trusted=True, python=python)


def _loaded(source: Source) -> LoadedModel:
    return load(source, CONTEXT)


def _pid() -> int:
    assert guest_process._running is not None
    return guest_process._running._process.pid


def _modules(onnx: str) -> set[str]:
    """The PyTorch modules that the converter names layers after."""
    from pt2k_gui.convert.ir.onnx_reader import load_model, read_graph

    return {node.module for node in read_graph(*load_model(onnx)).nodes}


def test_code_that_needs_a_package_of_another_environment_opens_there_and_gives_its_numbers(source: Source) -> None:
    loaded = _loaded(source)
    assert [row.type for row in loaded.card.layers][:2] == ["Network", "Sequential"]
    assert loaded.card.parameters == 8 * 27 + 8 + 16 + 45
    assert source.python in loaded.card.notes[0]
    x = torch.randn(2, 3, 10, 12)
    torch.testing.assert_close(loaded.call([x])[0], computed(Path(source.path), x), rtol=1e-5, atol=1e-5)


def test_an_environment_within_the_repository_stays_imported_from_one_class_to_the_next(tmp_path: Path) -> None:
    code, weights = write_network(tmp_path)
    (tmp_path / "README.md").touch()
    python = make_stand_in(tmp_path / ".venv")
    (tmp_path / "failing.py").write_text(
        "import torch\nclass Network(torch.nn.Module):\n    def __init__(self): 1 / 0\n"
    )
    for _ in range(2):
        assert _loaded(Source(str(weights), f"{code}:Network", trusted=True, python=python)).card.parameters
        with pytest.raises(Problem, match="division by zero"):
            _loaded(Source(str(weights), f"{tmp_path / 'failing.py'}:Network", trusted=True, python=python))


def test_the_other_interpreter_imports_nothing_of_pt2ks_packages(source: Source, tmp_path: Path) -> None:
    code = tmp_path / "spying.py"
    code.write_text(
        "import sys, importlib.util, torch\n"
        "names = ('onnx', 'onnxruntime', 'onnxscript', 'tensorflow', 'keras', 'PySide6', 'platformdirs', 'psutil')\n"
        "assert not any(importlib.util.find_spec(name) for name in names)\n"
        "assert '' not in sys.path and not any('pt2k_gui' in place for place in sys.path), sys.path\n"
        "class Network(torch.nn.Linear):\n"
        "    def __init__(self): super().__init__(3, 2)\n"
    )
    torch.save(torch.nn.Linear(3, 2).state_dict(), tmp_path / "linear.pth")
    assert _loaded(Source(str(tmp_path / "linear.pth"), f"{code}:Network", trusted=True, python=source.python)).card


def test_nothing_runs_before_the_user_agreed_to_this_code_in_this_interpreter(
    python: str, source: Source, tmp_path: Path
) -> None:
    code, weights = write_network(tmp_path)
    marker = tmp_path / "ran"
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\ntouch {marker}\nexec {python} "$@"\n')
    program.chmod(0o755)
    asked = Source(str(weights), f"{code}:Network", python=str(program))
    with pytest.raises(NeedsTrust) as caught:
        _loaded(asked)
    question = caught.value
    assert str(program) in question.sentence
    assert str(code) in question.sentence
    assert "from speciality import Scale" in question.code
    assert not marker.exists()
    assert inspect(asked, CONTEXT).question is not None
    assert not marker.exists()
    trust.agree(question.path, question.sha256)
    assert _loaded(asked).card.parameters
    assert marker.exists()
    # A yes holds for this code in this interpreter alone.
    with pytest.raises(NeedsTrust):
        _loaded(Source(asked.path, asked.code, python=python))
    code.write_text(code.read_text() + "\n# changed\n")
    with pytest.raises(NeedsTrust):
        _loaded(asked)


def test_a_layer_that_refuses_its_input_is_named_as_it_is_without_the_other_interpreter(source: Source) -> None:
    loaded = _loaded(source)
    spec = loaded.card.inputs[0].with_shape(("batch", 4, 8, 8))
    with pytest.raises(Problem, match=r"features\.0 \(Conv2d\) was given 2 × 4 × 8 × 8"):
        dry_run(loaded, [spec])


def test_it_is_exported_with_free_batch_and_its_modules_names(source: Source, tmp_path: Path) -> None:
    loaded = _loaded(source)
    inputs = [loaded.card.inputs[0].with_shape(("batch", 3, 8, 8))]
    exported = export(loaded, inputs, str(tmp_path / "model.onnx"), trainable=False, context=CONTEXT)
    assert exported.exporter == "dynamo"
    assert exported.difference is not None and exported.difference < 1e-4
    assert exported.checked_batches == (1, 2, 5)
    assert {"features.0", "head"} <= _modules(exported.path)


def test_an_old_pytorchs_export_keeps_the_modules_names_too(source: Source, tmp_path: Path) -> None:
    loaded = _loaded(source)
    assert loaded.guest is not None
    inputs = [loaded.card.inputs[0].with_shape(("batch", 3, 8, 8))]
    loaded.guest.record("torchscript", inputs, tmp_path / "old.onnx", False, CONTEXT)
    assert {"features.0", "head"} <= _modules(str(tmp_path / "old.onnx"))


def test_float64_of_the_other_interpreter_is_the_truth_for_the_verdict(source: Source) -> None:
    from pt2k_gui.verify.runners import PyTorchRunner

    loaded = _loaded(source)
    x = torch.randn(4, 3, 8, 8)
    single, double = PyTorchRunner(loaded), PyTorchRunner(loaded, double=True)
    for runner in (single, double):
        runner.open()
    exact = double.run([x.numpy()])[0]
    assert exact.dtype == "float64"
    assert 0 < abs(single.run([x.numpy()])[0] - exact).max() < 1e-4
    assert single.version == torch.__version__


def test_a_name_in_place_of_a_file_is_made_there_and_is_the_same_model_each_time(python: str) -> None:
    named = Source("speciality:tiny", trusted=True, python=python)
    first = _loaded(named)
    assert first.card.name == "tiny"
    assert "random" in " ".join(first.card.notes)
    x = torch.randn(3, 6)
    before = first.call([x])[0]
    os.kill(_pid(), signal.SIGKILL)
    time.sleep(0.2)
    torch.testing.assert_close(_loaded(named).call([x])[0], before)
    wider = _loaded(Source("speciality:tiny", arguments=(("classes", "9"),), trusted=True, python=python))
    assert wider.call([x])[0].shape == (3, 9)
    with pytest.raises(Problem, match="no network"):
        _loaded(Source("speciality:tiny", weights="pretrained", trusted=True, python=python))


def test_the_models_that_a_package_there_has_are_listed(python: str) -> None:
    assert guest.names_in_guest(python, "speciality", "", trusted=True) == ("speciality:tiny",)
    assert guest.names_in_guest(python, "speciality", "other", trusted=True) == ()
    with pytest.raises(NeedsTrust):
        guest.names_in_guest(python, "speciality", "", trusted=False)


def test_a_whole_pickled_module_opens_where_its_packages_are(python: str, tmp_path: Path) -> None:
    write_network(tmp_path)
    script = (
        f"import sys, torch; sys.path.insert(0, {str(tmp_path)!r}); from network import Network; torch.manual_seed(1)\n"
    )
    script += f"torch.save(Network().eval(), {str(tmp_path / 'whole.pt')!r})"
    import subprocess

    subprocess.run([python, "-c", script], check=True)
    loaded = _loaded(Source(str(tmp_path / "whole.pt"), trusted=True, python=python))
    assert loaded.card.layers[0].type == "Network"
    assert loaded.call([torch.randn(2, 3, 8, 8)])[0].shape == (2, 5)


def test_a_lightning_checkpoint_opens_with_its_class_and_the_arguments_that_it_holds(
    python: str, tmp_path: Path
) -> None:
    code, weights = write_network(tmp_path)
    code.write_text(code.read_text().replace("width=8", "width"))
    state = torch.load(weights, weights_only=True)
    content = {
        "state_dict": state,
        "hyper_parameters": {"width": 8, "learning_rate": 0.1},
        "pytorch-lightning_version": "2.4.0",
        "callbacks": {},
    }
    torch.save(content, tmp_path / "epoch=3.ckpt")
    loaded = _loaded(Source(str(tmp_path / "epoch=3.ckpt"), f"{code}:Network", trusted=True, python=python))
    assert loaded.card.origin == "Lightning 2.4.0"
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(loaded.call([x])[0], computed(weights, x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (
            "import os; os.execv('/bin/false', ['false'])",
            "exited unexpectedly (status 1) while it was opening the model",
        ),
        ("import os; os._exit(7)", "ends the program"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed in native code (SIGSEGV)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed"),
        ("raise SystemExit('no GPU')", "no GPU"),
        ("print('a clue'); input()", "terminal"),
    ],
)
def test_code_that_ends_the_other_interpreter_is_told_in_words_and_the_next_model_opens(
    source: Source, tmp_path: Path, ending: str, words: str
) -> None:
    code = tmp_path / "ending.py"
    code.write_text(
        "import torch\nclass Network(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        {ending}\n"
    )
    with pytest.raises(Problem) as caught:
        _loaded(Source(source.path, f"{code}:Network", trusted=True, python=source.python))
    assert words in f"{caught.value.sentence}{caught.value.details}"
    assert _loaded(source).card.parameters


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("echo hello; exit 0", "exited unexpectedly (status 0) while it was starting"),
        ("echo 'not what was asked for, and long enough to be read as a length'", "starting"),
        ("exec sleep 60 <&0 >/dev/null", "starting"),
    ],
)
def test_a_program_that_is_no_python_is_refused_in_words(tmp_path: Path, program: str, words: str) -> None:
    file = tmp_path / "python"
    file.write_text(f"#!/bin/sh\n{program}\n")
    file.chmod(0o755)
    with pytest.raises(Problem, match=words.replace("(", r"\(").replace(")", r"\)")):
        guest_process.guest_in(str(file))


def test_an_interpreter_without_pytorch_is_refused_with_the_way_out(tmp_path: Path) -> None:
    import subprocess

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    python = str(tmp_path / "bare" / "bin" / "python")
    with pytest.raises(Problem, match="has no working PyTorch: ModuleNotFoundError") as caught:
        guest_process.guest_in(python)
    assert f"{python} -m pip install torch" in caught.value.hint


def test_the_other_interpreter_ends_with_pt2k_also_in_the_middle_of_its_work(source: Source, tmp_path: Path) -> None:
    _loaded(source)
    process = psutil.Process(_pid())
    assert guest_process._running is not None and guest_process._running._process.stdin is not None
    guest_process._running._process.stdin.close()  # what the system does when PT2K is gone
    process.wait(timeout=2)
    assert _loaded(source).card.parameters  # and is started again when it is needed


def test_a_step_of_training_is_taken_there_and_gives_what_it_gives_here(source: Source, tmp_path: Path) -> None:
    from pt2k_gui.sources import training_step

    code, weights = write_network(tmp_path)
    (tmp_path / "speciality.py").write_text(
        "import torch\nclass Scale(torch.nn.Module):\n    def forward(self, x): return x * 3\n"
    )
    there = _loaded(source).guest
    here = _loaded(Source(str(weights), f"{code}:Network", trusted=True))
    assert there is not None and here.guest is None
    x, target = torch.randn(4, 3, 8, 8), torch.randn(4, 5)
    assert there.training_mode() == training_step.mode_of(here) == ("training", 0)
    outputs, trains = there.training_outputs("training", [x])
    assert trains == (True,)
    torch.testing.assert_close(outputs[0], training_step.outputs_of(here, "training", [x])[0][0])
    for double in (False, True):
        ours = training_step.take_step(here, "training", [x], {0: target}, double=double)
        theirs = there.training_step("training", [x], {0: target}, double=double)
        assert theirs.loss == pytest.approx(ours.loss)
        assert theirs.normalised == ours.normalised == {"features.1": (4 * 8 * 8, 0.1)}
        for mine, other in zip(
            (ours.before, ours.gradients, ours.statistics_before, ours.statistics),
            (theirs.before, theirs.gradients, theirs.statistics_before, theirs.statistics),
            strict=True,
        ):
            assert mine.keys() == other.keys() and mine
            for name, tensor in mine.items():
                torch.testing.assert_close(other[name], tensor)


def test_an_interpreter_that_dies_while_a_file_is_inspected_is_told_and_asks_for_no_other_class(
    source: Source, tmp_path: Path
) -> None:
    code = tmp_path / "dying.py"
    code.write_text("import os, torch\nos.execv('/bin/false', ['false'])\nclass Network(torch.nn.Module): pass\n")
    with pytest.raises(guest_process.GuestDied):
        inspect(Source(source.path, f"{code}:Network", trusted=True, python=source.python), CONTEXT)
