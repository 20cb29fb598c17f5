"""Speed of PT2K's LiteRT files against those of other converters, and against ONNX Runtime, on the same networks.

    python tests/benchmarks/bench_litert.py [NETWORK ...] [--litert-torch PYTHON] [--onnx2tf PYTHON] [--seconds 10]
        [--threads 1 2] [--keep FOLDER] [--against FOLDER]
    python tests/benchmarks/bench_litert.py --keep FOLDER --table

Each network is made once with random weights, exported, and written by each converter; ``--litert-torch`` and ``--onnx2tf`` name
the Python of an environment in which that converter is installed. PT2K's file is what a conversion gives by default: its batch is
free. Every file then runs with batch 1 in LiteRT's interpreter, and the ONNX file in ONNX Runtime: each in a process of its own,
which runs alone for a fraction of a second and then waits for the others, for so many seconds each. Noise of the machine thereby
hits all of them alike, and since it only ever adds, the fastest run counts. Printed are milliseconds, what the fastest other
LiteRT file takes over PT2K's (mark: 1.0), and what ONNX Runtime takes over it (mark: 1.1 as the geometric mean). A file whose
numbers are not PyTorch's is not timed.

``--keep`` leaves the files and figures in a folder, from which later calls take them; ``--table`` prints the README's table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

PEER_MARK, RUNTIME_MARK = 1.0, 1.1
OURS, RUNTIME, BEFORE = "PT2K", "ONNX Runtime", "PT2K before"
PEERS = ("litert-torch", "onnx2tf")
TITLES = {
    "mobilenet_v2": "MobileNetV2", "mobilenet_v3": "MobileNetV3 small", "efficientnet_b0": "EfficientNet-B0",
    "resnet18": "ResNet-18", "resnet50": "ResNet-50", "vit_tiny": "ViT (DeiT-tiny)", "unet": "U-Net", "lstm": "LSTM",
}  # fmt: skip
LITERT_TORCH = """
import sys, torch, litert_torch
program = torch.export.load(sys.argv[1])
shape = [int(size) for size in sys.argv[3:]]
litert_torch.convert(program.module(), (torch.randn(*shape),)).export(sys.argv[2])
"""
WORKER = """
import json, sys, time
import numpy as np
kind, file, threads, data = sys.argv[1], sys.argv[2], int(sys.argv[3]), np.load(sys.argv[4])
if kind == "onnx":
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.force_spinning_stop", "1")  # else it takes the others' time
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    run = lambda: session.run(None, {name: data})[0]
else:
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(file, num_threads=threads)
    place = interpreter.get_input_details()[0]
    if tuple(place["shape"]) != data.shape and data.ndim == 4:
        data = np.ascontiguousarray(data.transpose(0, 2, 3, 1))
    if tuple(place["shape"]) != data.shape:
        interpreter.resize_tensor_input(place["index"], data.shape)
    interpreter.allocate_tensors()
    output = interpreter.get_output_details()[0]["index"]
    def run():
        interpreter.set_tensor(place["index"], data)
        interpreter.invoke()
        return interpreter.get_tensor(output)
