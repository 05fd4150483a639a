"""Durations outlive runs, follow the task's content, and never stand in a run's way."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.transcript import Durations, Transcript
from runner.guessed_seconds import GuessedSeconds
from runner.history import KEPT_PER_TASK, Expectation, History
from runner.transcript_json import to_json
from task_specs.errors import InputError
from task_specs.instance import Instance
from tests.runner.made_trees import a_log, write_evaluation

INSTANCE = Instance(
    instance_id="o__r-1",
    repo="o/r",
    base_commit="abc",
    patch="gold",
    test_patch="tests",
    FAIL_TO_PASS=("t::a", "t::b"),
    PASS_TO_PASS=("t::c",),
    image="o/r:1",
    eval_script="run tests",
    log_parser="parse_log_pytest",
)


def ran(seconds: float, cpu_seconds: float | None = None, memory: int | None = None) -> Transcript:
    return Transcript(
        "a log",
        cpu_seconds=cpu_seconds,
        peak_memory_bytes=memory,
        durations=Durations(evaluate=seconds),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    with History(path) as opened:
        yield opened


def expectation(history: History, instance: Instance = INSTANCE) -> Expectation:
    return history.expectations([instance])[instance.instance_id]


def test_a_later_run_knows_what_an_earlier_one_took() -> None:
    """Both use the user's own file."""
    with History() as history:
        history.record(INSTANCE, ran(4.0, 6.0, 500))
    with History() as history:
        assert expectation(history) == Expectation(4.0, 1.5, 500, "history")
    assert (Path(os.environ["SWE_VERIFY_CACHE"]) / "history" / "history.sqlite").is_file()


def test_the_middle_of_the_last_five_counts(history: History, path: Path) -> None:
    for seconds in (100.0, 100.0, 100.0, 1.0, 2.0, 3.0, 4.0, 90.0):
        history.record(INSTANCE, ran(seconds))
    assert expectation(history).seconds == 3.0
    (kept,) = sqlite3.connect(path).execute("SELECT count(*) FROM attempts").fetchone()
    assert kept == KEPT_PER_TASK


@pytest.mark.parametrize(
    "changed",
    [
        replace(INSTANCE, eval_script="run other tests"),
        replace(INSTANCE, base_commit="def"),
        replace(INSTANCE, image="o/r:2"),
    ],
)
def test_a_changed_task_begins_anew(history: History, changed: Instance) -> None:
    history.record(INSTANCE, ran(50.0))
    assert expectation(history, changed).source == "tests"
    history.record(changed, ran(7.0))
    assert expectation(history, changed).seconds == 7.0
    assert expectation(history).seconds == 50.0


def test_what_does_not_run_is_no_part_of_a_task(history: History) -> None:
    history.record(INSTANCE, ran(50.0))
    reworded = replace(INSTANCE, problem_statement="new words", patch="another gold")
    assert expectation(history, reworded).source == "history"


def test_an_attempt_that_was_cut_short_is_not_remembered(history: History) -> None:
    history.record(INSTANCE, replace(ran(0.5), oom_killed=True))
    assert expectation(history).source == "tests"


def test_the_task_knows_better_than_a_guess_and_the_clock_better_than_the_task(
    history: History,
) -> None:
    told = replace(INSTANCE, expected_seconds=33.0)
    assert expectation(history, told) == Expectation(33.0, None, None, "task")
    history.record(told, ran(4.0))
    assert expectation(history, told).seconds == 4.0


def test_an_unknown_task_is_guessed_like_others_of_its_repository(history: History) -> None:
    unknown = replace(INSTANCE, instance_id="o__r-9")
    seconds = GuessedSeconds().of("o/r", 3)
    assert expectation(history, unknown) == Expectation(seconds, None, None, "tests")
    for number in range(3):
        history.record(replace(INSTANCE, instance_id=f"o__r-{number}"), ran(3000.0))
    assert expectation(history, unknown).seconds == pytest.approx(3000.0)
    assert expectation(history, unknown).source == "tests"


