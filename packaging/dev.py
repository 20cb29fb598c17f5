"""Run PT2K from its source tree, check it, or build its packages, on a machine that has nothing but Python.

    python3 packaging/dev.py run  [FILE]          opens the window; without a display it runs ``pt2k demo``
    python3 packaging/dev.py test [PYTEST ARGS]   ruff, mypy, import-linter and the test suite
    python3 packaging/dev.py check                all of test, and at the same time bundle --quick
    python3 packaging/dev.py bundle [--quick]     the packaged application in dist/, on Linux a .deb and a .tar.xz too;
                                                  --quick makes the application alone, and runs its tests

All make ``.venv`` beside ``pyproject.toml`` and install the versions in ``packaging/constraints.txt``, once. Only the standard
library is used here. Tried on Linux; written for Windows and macOS too, but not yet run there.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes.util
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
STAMP = ENVIRONMENT / "installed.sha256"
LEAST_PYTHON = (3, 11)

# Shared libraries that Qt looks for and the Debian packages that hold them; a desktop has them all.
QT_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon": "libxkbcommon0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-shape": "libxcb-shape0",
    "xcb-xinerama": "libxcb-xinerama0",
}
TEST_PROGRAMS = {"Xvfb": "xvfb"}
BUILD_PROGRAMS = {
    "objdump": "binutils",
    "strip": "binutils",
    "dpkg-shlibdeps": "dpkg-dev",
    "xz": "xz-utils",
    "mksquashfs": "squashfs-tools",
}
TEST_FONTS = "fonts-dejavu-core"
# A PyTorch of another version with torchvision, for the tests of other interpreters: 250 MB and about two minutes, so that
# only the long run fetches it. The everyday one uses it where it is.
OTHER_PYTORCH = {"/usr/lib/python3/dist-packages/torchvision": "python3-torchvision"}
# What is neither a test nor the application, each a command of the environment's Python.
CHECKS = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy"),
    ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"),
)
BUNDLE_TESTS = "tests/packaging/test_bundle.py"
# Rooms of tests that are run in several parts, so that none is much longer than the others; and which take longest.
SPLIT = {"convert": 2, "sources": 2}
# Those whose own process is a fork of the one that has the frameworks. The others start theirs: tests of the window and of the
# start itself need no framework, and those of the other rooms have not been shown to be independent of how they were started.
FORKED = ("tests/save", "tests/export")
# Files of the window's tests that have a process each; the others share a few.
ALONE = ("test_three_models", "test_walk", "test_lifetimes", "test_monkey", "test_foreign_walk")
SHARED = 5
LONGEST = (
    "tests/save", "tests/jobs", "tests/cli", "tests/convert", "tests/verify", "tests/gui/test_three_models",
    "tests/gui/test_walk", "tests/sources", "tests/export", "tests/gui/test_foreign_walk", "tests/gui",
)  # fmt: skip
Part = tuple[str, Callable[[IO[bytes]], int]]  # its name, and what runs it, given where its words go
BUILD_LIMIT = 3 * 60 * 60.0  # seconds; a machine with one slow core compresses for an hour
SUITE_LIMIT = 60 * 60.0  # seconds; four times what the everyday suite is meant to take


def main(arguments: list[str]) -> int:
    """Carry out one of the commands; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="packaging/dev.py", description="Run PT2K from its source tree, test it, or build its packages."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="open the window (without a display: run the demo)")
    run_parser.add_argument("file", nargs="?", help="a model to open")
    commands.add_parser("test", help="run ruff, mypy, import-linter and the tests; further arguments go to pytest")
    commands.add_parser("check", help="all of test, and at the same time bundle --quick")
    bundle_parser = commands.add_parser("bundle", help="build the packaged application, the .deb and the .tar.xz")
    bundle_parser.add_argument(
        "--quick", action="store_true", help="the application alone, not stripped, and its tests"
    )
    bundle_parser.add_argument("--level", default="9", help="how hard xz compresses, 0 to 9 (default: 9)")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if sys.version_info < LEAST_PYTHON:
        return _say(f"PT2K needs Python {'.'.join(map(str, LEAST_PYTHON))} or newer; this is {sys.version.split()[0]}.")
    if options.command in ("test", "check"):
        _provide_system_packages(TEST_PROGRAMS)
    if options.command in ("bundle", "check"):
        _provide_system_packages(BUILD_PROGRAMS)
    if not _provide_environment():
        return 2
    if options.command == "check":
        return _check()
    if options.command == "bundle":
        return _bundle(options.level, quick=options.quick)
    return _run(options.file) if options.command == "run" else _test(rest)


