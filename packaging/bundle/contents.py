"""What goes into the packaged application: the distributions that PT2K requires, each as it was installed, less what is
heavy and never used there. Lays them out in a staging folder and tells what was left out and what that saved.

The packages stay folders of ``.py`` files with compiled files beside them, as in any Python installation, and do not go
into PyInstaller's archive: ``torch.jit``, ``onnxscript`` and TensorFlow's AutoGraph read the source of functions.
"""

from __future__ import annotations

import compileall
import concurrent.futures
import contextlib
import fnmatch
import importlib.util
import os
import py_compile
import shutil
import struct
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent.parent

# Of pyproject.toml; together they are the extra "app".
EXTRAS = ("torch", "tensorflow", "litert", "inputs", "window", "compare")

# PyInstaller's own hooks know best which parts of Qt belong together.
QT = ("pyside6-essentials", "shiboken6")

# Required by a distribution that is in, and never imported by what runs here: (name, why).
UNUSED_DISTRIBUTIONS = {
    "grpcio": "calls to other machines",
    "hf-xet": "downloads from a hub",
    "libclang": "TensorFlow's build tools",
    "pip": "installs packages",
    "setuptools": "builds extensions",
    "wheel": "builds wheels",
}

# (why, patterns of paths below site-packages). The first that matches takes the file.
LEFT_OUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "C++ headers and build files",
        (
            "tensorflow/include/*",
            "torch/include/*",
            "tensorflow/xla_aot_runtime_src/*",
            "torch/share/cmake/*",
            "numpy/_core/include/*",
            "*.h",
            "*.hpp",
            "*.cuh",
            "*.c",
            "*.cc",
            "*.cpp",
            "*.cu",
            "*.cmake",
            "*.pxd",
            "*.pyx",
            "*.a",
            "*.lib",
            "*.proto",
            "*.pc",
        ),
    ),
    (
        "tests and their data",
        (
            "torch/test/*",
            "onnx/backend/test/*",
            "test/*",
            "tests/*",
            "*/tests/*",
            "*_test.py",
            "*/benchmarks/*",
            "torch/lib/libtorchbind_test*",
            "torch/lib/libjitbackend_test*",
            "torch/lib/libbackend_with_compiler*",
            "torch/lib/libaoti_custom_ops*",
            "matplotlib/mpl-data/sample_data/*",
            "torch/testing/_internal/common_methods_invocations.py",
            "torch/testing/_internal/opinfo/definitions/*",
        ),
    ),
    (
        "command line tools and test programs",
        (
            "torch/bin/protoc*",
            "torch/bin/test_*",
            "torch/bin/*Test",
            "torch/bin/*Test.exe",
            "torch/bin/upgrader_models/*",
            "torch/bin/*.pt*",
            "tensorflow/tools/pip_package/*",
        ),
    ),
    (
        "TensorFlow's profiler plug-in for TensorBoard",
        ("tensorflow/python/profiler/internal/_pywrap_profiler_plugin.*",),
    ),
    (
        "extensions for XLA and StableHLO",
        (
            "tensorflow/compiler/tf2xla/ops/_xla_ops.*",
            "tensorflow/compiler/mlir/stablehlo/stablehlo_extension.*",
        ),
    ),
    (
        "ONNX Runtime a second time, as a C++ library",
        ("onnxruntime/capi/libonnxruntime.*", "onnxruntime/capi/onnxruntime.dll"),
    ),
    (
        "CUDA and other accelerators' libraries",
        (
            "nvidia/*",
            "triton/*",
            "torch/lib/*cuda*",
            "torch/lib/*cudnn*",
            "torch/lib/*nccl*",
            "torch/lib/*cublas*",
            "onnxruntime/capi/*cuda*",
            "onnxruntime/capi/*tensorrt*",
        ),
    ),
    (
        "LiteRT's accelerators and its compilers for phones",
        (
            "ai_edge_litert/libLiteRtWebGpuAccelerator.*",
            "ai_edge_litert/vendors/*",
            "ai_edge_litert/aot/*",
            "ai_edge_litert/tools/apply_plugin_main",
        ),
    ),
    ("type stubs and the installer's records", ("*.pyi", "*/py.typed", "*.dist-info/RECORD", "*.dist-info/INSTALLER")),
    ("compiled files, made anew", ("*.pyc",)),
)

# Packages of whose functions nobody reads the source: their compiled files alone go in.
COMPILED_ONLY = (
    "PIL", "absl", "contourpy", "dateutil", "fontTools", "google", "h5py", "jinja2", "kiwisolver", "matplotlib",
    "mpl_toolkits", "mpmath", "networkx", "numpy", "onnxruntime", "optree", "psutil", "pygments", "pyparsing",
    "reportlab", "requests", "rich", "sympy", "urllib3",
)  # fmt: skip

