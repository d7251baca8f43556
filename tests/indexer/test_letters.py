"""Letters repaired by what they make known words; see docs/repair-letters.md for the measurements."""

from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.edits import untouched
from indexer.joined_words import capitals_inside, joined_attributes, joined_words
from indexer.legacy_letters import legacy_letters
from indexer.lookalikes import latin_lookalikes, latin_prepositions, lookalike_words, lookalikes, turkic_lookalikes
from indexer.misread_letters import misread_letters
from indexer.repair import repair, stages
from indexer.spaced_letters import spaced_letters

KAZAKH = "Қазақстанның ұлттық қауіпсіздігі және оның өзара көмек үлгісі. Ғылыми кеңес мәселені қарады."
KYRGYZ = "Өлкөнүн өкмөтү жаңы мыйзамды күчүнө киргизди, үчүнчү күнү өзгөчө маселе каралды."
RUSSIAN = "Правовые основы «сотрудничества» государств – важная часть договора № 5, её дополняют соглашения."


@pytest.mark.parametrize(
    ("letters", "left"),
    [
        ("әқңғұүөһ", "јќѕєўїґћ"),  # KZ-1048 read as windows-1251
        ("әқңғұүө", "єќњѓўїґ"),
        ("әқңғұі", "єќњѓўї"),
    ],
)
def test_kazakh_letters_of_old_fonts(letters: str, left: str) -> None:
    damaged = KAZAKH.translate(str.maketrans(letters + letters.upper(), left + left.upper()))
    assert legacy_letters(untouched(damaged)).text == KAZAKH


@pytest.mark.parametrize("left", ["єїњ", "ґїѕ", "ѳүњ", "ѳўѕ"])
def test_kyrgyz_letters_of_old_fonts(left: str) -> None:
    damaged = KYRGYZ.translate(str.maketrans("өүңӨҮҢ", left + left.upper()))
    assert legacy_letters(untouched(damaged)).text == KYRGYZ


@pytest.mark.parametrize(
    "text",
    [
        "Україна є державою, її народ має право на освіту. Київ — столиця країни; там є ґанок, ґудзик, об'єкти, мрії.",
        "Яна мае ўласную гісторыю, ўлада і народ жыўцом размаўлялі, быў і ўзяў, даўно, слоўнік, праўда.",
        "Ово је прича о људима који живе у нашој земљи, њихова кућа, љубав, коњ, јер је ћутао, ноћ, међу њима.",
        "Ова е приказна за луѓето и нивните куќи, ќерка, ноќ, меѓу нив, ѕвезда, ѕид, јазик, јас, њива, секој ден.",
        "Мақалада Київ, Чернігів және Україна туралы айтылады.",
        "Диаметр 5 µм, тагы 7 µм жана 9 µм.",
    ],
)
def test_letters_of_other_alphabets_stay(text: str) -> None:
    assert legacy_letters(untouched(text)).text == text


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (RUSSIAN, "cp1251", "cp1252"),
        (RUSSIAN, "utf-8", "latin-1"),
        (RUSSIAN.replace("И", "и"), "utf-8", "cp1251"),
        (KAZAKH, "kz1048", "latin-1"),
        (KAZAKH, "utf-8", "latin-1"),
        (KYRGYZ, "utf-8", "latin-1"),
    ],
)
def test_text_read_in_another_encoding(text: str, written: str, read: str) -> None:
    assert repair(text.encode(written).decode(read)).text == text


def test_a_line_too_short_to_tell_is_as_the_line_before() -> None:
    damaged = "Правовые основы договора государств\nи др.".encode("cp1251").decode("cp1252")
    assert misread_letters(untouched(damaged)).text == "Правовые основы договора государств\nи др."


def test_only_misread_lines_are_read_anew() -> None:
    french = "Le résumé général est prêt à être publié où l’été naît."
    misread = "Правовые основы договора государств".encode("cp1251").decode("cp1252")
    assert misread_letters(untouched(f"{french}\n{misread}")).text == f"{french}\nПравовые основы договора государств"


@pytest.mark.parametrize(
    "text",
    ["Où est l'œuvre à côté ? Ça a été créé.", "ТІРІ, СІРІ, ТІСІ", "ÀÁÂ, ÈÉÊ, ÌÍÎ", "«Åland», Øresund, Ærø, naïve"],
)
def test_text_read_in_the_right_encoding_stays(text: str) -> None:
    assert misread_letters(untouched(text)).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("бip сoт шeшімі", "бір сот шешімі"),
        ("YЧYН мYчө жана кYч", "ҮЧҮН мүчө жана күч"),
        ("cyд пpигoвop", "суд приговор"),
        ("гауhар", "гауһар"),
        ("NATOсу, ATCтин, PISAда, IT-компания", "NATOсу, ATCтин, PISAда, IT-компания"),
    ],
)
def test_latin_letters_in_cyrillic_words(raw: str, text: str) -> None:
    assert lookalikes(untouched(raw)).text == text


