"""Logs made from a few lines, as an eval_script prints them, for tests that read them."""

from __future__ import annotations

from dataclasses import replace

from harness.grading import grade
from harness.integrity.log_reading import log_findings
from harness.transcript import Transcript
from task_specs.instance import Instance
from tests.harness.integrity.made_patches import instance

TESTS = ("tests/test_ops.py::test_clamp_high", "tests/test_ops.py::test_add")
START, END, CODE = ">>>>> Start Test Output", ">>>>> End Test Output", ">>>>> Test Exit Code"


def task(
    command: str = "pytest -rA tests/test_ops.py", parser: str = "parse_log_pytest"
) -> Instance:
    return replace(
        instance(eval_script=f"#!/bin/bash\n: '{START}'\n{command}\n: '{END}'\ngit checkout x\n"),
        log_parser=parser,
        FAIL_TO_PASS=TESTS[:1],
        PASS_TO_PASS=TESTS[1:],
    )


def log(tests: str, code: int = 0) -> str:
    """Return a log as an eval_script prints it."""
    return (
        f"+ git apply -v -\n+ : '{START}'\n{tests}\n+ SWEBENCH_TEST_EXIT_CODE={code}\n"
        f"+ : '{END}'\n+ echo '{CODE}: {code}'\n{CODE}: {code}\n+ git checkout x\n"
    )


def summary(*lines: str, end: str) -> str:
    return "\n".join(
        (
            "============================= test session starts ==============================",
            "collected 2 items",
            "tests/test_ops.py ..",
            "=========================== short test summary info ============================",
            *lines,
            f"========================= {end} in 0.12s =========================",
        )
    )


PASSED = [f"PASSED {test}" for test in TESTS]
HONEST = summary(*PASSED, end="2 passed")
ONE_FAILED = summary(PASSED[1], f"FAILED {TESTS[0]} - assert 1", end="1 failed, 1 passed")


def found(
    output: str, of: Instance | None = None, *, resolved: bool = True, **observed: object
) -> list[tuple[str, str]]:
    """Return kind and evidence of what is found; the log must be graded as said."""
    of = of or task()
    transcript = replace(Transcript(output), **observed)  # type: ignore[arg-type]
    verdict = grade(of, transcript)
    assert verdict.resolved == resolved, verdict.reason
    return [(each.kind, each.evidence) for each in log_findings(of, transcript, verdict)]


def kinds(output: str, of: Instance | None = None) -> set[str]:
    return {kind for kind, _ in found(output, of)}
