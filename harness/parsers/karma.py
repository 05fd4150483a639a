"""Parsers for karma with its mocha reporter, which prints suites and tests as a tree.

Both readings are those of swebench 5.0.2, oddities included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.parsers.escape_codes import strip_escape_codes
from harness.parsers.indented_suites import IndentedSuites
from harness.parsers.joined_names import collect
from harness.verdict import TestStatus

_LINE = re.compile(r"(\s*)([✔✖])?\s(.*)$")
_ASSERTION = re.compile(r"AssertionError:\s+#")
_MESSAGES = ("ERROR", "LOG", "WARN", "Check", "in")


def parse_karma(log: str) -> dict[str, TestStatus]:
    """Read `✔ name` and `✖ name` between the start of a browser and `SUMMARY:`.

    The name is `suite > name`. A heading counts as a suite only where it is indented further
    than the last one. One that is indented less ends the innermost suite and opens none, and
    one that is indented as far is passed over: below the first suite, tests of later ones bear
    the first one's name. Preact's expected ids are made this way. A skipped test has the sign of
    a failed one. Where headings move outwards with no suite left to end, the official parser
    raises IndexError; here nothing ends.
    """
    return collect(_entries(log))


def _entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    suites: list[str] = []
    suite_indent = -1
    started = False
    for line in log.split("\n"):
        if line.startswith("SUMMARY:"):
            break
        if "Starting browser" in line:
            started = True
        elif started and (found := _LINE.match(line)):
            spaces, symbol, name = found.groups()
            indent = len(spaces)
            if symbol:
                passed = symbol == "✔"
                test = " > ".join([*suites, name])
                yield test, TestStatus.PASSED if passed else TestStatus.FAILED
            elif indent > max(suite_indent, 0):
                suites.append(name)
                suite_indent = indent
            elif 0 < indent < suite_indent:
                del suites[-1:]
                suite_indent = indent


def parse_karma_in_xvfb(log: str) -> dict[str, TestStatus]:
    """Read `✓ name` and `✗ name` with the suites above it: `suite - suite - name`.

    Reads from each echoed command on which calls xvfb-run, to the line of totals; where a
    browser starts several times in between, from the last start on. The suites outlive the
    command. A suite that begins like a message, such as `Checkbox` or `input`, is passed over.
    """
    return collect(_entries_in_xvfb(log))


def _entries_in_xvfb(log: str) -> Iterator[tuple[str, TestStatus]]:
    suites = IndentedSuites()
    for run in _without_assertions(strip_escape_codes(log)).split(" xvfb-run ")[1:]:
        for line in run.rpartition("Starting browser Chrome")[2].split("\n"):
            if line.startswith("TOTAL"):
                break
            if line.lstrip().startswith(_MESSAGES):
                continue
            status = TestStatus.FAILED if "✗" in line else TestStatus.PASSED
            _, symbol, test = line.partition("✗" if status is TestStatus.FAILED else "✓")
            if symbol:
                yield " - ".join([*suites.names, test.lstrip()]), status
            else:
                suites.read(line)


def _without_assertions(log: str) -> str:
    """Cut every `AssertionError: #…` out, up to the next empty line, if there is one."""
    kept: list[str] = []
    position = 0
    while found := _ASSERTION.search(log, position):
        end = log.find("\n\n", found.end())
        if end < 0:
            break
        kept.append(log[position : found.start()])
        position = end + 2
    return "".join([*kept, log[position:]])
