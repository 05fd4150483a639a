"""Finding the evaluations in a tree, however much of it the user names."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.log_tree import LogFolder, find_log_folders
from task_specs.errors import InputError
from tests.runner.made_trees import a_log, a_report, write_evaluation


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    runs = tmp_path / "out" / "logs" / "run_evaluation"
    for place in ("r1/org__m/o__r-1", "r1/org__m/o__r-2", "r1/m2/o__r-1", "r2/m2/o__r-1"):
        write_evaluation(runs, place, a_log())
    return runs


def places(tree: Path) -> list[str]:
    return ["/".join(names(folder)) for folder in find_log_folders(tree)]


def names(folder: LogFolder) -> tuple[str, str, str]:
    return folder.run_id, folder.model_folder, folder.instance_id


def test_any_part_of_the_official_layout_gives_the_same_names(runs: Path, tmp_path: Path) -> None:
    everything = ["r1/m2/o__r-1", "r1/org__m/o__r-1", "r1/org__m/o__r-2", "r2/m2/o__r-1"]
    for tree in (runs, runs.parent, tmp_path / "out", tmp_path):
        assert places(tree) == everything
    assert places(runs / "r1") == everything[:3]
    assert places(runs / "r1" / "org__m") == everything[1:3]
    assert places(runs / "r1" / "org__m" / "o__r-2") == ["r1/org__m/o__r-2"]


def test_a_tree_named_from_within_has_its_names_too(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runs / "r2" / "m2")
    assert places(Path()) == ["r2/m2/o__r-1"]


def test_in_a_submission_the_model_is_above_the_logs(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "verified/20250101_agent/logs/o__r-1", a_log())
    assert places(tmp_path) == ["verified/20250101_agent/o__r-1"]


def test_what_each_evaluation_left_is_known_without_reading_it(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", "12345", report=a_report())
    write_evaluation(tmp_path, "r/m/o__r-2", report=a_report(2))
    write_evaluation(tmp_path, "r/m/o__r-3", instance_log="it went wrong\n")
    found = find_log_folders(tmp_path)
    assert [folder.log_bytes for folder in found] == [5, None, None]
    assert [folder.has_report_alone for folder in found] == [False, True, False]


def test_files_of_other_kinds_make_no_evaluation(runs: Path, tmp_path: Path) -> None:
    """A patch alone, a hidden folder, and somebody's own report.json beside the runs."""
    before = places(tmp_path)
    write_evaluation(runs, "r1/m2/only_a_patch")
    write_evaluation(runs, "r1/.partial/new", a_log())
    (runs / "r1" / "report.json").write_text("{}")
    (tmp_path / "report.json").write_text("{}")
    assert places(tmp_path) == before


def test_links_are_followed_but_not_round_in_a_circle(runs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "r3").symlink_to(runs / "r2")
    (runs / "r2" / "m2" / "up").symlink_to(runs)
    assert places(elsewhere) == ["r3/m2/o__r-1"]


def test_a_further_attempt_is_told_from_its_folder(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m.attempt-2/o__r-1", a_log())
    write_evaluation(tmp_path, "r/m.attempt-x/o__r-1", a_log())
    assert [folder.attempt for folder in find_log_folders(tmp_path)] == [
        ("m", 2),
        ("m.attempt-x", 0),
    ]


def test_a_tree_without_evaluations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no evaluation: no folder in it has a test_output"):
        find_log_folders(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        find_log_folders(tmp_path / "nowhere")


def test_two_evaluations_of_one_name_are_refused(tmp_path: Path) -> None:
    for copy in ("a", "b"):
        write_evaluation(tmp_path, f"{copy}/r/m/o__r-1", a_log())
    with pytest.raises(InputError, match=r"a/r/m/o__r-1 and .*b/r/m/o__r-1 have run, model"):
        find_log_folders(tmp_path)


def test_folders_without_an_end_are_told_in_one_sentence(tmp_path: Path) -> None:
    """Archives can hold them, and to follow them all the way breaks off with a trace."""
    folder = tmp_path
    for _ in range(100):
        folder /= "d"
    folder.mkdir(parents=True)
    with pytest.raises(InputError, match="64 folders below what was given"):
        find_log_folders(tmp_path)
