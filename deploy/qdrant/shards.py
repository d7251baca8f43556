"""The shards of an index in a Qdrant cluster: shown, copied to nodes that lack them, saved as files, loaded again.

An index is named by its address, qdrant://HOST:PORT,HOST:PORT.../COLLECTION, with all nodes of the cluster in it. The
key comes from IZDE_QDRANT_KEY, the certificates from IZDE_QDRANT_CA. What the requests do is described in Qdrant's
documentation, under "Distributed Deployment" and "Snapshots".
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from search.backends.address import BadAddress, QdrantAddress, location
from search.backends.qdrant.schema import articles_of, files_of
from search.settings import Settings

#: Seconds a request may take: a snapshot of a large shard takes long.
_PATIENCE_S = 4 * 3600.0

_DESCRIPTION = "collection.json"


@dataclass(frozen=True, slots=True)
class Replica:
    """A shard on one node; `peer` is the number of the node, `url` its address where that is known."""

    shard: int
    peer: int
    state: str
    url: str | None


class Cluster:
    """The nodes of an address; raises `click.ClickException` where one refuses."""

    def __init__(self, address: QdrantAddress, settings: Settings) -> None:
        self.urls = address.urls
        self.collection = address.collection
        headers = {"api-key": settings.qdrant_key} if settings.qdrant_key else {}
        verified: dict[str, Any] = {"verify": str(settings.qdrant_ca)} if settings.qdrant_ca else {}
        self._http = httpx.Client(headers=headers, timeout=_PATIENCE_S, **verified)

    def ask(self, method: str, path: str, url: str | None = None, **content: Any) -> Any:
        """What a node answers, the first where none is named."""
        try:
            answer = self._http.request(method, (url or self.urls[0]) + path, **content)
        except httpx.HTTPError as error:
            raise click.ClickException(f"{url or self.urls[0]} does not answer ({error})") from error
        if answer.is_error:
            raise click.ClickException(f"{method} {path}: status {answer.status_code}: {answer.text[:300]}")
        return answer.json()["result"]

    def peers(self) -> list[int]:
        """The numbers of all nodes."""
        return [int(each) for each in self.ask("GET", "/cluster")["peers"]]

    def generation(self) -> str:
        """The name of the generation in use."""
        aliases = self.ask("GET", "/aliases")["aliases"]
        found = [each["collection_name"] for each in aliases if each["alias_name"] == self.collection]
        if not found:
            raise click.ClickException(f"there is no index {self.collection}")
        return str(found[0])

    def replicas(self, name: str) -> list[Replica]:
        """The replicas of all shards of a collection, by shard and node."""
        found: dict[tuple[int, int], Replica] = {}
        for url in self.urls:
            info = self.ask("GET", f"/collections/{name}/cluster", url)
            for each in info["local_shards"]:
                number = each["shard_id"], info["peer_id"]
                found[number] = Replica(*number, each["state"], url)
            for each in info["remote_shards"]:
                number = each["shard_id"], each["peer_id"]
                found.setdefault(number, Replica(*number, each["state"], None))
        return [found[number] for number in sorted(found)]

    def here(self, name: str) -> dict[int, str]:
        """For each shard a node that has it whole and is named in the address; raises for one that none has."""
        found = {each.shard: each.url for each in self.replicas(name) if each.url and each.state == "Active"}
        missing = {each.shard for each in self.replicas(name)} - found.keys()
        if missing:
            raise click.ClickException(f"no node of the address has shard {min(missing)} of {name}; name all nodes")
        return {shard: url for shard, url in sorted(found.items()) if url}

    def download(self, url: str, path: str, file: Path) -> str:
        """Write what a node answers to a file; answers its sha256."""
        digest = hashlib.sha256()
        with self._http.stream("GET", url + path) as content, open(file, "wb") as stream:
            content.raise_for_status()
            for part in content.iter_bytes():
                digest.update(part)
                stream.write(part)
        return digest.hexdigest()


def collections_of(generation: str) -> tuple[str, str, str]:
    """The collections of a generation."""
    return generation, articles_of(generation), files_of(generation)


@click.group()
def main() -> None:
    """Shards of an index in a Qdrant cluster; ADDRESS names all its nodes."""


def _cluster(address: str) -> Cluster:
    try:
        found = location(address)
    except BadAddress as error:
        raise click.ClickException(str(error)) from error
    if not isinstance(found, QdrantAddress):
        raise click.ClickException(f"{address} is a directory")
    return Cluster(found, Settings.from_environment())


@main.command()
@click.argument("address")
def show(address: str) -> None:
    """List every replica: collection, shard, number of the node, state, address of the node."""
    cluster = _cluster(address)
    for name in collections_of(cluster.generation()):
        for each in cluster.replicas(name):
            click.echo(f"{name}  {each.shard}  {each.peer}  {each.state}  {each.url or '-'}")


@main.command()
@click.argument("address")
def replicate(address: str) -> None:
    """Copy shards that have too few replicas to nodes that hold fewest, one after the other."""
    cluster = _cluster(address)
    for name in collections_of(cluster.generation()):
        for shard, source, target in _missing(cluster, name):
            copy = {"shard_id": shard, "from_peer_id": source, "to_peer_id": target}
            cluster.ask("POST", f"/collections/{name}/cluster", json={"replicate_shard": copy})
            _wait(cluster, name, shard, target)
            click.echo(f"{name}  {shard}  {source} -> {target}")


def _missing(cluster: Cluster, name: str) -> Iterator[tuple[int, int, int]]:
    """A shard, a node that has it and one that is to have it."""
    wanted = cluster.ask("GET", f"/collections/{name}")["config"]["params"]["replication_factor"]
    replicas = cluster.replicas(name)
    holders = {shard: [each.peer for each in replicas if each.shard == shard] for shard in {r.shard for r in replicas}}
    for shard, held in sorted(holders.items()):
        whole = [each.peer for each in replicas if each.shard == shard and each.state == "Active"]
        while whole and len(held) < wanted:
            load = {
                peer: sum(peer in each for each in holders.values()) for peer in cluster.peers() if peer not in held
            }
            if not load:
                break
            target = min(load, key=lambda peer: load[peer])
            held.append(target)
            yield shard, whole[0], target


def _wait(cluster: Cluster, name: str, shard: int, peer: int) -> None:
    """Wait until a replica is whole."""
    while not any((each.shard, each.peer, each.state) == (shard, peer, "Active") for each in cluster.replicas(name)):
        time.sleep(1)


@main.command()
@click.argument("address")
@click.argument("folder", type=click.Path(path_type=Path, exists=False))
def save(address: str, folder: Path) -> None:
    """Write the generation in use to a new FOLDER, each shard as one file. Let nobody index meanwhile."""
    cluster = _cluster(address)
    for name in collections_of(cluster.generation()):
        target = folder / name
        target.mkdir(parents=True)
        checksums = {}
        for shard, url in cluster.here(name).items():
            path = f"/collections/{name}/shards/{shard}/snapshots"
            made = cluster.ask("POST", path, url)
            checksums[shard] = cluster.download(url, f"{path}/{made['name']}", target / f"{shard}.snapshot")
            cluster.ask("DELETE", f"{path}/{made['name']}", url)
            if checksums[shard] != made["checksum"]:
                raise click.ClickException(f"shard {shard} of {name} did not arrive whole; save it again")
            click.echo(f"{name}  {shard}  {(target / f'{shard}.snapshot').stat().st_size:,} bytes")
        description = {"checksums": checksums, **cluster.ask("GET", f"/collections/{name}")}
        (target / _DESCRIPTION).write_text(json.dumps(description), "utf-8")


@main.command()
@click.argument("address")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def load(address: str, folder: Path) -> None:
    """Make what was saved in FOLDER the generation in use. Its collections may not be there."""
    cluster = _cluster(address)
    generation = min((each.name for each in folder.iterdir()), key=len)
    for name in collections_of(generation):
        described = json.loads((folder / name / _DESCRIPTION).read_text("utf-8"))
        _create(cluster, name, described)
        for shard, url in cluster.here(name).items():
            path = f"/collections/{name}/shards/{shard}/snapshots/upload"
            # The other replicas are brought up to this one.
            asked = {"priority": "snapshot", "wait": "true", "checksum": described["checksums"][str(shard)]}
            with open(folder / name / f"{shard}.snapshot", "rb") as stream:
                cluster.ask("POST", path, url, params=asked, files={"snapshot": stream})
            click.echo(f"{name}  {shard}")
    alias = {"collection_name": generation, "alias_name": cluster.collection}
    before = [each["alias_name"] for each in cluster.ask("GET", "/aliases")["aliases"]]
    gone = [{"delete_alias": {"alias_name": cluster.collection}}] if cluster.collection in before else []
    cluster.ask("POST", "/collections/aliases", json={"actions": [*gone, {"create_alias": alias}]})


def _create(cluster: Cluster, name: str, described: dict[str, Any]) -> None:
    """Make a collection as it was, without its points."""
    config = described["config"]
    made = {**config["params"], "hnsw_config": config["hnsw_config"], "optimizers_config": config["optimizer_config"]}
    cluster.ask("PUT", f"/collections/{name}", json=made)
    for field, index in described["payload_schema"].items():
        schema = index.get("params") or index["data_type"]
        content = {"field_name": field, "field_schema": schema}
        cluster.ask("PUT", f"/collections/{name}/index", params={"wait": "true"}, json=content)


if __name__ == "__main__":
    main()
