from __future__ import annotations

import time

import pytest

from indexer.sentences import ends_with_abbreviation, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        # one sentence a line, joined by spaces
        "Ю.А. Осмонова бул ойду колдойт.\nБирок А. Б. Садыков каршы.",
        "Баасы 12 млн. АКШ долларын түздү.\nБул 2,5 эсе көп.",
        "Келишим 1988-ж. кабыл алынган.\nАл 2003 ж. 4-майда күчүнө кирген.",
        "Эгиндер, жемиштер ж.б. өстүрүлөт.\nЭл көп.",
        "Нан, сүт, ет және т.б.\nОсының бәрі қымбат.",
        "Шарт 2003 ж. Женевада жасалды.\nОл 2005 ж. күшіне енді.",
        "Закон принят 12 мая 2001 г. парламентом.\nОн действует с 2002 г.",
        "Соглашение подписано в 1996 г.\nВ нём 20 статей.",
        "Реки, озёра и т.д. охраняются.\nСм. также ст. 5 и п. 3.",
        "Работы проф. Петрова и д-ра юрид. наук Сидорова известны.\nИх изучают в ун-те им. Ломоносова.",
        "See Smith et al. (2001) and e.g. Fig. 3 on p. 12.\nThe U.S. Congress met at 5 p.m.\nIt adjourned.",
        "Dr. Brown and Mr. Green agree.\nNobody else does!\nWhy?\nBecause they said so...",
        "Ушундай деп айтылган [3, 4, 5].\nКийинкиси башка.",
        "Ушундай деп айтылган. [3]\nКийинкиси башка.",
        "«Барасыңбы?» деп сурады ал.\n«Барам!»\nАнан кетти.",
        "Он сказал: «Пора домой.»\nПотом ушёл (см. рис. 2. Карта и стр. 5).\nВсё.",
        "Сайты https://example.kg/a.b?c=D. жана mail@example.com. аркылуу.\nБашка жол жок.",
        "Иванов И.И. Право. М.: Наука, 2001. С. 12–15.\nПетров П. Вода. – СПб., 2003. – 20 с.",
        "Encyclopedia of Law // Oaks: Sage. 2005. Vol. 3. P. 1115.\nAnother one follows.",
        "Күттүк… ал келди.\nКүттүк…\nАл келди.",
        "Температура 36.6 градус, версия 2.0.1 чыкты.\nБүттү.",
    ],
)
def test_sentences(text: str) -> None:
    assert split(text.replace("\n", " ")) == text.split("\n")


def test_headings_list_items_and_paragraphs_stand_alone() -> None:
    text = "Киришүү\n\nТизме:\n• бир;\n• эки. Үч.\n1. Биринчи. Дагы\n\n2) экинчи"
    assert split(text) == ["Киришүү", "Тизме:", "• бир;", "• эки.", "Үч.", "1. Биринчи.", "Дагы", "2) экинчи"]


def test_full_stop_that_has_lost_its_space() -> None:
    assert split("Жұмыс жүргізуде.Тараптар келісті. Д.Б.Асанова айтты.") == [
        "Жұмыс жүргізуде.",
        "Тараптар келісті.",
        "Д.Б.Асанова айтты.",
    ]


@pytest.mark.parametrize("text", ["", " \n ", ". . .", "...", "а", "\n\n.", "!!! ???", "中文。文本"])
def test_every_character_that_is_no_space_is_in_a_sentence(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("line", "abbreviated"),
    [("под ред. Г.В.", True), ("деп айткан проф.", True), ("кабыл алынды.", False), ("ж.б.", False), ("", False)],
)
def test_ends_with_abbreviation(line: str, abbreviated: bool) -> None:
    assert ends_with_abbreviation(line) is abbreviated


@pytest.mark.parametrize("unit", ["а. Б. ", ". ", "(", "[1", "А.", "a", "! ", "«", "Сөз. "])
def test_time_is_in_proportion_to_the_length(unit: str) -> None:
    began = time.perf_counter()
    sentences(unit * (400_000 // len(unit)))
    assert time.perf_counter() - began < 4
