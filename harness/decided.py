"""Says, while the tests run, that their outcome cannot be RESOLVED any more.

It reads the log as it grows, in time linear in its length, and goes by the lines that name one
expected test and its failure, as Django's runner, unittest, sympy's runner and `pytest -v` print
them when the test has ended. A parser reads the whole log and believes its last word on a test; so
here counts only what no later line can take back:

- not a docstring, a cut id or a progress line, which may stand for several tests;
- not a name of sympy's where several files are tested, since two of them may have it;
- not an error of pytest's, which may be of a fixture and beside a test that passed;
- not what follows the tests, such as output that was captured.

A plugin that runs a failed test once more reports the failure when it has given up, so that the
first failing line is the last word on that test too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from harness.eval_script import with_universal_newlines
from harness.ids import IdKind, kind_of
from harness.parsers.django import parse_django
from harness.parsers.pytest_summary import (
    parse_matplotlib,
    parse_pytest,
    parse_pytest_options,
    parse_pytest_v2,
)
from harness.parsers.registry import Parser, parser_for
from harness.parsers.seaborn import parse_seaborn
from harness.parsers.sympy import parse_sympy
from harness.sandbox import Watch
from task_specs.instance import Instance
from task_specs.script_text import END_TEST_OUTPUT, START_TEST_OUTPUT

_PYTEST_PARSERS = frozenset(
    {parse_pytest, parse_pytest_options, parse_pytest_v2, parse_matplotlib, parse_seaborn}
)
JUDGED_BY_FAILURES = "pass_and_fail"
"""The `eval_type` under which any test that failed, or is missing, decides. (Under `fail_only` a
test that was not reached would count as passed.)"""
BYTES_AT_A_TIME = 4 * 1024 * 1024

Results: TypeAlias = Callable[[str], str | None]
"""Given the lines of a log one after the other, returns the names of tests that failed."""

_PYTEST_NAME = re.compile(r"(?>\S+?::).*\S")
_PYTEST_FAILED = re.compile(r" FAILED(?: ++\[ *+\d++%\])?\Z")
_PYTEST_AFTERMATH = re.compile(r"=+ (?:ERRORS|FAILURES|PASSES|warnings summary|.* info) =+")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def decided_watch(instance: Instance, after: str) -> Watch | None:
    """Return what watches an instance's tests; None where nothing can be said before their end.

    `after` begins the line of the log that the evaluation follows: what stands before it is of
    the patch, and may quote anything.
    """
    results = _results(instance)
    if instance.eval_type != JUDGED_BY_FAILURES or results is None:
        return None
    return DecidedWatch(instance, after, results)


def prints_pytest_results(instance: Instance) -> bool:
    """Whether an instance's log is pytest's."""
    return _parser(instance) in _PYTEST_PARSERS


def expected_tests(instance: Instance) -> dict[str, str]:
    """Return the list that each expected test is in, of those whose ids name one test."""
    lists = {
        "PASS_TO_PASS": instance.PASS_TO_PASS,
        "FAIL_TO_PASS": instance.FAIL_TO_PASS,
    }
    return {
        test: name
        for name, tests in lists.items()
        for test in tests
        if kind_of(test, instance.log_parser) is IdKind.NAME
    }


class DecidedWatch:
    """Reads what was added to a log, and says so when an expected test has failed for good."""

    def __init__(self, instance: Instance, after: str, results: Results) -> None:
        self._expected = expected_tests(instance)
        self._results = results
        self._lines = _NewLines()
        self._to_come = [after, START_TEST_OUTPUT, END_TEST_OUTPUT]
        """What the log will have, in this order; the tests' lines are those before the last."""

    def __call__(self, output: Path) -> str | None:
        for line in self._lines.of(output):
            if self._to_come and self._to_come[0] in line:
                del self._to_come[0]
            elif self._to_come == [END_TEST_OUTPUT]:
                failed = self._results(line)
                if failed in self._expected:
                    return f"stopped early: {self._expected[failed]} test {failed} failed"
        return None


class _NewLines:
    """The whole lines that a file has gained since it was last asked for them."""

    def __init__(self) -> None:
        self._offset = 0

    def of(self, path: Path) -> Iterator[str]:
        with path.open("rb") as file:
            file.seek(self._offset)
            added = file.read(BYTES_AT_A_TIME)
        end = added.rfind(b"\n") + 1
        if not end and len(added) == BYTES_AT_A_TIME:
            end = len(added)  # a line without an end is no result, and is not read again
        self._offset += end
        text = with_universal_newlines(added[:end].decode("utf-8", errors="replace"))
        yield from text.split("\n")[:-1]


def _results(instance: Instance) -> Results | None:
    if _parser(instance) is parse_django:
        return UnittestResults()
    if _parser(instance) is parse_sympy and _tests_one_file(instance.eval_script):
        return sympy_result
    return PytestResults() if prints_pytest_results(instance) else None


def _parser(instance: Instance) -> Parser:
    return parser_for(
        instance.log_parser, instance_id=instance.instance_id, version=instance.version
    )


class UnittestResults:
    """Reads `name ... FAIL`, as unittest and Django's runner print it.

    It counts once the next test has begun: until then a parser takes a line that begins with `ok`
    for the result of this one.
    """

    def __init__(self) -> None:
        self._failed: str | None = None

    def __call__(self, line: str) -> str | None:
        name, dots, result = line.strip().partition(" ... ")
        before = self._failed
        if dots or name.startswith("ok"):
            self._failed = name if result in ("FAIL", "ERROR") else None
        return before if dots else None


class PytestResults:
    """Reads `path::name FAILED [ 10%]`, as `pytest -v` prints it, up to the end of the tests."""

    def __init__(self) -> None:
        self._over = False

    def __call__(self, line: str) -> str | None:
        line = _COLOUR.sub("", line).rstrip()
        if self._over:
            return None
        self._over = _PYTEST_AFTERMATH.fullmatch(line) is not None
        # In two steps, from the end: one expression for all of a line takes quadratic time.
        failed = _PYTEST_FAILED.search(line)
        name = _PYTEST_NAME.fullmatch(line, 0, failed.start()) if failed else None
        return name[0] if name else None


def sympy_result(line: str) -> str | None:
    """Read `test_name F` or `test_name E`."""
    words = line.split()
    if len(words) == 2 and words[0].startswith("test_") and words[1] in ("F", "E"):
        return words[0]
    return None


def _tests_one_file(script: str) -> bool:
    tests = script.partition(START_TEST_OUTPUT)[2].partition(END_TEST_OUTPUT)[0]
    return sum(word.endswith(".py") and word != ".py" for word in tests.split()) == 1
