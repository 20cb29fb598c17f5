"""What PyInstaller's analysis found of Qt and of the system's libraries, cut to what PT2K runs with: the plug-ins and
translations that it uses, and no library that every desktop has in a version that fits its other parts better."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import contents

Entry = tuple[str, str, str]  # place in the bundle, source, PyInstaller's type code

_QT_PLUGINS = (
    "platforms/*qxcb*", "platforms/*qwayland*", "platforms/*qoffscreen*", "platforms/*qminimal.*", "platforms/*qwindows*",
    "platforms/*qcocoa*", "platformthemes/*qxdgdesktopportal*", "platforminputcontexts/*compose*",
    "platforminputcontexts/*ibus*", "xcbglintegrations/*", "imageformats/*qsvg*", "imageformats/*qjpeg*",
    "imageformats/*qico*", "imageformats/*qgif*", "iconengines/*", "styles/*", "wayland-shell-integration/*xdg-shell*",
    "wayland-decoration-client/*", "wayland-graphics-integration-client/*wayland-egl*",
)  # fmt: skip
_TRANSLATIONS = ("qtbase_en.qm", "qtbase_zh_CN.qm")

# Of the libraries that the build machine's system provides, those that go in: what Python's own modules link to, and
# the X helpers that a fresh desktop often lacks. The rest (C++ runtime, GL, X11, Wayland, fontconfig, GLib) has to
# match the drivers and settings of the machine that it runs on.
_SYSTEM_LIBRARIES = re.compile(
    r"lib(python3|ssl|crypto|ffi|sqlite3|lzma|bz2|readline|ncursesw?|panelw?|tinfo|uuid|crypt|gdbm|gdbm_compat|db-|tirpc|nsl|mpdec"
    r"|xcb-(cursor|icccm|image|keysyms|render-util|util)|xkbcommon-x11)[-.\d]"
)


def trim(analysis: Any, scratch: Path, *, strip: bool) -> list[str]:
    """Cut ``analysis.binaries`` and ``analysis.datas`` down, in place.

    Args:
        analysis: PyInstaller's ``Analysis``.
        scratch: a folder for stripped copies of libraries.
        strip: take the symbols out of large libraries (Linux only).

    Returns:
        The account for a person, in MB.
    """
    before = _size(analysis.binaries) + _size(analysis.datas)
    binaries = [entry for entry in analysis.binaries if _wanted_binary(entry)]
    if sys.platform == "linux":
        binaries = _reachable(binaries)
    analysis.datas[:] = [entry for entry in analysis.datas if _wanted_data(entry, {dest for dest, _, _ in binaries})]
    after = _size(binaries) + _size(analysis.datas)
    analysis.datas += licences_of(binaries)
    installed = _installed_qt()
    kept = _size([e for e in (*binaries, *analysis.datas) if Path(e[0]).parts[0] in ("PySide6", "shiboken6")])
    told = [
        f"Qt: {kept / 1e6:.0f} MB of the {installed / 1e6:.0f} MB that are installed; left out: QML, Quick, the tools, "
        "plug-ins and translations that are not used.",
        f"System libraries left to the system, and what only they and unused plug-ins need: {(before - after) / 1e6:.0f} MB.",
    ]
    if strip and sys.platform == "linux":
        binaries, saved = _lean(binaries, scratch)
        told.append(f"Symbols stripped from Qt's and Python's libraries: {saved / 1e6:.0f} MB.")
    analysis.binaries[:] = binaries
    return told


def _wanted_binary(entry: Entry) -> bool:
    place, source, kind = Path(entry[0]).as_posix(), entry[1], entry[2]
    if kind == "SYMLINK":
        return True
    plugin = re.search(r"/plugins/(.+)$", place)
    if place.startswith("PySide6/") and plugin:
        return any(fnmatch.fnmatchcase(plugin.group(1), pattern) for pattern in _QT_PLUGINS)
    module = re.fullmatch(r"PySide6/(Qt\w+)\.(?:abi3|cp\d+).*\.(?:so|pyd)", place)
    if module:
        return module.group(1) in _qt_modules()
    if kind == "BINARY" and sys.platform == "linux" and _of_the_system(Path(source)):
        return bool(_SYSTEM_LIBRARIES.match(Path(place).name))
    return True


def _wanted_data(entry: Entry, binaries: set[str]) -> bool:
    place, source, kind = Path(entry[0]).as_posix(), entry[1], entry[2]
    if "/translations/" in place and place.startswith("PySide6/"):
        return Path(place).name in _TRANSLATIONS
    if kind == "SYMLINK":  # to a library that stays
        return (Path(place).parent / source).as_posix() in binaries or source in binaries
    return "/qml/" not in place


def _qt_modules() -> set[str]:
    """The modules of PySide6 that PT2K imports."""
    texts = (path.read_text(encoding="utf-8") for path in (contents.ROOT / "pt2k_gui").rglob("*.py"))
    return {name for text in texts for name in re.findall(r"PySide6\.(Qt\w+)", text)}


def _of_the_system(source: Path) -> bool:
    """Whether a library came with the system: not with this Python, nor with a package, wherever packages are installed (an
    environment may take those of another folder in)."""
    packages = [Path(folder) for folder in sys.path if Path(folder).name == "site-packages"]
    inside = {folder.resolve() for folder in (Path(sys.prefix), Path(sys.base_prefix), *packages)} - {Path("/usr")}
    return not any(source.resolve().is_relative_to(folder) for folder in inside)


def licences_of(binaries: list[Entry]) -> list[Entry]:
    """The copyright files of the system's packages whose libraries go in, as entries for ``licences/system/PACKAGE VERSION``.
    Where the system is none of Debian's kind there are none, and its builder has to add them."""
    if sys.platform != "linux" or not shutil.which("dpkg-query"):
        return []
    sources = [
        Path(source).resolve() for _, source, kind in binaries if kind == "BINARY" and _of_the_system(Path(source))
    ]
    # dpkg's records may say /lib where the file lies below /usr/lib: one is a link to the other.
    places = sorted({str(path) for path in sources} | {str(path).removeprefix("/usr") for path in sources})
    if not places:
        return []
    found = subprocess.run(["dpkg-query", "--search", *places], capture_output=True, text=True, check=False).stdout
    names = sorted({line.split(":")[0] for line in found.splitlines()})
    asked = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}\\n", *names]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout if names else ""
    versions = dict(line.split(" ", 1) for line in shown.splitlines())
    texts = [(name, Path("/usr/share/doc") / name / "copyright") for name in names]
    return [
        (f"licences/system/{name} {versions[name].replace(':', '_')}/copyright", str(text), "DATA")
        for name, text in texts
        if text.is_file()
    ]


