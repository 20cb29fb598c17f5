"""From the command to the first window that shows: the packaged application against the source tree, taken in turns.

    python tests/benchmarks/bench_packaged_start.py [FOLDER_OF_THE_APPLICATION [ROUNDS]]

Needs a display and ``xdotool``. Target: the packaged one takes at most twice as long.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds


def main(arguments: list[str]) -> int:
    bundle = Path(arguments[0]) if arguments else ROOT / "dist" / "pt2k"
    rounds = int(arguments[1]) if len(arguments) > 1 else 7
    commands = {
        "source tree": [sys.executable, "-m", "pt2k_gui"],
        "packaged": [str(bundle.resolve() / "pt2k-gui")],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = first_window(command)
            if number:  # the first round fills the disk's cache
                seconds[name].append(taken)
    for name, values in seconds.items():
        print(
            f"{name:12} median {statistics.median(values):.2f} s, least {min(values):.2f} s, most {max(values):.2f} s"
        )
    ratio = statistics.median(seconds["packaged"]) / statistics.median(seconds["source tree"])
    print(f"packaged / source tree: {ratio:.2f}")
    return 0


def first_window(command: list[str]) -> float:
    """Seconds until the process shows a window; it is ended then."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        environment = {**os.environ, "PT2K_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.pop("QT_QPA_PLATFORM", None)
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        search = ["xdotool", "search", "--onlyvisible", "--all", "--pid", str(process.pid), "--name", "PT2K"]
        try:
            while not subprocess.run(search, capture_output=True, check=False).stdout.strip():
                if time.perf_counter() - began > PATIENCE or process.poll() is not None:
                    raise TimeoutError(f"{command[0]} showed no window")
            return time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
