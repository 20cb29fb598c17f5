"""The licences of everything that is part of PT2K or that it runs on: what each distribution says of itself, and the texts that
come with it."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

import pt2k_gui
from pt2k_gui.resources import resource

_TEXT = re.compile(r"(?i)^(licen[cs]e|copying|notice|copyright|third.?party|.*licen[cs]e).*")
_NOT_RUN = re.compile(r"extra == .(dev|bundle|cluster)\b")
"""Requirements that the application does not run on; PT2K's other extras are what it is made of."""
_OWN = (
    ("MNIST", "", "CC-BY-SA-3.0", "mnist/LICENSE"),
    ("Lucide icons", "", "ISC", "icons/LICENSE"),
)
_STANDARD = (("LGPL-3", ("LGPL-3.0.txt", "GPL-3.0.txt")), ("Apache", ("Apache-2.0.txt",)))
"""The texts of licences that some distributions name and do not bring."""
_LONGEST = 400_000  # characters of a text that are shown


@dataclass(frozen=True)
class Component:
    """One component: its name, version, the licence as an SPDX expression or in its own words, and its texts."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]

    def read(self) -> str:
        """All its texts, one after the other."""
        parts = [f"{path.name}\n\n{path.read_text(encoding='utf-8', errors='replace').strip()}" for path in self.texts]
        return "\n\n\n".join(parts)[:_LONGEST]


@cache
def components() -> tuple[Component, ...]:
    """PT2K itself first, then Python and what ships with PT2K, then all distributions and libraries by name."""
    own = _first(resource("mnist").parent / "../LICENSE", _bundle() / "pt2k" / "LICENSE", _in_metadata("pt2k"))
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    installed = (
        Path(os.__file__).parent / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc") / name / "copyright",
    )
    python = (*sorted((_bundle() / "python").glob("*"))[:1], *_first(*installed))[:1]
    fixed = [
        Component("PT2K", pt2k_gui.__version__, "MIT", own),
        Component("Python", platform.python_version(), "PSF-2.0", python),
        *(Component(name, number, licence, (resource(file),)) for name, number, licence, file in _OWN),
    ]
    found = (*map(_component, _here()), *_of_the_system())
    return (*fixed, *sorted(found, key=lambda entry: entry.name.lower()))


def _here() -> Iterable[Distribution]:
    """All distributions of the packaged application; in an environment, those that PT2K requires, directly or not."""
    if getattr(sys, "frozen", False):
        return [found for found in distributions() if _key(found.name) != "pt2k"]
    seen: dict[str, Distribution] = {}
    waiting = ["pt2k"]
    while waiting:
        name = waiting.pop()
        if _key(name) in seen:
            continue
        try:
            found = seen[_key(name)] = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += [
            match[0]
            for line in found.requires or ()
            if (name == "pt2k" or "extra ==" not in line)
            and not _NOT_RUN.search(line)
            and (match := re.match(r"[\w.\-]+", line))
        ]
    return [found for name, found in seen.items() if name != "pt2k"]


def _of_the_system() -> Iterable[Component]:
    """The build machine's libraries in the packaged application, each package with its copyright file."""
    for text in sorted((_bundle() / "system").glob("*/copyright")) if getattr(sys, "frozen", False) else ():
        name, _, version = text.parent.name.partition(" ")
        of_all_files = re.search(r"^Files: \*$.*?^License: *([^\n]+)$", text.read_text("utf-8", "replace"), re.M | re.S)
        yield Component(name, version, of_all_files[1] if of_all_files else "", (text,))


def _component(found: Distribution) -> Component:
    metadata = found.metadata
    licence = metadata["License-Expression"] or _classified(metadata.get_all("Classifier") or ())
    if not licence:
        licence = next(iter((metadata["License"] or "").strip().splitlines()), "")[:80]
    texts = [
        Path(str(found.locate_file(file)))
        for file in found.files or ()
        if (".dist-info" in file.parts[0] or len(file.parts) == 2)
        and _TEXT.match(file.name)
        and file.suffix not in (".py", ".pyc")
    ]
    own = tuple(sorted(path for path in texts if path.is_file()))
    return Component(found.name, found.version, licence, own or _standard(licence))


def _standard(licence: str) -> tuple[Path, ...]:
    return tuple(resource(f"licences/{name}") for key, names in _STANDARD if key in licence for name in names)


def _classified(classifiers: Iterable[str]) -> str:
    names = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]
    return ", ".join(name for name in names if name != "OSI Approved")


def _in_metadata(name: str) -> Path:
    """The licence text in a distribution's metadata; a path that is not there where it has none."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        files = ()
    for file in files:
        if file.name == "LICENSE":
            return Path(str(file.locate()))
    return Path("LICENSE-that-is-not-there")


def _first(*places: Path) -> tuple[Path, ...]:
    return tuple(place.resolve() for place in places if place.is_file())[:1]


def _bundle() -> Path:
    """The packaged application's own folder of licences."""
    return Path(getattr(sys, "_MEIPASS", "")) / "licences"


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
