from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest

from indexer import readers
from indexer.explanation import ELISION, LONGEST, Change, RuleCount, changes, explained, raw_span, summary
from indexer.preparation import prepare
from indexer.repair import RULES, repair
from search.articles import Article

SAMPLES = Path(__file__).parents[2] / "index_data" / "articles"
MEANINGS = {rule.__name__: (rule.__doc__ or "").partition("\n")[0] for rule in RULES}

#: What damaged text is made of here; a broken word, a note inside a sentence and a page number among it.
PIECES = [
    *("сөз", "Əлем", "əдəби", "и\u0306од", "о\ufb01с", "ре\xadсурс", "бир\u200bге", "aдам", "мына,бирок", "[3, 4]"),
    *(" ", "  ", "\t", " \t ", "\xa0", "\n", "\n\n", "\r\n", "\f", "\u2029", "-\n", "- \n\n", ". ", ".\n", "12"),
    *("\n\n12\n\n", "\n¾ ", "\n\uf0b7 ", "\ufffd", "Жарчы № 7\n", "щью.\n\n"),
    "уламай\n\n1  Иванов И.И. Суу. Б., 2001.\n ",
]


def told(raw: str, pages: tuple[int, ...] = ()) -> list[tuple[str, int, int, str, str]]:
    return [(each.rule, each.start, each.end, each.before, each.after) for each in changes(raw, pages)]


def holds(raw: str, change: Change) -> bool:
    """Whether the raw text has at the place of a change what the change says."""
    stretch = raw[change.start : change.end]
    if len(stretch) <= LONGEST:
        return stretch == change.before != change.after
    first, _, last = change.before.partition(ELISION)
    return len(first) == len(last) == LONGEST // 2 and stretch.startswith(first) and stretch.endswith(last)


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def test_a_change_has_its_rule_its_place_and_both_wordings() -> None:
    raw = "Биринчи барак бүт-\n\nкөн жок. Экинчи   барак.\n\nҮчүнчү əлем."
    assert changes(raw, (0, 20, 46)) == [
        Change("schwas", MEANINGS["schwas"], 53, 58, 3, "əлем.", "әлем."),
        Change("spaces", MEANINGS["spaces"], 29, 44, 2, "Экинчи   барак.", "Экинчи барак."),
        Change("broken_at_line_ends", MEANINGS["broken_at_line_ends"], 14, 23, 1, "бүт-\n\nкөн", "бүткөн"),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Суу мыйзамы күчүнө кирди.", []),
        ("əдəби мурас", [("schwas", 0, 5, "əдəби", "әдәби")]),
        ("аяктады.Андан кийин", [("lost_spaces", 0, 13, "аяктады.Андан", "аяктады. Андан")]),
        ("бир  эки\tүч", [("spaces", 0, 8, "бир  эки", "бир эки"), ("tabs", 5, 11, "эки\tүч", "эки үч")]),
        ("и\u0306од ичти", [("composition", 0, 4, "и\u0306од", "йод")]),
        (
            "Суу ресурста-\r\nрын пайдалануу",
            [
                ("line_ends", 4, 18, "ресурста-\r\nрын", "ресурста-\nрын"),
                ("broken_at_line_ends", 4, 18, "ресурста-\r\nрын", "ресурстарын"),
            ],
        ),
        (
            "Первая страница кончается здесь и\n\n12\n\nпродолжается там.",
            [
                ("page_numbers", 35, 37, "12", ""),
                ("line_breaks", 32, 51, "и\n\n12\n\nпродолжается", "и продолжается"),
            ],
        ),
        (
            "Принципы таковы:\n \uf0b7 равенство\nсторон.",
            [
                ("bullets", 18, 19, "\uf0b7", "•"),
                ("line_breaks", 9, 19, "таковы:\n \uf0b7", "таковы:\n\uf0b7"),
                ("line_breaks", 20, 37, "равенство\nсторон.", "равенство сторон."),
            ],
        ),
    ],
)
def test_changes(raw: str, expected: list[tuple[str, int, int, str, str]]) -> None:
    assert told(raw) == expected


def test_notes_put_after_their_paragraph_are_one_change() -> None:
    raw = (
        "Государства решают эти вопросы совместно, с помо-\n\n"
        "1  Иванов И.И. Право. М., 2001. С. 5.\n щью договоров и соглашений.\n\nСледующий абзац."
    )
    (moved,) = (change for change in changes(raw) if change.rule == "footnotes")
    assert raw[moved.start : moved.end] == moved.before
    assert moved.after == ("помо-\n щью договоров и соглашений.\n\n1 Иванов И.И. Право. М., 2001. С. 5.\n\nСледующий")


def test_a_long_change_is_shown_by_its_ends() -> None:
    raw = "Сөз." + "\n" * 300 + "Дагы."
    (change,) = changes(raw)
    assert (change.start, change.end, change.after) == (0, 309, "Сөз.\n\nДагы.")
    assert change.before == "Сөз." + "\n" * 76 + ELISION + "\n" * 75 + "Дагы."


