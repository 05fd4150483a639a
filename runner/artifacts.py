"""The evidence of an attempt: one folder in the official layout, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from runner.plan import AttemptKey
from task_specs.errors import InputError
from task_specs.path_names import path_name_fault

PATCH = "patch.diff"
EVAL_SCRIPT = "eval.sh"
TEST_OUTPUT = "test_output.txt"
REPORT = "report.json"
INSTANCE_LOG = "run_instance.log"
FIRST_OUTPUT = "first_test_output.txt"
"""Ours: the log of the first look, where the attempt was run once more, alone."""
WITNESS = "witness.jsonl"
"""Ours: what a witness inside the box recorded beside the tests."""
RESTORED_OUTPUT = "restored_test_output.txt"
"""Ours: the log of the second evaluation, with tests and test machinery restored."""
RESTORED_WITNESS = "restored_witness.jsonl"
ATTEMPT = "attempt.json"
"""Ours: what the official files have no place for, for programs."""

_PARTIAL = ".partial"
_TAKEN = (_PARTIAL, ".scratch", ".lock", "run.json", "ledger.sqlite")
"""What stands beside the models' folders, or begins the names of what does."""
_MOST_NAME_BYTES = 255
"""What nearly every file system allows of a name."""


def model_folder_name(model_name_or_path: str, attempt: int) -> str:
    """Return the folder name of a model's attempts with this number.

    The official layout knows one attempt per model and instance. A further attempt gets a folder
    beside the first one's, as if it were a model of its own, so that every tool that reads the
    layout reads it too.
    """
    name = model_name_or_path.replace("/", "__")
    if fault := _fault(name) or ("is taken" if name.startswith(_TAKEN) else ""):
        raise InputError(
            f"the model name {model_name_or_path!r} cannot name a folder of the run: it {fault}; "
            "use letters, digits, '/', '.', '_' and '-'"
        )
    return f"{name}.attempt-{attempt}" if attempt else name


def attempt_folder(run_folder: Path, key: AttemptKey) -> Path:
    """Return where an attempt's artifacts are, whether or not they are there."""
    if fault := _fault(key.instance_id):
        raise InputError(f"the instance id {key.instance_id!r} cannot name a folder: it {fault}")
    return run_folder / model_folder_name(key.model_name_or_path, key.attempt) / key.instance_id


def _fault(name: str) -> str:
    """Say why a name must not name a folder; nothing where it may."""
    return path_name_fault(name) or ("" if name.strip(". ") else "is nothing but dots")


def official_summary_name(model_name_or_path: str, attempt: int, run_id: str) -> str:
    """Return `<model>.<run_id>.json`, as other tools expect the summary of a run to be called.

    Raises InputError where file systems cannot hold the name: that is known before anything ran.
    """
    name = f"{model_folder_name(model_name_or_path, attempt)}.{run_id}.json"
    size = len(os.fsencode(f".{name}.new"))  # as it is called while it is written
    if size > _MOST_NAME_BYTES:
        raise InputError(
            f"the summary would be called {name!r}, which is longer by "
            f"{size - _MOST_NAME_BYTES} bytes than file systems allow: choose a shorter --run-id"
        )
    return name


def is_there(run_folder: Path, key: AttemptKey) -> bool:
    """Whether an attempt's folder still holds its verdict."""
    return (attempt_folder(run_folder, key) / REPORT).is_file()


def require_distinct_folders(run_folder: Path, keys: Iterable[AttemptKey]) -> None:
    """Raise InputError where two attempts would write to one folder (`a/b` and `a__b`).

    And where one would write to none, for its name.
    """
    owners: dict[str, tuple[str, int]] = {}
    for key in keys:
        folder = attempt_folder(run_folder, key).parent.name
        if folder not in owners:
            official_summary_name(key.model_name_or_path, key.attempt, run_folder.name)
        owner = owners.setdefault(folder, (key.model_name_or_path, key.attempt))
        if owner != (key.model_name_or_path, key.attempt):
            raise InputError(
                f"the models {owner[0]!r} and {key.model_name_or_path!r} would share the folder "
                f"{folder!r}: rename one of them in the predictions"
            )


def write_attempt(run_folder: Path, key: AttemptKey, files: Mapping[str, str]) -> Path:
    """Write an attempt's folder in one step, in place of an earlier one.

    The files are written aside and renamed into place, so a reader or a crash meets the old
    folder, the new one or none, and never a mixture. Their content is on the disk before that:
    after a power cut, a folder is not there with empty files.
    """
    target = attempt_folder(run_folder, key)
    fresh = run_folder / _PARTIAL / uuid.uuid4().hex
    old = fresh.with_suffix(".old")
    fresh.mkdir(parents=True)
    replaces = False
    try:
        _write_all_durably(fresh, files)
        target.parent.mkdir(parents=True, exist_ok=True)
        replaces = target.exists()
        if replaces:
            target.rename(old)
        fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    finally:
        if replaces:
            shutil.rmtree(old, ignore_errors=True)
    return target


def _write_all_durably(folder: Path, files: Mapping[str, str]) -> None:
    """Write files and return when they are on the disk.

    All are written before the first is waited for: the file system then has less to do.
    """
    with ExitStack() as opened:
        written = []
        for name, text in files.items():
            file = opened.enter_context((folder / name).open("wb"))
            file.write(text.encode("utf-8", errors="surrogatepass"))
            file.flush()
            written.append(file)
        for file in written:
            os.fsync(file.fileno())


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and return when it is on the disk, power cut or no."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def clear_partial(run_folder: Path) -> None:
    """Remove what processes that were killed had half written. The run is locked by the caller."""
    shutil.rmtree(run_folder / _PARTIAL, ignore_errors=True)


def read_text(run_folder: Path, key: AttemptKey, name: str) -> str | None:
    """Return one of a recorded attempt's files, or None where it is missing."""
    try:
        return (attempt_folder(run_folder, key) / name).read_text("utf-8", errors="replace")
    except OSError:
        return None


def read_json(folder: Path, name: str) -> dict[str, object] | None:
    """Return one of an attempt's JSON files, or None where it is missing or broken."""
    try:
        value = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
