"""From a ``.pt2`` to a checked ``.keras`` and ``.tflite``: the whole command, against a converter that checks nothing.

    python tests/benchmarks/bench_time_to_file.py [NETWORK ...] [--peer PYTHON] [--rounds 3] [--window] [--against COMMIT-FOLDER]

The networks are those of ``well_known.py`` (resnet18 by default) and ``super_resolution``. Each round runs, in turn and each as
a process of its own from its start to its end:

- ``pt2k convert NETWORK.pt2 -o out.keras -o out.tflite``: opens, exports, converts, compares with PyTorch, writes, opens each
  file again and compares;
- litert-torch with the Python that ``--peer`` names (an environment with ``litert-torch`` installed): opens the same file and
  writes a ``.tflite``;
- with ``--against``, the same command of another checkout of PT2K.

Printed are the medians in seconds (wall, and processor time of all processes together, which says more on a busy machine), the
ratio to the peer, where the time goes by stage, and how long a second conversion takes in the warm process that a window keeps.

Marks: at most 1.5 times the time of litert-torch; a second conversion in a warm window within 5 seconds.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

from pt2k_gui.progress import SilentContext, StageDone  # noqa: E402

PEER = """
import sys, torch, litert_torch
program = torch.export.load(sys.argv[1])
example = (torch.randn(*map(int, sys.argv[3:])),)
litert_torch.convert(program.module(), example).export(sys.argv[2])
"""
MARK, SECOND_MARK = 1.5, 5.0
SUPER_RESOLUTION = "super_resolution"


def write_program(name: str, path: Path) -> tuple[int, ...]:
    """Write the network as an export program; the shape of its example."""
    import torch
    from torch import nn
    from well_known import ARCHITECTURES, made

    if name == SUPER_RESOLUTION:
        layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, padding=1), nn.ReLU()]
        for _ in range(8):
            layers += [nn.Conv2d(32, 32, 3, padding=1), nn.ReLU()]
        module: nn.Module = nn.Sequential(*layers, nn.Conv2d(32, 48, 3, padding=1), nn.PixelShuffle(4)).eval()
        example, shapes = torch.randn(1, 3, 224, 224), None
    else:
        module, example = made(name), torch.randn(2, *ARCHITECTURES[name].shape)
        shapes = ({0: torch.export.Dim.DYNAMIC},)
    torch.export.save(torch.export.export(module, (example,), dynamic_shapes=shapes, strict=False), str(path))
    return tuple(example.shape)


def timed(command: list[str], **environment: str) -> tuple[float, float, str]:
    """Wall and processor seconds of a process and its own, and what it said on stderr. Raises where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    # As installed: what Python compiles of a checkout is kept, as installers keep it of a package.
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.run(command, capture_output=True, text=True, check=False, env={**around, **environment})
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{process.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, process.stderr


def stages(said: str) -> dict[str, float]:
    """Seconds by the name of the stage, from what the command says."""
    found = re.findall(r"^([A-Z][^:\n]*): .*\((\d+\.\d+) s\)$", said, re.MULTILINE)
    return {name: float(seconds) for name, seconds in found}


class Stages(SilentContext):
    """Collects the seconds of a job's stages by name."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, float] = {}

    def event(self, event: object) -> None:
        """Take the end of a stage."""
        if isinstance(event, StageDone):
            self.seconds[str(event.name)] = event.seconds


def second_in_window(program: Path, folder: Path) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Seconds of the first and the second conversion in one process, with its frameworks imported, as a window has it: by job,
    to the files written, opened again and compared; and those of the second by stage."""
    from pt2k_gui.jobs import convert, export, load, save, verify
    from pt2k_gui.jobs.child import FRAMEWORKS
    from pt2k_gui.jobs.process import Child
    from pt2k_gui.jobs.running import run_in_child
    from pt2k_gui.jobs.warm import Request as Warm
    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SUITABLE, SampleChoice

    context, taken = Stages(), list[dict[str, float]]()
    child = Child(warm=False)
    try:
        run_in_child(child, Warm(FRAMEWORKS), context)
        for number in range(2):
            copy = folder / f"model-{number}.pt2"
            copy.write_bytes(program.read_bytes())
            source, onnx, keras = Source(str(copy)), str(folder / "w.onnx"), str(folder / f"w{number}.keras")
            samples = SampleChoice("random", count=SUITABLE)
            seconds: dict[str, float] = {}

            def timed_job(request: Any, seconds: dict[str, float] = seconds) -> Any:
                began = time.perf_counter()
                answer = run_in_child(child, request, context)
                seconds[type(request).__module__.rpartition(".")[2]] = time.perf_counter() - began
                return answer

            context.seconds.clear()
            card = timed_job(load.Request(source))
            timed_job(export.Request(source, card.inputs, onnx))
            timed_job(convert.Request(onnx, keras, to_be_saved=True))
            found = timed_job(verify.Request(source, onnx, keras, str(folder), samples))
            assert found.same, found.verdict.sentence
            targets = tuple((kind, str(folder / f"saved-{number}.{kind}")) for kind in ("keras", "tflite"))
            timed_job(save.Request(keras, onnx, targets, True, source, samples, card))
            taken.append(seconds)
    finally:
        child.kill()
    return taken[0], taken[1], context.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=["resnet18"])
    parser.add_argument("--peer", default=os.environ.get("PT2K_LITERT_PYTHON", ""), metavar="PYTHON")
    parser.add_argument("--against", default="", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", action="store_true", help="only the second conversion in a warm window")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pt2k-bench-") as place:
        for name in options.networks:
            _one(name, Path(place), options)


