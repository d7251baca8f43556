"""How long a query may take: whatever loops over much asks now and then whether there is time left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from search.errors import UserError

_end: ContextVar[float] = ContextVar("end", default=inf)


class OutOfTime(UserError):
    """A query took longer than it may."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let what is done in this context, in this thread, take so long; it then ends with `OutOfTime`."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def check() -> None:
    """Raise `OutOfTime` where the time of the query is over."""
    if time.monotonic() > _end.get():
        raise OutOfTime("the query takes too long; ask in fewer words, or without wildcards")
