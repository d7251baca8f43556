"""What is kept in Qdrant: three collections for each generation, and an alias that names the generation in use.

    COLLECTION                          alias of the first of these
    COLLECTION-GENERATION               a point for each passage
    COLLECTION-GENERATION-articles      a point for each article, with its whole text
    COLLECTION-GENERATION-files         the manifest, the vocabulary in chunks, what each share of the sources gave

Words and keys go in under checksums of their names, so that whoever writes needs no numbering in common with others.
The words of a passage are all that ranking needs of it: its scores are worked out from them where the query is
answered, by the same functions as those of an index on disk. What Qdrant works out itself only chooses candidates.
"""

from __future__ import annotations

import base64
import struct
import uuid
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models

from search.vectors import Bytes

#: Changes whenever points change their meaning.
SCHEMA_VERSION = 1

#: Names of the two vectors of a passage: of its meaning, and how much each of its keys says there.
MEANING = "meaning"
KEYS = "keys"

#: Bytes of the checksum of a word: of ten million words no two are likely to have the same.
WORD_BYTES = 6

#: Passages are dealt into so many lots, by which some of very many are counted.
LOTS = 1024

#: Words a passage is taken to have on average in the weights of its keys, before that is known.
NOMINAL_LENGTH = 110.0

#: Payload of a passage that ranking needs.
RANKED = (
    "article",
    "ordinal",
    "language",
    "year",
    "references",
    "words",
    "title",
    "keywords",
    "author",
    "vector",
    "scale",
)

_NAMESPACE = uuid.UUID("7d1f3c52-6a0e-4c0c-9a7e-1f1e7d5f2b11")

_KEYWORD = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD)
_NUMBERS = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False, on_disk=True)
_RANGE = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=True)

#: Payload of passages that can be asked for; keys by their checksums, those of the text and of the article's fields.
PASSAGE_INDEXES: dict[str, models.PayloadSchemaType | models.KeywordIndexParams | models.IntegerIndexParams] = {
    "article": _KEYWORD,
    "language": _KEYWORD,
    "authors": _KEYWORD,
    "authors_folded": _KEYWORD,
    "year": _RANGE,
    "lot": _RANGE,
    "text_keys": _NUMBERS,
    "title_keys": _NUMBERS,
    "keywords_keys": _NUMBERS,
    "author_keys": _NUMBERS,
}


#: Payload of articles that can be asked for.
ARTICLE_INDEXES: dict[str, models.PayloadSchemaType | models.KeywordIndexParams | models.IntegerIndexParams] = {
    "id": _KEYWORD,
    "share": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
    "year": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=True),
}


def articles_of(generation: str) -> str:
    """The collection of the articles of a generation, given that of its passages."""
    return f"{generation}-articles"


def files_of(generation: str) -> str:
    """The collection of the files of a generation, given that of its passages."""
    return f"{generation}-files"


def point_id(*names: object) -> str:
    """The id of the point for what has these names."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join(map(str, names)).encode("utf-8", "surrogatepass").hex()))


def vectors_config(dimensions: int) -> dict[str, models.VectorParams]:
    """The dense vector of passages: in half precision on disk, by which those chosen in bytes are compared."""
    return {
        MEANING: models.VectorParams(
            size=dimensions,
            distance=models.Distance.COSINE,
            datatype=models.Datatype.FLOAT16,
            on_disk=True,
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
        )
    }


def sparse_vectors_config() -> dict[str, models.SparseVectorParams]:
    """The sparse vector of passages: our BM25 weights; how rare a key is comes with the query."""
    # In half precision, passages would be equals that are not.
    index = models.SparseIndexParams(on_disk=False, datatype=models.Datatype.FLOAT32)
    return {KEYS: models.SparseVectorParams(index=index)}


def word_checksum(name: str) -> int:
    """The checksum of a word, by its name (see `search.words.word_name`)."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=WORD_BYTES).digest(), "little")


def packed_words(checksums: NDArray[np.uint64]) -> str:
    """Checksums of words in a row, eight letters each."""
    return _text(checksums.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :WORD_BYTES].tobytes())


def unpacked_words(packed: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The checksums of the words of several passages on end, and how many each has."""
    content = np.frombuffer(b"".join(map(base64.b64decode, packed)), np.uint8).reshape(-1, WORD_BYTES)
    checksums = np.zeros((len(content), 8), np.uint8)
    checksums[:, :WORD_BYTES] = content
    lengths = np.array([len(each) // (WORD_BYTES * 4 // 3) for each in packed], np.int64)
    return checksums.view("<u8")[:, 0].astype(np.uint64), lengths


def packed_vector(vector: Bytes) -> str:
    """A vector as `search.vectors.quantised` gives it."""
    return _text(vector.tobytes())


def unpacked_vectors(packed: Sequence[str]) -> Bytes:
    """Vectors as `search.vectors.quantised` gives them; shape (vectors, dimensions)."""
    content = b"".join(map(base64.b64decode, packed))
    return np.frombuffer(content, np.int8).reshape(len(packed), len(content) // max(len(packed), 1))


def passage_digest(payload: dict[str, Any]) -> int:
    """A checksum of all that a passage's payload holds but for itself, of 63 bits.

    Numbers with a fraction count in single precision: Qdrant's reading of their decimals is off by a last bit.
    """
    content = repr(sorted((name, _single(value)) for name, value in payload.items() if name != "digest"))
    return int.from_bytes(blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") >> 1


def _single(value: Any) -> Any:
    return struct.unpack("<f", struct.pack("<f", value))[0] if isinstance(value, float) else value


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
