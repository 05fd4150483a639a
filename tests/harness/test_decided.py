"""The watch on a growing log: what it takes for a last word, and what it does not."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import decided
from harness.decided import PytestResults, decided_watch
from harness.grading import grade
from harness.transcript import Transcript
from task_specs.instance import Instance

DJANGO = Instance(
    instance_id="o__r-1",
    repo="o/r",
    base_commit="HEAD",
    patch="",
    test_patch="",
    FAIL_TO_PASS=("test_new (m.C)",),
    PASS_TO_PASS=("test_old (m.C)", "A docstring"),
    image="",
    eval_script=": '>>>>> Start Test Output'\nbin/test x/test_x.py\n: '>>>>> End Test Output'\n",
    log_parser="parse_log_django",
)
SYMPY = replace(
    DJANGO, log_parser="parse_log_sympy", FAIL_TO_PASS=("test_new",), PASS_TO_PASS=("test_old",)
)
PYTEST = replace(
    DJANGO,
    log_parser="parse_log_pytest",
    FAIL_TO_PASS=("t.py::test_new",),
    PASS_TO_PASS=("t.py::test_old", "t.py::test_cut[a"),
)
APPLIED = "4f0c applied "
START, END = "+ : '>>>>> Start Test Output'\n", "+ : '>>>>> End Test Output'\n"


def said(instance: Instance, tests: str, tmp_path: Path) -> str | None:
    watch = decided_watch(instance, APPLIED)
    assert watch is not None
    log = tmp_path / "log"
    log.write_text(f"{APPLIED}3.0\n+ cd /testbed\n{START}{tests}")
    return watch(log)


def test_a_failure_counts_once_the_next_test_has_begun(tmp_path: Path) -> None:
    failed = "test_new (m.C) ... FAIL\n"
    assert said(DJANGO, failed, tmp_path) is None
    assert said(DJANGO, f"{failed}test_z (m.C) ... ", tmp_path) is None
    assert (
        said(DJANGO, f"{failed}test_z (m.C) ... ok\n", tmp_path)
        == "stopped early: FAIL_TO_PASS test test_new (m.C) failed"
    )


def test_a_word_that_begins_with_ok_may_still_turn_it(tmp_path: Path) -> None:
    """The official parser takes it for the result of the last name with dots."""
    log = "test_new (m.C) ... FAIL\nokay then\ntest_old (m.C) ... ok\nA docstring ... ok\n"
    assert grade(DJANGO, Transcript(START + log + END)).resolved
    assert said(DJANGO, log, tmp_path) is None


@pytest.mark.parametrize(
    "tests",
    [
        "A docstring ... FAIL\ntest_z (m.C) ... ok\n",  # two tests may have it
        "test_other (m.C) ... ERROR\ntest_z (m.C) ... ok\n",  # nobody expects it
        "test_new (m.C) ... skipped 'why'\ntest_z (m.C) ... ok\n",
        "test_new (m.C) ... printed\nFAIL\ntest_z (m.C) ... ok\n",  # no parser reads it so
        f"{END}test_new (m.C) ... FAIL\ntest_z (m.C) ... ok\n",
    ],
)
def test_what_decides_nothing(tests: str, tmp_path: Path) -> None:
    assert said(DJANGO, tests, tmp_path) is None


def test_what_stands_before_the_tests_decides_nothing(tmp_path: Path) -> None:
    """The script shows the patch before that, with whatever is in it."""
    log = tmp_path / "log"
    tests = "test_new (m.C) ... FAIL\ntest_z (m.C) ... ok\n"
    watch = decided_watch(DJANGO, APPLIED)
    assert watch is not None
    log.write_text(tests)
    assert watch(log) is None
    with log.open("a") as file:
        file.write(f"error: while searching for:\n{START}{tests}{APPLIED}3.0\n{tests}")
    assert watch(log) is None
    with log.open("a") as file:
        file.write(f"{START}{tests}")
    assert watch(log) is not None


def test_sympy_names_a_test_without_its_file(tmp_path: Path) -> None:
    assert (
        said(SYMPY, "test_a ok\ntest_old E\n", tmp_path)
        == "stopped early: PASS_TO_PASS test test_old failed"
    )
    two = SYMPY.eval_script.replace("x/test_x.py", "x/test_x.py y/test_y.py")
    assert decided_watch(replace(SYMPY, eval_script=two), APPLIED) is None


@pytest.mark.parametrize("line", ["t.py::test_new FAILED [ 10%]", "t.py::test_new FAILED"])
def test_verbose_pytest_names_a_test_when_it_has_ended(line: str, tmp_path: Path) -> None:
    assert said(PYTEST, f"t.py::test_a PASSED [  5%]\n{line}\n", tmp_path) == (
        "stopped early: FAIL_TO_PASS test t.py::test_new failed"
    )


@pytest.mark.parametrize(
    "tests",
    [
        "t.py::test_new ERROR [ 10%]\n",  # of a fixture, perhaps after the test has passed
        "t.py::test_new RERUN [ 10%]\n",  # by pytest-rerunfailures, which will try again
        "t.py::test_cut[a FAILED\n",  # the id may stand for several tests
        "==== PASSES ====\nt.py::test_new FAILED\n",  # captured from a test that runs pytest
    ],
)
def test_what_decides_nothing_of_pytest(tests: str, tmp_path: Path) -> None:
    assert said(PYTEST, tests, tmp_path) is None


def test_only_lists_that_any_failure_decides_are_watched() -> None:
    assert decided_watch(replace(PYTEST, eval_type="fail_only"), APPLIED) is None
    assert decided_watch(replace(PYTEST, log_parser="parse_log_gotest"), APPLIED) is None


def test_a_log_is_read_once_however_it_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half lines wait; a line without an end, longer than what is read at once, is passed over."""
    monkeypatch.setattr(decided, "BYTES_AT_A_TIME", 64)
    watch = decided_watch(SYMPY, APPLIED)
    assert watch is not None
    log = tmp_path / "log"
    with log.open("w") as file:
        for piece in (f"{APPLIED}3.0\n{START}", "x" * 200, "\n", "test_o", "ld F"):
            file.write(piece)
            file.flush()
            for _ in range(4):
                assert watch(log) is None
        file.write("\n")
    assert watch(log) is not None


