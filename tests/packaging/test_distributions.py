"""What pip installs: the wheel and the sdist hold all that the application needs, and nothing else."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import pt2k_gui

ROOT = Path(__file__).resolve().parents[2]
INFO = f"pt2k-{pt2k_gui.__version__}.dist-info"
MAN = f"pt2k-{pt2k_gui.__version__}.data/data/share/man/man1"


def _build(source: Path, target: str, folder: Path) -> Path:
    """Build with the backend itself, in this environment: nothing is downloaded."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(_build(ROOT, "sdist", folder / "archive")) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"pt2k-{pt2k_gui.__version__}"


def _tracked(folder: str) -> set[str]:
    """The files of a folder that belong to the project."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_the_package_and_every_resource(wheel: Path) -> None:
    resources = {f"pt2k_gui/data/{name.removeprefix('resources/')}" for name in _tracked("resources")}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith(f"{INFO}/")}
        pictures = {
            f"pt2k_gui/data/guide/pictures/{name.removeprefix('packaging/screenshots/')}"
            for name in _tracked("packaging/screenshots")
        }  # of the guide
        others = {f"{MAN}/pt2k.1", f"{MAN}/pt2k-gui.1", "pt2k_gui/data/CHANGELOG.md"}
        assert names == _tracked("pt2k_gui") | resources | pictures | others
        for name in ("pt2k_gui/data/mnist/train-images-idx3-ubyte.gz", "pt2k_gui/data/samples/digits-mlp.pt2"):
            source = ROOT / name.replace("pt2k_gui/data", "resources")
            assert archive.read(name) == source.read_bytes()


def test_the_wheel_runs_on_any_platform(wheel: Path) -> None:
    assert wheel.name == f"pt2k-{pt2k_gui.__version__}-py3-none-any.whl"


def test_the_wheel_brings_both_commands_and_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        scripts = archive.read(f"{INFO}/entry_points.txt").decode()
        metadata = email.message_from_bytes(archive.read(f"{INFO}/METADATA"))
        licences = {name for name in archive.namelist() if name.startswith(f"{INFO}/licenses/")}
    assert "[console_scripts]\npt2k = pt2k_gui.cli:main" in scripts
    assert "[gui_scripts]\npt2k-gui = pt2k_gui.app:main" in scripts
    assert metadata["Version"] == pt2k_gui.__version__
    assert metadata["License-Expression"] == "MIT AND ISC AND CC-BY-SA-3.0"
    assert {name.removeprefix(f"{INFO}/licenses/") for name in licences} == {
        "LICENSE",
        "resources/icons/LICENSE",
        "resources/mnist/LICENSE",
    }
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# PT2K")


def test_an_unpacked_wheel_finds_its_own_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "from pathlib import Path\n"
        "from pt2k_gui.digits.dataset import load_digits\n"
        "digits = load_digits(split='test')\n"
        "assert len(digits.images) == 10_000\n"
        "assert Path(digits.folder) == Path.cwd() / 'pt2k_gui' / 'data' / 'mnist', digits.folder\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)


def test_the_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    again = _build(sdist, "wheel", tmp_path)
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {(i.filename, i.CRC) for i in one.infolist()} == {(i.filename, i.CRC) for i in other.infolist()}


def test_the_sdist_holds_the_tests_and_the_packaging(sdist: Path) -> None:
    for name in ("tests/conftest.py", "packaging/dev.py", "packaging/linux/pt2k.desktop", "CHANGELOG.md", "LICENSE"):
        assert (sdist / name).is_file()
