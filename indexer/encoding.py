"""Which encoding the bytes of a text are in.

Unicode announces itself (a byte order mark, the zero bytes of UTF-16, the strict form of UTF-8). Between the
eight-bit encodings the letters decide: the right one gives the letters that Russian, Kazakh and Kyrgyz use
most, in words that do not change from small to capital letters half-way.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache
from pathlib import Path

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of two encodings that fit equally well the earlier one is taken.
_EIGHT_BIT = ("cp1251", "kz1048", "koi8_r", "cp866", "cp1252")
_SAMPLE = 1 << 16
_UTF16_HIGH_BYTES = bytes((0x00, 0x04))  # Latin and Cyrillic

_LETTER_TABLE = Path(__file__).with_name("letters.tsv")
_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ"
_WESTERN_FREQUENCY = 0.02
_PUNCTUATION_ALONE = 0.02
_PUNCTUATION = set("\xa0\xad«»“”„‘’‚–—…№§©®°·•±×÷€™‹›")
_OUT_OF_PLACE = 0.05
_LEAST_FIT = 0.015
_CYRILLIC = "а-яёәғқңөұүһі"
_ANY_CASE = _CYRILLIC + _CYRILLIC.upper()
_BROKEN_WORD = re.compile(f"[{_CYRILLIC}][{_CYRILLIC.upper()}]|[A-Za-z][{_ANY_CASE}]|[{_ANY_CASE}][A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_MOST_CONTROLS = 0.01


class UnknownEncoding(ValueError):
    """The bytes are no text in any encoding known here."""


def decode(data: bytes) -> str:
    """The text of `data`, without a byte order mark.

    A text in UTF-8 may hold a few damaged bytes (fewer than one for fifty letters outside ASCII); they
    become U+FFFD. Raises UnknownEncoding.
    """
    name = _unicode_encoding(data)
    text = data.decode(name, "replace") if name else _utf8(data)
    if text is None:
        text = _eight_bit(data)
    if _control_share(text) > _MOST_CONTROLS:
        raise UnknownEncoding("mostly control characters")
    return text


def _unicode_encoding(data: bytes) -> str | None:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    return _utf16_without_mark(data[:_SAMPLE])


def _utf16_without_mark(sample: bytes) -> str | None:
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = sample[offset::2]
        if len(high) > 1 and len(high.translate(None, _UTF16_HIGH_BYTES)) < 0.1 * len(high):
            return name
    return None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        sample = _sample(data).decode("utf-8", "replace")
    foreign = sum(map(len, re.findall(r"[^\x00-\x7f]+", sample)))
    return data.decode("utf-8", "replace") if 50 * sample.count("\ufffd") < foreign else None


def _eight_bit(data: bytes) -> str:
    sample = _sample(data)
    fits = {name: fit(sample.decode(name, "replace")) for name in _EIGHT_BIT}
    best = max(fits, key=lambda name: fits[name])
    if fits[best] < _LEAST_FIT:
        raise UnknownEncoding(f"the likeliest encoding, {best}, does not fit")
    return data.decode(best, "replace")


def _sample(data: bytes) -> bytes:
    return b"\n".join((data[:_SAMPLE], data[len(data) // 2 :][:_SAMPLE], data[-_SAMPLE:]))


def fit(text: str) -> float:
    """How well the letters outside ASCII look like words of our languages: about 0.05 for a right decoding.

    The mean of their frequencies, less a penalty for each character that is neither letter nor punctuation
    and for each word that changes case or alphabet half-way.
    """
    letters = {
        letter: count for letter, count in Counter(text).items() if letter > "\x7f" and letter not in _PUNCTUATION
    }
    frequencies = _frequencies()
    total = sum(count * frequencies.get(letter.lower(), -_OUT_OF_PLACE) for letter, count in letters.items())
    total -= _OUT_OF_PLACE * len(_BROKEN_WORD.findall(text))
    return total / sum(letters.values()) if letters else _PUNCTUATION_ALONE


@cache
def _frequencies() -> dict[str, float]:
    frequencies = dict.fromkeys(_WESTERN, _WESTERN_FREQUENCY)
    for row in _LETTER_TABLE.read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            letter, frequency = row.split("\t")
            frequencies[letter] = float(frequency)
    return frequencies


def _control_share(text: str) -> float:
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) / len(sample) if sample else 0.0
