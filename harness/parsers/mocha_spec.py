"""Parsers for mocha's default reporter, `spec`: a tree of suites and tests.

Both readings are those of swebench 5.0.2, oddities included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.parsers.indented_suites import IndentedSuites
from harness.parsers.joined_names import collect
from harness.verdict import TestStatus

_TOTALS = re.compile(r"\n[ \t]*\d+ passing")
_TIME = re.compile(r"\(\d+ms\)")
_NUMBER = re.compile(r"\d+\)")

_FILE_COUNT = re.compile(r"running\s\d+\stest\sfiles")
# A lookbehind, or a long row of digits takes quadratic time.
_PASSING = re.compile(r"(?<!\d)\d++\spassing")
_TEST = re.compile(r"(✔|\d+\))\s(.*)")
_LAST_TIME = re.compile(r"(.*)\s\(\d+m+s\)")


def parse_highlightjs(log: str) -> dict[str, TestStatus]:
    """Read `✔ name (12ms)` and `1) name` above the totals: `suite.name`.

    The suite is the last line that is indented by two spaces or more, whatever it says, so only
    the innermost suite is part of the name, and a printed line may take its place.
    """
    return collect(_entries(log))


def _entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    suite: list[str] = []
    for line in _TOTALS.split(log, maxsplit=1)[0].split("\n"):
        text = line.strip()
        if text.startswith(("✓", "✔")):
            status, name = TestStatus.PASSED, text[1:]
        elif _NUMBER.match(text):
            status, name = TestStatus.FAILED, text.partition(")")[2]
        else:
            if line.startswith("  "):
                suite = [text]
            continue
        yield ".".join([*suite, _TIME.sub("", name).strip()]), status


def parse_lighthouse_mocha(log: str) -> dict[str, TestStatus]:
    """Read `✔ name (12ms)` and `1) name` of each run of mocha: `suite - suite - name`.

    A run reaches from its count of test files to its totals. Its first line's indentation is
    lost. A time is cut off with all that follows it.
    """
    return collect(_lighthouse_entries(log))


def _lighthouse_entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    for run in _FILE_COUNT.split(log)[1:]:
        suites = IndentedSuites()
        for line in _PASSING.split(run, maxsplit=1)[0].strip().split("\n"):
            if found := _TEST.match(line.strip()):
                timed = _LAST_TIME.match(found[2])
                name = " - ".join([*suites.names, timed[1] if timed else found[2]])
                yield name, TestStatus.PASSED if found[1] == "✔" else TestStatus.FAILED
            else:
                suites.read(line)
