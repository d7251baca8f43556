from __future__ import annotations

import time

import numpy as np
import pytest

from indexer.repair import RULES, repair, repaired_pages, stages


def mapped(raw: str) -> str:
    """What the raw text has where the repaired characters come from."""
    return "".join(raw[offset] for offset in repair(raw).origin[:-1])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Суу ресурста-\nрын пайдалануу", "Суу ресурстарын пайдалануу"),
        ("Суу ресурста-\n\nрын пайдалануу", "Суу ресурстарын пайдалануу"),
        ("Суу ресурста- \n \t\nрын пайдалануу", "Суу ресурстарын пайдалануу"),
        ("чаралар 1995-\nжылы башталган", "чаралар 1995-жылы башталган"),
        ("чаралар 1995-жыл-\nкы мыйзам", "чаралар 1995-жылкы мыйзам"),
        ("2004-\n2008-жылдары", "2004-2008-жылдары"),
        ("Алма-\nАта шаары", "Алма-Ата шаары"),
        ("БУУ-\nнун чечими", "БУУ-нун чечими"),
        ("ИЗИЛ-\nДӨӨ ЖОЛУ", "ИЗИЛДӨӨ ЖОЛУ"),
        ("Мындай иш-\nчаралар өттү. Башка иш-чаралар болду.", "Мындай иш-чаралар өттү. Башка иш-чаралар болду."),
        ("тыгыз карым-\nкатнаш", "тыгыз карым-катнаш"),
        ("бир-\nбири менен", "бир-бири менен"),
        ("уголовно-\nправовой режим", "уголовно-правовой режим"),
        ("междуна-\nродный договор", "международный договор"),
        ("Бул иш - \nмаанилүү", "Бул иш - маанилүү"),
        ("резолюция 1999/\n30 кабыл алынды", "резолюция 1999/30 кабыл алынды"),
    ],
)
def test_words_broken_at_line_ends(raw: str, text: str) -> None:
    assert repair(raw).text == text


def test_hyphen_is_kept_where_another_form_of_the_word_has_it() -> None:
    raw = "Тасма-\nталкуулар өттү. Тасма-талкуунун жүрүшү жакшы."
    assert repair(raw).text == "Тасма-талкуулар өттү. Тасма-талкуунун жүрүшү жакшы."


def test_hyphen_is_dropped_where_the_text_has_the_word_whole() -> None:
    raw = "Мыйзам уго-\nловдук. Бул уголовдук иш."
    assert repair(raw).text == "Мыйзам уголовдук. Бул уголовдук иш."


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("ре\xadсурс", "ресурс"),
        ("ре\xad\nсурс", "ресурс"),
        ("ре\ufffe\nсурс", "ресурс"),
        ("1995\xadжыл", "1995-жыл"),
        ("əлем жəне Əдебиет", "әлем және Әдебиет"),
        ("the schwa [ə] in English", "the schwa [ə] in English"),
        ("қазақ тiлi", "қазақ тілі"),
        ("ATC жана IT-компания", "ATC жана IT-компания"),
        ("и\u0306од, е\u0308лка", "йод, ёлка"),
        ("of\ufb01ce \ufb02ow", "office flow"),
        ("бир\u200bге,\ufeff мына\x00", "бирге, мына"),
        ("2003\xa0ж.  \u2009 май", "2003 ж. май"),
        ("сөз\ufffdдүн жана \ue123 белги", "сөздүн жана белги"),
        ("аяктады.Андан кийин,бирок кеч", "аяктады. Андан кийин, бирок кеч"),
        ("А.С.Пушкин, 3,5 миң, mail.Ru", "А.С.Пушкин, 3,5 миң, mail.Ru"),
    ],
)
def test_characters(raw: str, text: str) -> None:
    assert repair(raw).text == text


def test_tabs_are_spaces_and_join_broken_words() -> None:
    raw = (
        "Осы\tкеліс\tсөздер\tкүрделі.\tКелі\tсімдерді\tкелісімдерді\t сақтау,\t"
        "ком-\nмер\tциялық\tмәлімет,\tкоммерциялық\tбанк."
    )
    assert repair(raw).text == (
        "Осы келіс сөздер күрделі. Келісімдерді келісімдерді сақтау, коммерциялық мәлімет, коммерциялық банк."
    )


