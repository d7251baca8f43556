"""What faults are shown with: articles, commands as they are run by hand, a server, readers who note every answer."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from tests.qdrant.building import ROOT
from tests.qdrant.nodes import wait_until

#: Of these the articles are made.
WORDS = """суу энергетика мамлекет кызматташтык өлкө кыш деңгээл эгин талаа дарыя
    су өзен егін ынтымақтастық ел келісім ауыл көл қойма мемлекет
    вода государство договор закон река поле урожай торговля дорога зима
    migration water energy state law money family river harvest treaty"""

QUERIES = ("water law", "суу энергетика", "ынтымақтастық AND келісім", "река", '"water energy"', "migr*")

#: Seconds until a reader gives up on an answer.
ANSWER_S = 60

#: Seconds until a server is ready.
START_S = 60

#: A build that waits for no minute for the lease of one that was killed.
_INDEX = "from indexer.qdrant import lease; lease.LIFE_S, lease.RENEWAL_S = 2.0, 0.4; import izde; izde.main()"


def write_articles(folder: Path, files: int, each: int = 5, words: int = 60, seed: int = 7) -> Path:
    """A folder of so many files with so many articles each, the same for the same seed."""
    folder.mkdir(exist_ok=True)
    dice = random.Random(seed)
    for file in range(files):
        rows = [
            {"id": f"a{file}-{n}", "title": _text(dice, 4), "year": 2000 + n, "text": _text(dice, words)}
            for n in range(each)
        ]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{file:04}.jsonl").write_text(lines, "utf-8")
    return folder


def _text(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS.split(), k=words)).capitalize() + "."


def started(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """`izde` with these arguments in a process group of its own; give environment variables as keywords."""
    program = ["-c", _INDEX] if arguments[0] == "index" else ["-m", "izde"]
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "IZDE_GLOSSARY": "none", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `seconds` are those from when it was waited for."""

    code: int
    stdout: str
    stderr: str
    seconds: float


def ended(process: subprocess.Popen[str], seconds: float = 150) -> Ended:
    """Wait until a command has ended."""
    began = time.monotonic()
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except BaseException:
        kill(process)
        raise
    return Ended(process.returncode, stdout, stderr, time.monotonic() - began)


def izde(*arguments: object, **environment: str) -> Ended:
    """Run a command to its end."""
    return ended(started(*arguments, **environment))


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a command with all processes it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader was answered; `began` in seconds of the monotonic clock, `body` what lasts of the document."""

    query: str
    began: float
    seconds: float
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def is_refusal(self) -> bool:
        """Whether it says, as it should, that the question can be asked again later."""
        kind, again = self.headers["content-type"], self.headers.get("retry-after")
        return (self.status, kind, again) == (503, "application/problem+json", "30")


class Server:
    """`izde serve` over an index, as a process."""

    def __init__(self, process: subprocess.Popen[str], port: int, said: list[str]) -> None:
        """`said` are the lines it writes to stderr; those to come are added."""
        self.process = process
        self.port = port
        self.said = said

    def get(self, path: str, language: str = "en") -> tuple[int, dict[str, str], str]:
        """The status, the headers and the content of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        try:
            connection.request("GET", path, headers={"Accept-Language": language})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read().decode()
        finally:
            connection.close()

    def ask(self, query: str) -> Answer:
        """Search."""
        began = time.monotonic()
        status, headers, body = self.get(f"/api/v1/search?limit=10&q={quote(query)}")
        document = json.loads(body)
        document.pop("took_ms", None)
        return Answer(query, began, time.monotonic() - began, status, headers, document)


@contextmanager
def serving(index: object, cache: Path, **environment: str) -> Iterator[Server]:
    """A server over an index, once it is ready."""
    settings = {"IZDE_CACHE": str(cache), "IZDE_RATE_LIMIT": "off", **environment}
    process = started("serve", "--port", "0", "--index", index, **settings)
    said: list[str] = []
    assert process.stderr
    listener = threading.Thread(target=said.extend, args=(process.stderr,))
    listener.start()
    try:
        assert wait_until(lambda: process.poll() is not None or bool(_port(said)), START_S)
        assert process.poll() is None, said
        yield Server(process, _port(said), said)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        listener.join()


def _port(said: Sequence[str]) -> int:
    """The port that a server said it is ready at, 0 before it did."""
    found = re.search(r"^Izde is ready at http://127\.0\.0\.1:(\d+)/ ", "".join(said), re.MULTILINE)
    return int(found[1]) if found else 0


class Readers:
    """Some threads that ask a server one question after the other; use it in a `with` block."""

    def __init__(self, server: Server, queries: Sequence[str] = QUERIES, count: int = 4) -> None:
        self.answers: list[Answer] = []
        self._server = server
        self._queries = queries
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(count)]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join()

    def _ask(self, number: int) -> None:
        dice = random.Random(number)
        while not self._over.is_set():
            self.answers.append(self._server.ask(dice.choice(self._queries)))


def expected(server: Server, queries: Sequence[str] = QUERIES) -> dict[str, Any]:
    """What each question is answered while nothing is at fault."""
    answers = {query: server.ask(query) for query in queries}
    assert {each.status for each in answers.values()} == {200}
    return {query: each.body for query, each in answers.items()}


def wrong(answers: Sequence[Answer], right: Mapping[str, Any]) -> list[Answer]:
    """The answers that are neither right nor say that the question can be asked again later."""
    return [
        each for each in answers if not (each.is_refusal or (each.status == 200 and each.body == right[each.query]))
    ]


def longest(answers: Sequence[Answer]) -> float:
    """Seconds of the longest answer."""
    return max(each.seconds for each in answers)


def noted(what: str, **measured: object) -> None:
    """Print what was measured, and add it to the file that IZDE_FAULTS names."""
    line = json.dumps({"what": what, **measured}, ensure_ascii=False)
    print(line)
    if file := os.environ.get("IZDE_FAULTS"):
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(line + "\n")