np.save(sys.argv[5], run())
print("ready", flush=True)
for line in sys.stdin:
    run()
    times, until = [], time.perf_counter() + float(line)
    while len(times) < 3 or time.perf_counter() < until:
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    print(json.dumps(times), flush=True)
"""
SLICE = 0.25  # seconds that one file runs before it is the next one's turn


def networks() -> dict[str, tuple[Callable[[], Any], tuple[int, ...]]]:
    """The eight networks: how each is made, and the shape of one sample with its batch."""
    import torch
    from torch import nn
    from well_known import ARCHITECTURES, made

    class Sequence(nn.Module):
        """Two LSTM layers over 64 steps and a classifier."""

        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.LSTM(48, 128, num_layers=2, batch_first=True)
            self.head = nn.Linear(128, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            outputs, _ = self.memory(x)
            result: torch.Tensor = self.head(outputs[:, -1])
            return result

    def well_known(name: str) -> Callable[[], Any]:
        return lambda: made(name)

    found: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
        name: (well_known(name), (1, *ARCHITECTURES[name].shape)) for name in TITLES if name in ARCHITECTURES
    }
    return found | {"lstm": (Sequence, (1, 64, 48))}


def write_files(name: str, folder: Path, options: argparse.Namespace) -> dict[str, Path]:
    """The network as an ONNX file and as each converter's LiteRT file, with an input and PyTorch's answer beside them."""
    import numpy as np
    import torch

    make, shape = networks()[name]
    files = {RUNTIME: folder / "model.onnx", OURS: folder / "pt2k.tflite"}
    peers = {"litert-torch": options.litert_torch, "onnx2tf": options.onnx2tf}
    files |= {peer: folder / f"{peer}.tflite" for peer, python in peers.items() if python}
    if not (folder / "free.onnx").exists():
        torch.manual_seed(0)
        module, example = make().eval(), torch.randn(*shape)
        with torch.no_grad():
            np.save(folder / "wanted.npy", module(example).numpy())
        np.save(folder / "input.npy", example.numpy())
        torch.export.save(torch.export.export(module, (example,), strict=False), str(folder / "model.pt2"))
        torch.onnx.export(module, (example,), str(files[RUNTIME]), dynamo=True, external_data=False, verbose=False)
        free = ({0: torch.export.Dim("batch", min=1, max=1024)},)
        example = torch.randn(2, *shape[1:])
        torch.onnx.export(
            module, (example,), str(folder / "free.onnx"), dynamic_shapes=free, dynamo=True, external_data=False,
            verbose=False,
        )  # fmt: skip
    if not files[OURS].exists():
        _write_ours(folder / "free.onnx", files[OURS])
    for peer, python in peers.items():
        if python and not files[peer].exists():
            try:
                _write_peers(peer, python, folder, files[peer], shape)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"  {peer} can't convert {name}: {str(error).strip().splitlines()[-1][:200]}", flush=True)
                del files[peer]
    return files


def _write_ours(onnx: Path, target: Path) -> None:
    from pt2k_gui.convert import convert, save_model
    from pt2k_gui.save.writing import write

    conversion = convert(str(onnx))
    source = str(target.with_name("pt2k.keras"))
    save_model(conversion, source)
    write("tflite", conversion.model, source, str(onnx), target, [])


def _write_peers(peer: str, python: str, folder: Path, target: Path, shape: tuple[int, ...]) -> None:
    import numpy as np
    import onnx

    if peer == "litert-torch":
        command = [python, "-c", LITERT_TORCH, str(folder / "model.pt2"), str(target), *map(str, shape)]
    else:
        place, source = folder / "onnx2tf", shutil.copy(folder / "model.onnx", folder / "onnx2tf.onnx")
        pictures = np.random.default_rng(0).random((20, 128, 128, 3), np.float32)  # which it would fetch
        np.save(folder / "calibration_image_sample_data_20x128x128x3_float32.npy", pictures)
        command = [python, "-m", "onnx2tf", "-i", str(source), "-o", str(place), "-n"]  # it rewrites its source
        if len(shape) == 3:  # it would take steps and features for length and channels
            first = onnx.load(str(folder / "model.onnx"), load_external_data=False).graph.input[0].name
            command += ["-kat", first]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200, cwd=folder)
    if peer == "onnx2tf" and (made := sorted((folder / "onnx2tf").glob("*_float32.tflite"))):
        made[0].rename(target)
    if not target.exists():
        raise RuntimeError((process.stderr or process.stdout)[-2000:] or "it wrote no file")


class Runner:
    """A process that runs one file when it is told to."""

    def __init__(self, who: str, file: Path, folder: Path, threads: int) -> None:
        self.who = who
        self.result = Path(tempfile.mkstemp(suffix=".npy")[1])
        kind = "onnx" if file.suffix == ".onnx" else "tflite"
        command = [
            sys.executable,
            "-c",
            WORKER,
            kind,
            str(file),
            str(threads),
            str(folder / "input.npy"),
            str(self.result),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if self._line() != "ready":
            raise RuntimeError(f"{file} can't be run")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def turn(self) -> list[float]:
        """The seconds of each run within one turn."""
        assert self._process.stdin is not None
        print(SLICE, file=self._process.stdin, flush=True)
        times: list[float] = json.loads(self._line())
        return times

    def off(self, folder: Path) -> float:
        """The largest difference from PyTorch's numbers over the largest of them."""
        import numpy as np

        found, wanted = np.load(self.result), np.load(folder / "wanted.npy")
        if found.shape != wanted.shape and found.ndim == 4:
            found = found.transpose(0, 3, 1, 2)
        return float(np.abs(found - wanted).max() / np.abs(wanted).max())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self.result.unlink()


def timed(name: str, files: dict[str, Path], folder: Path, threads: int, seconds: float) -> dict[str, float]:
    """Milliseconds by who wrote the file, of those whose numbers are PyTorch's."""

    def right(runner: Runner) -> bool:
        off = runner.off(folder)
        if off > 1e-3:
            print(f"  {name} by {runner.who} gives other numbers than PyTorch: off by {off:.2g}", flush=True)
        return off <= 1e-3

    return take_turns(files, folder, threads, seconds, right)