def test_line_ends_and_paragraphs() -> None:
    raw = (
        "Биринчи абзацтын биринчи сабы ушундай жана анын\n"
        "экинчи сабы мындан көп кыска эмес болуп турат, ал\n"
        "эми бүттү.\n"
        "Экинчи абзац жаңы саптан башталат, анткени мурдагы\n"
        "сап кыска болчу.\n"
        "\n"
        "Үчүнчү абзац бош саптан кийин турат жана барак бүткөн\n"
        "\n\n\n"
        "жерде үзүлөт.\n"
    )
    assert repair(raw).text == (
        "Биринчи абзацтын биринчи сабы ушундай жана анын экинчи сабы мындан көп кыска эмес болуп турат, ал эми бүттү."
        "\n\nЭкинчи абзац жаңы саптан башталат, анткени мурдагы сап кыска болчу."
        "\n\nҮчүнчү абзац бош саптан кийин турат жана барак бүткөн жерде үзүлөт."
    )


def test_blank_lines_between_all_lines() -> None:
    lines = [
        "Бул макалада суу чарбасынын абалы каралат жана",
        "анын келечеги тууралуу айтылат. Биринчи бөлүгү",
        "тарыхка арналган, экинчиси болсо азыркы учурдун",
        "көйгөйлөрүнө. Автор 2010-жылдан бери чогултулган",
        "маалыматты колдонот жана аны Кыргыз Республикасынын",
        "Улуттук комитетинин эсебине салыштырат. Ошол эле",
        "учурда башка өлкөлөрдүн тажрыйбасы дагы каралат.",
        "Мунун баары жаңы корутундуларга алып келет жана",
        "изилдөөнү улантууга негиз берет.",
        "Экинчи абзац ушул жерден башталат.",
    ]
    assert repair("\n\n".join(lines)).text == " ".join(lines[:9]) + "\n\n" + lines[9]


def test_paragraphs_that_are_parted_by_blank_lines_stay() -> None:
    paragraphs = [f"Абзац номер {number} целиком стоит на своей строке." for number in range(12)]
    assert repair("\n\n".join(paragraphs)).text == "\n\n".join(paragraphs)


def test_headings_stay_paragraphs() -> None:
    raw = (
        "СУУ ЧАРБАСЫНЫН АБАЛЫ ЖАНА АНЫН\n\nКЕЛЕЧЕГИ\n\nКиришүү\n"
        "Бул бөлүктө изилдөөнүн максаты жана милдеттери айтылат.\nНегизги бөлүк\n"
    )
    assert repair(raw).text == (
        "СУУ ЧАРБАСЫНЫН АБАЛЫ ЖАНА АНЫН КЕЛЕЧЕГИ\n\nКиришүү\n\n"
        "Бул бөлүктө изилдөөнүн максаты жана милдеттери айтылат. Негизги бөлүк"
    )


def test_label_begins_a_paragraph() -> None:
    raw = "Макалада бул маселенин баары толук каралган жана бүткөн.\nНегизги сөздөр: суу, мыйзам."
    assert repair(raw).text == (
        "Макалада бул маселенин баары толук каралган жана бүткөн.\n\nНегизги сөздөр: суу, мыйзам."
    )


@pytest.mark.parametrize("glyph", ["•", "\uf0b7", "¾", "\ufffd", "-", "*", "–"])
def test_list_items(glyph: str) -> None:
    raw = f"Принципы таковы:\n {glyph} равенство\nсторон;\n {glyph} добрая воля.\nТаким образом, спор решён."
    assert repair(raw).text == "Принципы таковы:\n• равенство сторон;\n• добрая воля.\n\nТаким образом, спор решён."


def test_dash_inside_a_sentence_is_no_list_item() -> None:
    assert repair("Вода и земля\n- это богатство страны.").text == "Вода и земля - это богатство страны."


def test_numbered_entries_have_lines_of_their_own() -> None:
    raw = (
        "Литература\n1. Иванов И.И. Право и вода: проблемы и решения.\n"
        "М., 2001. 20 с.\n2. Asanov A. Water law. Bishkek, 2005.\n3. Омаров Қ. Су құқығы."
    )
    assert repair(raw).text == (
        "Литература\n\n1. Иванов И.И. Право и вода: проблемы и решения. М., 2001. 20 с.\n"
        "2. Asanov A. Water law. Bishkek, 2005.\n3. Омаров Қ. Су құқығы."
    )


def test_page_numbers_alone_on_a_line() -> None:
    raw = "Первая страница кончается здесь и\n\n12\n\nпродолжается там.\n\n- 13 -\n\nВ 2001\nгоду."
    assert repair(raw).text == "Первая страница кончается здесь и продолжается там.\n\nВ 2001 году."


