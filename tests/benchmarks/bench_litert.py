"""Speed of PT2K's LiteRT files against those of other converters, and against ONNX Runtime, on the same networks.

    python tests/benchmarks/bench_litert.py [NETWORK ...] [--litert-torch PYTHON] [--onnx2tf PYTHON] [--rounds 5]
        [--threads 1 2] [--keep FOLDER] [--against FOLDER]

Each network is made once with random weights, exported, and written by each converter; ``--litert-torch`` and ``--onnx2tf`` name
the Python of an environment in which that converter is installed. Every file then runs with batch 1 in LiteRT's interpreter, and
the ONNX file in ONNX Runtime: a process of its own each time, in turn, for so many rounds. Printed are the medians over the
rounds of each process's median, in milliseconds, what the fastest other LiteRT file takes over PT2K's (mark: 1.0), and what ONNX
Runtime takes over it (mark: 1.1 as the geometric mean). A file whose numbers are not PyTorch's is not timed.

``--keep`` leaves the files in a folder, from which a second call takes them instead of converting again.
"""

from __future__ import annotations

import argparse
import json
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
OURS, RUNTIME = "PT2K", "ONNX Runtime"
LITERT_TORCH = """
import sys, torch, litert_torch
program = torch.export.load(sys.argv[1])
shape = [int(size) for size in sys.argv[3:]]
litert_torch.convert(program.module(), (torch.randn(*shape),)).export(sys.argv[2])
"""
WORKER = """
import json, statistics, sys, time
import numpy as np
kind, file, threads, data = sys.argv[1], sys.argv[2], int(sys.argv[3]), np.load(sys.argv[4])
if kind == "onnx":
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
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
result = run()
for _ in range(5):
    run()
times = []
while len(times) < 10 or (sum(times) < 2.0 and len(times) < 400):
    began = time.perf_counter()
    run()
    times.append(time.perf_counter() - began)
np.save(sys.argv[5], result)
print(json.dumps(1e3 * statistics.median(times)))
"""


def networks() -> dict[str, tuple[Callable[[], Any], tuple[int, ...]]]:
    """The eight networks: how each is made, and the shape of one sample with its batch."""
    import torch
    from torch import nn
    from well_known import ARCHITECTURES, made

    class Sequence(nn.Module):
        """Two LSTM layers over 64 steps and a classifier."""

        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.LSTM(64, 128, num_layers=2, batch_first=True)
            self.head = nn.Linear(128, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            outputs, _ = self.memory(x)
            result: torch.Tensor = self.head(outputs[:, -1])
            return result

    def well_known(name: str) -> Callable[[], Any]:
        return lambda: made(name)

    names = ("mobilenet_v2", "mobilenet_v3", "efficientnet_b0", "resnet18", "resnet50", "vit_tiny", "unet")
    found: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
        name: (well_known(name), (1, *ARCHITECTURES[name].shape)) for name in names
    }
    return found | {"lstm": (Sequence, (1, 64, 64))}


def write_files(name: str, folder: Path, options: argparse.Namespace) -> dict[str, Path]:
    """The network as an ONNX file and as each converter's LiteRT file, with an input and PyTorch's answer beside them."""
    import numpy as np
    import torch

    make, shape = networks()[name]
    files = {RUNTIME: folder / "model.onnx", OURS: folder / "pt2k.tflite"}
    peers = {"litert-torch": options.litert_torch, "onnx2tf": options.onnx2tf}
    files |= {peer: folder / f"{peer}.tflite" for peer, python in peers.items() if python}
    if not (folder / "wanted.npy").exists():
        torch.manual_seed(0)
        module, example = make().eval(), torch.randn(*shape)
        with torch.no_grad():
            np.save(folder / "wanted.npy", module(example).numpy())
        np.save(folder / "input.npy", example.numpy())
        torch.export.save(torch.export.export(module, (example,), strict=False), str(folder / "model.pt2"))
        torch.onnx.export(module, (example,), str(files[RUNTIME]), dynamo=True, external_data=False, verbose=False)
    if not files[OURS].exists():
        _write_ours(files[RUNTIME], files[OURS])
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

    if peer == "litert-torch":
        command = [python, "-c", LITERT_TORCH, str(folder / "model.pt2"), str(target), *map(str, shape)]
    else:
        place = folder / "onnx2tf"
        pictures = np.random.default_rng(0).random((20, 128, 128, 3), np.float32)  # which it would fetch
        np.save(folder / "calibration_image_sample_data_20x128x128x3_float32.npy", pictures)
        command = [python, "-m", "onnx2tf", "-i", str(folder / "model.onnx"), "-o", str(place), "-n"]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200, cwd=folder)
    if peer == "onnx2tf" and (made := sorted((folder / "onnx2tf").glob("*_float32.tflite"))):
        made[0].rename(target)
    if not target.exists():
        raise RuntimeError((process.stderr or process.stdout)[-2000:] or "it wrote no file")


