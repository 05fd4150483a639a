"""From a Transcript to a Verdict: the order of judgement, and the sentence it comes with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.grading import grade
from harness.transcript import ApplyStep, Transcript
from harness.verdict import Outcome, TestStatus
from task_specs.errors import InputError
from task_specs.instance import Instance
from task_specs.limits import GIB, MIB, Limits

INSTANCE = Instance(
    instance_id="pallets__demo-1",
    repo="pallets/demo",
    base_commit="HEAD",
    patch="",
    test_patch="",
    FAIL_TO_PASS=("t.py::test_new", "t.py::test_other"),
    PASS_TO_PASS=("t.py::test_old",),
    image="",
    eval_script="",
    log_parser="parse_log_pytest",
)
ALL_PASS = "PASSED t.py::test_new\nPASSED t.py::test_other\nPASSED t.py::test_old\n"


def a_log(tests: str, exit_code: int | None = 0) -> str:
    code = "" if exit_code is None else f">>>>> Test Exit Code: {exit_code}\n"
    return (
        f"+ cd /testbed\n+ : '>>>>> Start Test Output'\n{tests}+ : '>>>>> End Test Output'\n{code}"
    )


def judged(transcript: Transcript, instance: Instance = INSTANCE) -> tuple[Outcome, str]:
    verdict = grade(instance, transcript)
    return verdict.outcome, verdict.reason


def test_all_tests_pass() -> None:
    verdict = grade(INSTANCE, Transcript(a_log(ALL_PASS + "PASSED t.py::test_unlisted\n")))
    assert verdict.resolved
    assert verdict.reason == "all 2 FAIL_TO_PASS and 1 PASS_TO_PASS tests pass"
    assert verdict.fail_to_pass.success == INSTANCE.FAIL_TO_PASS
    assert verdict.tests["t.py::test_unlisted"] is TestStatus.PASSED
    assert verdict.rules == "official-5"
    assert verdict.findings == ()


def test_the_reason_names_what_fails_what_broke_and_what_is_missing() -> None:
    log = a_log("FAILED t.py::test_new - x\nERROR t.py::test_old\n", exit_code=1)
    verdict = grade(INSTANCE, Transcript(log))
    assert verdict.outcome is Outcome.UNRESOLVED
    assert verdict.reason == (
        "2 of 2 FAIL_TO_PASS tests fail, 1 missing from the log "
        "(t.py::test_new and 1 more); "
        "1 of 1 PASS_TO_PASS tests broke (t.py::test_old)"
    )
    assert verdict.fail_to_pass.failure == INSTANCE.FAIL_TO_PASS
    assert verdict.pass_to_pass.failure == INSTANCE.PASS_TO_PASS


def test_the_reason_stays_short() -> None:
    many = replace(INSTANCE, FAIL_TO_PASS=tuple(f"t{number}" for number in range(5)))
    assert judged(Transcript(a_log(ALL_PASS)), many)[1] == (
        "5 of 5 FAIL_TO_PASS tests fail, 5 missing from the log (t0 and 4 more)"
    )


@pytest.mark.parametrize(
    ("tests", "resolved"),
    [
        (ALL_PASS.replace("PASSED t.py::test_new", "XFAIL t.py::test_new"), True),
        (ALL_PASS.replace("PASSED t.py::test_new", "SKIPPED t.py::test_new"), False),
        (ALL_PASS.replace("PASSED t.py::test_old", "SKIPPED t.py::test_old"), True),
        (ALL_PASS.replace("PASSED t.py::test_old", "XFAIL t.py::test_old"), True),
        (ALL_PASS + "FAILED t.py::test_old\n", False),
        ("FAILED t.py::test_old\n" + ALL_PASS, True),
    ],
)
def test_statuses_count_as_in_the_official_rules(tests: str, resolved: bool) -> None:
    assert grade(INSTANCE, Transcript(a_log(tests))).resolved is resolved


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", "both test markers are missing"),
        (a_log(ALL_PASS).replace("Start Test", "Started"), "the start marker is missing"),
        (a_log(ALL_PASS).replace("End Test", "Ended"), "the end marker is missing"),
        (a_log(">>>>> Tests Errored\n" + ALL_PASS), 'the log says ">>>>> Tests Errored"'),
        (a_log("nothing\n"), "the log names no test and does not show that any ran"),
        (a_log(ALL_PASS, 1), "the tests exited with 1 but the log names no failing test"),
    ],
)
def test_a_log_that_cannot_be_believed_is_invalid(log: str, reason: str) -> None:
    """As in the official report, nothing is said of single tests then."""
    verdict = grade(INSTANCE, Transcript(log))
    assert (verdict.outcome, verdict.reason) == (Outcome.INVALID, reason)
    assert verdict.fail_to_pass.total == verdict.pass_to_pass.total == 0
    assert verdict.tests == {}


def test_a_failing_test_accounts_for_an_exit_code() -> None:
    log = a_log(ALL_PASS + "FAILED t.py::test_unlisted\n", exit_code=1)
    assert grade(INSTANCE, Transcript(log)).resolved


def test_a_log_of_harness_4_records_no_exit_code() -> None:
    assert grade(INSTANCE, Transcript(a_log(ALL_PASS, exit_code=None))).resolved


def test_results_outside_the_markers_are_read_where_none_are_inside() -> None:
    outside = a_log("") + ALL_PASS
    assert grade(INSTANCE, Transcript(outside)).resolved
    both = a_log("PASSED t.py::test_new\n") + ALL_PASS
    assert judged(Transcript(both))[0] is Outcome.UNRESOLVED


def test_carriage_returns_end_lines() -> None:
    assert grade(INSTANCE, Transcript(a_log(ALL_PASS).replace("\n", "\r\n"))).resolved


FAIL_ONLY = replace(INSTANCE, eval_type="fail_only")


def test_fail_only_takes_a_missing_test_for_a_passed_one() -> None:
    assert grade(FAIL_ONLY, Transcript(a_log("PASSED t.py::test_unlisted\n"))).resolved
    assert grade(FAIL_ONLY, Transcript(a_log("12 passing\n"))).resolved
    failing = a_log("FAILED t.py::test_old\n")
    assert judged(Transcript(failing), FAIL_ONLY)[0] is Outcome.UNRESOLVED


def test_fail_only_does_not_take_silence_for_success() -> None:
    """A browser that does not start prints a count of zero, and no test fails."""
    log = a_log("Executed 0 of 0\n")
    assert judged(Transcript(log), FAIL_ONLY)[0] is Outcome.INVALID


def test_a_timeout_is_the_verdict_whatever_was_printed() -> None:
    slow = Transcript(a_log(ALL_PASS), timed_out=True, limits=Limits(seconds=90))
    assert judged(slow) == (Outcome.TIMED_OUT, "stopped at the time limit of 90 s")


def test_a_timeout_while_the_patch_is_applied_is_a_timeout() -> None:
    assert judged(Transcript("", applied=False, timed_out=True))[0] is Outcome.TIMED_OUT


def test_a_log_cut_at_the_output_limit_is_invalid() -> None:
    flood = Transcript(a_log(ALL_PASS), output_limit_hit=True, limits=Limits(output_bytes=32 * MIB))
    assert judged(flood) == (
        Outcome.INVALID,
        "stopped at the output limit of 32 MiB, so the log is cut short",
    )


def test_a_log_cut_at_the_disk_limit_is_invalid() -> None:
    hoarder = Transcript(a_log(ALL_PASS), disk_limit_hit=True, limits=Limits(disk_bytes=32 * MIB))
    assert judged(hoarder) == (
        Outcome.INVALID,
        "stopped at the disk limit of 32 MiB, so the log is cut short",
    )


def test_a_patch_that_does_not_apply_says_why() -> None:
    """git's own words: the line that names the place, not those around it."""
    first = ApplyStep(
        "git apply --verbose",
        1,
        "Checking patch src/a.py...\n"
        "error: while searching for:\n"
        "def f():\n"
        "error: patch failed: src/a.py:10\n"
        "error: src/a.py: patch does not apply\n",
    )
    last = ApplyStep("patch --batch --forward --fuzz=5 -p1 -i", 1, "Hunk #1 FAILED at 10.\n")
    assert judged(Transcript("", applied=False, apply_steps=(first, last))) == (
        Outcome.PATCH_FAILED,
        "the patch does not apply: patch failed: src/a.py:10",
    )
    assert judged(Transcript("", applied=False)) == (
        Outcome.PATCH_FAILED,
        "the patch does not apply",
    )


