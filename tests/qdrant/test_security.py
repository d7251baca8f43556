"""Keys and certificates of a cluster: what is right works, what is wrong is told, and no key is ever written down."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import pytest

from search.backends import store
from search.backends.address import QdrantAddress
from search.engine import Engine
from search.index_errors import IndexProblem, IndexUnavailable
from search.settings import SettingError
from tests.qdrant.building import TEXTS, Index, write
from tests.qdrant.faults import Ended, izde, serving
from tests.qdrant.nodes import Node

KEY = "9d41c7e2ab-writing-key"
READING = "3f80b6d517-reading-key"
WRONG = "77aa1e90c4-wrong-key"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate needs the command openssl")


class Authority:
    """A certificate authority, and a server's certificate that it signed, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "authority.pem"
        self._folder = folder
        folder.mkdir()
        subject = "-subj /CN=izde-test-authority -addext basicConstraints=critical,CA:TRUE"
        self._openssl(f"req -x509 -newkey rsa:2048 -nodes -days 2 {subject} -keyout authority.key -out authority.pem")
        self._openssl("req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        signed = "-CA authority.pem -CAkey authority.key -CAcreateserial -extfile names"
        self._openssl(f"x509 -req -in server.csr {signed} -days 2 -out server.pem")

    @property
    def settings(self) -> dict[str, str]:
        """Those of a node with this certificate."""
        return {
            "QDRANT__SERVICE__ENABLE_TLS": "true",
            "QDRANT__TLS__CERT": str(self._folder / "server.pem"),
            "QDRANT__TLS__KEY": str(self._folder / "server.key"),
        }

    def _openssl(self, arguments: str) -> None:
        subprocess.run(["openssl", *arguments.split()], cwd=self._folder, capture_output=True, check=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture(scope="module")
def node(qdrant_binary: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A server with a certificate, a key, and a key to read with, that logs all it can."""
    keys = {
        "QDRANT__SERVICE__API_KEY": KEY,
        "QDRANT__SERVICE__READ_ONLY_API_KEY": READING,
        "QDRANT__LOG_LEVEL": "DEBUG",
    }
    with Node(qdrant_binary, tmp_path_factory.mktemp("secured"), environment={**authority.settings, **keys}) as node:
        yield node


@pytest.fixture(scope="module")
def address(node: Node) -> QdrantAddress:
    return replace(Index(node).address, is_encrypted=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def built(address: QdrantAddress, authority: Authority, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """An index, built with the key."""
    articles = write(tmp_path_factory.mktemp("secured") / "articles", TEXTS)
    done = izde("index", articles, "--json", "--index", address, **environment(KEY, authority, cache))
    assert done.code == 0, done.stderr
    return done


def environment(key: str, authority: Authority, cache: Path) -> dict[str, str]:
    return {
        "IZDE_CACHE": str(cache),
        "IZDE_QDRANT_KEY": key,
        "IZDE_QDRANT_CA": str(authority.certificate),
        "IZDE_LOG": "json",
    }


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch, authority: Authority, cache: Path) -> None:
    """An environment with the key to read with, and all else that is needed."""
    for name, value in environment(READING, authority, cache).items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
@pytest.mark.usefixtures("built", "reading")
def test_a_key_to_read_with_is_enough_to_search(address: QdrantAddress) -> None:
    engine = Engine.open(address)
    found = engine.search("migrants send")
    assert [hit.article.id for hit in found.hits] == ["money", "labour"]
    assert engine.stats().passages == 8
    assert store(address).problems(lambda done, total: None) == []


@pytest.mark.slow
def test_a_key_to_read_with_does_not_build(
    built: Ended, address: QdrantAddress, authority: Authority, cache: Path, tmp_path: Path
) -> None:
    articles = write(tmp_path / "articles", TEXTS)
    done = izde("index", articles, "--index", address, **environment(READING, authority, cache))
    told = f"izde: {address} does not let this key do that; set IZDE_QDRANT_KEY to one that may also write\n"
    assert (done.code, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", WRONG])
@pytest.mark.usefixtures("built", "reading")
def test_a_wrong_key_is_told(address: QdrantAddress, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IZDE_QDRANT_KEY", key)
    for ask in (Engine.open, lambda address: store(address).problems(lambda done, total: None)):
        with pytest.raises(IndexProblem) as raised:
            ask(address)
        assert str(raised.value) == f"{address} refuses the key; set IZDE_QDRANT_KEY to one it takes"
        assert WRONG not in "".join(format_exception(raised.value))


@pytest.mark.slow
@pytest.mark.usefixtures("built", "reading")
def test_certificates_that_prove_nothing_are_told(
    address: QdrantAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IZDE_QDRANT_CA", "")
    with pytest.raises(IndexUnavailable, match=r"does not answer \(.*CERTIFICATE_VERIFY_FAILED.* issuer certificate"):
        Engine.open(address)
    monkeypatch.setenv("IZDE_QDRANT_CA", str(Authority(tmp_path / "other").certificate))
    with pytest.raises(IndexUnavailable, match=r"does not answer \(.*CERTIFICATE_VERIFY_FAILED"):
        Engine.open(address)
    with pytest.raises(IndexUnavailable, match="does not answer"):
        Engine.open(replace(address, is_encrypted=False))


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.usefixtures("reading")
def test_certificates_that_cannot_be_read_are_told(
    address: QdrantAddress, content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "authority.pem"
    if content:
        file.write_text(content)
    monkeypatch.setenv("IZDE_QDRANT_CA", str(file))
    reason = "no certificates in PEM" if content else "No such file or directory"
    with pytest.raises(SettingError) as raised:
        Engine.open(address)
    assert str(raised.value) == f"IZDE_QDRANT_CA is '{file}', which cannot be used: {reason}"


@pytest.mark.slow
def test_no_key_is_written_down(
    built: Ended, node: Node, address: QdrantAddress, authority: Authority, cache: Path
) -> None:
    told = [built.stdout, built.stderr]
    for key, expected in ((KEY, 200), (READING, 200), (WRONG, 503)):
        with serving(address, cache, **environment(key, authority, cache)) as server:
            for path in ("/search?q=water", "/api/v1/search?q=migrants", "/healthz"):
                status, headers, body = server.get(path)
                assert status == expected
                told += [repr(headers), body]
            told.append(server.get("/metrics")[2])
        assert '"path": "/search"' in "".join(server.said)
        told += server.said
    files = [file for folder in (node.folder, cache) for file in folder.rglob("*") if file.is_file()]
    # The log of the server, its points, and what search has copied.
    assert {"qdrant.log", "raft_state.json", "page_0.dat", "words.strings"} <= {file.name for file in files}
    held = {str(file): file.read_bytes() for file in files} | {text: text.encode() for text in told}
    for key in (KEY, READING, WRONG):
        assert [name for name, content in held.items() if key.encode() in content] == []
