"""Names and terms that are known in all four languages, and where a query speaks of them.

The table is a tab-separated file written by hand (index_data/glossary.tsv). Its forms are compared by
their lemmas; these are computed once, when an index is built, and kept in its generation.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from search.errors import UserError
from search.languages.analysis import lemma_keys, stop_words
from search.languages.tokens import fold, tokenize

#: The columns of the table, which its first line names.
COLUMNS = ("en", "ru", "kk", "ky")

_FILE = "glossary.tsv"

#: The lemma keys of the words of a form, in order.
Keys = tuple[str, ...]

#: A language, and the lemma keys of a form in it.
Phrase = tuple[str, Keys]

#: The forms of a concept in each column.
Concept = tuple[tuple[str, ...], ...]

#: The place [start, end) of a name among the words of a query.
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """Words [start, end) of a query that name a concept, and its other forms in all languages."""

    start: int
    end: int
    phrases: tuple[Phrase, ...]


class Glossary:
    """Concepts with their forms; `keys` gives the lemma keys of a form in a language."""

    def __init__(self, concepts: Sequence[Concept], keys: Callable[[str, str], Keys]) -> None:
        self._concepts = concepts
        self._keys = keys
        self._indexes: dict[str, _Index] = {}

    def __len__(self) -> int:
        return len(self._concepts)

    @classmethod
    def read(cls, file: Path) -> tuple[Glossary, list[str]]:
        """Read a table written by hand, and say what is wrong with lines that had to be left out.

        Raises `UserError` when the file cannot be read or does not begin with the header.
        """
        table = _Table(file.name)
        lines = enumerate((line.removesuffix("\r") for line in _text(file).split("\n")), start=1)
        content = ((number, line) for number, line in lines if line.strip() and not line.startswith("#"))
        if next(content, (0, ""))[1].split("\t") != list(COLUMNS):
            raise UserError(f"{file}: the first line that is no comment should be {'<TAB>'.join(COLUMNS)}")
        for number, line in content:
            table.add(number, line)
        return cls(table.concepts, _lemmas), table.problems

    @classmethod
    def open(cls, path: Path) -> Glossary:
        """The glossary of a generation, empty where it was built without one; `path` is its directory."""
        file = path / _FILE
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return cls([_cells(line) for line in lines], lambda keys, _: tuple(keys.split(" ")))

    def write(self, path: Path) -> None:
        """Write the glossary into the directory of a generation, lemma keys in place of the forms."""
        lines = ["\t".join(self._key_cells(concept)) + "\n" for concept in self._concepts]
        (path / _FILE).write_text("".join(lines), "utf-8")

    @staticmethod
    def copy(source: Path, target: Path) -> None:
        """Take over the glossary of another generation as it is there; both are directories of generations."""
        shutil.copyfile(source / _FILE, target / _FILE)

    def translations(self, forms: Sequence[str], languages: Sequence[str]) -> list[Match]:
        """The longest runs of query words that name a concept, in order; no two share a word.

        `forms` are folded, `languages` those the query may be in. Words compare by their first lemma; it makes no
        difference which stop words stand inside a name. Words in Latin letters may be English in any query.
        """
        found: dict[Run, list[tuple[Phrase, int]]] = {}
        # The English tables take a third of a second to load: not for a query without a Latin word.
        latin = {"en"} if any(form.isascii() for form in forms) else set()
        for language in {*languages, *latin} & set(COLUMNS):
            index = self._index(language)
            for run, keys in index.runs([_lemma(form, language) for form in forms]):
                if language in languages or all(form.isascii() for form in forms[slice(*run)]):
                    hits = found.setdefault(run, [])
                    hits += (((language, keys), number) for number in index.concepts[keys])
        return [Match(*run, self._others(found[run])) for run in _longest(found)]

    def _index(self, language: str) -> _Index:
        if language not in self._indexes:
            index = _Index(stop_words(language))
            for number, concept in enumerate(self._concepts):
                for form in concept[COLUMNS.index(language)]:
                    index.add(self._keys(form, language), number)
            self._indexes[language] = index
        return self._indexes[language]

    def _others(self, hits: Sequence[tuple[Phrase, int]]) -> tuple[Phrase, ...]:
        """The forms of the concepts hit, without the one that the query has."""
        asked = {phrase for phrase, _ in hits}
        numbers = sorted({number for _, number in hits})
        phrases = dict.fromkeys(phrase for number in numbers for phrase in self._phrases(self._concepts[number]))
        return tuple(each for each in phrases if (each[0], _name(each[1], stop_words(each[0]))) not in asked)

    def _phrases(self, concept: Concept) -> Iterator[Phrase]:
        for language, form in _forms(concept):
            keys = self._keys(form, language)
            if _name(keys, stop_words(language)):
                yield language, keys

    def _key_cells(self, concept: Concept) -> Iterator[str]:
        for language, forms in zip(COLUMNS, concept, strict=True):
            yield "|".join(dict.fromkeys(" ".join(self._keys(form, language)) for form in forms))


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of a language: the keys of each, with the numbers of the concepts it stands for."""

    stop: frozenset[str]
    concepts: dict[Keys, list[int]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)

    def add(self, keys: Keys, number: int) -> None:
        """Enter a form of a concept; one that is all stop words is left out (WHO)."""
        if name := _name(keys, self.stop):
            self.concepts.setdefault(name, []).append(number)
            self.lengths.add(len(keys))

    def runs(self, lemmas: Sequence[str]) -> Iterator[tuple[Run, Keys]]:
        """Where words of a query are a name, and the keys of that name."""
        longest = max(self.lengths, default=0)
        for start in range(len(lemmas)):
            for end in range(start + 1, min(start + longest, len(lemmas)) + 1):
                words = tuple(lemmas[start:end])
                for name in {words, self._inner(words)} & self.concepts.keys():
                    yield (start, end), name

    def _inner(self, words: Keys) -> Keys:
        """The words of a run without the stop words inside; nothing where one begins or ends it."""
        return () if {words[0], words[-1]} & self.stop else tuple(word for word in words if word not in self.stop)


