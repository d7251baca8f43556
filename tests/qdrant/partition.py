"""A cluster of Qdrant servers any two of which can be cut off from each other; each has a network of its own."""

from __future__ import annotations

import ipaddress
import itertools
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.qdrant.nodes import STOP_S, Cluster, Place, Ports

#: An address of the network that nobody has.
NOBODY = "02:00:00:00:00:00"

_numbers = itertools.count(1)


class NoNamespaces(Exception):
    """Network namespaces cannot be had here; the message says why."""


class Partition:
    """A cluster whose nodes, counted from 0, have a network namespace each, so that any two can be cut off."""

    def __init__(self, cluster: Cluster, namespaces: Sequence[str]) -> None:
        self.cluster = cluster
        self.namespaces = tuple(namespaces)

    def cut(self, a: int, b: int) -> None:
        """Lose every packet between two nodes, silently; all else still reaches both."""
        for here, there in ((a, b), (b, a)):
            # Packets go to an Ethernet address nobody has; a blackhole route would tell the sender at once.
            self._neighbour(here, "replace", there, "lladdr", NOBODY, "nud", "permanent")

    def heal(self, a: int, b: int) -> None:
        """Let packets pass again between two nodes that were cut off."""
        for here, there in ((a, b), (b, a)):
            self._neighbour(here, "del", there)

    def _neighbour(self, here: int, action: str, there: int, *options: str) -> None:
        host = self.cluster.nodes[there].host
        _ip("-n", self.namespaces[here], "neighbour", action, host, "dev", "eth0", *options)


@contextmanager
def partition(binary: Path, folder: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[Partition]:
    """A running cluster that can be cut. Raises NoNamespaces where this process may not make network namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoNamespaces("network namespaces need root and the command ip of iproute2")
    _remove_abandoned()
    names = [f"izde-{os.getpid()}-{next(_numbers)}" for _ in range(4)]
    network = _unused_network()
    try:
        hosts = _join(names[0], names[1:], network)
        places = [
            Place(host, Ports(), ("ip", "netns", "exec", name)) for host, name in zip(hosts, names[1:], strict=True)
        ]
        with Cluster(binary, folder, environment=environment, places=places) as cluster:
            yield Partition(cluster, names[1:])
    finally:
        # Devices go with their namespace, though a little later; the one outside holds a route of this machine.
        for removal in (("link", "del", names[0]), *(("netns", "del", name) for name in names)):
            with suppress(NoNamespaces):
                _ip(*removal)


def _remove_abandoned() -> None:
    """Namespaces of test processes that were killed."""
    for line in _ip("netns", "list").splitlines():
        name = line.partition(" ")[0]
        match name.split("-"):
            case ["izde", process, _] if not Path("/proc", process).exists():
                with suppress(NoNamespaces):
                    _ip("netns", "del", name)


def _join(hub: str, namespaces: Sequence[str], network: ipaddress.IPv4Network) -> list[str]:
    """Namespaces around a bridge in one of its own, away from this machine's packet filters; the addresses they got."""
    outside, *hosts = (str(host) for host in itertools.islice(network.hosts(), len(namespaces) + 1))
    _ip("netns", "add", hub)
    _ip("-n", hub, "link", "add", "bridge", "up", "type", "bridge")
    _ip("link", "add", hub, "type", "veth", "peer", "name", "outside", "netns", hub)
    _ip("-n", hub, "link", "set", "outside", "master", "bridge", "up")
    _ip("address", "add", f"{outside}/{network.prefixlen}", "dev", hub)
    _ip("link", "set", hub, "up")
    for namespace, host in zip(namespaces, hosts, strict=True):
        port = f"port{host.rpartition('.')[2]}"
        _ip("netns", "add", namespace)
        _ip("-n", hub, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("-n", hub, "link", "set", port, "master", "bridge", "up")
        _ip("-n", namespace, "address", "add", f"{host}/{network.prefixlen}", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
    return hosts


def _unused_network() -> ipaddress.IPv4Network:
    """A /24 under 10.0.0.0/8 that no route of this machine is about, but for routes to very many addresses."""
    routes = [route["dst"] for route in json.loads(_ip("-json", "-4", "route", "show", "table", "all"))]
    taken = [ipaddress.IPv4Network(route) for route in routes if route != "default"]
    while True:
        network = ipaddress.IPv4Network((10 << 24 | random.SystemRandom().randrange(1 << 16) << 8, 24))
        if not any(network.overlaps(other) for other in taken if other.prefixlen >= 16):
            return network


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=STOP_S)
    if done.returncode:
        raise NoNamespaces(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