def test_cyrillic_letters_in_latin_words() -> None:
    text = "the сommittee of the Соuncil, NATOсу, в ЕС"
    assert latin_lookalikes(untouched(text)).text == "the committee of the Council, NATOсу, в ЕС"


def test_letters_that_look_turkic() -> None:
    text = "θзгөчө, мöөнөт, жаŋы, кüн; θдан, Øresund, 5°"
    assert turkic_lookalikes(untouched(text)).text == "өзгөчө, мөөнөт, жаңы, күн; θдан, Øresund, 5°"


def test_words_of_lookalikes_need_mixed_words_in_the_text() -> None:
    assert lookalike_words(untouched("бұл ic жоқ")).text == "бұл ic жоқ"
    mixed = "бұл ic жоқ, a ол кeлді, бaр, жeр: exec деген"
    assert lookalike_words(untouched(mixed)).text == "бұл іс жоқ, а ол кeлді, бaр, жeр: exec деген"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Р е ш е н и е  с у д а вступило в силу", "Решение  суда вступило в силу"),
        ("ҚОРЫТЫНДЫ: Қ О Р Ы Т Ы Н Д Ы", "ҚОРЫТЫНДЫ: ҚОРЫТЫНДЫ"),
        ("к о р у т у н д у, жыйынтык", "корутунду, жыйынтык"),
        ("(М а н а с о в)", "(Манасов)"),
        ("А Б В Г Д Е, а б в г д е ж з", "А Б В Г Д Е, а б в г д е ж з"),
        ("a b c d e f g и О б ш", "a b c d e f g и О б ш"),
        ("The r e s u l t and x y z w", "The result and x y z w"),
        ("Бул жерде с у у жок", "Бул жерде суу жок"),
    ],
)
def test_spaced_letters(raw: str, text: str) -> None:
    assert spaced_letters(untouched(raw)).text == text


def test_a_capital_inside_a_word() -> None:
    text = "запрещенаЗаконом, әскериКеңес; МунайГаз, КазМунайГаз, ЕврАзЭС, ҚазАқпарат, әл-Фараби"
    assert capitals_inside(untouched(text)).text == (
        "запрещена Законом, әскери Кеңес; МунайГаз, КазМунайГаз, ЕврАзЭС, ҚазАқпарат, әл-Фараби"
    )


def test_a_joining_word_run_together_with_another() -> None:
    text = "жанакызматташтык, кызматташтык өстү; жанаша, жанашыр; ынтымақүшін"
    assert joined_words(untouched(text)).text == "жана кызматташтык, кызматташтык өстү; жанаша, жанашыр; ынтымақүшін"


def test_a_latin_c_for_the_russian_preposition() -> None:
    text = "вместе c соседями, скорость c равна нулю, пункт c"
    assert latin_prepositions(untouched(text)).text == "вместе с соседями, скорость c равна нулю, пункт c"


def test_an_adjective_run_together_with_its_noun() -> None:
    text = (
        "Международноеправо, жарандыккоом, халықаралықкелісім; коом; "
        "болгондуктандыр, международников, ынтымақтастықтарын, землетрясение"
    )
    assert joined_attributes(untouched(text)).text == (
        "Международное право, жарандык коом, халықаралық келісім; коом; "
        "болгондуктандыр, международников, ынтымақтастықтарын, землетрясение"
    )


def test_two_words_with_letters_of_old_fonts_have_to_be_both_known() -> None:
    assert legacy_letters(untouched("адамдар тењ, мүмкүнчүлүктөрү кењ")).text == "адамдар тең, мүмкүнчүлүктөрү кең"
    assert legacy_letters(untouched("адамдар тењ, алар Крањ")).text == "адамдар тењ, алар Крањ"


def test_offsets_lead_back_to_the_misread_text() -> None:
    raw = RUSSIAN.encode().decode("latin-1")
    origin = repair(raw).origin
    assert [raw[start:end] for start, end in pairwise(origin[:4])] == ["Ð\x9f", "Ñ\x80", "Ð°"]


def test_undamaged_texts_pass_no_rule_of_letters() -> None:
    text = "\n\n".join((KAZAKH, KYRGYZ, RUSSIAN, "The treaty entered into force in 1999 [3, p. 5]."))
    assert list(stages(text)) == []
