"""What a damaged file does to an open index: an error in the middle of an answer is traced to the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from search.errors import UserError
from search.index_errors import REMEDY, IndexProblem
from search.manifest import FILE as MANIFEST
from search.verification import damaged_files


class Damage:
    """Tells errors that come from the damaged files of one generation from all others."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise `IndexProblem`, naming the file, for an error that a file is the reason of; others pass.

        Files are compared with their checksums, once however many errors there are: opening an index looks at their
        sizes only.
        """
        try:
            yield
        except UserError:
            raise
        except OSError as error:
            raise IndexProblem(f"{error.filename or self._path} cannot be read ({error.strerror or error})") from error
        except Exception as error:
            if self._found:
                raise IndexProblem(f"{self._found[0]}; {REMEDY}") from error
            raise

    @cached_property
    def _found(self) -> list[str]:
        # Of a generation that was removed meanwhile nothing can be compared any more; what is open of it is read on.
        return damaged_files(self._path) if (self._path / MANIFEST).exists() else []
