"""Texts and words as vectors in which Kyrgyz, Kazakh, Russian and English share one space."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from search.errors import UserError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

#: Name of the model that comes with Izde, and where it lies.
EMBEDDED = "embedded"
EMBEDDED_FOLDER = Path(__file__).parent / "model"

WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"

#: What begins the first piece of a word.
WORD_START = "▁"

#: Mean length from which the pieces of a word tell what it means.
FAMILIAR = 4.0

#: Texts that are cut into pieces one by one: threads cost more than they save on the words of a query.
FEW = 16

#: Most pieces whose rows are summed at once: bounds memory to about 64 MB at 512 dimensions.
PIECES_AT_ONCE = 32_768

_NUMPY_TYPES: dict[str, np.dtype[Any]] = {"I8": np.dtype("<i1"), "F32": np.dtype("<f4")}


class ModelError(UserError, ValueError):
    """A model folder or id that cannot be used; the message says why."""


class Encoder(Protocol):
    """What turns texts into vectors; an index records `name` and `fingerprint` of the one that built it."""

    @property
    def name(self) -> str:
        """What `load_encoder` takes to load it again."""

    @property
    def fingerprint(self) -> str:
        """Changes when the vectors would."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), L2-normalised; zeros for a text without a known piece."""

    def encode_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The same for single word forms, to compare words of different languages."""

    def unfamiliar(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Which words were never met in training, as most names; shape (n,)."""


