"""Libraries of the build machine's system that go into the packaged application: each with its licence, and shown in Help."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pt2k_gui import licences

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bundle_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "bundle"))


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The packaged application's folder, of which this process believes to be a part."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    licences.components.cache_clear()
    yield tmp_path
    licences.components.cache_clear()


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="the system's packages are asked for by dpkg")
def test_a_library_of_the_system_brings_the_copyright_file_of_its_package(bundle_scripts: None) -> None:
    import binaries

    library = next(Path("/usr/lib").glob("*/libz.so.1"))
    (entry,) = binaries.licences_of([("libz.so.1", str(library), "BINARY"), ("a.so", str(library), "EXTENSION")])
    place, text, kind = entry
    assert place.startswith("licences/system/zlib1g ") and place.endswith("/copyright") and kind == "DATA"
    assert "Gailly" in Path(text).read_text(encoding="utf-8")


def test_a_library_of_a_package_is_none_of_the_systems_wherever_packages_lie(
    bundle_scripts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import binaries

    library = tmp_path / "site-packages" / "qt" / "libQt6Core.so.6"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"x")
    assert binaries._of_the_system(library)
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    assert not binaries._of_the_system(library)


def test_help_lists_the_systems_libraries_with_their_licence(frozen: Path) -> None:
    text = frozen / "licences" / "system" / "libffi8 3.4.4-1" / "copyright"
    text.parent.mkdir(parents=True)
    text.write_text(
        "Files: debian/*\nLicense: GPL-2+\n\nFiles: *\nCopyright: A. Green\nLicense: Expat\n Permission is granted\n"
    )
    (found,) = [entry for entry in licences.components() if entry.name == "libffi8"]
    assert (found.version, found.licence) == ("3.4.4-1", "Expat")
    assert "A. Green" in found.read()