def take_turns(
    files: dict[str, Path],
    folder: Path,
    threads: int,
    seconds: float,
    taken: Callable[[Runner], bool] = lambda runner: True,
) -> dict[str, float]:
    """Milliseconds of the fastest run of each file, where all run in turns.

    Args:
        folder: has ``input.npy``.
        seconds: that each of them runs altogether.
        taken: whether a file is timed, by what it gave.
    """
    opened = [Runner(who, file, folder, threads) for who, file in files.items()]
    runners = [runner for runner in opened if taken(runner)]
    times: dict[str, list[float]] = {runner.who: [] for runner in runners}
    for turn in range(max(3, round(seconds / SLICE))):
        first = turn % len(runners)
        for runner in runners[first:] + runners[:first]:
            times[runner.who] += runner.turn()
    for runner in opened:
        runner.close()
    return {who: 1e3 * min(found) for who, found in times.items()}


def measure(name: str, folder: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Milliseconds by the number of threads and by who wrote the file, which are left in the folder as well."""
    files = write_files(name, folder, options)
    if options.against:
        files[BEFORE] = Path(options.against) / name / "pt2k.tflite"
    found = {str(threads): timed(name, files, folder, threads, options.seconds) for threads in options.threads}
    (folder / "figures.json").write_text(json.dumps(found))
    return found


def show(name: str, row: dict[str, dict[str, float]]) -> list[tuple[float, float]]:
    """Print one network's line for each number of threads; the two ratios of each."""
    ratios = []
    for threads, found in row.items():
        ours = found[OURS]
        peers = [found[peer] for peer in PEERS if peer in found]
        ratio, runtime = (min(peers) / ours if peers else float("nan")), found[RUNTIME] / ours
        ratios.append((ratio, runtime))
        shown = "  ".join(f"{who} {taken:.2f}" for who, taken in found.items())
        print(
            f"{name:<16} {threads} thread(s): {shown}  | fastest peer {ratio:.2f}, {RUNTIME} {runtime:.2f}", flush=True
        )
    return ratios


def table(folder: Path) -> str:
    """The README's table of what a folder of ``--keep`` has."""
    others = (*PEERS, RUNTIME)
    lines = [
        f"| Network | Threads | {OURS}, ms | " + " | ".join(f"{who}, times as long" for who in others) + " |",
        "|---|---|---|" + "---|" * len(others),
    ]
    for name, title in TITLES.items():
        if (folder / name / "figures.json").exists():
            for threads, found in json.loads((folder / name / "figures.json").read_text()).items():
                ratios = [f"{found[who] / found[OURS]:.2f}" if who in found else "-" for who in others]
                lines.append(f"| {title} | {threads} | {found[OURS]:.2f} | " + " | ".join(ratios) + " |")
    return "\n".join(lines)


def conclude(ratios: list[tuple[float, float]]) -> None:
    """Print what the ratios to the fastest peer and to ONNX Runtime come to beside their marks."""
    peers = [ratio for ratio, _ in ratios if ratio == ratio]
    if peers:
        slower = sum(ratio < PEER_MARK for ratio in peers)
        print(f"least against the fastest peer: {min(peers):.2f} (mark {PEER_MARK}); {slower} of {len(peers)} below it")
        print(f"geometric mean against it: {statistics.geometric_mean(peers):.2f}")
    if ratios:
        runtime = statistics.geometric_mean([ratio for _, ratio in ratios])
        print(f"geometric mean against {RUNTIME}: {runtime:.2f} (mark {RUNTIME_MARK})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=[])
    parser.add_argument("--litert-torch", default="", metavar="PYTHON")
    parser.add_argument("--onnx2tf", default="", metavar="PYTHON")
    parser.add_argument("--seconds", type=float, default=10, help="that each file is timed with each number of threads")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--keep", default="", metavar="FOLDER")
    parser.add_argument("--against", default="", metavar="FOLDER", help="files that --keep left, of another PT2K")
    parser.add_argument("--convert-only", action="store_true")
    parser.add_argument("--table", action="store_true", help="print the table of the figures in --keep")
    options = parser.parse_args()
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="pt2k-bench-") as place:
        kept = Path(options.keep or place).resolve()
        for name in options.networks or networks():
            folder = kept / name
            folder.mkdir(parents=True, exist_ok=True)
            if options.convert_only:
                write_files(name, folder, options)
            elif options.table and (folder / "figures.json").exists():
                ratios += show(name, json.loads((folder / "figures.json").read_text()))
            elif not options.table:
                ratios += show(name, measure(name, folder, options))
        if options.table:
            print(table(kept))
        conclude(ratios)


if __name__ == "__main__":
    main()
