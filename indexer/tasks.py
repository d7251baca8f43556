"""What of a build is done file by file, or line by line, in any process: read, repair, cut, analyse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import readers
from indexer.analysed_article import AnalysedArticle, analysed_article
from indexer.desk import Desk
from indexer.errors import UnreadableSource
from indexer.preparation import content_digest, prepare
from indexer.readers import Lines
from indexer.sources import checksum
from indexer.vocabulary import WordKeys, word_keys
from search.articles import Article
from search.errors import UserError


@dataclass(frozen=True, slots=True)
class Known:
    """An article that the previous generation has, by its id and content digest."""

    id: str
    content: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read or analysed; `is_lasting` unless another version of the program may do better."""

    error: UnreadableSource
    is_lasting: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one article: `read_id` is the id its source gives it, `line` where in its file it stands."""

    read_id: str
    line: int | None
    outcome: AnalysedArticle | Known | Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task; `sha256` is the checksum of the file, None where only a part of it was read."""

    found: Sequence[Found]
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read the file of a source that holds one article, and analyse it under an id of its own."""

    path: Path
    source: Path
    article_id: str
    size: int

    def run(self, desk: Desk) -> Outcome:
        """The article or its problem."""
        # Before it is read: should the file change meanwhile, it is not taken for what was read.
        digest = checksum(self.path)
        read_id = readers.article_id(self.path, self.source)
        items = readers.read(self.path, self.source)
        return Outcome([_found(item, read_id, self.article_id, None, desk, self.path) for item in items], digest)

    def under(self, article_id: str, line: int | None) -> ReadFile:
        """The same with another id for the article."""
        return replace(self, article_id=article_id)


@dataclass(frozen=True, slots=True)
class ReadLines:
    """Analyse the articles of some lines of a .jsonl file; `article_id` is another than the one of a single line."""

    path: Path
    lines: Lines
    article_id: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the lines."""
        return self.lines.size

    def run(self, desk: Desk) -> Outcome:
        """An article or a problem for each line that is not blank."""
        return Outcome(list(self._run(desk)))

    def _run(self, desk: Desk) -> Iterator[Found]:
        for number, item in readers.read_lines(self.path, self.lines):
            read_id = item.id if isinstance(item, Article) else ""
            yield _found(item, read_id, self.article_id or read_id, number, desk, self.path)

    def under(self, article_id: str, line: int | None) -> ReadLines:
        """The task of one of the lines, its article under another id."""
        number = line or self.lines.first
        return ReadLines(self.path, Lines(number, (self.lines.lines[number - self.lines.first],)), article_id)

    def single(self) -> list[ReadLines]:
        """A task for each line."""
        return [ReadLines(self.path, Lines(self.lines.first + at, (line,))) for at, line in enumerate(self.lines.lines)]


@dataclass(frozen=True, slots=True)
class LemmatiseWords:
    """Find the keys of words, named as in `search.words.word_name`."""

    names: Sequence[str]

    @property
    def size(self) -> int:
        """About as many bytes of text take the same time."""
        return 100 * len(self.names)

    def run(self, desk: Desk) -> list[WordKeys]:
        """The keys of each word."""
        return [word_keys(name) for name in self.names]


def _found(
    item: Article | UnreadableSource, read_id: str, article_id: str, line: int | None, desk: Desk, path: Path
) -> Found:
    if isinstance(item, UnreadableSource):
        return Found(read_id, line, Problem(item))
    article = item if item.id == article_id else replace(item, id=article_id)
    content = content_digest(article)
    if desk.knows(content):
        return Found(read_id, line, Known(article_id, content))
    return Found(read_id, line, _analysed(article, line, desk, path))


def _analysed(article: Article, line: int | None, desk: Desk, path: Path) -> AnalysedArticle | Problem:
    try:
        return analysed_article(prepare(article), desk.encoder)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # a defect met by one article must not cost the others
        problem = UnreadableSource(path, f"it could not be analysed ({error!r})", "please report this", line)
        return Problem(problem, is_lasting=False)