def test_an_earlier_run_of_the_official_harness_seeds(history: History, tmp_path: Path) -> None:
    told = "INFO - Test runtime: {} seconds\n"
    for model, seconds in (("m", "10.00"), ("n", "20.00"), ("p", "1_000.00")):
        log = told.format(seconds)
        write_evaluation(tmp_path / "logs", f"r/{model}/o__r-1", a_log(), instance_log=log)
    history.seed_from_run(tmp_path / "logs")
    assert expectation(history) == Expectation(20.0, None, None, "history")
    assert expectation(history, replace(INSTANCE, instance_id="o__r-2")).source == "tests"
    history.record(INSTANCE, ran(4.0))
    assert expectation(history).seconds == 4.0  # this machine's own word counts more


def test_an_earlier_run_of_ours_seeds_time_and_use(history: History, tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path / "logs", "r/m/o__r-1", a_log())
    record = {"transcript": to_json(ran(4.0, 6.0, 500))}
    (folder / "attempt.json").write_text(json.dumps(record))
    history.seed_from_run(tmp_path / "logs")
    assert expectation(history) == Expectation(4.0, 1.5, 500, "history")


def test_a_folder_without_durations_is_named(history: History, tmp_path: Path) -> None:
    write_evaluation(tmp_path / "logs", "r/m/o__r-1", a_log())
    with pytest.raises(InputError, match="does not tell how long"):
        history.seed_from_run(tmp_path / "logs")


def test_a_damaged_file_is_put_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text("not a database, but somebody's notes\n" * 50)
    with History(path) as history:
        history.record(INSTANCE, ran(4.0))
        assert expectation(history).seconds == 4.0
    assert path.with_name("history.sqlite.broken").read_text().startswith("not a database")
    assert "a new one is begun" in caplog.text


def test_damage_in_the_middle_is_found_on_opening(path: Path) -> None:
    """Such a file opens without complaint, and fails on the row that somebody needs."""
    with History(path) as history:
        for number in range(400):
            history.record(replace(INSTANCE, instance_id=f"o__r-{number}"), ran(4.0))
    with path.open("r+b") as file:
        file.seek(12288)
        file.write(os.urandom(20000))
    with History(path) as history:
        history.record(INSTANCE, ran(5.0))
        assert expectation(history).seconds == 5.0
    assert path.with_name("history.sqlite.broken").is_file()


def test_the_file_of_a_newer_version_is_left_alone(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two versions in turn must not throw each other's memory away."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with History(path) as history:
        history.record(INSTANCE, ran(4.0))
        assert expectation(history).source == "tests"
    assert path.read_bytes() == before
    assert "newer swe-verify" in caplog.text


def test_a_folder_that_cannot_be_used_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with History(tmp_path / "nowhere" / "history.sqlite") as history:
        history.record(INSTANCE, ran(4.0))
        assert expectation(history).source == "tests"
    assert caplog.text.count("is not remembered") == 1


def test_what_fails_in_the_middle_of_a_run_is_said_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with History(path) as history:
        other = sqlite3.connect(path)
        other.execute("DROP TABLE attempts")
        other.close()
        with caplog.at_level(logging.WARNING):
            history.record(INSTANCE, ran(4.0))
            history.record(INSTANCE, ran(4.0))
        assert expectation(history).source == "tests"
    assert caplog.text.count("is not remembered") == 1


def test_threads_share_it(history: History) -> None:
    def work(number: int) -> None:
        for _ in range(10):
            history.record(replace(INSTANCE, instance_id=f"o__r-{number}"), ran(4.0))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    instances = [replace(INSTANCE, instance_id=f"o__r-{number}") for number in range(4)]
    assert {one.source for one in history.expectations(instances).values()} == {"history"}


def test_processes_share_it_and_one_that_is_killed_spoils_nothing(path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tests.runner.test_history import *;"
        "history = History(Path(sys.argv[1])); name = sys.argv[2];"
        "[history.record(replace(INSTANCE, instance_id=f'{name}-{n}'), ran(4.0))"
        " for n in range(30)]; os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).resolve().parents[2]
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(path), name], cwd=root)
        for name in ("a", "b", "c")
    ]
    for process in processes:
        process.wait()
    with History(path) as history:
        names = [f"{name}-{number}" for name in "abc" for number in range(30)]
        known = history.expectations(replace(INSTANCE, instance_id=name) for name in names)
    assert [one for one in known.values() if one.source != "history"] == []
