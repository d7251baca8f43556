"""The loop of the server: requests arrive whole within a time, and those being answered are finished at the end."""

from __future__ import annotations

import select
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

#: Seconds a client has to send a request, from its first byte on; a query is sent in one packet.
_ARRIVES_WITHIN_S = 20.0

#: Seconds that requests have to be finished once the server is told to stop; supervisors mostly wait 10 or more.
_FINISHED_WITHIN_S = 10.0

_TURN_S = 1.0
_LAST_TURNS_S = 0.05


class Serving:
    """Serves what listens in `sockets`, the map that `waitress.create_server` was given, until it is told to stop.

    waitress by itself stops its loop at once, so that large answers are cut off and waiting ones dropped, and
    lets a client that sends a byte now and then keep its connection for ever.
    """

    def __init__(self, sockets: dict[int, Any], arrives_within: float = _ARRIVES_WITHIN_S) -> None:
        self._sockets = sockets
        self._arrives_within = arrives_within
        self._begun: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._stopping = False

    def heed_signals(self) -> None:
        """Stop at SIGTERM and Ctrl+C; a second one ends the process at once."""
        for each in (signal.SIGTERM, signal.SIGINT):
            # Background jobs of a shell are not to heed Ctrl+C.
            if signal.getsignal(each) != signal.SIG_IGN:
                signal.signal(each, self._stop)

    def run(self) -> int:
        """Answer until told to stop, then finish what is being answered; answers how many requests were cut off."""
        while not self._stopping:
            self._turn(_TURN_S)
            self._drop_late()
        self._close_listeners()
        deadline = time.monotonic() + _FINISHED_WITHIN_S
        while self._dismiss_idle() and time.monotonic() < deadline:
            self._turn(_LAST_TURNS_S)
        self._turn(0)
        return sum(bool(channel.requests) for channel in self._channels())

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        signal.signal(number, signal.SIG_DFL)
        for listener in self._listeners():
            listener.pull_trigger()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._sockets, count=1)

    def _drop_late(self) -> None:
        now = time.monotonic()
        for channel in self._channels():
            if (
                channel.request is not None
                and now - self._begun.setdefault(channel.request, now) > self._arrives_within
            ):
                channel.will_close = True

    def _close_listeners(self) -> None:
        for listener in self._listeners():
            # Clients whose connection the system has accepted already take it for served.
            while select.select([listener.socket], [], [], 0)[0]:
                listener.handle_accept()
            # Its own close would also close what its channels wake the loop by.
            wasyncore.dispatcher.close(listener)
        self._turn(0)

    def _dismiss_idle(self) -> bool:
        """Close the connections that nothing is left to do for; answers whether there are others."""
        busy = False
        for channel in self._channels():
            # In this order: the whole answer is in the buffers before a request is taken off the list.
            if channel.requests or channel.total_outbufs_len:
                busy = True
            else:
                channel.will_close = True
        return busy

    def _channels(self) -> Iterator[HTTPChannel]:
        return (each for each in list(self._sockets.values()) if isinstance(each, HTTPChannel))

    def _listeners(self) -> Iterator[BaseWSGIServer]:
        return (each for each in list(self._sockets.values()) if isinstance(each, BaseWSGIServer))