@st.composite
def _logs(draw: st.DrawFn) -> tuple[Instance, str]:
    """What a runner prints: each test once, with noise in between."""
    instance = draw(st.sampled_from([DJANGO, SYMPY, PYTEST]))
    words = {
        DJANGO: ("{} ... {}\n", ("ok", "FAIL", "ERROR", "skipped 'x'", "expected failure", "")),
        SYMPY: ("{} {}\n", ("ok", "F", "E", "f", "s")),
        PYTEST: ("{} {} [ 50%]\n", ("PASSED", "FAILED", "ERROR", "SKIPPED", "XFAIL")),
    }
    form, results = words[instance]
    tests = [*instance.FAIL_TO_PASS, *instance.PASS_TO_PASS, "test_else (m.C)"]
    noise = ("", "okay\n", "FAIL: test_new (m.C)\n", "text ... ok\n", "a test F\n", "=== x ===\n")
    ended = [(test, draw(st.sampled_from(results))) for test in draw(st.permutations(tests))]
    lines = [draw(st.sampled_from(noise)) + form.format(*each) for each in ended]
    if instance is PYTEST:  # `-rA` repeats the results at the end
        lines += [f"{result} {test}\n" for test, result in ended]
    return instance, "".join(lines)


@settings(max_examples=500)
@given(_logs())
def test_what_is_decided_is_never_resolved(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Instance, str]
) -> None:
    instance, log = drawn
    if said(instance, log, tmp_path_factory.mktemp("log")) is not None:
        assert not grade(instance, Transcript(START + log + END)).resolved


def test_of_real_logs_none_that_was_decided_is_resolved(data_dir: Path, tmp_path: Path) -> None:
    """Django and sympy print results as they come: most of their failures are seen in time."""
    rows = (data_dir / "swe-bench-verified.jsonl").read_text(encoding="utf-8").splitlines()
    instances = {row["instance_id"]: row for row in map(json.loads, rows)}
    log, decided_early = tmp_path / "log", 0
    with tarfile.open(data_dir / "official-logs.tar.xz") as archive:
        for member in archive:
            if not member.name.endswith("/test_output.txt"):
                continue
            instance = Instance.from_row(instances[member.name.split("/")[-2]], member.name)
            watch = decided_watch(instance, "")
            output = archive.extractfile(member)
            assert output is not None
            log.write_bytes(output.read())
            if watch is not None and watch(log) is not None:
                decided_early += 1
                assert not grade(instance, Transcript(log.read_text(errors="replace"))).resolved
    assert decided_early >= 30


RESULT = re.compile(r"(\S+::.*\S) FAILED(?: +\[ *\d+%\])?")
"""What a line of a failed test is, in one expression, which takes quadratic time."""


@given(st.lists(st.sampled_from(["a", "::", " ", "FAILED", " FAILED", "[ 1%]", "  [9%]", "\t"])))
def test_a_failed_test_is_what_the_expression_says(pieces: list[str]) -> None:
    line = "".join(pieces)
    found = RESULT.fullmatch(line.rstrip())
    assert PytestResults()(line) == (found[1] if found else None)


@pytest.mark.parametrize("line", ["a::" * 500_000, ":" * 2_000_000 + " FAILED", "::" * 10**6 + " "])
def test_long_lines_take_linear_time(line: str) -> None:
    name = line.rpartition(" FAILED")[0]
    assert PytestResults()(line) == (name or None)
