"""The figures of benchmarks on disk: one small JSON file a size, written anew after each step."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.timing import Figures

FOLDER = Path(__file__).parent / "results"


@dataclass(slots=True)
class Record:
    """What was measured with so many passages.

    `steps` has the figures of each step by name, `failed` the reason why one has none. `note` is for the reader of the
    report, "" for none.
    """

    passages: int
    machine: dict[str, Any]
    note: str = ""
    steps: dict[str, Figures] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def figure(self, step: str, name: str) -> float | None:
        """A figure, None where it was not measured."""
        return self.steps.get(step, {}).get(name)

    def write(self, folder: Path = FOLDER) -> None:
        """Replace the file of this size."""
        folder.mkdir(parents=True, exist_ok=True)
        steps = {
            step: {name: float(f"{value:.4g}") for name, value in figures.items()}
            for step, figures in self.steps.items()
        }
        file = _file(folder, self.passages)
        unfinished = file.with_suffix(".tmp")
        unfinished.write_text(json.dumps(asdict(self) | {"steps": steps}, indent=1, ensure_ascii=False) + "\n", "utf-8")
        unfinished.replace(file)


def read(passages: int, folder: Path = FOLDER) -> Record | None:
    """The record of a size, None where nothing was measured yet."""
    file = _file(folder, passages)
    return Record(**json.loads(file.read_text("utf-8"))) if file.exists() else None


def read_all(folder: Path = FOLDER) -> list[Record]:
    """All records, the smallest size first."""
    records = [Record(**json.loads(file.read_text("utf-8"))) for file in folder.glob("*.json")]
    return sorted(records, key=lambda record: record.passages)


def _file(folder: Path, passages: int) -> Path:
    return folder / f"{passages:07}.json"
