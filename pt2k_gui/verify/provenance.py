"""Which files a verification was made of: their sizes and hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pt2k_gui.verify.result import FileHash


def file_hash(role: str, path: str) -> FileHash:
    """Size and SHA-256 of a file; of a folder, over its files in the order of their names."""
    place = Path(path)
    digest, size = hashlib.sha256(), 0
    parts = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
    for part in parts:
        size += part.stat().st_size
        if place.is_dir():
            digest.update(str(part.relative_to(place)).encode())
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return FileHash(role, path, size, digest.hexdigest())
