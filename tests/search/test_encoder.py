"""Tests of `search.encoder`: the embedded model, and its agreement with sentence-transformers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from search.encoder import (
    EMBEDDED_FOLDER,
    ModelError,
    SentenceTransformerEncoder,
    StaticEncoder,
    load_encoder,
)

TEXTS = [
    "Эл аралык кызматташтык жөнүндө келишим",
    "Қазақстан мен Қырғызстан арасындағы шекара туралы шарт",
    "Договор о дружбе и сотрудничестве, подписанный в 1997 году",
    "Human trafficking and organised crime in Central Asia",
    "",
    " \n\t",
    "😀 🏔️",
    "Тоо 🏔️ менен көл, 42%",
    "Ёлка; елка — ЁЛКА!",
    "ынтымақтастық " * 2000,
]

TRANSLATIONS = [
    ("ынтымақтастық", "кызматташтык", "сотрудничество", "cooperation"),
    ("бақылау", "көзөмөл", "контроль", "control"),
    ("қауіпсіздік", "коопсуздук", "безопасность", "security"),
    ("ШЫҰ", "ШКУ", "ШОС", "SCO"),
    ("адам саудасы", "адам сатуу", "торговля людьми", "human trafficking"),
    ("мәдениет", "маданият", "культура", "culture"),
]


@pytest.fixture(scope="module")
def embedded() -> StaticEncoder:
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A static model of three words in two dimensions, the last of them with a factor of 2."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "мир": 1, "peace": 2, "война": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    rows = np.array([[0, 0], [3, 4], [3, 4], [0, -5]], dtype=np.int8)
    save_file({"embeddings": rows, "weights": np.array([0, 1, 1, 2], dtype=np.float32)}, tmp_path / "model.safetensors")
    modules = (EMBEDDED_FOLDER / "modules.json").read_text(encoding="utf-8")
    (tmp_path / "modules.json").write_text(modules, encoding="utf-8")
    return tmp_path


def test_a_text_is_the_normalised_sum_of_its_pieces(tiny_folder: Path) -> None:
    vectors = load_encoder(tiny_folder).encode(["мир", "мир война", "unknown", "мир мир peace"])
    expected = [[0.6, 0.8], [3 / 45**0.5, -6 / 45**0.5], [0, 0], [0.6, 0.8]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert vectors.dtype == np.float32


def test_name_and_fingerprint_tell_models_apart(tiny_folder: Path, embedded: StaticEncoder) -> None:
    tiny = load_encoder(tiny_folder)
    assert (tiny.name, tiny.dimensions) == (str(tiny_folder), 2)
    assert embedded.name == "embedded"
    assert len(embedded.fingerprint) == 64
    assert embedded.fingerprint == load_encoder("embedded").fingerprint != tiny.fingerprint


def test_no_texts_give_no_rows(embedded: StaticEncoder) -> None:
    assert embedded.encode([]).shape == (0, embedded.dimensions)


def test_rows_are_normalised_or_zero(embedded: StaticEncoder) -> None:
    norms = np.linalg.norm(embedded.encode(TEXTS), axis=1)
    np.testing.assert_allclose(norms, [1, 1, 1, 1, 0, 0, 0, 1, 1, 1], atol=1e-5)


def test_a_text_longer_than_the_piece_limit_is_read_to_its_end(embedded: StaticEncoder) -> None:
    long, short = embedded.encode(["шекара " * 40_000 + "келишим " * 40_000, "шекара келишим"])
    assert float(long @ short) == pytest.approx(1, abs=1e-4)


def test_equals_sentence_transformers(embedded: StaticEncoder) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    model = sentence_transformers.SentenceTransformer(str(EMBEDDED_FOLDER), device="cpu")
    expected = model.encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(embedded.encode(TEXTS), expected, atol=1e-5)


def test_sentence_transformer_encoder_reads_any_model(embedded: StaticEncoder) -> None:
    pytest.importorskip("sentence_transformers")
    encoder = SentenceTransformerEncoder(str(EMBEDDED_FOLDER))
    np.testing.assert_allclose(encoder.encode(TEXTS), embedded.encode(TEXTS), atol=1e-5)
    assert encoder.encode([]).shape == (0, embedded.dimensions)
    assert encoder.dimensions == embedded.dimensions


@pytest.mark.parametrize("words", TRANSLATIONS, ids=lambda words: words[3])
def test_a_word_is_nearest_to_its_translations(embedded: StaticEncoder, words: tuple[str, ...]) -> None:
    everything = [word for row in TRANSLATIONS for word in row]
    similarity = embedded.encode_words(words) @ embedded.encode_words(everything).T
    nearest = {everything[number] for row in np.argsort(-similarity)[:, :4] for number in row}
    assert nearest == set(words)


def test_names_that_were_never_met_are_unfamiliar(embedded: StaticEncoder) -> None:
    words = ["конвенция", "ынтымақтастықты", "токтогул", "мккн", "rantsev", ""]
    assert embedded.unfamiliar(words).tolist() == [False, False, False, True, True, False]


def test_searching_with_the_embedded_model_does_not_import_torch() -> None:
    code = (
        "import sys; from search.encoder import load_encoder; load_encoder().encode(['мир']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_query_takes_under_ten_milliseconds(embedded: StaticEncoder) -> None:
    embedded.encode(["жылытуу"])
    durations = []
    for _ in range(20):
        began = time.perf_counter()
        embedded.encode(["ответственность государств за трансграничный ущерб"])
        durations.append(time.perf_counter() - began)
    assert sorted(durations)[10] < 0.010


def test_three_hundred_passages_take_under_a_second(embedded: StaticEncoder) -> None:
    passage = "Мамлекеттер ортосундагы кызматташтык эл аралык келишимдерге негизделет " * 17
    durations = []
    for _ in range(3):
        began = time.perf_counter()
        embedded.encode([passage] * 300)
        durations.append(time.perf_counter() - began)
    assert min(durations) < 1


def test_the_model_stays_small() -> None:
    size = sum(path.stat().st_size for path in EMBEDDED_FOLDER.iterdir())
    assert size <= 32_000_000


def test_a_folder_without_rows_is_refused_with_the_reason(tiny_folder: Path) -> None:
    save_file({"embedding.weight": np.zeros((4, 2), np.float32)}, tiny_folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"needs `embeddings` \(int8\) and `weights`, has \['embedding.weight'\]"):
        StaticEncoder(tiny_folder)


def test_a_broken_weights_file_is_refused_with_its_name(tiny_folder: Path) -> None:
    (tiny_folder / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0not a header")
    with pytest.raises(ModelError, match=r"cannot read the model weights .*model\.safetensors"):
        StaticEncoder(tiny_folder)


def test_a_missing_model_is_an_error() -> None:
    with pytest.raises(ModelError, match="no-such-folder/model"):
        SentenceTransformerEncoder("./no-such-folder/model").encode(["мир"])


def test_modules_name_the_published_class() -> None:
    modules = json.loads((EMBEDDED_FOLDER / "modules.json").read_text(encoding="utf-8"))
    assert [module["type"].split(".")[0] for module in modules] == ["sentence_transformers"]
