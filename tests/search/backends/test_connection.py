"""Tests of `search.backends.qdrant.connection`: what is asked of which node, and what is said where none answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import UnexpectedResponse

from search import deadline
from search.backends.qdrant import connection as connection_module
from search.backends.qdrant.connection import Connection, is_missing
from search.index_errors import IndexProblem, IndexUnavailable
from search.settings import SettingError, Settings
from tests.search.backends.answering_node import Answer, AnsweringNode, address, collections, failure

SECRET = "sesame-7f3a"


@contextmanager
def connected(*nodes: AnsweringNode | str, key: str | None = None, timeout: int = 5) -> Iterator[Connection]:
    with closing(Connection.open(address(*nodes), Settings(qdrant_key=key), timeout)) as connection:
        yield connection


def names(client: QdrantClient) -> list[str]:
    """What is asked for in these tests: the names of all collections."""
    return [each.name for each in client.get_collections().collections]


def nobody() -> str:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@dataclass
class Clock:
    """Time that passes while somebody sleeps, and does not else."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(connection_module, "time", clock)
    monkeypatch.setattr(connection_module.random, "uniform", lambda low, high: high)
    return clock


def test_a_node_answers(answering: AnsweringNode) -> None:
    answering.answers.append(collections("a", "b"))
    with connected(answering) as connection:
        assert connection.read(names) == ["a", "b"]
    assert len(answering.asked) == 1
    assert "api-key" not in answering.asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        failure(500),
        failure(502),
        failure(503),
        failure(408),
        failure(429),
        failure(429, Retry_After="7"),
        failure(429, Retry_After="Fri, 20 Nov 2026 15:00:00 GMT"),
        Answer(0),
        Answer(200, b"not JSON"),
        Answer(200, b'{"result": {"collections": 3}, "status": "ok", "time": 0.0}'),
        Answer(200, after_s=2.0),
    ],
)
def test_what_a_node_cannot_answer_the_next_is_asked(
    answering: AnsweringNode, other_answering: AnsweringNode, answer: Answer
) -> None:
    answering.answers.append(answer)
    other_answering.answers.append(collections("a"))
    with connected(answering, other_answering, timeout=1) as connection:
        assert connection.read(names) == ["a"]
        # The one that failed is not asked again while the other answers.
        assert connection.read(names) == ["a"]
    assert (len(answering.asked), len(other_answering.asked)) == (1, 2)


def test_a_node_that_is_not_there_costs_no_answer(answering: AnsweringNode) -> None:
    answering.answers.append(collections("a"))
    with connected(nobody(), answering, nobody()) as connection:
        assert [connection.read(names) for _ in range(3)] == [["a"]] * 3


def test_the_first_node_is_asked_again_when_the_other_fails(
    answering: AnsweringNode, other_answering: AnsweringNode
) -> None:
    answering.answers += [failure(503), collections("first")]
    other_answering.answers += [collections("second"), failure(503)]
    with connected(answering, other_answering) as connection:
        assert [connection.read(names) for _ in range(3)] == [["second"], ["first"], ["first"]]


def test_each_node_is_asked_once(answering: AnsweringNode) -> None:
    answering.answers += [Answer(0), collections("a")]
    with connected(answering) as connection:
        with pytest.raises(IndexUnavailable):
            connection.read(names)
        assert connection.read(names) == ["a"]
    assert len(answering.asked) == 2


def test_where_no_node_answers_it_is_told_once_all_were_asked(
    answering: AnsweringNode, other_answering: AnsweringNode
) -> None:
    answering.answers.append(failure(503, "starting"))
    other_answering.answers.append(failure(500, "disk"))
    with connected(answering, other_answering) as connection, pytest.raises(IndexUnavailable) as raised:
        connection.read(names)
    assert str(raised.value) == (
        f"qdrant://{answering.host},{other_answering.host}/izde does not answer"
        ' (status 500: {"status": {"error": "disk"}, "time": 0.0})'
    )
    assert (len(answering.asked), len(other_answering.asked)) == (1, 1)


def test_what_is_told_of_a_long_answer_is_short(answering: AnsweringNode) -> None:
    answering.answers.append(Answer(502, b"<html>" + b"\xff" * 10_000))
    with connected(answering) as connection, pytest.raises(IndexUnavailable) as raised:
        connection.read(names)
    assert str(raised.value).endswith(f"(status 502: <html>{'�' * 194})")


def test_where_nobody_listens_the_reason_is_told() -> None:
    with connected(nobody()) as connection, pytest.raises(IndexUnavailable, match=r"Connection refused\)$"):
        connection.read(names)


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "refuses the key; set IZDE_QDRANT_KEY to one it takes"),
        (403, "does not let this key do that; set IZDE_QDRANT_KEY to one that may also write"),
    ],
)
def test_a_key_that_is_refused_is_told_of_without_it(
    answering: AnsweringNode, other_answering: AnsweringNode, status: int, told: str
) -> None:
    answering.answers.append(failure(status, f"bad key {SECRET}"))
    with connected(answering, other_answering, key=SECRET) as connection, pytest.raises(IndexProblem) as raised:
        connection.read(names)
    assert not isinstance(raised.value, IndexUnavailable)
    assert str(raised.value) == f"qdrant://{answering.host},{other_answering.host}/izde {told}"
    assert raised.value.__cause__ is None
    assert [headers["api-key"] for headers in answering.asked] == [SECRET]
    assert other_answering.asked == []


