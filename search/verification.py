"""Every file of an index compared with the checksum it was written with."""

from __future__ import annotations

from pathlib import Path

from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem
from search.manifest import read_manifest
from search.storage import CURRENT, current_generation, directories, files_of, generation_path, is_replaced, sha256


def verify(index: Path) -> list[str]:
    """Check every file of the current generation against its checksum; answers what is wrong, by file.

    Where a build replaces the generation meanwhile, and may have removed it, the next one is checked.
    """
    try:
        generation = current_generation(index)
    except IndexMissing:
        raise
    except IndexProblem as problem:
        return [str(problem)]
    path = generation_path(index, generation)
    absent = f"{index / CURRENT}: it names the generation {generation}, which is not there"
    problems = damaged_files(path) if path.is_dir() else [absent]
    return verify(index) if problems and is_replaced(index, generation) else problems


def damaged_files(path: Path) -> list[str]:
    """What is wrong with the files of the generation at `path`, its segments' among them; one line each."""
    try:
        manifest = read_manifest(path)
    except IndexIncompatible:
        raise
    except IndexProblem as problem:
        return [str(problem)]
    problems = []
    for segment in directories(path, manifest):
        try:
            files = files_of(segment, path, manifest)
        except IndexProblem as problem:
            problems.append(str(problem))
            continue
        for name, stored in files.items():
            try:
                if sha256(segment / name) != stored["sha256"]:
                    problems.append(f"{segment / name}: its content is not what was written")
            except OSError as error:
                problems.append(f"{segment / name}: {error.strerror}")
    return problems
