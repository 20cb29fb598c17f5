"""Brings the window's translations up to date: collects the texts of the source into ``resources/translations/*.ts`` (for
Qt Linguist) and compiles those into the ``.qm`` files that the window reads.

    python packaging/translations.py

What is no longer in the source is dropped; what is new is left untranslated and named.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN",)


def collect(file: Path, language: str) -> None:
    """Bring one ``.ts`` file up to date with the window's source; its translations stay."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pt2k_gui" / "gui").rglob("*.py"))
    options = ["-source-language", "en", "-target-language", language, "-locations", "none", "-no-obsolete", "-silent"]
    subprocess.run([_tool("lupdate"), *sources, "-ts", str(file), *options], cwd=ROOT, check=True)


def untranslated(file: Path) -> list[str]:
    """The texts of a ``.ts`` file that have no translation yet."""
    found = []
    for message in ElementTree.parse(file).getroot().iter("message"):
        translation = message.find("translation")
        if translation is None or translation.get("type") == "unfinished" or not translation.text:
            found.append(message.findtext("source", ""))
    return found


def compile_(file: Path) -> None:
    """Write the ``.qm`` file beside the ``.ts`` file."""
    subprocess.run([_tool("lrelease"), "-silent", str(file), "-qm", str(file.with_suffix(".qm"))], check=True)


def _tool(name: str) -> str:
    """The tool that comes with PySide6, in the folder of this Python's scripts."""
    return str(Path(sys.executable).parent / f"pyside6-{name}")


def main() -> int:
    for language in LANGUAGES:
        file = FOLDER / f"pt2k_{language}.ts"
        collect(file, language)
        compile_(file)
        for text in untranslated(file):
            print(f"{language}: not translated: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