def _name(keys: Keys, stop: frozenset[str]) -> Keys:
    """The keys by which a form is found: without stop words, unless these leave less than two words."""
    telling = tuple(key for key in keys if key not in stop)
    return telling if len(telling) != 1 else keys


def _longest(runs: Iterable[Run]) -> list[Run]:
    """The longest runs, the first of equals, that do not overlap; in order."""
    chosen: list[Run] = []
    for start, end in sorted(runs, key=lambda run: (run[0] - run[1], run[0])):
        if all(end <= other_start or other_end <= start for other_start, other_end in chosen):
            chosen.append((start, end))
    return sorted(chosen)


@dataclass(slots=True)
class _Table:
    """The good lines of a table so far, and what is wrong with the others."""

    name: str
    concepts: list[Concept] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _holders: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, number: int, line: str) -> None:
        """Take up a line, or say why not."""
        concept = _cells(line)
        forms = [(language, fold(form)) for language, form in _forms(concept)]
        if problem := _fault(line, forms) or self._repetition(forms):
            self.problems.append(f"{self.name}:{number}: {problem}")
            return
        for form in forms:
            self._holders.setdefault(form, []).append(len(self.concepts))
        self.concepts.append(concept)
        self._lines.append(number)

    def _repetition(self, forms: Sequence[tuple[str, str]]) -> str:
        """Why a line is not a concept of its own: an earlier one has its forms in every language that both fill."""
        shared: dict[int, dict[str, str]] = {}
        for language, form in forms:
            for earlier in self._holders.get((language, form), ()):
                shared.setdefault(earlier, {}).setdefault(language, form)
        for earlier, same in shared.items():
            if _filled(forms) & _filled(_forms(self.concepts[earlier])) <= same.keys():
                return f"duplicate of line {self._lines[earlier]}: {next(iter(same.values()))}"
        return ""


def _fault(line: str, forms: Sequence[tuple[str, str]]) -> str:
    """What is wrong with a line by itself, nothing where it is well."""
    text = line.replace("\t", "")
    if not text.isprintable():
        strange = next(character for character in text if not character.isprintable())
        return f"the control or invisible character U+{ord(strange):04X}"
    if (columns := line.count("\t") + 1) != len(COLUMNS):
        return f"{columns} columns instead of {len(COLUMNS)}"
    if len(_filled(forms)) < 2:
        return "fewer than two filled cells"
    if wordless := [form for _, form in forms if not any(map(str.isalnum, form))]:
        return f"no word in {wordless[0]!r}"
    repeated = [form for place, form in enumerate(forms) if form in forms[:place]]
    return f"duplicate form in the {repeated[0][0]} cell: {repeated[0][1]}" if repeated else ""


def _cells(line: str) -> Concept:
    return tuple(tuple(filter(None, map(str.strip, cell.split("|")))) for cell in line.split("\t"))


def _forms(concept: Concept) -> Iterator[tuple[str, str]]:
    for language, forms in zip(COLUMNS, concept, strict=False):
        for form in forms:
            yield language, form


def _filled(forms: Iterable[tuple[str, str]]) -> set[str]:
    return {language for language, _ in forms}


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the glossary {file} cannot be read: {error}") from error


def _lemmas(form: str, language: str) -> Keys:
    return tuple(_lemma(token.form, language) for token in tokenize(form))


def _lemma(form: str, language: str) -> str:
    return lemma_keys(form, language)[0][0]