def test_numbers_of_a_table_stay() -> None:
    assert repair("Год\n\n2001\n\n5\n\n7\n\nИтого").text == "Год\n\n2001\n\n5\n\n7\n\nИтого"


@pytest.mark.parametrize("text", ["42", "- 42 -", "1\f2"])
def test_numbers_that_are_the_whole_text_stay(text: str) -> None:
    assert repair(text).text.strip("•- ")[0] in "14"


def test_running_heads() -> None:
    pages = [
        f"Вестник университета. {number}\nСтраница {word} говорит о своём и кончается.\n{number}"
        for number, word in ((7, "первая"), (8, "вторая"), (9, "третья"))
    ]
    whole = "\n\n".join(f"Страница {word} говорит о своём и кончается." for word in ("первая", "вторая", "третья"))
    assert repair("\f".join(pages)).text == whole
    starts = (0, len(pages[0]) + 2, len(pages[0]) + len(pages[1]) + 4)
    assert repair("\n\n".join(pages), starts).text == whole


def test_footnotes_inside_a_sentence_follow_its_paragraph() -> None:
    raw = (
        "Государства решают эти вопросы совместно, с помо-\n\n"
        "1  Иванов И.И. Право. М., 2001. С. 5.\n\n2  Petrov P. Law. London, 2003.\n"
        " щью договоров и соглашений.\n\nСледующий абзац."
    )
    repaired = repair(raw)
    assert repaired.text == (
        "Государства решают эти вопросы совместно, с помощью договоров и соглашений.\n\n"
        "1 Иванов И.И. Право. М., 2001. С. 5.\n\n2 Petrov P. Law. London, 2003.\n\nСледующий абзац."
    )
    note = repaired.text.index("1 Иванов")
    assert raw[repaired.origin[note] :].startswith("1  Иванов")


@pytest.mark.parametrize(
    "raw", ["", " ", "\n\n", "\x00", "\ud800", "\f\f", "\t", "-\n", "а-\n", "\n-а", "•", "1\n", "\u0306"]
)
def test_nothing_to_repair(raw: str) -> None:
    repaired = repair(raw)
    assert len(repaired.origin) == len(repaired.text) + 1


def test_origin_maps_every_character_back() -> None:
    raw = "  Суу ресурста-\n\nрын   əлем \xad\tпай\xadдалануу.\r\n\r\n\uf0b7 бирин-\nчи;\n"
    repaired = repair(raw)
    assert repaired.text == "Суу ресурстарын әлем пайдалануу.\n• биринчи;"
    assert mapped(raw).replace("ə", "ә").replace("\r", "\n").replace("\uf0b7", "•") == repaired.text
    assert (np.diff(repaired.origin) >= 0).all()
    assert len(repaired.origin) == len(repaired.text) + 1


def test_pages_are_mapped_into_the_repaired_text() -> None:
    first, second = "Биринчи барак бүт-\n\n", "көн жок. Экинчи   барак."
    repaired = repair(first + second + "\n\n" + "Үчүнчү барак.")
    pages = repaired_pages((0, len(first), len(first + second) + 2), repaired)
    assert repaired.text == "Биринчи барак бүткөн жок. Экинчи барак.\n\nҮчүнчү барак."
    assert [repaired.text[page:][:6] for page in pages] == ["Биринч", "көн жо", "Үчүнчү"]


def test_stages_name_the_rules_that_changed_the_text() -> None:
    assert [(name, draft.text) for name, draft in stages("осы əлем  мәде-\nниеті")] == [
        ("schwas", "осы әлем  мәде-\nниеті"),
        ("spaces", "осы әлем мәде-\nниеті"),
        ("broken_at_line_ends", "осы әлем\vмәдениеті"),
        ("line_breaks", "осы әлем мәдениеті"),
    ]
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


def test_repaired_text_is_left_alone() -> None:
    text = repair("Тақырып\n\nБірінші абзац осында-\nғы сөз.\n\n- бір;\n- екі.\n\nСоңы.").text
    assert repair(text).text == text


@pytest.mark.parametrize(
    "unit", ["a", " ", "\n", "а-\n", "қа\tра", ". ", "\n• а", "\n\n1", "\f1", "aа", "и\u0306", "(", "а\n\n1 Б "]
)
def test_time_is_bounded_on_strange_text(unit: str) -> None:
    began = time.perf_counter()
    repair(unit * (200_000 // len(unit)))
    assert time.perf_counter() - began < 5
