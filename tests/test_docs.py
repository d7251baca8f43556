"""The documents say what the program does: every command, setting, field and file has its place in them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from izde import main
from search.storage import current_generation, generation_path
from search.syntax import TEXT_FIELDS
from webapp import create_app

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]

GUIDE, OPERATIONS, API, LANGUAGES, ARCHITECTURE = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    for name in ("guide", "operations", "api", "languages", "architecture")
)

#: What the examples ask the sample collection, as it is asked of the small one.
REQUESTS = {
    "/api/v1/search?q=су%20энергетика&language=ky&limit=1": "/api/v1/search?q=суу&limit=1",
    "/api/v1/articles/kk-water-energy": "/api/v1/articles/water-kk",
    "/api/v1/suggest?q=mig": "/api/v1/suggest?q=mig",
    "/healthz": "/healthz",
    "/api/v1/search?q=water&limit=500": "/api/v1/search?q=water&limit=500",
}

_COMMAND_LINE = re.compile(r"^ {4,}(?:\$ |.* \| )?(izde (?!-)\w+[^|\n]*)$", re.MULTILINE)
_MESSAGES = re.compile(r"^\| message .*\n\|---.*\n((?:\|.*\n)+)", re.MULTILINE)
_ANALYSES = re.compile(r"^ +\$ (printf .* \| izde analyze .*)\n((?: {4,}[^$\n]+\n)+)", re.MULTILINE)
_SOURCE_FILE = re.compile(r"`((?:search|indexer|webapp|training)/[\w/.]+\.(?:py|tsv|txt|npz))`")

#: Where a string of the program goes on in the next line.
_DIVIDED_STRING = re.compile(r'"\s*\n\s*f?"')


@pytest.fixture(scope="module")
def client(index_dir: Path) -> FlaskClient:
    return create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "TESTING": True}).test_client()


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)}


def shape(value: Any) -> Any:
    """The fields of a document, of lists their first entry's; values are left out."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name: str) -> None:
    assert f"izde {name}" in GUIDE + OPERATIONS


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_is_documented(name: str) -> None:
    options = [option for each in main.commands[name].params if isinstance(each, click.Option) for option in each.opts]
    assert [option for option in options if not re.search(rf"`(?:[^`\n]* )?{option}\b", GUIDE + OPERATIONS)] == []


def test_every_choice_of_an_option_is_documented() -> None:
    options = [each for command in main.commands.values() for each in command.params]
    choices = {str(choice) for each in options if isinstance(each.type, click.Choice) for choice in each.type.choices}
    assert [choice for choice in sorted(choices) if not re.search(rf"\b{choice}\b", GUIDE)] == []


def test_commands_of_the_documents_can_be_given() -> None:
    lines = [line for page in PAGES for line in _COMMAND_LINE.findall(page.read_text("utf-8"))]
    assert len(lines) > 20
    for line in lines:
        _, name, *words = shlex.split(line)
        known = {option for each in main.commands[name].params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_examples_of_analysis_are_what_the_program_answers() -> None:
    examples = {command: answer for text in (GUIDE, LANGUAGES) for command, answer in reversed(_ANALYSES.findall(text))}
    assert len(examples) >= 6
    for command, answer in examples.items():
        _, words, _, _, *arguments = shlex.split(command)
        result = CliRunner().invoke(main, arguments, input=words.replace("\\n", "\n"))
        assert result.output.splitlines() == [line.strip(" ") for line in answer.splitlines()], command


def test_every_setting_is_documented() -> None:
    sources = [ROOT / "izde.py", *(ROOT / "search").rglob("*.py"), *(ROOT / "webapp").rglob("*.py")]
    settings = {name for source in sources for name in re.findall(r"\bIZDE_[A-Z_]+", source.read_text("utf-8"))}
    assert len(settings) >= 7
    assert [name for name in sorted(settings) if f"| `{name}` |" not in OPERATIONS] == []


def test_no_setting_is_documented_that_is_not_there() -> None:
    declared = (ROOT / "search" / "settings.py").read_text("utf-8")
    named = {name for page in PAGES for name in re.findall(r"\bIZDE_[A-Z_]+", page.read_text("utf-8"))}
    assert [name for name in sorted(named) if name not in declared] == []


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "language", "article", "year"])
def test_every_field_of_the_query_language_is_documented(field: str) -> None:
    assert f"`{field}:" in GUIDE


def test_every_parameter_of_the_api_is_documented(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    parameters = {each["name"] for path in described["paths"].values() for each in path["get"]["parameters"]}
    assert [name for name in sorted(parameters - {"id", "ordinal"}) if f"`{name}`" not in API] == []


def test_every_address_of_the_api_is_documented(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    assert [path for path in paths if f"GET {path.partition('{')[0]}" not in API] == []


@pytest.mark.parametrize("request_", REQUESTS)
def test_answers_of_the_api_have_the_fields_of_the_examples(request_: str, client: FlaskClient) -> None:
    example = re.search(rf"^`GET {re.escape(request_)}`$.*?^```json\n(.*?)^```", API, re.DOTALL | re.MULTILINE)
    assert example, f"docs/api.md has no example of {request_}"
    assert shape(client.get(REQUESTS[request_]).get_json()) == shape(json.loads(example[1]))


def test_messages_of_the_documents_are_those_of_the_program() -> None:
    folders = ("search", "indexer", "webapp")
    sources = [source.read_text("utf-8") for name in folders for source in (ROOT / name).rglob("*.py")]
    program = _DIVIDED_STRING.sub("", "\n".join(sources))
    first_cells = [row.split("|")[1] for table in _MESSAGES.findall(GUIDE + OPERATIONS) for row in table.splitlines()]
    messages = [message for cell in first_cells for message in re.findall(r"`([^`]+)`", cell)]
    assert len(messages) > 30
    said = [each for each in messages if each != "Permission denied"]  # the words of the operating system
    assert [each for each in said if not all(part in program for part in each.split("…"))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_internal_links_lead_somewhere(page: Path) -> None:
    missing = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert missing == []


def test_every_page_is_linked_from_the_readme_or_another() -> None:
    linked = {Path(link).name for page in PAGES for link in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text("utf-8"))}
    assert [page.name for page in DOCS if page.name not in linked] == []


def test_the_python_example_of_the_readme_runs(index_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks((ROOT / "README.md").read_text("utf-8"), "python")
    assert 'Path("index_data/index")' in example
    exec(example.replace("index_data/index", str(index_dir)), {})
    assert capsys.readouterr().out.splitlines()[0] == (
        "Labour migration and remittances en Labour migrants send remittances to their families every month."
        " The money pays for schooling, houses and health care."
    )


def test_every_file_of_a_generation_is_documented(index_dir: Path) -> None:
    generation = generation_path(index_dir, current_generation(index_dir))
    names = sorted(f"{each.name}/" if each.is_dir() else each.name for each in generation.iterdir())
    assert [name for name in names if f"`{name}`" not in ARCHITECTURE] == []


def test_every_file_named_in_the_documents_is_there() -> None:
    named = {path for page in PAGES for path in _SOURCE_FILE.findall(page.read_text("utf-8"))}
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_table_of_words_is_documented() -> None:
    tables = [*(ROOT / "search" / "languages" / "data").iterdir(), *(ROOT / "indexer").glob("*.tsv")]
    assert [table.name for table in tables if table.name not in LANGUAGES] == []
