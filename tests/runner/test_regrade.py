"""A tree graded again: what is written, what is left alone, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.grading import grade
from harness.sandbox import InfrastructureError
from harness.transcript import ApplyStep, Transcript
from harness.verdict import Outcome
from runner import artifacts
from runner.attempt import AttemptResult, judge, settle_empty
from runner.evidence import attempt_files, ledger_row
from runner.plan import work_item
from runner.regrade import Regrade
from runner.regrade_folder import Regraded
from runner.run import Run
from runner.settings import Settings
from runner.summaries import recorded_summaries, write_official_summaries
from task_specs.errors import InputError
from task_specs.prediction import Prediction
from tests.harness.integrity.made_patches import created
from tests.runner.made_trees import a_dataset, a_log, a_report, an_instance, write_evaluation

NEW_ONLY = "PASSED t::new\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two runs: one of two models, with a changed verdict, and one with a log that is no log."""
    tree = tmp_path / "tree"
    write_evaluation(tree, "r1/m1/o__r-1", a_log(), report=a_report())
    write_evaluation(tree, "r1/m1/o__r-2", a_log(NEW_ONLY), report=a_report(2))
    write_evaluation(tree, "r1/m2/o__r-1", a_log())
    write_evaluation(tree, "r2/m1/o__r-3", "", report=a_report(3, graded=False))
    return tree


Again = Callable[..., tuple[Regrade, list[Regraded]]]


@pytest.fixture
def again(tree: Path, tmp_path: Path) -> Again:
    def call(**changes: Any) -> tuple[Regrade, list[Regraded]]:
        given: dict[str, Any] = {
            "dataset": a_dataset(),
            "tree": tree,
            "output_dir": tmp_path / "out",
        } | changes
        regrade = Regrade(**given)
        return regrade, list(regrade.results())

    return call


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


def test_reports_and_summaries_go_to_a_folder_of_their_own(
    again: Again, tree: Path, tmp_path: Path
) -> None:
    before = contents(tree)
    again()
    assert contents(tree) == before
    runs = "logs/run_evaluation"
    assert list(contents(tmp_path / "out")) == [
        f"{runs}/r1/m1/o__r-1/report.json",
        f"{runs}/r1/m1/o__r-2/report.json",
        f"{runs}/r1/m2/o__r-1/report.json",
        f"{runs}/r1/run.json",
        f"{runs}/r2/m1/o__r-3/report.json",
        f"{runs}/r2/run.json",
        "m1.r1.json",
        "m1.r2.json",
        "m2.r1.json",
    ]
    summary = read_json(tmp_path / "out" / "m1.r1.json")
    assert (summary["resolved_ids"], summary["unresolved_ids"]) == (["o__r-1"], ["o__r-2"])
    assert summary["schema_version"] == 2
    (report,) = read_json(tmp_path / "out" / runs / "r1/m1/o__r-2/report.json").values()
    assert report["tests_status"]["PASS_TO_PASS"] == {"success": [], "failure": ["t::old"]}
    assert report["rules"] == "official-5"
    run = read_json(tmp_path / "out" / runs / "r1" / "run.json")
    assert (run["dataset_revision"], run["rules"]) == ("sha256:c0ffee", "official-5")


def test_results_say_what_changed_and_what_had_nothing_to_compare_with(again: Again) -> None:
    _, results = again()
    changes = [result.change and (result.change.then, result.change.now) for result in results]
    assert changes == [None, ("resolved", "unresolved"), None, None]
    assert [result.compared for result in results] == [True, True, False, True]
    assert results[3].notes == ("its test_output.txt is empty",)


def test_rates_are_over_what_was_found(again: Again) -> None:
    regrade, _ = again()
    rates = [
        (rate.run_id, rate.model_name_or_path, rate.resolved, rate.total) for rate in regrade.rates
    ]
    assert rates == [("r1", "m1", 1, 2), ("r1", "m2", 1, 1), ("r2", "m1", 0, 1)]


def test_a_second_time_gives_the_same_files(again: Again, tmp_path: Path) -> None:
    again()
    first = contents(tmp_path / "out")
    again()
    second = contents(tmp_path / "out")
    assert first.keys() == second.keys()
    assert all(first[name] == second[name] for name in first if not name.endswith("run.json"))


def test_another_revision_of_the_labels_judges(again: Again) -> None:
    instances = [an_instance(number, PASS_TO_PASS=()) for number in range(1, 4)]
    regrade, results = again(labels=a_dataset(*instances, name="later"))
    assert [result.outcome for result in results[:2]] == ["RESOLVED", "RESOLVED"]
    assert regrade.labels.name == "later"


