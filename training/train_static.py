"""Train the embedded cross-lingual static encoder: `python -m training.train_static`."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.corpus import Ragged, WordTable
from training.data import training_rows
from training.evaluate_encoder import print_results
from training.export import save_model
from training.lazy_adam import LazyAdam
from training.pairs import Pair, Pairs, prepared_texts, term_weights
from training.tokenizer import train_tokenizer

#: Share of the batches that each kind of source gets.
SHARES = {
    "authored": 0.40,
    "terms": 0.14,
    "interface": 0.20,
    "lexicon": 0.16,
    "dictionary": 0.06,
    "government": 0.04,
}

#: Random numbers whose sum over its words stands for a text.
WORD_HASHES = np.random.default_rng(0).integers(1 << 62, size=1_000_003)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what comes out, beside the data."""

    pieces: int = 56_000
    dimensions: int = 512
    steps: int = 4_000
    batch: int = 2_048
    rate: float = 0.01
    scale: float = 10.0
    varied: float = 0.2
    dropped: float = 0.1
    seed: int = 7


def contrastive_gradients(
    left: torch.Tensor, right: torch.Tensor, same: torch.Tensor, scale: float
) -> tuple[float, torch.Tensor, torch.Tensor]:
    """Symmetric InfoNCE of unit rows, and its gradients by `left` and `right`, all (batch, dimensions).

    Places marked in `same` are no negatives. Products are of bfloat16, four times as fast as float32 here.
    """
    count, short_left, short_right = len(left), left.bfloat16(), right.bfloat16()
    logits = (short_left @ short_right.T).float().mul_(scale).sub_(scale)
    chances = logits.exp().masked_fill_(same, 0.0)
    by_row, by_column = chances.sum(dim=1), chances.sum(dim=0)
    loss = (by_row.log() + by_column.log()).mean() / 2 - logits.diagonal().mean()
    gradient = chances * (1 / by_row[:, None] + 1 / by_column[None, :])
    gradient.diagonal().sub_(2.0)
    short = gradient.mul_(scale / (2 * count)).bfloat16()
    return loss.item(), (short @ short_right).float(), (short.T @ short_left).float()


def equal_texts(left: Ragged, right: Ragged) -> torch.Tensor:
    """Off-diagonal places whose left or right texts are the same words."""
    same = np.zeros((len(left.starts) - 1,) * 2, dtype=bool)
    for side in (left, right):
        number = np.add.reduceat(WORD_HASHES[side.values % len(WORD_HASHES)], side.starts[:-1])
        same |= number[:, None] == number[None, :]
    np.fill_diagonal(same, False)
    return torch.from_numpy(same)


class Trainer:
    """The piece vectors on their way: draws batches, takes steps."""

    def __init__(self, texts: Pairs, table: WordTable, pieces: int, settings: Settings) -> None:
        self._texts, self._table, self._settings = texts, table, settings
        self._draw = np.random.default_rng(settings.seed)
        torch.manual_seed(settings.seed)
        self.matrix = torch.randn(pieces, settings.dimensions) / settings.dimensions**0.5
        self.weights = torch.from_numpy(term_weights(list(texts.values()), table, pieces))
        self.matrix[0] = 0.0
        self._adam = LazyAdam(self.matrix)
        self._names, self._chances = _batch_chances(texts)

    def train(self) -> None:
        """Take all steps, the rate falling linearly to nothing after a short rise."""
        began, mean = time.monotonic(), 0.0
        for step in range(self._settings.steps):
            rise = min(1.0, (step + 1) / 50)
            loss = self._step(self._settings.rate * rise * (1 - step / self._settings.steps))
            mean = loss if step == 0 else 0.99 * mean + 0.01 * loss
            if (step + 1) % 100 == 0:
                print(f"step {step + 1}: loss {mean:.3f}, {time.monotonic() - began:.0f} s", flush=True)

    def _step(self, rate: float) -> float:
        left, right = self._batch()
        same = equal_texts(left, right)
        sides = [
            self._table.pieces(self._without_some(side), self._settings.varied, self._draw) for side in (left, right)
        ]
        values = np.concatenate([side.values for side in sides])
        rows, local = np.unique(values, return_inverse=True)
        touched = torch.from_numpy(rows.astype(np.int64))
        part = self.matrix[touched].requires_grad_()
        starts = np.concatenate([sides[0].starts[:-1], sides[1].starts[:-1] + len(sides[0].values)])
        vectors = torch.nn.functional.embedding_bag(
            torch.from_numpy(local),
            part,
            torch.from_numpy(starts),
            mode="sum",
            per_sample_weights=self.weights[torch.from_numpy(values.astype(np.int64))],
        )
        count = len(starts) // 2
        units = torch.nn.functional.normalize(vectors)
        ours, theirs = units.detach()[:count], units.detach()[count:]
        loss, *gradients = contrastive_gradients(ours, theirs, same, self._settings.scale)
        torch.autograd.backward(units, torch.cat(gradients))
        known = touched != 0
        assert part.grad is not None
        self._adam.step(touched[known], part.grad[known], rate)
        return loss

    def _batch(self) -> tuple[Ragged, Ragged]:
        texts = self._texts[self._names[self._draw.choice(len(self._names), p=self._chances)]]
        size = min(self._settings.batch, len(texts))
        rows = self._draw.choice(len(texts), size, replace=False)
        return texts.left.take(rows), texts.right.take(rows)

    def _without_some(self, words: Ragged) -> Ragged:
        """The texts without a random share of their words; short texts stay whole."""
        lengths = np.diff(words.starts)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        kept = (self._draw.random(len(words.values)) >= self._settings.dropped) | (lengths[owner] < 5)
        starts = np.concatenate([[0], np.cumsum(np.bincount(owner[kept], minlength=len(lengths)))])
        return Ragged(words.values[kept], starts)

    def finished(self) -> NDArray[np.float32]:
        """The piece vectors with term weights folded in, (pieces, dimensions); nothing where never trained."""
        weighted: NDArray[np.float32] = (self.matrix * self.weights[:, None]).numpy()
        weighted[self._adam.counts.numpy() == 0] = 0.0
        return weighted


def _batch_chances(
    texts: Pairs,
) -> tuple[list[tuple[str, Pair]], NDArray[np.float64]]:
    """The chance of each kind and language pair: the kind's share, parted by the root of the pairs' numbers."""
    names = list(texts)
    chances = np.array([len(texts[name]) ** 0.5 for name in names])
    for kind, share in SHARES.items():
        of_kind = np.array([name[0] == kind for name in names])
        chances[of_kind] *= share / chances[of_kind].sum()
    return names, chances / chances.sum()


def main() -> None:
    """Train, export and measure; every setting is an option."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("search/model"))
    parser.add_argument("--threads", type=int, default=2)
    for name, value in Settings.__dataclass_fields__.items():
        parser.add_argument(f"--{name}", type=type(value.default), default=value.default)
    options = vars(parser.parse_args())
    data, output = options.pop("data"), options.pop("output")
    torch.set_num_threads(options.pop("threads"))
    settings = Settings(**options)
    rows = training_rows(data)
    tokenizer = train_tokenizer(rows, settings.pieces)
    texts, table = prepared_texts(rows, tokenizer, settings.seed)
    trainer = Trainer(texts, table, tokenizer.get_vocab_size(), settings)
    trainer.train()
    save_model(output, tokenizer, trainer.finished())
    print_results(output, data)


if __name__ == "__main__":
    main()
