from __future__ import annotations

import pytest

from indexer.edits import untouched
from indexer.footnotes import footnotes


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Река мелеет1.\n\n1  Орлова Н.В. Реки.", "Река мелеет [1].\n\n1  Орлова Н.В. Реки."),
        ("“Река”1 и озеро2.\n\n1  Реки.\n\n2  Озёра.", "“Река” [1] и озеро [2].\n\n1  Реки.\n\n2  Озёра."),
        ("Река мелеет2.\n\n1  Орлова Н.В. Реки.", "Река мелеет2.\n\n1  Орлова Н.В. Реки."),
        ("1  Орлова Н.В. Реки.\n\nРека мелеет1.", "1  Орлова Н.В. Реки.\n\nРека мелеет1."),
        ("Формат MP3 и вода.\n\n3  Вода.", "Формат MP3 и вода.\n\n3  Вода."),
    ],
)
def test_a_digit_that_calls_a_note_below_is_parted_from_its_word(raw: str, expected: str) -> None:
    assert footnotes(untouched(raw)).text == expected
