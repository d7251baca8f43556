"""Trains the language identifier: `python -m training.train_identifier [--data DIR] [--steps N]`.

Writes search/languages/data/identify.npz: one 8-bit weight for every n-gram row and language.

Where the training text comes from (only the weights computed from it are kept):
- Kyrgyz, Kazakh, Russian, English: data/authored (written for this project), data/parallel
  (interface strings, catalogues and government sites; licences in NOTICE) and, for single words,
  data/words (word lists of Debian's tesseract-ocr-kaz and -kir, Apache-2.0).
- "other": names of countries and languages in 40 further languages from Babel (Unicode CLDR,
  Unicode-3.0) and word forms of simplemma's dictionaries (MIT; CC BY-SA word lists).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from babel import Locale
from simplemma.strategies import DefaultDictionaryFactory

from search.languages.identify import CODES, HASH_BITS, letter_points, ngram_rows
from training.data import read_words, training_rows

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "search" / "languages" / "data" / "identify.npz"

#: Share of the samples in each language, in the order of CODES.
SHARES = (0.23, 0.23, 0.22, 0.20, 0.12)

#: Samples that lose the letters a Russian keyboard does not have.
FOLDED_SHARE = 0.2

_FOLDED = str.maketrans("ңөүәғқұһіё", "ноуагкухие")
_LATIN_I = str.maketrans("іәһ", "iəh")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z]")

#: Written in Cyrillic or Latin, and not one of ours.
_LOCALES = (
    "uk be bg sr mk tg tt mn kaa cv os uz_Cyrl sah ce az_Cyrl de fr es it pt nl sv da fi et lv lt pl cs "
    "sk sl hr ro hu tr az tk uz id vi la"
)
_DICTIONARIES = "uk bg mk de fr es it pt nl sv da fi et lv lt pl cs sk sl hbs ro hu tr id la nb ca sq"


@dataclass(frozen=True, slots=True)
class Texts:
    """What one language is sampled from: cells of running text, and single words."""

    cells: list[list[str]]
    words: list[str]


def parallel_cells(data: Path) -> dict[str, list[str]]:
    """Different cells of the parallel tables by language, in their own script."""
    cells: dict[str, dict[str, None]] = {code: {} for code in CODES[:4]}
    for rows in training_rows(data).values():
        for row in rows:
            for code, forms in row.texts.items():
                cells[code].update((form, None) for form in forms if _in_own_script(form, code))
    return {code: list(found) for code, found in cells.items()}


def _in_own_script(cell: str, code: str) -> bool:
    """Whether at least four letters in five are of the script the language is written in."""
    cyrillic, latin = len(_CYRILLIC.findall(cell)), len(_LATIN.findall(cell))
    own, strange = (latin, cyrillic) if code == "en" else (cyrillic, latin)
    return own >= 2 and own >= 4 * strange


def own_texts(data: Path) -> dict[str, Texts]:
    """Running text and words of the four languages."""
    texts: dict[str, Texts] = {}
    cells = {code: [_WORD.findall(cell) for cell in found] for code, found in parallel_cells(data).items()}
    counts = {code: Counter(w.lower() for cell in found for w in cell) for code, found in cells.items()}
    for code, found in cells.items():
        # The square root of the frequency: words of all ranks are asked for.
        words = [word for word, count in counts[code].items() for _ in range(int(count**0.5))]
        if code in ("kk", "ky"):
            strange = counts["ru"].keys() - counts[code].keys()
            words += [word for word in read_words(data, code) if word not in strange]
        texts[code] = Texts(found, words)
    return texts


def other_texts() -> Texts:
    """Names and words of languages that are none of ours."""
    cells = [_WORD.findall(name) for code in _LOCALES.split() for name in _locale_names(code)]
    words = [word for code in _DICTIONARIES.split() for word in _dictionary_words(code)]
    return Texts([cell for cell in cells if cell], words)


def _locale_names(code: str) -> Iterator[str]:
    locale = Locale.parse(code)
    yield from map(str, locale.territories.values())
    yield from map(str, locale.languages.values())


def _dictionary_words(code: str) -> list[str]:
    """Up to 20,000 word forms of one of simplemma's dictionaries."""
    forms = sorted(DefaultDictionaryFactory().get_dictionary(code))
    chosen = random.Random(code).sample(forms, min(20_000, len(forms)))
    return [form for form in chosen if _WORD.fullmatch(form)]