def _reachable(binaries: list[Entry]) -> list[Entry]:
    """Extension modules, Qt's plug-ins, Python itself, and what those link to."""
    from PyInstaller.depend.bindepend import get_imports

    by_name: dict[str, list[Entry]] = {}
    for entry in binaries:
        by_name.setdefault(Path(entry[0]).name, []).append(entry)
    waiting = [e for e in binaries if e[2] == "EXTENSION" or "/plugins/" in e[0] or "libpython" in e[0]]
    kept: dict[str, Entry] = {}
    while waiting:
        entry = waiting.pop()
        if entry[0] in kept:
            continue
        kept[entry[0]] = entry
        if entry[2] != "SYMLINK":
            for name, _path in get_imports(entry[1]):
                waiting += by_name.get(Path(name).name, [])
    return [entry for entry in binaries if entry[0] in kept]


def _lean(binaries: list[Entry], scratch: Path) -> tuple[list[Entry], int]:
    """Large libraries replaced by stripped copies; and the bytes saved."""
    shutil.rmtree(scratch, ignore_errors=True)
    copies: list[Path] = []
    entries: list[Entry] = []
    for place, source, kind in binaries:
        if kind == "BINARY" and Path(source).stat().st_size >= contents.LEAST_TO_STRIP:
            copy = scratch / place
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
            copies.append(copy)
            entries.append((place, str(copy), kind))
        else:
            entries.append((place, source, kind))
    return entries, contents.strip_libraries(copies)


def _size(entries: list[Entry]) -> int:
    return sum(
        Path(source).stat().st_size for _, source, kind in entries if kind != "SYMLINK" and Path(source).is_file()
    )


def _installed_qt() -> int:
    files = (f.locate() for name in contents.QT for f in distribution(name).files or ())
    return sum(Path(str(path)).stat().st_size for path in files if Path(str(path)).is_file())
