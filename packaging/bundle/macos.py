"""Makes the disk image for macOS from ``PT2K.app``, and signs and notarises it where that is asked for.

Signing is switched off by default: it needs a paid Apple developer account. Two variables of the environment switch it on:

``PT2K_SIGN_IDENTITY``
    the certificate's name in the keychain, for example ``Developer ID Application: NAME (TEAM)``: everything in the
    application is signed for the hardened runtime, with a timestamp, from the inside out.
``PT2K_NOTARY_PROFILE``
    a profile that ``xcrun notarytool store-credentials PROFILE`` made: the image is sent to Apple's notary, and the ticket
    is stapled to it, so that it opens without a warning and without a network.

Without them macOS asks before the first start (System Settings, Privacy and Security, Open Anyway).
Not yet run: written on Linux, where there are no such tools.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pt2k_gui

ENTITLEMENTS = Path(__file__).resolve().parent.parent / "macos" / "entitlements.plist"
# The first four bytes of a Mach-O file: 64 bits, 32 bits, several architectures.
_MACH_O = {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}


def build(application: Path, scratch: Path, output: Path) -> Path:
    """Make the image of ``application`` (``PT2K.app``) in ``output``, with ``scratch`` for its contents; returns its path.

    Raises:
        subprocess.CalledProcessError: a tool failed; its message is on stderr.
    """
    identity = os.environ.get("PT2K_SIGN_IDENTITY", "")
    profile = os.environ.get("PT2K_NOTARY_PROFILE", "")
    if identity:
        sign(application, identity)
    volume = scratch / "image"
    shutil.rmtree(volume, ignore_errors=True)
    volume.mkdir(parents=True)
    _run("ditto", str(application), str(volume / application.name))
    (volume / "Applications").symlink_to("/Applications")
    image = output / f"PT2K-{pt2k_gui.__version__}-macos-{platform.machine()}.dmg"
    name = f"PT2K {pt2k_gui.__version__}"
    _run("hdiutil", "create", "-volname", name, "-srcfolder", str(volume), "-format", "ULMO", "-ov", str(image))
    if identity:
        _run("codesign", "--sign", identity, "--timestamp", str(image))
    if identity and profile:
        _run("xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile, "--wait")
        _run("xcrun", "stapler", "staple", str(image))
    return image


def sign(application: Path, identity: str) -> None:
    """Sign every piece of native code in the application, then the application itself, which seals the rest."""
    options = ["--force", "--timestamp", "--options", "runtime", "--entitlements", str(ENTITLEMENTS)]
    for file in native_code(application):
        _run("codesign", "--sign", identity, *options, str(file))
    _run("codesign", "--sign", identity, *options, str(application))
    _run("codesign", "--verify", "--deep", "--strict", str(application))


def native_code(application: Path) -> list[Path]:
    """The Mach-O files below a folder, the deepest first; links are left out."""
    files = (path for path in application.rglob("*") if path.is_file() and not path.is_symlink())
    found = [path for path in files if _first_bytes(path) in _MACH_O]
    return sorted(found, key=lambda path: (-len(path.parts), path))


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
