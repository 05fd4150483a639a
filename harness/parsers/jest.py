"""Parsers for jest's output: tests with `--verbose`, tests of `--json`, and files.

Each reading is that of swebench 5.0.2 (`harness/log_parsers/javascript.py`), oddities included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.parsers.indented_suites import IndentedSuites
from harness.parsers.joined_names import collect
from harness.parsers.line_pattern import read_lines
from harness.verdict import TestStatus

_SYMBOLS = {"✓": TestStatus.PASSED, "✕": TestStatus.FAILED, "○": TestStatus.SKIPPED}
_TEST = re.compile(r"([✓✕○])\s(.+?)(?:\s\(\d+\s*m?s\))?$")
_JSON_TEST = re.compile(r"\[(?P<status>\w+)\]\s(?P<name>.+)$")
_JSON_WORDS = {"PASSED": TestStatus.PASSED, "FAILED": TestStatus.FAILED}
_TREE_START = " ./node_modules/.bin/jest "
_TREE_TEST = re.compile(r"\s+[✓✕]\s(.*)")
_TREE_TIME = re.compile(r"\(\d+ms\)")
_FILE = re.compile(r"(PASS|FAIL)\s(.*)")
_FILE_TIMES = tuple(
    re.compile(rf"(.*)\s\([\d.]+{unit}\)")
    for unit in ("ms", r"\ss", "s")  # what comes first here is cut off first
)
_FILE_BY_STATUS = {
    TestStatus.FAILED: re.compile(r"^FAIL\s(.*)", re.MULTILINE),
    TestStatus.PASSED: re.compile(r"^PASS\s(.*)", re.MULTILINE),
}
_LAST_TIME = re.compile(r"\s\([\d.]+\s?m?s\)$")


def parse_jest(log: str) -> dict[str, TestStatus]:
    """Read `✓ name (5 ms)` of `jest --verbose`, without the suites above it.

    Tests of one name in different suites are therefore one test, and the last one counts.
    """
    statuses: dict[str, TestStatus] = {}
    for line in log.split("\n"):
        if found := _TEST.match(line.strip()):
            statuses[found[2].strip()] = _SYMBOLS[found[1]]
    return statuses


def parse_jest_json(log: str) -> dict[str, TestStatus]:
    """Read `[PASSED] suite > name`, into which datasets turn `jest --json` by jq.

    Jest's other words, such as `[PENDING]` for a skipped test, are not read.
    """
    return read_lines(log, _JSON_TEST, _JSON_WORDS)


def parse_jest_tree(log: str) -> dict[str, TestStatus]:
    """Read `✓ name (5ms)` of `jest --verbose` and the suites above it: `suite - suite - name`.

    Reads from each echoed command on which calls jest, to the first failure report or the totals.
    The suites outlive the command. Of a test without a suite, the name begins with `- `.

    The official parser raises AttributeError on a `✓` or `✕` that is not indented, that no space
    follows, or whose time is not the line's end; such a line is passed over here.
    """
    return collect(_tree_entries(log))


def _tree_entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    suites = IndentedSuites()
    for run in log.split(_TREE_START)[1:]:
        for line in run.split("\n"):
            if line.startswith(("Test Suites", "  ● ")):
                break
            symbol = line.strip()[:1]
            if symbol not in ("✓", "✕"):
                suites.read(line)
            elif (test := _tree_test(line)) is not None:
                name = " - ".join([" - ".join(suites.names), test])
                yield name.strip(), _SYMBOLS[symbol]


def _tree_test(line: str) -> str | None:
    found = _TREE_TEST.match(line)
    if not found:
        return None
    times = list(_TREE_TIME.finditer(line))
    if not times:
        return found[1]
    last = times[-1]
    return line[found.start(1) : last.start()] if last.end() == len(line) else None


def parse_jest_files(log: str) -> dict[str, TestStatus]:
    """Read `PASS path` and `FAIL path (5.2 s)`: each test file is a test.

    Of a name with several times, the last is cut off, with all that follows it; milliseconds
    before seconds, wherever they stand. What else follows a path, such as a project's name or
    spaces, is part of the name.
    """
    statuses: dict[str, TestStatus] = {}
    for line in log.split("\n"):
        if found := _FILE.match(line):
            cut = next(filter(None, (time.match(found[2]) for time in _FILE_TIMES)), None)
            name = cut[1] if cut else found[2]
            statuses[name] = TestStatus.PASSED if found[1] == "PASS" else TestStatus.FAILED
    return statuses


def parse_jest_files_failed_first(log: str) -> dict[str, TestStatus]:
    """Read as `parse_jest_files` does, but strictly all `FAIL` before all `PASS`.

    A file that both failed and passed has thus passed, in whichever order. The name has no
    spaces around it, only a time at its end is cut off, and it may stand on the line below.
    """
    return {
        _LAST_TIME.sub("", name.strip()): status
        for status, line in _FILE_BY_STATUS.items()
        for name in line.findall(log)
    }