def _run(file: str | None) -> int:
    if _has_display():
        return _python("-m", "pt2k_gui", *([file] if file else []))
    output = ROOT / "build" / "demo"
    output.mkdir(parents=True, exist_ok=True)
    _say(f"There is no display here, so the window can't be opened. Running the tutorial instead: pt2k demo {output}")
    return _python("-m", "pt2k_gui.cli", "demo", str(output))


def _test(pytest_arguments: list[str]) -> int:
    """Every check runs, so that one run shows all that is wrong."""
    if not pytest_arguments:
        return _at_once(_suite())
    statuses = [_python(*command) for command in CHECKS]
    statuses.append(_python("-m", "pytest", *pytest_arguments, limit=SUITE_LIMIT))
    return next((status for status in statuses if status), 0)


def _check() -> int:
    """What a change has to pass: the suite, and the packaged application in its reduced form, which is built meanwhile."""

    def packaged(output: IO[bytes]) -> int:
        return _bundle("9", quick=True, output=output)

    return _at_once([("packaged application", packaged), *_suite()])


def _suite() -> list[Part]:
    """The checks and the tests in parts that don't disturb each other, the longest first. The window's tests have several
    processes: after hundreds of windows in one process Qt has been seen to crash, in whichever test came next."""
    tests = ROOT / "tests"
    parts: dict[str, list[Path]] = {f"tests/gui/{name}.py": [tests / "gui" / f"{name}.py"] for name in ALONE}
    windows = sorted(path for path in (tests / "gui").rglob("test_*.py") if path.stem not in ALONE)
    parts |= {f"tests/gui, {number + 1} of {SHARED}": windows[number::SHARED] for number in range(SHARED)}
    parts["tests"] = sorted(tests.glob("test_*.py"))
    for room in sorted(path for path in tests.iterdir() if path.name != "gui"):
        files = sorted(room.rglob("test_*.py"), key=lambda path: path.stat().st_size)
        count = SPLIT.get(room.name, 1)
        for number in range(count if files else 0):
            name = f"tests/{room.name}" + (f", {number + 1} of {count}" if count > 1 else "")
            parts[name] = files[number::count]
    return [
        ("ruff, mypy, import-linter", lambda output: max(_python(*command, output=output) for command in CHECKS)),
        *((name, functools.partial(_tests_of, name, parts[name])) for name in sorted(parts, key=_rank)),
    ]


def _rank(name: str) -> tuple[int, str]:
    return next((place for place, part in enumerate(LONGEST) if name.startswith(part)), len(LONGEST)), name


def _tests_of(name: str, files: list[Path], output: IO[bytes]) -> int:
    forked = name in FORKED and sys.platform == "linux"
    pytest = ["tests/shared/part.py"] if forked else ["-m", "pytest"]
    arguments = ["-q", "--durations=5", "--durations-min=15", *(str(path.relative_to(ROOT)) for path in files)]
    return _python(*pytest, *arguments, limit=SUITE_LIMIT, output=output)


