"""Makes the ``.deb``: the one-folder application below /usr/lib, its two commands, and what a desktop wants to know.

It has no maintainer scripts: the triggers of the desktop's own packages pick up icons, MIME types and menu entries. What it
depends on is read from the libraries themselves (``dpkg-shlibdeps``).
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from email.utils import formatdate
from pathlib import Path

import contents
import desktop

import pt2k_gui

MAINTAINER = "The PT2K founders <founders@pt2k.invalid>"
HOME = Path("usr/lib/pt2k")
# Text needs a font; the rest of what Qt wants it links to.
_FONTS = "fonts-dejavu-core | fonts-noto-core | fonts-liberation2 | fonts-freefont-ttf"
_RECOMMENDS = "xdg-utils, xdg-desktop-portal, shared-mime-info, hicolor-icon-theme"

_DESCRIPTION = """\
Turn a PyTorch model into a Keras model and see that the two are the same
 PT2K opens a PyTorch file (or trains the digit classifier that comes with
 it), exports it to ONNX, and builds a Keras model of ordinary Keras layers,
 which loads on machines where PT2K was never installed. It measures whether
 the two models give the same answers, shows every digit with the predictions
 of PyTorch, ONNX Runtime and Keras, and saves to Keras, HDF5, SavedModel,
 LiteRT and ONNX; every file is opened again and checked.
 .
 PyTorch, TensorFlow and ONNX Runtime (for the processor alone) are inside;
 nothing is downloaded."""


def build(application: Path, scratch: Path, output: Path, *, level: int) -> Path:
    """Make the package of ``application`` (a folder) in ``output``, compressed at xz's ``level``; returns its path.

    Raises:
        subprocess.CalledProcessError: one of dpkg's tools failed; its message is on stderr.
    """
    root = scratch / "debian"
    shutil.rmtree(root, ignore_errors=True)
    tree = root / "tree"
    home = tree / HOME
    home.parent.mkdir(parents=True)
    shutil.copytree(application, home, symlinks=True, copy_function=link)
    commands = tree / "usr/bin"
    commands.mkdir()
    for name in ("pt2k", "pt2k-gui"):
        (commands / name).symlink_to(f"../lib/pt2k/{name}")
    for place, source in desktop.shared_files().items():
        _write(tree / "usr/share" / place, source.read_bytes(), compress=place.startswith("man/"))
    _write_documents(tree / "usr/share/doc/pt2k")
    _write(tree / "usr/share/lintian/overrides/pt2k", _OVERRIDES.encode())
    _normalise(tree)
    _write_control(root, tree)
    package = output / f"pt2k_{pt2k_gui.__version__}_{_architecture()}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(tree), str(package)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return package


def _write_documents(folder: Path) -> None:
    version = pt2k_gui.__version__
    entry = (
        f"pt2k ({version}) unstable; urgency=medium\n\n  * The changes are told in CHANGELOG.md.\n\n"
        f" -- {MAINTAINER}  {formatdate(_date())}\n"
    )
    _write(folder / "changelog.gz", entry.encode(), compress=True, suffix="")
    _write(folder / "CHANGELOG.md.gz", (contents.ROOT / "CHANGELOG.md").read_bytes(), compress=True, suffix="")
    licence = (contents.ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    holder = next(line for line in licence if line.startswith("Copyright (c) "))
    indented = "".join(f" {line}\n" if line.strip() else " .\n" for line in licence[licence.index(holder) + 2 :])
    text = (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: PT2K\n"
        "Comment: The licences of the packages inside stand beside each of them, in\n"
        f" /{HOME}/_internal/*.dist-info.\n\n"
        f"Files: *\nCopyright: {holder.removeprefix('Copyright (c) ')}\nLicense: MIT\n{indented}"
    )
    _write(folder / "copyright", text.encode())


def _write_control(root: Path, tree: Path) -> None:
    size = sum(1 + path.lstat().st_size // 1024 for path in tree.rglob("*"))
    lines = [
        "Package: pt2k",
        f"Version: {pt2k_gui.__version__}",
        f"Architecture: {_architecture()}",
        f"Maintainer: {MAINTAINER}",
        f"Installed-Size: {size}",
        f"Depends: {_depends(root, tree)}, {_FONTS}",
        f"Recommends: {_RECOMMENDS}",
        "Section: science",
        "Priority: optional",
        f"Description: {_DESCRIPTION}",
    ]
    control = tree / "DEBIAN" / "control"
    control.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sums = subprocess.run(
        ["find", "usr", "-type", "f", "-exec", "md5sum", "{}", "+"],
        cwd=tree,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (tree / "DEBIAN" / "md5sums").write_text("".join(sorted(sums.splitlines(True), key=lambda line: line[34:])))


def _depends(root: Path, tree: Path) -> str:
    """The packages that hold the libraries which the bundle links to and does not bring, in versions that are new enough."""
    (root / "debian").mkdir(exist_ok=True)
    (tree / "DEBIAN").mkdir()
    (root / "debian" / "control").write_text("Source: pt2k\n\nPackage: pt2k\nArchitecture: any\n")
    native = [path for path in (tree / HOME).rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]
    private = sorted({path.parent for path in native})
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"]
    command += [f"-l{folder}" for folder in private] + [f"-x{name}" for name in _owners({path.name for path in native})]
    command += [f"-e{path}" for path in native]
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    found = re.search(r"^shlibs:Depends=(.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise ValueError("dpkg-shlibdeps named no dependency")
    return found.group(1)


def _owners(bundled: set[str]) -> list[str]:
    """The packages whose libraries the bundle brings itself: the build machine may have them, the user needs none."""
    cache = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    places = [line.split(" => ")[1] for line in cache.splitlines() if " => " in line and line.split()[0] in bundled]
    # The linker's cache says /lib where dpkg's records may say /usr/lib: one is a link to the other.
    places += [f"/usr{place}" for place in places if place.startswith("/lib")]
    found = subprocess.run(["dpkg", "-S", *places], check=False, capture_output=True, text=True).stdout
    return sorted({line.split(":")[0] for line in found.splitlines()})


def _is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _normalise(tree: Path) -> None:
    """Readable by all, writable by the owner; only programs are executable."""
    programs = {tree / HOME / name for name in ("pt2k", "pt2k-gui")}
    for path in tree.rglob("*"):
        if path.is_symlink():
            continue
        executable = path.is_dir() or path in programs or (path.name == "torch_shm_manager")
        path.chmod(0o755 if executable else 0o644)


def _write(path: Path, content: bytes, *, compress: bool = False, suffix: str = ".gz") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if compress:
        path = path.with_name(path.name + suffix)
        content = gzip.compress(content, 9, mtime=0)
    path.write_bytes(content)


def link(source: str, target: str) -> None:
    """Put a file in a second place without a second copy, where that can be."""
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()


def _date() -> float:
    return float(os.environ.get("SOURCE_DATE_EPOCH") or (contents.ROOT / "CHANGELOG.md").stat().st_mtime)


# The frameworks' wheels bring libraries of their own, in the versions that they were tested with. The packages inside keep
# compiled files beside their sources, since nothing compiles them on installation. Small libraries keep their few symbols
# (``contents.LEAST_TO_STRIP``), and the two executables are PyInstaller's, which are built to a fixed address.
_OVERRIDES = """\
pt2k: embedded-library *
pt2k: custom-library-search-path *
pt2k: package-installs-python-bytecode *
pt2k: package-installs-python-pycache-dir *
pt2k: shared-library-lacks-prerequisites *
pt2k: unstripped-binary-or-object *
pt2k: hardening-no-pie *
"""
