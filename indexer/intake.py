"""What became of the files of a build, taken in one after the other: ids given, articles written, problems told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from indexer.analysed_article import AnalysedArticle, with_vectors
from indexer.article_ids import ArticleIds
from indexer.desk import Desk
from indexer.errors import UnreadableSource
from indexer.reading import Event, Reading, steps
from indexer.sources import SourceFile, Sources, absolute
from indexer.tasks import Found, Known, Outcome, Problem, ReadFile, ReadLines
from indexer.workers import Failure, Here, Pool
from search.encoder import Encoder


class Previous(Protocol):
    """The articles an index holds before a build; `contents` has an entry for the id of each."""

    @property
    def contents(self) -> Mapping[str, Any]:
        """All of them."""

    def has(self, article_id: str, content: str) -> bool:
        """Whether an article is there, made from the same source."""


class Intake:
    """Gives articles their ids, hands those that are new to `add`, and keeps count.

    `unchanged` has the ids of those the previous generation holds as they are, `changed` of the `new` ones replace one
    it holds under the same id. `sources` is what the next build may know of the files, `problems` has one line each.
    """

    def __init__(
        self,
        previous: Previous | None,
        encoder: Encoder,
        pool: Pool,
        add: Callable[[AnalysedArticle], None],
    ) -> None:
        self.ids = ArticleIds()
        self.sources = Sources()
        self.unchanged: list[str] = []
        self.new = 0
        self.changed = 0
        self.problems: list[str] = []
        self._previous = previous
        self._encoder = encoder
        self._pool = pool
        self._hand_on = add

    def take(self, reading: Reading, event: Event, outcome: Any) -> None:
        """Take in what became of a file, of some lines of it, or what is told of it."""
        match event:
            case SourceFile():
                if not self._keep(reading, event):
                    self._read_again(reading)
            case UnreadableSource():
                self._leave_out(reading, event)
            case ReadFile() | ReadLines():
                self._take_outcome(reading, event, outcome)
            case None:
                self._end(reading)

    def tell(self, problems: Iterable[UnreadableSource]) -> None:
        """Tell problems that are of no one file."""
        self.problems.extend(map(told, problems))

    def _keep(self, reading: Reading, entry: SourceFile) -> bool:
        """Take over the articles of a file that is the same, if their ids are what they would be if it was read."""
        held = self._previous.contents if self._previous else {}
        given = [self.ids.give(entry.renamed.get(each, each)) for each in entry.articles]
        if given != entry.articles or not all(each in held for each in given):
            for each in given:
                self.ids.take_back(each)
            return False
        self.unchanged.extend(given)
        self.problems.extend(entry.problems)
        self.sources.files[absolute(reading.path)] = entry
        return True

    def _read_again(self, reading: Reading) -> None:
        """Read a file that is the same while others are not."""
        reading.before = None
        for (_, event), task in steps([reading]):
            self.take(reading, event, task and self._pool.call(task))

    def _take_outcome(self, reading: Reading, task: ReadFile | ReadLines, outcome: Outcome | Failure) -> None:
        if isinstance(outcome, Outcome):
            reading.sha256 = outcome.sha256 or reading.sha256
            for found in outcome.found:
                self._take_found(reading, task, found)
        elif isinstance(task, ReadLines) and len(task.lines.lines) > 1:
            # One of the lines is to blame.
            for single in task.single():
                self._take_outcome(reading, single, self._pool.call(single))
        else:
            reading.is_whole = False
            line = task.lines.first if isinstance(task, ReadLines) else None
            self._leave_out(reading, UnreadableSource(reading.path, outcome.reason, outcome.remedy, line))

    def _take_found(self, reading: Reading, task: ReadFile | ReadLines, found: Found) -> None:
        match found.outcome:
            case Problem(error, is_lasting):
                reading.is_whole &= is_lasting
                self._leave_out(reading, error)
            case Known(id) | AnalysedArticle(id=id) if (free := self.ids.free(found.read_id)) != id:
                self._take_anew(reading, task.under(free, found.line), self._pool)
            case Known(id, content) if not (self._previous and self._previous.has(id, content)):
                # The digest of another article begins as its does.
                self._take_anew(reading, task.under(id, found.line), Here(Desk(self._encoder)))
            case Known(id):
                self.unchanged.append(self.ids.give(found.read_id))
                reading.add(id, found.read_id)
            case AnalysedArticle():
                self.ids.give(found.read_id)
                self._add(found.outcome)
                reading.add(found.outcome.id, found.read_id)

    def _take_anew(self, reading: Reading, task: ReadFile | ReadLines, pool: Pool) -> None:
        """Do a task once more, and take its outcome instead of the one at hand."""
        if isinstance(task, ReadFile):
            reading.problems.clear()  # they come again
        self._take_outcome(reading, task, pool.call(task))

    def _add(self, analysed: AnalysedArticle) -> None:
        """Hand on an article that is new or changed."""
        if len(analysed.vectors[0]) != len(analysed.prepared.passages):
            analysed = with_vectors(analysed, self._encoder)
        self._hand_on(analysed)
        self.new += 1
        self.changed += bool(self._previous and analysed.id in self._previous.contents)

    def _leave_out(self, reading: Reading, problem: UnreadableSource) -> None:
        reading.problems.append(told(problem))

    def _end(self, reading: Reading) -> None:
        """Tell the problems of a file, and note what it holds for the next build."""
        self.problems.extend(reading.problems)
        if entry := reading.entry:
            self.sources.files[absolute(reading.path)] = entry


def told(problem: UnreadableSource) -> str:
    """A problem in one line that any terminal shows, whatever a file is called."""
    escaped = (each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(problem))
    return "".join(escaped)
