"""Tests of `izde`, the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from izde import main
from search.encoder import EMBEDDED_FOLDER
from search.storage import current_generation, generation_path

WATER = {
    "id": "water",
    "title": "Су",
    "text": "Сырдария суы егін суаруға қажет.",
    "year": 2021,
    "authors": ["Сейітов Б.М."],
}
MONEY = {"id": "money", "title": "Money", "text": "Migrants send money to their families."}


def izde(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    """Run a command; a defect's traceback is raised, an exit is not."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in (WATER, MONEY)), "utf-8")
    return file


@pytest.fixture(scope="module")
def index(articles: Path) -> Path:
    """An index of both articles, to be read only."""
    index = articles.parent / "index"
    assert izde("index", articles, "--index", index).exit_code == 0
    return index


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(index, tmp_path / "index")


def test_index_says_what_it_did_on_stderr(articles: Path, tmp_path: Path) -> None:
    result = izde("index", articles, "--index", tmp_path / "index")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "2 articles, 2 passages, 11 words: 2 added, 0 changed, 0 unchanged, 0 removed, 0 left out\n"
    )
    again = izde("index", articles, "--index", tmp_path / "index")
    assert "0 added, 0 changed, 2 unchanged" in again.stderr
    full = izde("index", articles, "--index", tmp_path / "index", "--full")
    assert "0 unchanged" in full.stderr


def test_index_names_what_it_left_out(articles: Path, tmp_path: Path) -> None:
    name = "очень длинное имя файла с пробелами, чтобы строка не поместилась в восемьдесят знаков.txt"
    (tmp_path / name).touch()
    result = izde("index", articles, tmp_path / name, "--index", tmp_path / "index")
    assert result.exit_code == 1
    problem = f"{name}: it holds no text; put the article in it, or remove it from the source"
    assert f"left out  {problem}\n" in result.stderr
    as_json = izde("index", articles, tmp_path / name, "--index", tmp_path / "index", "--json")
    assert as_json.exit_code == 1
    summary = json.loads(as_json.stdout)
    assert (summary["articles"], summary["unchanged"], summary["problems"]) == (2, 2, [problem])


def test_index_without_an_article_fails(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    result = izde("index", tmp_path / "empty.txt", "--index", tmp_path / "index")
    assert result.exit_code == 1
    assert "left out  empty.txt: it holds no text" in result.stderr
    assert "izde: no article could be read; the index stays as it was" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("none",)])
def test_index_needs_a_source_that_is_there(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = izde("index", *arguments, "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert (
        "none: there is no such file or folder" in result.stderr if arguments else "Missing argument" in result.stderr
    )


def test_search_shows_titles_passages_and_the_total(index: Path) -> None:
    result = izde("search", "суға", "--index", index, "--mode", "keyword")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1:4] == ["1. Су", "   kk  water#0  Сейітов Б.М., 2021", "Сырдария суы егін суаруға қажет."]
    assert lines[-1].startswith("1 passages found in ")


def test_search_offers_a_correction(index: Path) -> None:
    assert izde("search", "mony", "--index", index).stdout.startswith("searched for: money\n")