def sample_text(texts: Texts, code: str, chance: random.Random) -> str:
    """A word, a phrase, or a longer piece, some of them as typed on a Russian keyboard."""
    kind = chance.random()
    if kind < 0.3:
        words = [chance.choice(texts.words)]
    elif code == "other" and kind < 0.8:
        words = chance.sample(texts.words, chance.randint(2, 12))
    else:
        cell = chance.choice(texts.cells)
        length = chance.randint(1, 4) if kind < 0.6 else chance.randint(5, 60)
        start = chance.randrange(max(1, len(cell) - length + 1))
        words = cell[start : start + length]
    return _typed(" ".join(words).lower(), code, chance)


def _typed(text: str, code: str, chance: random.Random) -> str:
    """The text, sometimes without the letters that a Russian keyboard lacks."""
    draw = chance.random()
    if code in ("ky", "kk", "ru") and draw < FOLDED_SHARE:
        return text.translate(_FOLDED)
    if code == "kk" and draw > 0.97:
        return text.translate(_LATIN_I)
    return text


class Identifier(torch.nn.Module):
    """The model of search/languages/identify.py with weights that can be learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = torch.nn.EmbeddingBag(2**HASH_BITS, len(CODES), mode="sum")
        torch.nn.init.zeros_(self.weights.weight)
        self.bias = torch.nn.Parameter(torch.zeros(len(CODES)))

    def forward(self, rows: torch.Tensor, offsets: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
        """Scores (samples x languages) of samples given as flat rows."""
        summed: torch.Tensor = self.weights(rows, offsets)
        return summed / counts.sqrt().unsqueeze(1) + self.bias


def batch(
    texts: list[Texts], size: int, chance: random.Random
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows, offsets, n-gram counts and labels of random samples."""
    labels = chance.choices(range(len(CODES)), SHARES, k=size)
    rows = [ngram_rows(letter_points(sample_text(texts[label], CODES[label], chance))) for label in labels]
    counts = np.array([max(1, len(found)) for found in rows])
    offsets = np.concatenate([[0], np.cumsum([len(found) for found in rows])[:-1]])
    flat = torch.from_numpy(np.concatenate(rows))
    return flat, torch.from_numpy(offsets), torch.from_numpy(counts).float(), torch.tensor(labels)


def train(texts: list[Texts], steps: int, size: int) -> Identifier:
    """Cross entropy with Adam, the rate falling to nothing."""
    torch.manual_seed(0)
    chance = random.Random(0)
    model = Identifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    losses: list[float] = []
    for step in range(1, steps + 1):
        rows, offsets, counts, labels = batch(texts, size, chance)
        loss = torch.nn.functional.cross_entropy(model(rows, offsets, counts), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 200 == 0:
            click.echo(f"step {step}: loss {np.mean(losses[-200:]):.4f}", err=True)
    return model


def write(model: Identifier, path: Path) -> None:
    """Weights as 8-bit integers; the one in ten thousand that is greatest is cut off."""
    weights = model.weights.weight.detach().numpy()
    scale = float(np.quantile(np.abs(weights), 0.9999)) / 127
    quantized = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    np.savez_compressed(path, weights=quantized, scale=np.float32(scale), bias=model.bias.detach().numpy())


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=ROOT.parent / "shared" / "data")
@click.option("--steps", default=3000, show_default=True)
@click.option("--size", default=512, show_default=True, help="Samples in a step.")
def main(data: Path, steps: int, size: int) -> None:
    """Train the identifier and write its table."""
    own = own_texts(data)
    texts = [own[code] for code in CODES[:4]] + [other_texts()]
    for code, found in zip(CODES, texts, strict=True):
        click.echo(f"{code}: {len(found.cells)} texts, {len(found.words)} words", err=True)
    write(train(texts, steps, size), TABLE)


if __name__ == "__main__":
    main()
