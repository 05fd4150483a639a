"""What attempts took in the past, per user and machine: what the next ones may be expected to take.

Nothing here decides a verdict. It puts a batch in order and tells how much may run at one moment,
so no failure of it ends a run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from containers.file_lock import file_lock
from harness.transcript import Transcript
from runner.database import Database, NewerVersion, Schema
from runner.guessed_seconds import GuessedSeconds
from runner.measured import Measured, typical
from runner.past_run import measured_in
from task_specs.cache_dir import cache_dir
from task_specs.errors import InputError
from task_specs.instance import Instance

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

KEPT_PER_TASK = 5
KEPT = 20_000
"""Attempts of all tasks that are kept; they take 4 MB."""
_BUSY_SECONDS = 2.0  # another process writes for a thousandth of that

_SCHEMA = Schema(
    kind="a history of swe-verify",
    table="attempts",
    steps=(
        (
            """
            CREATE TABLE attempts (
                id INTEGER PRIMARY KEY,
                instance_id TEXT NOT NULL,
                task TEXT NOT NULL,
                repo TEXT NOT NULL,
                tests INTEGER NOT NULL,
                seconds REAL NOT NULL,
                cpus REAL,
                memory_bytes INTEGER
            ) STRICT
            """,
            "CREATE INDEX attempts_of_task ON attempts (instance_id, task)",
        ),
    ),
)
_INSERT = """
    INSERT INTO attempts (instance_id, task, repo, tests, seconds, cpus, memory_bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_FORGET_OF_TASK = f"""
    DELETE FROM attempts WHERE id IN (
        SELECT id FROM attempts WHERE instance_id = ? AND task = ?
        ORDER BY id DESC LIMIT -1 OFFSET {KEPT_PER_TASK}
    )
"""
_FORGET = f"""
    DELETE FROM attempts WHERE id IN (
        SELECT id FROM attempts ORDER BY id DESC LIMIT -1 OFFSET {KEPT}
    )
"""
_OF_REPOSITORIES = """
    SELECT instance_id, task, repo, tests, seconds, cpus, memory_bytes FROM attempts
    WHERE repo IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an attempt at an instance will probably take."""

    seconds: float
    """For the evaluation: neither the image nor the patch is counted."""
    cpus: float | None
    """Processors that will be busy, on average; None where nothing is known."""
    memory_bytes: int | None
    """The most memory at one moment; None where nothing is known."""
    source: str
    """`history`, `task` (which says so itself) or `tests` (guessed from how many are listed)."""


class History:
    """Durations of earlier attempts, in a file that all runs of a user share.

    Any thread may call it, and other processes may use the same file. A file that cannot be used
    is put aside, or done without, with a warning.
    """

    def __init__(self, path: Path | None = None) -> None:
        """`path` is the user's own file where it is left out."""
        self._path = path
        self._lock = threading.Lock()
        self._seeds: dict[str, list[Measured]] = defaultdict(list)
        self._database = self._opened()

    def seed_from_run(self, folder: Path) -> None:
        """Expect of tasks without a record what they took in an earlier run, made anywhere.

        It may be a run of ours or of the official harness. Raises InputError where the folder
        tells no durations.
        """
        told = False
        for instance_id, measured in measured_in(folder):
            self._seeds[instance_id].append(measured)
            told = True
        if not told:
            raise InputError(
                f"{folder} does not tell how long its evaluations took: name the logs of a run "
                "with an attempt.json or a run_instance.log for each"
            )

    def expectations(self, instances: Iterable[Instance]) -> dict[str, Expectation]:
        """Return what to expect of each instance, by its id.

        What was measured here for the same task content comes first, then what an earlier run
        tells, then what the task says of itself, then a guess from the number of its tests.
        """
        chosen = list(instances)
        recorded: dict[tuple[str, str], list[Measured]] = defaultdict(list)
        sizes: dict[tuple[str, str], tuple[str, int]] = {}
        repos = json.dumps(sorted({instance.repo for instance in chosen}))
        rows = self._do(lambda database: database.read(_OF_REPOSITORIES, (repos,)))
        for instance_id, digest, repo, tests, *taken in rows or []:
            recorded[instance_id, digest].append(Measured(*taken))
            sizes[instance_id, digest] = repo, tests
        for instance in chosen:
            task = _task(instance)
            if task not in recorded and instance.instance_id in self._seeds:
                recorded[task] = self._seeds[instance.instance_id]
                sizes[task] = instance.repo, _listed_tests(instance)
        known = {task: typical(several) for task, several in recorded.items()}
        guess = GuessedSeconds((*sizes[task], measured.seconds) for task, measured in known.items())
        return {
            instance.instance_id: _expectation(instance, known.get(_task(instance)), guess)
            for instance in chosen
        }

    def record(self, instance: Instance, transcript: Transcript) -> None:
        """Remember what an attempt took that was carried out just now."""
        measured = Measured.of(transcript)
        if measured is None:
            return
        task = _task(instance)
        size = instance.repo, _listed_tests(instance)
        taken = measured.seconds, measured.cpus, measured.memory_bytes

        def insert(database: Database) -> None:
            with database.transaction() as transaction:
                transaction.execute(_INSERT, (*task, *size, *taken))
                transaction.execute(_FORGET_OF_TASK, task)

        self._do(insert)

    def close(self) -> None:
        """Close the file; nothing is remembered from then on."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _do(self, work: Callable[[Database], _T]) -> _T | None:
        """Use the file. Where that fails, nothing is remembered from then on, and None returned."""
        with self._lock:
            if self._database is None:
                return None
            try:
                return work(self._database)
            except (OSError, InputError) as error:
                _warn(error)
                self._database.close()
                self._database = None
                return None

    def _opened(self) -> Database | None:
        try:
            return _opened_or_replaced(self._path or cache_dir("history") / "history.sqlite")
        except (OSError, InputError) as error:
            _warn(error)
            return None


def _warn(error: Exception) -> None:
    _log.warning("how long attempts take is not remembered: %s", error)


def _opened_or_replaced(path: Path) -> Database:
    """Open the file; put one that is damaged, or no history, out of the way.

    A newer swe-verify's file is neither: it stays where it is, and is not used.
    """
    try:
        return _open_sound(path)
    except NewerVersion:
        raise
    except InputError:
        with file_lock(f"history {path}"):
            try:
                return _open_sound(path)  # another process has put it aside
            except InputError as error:
                aside = path.with_name(f"{path.name}.broken")
                path.replace(aside)
                _log.warning("%s; it is now %s, and a new one is begun", error, aside)
                return _open_sound(path)


def _open_sound(path: Path) -> Database:
    # An estimate is not worth waiting for a disk; what a power cut spoils is put aside.
    database = Database(path, _SCHEMA, durable=False, busy_seconds=_BUSY_SECONDS)
    try:
        database.require_sound()
        with database.transaction() as transaction:
            transaction.execute(_FORGET)
    except BaseException:
        database.close()
        raise
    return database


def _expectation(instance: Instance, known: Measured | None, guess: GuessedSeconds) -> Expectation:
    if known is not None:
        return Expectation(known.seconds, known.cpus, known.memory_bytes, "history")
    if instance.expected_seconds is not None:
        return Expectation(instance.expected_seconds, None, None, "task")
    seconds = guess.of(instance.repo, _listed_tests(instance))
    return Expectation(seconds, None, None, "tests")


def _listed_tests(instance: Instance) -> int:
    return len(instance.FAIL_TO_PASS) + len(instance.PASS_TO_PASS)


def _task(instance: Instance) -> tuple[str, str]:
    """Return an instance's id and a digest of what runs: changed, a task begins anew."""
    content = json.dumps([instance.base_commit, instance.image, instance.eval_script])
    return instance.instance_id, hashlib.sha256(content.encode()).hexdigest()
