"""How far a pass over all shares is, whoever works at them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Self

from indexer.build import Measure
from indexer.qdrant.share import Share
from search.backends.qdrant.files import Files

#: Seconds between two looks at which shares others have done.
_PAUSE_S = 5.0


class Meter:
    """Tells `measure` how many bytes of all shares are read, by this process and by others of the same pass."""

    def __init__(
        self, files: Files, run: str, shares: Mapping[int, Share], done: Iterable[int], measure: Measure
    ) -> None:
        self._files = files
        self._run = run
        self._sizes = {number: share.size for number, share in shares.items()}
        self._read = {number: self._sizes.get(number, 0) for number in done}
        self._measure = measure
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._tell(lambda: None)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def advance(self, share: int, done: int) -> None:
        """Note how many bytes of a share are read."""
        self._tell(lambda: self._read.update({share: min(done, self._sizes.get(share, 0))}))

    def finish(self, share: int) -> None:
        """Note that a share is done."""
        self.advance(share, self._sizes.get(share, 0))

    def _tell(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            self._measure(sum(self._read.values()), sum(self._sizes.values()))

    def _look_on(self) -> None:
        while not self._over.wait(_PAUSE_S):
            with suppress(Exception):  # it is only shown
                for found in self._files.of_kind("share", ["share", "run"]):
                    if found["run"] == self._run:
                        self.finish(found["share"])
