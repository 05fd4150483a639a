"""Names from data files become names of folders and files, and never paths out of the output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runner.test_cli import PREDICTION, ROW, Command, assert_one_sentence

REFUSED = {
    "nothing": " ",
    "here": ".",
    "above": "..",
    "dots": "...",
    "a null byte": "a\0b",
    "a line end": "a\nb",
    "an escape sequence": "a\x1b[2Jb",
    "a C1 control": "a\x9b2J",
    "half a character": "a\ud800",
    "too long": "a" * 201,
    "too long in bytes": "é" * 101,
}
UNUSUAL = (
    "-rf",
    "~root",
    "$(id)",
    "a b",
    "a.",
    "..a",
    "a\\..\\b",
    "C:",
    "é",
    "\uff0e\uff0e",
    "\u202e",
)


def everything_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def call(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run an empty patch for a model and an instance of some names, two folders down."""
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)

    def run(*, attempt: object = 0, **names: str) -> tuple[int, str, str]:
        model, instance = names.get("model", "m"), names.get("instance", "o__r-1")
        run_id = names.get("run_id", "r")
        monkeypatch.chdir(place)
        row = PREDICTION | {"model_name_or_path": model, "instance_id": instance, "model_patch": ""}
        (place / "tasks.jsonl").write_text(json.dumps(ROW | {"instance_id": instance}))
        (place / "preds.jsonl").write_text(json.dumps(row | {"attempt": attempt}))
        words = ("run", "tasks.jsonl", "-p", "preds.jsonl", "--output-dir", "out")
        return command(*words, f"--run-id={run_id}", "-q")

    return run


def assert_refused(told: tuple[int, str, str], tmp_path: Path) -> None:
    """One sentence, no attempt written down, and nothing beside the two files and the output."""
    code, _, err = told
    assert code == 2
    assert_one_sentence(err)
    files = everything_in(tmp_path)
    assert not any(path.endswith("report.json") for path in files)
    beside = {path for path in files if not path.startswith("a/b/out")}
    assert beside <= {"a", "a/b", "a/b/tasks.jsonl", "a/b/preds.jsonl"}


@pytest.mark.parametrize("name", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("whose", ["model", "instance", "run_id"])
def test_a_name_that_cannot_name_a_folder_is_refused(
    call: Command, tmp_path: Path, whose: str, name: str
) -> None:
    assert_refused(call(**{whose: name}), tmp_path)


@pytest.mark.parametrize("name", ["../x", "/etc", "a/../../../b", "a/b"])
def test_an_instance_or_a_run_is_no_path(call: Command, tmp_path: Path, name: str) -> None:
    assert_refused(call(instance=name), tmp_path)
    assert_refused(call(run_id=name), tmp_path)


@pytest.mark.parametrize("name", [*UNUSUAL, "../../../x", "/etc/passwd", "a/../../../../b"])
def test_all_of_a_run_is_in_its_output_folder(call: Command, tmp_path: Path, name: str) -> None:
    code, _, err = call(model=name)
    assert (code, err) == (0, "")
    given = {"a", "a/b", "a/b/tasks.jsonl", "a/b/preds.jsonl", "a/b/out"}
    written = everything_in(tmp_path) - given
    folder = name.replace("/", "__")
    assert f"a/b/out/{folder}.r.json" in written
    assert f"a/b/out/logs/run_evaluation/r/{folder}/o__r-1/report.json" in written
    assert all(path.startswith("a/b/out/") for path in written)


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_instance_is_in_its_models_folder(
    call: Command, tmp_path: Path, name: str
) -> None:
    assert call(instance=name)[0] == 0
    (report,) = (tmp_path / "a/b/out").rglob("report.json")
    assert report.parent.name == name
    assert report.parent.parent.name == "m"


@pytest.mark.parametrize("attempt", [10**9, 10**200, -1, 1.5, "../1"])
def test_an_attempt_is_a_number_that_fits_a_name(
    call: Command, tmp_path: Path, attempt: object
) -> None:
    assert_refused(call(attempt=attempt), tmp_path)


def test_names_that_are_too_long_together_are_refused_before_anything_runs(
    call: Command, tmp_path: Path
) -> None:
    """Each may be as long as it is; the summary's name holds both, and is written at the end."""
    told = call(model="m" * 190, run_id="r" * 90)
    assert_refused(told, tmp_path)
    assert "choose a shorter --run-id" in told[2]
    assert call(model="m" * 190)[0] == 0


def test_two_calls_cannot_share_a_folder_either(call: Command) -> None:
    assert call(model="x.attempt-1")[0] == 0
    code, _, err = call(model="x", attempt=1)
    assert code == 2
    assert "would share the folder 'x.attempt-1'" in err
