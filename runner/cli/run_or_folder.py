"""Tells a run's id from a folder, where a verb takes either."""

from __future__ import annotations

from pathlib import Path

from task_specs.errors import InputError


def is_run(name: str, output_dir: Path) -> bool:
    """Whether a name is to be taken for a run's: it is one, or there is no such folder.

    Raises InputError for a file, and for a path that leads nowhere.
    """
    from runner.store import LOGS

    if (output_dir / LOGS / name / "run.json").is_file() and Path(name).name == name:
        return True
    path = Path(name)
    if path.is_file():
        raise InputError(f"{name} is a file: name the folder that holds its reports")
    if not path.is_dir() and path.name != name:
        raise InputError(f"{name}: no such folder")
    return not path.is_dir()
