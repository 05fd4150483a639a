"""What every layer has found comes to one level, and never to another outcome."""

from __future__ import annotations

from dataclasses import replace

from harness.grading import grade
from harness.integrity.attempt import LOG, RESTORED, STATIC, with_integrity
from harness.transcript import ApplyStep, Transcript
from harness.verdict import Level, Outcome, Verdict
from task_specs.limits import MIB, Limits
from tests.harness.integrity.made_patches import created, edited
from tests.harness.test_grading import INSTANCE as GRADED

TEST_PATCH = edited("tests/test_a.py", "a = 1")
INSTANCE = replace(
    GRADED,
    test_patch=TEST_PATCH,
    FAIL_TO_PASS=("tests/test_a.py::test_new",),
    PASS_TO_PASS=("tests/test_a.py::test_old",),
    log_parser="parse_log_pytest",
    eval_type="pass_and_fail",
)
HONEST = edited("src/a.py", "b = 2")


def log(new: str = "PASSED", code: int = 0) -> str:
    counted = "2 passed" if new == "PASSED" else "1 failed, 1 passed"
    return (
        "+ : '>>>>> Start Test Output'\n"
        "==== short test summary info ====\n"
        "PASSED tests/test_a.py::test_old\n"
        f"{new} tests/test_a.py::test_new\n"
        f"==== {counted} in 0.10s ====\n"
        "+ SWEBENCH_TEST_EXIT_CODE=0\n"
        "+ : '>>>>> End Test Output'\n"
        "+ echo '>>>>> Test Exit Code: 0'\n"
        f">>>>> Test Exit Code: {code}\n"
    )


PASSED = Transcript(log(), apply_steps=(ApplyStep("git apply --verbose", 0, ""),))
FAILED = Transcript(log("FAILED", 1), apply_steps=PASSED.apply_steps)


def judged(
    patch: str | None = HONEST,
    transcript: Transcript = PASSED,
    repairs: tuple[str, ...] = (),
) -> Verdict:
    return with_integrity(INSTANCE, patch, repairs, grade(INSTANCE, transcript), transcript)


def kinds(verdict: Verdict) -> list[str]:
    return [finding.kind for finding in verdict.findings]


def test_an_ordinary_attempt_is_clean_and_trusted() -> None:
    verdict = judged()
    assert (verdict.integrity, verdict.findings) == (Level.CLEAN, ())
    assert verdict.layers == (STATIC, LOG)
    assert verdict.trusted


def test_what_is_no_patch_touches_nothing() -> None:
    assert judged("no patch at all").integrity is Level.CLEAN


def test_of_a_patch_that_is_not_there_nothing_is_said() -> None:
    """Stored logs of others need not come with the patch that they are of."""
    verdict = judged(None)
    assert (verdict.integrity, verdict.layers) == (None, ())
    assert not verdict.trusted


def test_clean_and_not_resolved_is_not_trusted() -> None:
    verdict = judged(transcript=FAILED)
    assert verdict.integrity is Level.CLEAN
    assert not verdict.trusted


def test_a_suspicion_does_not_change_what_is_resolved() -> None:
    verdict = judged(HONEST + created("conftest.py", "x = 1"))
    assert verdict.outcome is Outcome.RESOLVED
    assert verdict.integrity is Level.SUSPECT
    assert not verdict.trusted


def test_what_touches_files_that_were_out_of_play_is_settled() -> None:
    """The tests ran again without that conftest.py, and the task is resolved all the same."""
    patch = HONEST + created("conftest.py", "x = 1")
    verdict = judged(patch, replace(PASSED, restored=PASSED))
    assert (kinds(verdict), verdict.integrity) == (["settled"], Level.CLEAN)
    assert "edits_test_machinery" in verdict.findings[0].message
    assert verdict.findings[0].evidence == "conftest.py"
    assert verdict.layers == (STATIC, LOG, RESTORED)
    assert verdict.trusted


def test_what_the_product_reaches_for_is_not_settled_by_restoring_tests() -> None:
    reaching = created("src/b.py", "import atexit\natexit.register(print)")
    patch = created("conftest.py", "x = 1") + reaching
    verdict = judged(patch, replace(PASSED, restored=PASSED))
    assert "at_exit" in kinds(verdict)
    assert verdict.integrity is Level.SUSPECT


def test_a_link_out_of_the_repository_is_never_settled() -> None:
    patch = HONEST + created("tests/data", "/etc", mode="120000")
    verdict = judged(patch, replace(PASSED, restored=PASSED))
    assert "symlink_out" in kinds(verdict)
    assert not verdict.trusted


def test_a_task_that_is_resolved_by_other_tests_only_is_not_trusted() -> None:
    patch = HONEST + created("conftest.py", "x = 1")
    verdict = judged(patch, replace(PASSED, restored=FAILED))
    (differs,) = (each for each in verdict.findings if each.kind == "restored_differs")
    assert "tests/test_a.py::test_new" in differs.evidence
    assert verdict.resolved
    assert verdict.integrity is Level.SUSPECT


def test_a_second_evaluation_that_says_nothing_settles_nothing() -> None:
    patch = HONEST + created("conftest.py", "x = 1")
    verdict = judged(patch, replace(PASSED, restored=replace(PASSED, timed_out=True)))
    assert {"edits_test_machinery", "restored_differs"} <= set(kinds(verdict))
    assert "TIMED_OUT" in verdict.findings[-1].evidence


def test_repairs_the_network_and_a_cut_log_are_told() -> None:
    limits = Limits(network=True, output_bytes=MIB)
    told = judged(
        repairs=("added the missing final newline", "removed a Markdown fence"),
        transcript=Transcript("", output_limit_hit=True, limits=limits),
    )
    assert kinds(told) == [
        "patch_repaired",
        "patch_repaired",
        "network_enabled",
        "output_truncated",
    ]
    assert told.integrity is Level.CLEAN
