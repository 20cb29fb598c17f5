"""What can be told of the Windows and macOS installers and of the release without those systems."""

from __future__ import annotations

import fnmatch
import plistlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import pt2k_gui

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
ENDINGS = {"pt2", "pt", "pth", "ckpt", "safetensors", "onnx"}

Script = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def setup_script() -> str:
    return (PACKAGING / "windows" / "pt2k.iss").read_text(encoding="utf-8")


def test_windows_offers_pt2k_for_each_kind_of_model_file(setup_script: str) -> None:
    assert set(re.findall(r"Classes\\\.(\w+)\\OpenWithProgids", setup_script)) == ENDINGS
    capabilities = r'Capabilities\\FileAssociations"; ValueType: string; ValueName: "\.(\w+)"; ValueData: "PT2K\.Model"'
    assert set(re.findall(capabilities, setup_script)) == ENDINGS


def test_uninstalling_on_windows_removes_every_key_that_was_written(setup_script: str) -> None:
    entries = re.findall(r'Subkey: "([^"]+)"(.*)', setup_script)
    removed = [key for key, rest in entries if "uninsdeletekey" in rest and "ifempty" not in rest]
    for key, rest in entries:
        gone = any(key == other or key.startswith(f"{other}\\") for other in removed)
        assert gone or "uninsdeletevalue" in rest or "uninsdeletekeyifempty" in rest, key


def test_windows_installs_for_one_user_without_an_administrator(setup_script: str) -> None:
    assert "\nPrivilegesRequired=lowest\n" in setup_script
    assert "Root: HKLM" not in setup_script and "Root: HKCU" not in setup_script
    for name in re.findall(r"(?:SetupIconFile|LicenseFile)=(.+)", setup_script):
        assert (PACKAGING / "windows" / name.replace("\\", "/")).is_file()


def test_the_compiler_gets_each_value_that_the_setup_script_demands(setup_script: str, script: Script) -> None:
    command = script("bundle/windows.py").command("iscc", Path("dist/pt2k"), Path("dist"))
    for name in re.findall(r"#ifndef (\w+)", setup_script):
        assert any(argument.startswith(f"/D{name}=") for argument in command), name
    assert f"/DVersion={pt2k_gui.__version__}" in command
    assert Path(command[-1]) == PACKAGING / "windows" / "pt2k.iss"


class Tools:
    """Stands in for the tools of macOS and keeps the commands."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []

    def __call__(self, *command: str) -> None:
        self.commands.append(command)

    def named(self, *words: str) -> list[tuple[str, ...]]:
        return [command for command in self.commands if command[: len(words)] == words]


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A ``PT2K.app`` with two pieces of native code and one of text."""
    folder = tmp_path / "PT2K.app"
    for name, begin in (
        ("MacOS/pt2k", b"\xcf\xfa\xed\xfe"),
        ("Frameworks/a/b.so", b"\xca\xfe\xba\xbe"),
        ("x", b"text"),
    ):
        path = folder / "Contents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(begin + b"rest")
    return folder


@pytest.fixture
def macos(script: Script, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, Tools]:
    module, tools = script("bundle/macos.py"), Tools()
    monkeypatch.setattr(module, "_run", tools)
    for name in ("PT2K_SIGN_IDENTITY", "PT2K_NOTARY_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return module, tools


def test_macos_signs_nothing_unless_it_is_asked_to(
    macos: tuple[ModuleType, Tools], application: Path, tmp_path: Path
) -> None:
    module, tools = macos
    image = module.build(application, tmp_path, tmp_path)
    assert fnmatch.fnmatch(image.name, f"PT2K-{pt2k_gui.__version__}-macos-*.dmg")
    assert [command[0] for command in tools.commands] == ["ditto", "hdiutil"]


def test_macos_signs_the_inner_code_before_the_outer_and_notarises_the_image(
    macos: tuple[ModuleType, Tools], application: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, tools = macos
    monkeypatch.setenv("PT2K_SIGN_IDENTITY", "Developer ID Application: Somebody")
    monkeypatch.setenv("PT2K_NOTARY_PROFILE", "profile")
    image = module.build(application, tmp_path, tmp_path)
    signed = [command[-1] for command in tools.named("codesign", "--sign")]
    inner = [str(application / "Contents" / name) for name in ("Frameworks/a/b.so", "MacOS/pt2k")]
    assert signed == [*inner, str(application), str(image)]
    assert tools.commands[-2][:4] == ("xcrun", "notarytool", "submit", str(image))
    assert tools.commands[-1] == ("xcrun", "stapler", "staple", str(image))


def test_the_entitlements_are_a_property_list(script: Script) -> None:
    entitlements = plistlib.loads(script("bundle/macos.py").ENTITLEMENTS.read_bytes())
    assert all(entitlements.values())


def test_a_release_builds_all_three_systems_with_the_same_command_and_adds_checksums() -> None:
    assert "run: python packaging/dev.py bundle\n" in WORKFLOW
    assert {re.split("-", name)[0] for name in re.findall(r"machine: (\S+)", WORKFLOW)} == {
        "ubuntu",
        "windows",
        "macos",
    }
    assert "sha256sum -- * > SHA256SUMS" in WORKFLOW


@pytest.mark.parametrize("name", ["PT2K-1.0-windows-x64-setup.exe", "PT2K-1.0-macos-arm64.dmg"])
def test_a_release_takes_up_what_the_builds_write(name: str) -> None:
    patterns = re.findall(r"dist/(\*\S+)", WORKFLOW)
    assert any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
