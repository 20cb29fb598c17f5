"""Makes the AppImage: one file that runs on other distributions without being installed. It is the AppImage project's runtime
(a small program that mounts what follows it) with a squashfs of the application behind it.

The runtime is not ours and is not in this repository: ``PT2K_APPIMAGE_RUNTIME`` names the file (``runtime-x86_64`` of
https://github.com/AppImage/type2-runtime/releases). Without it the folder is made and no AppImage.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import debian
import desktop

import pt2k_gui

RUNTIME = "PT2K_APPIMAGE_RUNTIME"
HOME = Path("usr/lib/pt2k")
_ELF = b"\x7fELF"
# The window without arguments or with a file, the command line by the name pt2k: AppRun looks at how it was called.
_APPRUN = """#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
case $(basename -- "${ARGV0:-$0}") in
    pt2k) exec "$here/usr/lib/pt2k/pt2k" "$@" ;;
esac
case ${1:-} in
    --cli) shift; exec "$here/usr/lib/pt2k/pt2k" "$@" ;;
esac
exec "$here/usr/lib/pt2k/pt2k-gui" "$@"
"""


def build(application: Path, scratch: Path, output: Path, *, level: int) -> Path:
    """Make the AppImage of ``application`` (a folder) in ``output``; returns its path, or where there is no runtime that of
    the folder that would go into it.

    Args:
        level: how hard zstd tries, as xz's 0 to 9.

    Raises:
        ValueError: what ``PT2K_APPIMAGE_RUNTIME`` names is no program.
        subprocess.CalledProcessError: mksquashfs failed; its message is on stderr.
    """
    folder = make_folder(application, scratch)
    runtime = os.environ.get(RUNTIME, "")
    if not runtime:
        print(f"No AppImage: {RUNTIME} does not name the AppImage project's runtime. The folder for it is there.")
        return folder
    start = Path(runtime).read_bytes()
    if not start.startswith(_ELF):
        raise ValueError(f"{runtime} is no program for Linux")
    squash = scratch / "appimage.squashfs"
    squash.unlink(missing_ok=True)
    command = ["mksquashfs", str(folder), str(squash), "-root-owned", "-noappend", "-no-progress", "-quiet"]
    command += ["-comp", "zstd", "-Xcompression-level", str(1 + level * 2), "-mkfs-time", "0"]
    subprocess.run(command, check=True)
    target = output / f"PT2K-{pt2k_gui.__version__}-{platform.machine()}.AppImage"
    with target.open("wb") as stream:
        stream.write(start)
        with squash.open("rb") as content:
            shutil.copyfileobj(content, stream)
    target.chmod(0o755)
    squash.unlink()
    return target


def make_folder(application: Path, scratch: Path) -> Path:
    """Lay out the AppDir: AppRun, the application, and what a desktop wants to know."""
    folder = scratch / "PT2K.AppDir"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / HOME).parent.mkdir(parents=True)
    shutil.copytree(application, folder / HOME, symlinks=True, copy_function=debian.link)
    for place, source in desktop.shared_files().items():
        target = folder / "usr/share" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copyfile(desktop.LINUX / "pt2k.desktop", folder / "pt2k.desktop")
    shutil.copyfile(desktop.LINUX / "icons/hicolor/256x256/apps/pt2k.png", folder / "pt2k.png")
    (folder / ".DirIcon").symlink_to("pt2k.png")
    (folder / "AppRun").write_text(_APPRUN, encoding="utf-8")
    (folder / "AppRun").chmod(0o755)
    return folder
