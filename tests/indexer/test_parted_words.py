from __future__ import annotations

import pytest

from indexer.edits import untouched
from indexer.parted_words import broken_by_tabs

KAZAKH = "Бұл мәтін қазақ тілінде жазылған, оның әріптері соны көрсетеді. "
KYRGYZ = "Бул текст кыргыз тилинде жазылган, өзөндөр менен көлдөр жөнүндө. "
RUSSIAN = "Этот текст написан на русском языке. "


def mended(text: str) -> str:
    return broken_by_tabs(untouched(text)).text


@pytest.mark.parametrize(
    ("around", "raw", "expected"),
    [
        (KAZAKH, "Олар\tқа\tрастырылады.", "Олар\tқарастырылады."),
        (KAZAKH, "Қа\tзақстан\tұсынды.", "Қазақстан\tұсынды."),
        (KAZAKH, "тек\tком\tмер\tциялық\tбанк", "тек\tкоммерциялық\tбанк"),
        (KAZAKH, "халықаралық-құ\tқықтық\tкөмек", "халықаралық-құқықтық\tкөмек"),
        (KYRGYZ, "ушул\tмый\tзамдар\tменен", "ушул\tмыйзамдар\tменен"),
        (RUSSIAN, "важное\tсотруд\tничество\tстран", "важное\tсотрудничество\tстран"),
    ],
)
def test_a_word_broken_by_tabs_is_joined_when_a_lexicon_knows_it(around: str, raw: str, expected: str) -> None:
    assert mended(around + raw) == around + expected


@pytest.mark.parametrize(
    ("around", "text"),
    [
        (KAZAKH, "темір\tжолдан\tкейін"),
        (KYRGYZ, "андан\tбаш\tтартты\tжана\tиш\tбашталды\tбаштады"),
        (RUSSIAN, "доклад\tСмита\tпо\tводе"),
        (RUSSIAN, "а\tктив\tБ\tи"),
    ],
)
def test_words_of_their_own_stay_apart(around: str, text: str) -> None:
    assert mended(around + text) == around + text


def test_a_word_the_article_has_whole_needs_no_lexicon() -> None:
    assert mended("Келі\tсімдерді және келісімдерді") == "Келісімдерді және келісімдерді"


@pytest.mark.parametrize(
    ("around", "raw", "expected"),
    [
        (KAZAKH, "тек ком мерциялық банк", "тек коммерциялық банк"),
        (KAZAKH, "күші жә бірленушілер үшін", "күші жәбірленушілер үшін"),
        (RUSSIAN, "суд кри тикует решение", "суд критикует решение"),
        (RUSSIAN, "по воде и на суше", "по воде и на суше"),
        (KYRGYZ, "иш чара болду", "иш чара болду"),
    ],
)
def test_a_space_joins_only_parts_that_are_no_words(around: str, raw: str, expected: str) -> None:
    assert mended(around + raw) == around + expected


def test_offsets_lead_back_to_the_parts() -> None:
    draft = broken_by_tabs(untouched(KAZAKH + "Олар\tқа\tрастырылады."))
    place = draft.text.index("растырылады")
    assert int(draft.origin[place]) == place + 1
