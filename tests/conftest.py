"""A small index of our own articles, built once a session with the real encoder."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder, load_encoder
from search.engine import Engine

# What a shell runs in the background ignores it, and so would all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).resolve().parents[2] / "shared"

ARTICLES = [
    {
        "id": "water-ky",
        "title": "Токтогул суу сактагычы жана энергетика",
        "authors": ["Асанова Г.К."],
        "year": 2019,
        "keywords": ["суу ресурстары", "электр энергиясы"],
        "text": "Токтогул суу сактагычы өлкөнүн электр энергиясынын көп бөлүгүн берет. Кыш мезгилинде суунун "
        "деңгээли төмөндөйт, ошондуктан мамлекет коңшу өлкөлөрдөн электр энергиясын сатып алат.\n\n"
        "Кыргызстан жана Казакстан суу маселеси боюнча кызматташтыкты кеңейтип жатат.",
    },
    {
        "id": "water-kk",
        "title": "Сырдария суы және ынтымақтастық",
        "authors": ["Сейітов Б.М."],
        "year": 2021,
        "keywords": ["су ресурстары", "ынтымақтастық"],
        "text": "Сырдария өзенінің суы егін суаруға және электр энергиясын өндіруге қажет. Қазақстан мен Қырғызстан "
        "арасындағы ынтымақтастық екі елге де тиімді.\n\nӨзен суын бөлу туралы келісім жыл сайын жаңартылады.",
    },
    {
        "id": "trafficking-ru",
        "title": "Противодействие торговле людьми",
        "authors": ["Орлова Н.В.", "Asanova G.K."],
        "year": 2015,
        "keywords": ["торговля людьми", "уголовное право"],
        "text": "Торговля людьми является тяжким преступлением. Государства сотрудничают в раскрытии таких "
        "преступлений и помогают пострадавшим.\n\nВ 2014 году было возбуждено 38 уголовных дел о торговле людьми.",
    },
    {
        "id": "migration-en",
        "title": "Labour migration and remittances",
        "authors": ["Whitcombe A."],
        "year": 2021,
        "url": "https://journal.example/migration",
        "keywords": ["labour migration", "remittances"],
        "text": "Labour migrants send remittances to their families every month. The money pays for schooling, houses "
        "and health care.\n\nChildren of migrants often stay with their grandparents.",
    },
]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The embedded model."""
    return load_encoder()


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .jsonl file with the articles above."""
    file = tmp_path_factory.mktemp("source") / "articles.jsonl"
    file.write_text("\n".join(json.dumps(article, ensure_ascii=False) for article in ARTICLES), "utf-8")
    return file


@pytest.fixture(scope="session")
def index_dir(source: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the articles above. Read it only: tests that change an index build their own."""
    index = tmp_path_factory.mktemp("index")
    build([source], index, encoder)
    return index


@pytest.fixture(scope="session")
def engine(index_dir: Path, encoder: Encoder) -> Engine:
    """An engine over that index."""
    return Engine.open(index_dir, encoder)


@pytest.fixture
def shared() -> Path:
    """The folder with acceptance input beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: the acceptance input is not part of the project")
    return SHARED
