"""What the data of servers take on disk, by part."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.timing import Figures

#: Parts of a segment of passages by the name of their folder.
_PARTS = {
    "vector_storage-meaning": "vectors",
    "vector_index-meaning": "graph",
    "vector_storage-keys": "keys",
    "vector_index-keys": "keys_index",
    "payload_storage": "payload",
    "payload_index": "payload_index",
}


def disk_by_part(folder: Path) -> Figures:
    """Megabytes of all files below, as they are allocated, and of each part.

    The collections of articles and of files are parts by themselves.
    """
    sizes: Counter[str] = Counter()
    for file in folder.rglob("*"):
        if file.is_file():
            size = file.stat().st_blocks * 512
            sizes[_part(file.relative_to(folder))] += size
            sizes["all"] += size
    return {f"disk_{part}_mb": size / 1e6 for part, size in sorted(sizes.items())}


def _part(file: Path) -> str:
    names = file.parts
    if "collections" not in names:
        return "other"
    collection = names[names.index("collections") + 1]
    for ending in ("articles", "files", "lease"):
        if collection.endswith(f"-{ending}"):
            return ending
    if "wal" in names:
        return "wal"
    return next((part for name, part in _PARTS.items() if name in names), "other")
