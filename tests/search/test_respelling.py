"""Tests of `search.respelling`: queries in words that no passage holds, over a collection of four sentences."""

from __future__ import annotations

import json

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.keyindex import KeyIndex
from search.respelling import Respeller
from search.storage import current_generation, generation_path
from search.words import Words

TEXTS = {
    "ky": "Баңгизаттардын мыйзамсыз жүгүртүлүшүнө көзөмөл күчөтүлдү. Мөңгүлөр эрип, дарыянын деңгээли өзгөрүүдө.",
    "kk": "Аймақтық қауіпсіздік пен экономикалық ынтымақтастық туралы келісімге қол қойылды. Судың сапасы тұрақты.",
    "ru": "Торговля людьми запрещена законом. Государства обязаны защищать потерпевших от преступлений.",
    "en": "The court protected the remittances of migrant workers. Security of the border remained a concern.",
}


@pytest.fixture(scope="module")
def respeller(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Respeller:
    folder = tmp_path_factory.mktemp("spelt")
    articles = [{"id": code, "title": "", "text": text} for code, text in TEXTS.items()]
    (folder / "texts.jsonl").write_text("\n".join(json.dumps(each) for each in articles), "utf-8")
    build([folder], folder / "index", encoder)
    path = generation_path(folder / "index", current_generation(folder / "index"))
    return Respeller(KeyIndex([path]), Words([path]))


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("бангизаттардын козомолу", "баңгизаттардын көзөмөл"),
        ("бангизатка", "баңгизат"),
        ("кауипсиздигине", "қауіпсіздік"),
        ("qauipsizdik, yntymaqtastyq", "қауіпсіздік, ынтымақтастық"),
        ("mongulor", "мөңгүлөр"),
        ("torgovlya lyudmi", "торговля людьми"),
        ("prestupleniyami", "преступлениями"),
        ("njhujdkz k.lmvb", "торговля людьми"),
        ("ыусгкшен", "security"),
        ("security торговля", "security торговля"),
        ("remittance", "remittance"),
        ("2099 xqzwv", "2099 xqzwv"),
        ("", ""),
    ],
)
def test_words_are_spelt_as_the_passages_spell_them(respeller: Respeller, typed: str, spelt: str) -> None:
    assert respeller.respelt(typed) == spelt


@pytest.mark.parametrize(
    ("form", "mistypings", "expected"),
    [
        ("remitances", 2, "remittances"),
        ("rmeittances", 1, "remittances"),
        ("закном", 1, "законом"),
        ("хаконам", 1, None),
        ("хаконам", 2, "законом"),
        ("cuort", 2, "court"),
        ("cuorts", 1, None),
        ("xyzzy", 2, None),
        ("з" * 1000, 2, None),
    ],
)
def test_the_nearest_word_is_offered(respeller: Respeller, form: str, mistypings: int, expected: str | None) -> None:
    assert respeller.correction(form, mistypings) == expected
