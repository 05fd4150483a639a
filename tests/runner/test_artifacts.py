"""Folders in the official layout, whole or absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.artifacts import (
    attempt_folder,
    clear_partial,
    is_there,
    official_summary_name,
    read_json,
    require_distinct_folders,
    write_attempt,
)
from runner.plan import AttemptKey
from task_specs.errors import InputError

KEY = AttemptKey("org/model", 0, "o__r-1")


def test_the_first_attempt_is_where_the_official_harness_puts_it(tmp_path: Path) -> None:
    assert attempt_folder(tmp_path, KEY) == tmp_path / "org__model" / "o__r-1"


def test_further_attempts_stand_beside_it(tmp_path: Path) -> None:
    folder = attempt_folder(tmp_path, KEY._replace(attempt=2))
    assert folder == tmp_path / "org__model.attempt-2" / "o__r-1"


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_attempt(tmp_path, KEY, {"patch.diff": "old", "test_output.txt": "old"})
    folder = write_attempt(tmp_path, KEY, {"patch.diff": "new\r\n"})
    assert [path.name for path in folder.iterdir()] == ["patch.diff"]
    assert (folder / "patch.diff").read_bytes() == b"new\r\n"


def test_a_failure_leaves_the_earlier_folder(tmp_path: Path) -> None:
    write_attempt(tmp_path, KEY, {"patch.diff": "old"})
    with pytest.raises(OSError, match=r".*"):
        write_attempt(tmp_path, KEY, {"patch.diff": "new", "x" * 300: "a name too long"})
    assert (attempt_folder(tmp_path, KEY) / "patch.diff").read_text() == "old"
    assert list((tmp_path / ".partial").iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "", " ", "a\0b"])
def test_a_name_that_leaves_the_run_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a folder"):
        attempt_folder(tmp_path, KEY._replace(model_name_or_path=name))
    with pytest.raises(InputError, match="cannot name a folder"):
        attempt_folder(tmp_path, KEY._replace(instance_id=name))


def test_slashes_cannot_leave_the_run_either(tmp_path: Path) -> None:
    folder = attempt_folder(tmp_path, KEY._replace(model_name_or_path="../../etc"))
    assert folder.parent.parent == tmp_path
    with pytest.raises(InputError, match="cannot name a folder"):
        attempt_folder(tmp_path, KEY._replace(instance_id="../x"))


def test_two_models_cannot_share_a_folder(tmp_path: Path) -> None:
    other = KEY._replace(model_name_or_path="org__model")
    with pytest.raises(InputError, match="would share the folder 'org__model'"):
        require_distinct_folders(tmp_path, [KEY, other])
    require_distinct_folders(tmp_path, [KEY, KEY._replace(instance_id="o__r-2")])


def test_a_broken_json_file_reads_as_absent(tmp_path: Path) -> None:
    folder = write_attempt(tmp_path, KEY, {"report.json": '{"o__r-1": ', "attempt.json": "{}"})
    assert read_json(folder, "report.json") is None
    assert read_json(folder, "missing.json") is None
    assert read_json(folder, "attempt.json") == {}


@pytest.mark.parametrize("name", ["run.json", "ledger.sqlite", ".lock", ".partial"])
def test_a_model_cannot_take_the_place_of_a_file_of_the_run(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a folder"):
        attempt_folder(tmp_path, KEY._replace(model_name_or_path=name))
    assert attempt_folder(tmp_path, KEY._replace(model_name_or_path="./models/x"))


def test_what_is_written_is_on_the_disk_before_it_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut once could leave a folder in place whose files were empty."""
    seen: list[str] = []
    flush, rename = os.fsync, Path.rename

    def flushed(descriptor: int) -> None:
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        flush(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        seen.append("in place")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    write_attempt(tmp_path, KEY, {"patch.diff": "a", "report.json": "{}"})
    assert seen == ["patch.diff", "report.json", "in place"]


@pytest.mark.parametrize(
    "name", [".lock", "run.json", "ledger.sqlite-wal", ".partial", "a\nb", "\x9b", "\x1b[2J", "..."]
)
def test_a_name_that_is_taken_or_odd_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a folder of the run: it "):
        attempt_folder(tmp_path, KEY._replace(model_name_or_path=name))


@pytest.mark.parametrize("name", ["-rf", "~root", "$HOME", "a b", "x.", "..x", "a\\..\\b", "é"])
def test_a_name_that_is_only_unusual_stays_in_its_place(tmp_path: Path, name: str) -> None:
    key = KEY._replace(model_name_or_path=name, instance_id=name)
    folder = write_attempt(tmp_path, key, {"report.json": "{}"})
    assert folder.resolve().parent.parent == tmp_path.resolve()
    assert is_there(tmp_path, key)


def test_names_too_long_for_a_file_are_known_before_anything_runs(tmp_path: Path) -> None:
    """The summary's name has the model's and the run's in it."""
    run = tmp_path / ("r" * 100)
    model = "m" * 150
    with pytest.raises(InputError, match="choose a shorter --run-id"):
        require_distinct_folders(run, [KEY._replace(model_name_or_path=model)])
    require_distinct_folders(tmp_path / "r", [KEY._replace(model_name_or_path=model)])
    assert official_summary_name(model, 0, "r") == f"{model}.r.json"


def test_an_attempt_takes_the_place_of_a_link_and_does_not_follow_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "report.json").write_text("precious")
    run = tmp_path / "run"
    target = attempt_folder(run, KEY)
    target.parent.mkdir(parents=True)
    target.symlink_to(elsewhere)
    write_attempt(run, KEY, {"report.json": "{}"})
    clear_partial(run)
    assert not target.is_symlink()
    assert [path.name for path in elsewhere.iterdir()] == ["report.json"]
    assert (elsewhere / "report.json").read_text() == "precious"
