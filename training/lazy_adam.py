"""Adam for a matrix of which each batch touches few rows."""

from __future__ import annotations

import torch


class LazyAdam:
    """Adam on the rows of one matrix that a batch touches; the moments of the others rest."""

    def __init__(self, matrix: torch.Tensor, betas: tuple[float, float] = (0.9, 0.99)) -> None:
        self.matrix, self.betas = matrix, betas
        self.first, self.second = torch.zeros_like(matrix), torch.zeros_like(matrix)
        self.counts = torch.zeros(len(matrix))

    def step(self, rows: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
        """Move `rows` of the matrix against `gradient`, (rows, dimensions), at the learning rate `rate`."""
        slow, fast = self.betas
        self.counts[rows] += 1
        counts = self.counts[rows][:, None]
        first = self.first[rows].mul_(slow).add_(gradient, alpha=1 - slow)
        second = self.second[rows].mul_(fast).addcmul_(gradient, gradient, value=1 - fast)
        self.first[rows], self.second[rows] = first, second
        change = first / (1 - slow**counts) / ((second / (1 - fast**counts)).sqrt() + 1e-8)
        self.matrix.index_add_(0, rows, change, alpha=-rate)
