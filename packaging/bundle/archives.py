"""Makes the ``.tar.xz`` for other distributions: the one-folder application, which runs where it is unpacked, and a script
that installs it for one user or for all."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import debian
import desktop

import pt2k_gui


def build(application: Path, scratch: Path, output: Path, *, level: int) -> Path:
    """Make the archive of ``application`` (a folder) in ``output``, compressed at xz's ``level``; returns its path.

    Raises:
        subprocess.CalledProcessError: tar or xz failed; its message is on stderr.
    """
    name = f"pt2k-{pt2k_gui.__version__}"
    root = scratch / "archive"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    folder = root / name
    shutil.copytree(application, folder, symlinks=True, copy_function=debian.link)
    for place, source in desktop.shared_files().items():
        target = folder / "share" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copyfile(desktop.LINUX / "install.sh", folder / "install.sh")
    (folder / "install.sh").chmod(0o755)
    target = output / f"{name}-linux-{platform.machine()}.tar.xz"
    command = ["tar", "--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"]
    command += [f"--use-compress-program=xz -{level} -T2", "--file", str(target), "--directory", str(root), name]
    subprocess.run(command, check=True)
    return target
