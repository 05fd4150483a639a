"""What an evaluation's folder still tells when the run is long over."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.grading import grade
from harness.sandbox import Change, ChangeKind
from harness.transcript import ApplyStep, Observations, Transcript
from harness.verdict import Outcome
from runner.artifacts import write_attempt
from runner.evidence import attempt_files
from runner.log_tree import LogFolder, find_log_folders
from runner.stored_evidence import Evidence, NotGradable, read_evidence, read_stored_report
from task_specs.limits import MIB, Limits
from tests.runner.made_runs import a_result
from tests.runner.made_trees import a_log, a_report, an_instance, write_evaluation


def the_folder(tree: Path) -> LogFolder:
    (found,) = find_log_folders(tree)
    return found


def read(tree: Path, max_bytes: int = MIB) -> Evidence:
    return read_evidence(the_folder(tree), max_bytes)


def ours(folder: Path, record: object) -> None:
    (folder / "attempt.json").write_text(json.dumps(record))


def test_of_an_official_evaluation_the_log_is_all_there_is(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", a_log())
    assert read(tmp_path) == Evidence(Transcript(a_log()), patch="a patch\n")


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    """The official harness gives up on such a log."""
    write_evaluation(tmp_path, "r/m/o__r-1", b"\xff" + a_log().encode())
    transcript = read(tmp_path).transcript
    assert transcript is not None
    assert grade(an_instance(), transcript).resolved


def test_a_log_cut_short_by_time_says_so_at_its_end(tmp_path: Path) -> None:
    end = "\n\nTimeout error: 1800 seconds exceeded."
    write_evaluation(tmp_path, "r/m/o__r-1", a_log() + end)
    transcript = read(tmp_path).transcript
    assert transcript is not None
    assert transcript.timed_out
    assert transcript.limits.seconds == 1800.0


def test_a_test_that_prints_the_line_has_not_timed_out(tmp_path: Path) -> None:
    printed = a_log("\n\nTimeout error: 1800 seconds exceeded.\nPASSED t::new\n")
    write_evaluation(tmp_path, "r/m/o__r-1", printed)
    transcript = read(tmp_path).transcript
    assert transcript is not None
    assert not transcript.timed_out


def test_a_patch_that_did_not_apply_left_its_words_in_the_harness_own_log(tmp_path: Path) -> None:
    told = (
        "INFO - >>>>> Patch Apply Failed:\nerror: patch failed: a.py:3\n"
        "error: a.py: patch does not apply\n\nTraceback (most recent call last):\nerror: x\n"
    )
    write_evaluation(tmp_path, "r/m/o__r-1", instance_log=told)
    transcript = read(tmp_path).transcript
    assert transcript is not None
    verdict = grade(an_instance(), transcript)
    assert verdict.outcome is Outcome.PATCH_FAILED
    assert verdict.reason == "the patch does not apply: patch failed: a.py:3"


def test_an_empty_patch_needs_no_log(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", patch="\n", report=a_report(graded=False))
    settled = read(tmp_path).settled
    assert settled is not None
    assert settled.outcome is Outcome.EMPTY_PATCH


@pytest.mark.parametrize("told", [None, "Error creating container: no space left\n"])
def test_without_a_log_and_its_reason_nothing_can_be_graded(
    tmp_path: Path, told: str | None
) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", report=a_report(), instance_log=told)
    with pytest.raises(NotGradable, match=r"there is no test_output\.txt"):
        read(tmp_path)


def test_an_empty_log_is_graded_and_remarked_on(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", "")
    evidence = read(tmp_path)
    assert evidence.transcript == Transcript("")
    assert evidence.notes == ("its test_output.txt is empty",)


def test_a_log_above_the_limit_is_not_read(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path, "r/m/o__r-1", "")
    with (folder / "test_output.txt").open("wb") as file:
        file.truncate(500 * MIB)
    with pytest.raises(NotGradable, match="of 500 MiB is above --max-log 256 MiB"):
        read(tmp_path, max_bytes=256 * MIB)


def test_our_own_record_tells_what_the_log_does_not(tmp_path: Path) -> None:
    step = {"command": "git apply", "exit_code": 0, "output": "Applied"}
    limits = {"seconds": 60.0, "network": True, "output_bytes": 1, "memory_bytes": "much"}
    ran = {
        "applied": True,
        "apply_steps": [step],
        "exit_code": 137,
        "timed_out": False,
        "oom_killed": True,
        "limits": limits,
    }
    folder = write_evaluation(tmp_path, "r/m/o__r-1", a_log())
    ours(folder, {"transcript": ran, "repairs": ["a newline was added"], "run_unpatched": True})
    assert read(tmp_path) == Evidence(
        Transcript(
            a_log(),
            apply_steps=(ApplyStep("git apply", 0, "Applied"),),
            exit_code=137,
            oom_killed=True,
            limits=Limits(seconds=60.0, network=True, output_bytes=1),
        ),
        patch=None,
        repairs=("a newline was added",),
    )


def test_an_attempt_of_ours_without_a_transcript_keeps_its_verdict(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path, "r/m/o__r-1", report=a_report(graded=False))
    ours(folder, {"transcript": None, "outcome": "EMPTY_PATCH", "reason": "it is null"})
    settled = read(tmp_path).settled
    assert settled is not None
    assert (settled.outcome, settled.reason) == (Outcome.EMPTY_PATCH, "it is null")


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"outcome": "INFRA_ERROR", "reason": "the disk is full"}, "never ran: the disk is full"),
        ({"outcome": "WHATEVER"}, "names no outcome"),
    ],
)
def test_a_failure_of_ours_cannot_be_graded(
    tmp_path: Path, record: dict[str, str], why: str
) -> None:
    ours(write_evaluation(tmp_path, "r/m/o__r-1", report=a_report(graded=False)), record)
    with pytest.raises(NotGradable, match=why):
        read(tmp_path)


def test_a_broken_record_is_remarked_on_and_the_log_graded(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path, "r/m/o__r-1", a_log())
    (folder / "attempt.json").write_text('{"transcript": {"appl')
    evidence = read(tmp_path)
    assert evidence.transcript == Transcript(a_log())
    assert evidence.notes == ("its attempt.json cannot be read, so the log alone was graded",)


def test_a_report_is_read_missing_or_faulty(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path, "r/m/o__r-1", a_log(), report=a_report())
    stored = read_stored_report(the_folder(tmp_path), MIB)
    assert stored.report is not None
    assert stored.report.resolved
    (folder / "report.json").write_text(a_report()[:50])
    cut_short = read_stored_report(the_folder(tmp_path), MIB)
    assert cut_short.report is None
    assert cut_short.fault.startswith("report.json: not valid JSON")
    (folder / "report.json").unlink()
    missing = read_stored_report(the_folder(tmp_path), MIB)
    assert (missing.report, missing.fault) == (None, "")


def test_what_was_seen_beside_the_log_comes_back(tmp_path: Path) -> None:
    seen = Observations("secret", "a record\n", (Change("/testbed/a", ChangeKind.MODIFIED),))
    again = Transcript("again\n", observed=Observations("secret", "another\n"))
    transcript = Transcript(a_log(), exit_code=0, observed=seen, restored=again)
    result = replace(a_result(1), transcript=transcript)
    write_attempt(tmp_path / "r", result.item.key, attempt_files(result))
    assert read(tmp_path).transcript == transcript


def test_a_witness_that_was_lost_leaves_the_rest(tmp_path: Path) -> None:
    transcript = Transcript(a_log(), observed=Observations("secret", "a record\n"))
    result = replace(a_result(1), transcript=transcript)
    folder = write_attempt(tmp_path / "r", result.item.key, attempt_files(result))
    (folder / "witness.jsonl").unlink()
    assert read(tmp_path).transcript == replace(transcript, observed=Observations("secret"))
