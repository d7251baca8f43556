"""Errors that come from how a collection is kept, told as such."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Telling(Protocol):
    """What can tell such errors from others."""

    def told(self) -> AbstractContextManager[None]:
        """Raise `IndexProblem`, naming what is at fault, for an error that comes from how the collection is kept."""


S = TypeVar("S", bound=Telling)


def told(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Have a method tell the errors that come from how the collection is kept."""

    @wraps(method)
    def telling(self: S, /, *args: P.args, **options: P.kwargs) -> R:
        with self.told():
            return method(self, *args, **options)

    return telling