def test_a_memory_kill_is_the_attempts_own() -> None:
    killed = Transcript(
        a_log(ALL_PASS).partition("+ : '>>>>> End")[0],
        exit_code=137,
        oom_killed=True,
        peak_memory_bytes=2 * GIB,
        limits=Limits(memory_bytes=2 * GIB),
    )
    verdict = grade(INSTANCE, killed)
    assert verdict.outcome is Outcome.INVALID
    assert verdict.reason == "the end marker is missing, and the memory limit was hit"
    assert [finding.kind for finding in verdict.findings] == ["memory_limit_hit"]
    assert "2 GiB" in verdict.findings[0].message


def test_a_memory_kill_does_not_spoil_a_whole_log() -> None:
    verdict = grade(INSTANCE, Transcript(a_log(ALL_PASS), oom_killed=True))
    assert verdict.resolved
    assert [finding.kind for finding in verdict.findings] == ["memory_limit_hit"]


def test_a_script_that_never_began_is_ours() -> None:
    never = Transcript("exec /bin/bash: exec format error\n", exit_code=126)
    verdict = grade(INSTANCE, never)
    assert verdict.outcome is Outcome.INFRA_ERROR
    assert "exec format error" in verdict.reason
    assert [finding.kind for finding in verdict.findings] == ["infrastructure"]


