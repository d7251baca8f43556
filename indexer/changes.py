"""What an update changes: the previous generation is added to where little is new, and else written anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.collection import Collection
from indexer.reuse import PreviousGeneration
from search.documents import DocumentWriter
from search.index_errors import REMEDY, IndexProblem
from search.verification import damaged_files

#: Segments a generation may have: a query looks into each.
MOST_SEGMENTS = 16

#: The part of all passages that may be new or gone before everything is written anew.
MOST_CHANGED = 0.2

#: A generation of fewer passages is always written anew, which takes no time.
SMALL = 2_000

#: Articles taken over at once.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Segments:
    """The earlier segments a generation reads (see `search.storage.Manifest`), and what is held in them."""

    names: Sequence[str] = ()
    dead: list[int] = field(default_factory=list)
    articles: int = 0
    passages: int = 0
    words: int = 0
    mean_length: float | None = None


class Changes:
    """The articles of the previous generation that stay, and those that do not."""

    def __init__(self, previous: PreviousGeneration, unchanged: Sequence[str]) -> None:
        self.previous = previous
        self._unchanged = unchanged
        kept = set(unchanged)
        self._gone = [each for each in previous.contents if each not in kept]

    @property
    def segments(self) -> Segments:
        """What stays of the previous generation."""
        previous, kept = self.previous, self.previous.held(self._unchanged)
        return Segments(
            names=previous.manifest.segments,
            dead=sorted([*previous.manifest.dead, *previous.held(self._gone).articles.tolist()]),
            articles=len(kept.articles),
            passages=len(kept.passages),
            words=int(previous.order.lengths(kept.passages).sum()),
            mean_length=previous.manifest.mean_length,
        )

    def are_none(self, new_passages: int) -> bool:
        """Whether everything stays and nothing comes."""
        return not new_passages and not self._gone

    def are_few(self, new_passages: int) -> bool:
        """Whether the previous generation is better added to than written anew."""
        if self.are_none(new_passages):
            return True
        numbered = len(self.previous.references)
        gone = numbered - len(self.previous.held(self._unchanged).passages)
        has_room = len(self.previous.manifest.segments) < MOST_SEGMENTS
        return has_room and numbered >= SMALL and gone + new_passages <= MOST_CHANGED * numbered

    def take_over(self, documents: DocumentWriter, collected: Collection) -> None:
        """Add all that stays to a generation that is written anew; raises `IndexProblem` where a file is damaged.

        What is taken over gets new checksums, so that damage would never be seen again.
        """
        if damaged := damaged_files(self.previous.path):
            raise IndexProblem(f"{damaged[0]}; {REMEDY}")
        for start in range(0, len(self._unchanged), _AT_ONCE):
            held = self.previous.documents(self._unchanged[start : start + _AT_ONCE])
            for article, passages in held:
                documents.add(article, self.previous.contents[article.id][0], passages)
            collected.take_over(held, self.previous)
