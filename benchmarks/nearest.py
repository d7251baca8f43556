"""The searches for nearest vectors that Izde's is held against, each given the same vectors."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: The numbers of the ten vectors nearest to one of shape (dimensions,), best first.
Nearest = Callable[[Floats], NDArray[np.integer[Any]]]

TOP = 10

#: Vectors added at once.
_AT_ONCE = 50_000

#: Of an approximate index: links of each vector, candidates while adding, candidates while searching.
_LINKS, _WHILE_ADDING, _WHILE_SEARCHING = 16, 128, 128

_LARGEST = 127


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """A search: `build` writes an index of unit vectors to a path, `open` opens it."""

    build: Callable[[Floats, Path], None]
    open: Callable[[Path], Nearest]


def _build_numpy(vectors: Floats, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, vectors)


def _open_numpy(path: Path) -> Nearest:
    vectors: Floats = np.load(path)

    def search(asked: Floats) -> NDArray[np.integer[Any]]:
        cosines = vectors @ asked
        best = np.argpartition(-cosines, TOP)[:TOP]
        return best[np.argsort(-cosines[best])]

    return search


def _build_usearch_exact(vectors: Floats, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.rint(vectors * _LARGEST / np.abs(vectors).max(axis=1, keepdims=True)).astype(np.int8))


def _open_usearch_exact(path: Path) -> Nearest:
    from usearch.index import MetricKind
    from usearch.index import search as exactly

    vectors: NDArray[np.int8] = np.load(path)

    def search(asked: Floats) -> NDArray[np.integer[Any]]:
        row = np.rint(asked * _LARGEST / np.abs(asked).max()).astype(np.int8)
        return np.asarray(exactly(vectors, row, TOP, MetricKind.Cos, exact=True, threads=1).keys).astype(np.int64)

    return search


def _usearch(dimensions: int, path: Path | None = None) -> Any:
    from usearch.index import Index

    return Index(
        ndim=dimensions,
        metric="cos",
        dtype="i8",
        connectivity=_LINKS,
        expansion_add=_WHILE_ADDING,
        expansion_search=_WHILE_SEARCHING,
        path=path,
        view=path is not None,
    )


def _build_usearch_hnsw(vectors: Floats, path: Path) -> None:
    index = _usearch(vectors.shape[1])
    for start in range(0, len(vectors), _AT_ONCE):
        part = vectors[start : start + _AT_ONCE]
        index.add(np.arange(start, start + len(part)), part, threads=_cores())
    index.save(str(path))


def _open_usearch_hnsw(path: Path) -> Nearest:
    from usearch.index import Index

    index: Any = Index.restore(str(path), view=True)
    index.expansion_search = _WHILE_SEARCHING

    def search(asked: Floats) -> NDArray[np.integer[Any]]:
        return np.asarray(index.search(asked, TOP).keys).astype(np.int64)

    return search


def _build_hnswlib(vectors: Floats, path: Path) -> None:
    import hnswlib

    index = hnswlib.Index("ip", vectors.shape[1])
    index.init_index(len(vectors), ef_construction=_WHILE_ADDING, M=_LINKS)
    for start in range(0, len(vectors), _AT_ONCE):
        part = vectors[start : start + _AT_ONCE]
        index.add_items(part, np.arange(start, start + len(part)), num_threads=_cores())
    index.save_index(str(path))
    path.with_suffix(".dimensions").write_text(str(vectors.shape[1]), "ascii")


def _open_hnswlib(path: Path) -> Nearest:
    import hnswlib

    index = hnswlib.Index("ip", int(path.with_suffix(".dimensions").read_text("ascii")))
    index.load_index(str(path))
    index.set_ef(_WHILE_SEARCHING)

    def search(asked: Floats) -> NDArray[np.integer[Any]]:
        return np.asarray(index.knn_query(asked, TOP)[0][0])

    return search


def _cores() -> int:
    return len(os.sched_getaffinity(0))


SEARCHES = {
    "numpy": VectorSearch(_build_numpy, _open_numpy),
    "usearch exact": VectorSearch(_build_usearch_exact, _open_usearch_exact),
    "usearch hnsw": VectorSearch(_build_usearch_hnsw, _open_usearch_hnsw),
    "hnswlib": VectorSearch(_build_hnswlib, _open_hnswlib),
}