def timed(file: Path, folder: Path, threads: int) -> tuple[float, float]:
    """Median milliseconds of a process of its own, and the largest difference from PyTorch over its largest output."""
    import numpy as np

    kind = "onnx" if file.suffix == ".onnx" else "tflite"
    with tempfile.TemporaryDirectory() as place:
        result = Path(place) / "result.npy"
        command = [sys.executable, "-c", WORKER, kind, str(file), str(threads), str(folder / "input.npy"), str(result)]
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        if process.returncode:
            raise RuntimeError(process.stderr[-1000:])
        found, wanted = np.load(result), np.load(folder / "wanted.npy")
    if found.shape != wanted.shape and found.ndim == 4:
        found = found.transpose(0, 3, 1, 2)
    off = float(np.abs(found - wanted).max() / np.abs(wanted).max())
    return json.loads(process.stdout.splitlines()[-1]), off


def measure(name: str, folder: Path, options: argparse.Namespace) -> dict[int, dict[str, float]]:
    """Milliseconds by the number of threads and by who wrote the file."""
    files = write_files(name, folder, options)
    if options.against:
        files["PT2K before"] = Path(options.against) / name / "pt2k.tflite"
    times: dict[int, dict[str, list[float]]] = {threads: {who: [] for who in files} for threads in options.threads}
    for _ in range(options.rounds):
        for threads in options.threads:
            for who, file in files.items():
                taken, off = timed(file, folder, threads)
                if off < 1e-3:
                    times[threads][who].append(taken)
                elif not times[threads][who]:
                    print(f"  {name} by {who} gives other numbers than PyTorch: off by {off:.2g}", flush=True)
    return {
        threads: {who: statistics.median(found) for who, found in row.items() if found}
        for threads, row in times.items()
    }


def show(name: str, row: dict[int, dict[str, float]]) -> list[tuple[float, float]]:
    """Print one network's line for each number of threads; the two ratios of each."""
    ratios = []
    for threads, found in row.items():
        ours = found[OURS]
        peers = [taken for who, taken in found.items() if who not in (OURS, RUNTIME, "PT2K before")]
        ratio, runtime = (min(peers) / ours if peers else float("nan")), found[RUNTIME] / ours
        ratios.append((ratio, runtime))
        shown = "  ".join(f"{who} {taken:.2f}" for who, taken in found.items())
        print(
            f"{name:<16} {threads} thread(s): {shown}  | fastest peer {ratio:.2f}, {RUNTIME} {runtime:.2f}", flush=True
        )
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=[])
    parser.add_argument("--litert-torch", default="", metavar="PYTHON")
    parser.add_argument("--onnx2tf", default="", metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--keep", default="", metavar="FOLDER")
    parser.add_argument("--against", default="", metavar="FOLDER", help="files that --keep left, of another PT2K")
    parser.add_argument("--convert-only", action="store_true")
    options = parser.parse_args()
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="pt2k-bench-") as place:
        for name in options.networks or networks():
            folder = Path(options.keep or place) / name
            folder.mkdir(parents=True, exist_ok=True)
            if options.convert_only:
                write_files(name, folder.resolve(), options)
            else:
                ratios += show(name, measure(name, folder.resolve(), options))
    peers = [ratio for ratio, _ in ratios if ratio == ratio]
    if peers:
        slower = sum(ratio < PEER_MARK for ratio in peers)
        print(f"least against the fastest peer: {min(peers):.2f} (mark {PEER_MARK}); {slower} of {len(peers)} below it")
    if ratios:
        runtime = statistics.geometric_mean([ratio for _, ratio in ratios])
        print(f"geometric mean against {RUNTIME}: {runtime:.2f} (mark {RUNTIME_MARK})")


if __name__ == "__main__":
    main()