def _at_once(parts: list[Part]) -> int:
    """Two parts at a time, in their order; each one's words are printed together when it has ended, and in the end a table of
    what each took. Returns the first status that is not 0."""
    began = time.monotonic()
    printing = threading.Lock()

    counts: Counter[str] = Counter()

    def run(part: Part) -> tuple[str, int, float]:
        name, work = part
        start = time.monotonic()
        with tempfile.TemporaryFile() as output:
            status = work(output)
            output.seek(0)
            words = output.read().decode(errors="replace")
        with printing:
            counts.update(_outcomes(words))
            print(f"\n=== {name} ===\n{words.rstrip()}", flush=True)
        return name, status, time.monotonic() - start

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))
    with tempfile.TemporaryDirectory(prefix="pt2k-tests-") as shared, _fork_server(Path(shared)):
        os.environ["PT2K_TEST_SHARED"] = shared  # takes what several parts would make again
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(run, parts))
    print("\n=== all parts ===")
    for name, status, seconds in sorted(ended, key=lambda part: -part[2]):
        print(f"{seconds:6.0f} s  {'ok    ' if not status else 'FAILED'}  {name}")
    print(f"{time.monotonic() - began:6.0f} s  in all")
    failed = counts["failed"] + counts["error"] + counts["errors"]
    print(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped", flush=True)
    return next((status for _, status, _ in ended if status), 0)


@contextlib.contextmanager
def _fork_server(shared: Path) -> Iterator[None]:
    """The process that imports the frameworks for the processes of all tests (``tests/shared/forked.py``)."""
    if sys.platform != "linux":
        yield
        return
    os.environ["PT2K_TEST_SERVER"] = str(shared / "server")
    command = [_interpreter(), str(ROOT / "tests" / "shared" / "server.py"), os.environ["PT2K_TEST_SERVER"]]
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _outcomes(words: str) -> Counter[str]:
    """How many tests passed, failed, ... by the last lines of the runs of pytest that printed this."""
    closing = re.findall(r"^[= ]*((?:\d+ [a-z]+, )*\d+ [a-z]+) in [\d.]+s\b.*$", words, re.MULTILINE)
    found: Counter[str] = Counter()
    for count, outcome in re.findall(r"(\d+) ([a-z]+)", "\n".join(closing)):
        found[outcome] += int(count)
    return found


def _bundle(level: str, *, quick: bool, output: IO[bytes] | None = None) -> int:
    command = ["packaging/bundle/build.py", "--level", level, *(["--quick"] if quick else [])]
    status = _python(*command, limit=BUILD_LIMIT, output=output)
    if status or not quick:
        return status
    bundle = {"PT2K_BUNDLE": str(ROOT / "dist" / "pt2k")}
    return _python("-m", "pytest", BUNDLE_TESTS, limit=SUITE_LIMIT, output=output, environment=bundle)


def _python(
    *arguments: str,
    limit: float | None = None,
    output: IO[bytes] | None = None,
    environment: dict[str, str] | None = None,
) -> int:
    """Run the environment's Python; after ``limit`` seconds it and every process that it started is ended. What it prints
    goes to ``output``, where that is given."""
    grouped = limit is not None and os.name == "posix"
    process = subprocess.Popen(
        [_interpreter(), *arguments],
        cwd=ROOT,
        start_new_session=grouped,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env={**os.environ, **(environment or {})},
    )
    try:
        return process.wait(timeout=limit)
    except subprocess.TimeoutExpired:
        _say(f"{' '.join(arguments)}: not finished after {limit:.0f} seconds, so it was ended.")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if grouped:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()


def _interpreter() -> str:
    return str(ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))


def _provide_environment() -> bool:
    """Make the virtual environment and install into it, unless that was done for these very versions."""
    content = (ROOT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes()
    wanted = hashlib.sha256(content + str(ROOT).encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return True
    if not Path(_interpreter()).exists():
        _say("Making a virtual environment in .venv ...")
        try:
            venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
        except (subprocess.CalledProcessError, OSError) as error:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            _say(f"The virtual environment could not be made ({error}).")
            _say("On Debian and Ubuntu install the package python3-venv; elsewhere check the free space.")
            return False
    _say("Installing PT2K and what it needs (PyTorch and TensorFlow are large: this takes some minutes) ...")
    # torch first and by itself: with it in place no other package's open range fetches another build of it.
    for what in (["torch"], ["-e", ".[app,dev,bundle]"]):
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(CONSTRAINTS))
        status = _python(*pip, *what)
        if status:
            _say("The installation failed; pip's message is above. Run the same command again once that is mended.")
            return False
    STAMP.write_text(wanted)
    return True


def _has_display() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _provide_system_packages(programs: dict[str, str]) -> None:
    """On Linux, what Qt and these programs need beyond Python: installed if this is root, named if it is not."""
    if sys.platform != "linux":
        return
    missing = [package for library, package in QT_LIBRARIES.items() if not ctypes.util.find_library(library)]
    missing += [package for program, package in programs.items() if not shutil.which(program)]
    if os.environ.get("PT2K_FULL") == "1" and programs is TEST_PROGRAMS:
        missing += [package for place, package in OTHER_PYTORCH.items() if not Path(place).exists()]
    if not shutil.which("fc-list") and not any(Path("/usr/share/fonts").glob("**/*.ttf")):
        missing.append(TEST_FONTS)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _say(f"Installing what this needs: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    else:
        _say(f"This may fail for want of system packages. On Debian and Ubuntu: sudo {' '.join(command)}")


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