# Written instead of what was left out where something else imports it without ever calling it.
STAND_INS = {
    "tensorflow/python/profiler/internal/_pywrap_profiler_plugin.py": (
        '"""Stands in for the profiler\'s client, which is not part of this application."""\n\n\n'
        "def __getattr__(name):\n"
        '    raise AttributeError(f"the profiler\'s client is not part of this application: {name}")\n'
    )
}

# Modules of the standard library that no packaged application runs; those of the last line link to libraries under the GPL.
UNUSED_STANDARD = frozenset(
    ("test", "idlelib", "lib2to3", "tkinter", "_tkinter", "turtle", "turtledemo", "ensurepip", "antigravity", "this",
     "pydoc_data", "__phello__", "__hello__", "_testcapi", "_testbuffer", "_testinternalcapi", "_testimportmultiple",
     "_testmultiphase", "_testclinic", "_xxtestfuzz", "_xxsubinterpreters", "xxlimited", "xxlimited_35", "xxsubtype",
     "_ctypes_test", "nis",
     "readline", "gdbm", "_gdbm")
)  # fmt: skip

# Installed beside them for development, and nothing that runs imports them.
UNUSED_TOP_LEVEL = (
    "PyInstaller", "pip", "pkg_resources", "setuptools", "wheel", "_distutils_hack", "clang", "grpc", "distributed", "dask",
)  # fmt: skip

_LOADED = 1  # the type of an ELF segment that is mapped into memory
LEAST_TO_STRIP = 500_000  # bytes; smaller libraries hold hardly any symbols


@dataclass
class Staged:
    """What was laid out: the folder, its size, what was left out by reason, what stripping saved; all in bytes."""

    folder: Path
    size: int = 0
    files: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    stripped: int = 0
    distributions: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The account for a person, in MB."""
        rows = [*self.left_out.most_common(), ("symbols stripped from libraries", self.stripped)]
        told = [f"  {size / 1e6:8.1f} MB  {why}" for why, size in rows if size]
        return [
            f"{len(self.distributions)} distributions staged: {self.files:,} files, {self.size / 1e6:,.0f} MB. Left out:",
            *told,
        ]


def stage(folder: Path, *, strip: bool, recompile: bool) -> Staged:
    """Lay out the distributions in ``folder``, which is made anew.

    Args:
        strip: take the symbols out of large libraries (Linux only; needs ``strip``).
        recompile: compile every file for its new place; otherwise what pip compiled is taken as it is.

    Raises:
        PackageNotFoundError: a requirement is not installed in this environment.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    staged = Staged(folder)
    large: list[Path] = []
    seen: set[PurePosixPath] = set()
    for found in required_distributions():
        name = _key(found.metadata["Name"])
        staged.distributions.append(f"{found.metadata['Name']} {found.version}")
        for entry in found.files or ():
            source = Path(str(entry.locate()))
            path = PurePosixPath(entry.as_posix())
            if path in seen or path.parts[0] == ".." or path.is_absolute() or not source.is_file():
                continue
            seen.add(path)
            size = source.stat().st_size
            if name in QT and ".dist-info" not in path.parts[0]:  # of Qt the licences and the version
                continue
            why = UNUSED_DISTRIBUTIONS.get(name) or _why_left_out(str(path), compiled_too=recompile)
            if why is not None:
                staged.left_out[why] += size
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(source, target)
            staged.files += 1
            if size >= LEAST_TO_STRIP and is_library(target):
                large.append(target)
    for place, text in STAND_INS.items():
        if (folder / place).parent.is_dir():
            (folder / place).write_text(text, encoding="utf-8")
    if strip and sys.platform == "linux":
        staged.stripped = strip_libraries(large)
    if recompile:
        _compile(folder)
        staged.left_out["sources beside compiled files"] = sum(_drop_sources(folder / name) for name in COMPILED_ONLY)
    staged.size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return staged


def move_into(folder: Path, target: Path) -> None:
    """Move all that is below ``folder`` to the same places below ``target``, which is on the same disk: no file is copied, and
    each keeps its date, by which Python knows that a compiled file is still its source's."""
    for path in folder.iterdir():
        place = target / path.name
        if place.is_dir() and not path.is_symlink():
            move_into(path, place)
        else:
            path.replace(place)


