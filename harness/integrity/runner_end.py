"""Where the runners of Python tests print their results, and what they say at the end.

Read from the runners themselves: pytest 3 to 8 (`_pytest/terminal.py`), unittest and Django's
runner above it (`unittest/runner.py`), sympy's (`sympy/testing/runtests.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from harness.parsers.django import parse_django
from harness.parsers.pytest_summary import (
    parse_matplotlib,
    parse_pytest,
    parse_pytest_options,
    parse_pytest_v2,
)
from harness.parsers.registry import Parser
from harness.parsers.seaborn import parse_seaborn
from harness.parsers.sympy import parse_sympy, parse_sympy_with_file_results

_ESCAPE = re.compile(r"\x1b\[[\d;]*m")
_LONGEST = 300
"""How much of a line is looked at: the lines that are looked for are short."""

_PYTEST_SUMMARY = re.compile(r"=+ short test summary info =+")
_PYTEST_END = re.compile(r"=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+ ?s(?:econds)?\b.*")
_UNITTEST_END = re.compile(r"Ran \d+ tests? in [\d.]+s")
_UNITTEST_WORD = re.compile(r"(?:OK|FAILED)\b.*")
_SYMPY_END = re.compile(r"=*\s*tests finished: (.+)")  # a long one goes on in the next line
_COUNT = re.compile(r"(\d+) ([a-z]+)|([a-z ]+)=(\d+)")

_FAILURES = frozenset(
    {
        *("failed", "error", "errors"),  # pytest
        *("failures", "unexpected successes"),  # unittest
        *("exception", "exceptions"),  # sympy
    }
)


@dataclass(frozen=True, slots=True)
class RunnerEnd:
    """What a runner printed last."""

    line: int
    """Of the test output, from 0."""
    results: range
    """The lines among which the runner prints results."""
    counts: Mapping[str, int]
    """How many tests ended how, by the runner's own words."""
    lists_all: bool
    """Whether these lines name each test that is counted, one a line."""

    @property
    def failures(self) -> int:
        """How many the runner counts that make it say by its exit code that all is not well."""
        return sum(number for word, number in self.counts.items() if word in _FAILURES)


@dataclass(frozen=True, slots=True)
class Runner:
    """How the log of a kind of runner is read. Patterns are matched at the start of a line."""

    end: Callable[[Sequence[str]], RunnerEnd | None]
    passed: re.Pattern[str]
    """A line that names one test which passed."""
    failed: re.Pattern[str]
    """A line that says of one test that it failed, and by its groups of which."""


def runner_of(parser: Parser) -> Runner | None:
    """Return the runner whose log a parser reads; None where that is none of those known here."""
    return _RUNNERS.get(parser)


def plain_lines(output: str) -> list[str]:
    r"""Return the lines of an output as a terminal would show them: `\r` alone ends none."""
    lines = output.replace("\r\n", "\n").replace("\r", " ").split("\n")
    return [_ESCAPE.sub("", line) if "\x1b" in line else line for line in lines]


def _pytest_end(lines: Sequence[str]) -> RunnerEnd | None:
    end = _last(lines, _PYTEST_END)
    if end is None:
        return None
    heading = _last(lines[: end[0]], _PYTEST_SUMMARY)
    # Old releases name each test while it runs, and have no summary of those that passed.
    start = 0 if heading is None else heading[0] + 1
    return RunnerEnd(end[0], range(start, end[0]), _counts(end[1][1]), heading is not None)


def _unittest_end(lines: Sequence[str]) -> RunnerEnd | None:
    end = _last(lines, _UNITTEST_END)
    if end is None:
        return None
    after = next((line for line in lines[end[0] + 1 : end[0] + 4] if line), "")
    counts = _counts(after) if _UNITTEST_WORD.match(after) else {}
    return RunnerEnd(end[0], range(end[0]), counts, lists_all=False)


def _sympy_end(lines: Sequence[str]) -> RunnerEnd | None:
    end = _last(lines, _SYMPY_END)
    return end and RunnerEnd(end[0], range(end[0]), _counts(end[1][1]), lists_all=True)


def _last(lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[int, re.Match[str]] | None:
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        found = pattern.match(line) if len(line) < _LONGEST else None
        if found is not None:
            return number, found
    return None


def _counts(text: str) -> dict[str, int]:
    """Read `2 failed, 13 passed` and `FAILED (failures=1, expected failures=4)`."""
    found = {}
    for match in _COUNT.finditer(text):
        word, number = match[2] or match[3], match[1] or match[4]
        found[word.strip()] = int(number[:18])
    return found


_PYTEST = Runner(
    _pytest_end, re.compile(r"PASSED "), re.compile(r"(?:FAILED|ERROR) (?=(\S+))(.+?)(?: - .*)?$")
)
_UNITTEST = Runner(
    _unittest_end,
    re.compile(r".+ \.\.\. ?(?:ok|OK)$"),
    re.compile(r"(?:FAIL|ERROR): (.+)|(.+) \.\.\. (?:FAIL|ERROR)$"),
)
_SYMPY = Runner(
    _sympy_end,
    re.compile(r"test_\w+ .*\bok(?:\s+\[\w+\])?\s*$"),
    re.compile(r"(test_\w+) .*\b[FE](?:\s+\[\w+\])?\s*$"),
)

_RUNNERS: Mapping[Parser, Runner] = MappingProxyType(
    {
        **dict.fromkeys(
            (parse_pytest, parse_pytest_options, parse_pytest_v2, parse_matplotlib, parse_seaborn),
            _PYTEST,
        ),
        parse_django: _UNITTEST,
        parse_sympy: _SYMPY,
        parse_sympy_with_file_results: _SYMPY,
    }
)
