"""What can be wrong with an index; each message names the file at fault and says what to do."""

from __future__ import annotations

from search.errors import UserError

#: What mends an index of which something is damaged.
REMEDY = "rebuild with: izde index SOURCE --full"


class IndexProblem(UserError):
    """An index cannot be used; the message says which file is at fault and what to do."""


class IndexMissing(IndexProblem):
    """There is no index here yet."""


class IndexBusy(IndexProblem):
    """Another process is building this index."""


class IndexIncompatible(IndexProblem):
    """The index was built by another version, analyser or model."""


class IndexUnavailable(IndexProblem):
    """The cluster that holds the index does not answer; it may in a while."""