def required_distributions() -> list[Distribution]:
    """What pyproject.toml requires for the application, and what that requires in turn, for this platform."""
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in EXTRAS for line in extras[extra])]
    waiting = [Requirement(line) for line in lines]
    found: dict[str, Distribution] = {}
    while waiting:
        requirement = waiting.pop()
        key = _key(requirement.name)
        if key in found or (requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            found[key] = distribution(requirement.name)
        except PackageNotFoundError:
            if key in UNUSED_DISTRIBUTIONS:
                continue
            raise
        waiting += [Requirement(line) for line in found[key].requires or ()]
    return [found[key] for key in sorted(found)]


def top_level_names(folder: Path) -> list[str]:
    """The modules that can be imported from a staging folder."""
    names = {
        path.name.split(".")[0]
        for path in folder.iterdir()
        if path.suffix in (".py", ".so", ".pyd") or (path.is_dir() and "." not in path.name)
    }
    return sorted(names - {"__pycache__"})


def standard_modules() -> list[str]:
    """Every module of the standard library: a user's model may import what neither PT2K nor a framework does."""
    from PyInstaller.utils.hooks import collect_submodules

    names = []
    for name in sorted(sys.stdlib_module_names - UNUSED_STANDARD):
        names.append(name)
        with contextlib.suppress(Exception):  # a module for another platform
            names += collect_submodules(name, filter=lambda n: not {"test", "tests", "idle_test"} & set(n.split(".")))
    return names


def package_data() -> list[Path]:
    """The files inside of the package that are no Python, such as the report's template."""
    package = ROOT / "pt2k_gui"
    found = (path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".typed"))
    return sorted(found)


def guest_sources() -> list[Path]:
    """The modules of PT2K that the user's own interpreter reads: as text, because it can't open PyInstaller's archive."""
    package = ROOT / "pt2k_gui"
    rooms = ("guest", "sources", "export")
    return sorted([*package.glob("*.py"), *(path for room in rooms for path in (package / room).rglob("*.py"))])


def python_licences() -> list[Path]:
    """Python's own licence, where this installation has it."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    places = (
        Path(os.__file__).parent / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc") / name / "copyright",
    )
    return [path for path in places if path.is_file()][:1]


def macos_properties() -> dict[str, object]:
    """``Info.plist`` of the ``.app``: the files that it opens."""
    endings = ("pt2", "pt", "pth", "onnx", "safetensors", "ckpt")
    return {
        "CFBundleDisplayName": "PT2K",
        "LSMinimumSystemVersion": "14.0",
        "NSHighResolutionCapable": True,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Neural network model",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "CFBundleTypeExtensions": list(endings),
            }
        ],
    }


def _key(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _why_left_out(path: str, *, compiled_too: bool) -> str | None:
    for why, patterns in LEFT_OUT:
        if not compiled_too and patterns == ("*.pyc",):
            continue
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns):
            return why
    return None


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def is_library(path: Path) -> bool:
    """Whether a file is native code that is loaded: a shared library or an extension module."""
    return path.suffix in (".so", ".dll", ".pyd", ".dylib") or ".so." in path.name


def strip_libraries(libraries: list[Path]) -> int:
    """Strip in place (each as a file of its own, for the environment's must stay); returns the bytes saved."""

    def strip(path: Path) -> int:
        before = path.stat().st_size
        lean = path.with_name(path.name + ".lean")
        done = subprocess.run(
            ["strip", "--strip-unneeded", "-o", str(lean), str(path)], capture_output=True, text=True, check=False
        )
        if done.returncode or lean.stat().st_size >= before or not _aligned(lean):
            lean.unlink(missing_ok=True)
            return 0
        shutil.copystat(path, lean)
        lean.replace(path)
        return before - path.stat().st_size

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return sum(pool.map(strip, libraries))


def _aligned(library: Path) -> bool:
    """Whether the segments of a 64-bit ELF file can be mapped: ``strip`` displaces those that patchelf moved before."""
    with library.open("rb") as stream:
        header = stream.read(64)
        if header[:5] != b"\x7fELF\x02":
            return False
        (start,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        stream.seek(start)
        table = stream.read(size * count)
    for number in range(count):
        kind, _flags, offset, address, _physical, _in_file, _in_memory, alignment = struct.unpack_from(
            "<IIQQQQQQ", table, number * size
        )
        if kind == _LOADED and alignment > 1 and offset % alignment != address % alignment:
            return False
    return True


def _compile(folder: Path) -> None:
    """Compiled files that name no folder of this machine and stay valid whatever the files' dates are."""
    compileall.compile_dir(
        str(folder),
        maxlevels=64,
        quiet=2,
        workers=os.cpu_count() or 1,
        stripdir=str(folder),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _drop_sources(package: Path) -> int:
    """Put each compiled file where its source was; returns the bytes of the sources."""
    saved = 0
    for source in package.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        if compiled.is_file():
            saved += source.stat().st_size
            compiled.replace(source.with_suffix(".pyc"))
            source.unlink()
    for cache in sorted(package.rglob("__pycache__")):
        if not any(cache.iterdir()):
            cache.rmdir()
    return saved