def test_search_prints_one_json_document(index: Path) -> None:
    document = json.loads(izde("search", "money", "--index", index, "--json").stdout)
    assert [hit["article"]["id"] for hit in document["hits"]][:1] == ["money"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["money", "water"]),
        (["--language", "kk"], ["water"]),
        (["--language", "kk", "--language", "en"], ["money", "water"]),
        (["--year-from", "2021"], ["water"]),
        (["--year-to", "2020"], []),
        (["--author", "Сейітов Б.М."], ["water"]),
        (["--limit", "1", "--offset", "2"], []),
        (["--per-article", "1"], ["money", "water"]),
        (["--sort", "year", "--limit", "1"], ["water"]),
    ],
)
def test_search_options(index: Path, options: list[str], expected: list[str]) -> None:
    result = izde("search", "су AND егін OR money", "--index", index, "--json", *options)
    assert sorted(hit["article"]["id"] for hit in json.loads(result.stdout)["hits"]) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "су", "--mode", "best"],
        ["search", "су", "--sort", "title"],
        ["search", "су", "--language", "xx"],
        ["search", "су", "--limit", "0"],
        ["search", "су", "--limit", "many"],
        ["search", "су", "--offset", "-1"],
        ["search"],
        ["analyze"],
        ["find"],
        ["serve", "--port", "http"],
    ],
)
def test_a_wrong_command_line_is_explained(arguments: list[str]) -> None:
    result = izde(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "\nError: " in result.stderr


@pytest.mark.parametrize("command", [["search", "су"], ["stats"], ["verify"]])
def test_without_an_index_it_says_how_to_make_one(command: list[str], tmp_path: Path) -> None:
    index = tmp_path / "none"
    result = izde(*command, "--index", index)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (f"izde: there is no index in {index}; make one with: izde index SOURCE --index {index}\n")


def test_a_query_too_long_is_refused(index: Path) -> None:
    result = izde("search", "су" * 5000, "--index", index)
    assert result.exit_code == 2
    assert result.stderr == "izde: the query has 10,000 characters; at most 2,000 are searched for\n"


def test_extract_shows_the_passages_of_a_file(articles: Path) -> None:
    result = izde("extract", articles)
    assert result.exit_code == 0
    assert "water#0  kk\nСырдария суы егін суаруға қажет.\n" in result.stdout
    assert "money#0  en\nMigrants send money to their families.\n" in result.stdout


def test_extract_prints_one_json_document(articles: Path) -> None:
    document = json.loads(izde("extract", articles, "--json").stdout)
    first = (document if isinstance(document, list) else document["articles"])[0]
    assert (first["id"], first["title"], first["language"], first["year"]) == ("water", "Су", "kk", 2021)
    (passage,) = first["passages"]
    assert passage == {
        "id": "water#0",
        "text": "Сырдария суы егін суаруға қажет.",
        "language": "kk",
        "start": 0,
        "end": 32,
        "page": None,
    }


def test_extract_explains_what_was_repaired(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("Əлем  мурасы", "utf-8")
    result = izde("extract", tmp_path / "some.txt", "--explain")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Әлем мурасы",
        "schwas: Latin schwa becomes Cyrillic among Cyrillic letters.",
        "  0–4  Əлем → Әлем",
        "",
        "spaces: Several spaces become one, a run of tabs one tab; line breaks are left to the layout.",
        "  0–12  Əлем␠␠мурасы → Əлем мурасы",
        "",
        "schwas  1  Latin schwa becomes Cyrillic among Cyrillic letters.",
        "spaces  1  Several spaces become one, a run of tabs one tab; line breaks are left to the layout.",
    ]


def test_extract_explains_in_its_json_document(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("Əлем мурасы", "utf-8")
    command = ("extract", tmp_path / "some.txt", "--json")
    (plain,), (explained,) = (json.loads(izde(*command, *more).stdout)["articles"] for more in ((), ("--explain",)))
    meaning = "Latin schwa becomes Cyrillic among Cyrillic letters."
    change = {"rule": "schwas", "meaning": meaning, "start": 0, "end": 4, "page": None}
    assert explained == {
        **plain,
        "raw": "Əлем мурасы",
        "passages": [{**plain["passages"][0], "raw_start": 0, "raw_end": 11}],
        "changes": [{**change, "before": "Əлем", "after": "Әлем"}],
        "summary": [{"rule": "schwas", "count": 1, "meaning": meaning}],
    }


def test_extract_names_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "some.jsonl").write_text(json.dumps(WATER) + "\n{}\n")
    assert izde("extract", tmp_path / "empty.txt").exit_code == 2
    assert izde("extract", tmp_path / "none.txt").exit_code == 2
    assert izde("extract", tmp_path / "some.jsonl").exit_code == 1
    folder = izde("extract", tmp_path)
    assert folder.exit_code == 2
    assert "permission" not in folder.stderr


def test_analyze_gives_lemmas_line_by_line() -> None:
    result = izde("analyze", "--language", "ru", stdin="Людьми\nЁлки\n\n  пила\nqwerty\r\n😀\n")
    assert result.exit_code == 0
    assert result.stdout.split("\n") == [
        "Людьми\tчеловек",
        "Ёлки\tелка",
        "  пила\tпила|пить",
        "qwerty\tqwerty",
        "😀\t😀",
        "",
    ]


def test_analyze_prints_one_json_document() -> None:
    result = izde("analyze", "--language", "en", "--json", stdin="Children\nwent\n")
    assert json.loads(result.stdout) == [
        {"form": "Children", "lemmas": ["child"]},
        {"form": "went", "lemmas": ["go"]},
    ]


def test_analyze_explains_its_readings() -> None:
    command = ("analyze", "--language", "ru", "--explain")
    assert izde(*command, stdin="Мой\n\nПротоколам\n").stdout.splitlines() == [
        "Мой",
        "* мой  ADJF,Apro masc,sing,nomn  0.50",
        "  мой  ADJF,Apro inan,masc,sing,accs  0.25",
        "  мыть  VERB,impf,tran sing,impr,excl  0.25",
        "Протоколам",
        "* протокол  NOUN,inan,masc plur,datv  1.00",
    ]
    assert json.loads(izde("analyze", "--language", "ky", "--explain", "--json", stdin="БУУнун\n").stdout) == [
        {
            "form": "БУУнун",
            "lemmas": ["буу"],
            "readings": [
                {
                    "lemma": "буу",
                    "pos": "nominal",
                    "morphemes": [["нун", "END"]],
                    "changes": [],
                    "score": None,
                    "known": True,
                }
            ],
        }
    ]


def test_analyze_refuses_what_is_no_text() -> None:
    result = izde("analyze", "--language", "en", stdin=b"went\n\xff\xfe\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("izde: ")


def test_stats_say_what_the_index_holds(index: Path) -> None:
    shown = izde("stats", "--index", index)
    assert shown.exit_code == 0
    for line in ("articles    2", "passages    2", "languages   kk 1, en 1", "years       2021 1"):
        assert line in shown.stdout
    found = json.loads(izde("stats", "--index", index, "--json").stdout)
    assert {name: found[name] for name in ("articles", "passages", "languages", "years", "model")} == {
        "articles": 2,
        "passages": 2,
        "languages": {"kk": 1, "en": 1},
        "years": {"2021": 1},
        "model": "embedded",
    }


def test_verify_finds_what_was_damaged(own_index: Path) -> None:
    index = own_index
    assert izde("verify", "--index", index).stdout == "everything is whole\n"
    assert json.loads(izde("verify", "--index", index, "--json").stdout) == {"ok": True, "problems": []}
    file = generation_path(index, current_generation(index)) / "words.strings"
    file.write_bytes(file.read_bytes().replace("суы".encode(), "сұы".encode()))
    damaged = izde("verify", "--index", index)
    assert (damaged.exit_code, damaged.stderr) == (1, f"{file}: its content is not what was written\n")
    document = json.loads(izde("verify", "--index", index, "--json").stdout)
    assert document == {"ok": False, "problems": [f"{file}: its content is not what was written"]}


def test_what_is_exported_makes_the_same_index_elsewhere(index: Path, tmp_path: Path) -> None:
    file = tmp_path / "exported.jsonl"
    assert izde("export", file, "--index", index).exit_code == 0
    assert file.read_text("utf-8") == izde("export", "--index", index).stdout
    again = tmp_path / "again"
    assert izde("index", file, "--index", again).exit_code == 0
    found = [json.loads(izde("search", "вода", "--index", each, "--json").stdout) for each in (index, again)]
    assert found[0]["total"] > 0
    first, second = (each | {"took_ms": 0} for each in found)
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("search", "су", "--index", "qdrant://127.0.0.1:1/none"), "qdrant://127.0.0.1:1/none does not answer"),
        (("stats", "--index", "qdrant://me:key@127.0.0.1/none"), "holds no key, which would be seen in logs"),
        (("verify", "--index", "http://127.0.0.1/none"), "an index is a directory or qdrant://HOST:PORT/COLLECTION"),
        (("backup", "index.tar", "--index", "qdrant://127.0.0.1/none"), "has snapshots of its own"),
    ],
)
def test_an_index_in_a_cluster_is_an_address(arguments: tuple[str, ...], message: str) -> None:
    result = izde(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_eval_measures_each_mode(index: Path, tmp_path: Path) -> None:
    judged = tmp_path / "judged.jsonl"
    judged.write_text(
        json.dumps({"query": "Сырдария суы", "language": "kk", "passages": [{"article": "water", "grade": 2}]}), "utf-8"
    )
    rows = json.loads(izde("eval", judged, "--index", index, "--json").stdout)
    sure = {"value": 1.0, "low": 1.0, "high": 1.0}
    expected = {
        "query_language": "kk",
        "passage_language": "kk",
        "queries": 1,
        "ndcg": sure,
        "mrr": sure,
        "recall": sure,
    }
    assert rows == {"hybrid": [expected], "keyword": [expected], "semantic": [expected]}
    table = izde("eval", judged, "--index", index, "--mode", "keyword").stdout.splitlines()
    assert table[1].split() == ["keyword", "kk", "kk", "1", *["1.000", "(1.00–1.00)"] * 3]


def test_eval_compares_with_another_model(index: Path, tmp_path: Path) -> None:
    judged = tmp_path / "judged.jsonl"
    judged.write_text(
        json.dumps({"query": "Сырдария суы", "language": "kk", "passages": [{"article": "water", "grade": 2}]}), "utf-8"
    )
    same = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, same)
    plain, other = (izde("eval", judged, "--index", index, "--json", *extra) for extra in ((), ("--model", same)))
    assert (plain.exit_code, other.exit_code) == (0, 0), other.stderr
    assert json.loads(plain.stdout) == json.loads(other.stdout)


