"""Write piece vectors as a sentence-transformers folder with 8-bit rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    }
]
CONFIGURATION = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


def quantised(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as integers in [-127, 127] and the float scale of each, so that rows * scales are near `vectors`."""
    scales = np.abs(vectors).max(axis=1, keepdims=True) / 127
    rows = np.rint(np.divide(vectors, scales, out=np.zeros_like(vectors), where=scales > 0))
    return rows.astype(np.int8), scales[:, 0].astype(np.float32)


def save_model(folder: Path, tokenizer: Tokenizer, vectors: NDArray[np.float32]) -> None:
    """Write the folder that `search.encoder` and sentence-transformers read, about a byte a number."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, scales = quantised(vectors)
    save_file({"embeddings": rows, "weights": scales}, folder / "model.safetensors", metadata={"format": "np"})
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(folder / "modules.json", MODULES)
    _write_json(folder / "config_sentence_transformers.json", CONFIGURATION)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
