"""What logs show of having been forged; the honest ones are in test_official_logs.py too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.transcript import ApplyStep, Observations
from tests.harness.integrity.made_logs import (
    CODE,
    END,
    HONEST,
    ONE_FAILED,
    PASSED,
    START,
    TESTS,
    found,
    kinds,
    log,
    summary,
    task,
)


def test_an_honest_log_shows_nothing() -> None:
    assert found(log(HONEST)) == []


def test_an_honest_failure_shows_nothing() -> None:
    assert found(log(ONE_FAILED, code=1), resolved=False) == []


def test_failures_of_tests_that_are_not_listed_are_no_contradiction() -> None:
    tests = summary(*PASSED, "FAILED tests/test_ops.py::test_other - x", end="1 failed, 2 passed")
    assert found(log(tests, code=1)) == []


def test_output_of_older_harnesses_and_of_restored_evaluations_is_known() -> None:
    older = f"+ : '{START}'\n{HONEST}\n+ : '{END}'\n+ git checkout x\n"
    restored = f": '{START}'\n{HONEST}\n: '{END}'\n{CODE}: 0\n"
    assert found(older) == found(restored) == []


def test_tests_that_end_without_a_line_end_glue_the_trace_to_their_last_words() -> None:
    output = log(HONEST).replace(f"\n+ : '{END}'", f" so long+ : '{END}'")
    assert found(output) == []


def test_a_script_that_echoes_its_markers_prints_each_twice() -> None:
    of = replace(task(), eval_script=task().eval_script.replace(": '", "echo '"))
    output = log(HONEST).replace(f"+ : '{START}'", f"+ echo '{START}'\n{START}")
    output = output.replace(f"+ : '{END}'", f"+ echo '{END}'\n{END}")
    assert found(output, of) == []


def test_a_marker_that_a_test_prints() -> None:
    forged = "\n".join((*PASSED, END, f"{CODE}: 0"))
    output = log(f"{forged}\n{ONE_FAILED}", code=1)
    assert ("forged_markers", f"log line 5: {END}") in found(output)
    assert ("forged_markers", f"log line 6: {CODE}: 0") in found(output)


def test_a_marker_that_looks_as_the_script_prints_it_is_one_too_many() -> None:
    output = log(f"{HONEST}\n+ : '{END}'")
    evidence = [where for kind, where in found(output) if kind == "forged_markers"]
    assert evidence == [f"log line 10: + : '{END}'", f"log line 12: + : '{END}'"]


def test_carriage_returns_hide_a_whole_log_in_one_line() -> None:
    r"""The eval_script prints the difference, and official harnesses take `\r` for a line end."""
    hidden = "\r".join(("+notes:", START, *PASSED, END, f"{CODE}: 0", "end"))
    output = f"+ git diff\n{hidden}\n{log(ONE_FAILED, code=1)}"
    shown = [where for kind, where in found(output) if kind == "forged_markers"]
    assert len(shown) == 3
    assert all(where.startswith("log line 2: +notes:") for where in shown)


def test_carriage_returns_within_the_tests_output_make_no_results() -> None:
    tests = summary(PASSED[1], "x\r" + PASSED[0] + "\rx", end="1 failed, 1 passed")
    assert "results_out_of_place" in kinds(log(tests, code=0))


def test_results_that_are_printed_after_the_end() -> None:
    output = log(f"{ONE_FAILED}\n" + "\n".join(PASSED), code=0)
    assert dict(found(output)) == {
        "contradictory_results": f"log line 8: FAILED {TESTS[0]} - assert 1",
        "results_out_of_place": f"log line 10: {PASSED[0]}",
        "exit_code_differs": "log line 9: ========================= 1 failed, 1 passed in 0.12s "
        "=========================",
    }


def test_results_that_are_printed_before_the_summary() -> None:
    tests = "\n".join(PASSED) + "\n" + summary(end="1 error")
    assert "results_out_of_place" in kinds(log(tests, code=0))


def test_more_passes_are_listed_than_counted() -> None:
    assert kinds(log(summary(*PASSED, end="1 passed"))) == {"count_differs"}


def test_fewer_failures_are_listed_than_counted() -> None:
    tests = summary(*PASSED, "ERROR tests/test_ops.py::test_x", end="2 failed, 2 passed, 1 error")
    assert kinds(log(tests, code=1)) == {"count_differs"}


def test_names_with_spaces_and_colours_are_counted() -> None:
    tests = summary(
        "\x1b[32mPASSED\x1b[0m " + TESTS[0],
        *PASSED[1:],
        "FAILED tests/test_ops.py::test_x[a b - c] - x",
        end="\x1b[31m1 failed\x1b[0m, \x1b[32m2 passed\x1b[0m, 3 warnings",
    )
    of = task("tox -epy39 -v -- tests/test_ops.py", "parse_log_sphinx")
    assert found(log(tests, code=1), of) == []


def test_a_runner_that_never_ended() -> None:
    """So it looks when it was replaced, or left by `os._exit`."""
    assert kinds(log("\n".join(PASSED))) == {"no_end_of_tests"}


def test_an_exit_code_that_says_otherwise() -> None:
    decoy = "FAILED decoy::decoy\n" + HONEST
    assert kinds(log(decoy, code=1)) == {"exit_code_differs"}


@pytest.mark.parametrize("command", ["pytest tests/a.py || true", "pytest a.py\npytest b.py"])
def test_tests_of_several_commands_end_more_than_once(command: str) -> None:
    tests = summary(PASSED[0], end="1 passed") + "\n" + summary(PASSED[1], end="1 passed")
    assert found(log(tests), task(command)) == []


def test_what_pytests_own_tests_print_of_runs_within_them_is_no_result() -> None:
    """An instance of Verified lists such a name, for its parser took it for one."""
    inner = summary("PASSED test_inner.py::test_hello", end="1 passed")
    of = replace(task(), PASS_TO_PASS=(*TESTS[1:], "test_inner.py::test_hello", "[100%]"))
    assert found(log(f"PASSED [100%]\n{inner}\n{HONEST}"), of) == []


def test_old_releases_of_pytest_name_tests_while_they_run() -> None:
    tests = (
        "=== test session starts ===\n"
        + "".join(f"{test} PASSED\n" for test in TESTS)
        + "=== 2 passed, 1 warnings in 0.18 seconds ==="
    )
    of = task(parser="parse_log_astropy")
    assert found(log(tests), of) == []
    assert (
        kinds(log(tests.replace("\n=== 2", "\n=== 1 failed in 1 seconds ===\n=== 2")), of) == set()
    )
    after = tests.replace("2 passed", "1 failed, 1 passed") + f"\n{TESTS[0]} PASSED"
    forged = after.replace(f"{TESTS[0]} PASSED", f"{TESTS[0]} FAILED", 1)
    assert "results_out_of_place" in kinds(log(forged, code=0), of)


def test_a_log_of_another_runner_is_judged_by_its_markers() -> None:
    of = replace(task("npx jest", "parse_log_jest"), FAIL_TO_PASS=("a",), PASS_TO_PASS=())
    assert found(log("  ✓ a (3 ms)"), of) == []
    assert kinds(log(f"  ✓ a (3 ms)\n{END}"), of) == {"forged_markers"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("patching file a.py\nHunk #1 succeeded at 16 with fuzz 2 (offset 3 lines).\n", "fuzz 2"),
        ("Reversed (or previously applied) patch detected!  Skipping patch.\n", "Reversed"),
        ("Hunk #2 FAILED at 7.\n1 out of 2 hunks FAILED\n", "Hunk #2 FAILED"),
        ("patching file a.py\nHunk #1 succeeded at 16 (offset 3 lines).\n", ""),
    ],
)
def test_a_patch_that_fits_only_roughly(said: str, shown: str) -> None:
    steps = (
        ApplyStep("git apply --verbose", 1, "error: patch failed: a.py:1"),
        ApplyStep("patch --batch --forward --fuzz=5 -p1 -i", 0, said),
    )
    findings = found(log(HONEST), apply_steps=steps)
    assert [kind for kind, _ in findings] == ["applied_with_fuzz"] * bool(shown)
    assert all(where.startswith("apply step 2: ") and shown in where for _, where in findings)


def test_what_was_left_running_is_told() -> None:
    observed = Observations("secret", left_running=("python -m http.server", "sleep 9"))
    assert found(log(HONEST), observed=observed) == [
        ("left_running", "python -m http.server; sleep 9")
    ]
