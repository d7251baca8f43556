"""Where an index is kept and searched: a directory of this machine, or a Qdrant cluster."""

from __future__ import annotations

from search.backends.address import Location, QdrantAddress, location
from search.backends.protocol import Store
from search.index_errors import IndexProblem


def store(index: Location | str) -> Store:
    """The generations of an index; raises `BadAddress` for an address that cannot be right."""
    where = location(index)
    if not isinstance(where, QdrantAddress):
        from search.backends.embedded import EmbeddedStore

        return EmbeddedStore(where)
    try:
        from search.backends.qdrant.store import QdrantStore
    except ModuleNotFoundError as error:
        raise IndexProblem("the client of Qdrant is missing; install it with: pip install 'izde[qdrant]'") from error
    return QdrantStore.at(where)
