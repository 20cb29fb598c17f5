"""Tries the ``.deb`` as a new user would, on a clean Debian that has no Python packages and no compiler: installs it with
apt, opens the window under Xvfb, clicks the digits through, opens the saved file elsewhere, removes the package, and tells
what is left.

    sudo python3 packaging/bundle/trial.py [PACKAGE.deb] [--keep FOLDER] [--suite bookworm] [--mirror URL | --base FOLDER]

Needs root, ``debootstrap`` and the Debian packages named in ``TOOLS``; takes about ten minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ("debootstrap", "xvfb", "xdotool", "at-spi2-core", "dbus", "python3-gi", "gir1.2-atspi-2.0")
VISITOR = 1000  # the new user's id
ABSENT = ("python3", "pip", "gcc", "cc", "g++", "make")  # what the clean system must not have
STARTS = 3  # of the window, for the median
SYSTEM_STATE = re.compile(r"/(var/(lib/(dpkg|apt|systemd)|cache|log)|home/visitor|tmp|run|proc|dev|sys)(/|$)")
MIME = {
    "model.pt2": "application/x-pytorch-program",
    "model.pth": "application/x-pytorch",
    "m.onnx": "application/x-onnx",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Try the .deb in a clean Debian.")
    parser.add_argument("package", nargs="?", type=Path, help="default: the one in dist/")
    parser.add_argument("--keep", type=Path, help="keep pictures and the saved model in this folder")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--base", type=Path, help="a folder that debootstrap made before; it is copied, not changed")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        parser.error("only root can make a clean system")
    if os.environ.get("PT2K_TRIAL") != "1":  # again with mounts and processes of its own, which end with it
        os.environ["PT2K_TRIAL"] = "1"
        os.execvp(
            "unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", sys.executable, __file__, *arguments]
        )
    package = options.package or max((ROOT / "dist").glob("*.deb"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory(prefix="pt2k-trial-") as scratch:
        Path(scratch).chmod(0o755)
        trial = Trial(Path(scratch), package.resolve(), options.keep)
        trial.make_system(options.suite, options.mirror, options.base)
        with trial.mounts():
            trial.install()
            trial.use()
            trial.open_elsewhere()
            trial.mime_types()
            left = trial.remove()
    return 1 if left else 0


class Trial:
    """The clean system, and the steps of its user."""

    def __init__(self, scratch: Path, package: Path, keep: Path | None) -> None:
        self.scratch = scratch
        self.package = package
        self.system = scratch / "system"
        self.keep = keep.resolve() if keep else scratch / "kept"
        self.keep.mkdir(parents=True, exist_ok=True)
        self.home = self.system / "home" / "visitor"
        self.bus = scratch / "bus"  # the sockets of the session, at the same path outside and inside

    def make_system(self, suite: str, mirror: str, base: Path | None) -> None:
        with step(f"a clean Debian ({suite})"):
            if base is None:
                run(["debootstrap", "--variant=minbase", suite, str(self.system), mirror], quiet=True)
            else:
                run(["cp", "--archive", str(base), str(self.system)])
            shutil.copy("/etc/resolv.conf", self.system / "etc" / "resolv.conf")
            self.inside("useradd", "--create-home", "--uid", str(VISITOR), "visitor")
            self.inside("apt-get", "update", "-qq")
            self.inside("apt-get", "clean")
            found = [name for name in ABSENT if self.inside("which", name, check=False).returncode == 0]
            if found:
                raise SystemExit(f"this system is not clean: it has {', '.join(found)}")
            self.before = self.listing()

    @contextlib.contextmanager
    def mounts(self) -> Iterator[None]:
        """What a running system has: processes, devices, and a display's socket."""
        display = Path("/tmp/.X11-unix")
        display.mkdir(exist_ok=True)
        (self.system / "tmp/.X11-unix").mkdir()
        seen = self.bus.relative_to("/").as_posix()
        for folder in (self.bus, self.bus / "run", self.system / seen):
            folder.mkdir(parents=True)
            os.chown(folder, VISITOR, VISITOR)
        run(["mount", "-t", "proc", "proc", "/proc"])
        places = {"/proc": "proc", "/dev": "dev", "/sys": "sys", str(display): "tmp/.X11-unix", str(self.bus): seen}
        for source, target in places.items():
            run(["mount", "--rbind", source, str(self.system / target)])
        run(["mount", "-t", "tmpfs", "tmpfs", str(self.system / "dev/shm")])
        try:
            yield
        finally:
            for target in places.values():
                run(["umount", "--recursive", "--lazy", str(self.system / target)], check=False)

    def install(self) -> None:
        shutil.copy(self.package, self.system / "tmp" / "pt2k.deb")
        with step("apt install"):
            self.inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/tmp/pt2k.deb", quiet=True)
        (self.system / "tmp" / "pt2k.deb").unlink()
        size = self.inside("du", "-s", "--block-size=1", "--apparent-size", "/usr/lib/pt2k").stdout.split()[0]
        told = f"download {self.package.stat().st_size / 1e6:.0f} MB, installed {int(size) / 1e6:,.0f} MB"
        print(f"  {told}; {self.inside('pt2k', '--version').stdout.strip()}", flush=True)
        missing = self.missing_libraries()
        if missing:
            raise SystemExit(f"neither inside the package nor installed with it: {', '.join(missing)}")
        print("  every library that is linked to is inside the package or came with it", flush=True)

    def missing_libraries(self) -> list[str]:
        """What the linker does not find by itself, less what the package brings: the executable names its own folder."""
        look = r"find /usr/lib/pt2k -name '*.so*' -type f -exec ldd {} + 2>/dev/null || true"
        wanted = set(re.findall(r"^\s*(\S+) => not found", self.inside("sh", "-c", look).stdout, re.MULTILINE))
        return sorted(wanted - {path.name for path in (self.system / "usr/lib/pt2k").rglob("*.so*")})

    def use(self) -> None:
        """Start the window, click the walk through, close it."""
        (self.home / "models").mkdir()
        os.chown(self.home / "models", VISITOR, VISITOR)
        with step("the window"), self.desktop() as environment:
            seconds = [self.start(environment) for _ in range(STARTS)]
            told = ", ".join(f"{value:.2f}" for value in seconds)
            print(f"  first window after {told} s, median {statistics.median(seconds):.2f} s", flush=True)
            window = self.start_window(environment)
            try:
                command = ["/usr/bin/python3", str(ROOT / "packaging/bundle/click_through.py")]
                command += ["/home/visitor/models", str(self.home / "models"), str(self.keep)]
                run(as_visitor(command), env=environment)
                window.wait(60)
            finally:
                window.kill()
        shutil.copy(next((self.home / "models").glob("*.keras")), self.keep / "digits.keras")

    def start(self, environment: dict[str, str]) -> float:
        """Seconds from the command to the first window that shows."""
        began = time.monotonic()
        window = self.start_window(environment)
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "PT2K"]
        run(search, env=environment, quiet=True)
        seconds = time.monotonic() - began
        window.terminate()
        window.wait(60)
        return seconds

    def start_window(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        inside = {
            "HOME": "/home/visitor",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DISPLAY": environment["DISPLAY"],
            "DBUS_SESSION_BUS_ADDRESS": environment["DBUS_SESSION_BUS_ADDRESS"],
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        log = (self.keep / "window.log").open("ab")
        user = f"--userspec={VISITOR}:{VISITOR}"
        return subprocess.Popen(
            ["/usr/sbin/chroot", user, str(self.system), "/usr/bin/pt2k-gui"], env=inside, stdout=log, stderr=log
        )

    @contextlib.contextmanager
    def desktop(self) -> Iterator[dict[str, str]]:
        """A display and a session bus outside of the clean system, whose sockets it sees."""
        bus = self.bus
        self.keep.chmod(0o777)
        display = next(f":{number}" for number in range(60, 99) if not Path(f"/tmp/.X11-unix/X{number}").exists())
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(bus),
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}/session",
            "XDG_RUNTIME_DIR": str(bus / "run"),
        }
        log = (self.keep / "desktop.log").open("ab")
        started = []
        for command in (
            ["Xvfb", display, "-screen", "0", "1280x800x24", "-ac", "-nolisten", "tcp"],
            as_visitor(["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}/session"]),
            as_visitor(["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"]),
        ):
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            time.sleep(2)
        try:
            yield environment
        finally:
            for process in reversed(started):
                process.terminate()

    def open_elsewhere(self) -> None:
        """Load the file with a Keras that has never met PT2K."""
        with step("opening the .keras file elsewhere"):
            python = ROOT / ".venv" / "bin" / "python"
            code = (
                "import sys; sys.modules['pt2k_gui'] = None; import keras, numpy; "
                f"model = keras.saving.load_model({str(self.keep / 'digits.keras')!r}, safe_mode=True); "
                "print('  ', model.count_params(), 'parameters,', model(numpy.zeros((2, *model.input_shape[1:]))).shape)"
            )
            run([str(python), "-I", "-c", code], env={"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"})

    def mime_types(self) -> None:
        """With the desktop's own packages there, files of models belong to PT2K."""
        with step("MIME types and the menu"):
            wanted = ("shared-mime-info", "desktop-file-utils", "xdg-utils", "libfile-mimeinfo-perl")
            self.inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted, quiet=True)
            for name, kind in MIME.items():
                (self.home / name).write_bytes(b"PK\x03\x04")
                told = self.inside("xdg-mime", "query", "filetype", f"/home/visitor/{name}").stdout.strip()
                opener = self.inside("xdg-mime", "query", "default", kind).stdout.strip()
                (self.home / name).unlink()
                if (told, opener) != (kind, "pt2k.desktop"):
                    raise SystemExit(f"{name} is {told or 'unknown'} and opens with {opener or 'nothing'}")
                print(f"  {name}: {told}, opens with {opener}", flush=True)

    def remove(self) -> list[str]:
        """Purge the package and what came with it; the paths that were not there before, less the system's own records."""
        with step("apt purge"):
            self.inside("apt-get", "purge", "-y", "-qq", "pt2k", quiet=True)
            ours = [path for path in self.listing() if "pt2k" in path.lower() and not path.startswith("/home/visitor")]
            self.inside("apt-get", "autoremove", "--purge", "-y", "-qq", quiet=True)
            extra = ("shared-mime-info", "desktop-file-utils", "xdg-utils", "libfile-mimeinfo-perl")
            self.inside("apt-get", "purge", "-y", "-qq", *extra, quiet=True)
            self.inside("apt-get", "autoremove", "--purge", "-y", "-qq", quiet=True)
        records = (self.system / "var/lib/dpkg/info").glob("*.list")
        owned = {path for record in records for path in record.read_text(encoding="utf-8").splitlines()}
        left = sorted({*ours, *(self.listing() - self.before - owned)})  # apt keeps packages that others suggest
        theirs = sorted(path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if path.is_file())
        print(f"  left of the system: {', '.join(left) or 'nothing'}")
        print(
            f"  the user's own files: {', '.join(name for name in theirs if not name.startswith('.bash'))}", flush=True
        )
        return left

    def listing(self) -> set[str]:
        found = run(["find", str(self.system), "-xdev", "-printf", "/%P\\n"], quiet=True).stdout.splitlines()
        return {path for path in found if not SYSTEM_STATE.match(path)}

    def inside(self, *command: str, check: bool = True, quiet: bool = True) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"}
        environment |= {name: os.environ[name] for name in ("http_proxy", "https_proxy") if name in os.environ}
        return run(["/usr/sbin/chroot", str(self.system), *command], env=environment, check=check, quiet=quiet)


def as_visitor(command: list[str]) -> list[str]:
    return ["setpriv", f"--reuid={VISITOR}", f"--regid={VISITOR}", "--clear-groups", *command]


def run(
    command: list[str], *, env: dict[str, str] | None = None, check: bool = True, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run; what it printed is shown if it fails, or at once unless ``quiet``."""
    done = subprocess.run(command, env=env, check=False, text=True, capture_output=quiet, stdin=subprocess.DEVNULL)
    if check and done.returncode:
        print(f"{done.stdout or ''}{done.stderr or ''}"[-6000:], file=sys.stderr)
        raise SystemExit(f"failed with status {done.returncode}: {' '.join(command[:6])} ...")
    return done


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    print(f"{what} ...", flush=True)
    began = time.monotonic()
    yield
    print(f"  {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
