"""The files that tell a Linux desktop of PT2K: where they are here, and where they belong below ``share``."""

from __future__ import annotations

from pathlib import Path

import contents

LINUX = contents.ROOT / "packaging" / "linux"
APPLICATION_ID = "org.pt2k.PT2K"


def shared_files() -> dict[str, Path]:
    """Each file by its place below ``share``: desktop entry, icons, MIME types, AppStream data, man pages.

    Raises:
        FileNotFoundError: one of them is not there.
    """
    files = {
        "applications/pt2k.desktop": LINUX / "pt2k.desktop",
        "mime/packages/pt2k.xml": LINUX / "pt2k-mime.xml",
        f"metainfo/{APPLICATION_ID}.metainfo.xml": LINUX / f"{APPLICATION_ID}.metainfo.xml",
        **{f"man/man1/{page}": LINUX / "man" / page for page in ("pt2k.1", "pt2k-gui.1")},
    }
    icons = [path for path in (LINUX / "icons").rglob("*") if path.is_file()]
    files |= {path.relative_to(LINUX).as_posix(): path for path in sorted(icons)}
    missing = [path for path in files.values() if not path.is_file()]
    if missing or not icons:
        raise FileNotFoundError(f"missing: {', '.join(map(str, missing)) or 'icons'}")
    return files