class StaticEncoder:
    """Sums 8-bit piece vectors, memory-mapped; reads sentence-transformers' StaticEmbedding folders.

    The folder holds `tokenizer.json` and `model.safetensors` with `embeddings` (pieces, dimensions) int8 and
    `weights` (pieces,) float32, a factor for each row. Raises ModelError if it does not.
    """

    def __init__(self, folder: Path, name: str | None = None) -> None:
        self._folder = folder
        self.name = name or str(folder)
        tensors = _mapped_tensors(folder / WEIGHTS_FILE)
        if set(tensors) != {"embeddings", "weights"} or tensors["embeddings"].dtype != np.int8:
            raise ModelError(f"{folder / WEIGHTS_FILE} needs `embeddings` (int8) and `weights`, has {sorted(tensors)}")
        self._rows, self._scales = tensors["embeddings"], np.array(tensors["weights"])

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the weights and the tokenizer."""
        digest = hashlib.sha256()
        for name in (WEIGHTS_FILE, TOKENIZER_FILE):
            digest.update((self._folder / name).read_bytes())
        return digest.hexdigest()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), L2-normalised; zeros for a text without a known piece."""
        encodings = self._encodings(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for first, pieces in _runs([encoding.ids for encoding in encodings]):
            self._add(vectors, first, pieces)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors

    def encode_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The same for single word forms: a word is the sum of its pieces."""
        return self.encode(words)

    def unfamiliar(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Which words are cut into pieces too short to be words."""
        encodings = self._encodings(words)
        return np.array([_is_unfamiliar(self._lengths[encoding.ids]) for encoding in encodings], np.bool_)

    def _encodings(self, texts: Sequence[str]) -> list[Encoding]:
        if len(texts) > FEW:
            return list(self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False))
        return [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        """The number of letters of each piece, negative for one that begins a word."""
        pieces = self._tokenizer.get_vocab(with_added_tokens=False)
        lengths = np.zeros(len(pieces), np.int64)
        lengths[list(pieces.values())] = [
            1 - len(piece) if piece.startswith(WORD_START) else len(piece) for piece in pieces
        ]
        return lengths

    def _add(self, vectors: NDArray[np.float32], first: int, pieces: list[list[int]]) -> None:
        """Add the rows of `pieces[i]` to `vectors[first + i]`."""
        lengths = np.array([len(ids) for ids in pieces])
        filled = np.flatnonzero(lengths)
        numbers = np.fromiter((number for ids in pieces for number in ids), np.int64, int(lengths.sum()))
        rows = self._rows[numbers] * self._scales[numbers, None]
        starts = np.cumsum(lengths)[filled] - lengths[filled]
        if len(filled):
            vectors[first + filled] += np.add.reduceat(rows, starts, axis=0)


def _is_unfamiliar(lengths: NDArray[np.int64]) -> bool:
    """Whether a word is, by the lengths of its pieces, of which those that begin a word are negative."""
    filled = lengths[lengths != 0]
    return bool((filled > 0).any() and np.abs(filled).mean() < FAMILIAR)


def _runs(pieces: list[list[int]]) -> Iterator[tuple[int, list[list[int]]]]:
    """Consecutive texts with about PIECES_AT_ONCE pieces together, and the first one's number.

    A text longer than that comes in parts under its own number.
    """
    first, size = 0, 0
    run: list[list[int]] = []
    for number, ids in enumerate(pieces):
        if run and size + len(ids) > PIECES_AT_ONCE:
            yield first, run
            run, size = [], 0
        if not run:
            first = number
        for start in range(PIECES_AT_ONCE, len(ids), PIECES_AT_ONCE):
            yield number, [ids[start : start + PIECES_AT_ONCE]]
        run.append(ids[:PIECES_AT_ONCE])
        size += len(run[-1])
    if run:
        yield first, run


def _mapped_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Tensors of a safetensors file without reading them: a JSON header's length, the header, the data."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
    except (OSError, ValueError, OverflowError) as error:
        raise ModelError(f"cannot read the model weights {path}: {error}") from error
    header.pop("__metadata__", None)
    if unknown := {entry["dtype"] for entry in header.values()} - set(_NUMPY_TYPES):
        raise ModelError(f"{path} has tensors of type {sorted(unknown)}, not I8 and F32")
    return {name: _mapped(path, 8 + size, entry) for name, entry in header.items()}


def _mapped(path: Path, base: int, entry: dict[str, Any]) -> NDArray[Any]:
    kind, start, shape = _NUMPY_TYPES[entry["dtype"]], base + entry["data_offsets"][0], tuple(entry["shape"])
    mapped: NDArray[Any] = np.memmap(path, dtype=kind, mode="r", offset=start, shape=shape)
    return mapped


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by folder or Hugging Face id; imports torch when first used."""

    def __init__(self, name: str, revision: str | None = None) -> None:
        self.name = name
        self._revision = revision

    @cached_property
    def _model(self) -> SentenceTransformer:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(f"the model {self.name} needs: pip install sentence-transformers") from error
        try:
            return SentenceTransformer(self.name, revision=self._revision, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(f"cannot load the model {self.name}: {error}") from error

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the files of a folder, or over id and revision of a model from the hub."""
        digest = hashlib.sha256()
        folder = Path(self.name)
        if folder.is_dir():
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
        else:
            digest.update(f"{self.name}@{self._revision or 'main'}".encode())
        return digest.hexdigest()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), L2-normalised; zeros for a blank text."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        blank = np.array([not text.strip() for text in texts])
        return np.where(blank[:, None], 0, vectors).astype(np.float32)

    def encode_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The same for single word forms, each as a text of its own."""
        return self.encode(words)

    def unfamiliar(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """None: a model that reads whole texts is taken to know all words."""
        return np.zeros(len(words), np.bool_)


def load_encoder(model: str | Path | None = None) -> Encoder:
    """The encoder of a folder or Hugging Face id; None (or "embedded") is the one that comes with Izde.

    A folder with 8-bit static rows is read directly, all else through sentence-transformers.
    Raises ModelError if there is no such model.
    """
    if model is None or str(model) == EMBEDDED:
        return StaticEncoder(EMBEDDED_FOLDER, EMBEDDED)
    folder = Path(model)
    if folder.is_dir() and _is_static(folder):
        return StaticEncoder(folder)
    return SentenceTransformerEncoder(str(model))


def _is_static(folder: Path) -> bool:
    weights, modules = folder / WEIGHTS_FILE, folder / "modules.json"
    if not (weights.is_file() and modules.is_file() and (folder / TOKENIZER_FILE).is_file()):
        return False
    types = [module["type"].rsplit(".", 1)[-1] for module in json.loads(modules.read_text(encoding="utf-8"))]
    if types != ["StaticEmbedding"]:
        return False
    try:
        tensors = _mapped_tensors(weights)
    except ModelError:
        return False
    return set(tensors) == {"embeddings", "weights"} and tensors["embeddings"].dtype == np.int8
