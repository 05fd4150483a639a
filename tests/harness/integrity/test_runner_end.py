"""Where unittest, Django and sympy print their results, and logs that mean to cost time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.integrity.log_reading import log_findings
from harness.transcript import Transcript
from harness.verdict import ListResult, Outcome, Verdict
from task_specs.instance import Instance
from tests.harness.integrity.made_logs import END, HONEST, found, kinds, log, task

UNITTEST = replace(
    task("python -m unittest -v unit.test_unit", "parse_log_django"),
    FAIL_TO_PASS=("test_clamp (unit.test_unit.Ops)",),
    PASS_TO_PASS=("Adds two numbers",),
)
UNITTEST_LOG = (
    "test_clamp (unit.test_unit.Ops) ... {}\ntest_add (unit.test_unit.Ops)\n"
    "Adds two numbers ... {}\n\n{}" + "-" * 70 + "\nRan 2 tests in 0.001s\n\n{}"
)


def test_unittest_and_django() -> None:
    assert found(log(UNITTEST_LOG.format("ok", "ok", "", "OK")), UNITTEST) == []
    skips = UNITTEST_LOG.format("ok", "ok", "", "OK (skipped=2, expected failures=1)")
    assert found(log(skips), UNITTEST) == []


@pytest.mark.parametrize(
    ("first", "second", "heading"),
    [
        ("noise\nok\nFAIL", "ok", "FAIL: test_clamp (unit.test_unit.Ops)"),
        ("ok", "noise\nok\nERROR", "ERROR: test_add (unit.test_unit.Ops)\nAdds two numbers"),
    ],
)
def test_unittest_says_below_what_failed(first: str, second: str, heading: str) -> None:
    """A product that prints `ok` turns the line of its test into one that passed."""
    reports = f"{'=' * 70}\n{heading}\n{'-' * 70}\nTraceback\n\n"
    tests = UNITTEST_LOG.format(first, second, reports, "FAILED (failures=1)")
    assert kinds(log(tests, code=1), UNITTEST) == {"contradictory_results"}


SYMPY = replace(
    task("bin/test -C --verbose sympy/core/tests/test_x.py", "parse_log_sympy"),
    FAIL_TO_PASS=("test_a",),
    PASS_TO_PASS=("test_b",),
)
SYMPY_LOG = (
    "sympy/core/tests/test_x.py[2] \ntest_a {}\ntest_b ok   [{}]\n\n= tests finished: {} =\n"
)


def test_sympy() -> None:
    honest = "test_b ok\n" + SYMPY_LOG.format("ok", "OK", "3 passed, in 0.5 seconds")
    assert found(log(honest), SYMPY) == []
    long = "2 passed, 1 exceptions, \nin 0.5 seconds"
    with_exception = "test_b ok\n" + SYMPY_LOG.format("ok", "FAIL", long) + "test_c E\n"
    assert "count_differs" in kinds(log(with_exception, code=1), SYMPY)
    printed = "test_b ok\n" + SYMPY_LOG.format(
        "ok\nF", "FAIL", "2 passed, 1 failed, in 0.5 seconds"
    )
    assert kinds(log(printed), SYMPY) == {"count_differs", "exit_code_differs"}


@pytest.mark.parametrize(
    "line",
    [
        "=" * 400_000,
        "1 passed, " * 40_000,
        " ... ok" * 60_000,
        "FAILED " + "a " * 200_000,
        "test_a " + "ok " * 130_000 + " " * 100_000 + "x",
        "+ " * 200_000 + END,
        f"{END} " * 15_000,
        "\r" * 400_000,
        f"FAIL: {'x' * 400_000}",
        "\n".join(["PASSED a", "FAILED a", "Ran 1 test in 0.1s", "1 passed in 0.1s"] * 10_000),
    ],
)
@pytest.mark.parametrize("of", [task(), UNITTEST, SYMPY], ids=["pytest", "unittest", "sympy"])
def test_hostile_logs_take_no_longer_than_long_ones(of: Instance, line: str) -> None:
    """Where time grows with the square of a line's length, this takes hours."""
    results = {
        "parse_log_pytest": HONEST,
        "parse_log_django": UNITTEST_LOG.format("ok", "ok", "", "OK"),
        "parse_log_sympy": "test_b ok\n" + SYMPY_LOG.format("ok", "OK", "3 passed"),
    }[of.log_parser]
    transcript = Transcript(log(f"{line}\n{results}"))
    listed = ListResult(success=(*of.FAIL_TO_PASS, *of.PASS_TO_PASS))
    verdict = Verdict(of.instance_id, Outcome.RESOLVED, "", fail_to_pass=listed)
    assert all(finding.kind for finding in log_findings(of, transcript, verdict))