@pytest.mark.parametrize("content", [b"{}\n", b"\xff\xfe\x00"])
def test_eval_refuses_what_is_no_judgement(index: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "judged.jsonl").write_bytes(content)
    result = izde("eval", tmp_path / "judged.jsonl", "--index", index)
    assert result.exit_code == 2
    assert result.stderr.startswith("izde: judged.jsonl")


def test_the_environment_says_where_the_index_is(index: Path) -> None:
    environment = os.environ | {"IZDE_INDEX": str(index)}
    done = _process(["stats", "--json"], environment)
    assert (done.returncode, json.loads(done.stdout)["articles"]) == (0, 2)


def test_a_bad_setting_is_named() -> None:
    done = _process(["stats"], os.environ | {"IZDE_PORT": "http"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "Error: IZDE_PORT is 'http', which is not a whole number from 0 on"


def test_serve_says_when_the_port_is_taken(index: Path, tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _process(["serve", "--index", str(index), "--port", str(port)], dict(os.environ))
    assert done.returncode == 2
    assert done.stderr == f"izde: 127.0.0.1:{port} is in use by another program; choose another port with --port\n"


def _process(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "izde", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_an_index_may_be_moved(own_index: Path, tmp_path: Path) -> None:
    moved = shutil.move(own_index, tmp_path / "другое место #1")
    assert izde("verify", "--index", moved).exit_code == 0
    assert json.loads(izde("search", "money", "--index", moved, "--json").stdout)["total"] >= 1
