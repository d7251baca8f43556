"""The ids articles have in an index: no two have the same."""

from __future__ import annotations


class ArticleIds:
    """Gives out ids; a second article of the same id gets a number."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._given

    def free(self, read_id: str) -> str:
        """The id that `give` would give."""
        return self._free(read_id)[0]

    def give(self, read_id: str) -> str:
        """The id of an article whose source gives it `read_id`."""
        article_id, self._next[read_id] = self._free(read_id)
        self._given.add(article_id)
        return article_id

    def take_back(self, article_id: str) -> None:
        """Let an id that was given be free again."""
        self._given.discard(article_id)
        self._next.clear()

    def _free(self, read_id: str) -> tuple[str, int]:
        """The first id that is free, and the number to go on with."""
        article_id, number = read_id, self._next.get(read_id, 2)
        while article_id in self._given:
            article_id, number = f"{read_id}-{number}", number + 1
        return article_id, number