def test_what_is_missing_is_the_callers_to_judge(answering: AnsweringNode, other_answering: AnsweringNode) -> None:
    answering.answers.append(failure(404, "Not found: Collection `a` doesn't exist!"))
    with connected(answering, other_answering) as connection, pytest.raises(UnexpectedResponse) as raised:
        connection.read(names)
    assert is_missing(raised.value)
    assert other_answering.asked == []


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_request_that_is_not_right_is_not_repeated(
    answering: AnsweringNode, other_answering: AnsweringNode, status: int
) -> None:
    answering.answers.append(failure(status, "wrong"))
    with connected(answering, other_answering) as connection:
        for ask in (connection.read, connection.write):
            with pytest.raises(UnexpectedResponse) as raised:
                ask(names)
            assert (raised.value.status_code, is_missing(raised.value)) == (status, False)
    assert (len(answering.asked), other_answering.asked) == (2, [])


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_cluster(answering: AnsweringNode) -> None:
    def wrong(client: QdrantClient) -> None:
        raise KeyError("a")

    with connected(answering) as connection, pytest.raises(KeyError):
        connection.read(wrong)


def test_a_write_is_tried_again_with_growing_pauses(answering: AnsweringNode, clock: Clock) -> None:
    answering.answers += [failure(503)] * 10 + [collections("a")]
    with connected(answering) as connection:
        assert connection.write(names) == ["a"]
    assert clock.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0, 10.0])


def test_a_write_is_given_up_in_time(answering: AnsweringNode, clock: Clock) -> None:
    answering.answers.append(failure(503))
    with connected(answering) as connection, pytest.raises(IndexUnavailable):
        connection.write(names, patience=4.0)
    assert clock.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert len(answering.asked) == 6


def test_pauses_differ_from_writer_to_writer(answering: AnsweringNode, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(connection_module, "time", clock)
    answering.answers.append(failure(503))
    for _ in range(2):
        with connected(answering) as connection, pytest.raises(IndexUnavailable):
            connection.write(names, patience=1.0)
    first, second = clock.pauses[:2], clock.pauses[-2:]
    assert len(set(clock.pauses)) == len(clock.pauses)
    assert 0.05 <= first[0] <= 0.1 <= first[1] <= 0.2
    assert first != second


def test_a_write_that_is_refused_is_not_repeated(answering: AnsweringNode, clock: Clock) -> None:
    answering.answers.append(failure(403))
    with connected(answering) as connection, pytest.raises(IndexProblem, match="IZDE_QDRANT_KEY"):
        connection.write(names)
    assert (len(answering.asked), clock.pauses) == (1, [])


@pytest.mark.parametrize("ask", [Connection.read, Connection.write])
def test_nobody_is_asked_once_the_time_is_over(
    answering: AnsweringNode, ask: Callable[[Connection, Any], list[str]]
) -> None:
    answering.answers.append(collections("a"))
    with connected(answering) as connection, deadline.time_limit(-1.0), pytest.raises(deadline.OutOfTime):
        ask(connection, names)
    assert answering.asked == []


def test_no_other_node_is_asked_once_the_time_is_over(answering: AnsweringNode, other_answering: AnsweringNode) -> None:
    answering.answers.append(Answer(503, after_s=0.3))
    limit, late = deadline.time_limit(0.1), pytest.raises(deadline.OutOfTime)
    with connected(answering, other_answering) as connection, limit, late:
        connection.read(names)
    assert (len(answering.asked), other_answering.asked) == (1, [])


@pytest.mark.parametrize(
    "answer",
    [Answer(0), failure(503), failure(401), failure(404), failure(400), failure(429, Retry_After="7"), Answer(200)],
)
@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
def test_the_key_is_in_no_message(answering: AnsweringNode, answer: Answer) -> None:
    answering.answers.append(answer)
    settings = Settings(qdrant_key=SECRET)
    with closing(Connection.open(address(answering), settings)) as connection:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - any error will do
            connection.read(names)
        told: list[object] = [settings, connection, connection.__dict__, raised.value, *raised.value.args]
        error: BaseException | None = raised.value
        while error:
            told += [error, *error.args, error.__dict__]
            error = error.__cause__ or error.__context__
    assert all(headers["api-key"] == SECRET for headers in answering.asked)
    assert SECRET not in " ".join(f"{each} {each!r}" for each in told)


@pytest.mark.parametrize("key", ["ключ", f"{SECRET}\nX-Other: a", f"{SECRET}\0", f"{SECRET}\x7f"])
def test_a_key_that_no_header_takes_is_refused_unseen(key: str) -> None:
    with pytest.raises(SettingError) as raised:
        Settings.from_environment({"IZDE_QDRANT_KEY": key})
    assert str(raised.value) == (
        "IZDE_QDRANT_KEY has characters that no key has; write one line of letters, digits and signs"
    )


def test_a_key_may_be_followed_by_the_end_of_its_line() -> None:
    settings = Settings.from_environment({"IZDE_QDRANT_KEY": f" {SECRET}\r\n"})
    assert settings.qdrant_key == SECRET
    assert SECRET not in repr(settings)
    assert Settings.from_environment({"IZDE_QDRANT_KEY": " \n"}).qdrant_key is None
