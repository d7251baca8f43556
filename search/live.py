"""An engine that follows its index: a new generation is taken up without a restart."""

from __future__ import annotations

import threading
from pathlib import Path

from search.encoder import Encoder
from search.engine import Engine
from search.storage import current_generation


class LiveEngine:
    """Hands out the engine of the generation in use. Safe to use from several threads."""

    def __init__(self, index: Path, encoder: Encoder | None = None) -> None:
        self._index = index
        self._encoder = encoder
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """The engine of the current generation; one handed out before stays usable until its generation is pruned.

        Raises `IndexMissing` when nothing was built yet, `IndexProblem` when the index is damaged.
        """
        generation = current_generation(self._index)
        with self._lock:
            if self._engine is None or self._engine.generation != generation:
                self._engine = Engine.open(self._index, self._encoder)
            return self._engine
