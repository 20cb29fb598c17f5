"""Tries the ``.tar.xz`` as an ordinary user would: unpacks it, runs ``install.sh`` with an empty home folder, looks for the menu
entry, the types of files, icons and man pages, runs the tutorial, opens the window without and with a display, installs
once more over it, uninstalls, and tells what is left.

    python3 packaging/bundle/trial_archive.py [ARCHIVE]

Only the standard library is used. Run by root it acts as a user without rights; a display needs ``Xvfb`` and ``xdotool``, and
without them that step is named as left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VISITOR = 1000  # the user that root acts as
PATIENCE = 900.0  # seconds for one command
SETTINGS = ".config/pt2k/kept.json"  # stands for what a person keeps over an upgrade and after removal
INSTALLED = (
    "bin/pt2k",
    "bin/pt2k-gui",
    "lib/pt2k/install.sh",
    "share/applications/pt2k.desktop",
    "share/mime/packages/pt2k.xml",
    "share/metainfo/org.pt2k.PT2K.metainfo.xml",
    "share/icons/hicolor/48x48/apps/pt2k.png",
    "share/icons/hicolor/scalable/apps/pt2k.svg",
    "share/man/man1/pt2k.1",
    "share/man/man1/pt2k-gui.1",
)
OWN_PLACES = (".config/pt2k/", ".cache/pt2k/", ".local/state/pt2k/")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Try the .tar.xz and its install.sh.")
    parser.add_argument("archive", nargs="?", type=Path, help="default: the newest in dist/")
    options = parser.parse_args(arguments)
    archive = options.archive or max((ROOT / "dist").glob("*.tar.xz"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory(prefix="pt2k-archive-") as scratch:
        trial = Trial(Path(scratch))
        trial.unpack(archive)
        trial.install()
        trial.tutorial()
        trial.window_without_a_display()
        trial.window_on_a_display()
        trial.install()  # an upgrade
        left = trial.uninstall()
    return 1 if left else 0


class Trial:
    """An empty home folder, and the steps of its owner."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.home = scratch / "home"
        self.download = scratch / "download"
        for folder in (self.home, self.download, self.home / SETTINGS.rpartition("/")[0]):
            folder.mkdir(parents=True)
        (self.home / SETTINGS).write_text("{}")
        (self.home / ".local/bin").mkdir(parents=True)
        (self.home / ".local/bin/theirs").write_text("")
        self.prefix = self.home / ".local"
        if os.geteuid() == 0:
            scratch.chmod(0o755)
            for path in (scratch, *scratch.rglob("*")):
                os.chown(path, VISITOR, VISITOR)

    def unpack(self, archive: Path) -> None:
        began = time.monotonic()
        self.run("tar", "--extract", "--auto-compress", "--file", str(archive.resolve()), "-C", str(self.download))
        self.unpacked = next(self.download.iterdir())
        version = self.run(str(self.unpacked / "pt2k"), "--version").strip()
        say(
            f"unpacked {archive.stat().st_size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s; runs from there: {version}"
        )

    def install(self) -> None:
        began = time.monotonic()
        print(self.run("sh", str(self.unpacked / "install.sh")), end="")
        missing = [name for name in INSTALLED if not (self.prefix / name).exists()]
        if missing:
            raise SystemExit(f"not installed: {', '.join(missing)}")
        entry = (self.prefix / "share/applications/pt2k.desktop").read_text(encoding="utf-8")
        if f'Exec="{self.prefix}/bin/pt2k-gui" %f' not in entry.splitlines():
            raise SystemExit(f"the menu entry does not start this copy:\n{entry}")
        if shutil.which("desktop-file-validate"):
            self.run("desktop-file-validate", str(self.prefix / "share/applications/pt2k.desktop"))
        if shutil.which("update-mime-database"):
            globs = (self.prefix / "share/mime/globs").read_text(encoding="utf-8")
            if "application/x-pytorch-program:*.pt2" not in globs.splitlines():
                raise SystemExit("the types of files are not known to the desktop")
        size = sum(path.lstat().st_size for path in (self.prefix / "lib/pt2k").rglob("*") if not path.is_symlink())
        say(f"installed {size / 1e6:,.0f} MB in {time.monotonic() - began:.0f} s; settings kept: {self.kept()}")

    def tutorial(self) -> None:
        began = time.monotonic()
        output = self.home / "models"
        told = self.run(str(self.prefix / "bin/pt2k"), "demo", str(output), "--epochs", "1", "--json")
        if json.loads(told)["ok"] is not True or not (output / "model.keras").is_file():
            raise SystemExit(f"pt2k demo failed: {told[-2000:]}")
        say(f"pt2k demo: the models agree, {time.monotonic() - began:.0f} s")

    def window_without_a_display(self) -> None:
        """Offscreen the window has no name to look for: it has to stay, and to warm its child."""
        window = self.start_window({"QT_QPA_PLATFORM": "offscreen"})
        try:
            end = time.monotonic() + PATIENCE
            while "--multiprocessing-fork" not in _commands_of_children(window.pid):
                if window.poll() is not None or time.monotonic() > end:
                    raise SystemExit("the window did not start; its messages are above")
                time.sleep(0.2)
        finally:
            window.terminate()
            window.wait(60)
        say("the window starts offscreen")

    def window_on_a_display(self) -> None:
        if not (shutil.which("Xvfb") and shutil.which("xdotool")):
            say("LEFT OUT: the window on a display (needs Xvfb and xdotool)")
            return
        display = next(f":{number}" for number in range(60, 99) if not Path(f"/tmp/.X11-unix/X{number}").exists())
        screen = subprocess.Popen(
            ["Xvfb", display, "-screen", "0", "1280x800x24", "-ac", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        try:
            time.sleep(2)
            began = time.monotonic()
            window = self.start_window({"DISPLAY": display})
            self.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "PT2K", DISPLAY=display)
            say(f"the window shows on a display after {time.monotonic() - began:.2f} s")
            window.terminate()
            window.wait(60)
        finally:
            screen.terminate()

    def uninstall(self) -> list[str]:
        """Run the installed copy's ``install.sh --uninstall``; the files that are neither the user's nor PT2K's own places'."""
        print(self.run("sh", str(self.prefix / "lib/pt2k/install.sh"), "--uninstall"), end="")
        files = {path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if not path.is_dir()}
        theirs = {name for name in files if name.startswith((*OWN_PLACES, "models/")) or name == ".local/bin/theirs"}
        desktops = {
            name for name in files if name.startswith((".local/share/mime/", ".local/share/applications/mimeinfo"))
        }
        ours = {name for name in files if "pt2k" in name.lower()} - theirs  # below the desktop's caches too
        left = sorted((files - theirs - desktops) | ours)
        empty = [
            path
            for path in (self.prefix / "lib", self.prefix / "share/man", self.prefix / "share/metainfo")
            if path.exists()
        ]
        left += [f"{path.relative_to(self.home)}/" for path in empty]
        say(f"left: {', '.join(left) or 'nothing'}; the user's own files: {len(theirs)}; settings kept: {self.kept()}")
        if desktops:
            say(f"the desktop's own indexes, which its tools wrote: {len(desktops)} files")
        return left

    def kept(self) -> bool:
        return (self.home / SETTINGS).is_file() and (self.home / ".local/bin/theirs").is_file()

    def start_window(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.as_user(str(self.prefix / "bin/pt2k-gui")), env=self.environment(environment))

    def run(self, *command: str, **environment: str) -> str:
        done = subprocess.run(
            self.as_user(*command),
            env=self.environment(environment),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{command[0]} ended with status {done.returncode}:\n{done.stdout}{done.stderr}"[-6000:])
        return done.stdout

    def as_user(self, *command: str) -> list[str]:
        rights = ["setpriv", f"--reuid={VISITOR}", f"--regid={VISITOR}", "--clear-groups"] if os.geteuid() == 0 else []
        return [*rights, *command]

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **more}


def _commands_of_children(parent: int) -> str:
    done = subprocess.run(["ps", "--ppid", str(parent), "-o", "args="], capture_output=True, text=True, check=False)
    return done.stdout


def say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
