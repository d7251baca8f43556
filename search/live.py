"""An engine that follows its index: a new generation is taken up without a restart."""

from __future__ import annotations

import logging
import threading
import time
from math import inf

from search.backends import store
from search.backends.address import Location
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexMissing, IndexProblem

#: Seconds after which a generation that could not be opened is tried again.
RETRY_S = 10.0

_LOG = logging.getLogger(__name__)


class LiveEngine:
    """Hands out the engine of the generation in use. Safe to use from several threads."""

    def __init__(self, index: Location | str, encoder: Encoder | None = None) -> None:
        self._store = store(index)
        self._encoder = encoder
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._refused = ""
        self._refused_at = -inf

    def engine(self) -> Engine:
        """The engine of the current generation; one handed out before stays usable, also when its files are pruned.

        While one thread opens a new generation, the others are given the one before. Where a new generation turns
        out to be damaged, the one before answers on, which is logged as a warning. Raises `IndexMissing` when nothing
        was built yet, `IndexProblem` when no generation can be opened.
        """
        engine = self._engine
        if engine and not self._lock.acquire(blocking=False):
            return engine
        if not engine:
            self._lock.acquire()
        try:
            self._engine = self._newest(self._engine)
            return self._engine
        finally:
            self._lock.release()

    def _newest(self, engine: Engine | None) -> Engine:
        if engine is None:
            return self._store.newest(lambda backend: Engine(backend, self._encoder))
        generation = ""
        try:
            generation = self._store.current()
            if generation == engine.generation or not self._is_to_be_tried(generation):
                return engine
            return Engine(self._store.open(generation), self._encoder)
        except IndexMissing:
            raise
        except IndexProblem as problem:
            if self._is_to_be_tried(generation):
                _LOG.warning("%s (the generation %s answers on)", problem, engine.generation)
                self._refused, self._refused_at = generation, time.monotonic()
            return engine

    def _is_to_be_tried(self, generation: str) -> bool:
        return generation != self._refused or time.monotonic() > self._refused_at + RETRY_S