def _one(name: str, folder: Path, options: argparse.Namespace) -> None:
    program = folder / f"{name}.pt2"
    shape = write_program(name, program)
    if options.window:
        print(f"\n{name}", flush=True)
        _second(program, folder, options.rounds)
        return
    outputs = [part for ending in ("keras", "tflite") for part in ("-o", str(folder / f"out.{ending}"))]
    convert = [sys.executable, "-m", "pt2k_gui.cli", "convert", str(program), *outputs, "--force"]
    candidates: dict[str, tuple[list[str], dict[str, str]]] = {"PT2K": (convert, {"PYTHONPATH": str(ROOT)})}
    if options.against:
        candidates["PT2K before"] = (convert, {"PYTHONPATH": options.against})
    if options.peer:
        sizes = [str(size) for size in shape]
        peer = [options.peer, "-c", PEER, str(program), str(folder / "peer.tflite"), *sizes]
        candidates["litert-torch"] = (peer, {})
    walls: dict[str, list[float]] = {who: [] for who in candidates}
    cpus: dict[str, list[float]] = {who: [] for who in candidates}
    said: dict[str, str] = {}
    for _ in range(options.rounds):
        for who, (command, environment) in candidates.items():
            wall, cpu, said[who] = timed(command, **environment)
            walls[who].append(wall)
            cpus[who].append(cpu)
    print(f"\n{name}: median of {options.rounds}", flush=True)
    for who in candidates:
        wall, cpu = statistics.median(walls[who]), statistics.median(cpus[who])
        print(f"  {who:<14} {wall:6.1f} s wall  {cpu:6.1f} s of processor time")
    if options.peer:
        ratio = statistics.median(walls["PT2K"]) / statistics.median(walls["litert-torch"])
        print(f"  {ratio:.2f} times litert-torch, which checks nothing (mark: {MARK})")
    for who in [who for who in candidates if who != "litert-torch"]:
        print(f"  stages of {who}, last round (those of two processes overlap):")
        for stage, seconds in stages(said[who]).items():
            print(f"    {stage:<32} {seconds:6.2f} s  {seconds / walls[who][-1]:4.0%}")
    _second(program, folder, options.rounds)


def _second(program: Path, folder: Path, rounds: int) -> None:
    """Print how long a second conversion takes in a warm window: the median round by job and by stage."""
    taken = sorted((second_in_window(program, folder) for _ in range(rounds)), key=lambda row: sum(row[1].values()))
    first, second, parts = taken[len(taken) // 2]
    total = sum(second.values())
    all_of_them = ", ".join(f"{sum(row[1].values()):.1f}" for row in taken)
    print(f"  in a warm window, from the .pt2 to checked .keras and .tflite: first {sum(first.values()):.1f} s, second")
    print(f"  {total:.1f} s (mark: {SECOND_MARK:.0f}; {rounds} windows: {all_of_them})")
    for title, row in (("job", second), ("stage", parts)):
        print(f"  by {title}:")
        for name, seconds in row.items():
            print(f"    {name:<32} {seconds:6.2f} s  {seconds / total:4.0%}", flush=True)


if __name__ == "__main__":
    main()
