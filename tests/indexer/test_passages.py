from __future__ import annotations

import time

import pytest

from indexer.passages import LEAST_WORDS, MOST_WORDS, passages
from search.articles import Passage

KYRGYZ = "Суу чарбасын башкаруунун жаңы тартиби өлкөнүн бардык аймактарында акырындык менен киргизилүүдө. "
KAZAKH = "Су шаруашылығын басқарудың жаңа тәртібі елдің барлық аймақтарында біртіндеп енгізілуде. "
RUSSIAN = "Новый порядок управления водным хозяйством постепенно вводится во всех областях страны. "
ENGLISH = "The new order of water management is gradually being introduced in all regions of the country. "


def cut(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(passage.language, passage.text) for passage in passages("a", text, (), language)]


def test_short_text_is_one_passage() -> None:
    text = "  Суу тууралуу мыйзам кабыл алынды.\n"
    assert passages("папка/сөз", text) == [
        Passage("папка/сөз", 0, 2, 35, "ky", "Суу тууралуу мыйзам кабыл алынды.", None)
    ]


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_blank_text_has_none(text: str) -> None:
    assert passages("a", text) == []


@pytest.mark.parametrize(
    ("text", "language"), [("5", "other"), ("中文文本。", "other"), ("!", "other"), ("суу", "ky"), ("water", "en")]
)
def test_every_text_has_a_passage(text: str, language: str) -> None:
    assert cut(text) == [(language, text)]


def test_lengths_and_whole_sentences() -> None:
    text = (KYRGYZ * 40).strip()
    found = passages("a", text)
    assert len(found) > 3
    for ordinal, passage in enumerate(found):
        assert passage.ordinal == ordinal
        assert passage.text == text[passage.start : passage.end] == passage.text.strip()
        assert passage.text.endswith(".")
        assert LEAST_WORDS <= len(passage.text.split()) <= MOST_WORDS
    assert " ".join(passage.text for passage in found) == text


def test_abstracts_in_other_languages_are_passages_of_their_own() -> None:
    abstracts = [KYRGYZ * 4, RUSSIAN, "Abstract. " + ENGLISH, KYRGYZ * 6]
    text = "\n\n".join(paragraph.strip() for paragraph in abstracts)
    assert cut(text) == [
        ("ky", (KYRGYZ * 4).strip()),
        ("ru", RUSSIAN.strip()),
        ("en", "Abstract. " + ENGLISH.strip()),
        ("ky", (KYRGYZ * 6).strip()),
    ]


def test_change_of_language_inside_a_paragraph() -> None:
    assert cut(KAZAKH * 4 + RUSSIAN * 4) == [("kk", (KAZAKH * 4).strip()), ("ru", (RUSSIAN * 4).strip())]


@pytest.mark.parametrize(
    "foreign",
    ["«Вода – это жизнь».", "Water is life.", "[12].", "См. также: Иванов И. Право.", "2003. – № 5."],
)
def test_short_foreign_sentence_does_not_part_a_passage(foreign: str) -> None:
    text = KYRGYZ * 3 + foreign + " " + KYRGYZ * 3
    assert cut(text) == [("ky", text.strip())]


def test_foreign_reference_in_a_list() -> None:
    entries = [
        "1. Асанов А. Суу укугу жана анын өнүгүшү. – Бишкек, 2001.",
        "2. Brown P. Encyclopedia of Water Law. London, 2005.",
        "3. Садыков Б. Кыргызстандын суу чарбасынын тарыхы. – Ош, 2008.",
    ]
    text = KYRGYZ * 3 + "\n\nАдабияттар\n\n" + "\n".join(entries)
    assert {language for language, _ in cut(text)} == {"ky"}


def test_declared_language_decides_only_where_the_text_does_not() -> None:
    assert cut("Конституция", "kk") == [("kk", "Конституция")]
    assert cut("Конституция", "ru") == [("ru", "Конституция")]
    assert cut(RUSSIAN, "kk") == [("ru", RUSSIAN.strip())]


def test_heading_belongs_with_what_follows() -> None:
    text = f"{KYRGYZ * 7}\n\nЖыйынтык жана сунуштар\n\n{KYRGYZ * 7}".replace(" \n", "\n").strip()
    first, second = passages("a", text)
    assert first.text == (KYRGYZ * 7).strip()
    assert second.text == "Жыйынтык жана сунуштар\n\n" + (KYRGYZ * 7).strip()


def test_paragraphs_are_kept_whole_where_their_length_allows() -> None:
    paragraphs = [(KYRGYZ * count).strip() for count in (7, 8, 6, 9)]
    assert [text for _, text in cut("\n\n".join(paragraphs))] == paragraphs


def test_short_rest_goes_with_the_passage_before_it() -> None:
    text = (KYRGYZ * 9).strip() + "\n\nМуну менен бүтөбүз."
    assert len(cut(text)) == 1


def test_list_of_references_is_parted_between_entries() -> None:
    entries = [
        f"{number}. Иванов И.И. Право и вода. М.: Наука, {1990 + number}. С. {number}." for number in range(1, 40)
    ]
    found = cut("\n".join(entries))
    assert len(found) > 2
    assert [line for _, text in found for line in text.split("\n")] == entries


def test_sentence_too_long_is_cut_at_commas() -> None:
    text = ", ".join(["новые правила управления водным хозяйством страны"] * 100) + "."
    found = cut(text)
    assert " ".join(piece for _, piece in found) == text
    assert all(piece.endswith((",", ".")) for _, piece in found)
    assert all(len(piece.split()) <= MOST_WORDS for _, piece in found)


@pytest.mark.parametrize("text", ["а" * 20_000, "слово " * 5_000, "1 2 " * 5_000, "中" * 20_000])
def test_text_without_sentences_is_cut_all_the_same(text: str) -> None:
    found = passages("a", text)
    assert all(len(passage.text) <= 2 * MOST_WORDS * 16 for passage in found)
    assert "".join(passage.text for passage in found).replace(" ", "") == text.replace(" ", "")


def test_page_is_that_of_the_start() -> None:
    pages = [(KYRGYZ * 8).strip() + "\n\n" for _ in range(3)]
    starts = (0, len(pages[0]), len(pages[0]) + len(pages[1]))
    found = passages("a", "".join(pages), starts)
    assert [passage.page for passage in found] == [1, 2, 3]


def test_long_text_in_bounded_time() -> None:
    text = (KYRGYZ + RUSSIAN) * 1500
    began = time.perf_counter()
    assert passages("a", text)
    assert time.perf_counter() - began < 10