def test_labels_without_the_instance_leave_that_one_ungraded(again: Again) -> None:
    _, results = again(labels=a_dataset(an_instance(1), an_instance(3), name="fewer"))
    assert [result.trouble for result in results] == [
        "",
        "fewer.jsonl holds no such instance",
        "",
        "",
    ]


def test_an_instance_that_the_dataset_lacks_stays_in_the_denominator(
    again: Again, tmp_path: Path
) -> None:
    regrade, results = again(dataset=a_dataset(an_instance(1)))
    assert [result.trouble for result in results] == [
        "",
        "tasks.jsonl holds no such instance",
        "",
        "tasks.jsonl holds no such instance",
    ]
    assert [(rate.resolved, rate.total) for rate in regrade.rates] == [(1, 2), (1, 1), (0, 1)]
    assert read_json(tmp_path / "out" / "m1.r1.json")["error_ids"] == ["o__r-2"]


def test_what_is_not_selected_is_left_out(again: Again) -> None:
    dataset = a_dataset(an_instance(1), an_instance(2))
    regrade, results = again(dataset=dataset, instances=[dataset.instances[0]])
    assert [result.folder.instance_id for result in results] == ["o__r-1", "o__r-1"]
    assert regrade.left_out == 2


def test_an_unreadable_report_does_not_keep_a_log_from_being_graded(
    again: Again, tree: Path
) -> None:
    (tree / "r1/m1/o__r-1/report.json").write_text(a_report()[:40])
    _, results = again()
    assert results[0].outcome == "RESOLVED"
    assert not results[0].compared
    assert results[0].notes[0].startswith("its stored verdict is not compared: report.json: ")