def test_a_log_that_speaks_of_a_full_disk_is_suspected_and_buys_no_second_try() -> None:
    line = "fatal: unable to write new index file: No space left on device\n"
    before = grade(INSTANCE, Transcript(f"+ cd /testbed\n{line}", exit_code=1))
    assert before.outcome is Outcome.INVALID
    assert [finding.kind for finding in before.findings] == ["infrastructure_suspected"]
    after = grade(INSTANCE, Transcript(a_log(f"{line}FAILED t.py::test_new\n"), exit_code=1))
    assert after.outcome is Outcome.UNRESOLVED
    assert [finding.kind for finding in after.findings] == ["infrastructure_suspected"]
    assert after.findings[0].evidence == line.strip()


def test_cut_ids_are_matched_by_their_beginning_and_said_so() -> None:
    cut = replace(INSTANCE, FAIL_TO_PASS=("t.py::test_cut[a",), PASS_TO_PASS=())
    log = a_log("PASSED t.py::test_cut[a-1]\nXFAIL t.py::test_cut[a-2]\n")
    verdict = grade(cut, Transcript(log))
    assert verdict.resolved
    assert verdict.fail_to_pass.success == ("t.py::test_cut[a",)
    assert [finding.kind for finding in verdict.findings] == ["cut_ids"]
    disagreeing = Transcript(a_log("PASSED t.py::test_cut[a-1]\nFAILED t.py::test_cut[a-2]\n"))
    assert judged(disagreeing, cut)[0] is Outcome.UNRESOLVED


def test_a_status_that_is_none_drops_out_of_its_list_and_is_pointed_out() -> None:
    """The official rules count it on neither side, so the rest of the list decides."""
    verdict = grade(INSTANCE, Transcript(a_log(ALL_PASS + "PASSED: t.py::test_old\n")))
    assert verdict.resolved
    assert verdict.pass_to_pass.total == 0
    assert [finding.kind for finding in verdict.findings] == ["unclear_status"]


def test_an_instance_that_names_what_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="unknown log_parser 'parse_log_x'"):
        grade(replace(INSTANCE, log_parser="parse_log_x"), Transcript(""))
    with pytest.raises(InputError, match=r"pallets__demo-1: unknown eval_type 'x'"):
        grade(replace(INSTANCE, eval_type="x"), Transcript(a_log(ALL_PASS)))


STOPPED = "stopped early: FAIL_TO_PASS test t.py::test_new failed"


@pytest.mark.parametrize(
    "tests",
    [
        "PASSED t.py::test_old\nFAILED t.py::test_new\n+ : '>>>>> End Test Output'\n",
        "PASSED t.py::test_old\nt.py::test_new FAILED [ 10%]\nt.py::test_oth",  # stopped outside
    ],
)
@pytest.mark.parametrize("rules", ["official-5", "official-4", "official-2"])
def test_tests_that_were_stopped_early_are_judged_by_what_there_is(rules: str, tests: str) -> None:
    """Such a log has no end marker, and no failure that its parser reads."""
    log = f"Applied patch t.py cleanly.\n+ : '>>>>> Start Test Output'\n{tests}"
    verdict = grade(INSTANCE, Transcript(log, decided=STOPPED), rules=rules)
    assert verdict.outcome is Outcome.UNRESOLVED
    assert verdict.reason == f"{STOPPED}; tests that were not reached count as failed"
    assert verdict.fail_to_pass.failure == INSTANCE.FAIL_TO_PASS
    assert verdict.pass_to_pass.success == INSTANCE.PASS_TO_PASS
    assert [finding.kind for finding in verdict.findings] == ["stopped_early"]


@pytest.mark.parametrize("log", ["", a_log(ALL_PASS), ">>>>> Tests Timed Out\n"])
def test_what_was_stopped_early_is_never_anything_but_unresolved(log: str) -> None:
    stopped = Transcript(log, decided=STOPPED, timed_out=True, output_limit_hit=True)
    assert grade(INSTANCE, stopped).outcome is Outcome.UNRESOLVED


def test_a_patch_that_was_stopped_on_its_way_into_the_tree() -> None:
    steps = (ApplyStep("git apply --verbose", 137, "Checking patch"),)
    stuck = Transcript("", applied=False, apply_steps=steps, timed_out=True)
    assert judged(stuck) == (
        Outcome.TIMED_OUT,
        "stopped by a time limit while `git apply --verbose` applied the patch",
    )
