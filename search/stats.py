"""What an index holds, as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stats:
    """What an index holds; `languages` counts passages, `years` articles."""

    articles: int
    passages: int
    words: int
    languages: dict[str, int]
    years: dict[int, int]
    generation: str
    created: str
    model: str
