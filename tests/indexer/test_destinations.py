"""Tests of `indexer.destinations` and of the options of `izde index` that are for a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.destinations import part_of
from izde import main
from search.errors import UserError


def test_parts() -> None:
    assert part_of(None) is None
    assert part_of("1/2") == (1, 2)
    assert part_of("12/12") == (12, 12)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1 / 2", "١/٢"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is no part; write the first of four as 1/4"):
        part_of(text)


@pytest.mark.parametrize(
    ("option", "value"), [("--shards", "3"), ("--replicas", "2"), ("--part", "1/2"), ("--workers", "tcp://host:8786")]
)
def test_a_directory_takes_no_options_of_a_cluster(tmp_path: Path, option: str, value: str) -> None:
    (tmp_path / "a.txt").write_text("Water.", "utf-8")
    index = tmp_path / "index"
    done = CliRunner().invoke(main, ["index", str(tmp_path / "a.txt"), "--index", str(index), option, value])
    told = f"izde: {option} is for an index in a cluster, and {index} is a directory; leave it out\n"
    assert (done.exit_code, done.stderr) == (2, told)
    assert not index.exists()


@pytest.mark.parametrize("address", ["qdrant://host", "http://host:6333/name", "qdrant://key@host/name"])
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    done = CliRunner().invoke(main, ["index", str(tmp_path), "--index", address])
    assert done.exit_code == 2
    assert "Invalid value for '--index'" in done.stderr
