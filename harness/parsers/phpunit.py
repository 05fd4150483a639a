"""Parser for PHPUnit's testdox output (`phpunit --testdox`).

The reading is that of swebench 5.0.2 (`harness/log_parsers/php.py`), oddities included, in time
linear in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.parsers.joined_names import collect
from harness.verdict import TestStatus

# Without the look at the line's end first, each opening bracket would search for it again.
_SUITE = re.compile(r"(?=.*\)$)(\w.+) \(.+\)$")
_RESULT = re.compile(r"\s*([✔✘↩])\s*(.*)")
_STATUSES = {
    "✔": TestStatus.PASSED,
    "✘": TestStatus.FAILED,
    "↩": TestStatus.SKIPPED,
}


def parse_phpunit(log: str) -> dict[str, TestStatus]:
    """Read ` ✔ Name` beneath a heading `Suite (Namespace)`, as `Suite > Name`.

    The namespace is no part of the name. Any unindented line that ends in brackets is a heading,
    and without one the suite is called `None`. The signs for risky and incomplete tests and for
    warnings are not read. Alone among the line parsers, this one keeps blanks at a line's end.
    """
    return collect(_entries(log))


def _entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    suite: str | None = None
    for line in log.split("\n"):
        if heading := _SUITE.match(line):
            suite = heading[1]
        elif result := _RESULT.match(line):
            yield f"{suite} > {result[2]}", _STATUSES[result[1]]
