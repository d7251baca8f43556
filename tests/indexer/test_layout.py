from __future__ import annotations

from indexer.repair import repair


def test_a_full_stop_ends_a_list_of_semicolons() -> None:
    raw = (
        "Өзөндүн үстүндө төмөнкү курулуштар жайгашкан:\n- биринчиси чоң плотина;\n- экинчиси эски көпүрө.\n"
        "Алардын баары өткөн кылымда эле курулган экен."
    )
    assert repair(raw).text == (
        "Өзөндүн үстүндө төмөнкү курулуштар жайгашкан:\n• биринчиси чоң плотина;\n• экинчиси эски көпүрө.\n\n"
        "Алардын баары өткөн кылымда эле курулган экен."
    )


def test_the_text_does_not_go_on_in_the_paragraph_of_key_words() -> None:
    raw = "Key words: water, pasture, mountains, rivers, lakes.\nThe water of the mountains is shared by two countries."
    assert repair(raw).text == (
        "Key words: water, pasture, mountains, rivers, lakes.\n\nThe water of the mountains is shared by two countries."
    )


def test_the_last_line_is_as_short_as_it_was_set() -> None:
    raw = (
        "Тоодон түшкөн суулар өрөөндөрдү сугарып келет да кайра\n"
        "жогору көтөрүлбөйт, ошондуктан аны сактоо керек жана үнөм-\n"
        "дүү пайдалануу зарыл болот.\n"
        "Экинчи маселе жайлоолордун абалына байланыштуу келет."
    )
    assert repair(raw).text == (
        "Тоодон түшкөн суулар өрөөндөрдү сугарып келет да кайра жогору көтөрүлбөйт, ошондуктан аны сактоо керек жана "
        "үнөмдүү пайдалануу зарыл болот.\n\nЭкинчи маселе жайлоолордун абалына байланыштуу келет."
    )