@pytest.mark.parametrize("seed", range(40))
def test_the_raw_text_holds_what_every_change_says(seed: int) -> None:
    generator = random.Random(seed)
    raw = "".join(generator.choices(PIECES, k=generator.randrange(120)))
    pages = tuple(sorted({0, *generator.choices(range(len(raw) + 1), k=3)})) if seed % 2 else ()
    assert [change for change in changes(raw, pages) if not holds(raw, change)] == []


@pytest.mark.parametrize("seed", range(20))
def test_no_letter_goes_where_words_are_joined_and_lines_are_laid_out(seed: int) -> None:
    generator = random.Random(seed)
    raw = "".join(generator.choices(["баңгизат", "тар", "-\n", "-\r\n\n", " ", "\t", "\n", "\n\n", ". "], k=100))
    pages = (0, generator.randrange(1, len(raw)))
    assert [each for each in changes(raw, pages) if letters(each.before) != letters(each.after)] == []


@pytest.mark.parametrize("path", readers.find(SAMPLES), ids=lambda path: path.name)
def test_every_format_is_explained(path: Path) -> None:
    (article,) = readers.read(path, SAMPLES)
    assert isinstance(article, Article)
    found = changes(article.text, article.pages)
    assert [change for change in found if not holds(article.text, change) or not change.meaning] == []
    assert all((change.page is None) == (not article.pages) for change in found)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.pdf")), ids=lambda path: path.name)
def test_a_passage_is_found_in_the_raw_text_and_on_its_page(path: Path) -> None:
    (article,) = readers.read(path, SAMPLES)
    assert isinstance(article, Article)
    repaired, prepared = repair(article.text, article.pages), prepare(article)
    assert prepared.article.text == repaired.text
    assert len(article.pages) == 2
    for passage in prepared.passages:
        start, end = raw_span(repaired, passage.start, passage.end)
        assert passage.page == (2 if start >= article.pages[1] else 1)
        begun, ended = letters(passage.text[:80]), letters(passage.text[-20:])
        assert letters(article.text[start:end]).startswith(begun)
        assert ended in letters(article.text[start:end])


def test_a_quotation_is_found_in_the_raw_text() -> None:
    first, second = "Биринчи барак   бүт-\n\n", "көн жок. Экинчи əлем."
    raw = first + second
    repaired = repair(raw, (0, len(first)))
    start = repaired.text.index("барак")
    assert raw[slice(*raw_span(repaired, start, start + len("барак бүткөн")))] == "барак   бүт-\n\nкөн"
    start = repaired.text.index("әлем")
    assert raw_span(repaired, start, start + 4) == (raw.index("əлем"), raw.index("əлем") + 4)
    assert raw_span(repaired, 0, len(repaired.text)) == (0, len(raw))
    assert raw_span(repair("\x00"), 0, 1) == (0, 1)


def test_summary_counts_by_rule() -> None:
    assert summary(changes("əлем  əдəби  сөз")) == [
        RuleCount("schwas", 2, MEANINGS["schwas"]),
        RuleCount("spaces", 2, MEANINGS["spaces"]),
    ]


def test_every_rule_has_a_meaning_of_one_sentence() -> None:
    assert [name for name, meaning in MEANINGS.items() if not re.fullmatch(r".{15,110}\.", meaning)] == []


def test_explained_shows_white_space_and_counts_what_comes_often() -> None:
    raw = "бир  эки  үч  төрт  беш  алты  жети\tсегиз ре\xadсурс"
    assert list(explained(changes(raw))) == [
        f"soft_hyphens: {MEANINGS['soft_hyphens']}",
        "  42–49  ре‹U+00AD›сурс → ресурс",
        "",
        f"spaces: {MEANINGS['spaces']}",
        "  0–8  бир␠␠эки → бир эки",
        "  5–12  эки␠␠үч → эки үч",
        "  10–18  үч␠␠төрт → үч төрт",
        "  14–23  төрт␠␠беш → төрт беш",
        "  20–29  беш␠␠алты → беш алты",
        "  ␠ → ∅  6 in all",
        "",
        f"tabs: {MEANINGS['tabs']}",
        "  31–41  жети⇥сегиз → жети сегиз",
        "",
        f"soft_hyphens  1  {MEANINGS['soft_hyphens']}",
        f"spaces        6  {MEANINGS['spaces']}",
        f"tabs          1  {MEANINGS['tabs']}",
    ]


def test_joined_words_are_all_shown() -> None:
    raw = " ".join(f"Бул {number} ресурста-\nрын пайдалануу." for number in range(8))
    lines = [line for line in explained(changes(raw)) if "ресурста-⏎рын → ресурстарын" in line]
    assert len(lines) == 8


def test_nothing_to_explain() -> None:
    assert list(explained(changes(""))) == ["repair changed nothing"]


def test_an_article_of_40_000_words_takes_less_than_two_seconds() -> None:
    raw = "\n".join(f"Бул сапта  {number} жолу ресурс-\nтар жана əлем айтылат." for number in range(5000))
    began = time.perf_counter()
    lines = list(explained(changes(raw)))
    assert time.perf_counter() - began < 2
    assert lines
