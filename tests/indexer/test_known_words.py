from __future__ import annotations

import pytest

from indexer.known_words import Morphology, morphology


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Өзөндөр жана көлдөр", ("ky", "ru")),
        ("Өзендер мен көлдер, қазақ жері", ("kk", "ru")),
        ("Реки и озёра", ("ru",)),
        ("Rivers", ("ru",)),
    ],
)
def test_the_letters_of_a_text_tell_its_morphologies(text: str, languages: tuple[str, ...]) -> None:
    assert morphology(text) == Morphology(languages)


@pytest.mark.parametrize(
    ("language", "word", "known"),
    [
        ("kk", "келісімдерді", True),
        ("kk", "сімдерд", False),
        ("ky", "мыйзамдарга", True),
        ("ru", "реками", True),
        ("ru", "тудничество", False),
    ],
)
def test_forms_of_known_lemmas_are_known(language: str, word: str, known: bool) -> None:
    assert Morphology((language,)).knows(word) is known