def test_a_bug_in_one_evaluation_leaves_the_others(
    again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(instance: Any, *arguments: Any, **options: Any) -> Any:
        if instance.instance_id == "o__r-2":
            raise ZeroDivisionError("division by zero")
        return grade(instance, *arguments, **options)

    monkeypatch.setattr("runner.regrade_folder.grade", fragile)
    _, results = again()
    assert [result.outcome for result in results] == [
        "RESOLVED",
        "INFRA_ERROR",
        "RESOLVED",
        "INVALID",
    ]
    assert results[1].trouble == "swe-verify failed: ZeroDivisionError: division by zero"


def test_one_run_can_be_given_another_name(again: Again, tree: Path, tmp_path: Path) -> None:
    again(tree=tree / "r2", run_id="again")
    assert (tmp_path / "out" / "m1.again.json").is_file()
    with pytest.raises(InputError, match=r"--run-id cannot name 2 runs at once \(r1, r2\)"):
        again(run_id="again")


@pytest.mark.parametrize("output_dir", [".", "tree", "tree/r1/new"])
def test_new_reports_never_mix_with_those_that_are_read(
    again: Again, tree: Path, tmp_path: Path, output_dir: str
) -> None:
    runs = tmp_path / "logs" / "run_evaluation"
    runs.mkdir(parents=True)
    tree.rename(runs / "tree")
    (tmp_path / "tree").symlink_to(runs / "tree")
    with pytest.raises(InputError, match="would mix new reports with those of"):
        again(tree=tmp_path / "tree", output_dir=tmp_path / output_dir)


def test_a_run_that_is_kept_elsewhere_is_not_written_over(again: Again, tmp_path: Path) -> None:
    kept = tmp_path / "out" / "logs" / "run_evaluation"
    write_evaluation(kept, "r2/m1/o__r-3", a_log(), report=a_report(3))
    before = contents(tmp_path / "out")
    with pytest.raises(InputError, match="holds a run r2 with logs of its own"):
        again()
    assert contents(tmp_path / "out") == before


def test_a_tree_of_another_dataset_is_refused(again: Again) -> None:
    with pytest.raises(InputError, match="holds 4 evaluations, none of a selected instance of"):
        again(dataset=a_dataset(an_instance(9)))


def test_reports_alone_cannot_be_graded(again: Again, tmp_path: Path) -> None:
    write_evaluation(tmp_path / "published", "r/m/o__r-1", report=a_report())
    with pytest.raises(InputError, match=r"holds no test_output\.txt, so there is nothing to"):
        again(tree=tmp_path / "published")


def test_unknown_rules_are_refused(again: Again) -> None:
    with pytest.raises(InputError, match="unknown rules 'official-0'"):
        again(rules="official-0")


def test_a_full_disk_is_a_failure_of_ours(again: Again, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands where the reports should go")
    with pytest.raises(InfrastructureError, match="cannot write to"):
        again()


def test_our_own_run_graded_again_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    """Reports, summaries and the denominator, whatever the outcome of an attempt."""
    dataset = a_dataset(*(an_instance(number) for number in range(1, 7)))
    steps = (ApplyStep("git apply", 1, "error: patch failed: a.py:3\n"),)
    transcripts = [
        Transcript(a_log(), exit_code=0),
        Transcript(a_log(NEW_ONLY), exit_code=1, oom_killed=True, peak_memory_bytes=5),
        Transcript("", applied=False, apply_steps=steps),
        Transcript("begun", timed_out=True),
    ]
    before = tmp_path / "before"
    run = Run("r1", "tasks.jsonl", "tasks", "sha256:c0ffee", "test", "p", tuple(dataset.by_id), "")
    folder = before / "logs" / "run_evaluation" / "r1"
    rows = []
    for instance, transcript in zip(dataset.instances, [*transcripts, None], strict=False):
        patch = None if transcript is None else "--- a/t.py\n+++ b/t.py\n@@ -1 +1 @@\n-a\n+c\n"
        prediction = Prediction(instance.instance_id, "org/m", patch, repairs=("a fence",))
        item = work_item(instance, prediction, Settings(), "official-5")
        result = settle_empty(item)
        if transcript is not None:
            result = AttemptResult(item, judge(item, transcript), transcript, 1.0)
        artifacts.write_attempt(folder, item.key, attempt_files(result))
        rows.append(ledger_row(result))
    (folder / "run.json").write_text(run.to_json())
    write_official_summaries(before, run, recorded_summaries(run, rows))

    regrade = Regrade(dataset, before, tmp_path / "after")
    assert [result.change for result in regrade.results()] == [None] * 5
    assert (regrade.rates[0].total, regrade.rates[0].not_found) == (6, 1)
    then, now = contents(before), contents(tmp_path / "after")
    written = {name for name in now if not name.endswith("run.json")}
    assert len(written) == 6
    assert {name: now[name] for name in written} == {name: then[name] for name in written}
    kept = Run.from_json((tmp_path / "after/logs/run_evaluation/r1/run.json").read_text(), "")
    assert set(kept.instance_ids) == set(run.instance_ids)
    assert replace(kept, rules="").dataset == run.dataset


FORGED = created(
    "conftest.py",
    "def pytest_runtest_makereport(item, call):\n    report.outcome = 'passed'",
)


def test_integrity_is_told_and_under_strict_rules_it_counts(
    again: Again, tree: Path, tmp_path: Path
) -> None:
    (tree / "r1/m1/o__r-1/patch.diff").write_text(FORGED)
    regrade, _ = again()
    report_file = tmp_path / "out/logs/run_evaluation/r1/m1/o__r-1/report.json"
    (report,) = read_json(report_file).values()
    assert (report["resolved"], report["integrity"], report["trusted"]) == (True, "tampered", False)
    assert [(rate.resolved, rate.trusted) for rate in regrade.rates] == [(1, 0), (1, 1), (0, 0)]
    assert read_json(tmp_path / "out/m1.r1.json")["tampered_ids"] == ["o__r-1"]

    _, results = again(rules="strict")
    change = results[0].change
    assert change is not None
    assert (change.then, change.now) == ("resolved", "invalid")
    assert [(why.cause, why.by) for why in change.why] == [("rules", "official-5")]
    (report,) = read_json(report_file).values()
    assert (report["resolved"], report["integrity"], report["rules"]) == (
        False,
        "tampered",
        "strict",
    )
    assert report["reason"].startswith("its results are forged: ")
    summary = read_json(tmp_path / "out/m1.r1.json")
    assert (summary["resolved_ids"], summary["unresolved_ids"]) == ([], ["o__r-1", "o__r-2"])
    assert results[2].outcome is Outcome.RESOLVED  # m2's patch forges nothing


def test_what_strict_rules_took_away_comes_back_with_the_reason(
    again: Again, tree: Path, tmp_path: Path
) -> None:
    folder = tree / "r1/m1/o__r-1"
    (folder / "patch.diff").write_text(FORGED)
    again(rules="strict")
    stored = tmp_path / "out/logs/run_evaluation/r1/m1/o__r-1/report.json"
    (folder / "report.json").write_text(stored.read_text())
    _, results = again(output_dir=tmp_path / "back")
    change = results[0].change
    assert change is not None
    assert (change.then, change.now) == ("invalid", "resolved")
    assert [(why.cause, why.by) for why in change.why] == [("rules", "strict")]
