"""Parser for `cypress run`, whose reporter is mocha's `spec`.

The reading is that of swebench 5.0.2, oddities included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.parsers.joined_names import collect
from harness.parsers.line_search import find_closed
from harness.verdict import TestStatus

_RUNNING = re.compile("Running:")
_FIRST_SUITE = re.compile(r".*+(?<=\))\n{3}\s{2}(.*)\n")
_FAILED = re.compile(r"^\s{4}\d+\)\s(.*)", re.MULTILINE)
_PASSED = re.compile(r"^\s{4}✓\s(.*)\(", re.MULTILINE)


def parse_cypress(log: str) -> dict[str, TestStatus]:
    """Read the tests directly in the first suite of each file: `suite: name`.

        Running:  button.cy.js                    (1 of 2)


          Button
            ✓ is rendered (57ms)
            1) is disabled

    What a passed test's name is followed by, its time, must be there. The numbered titles below
    the totals are indented less.
    """
    return collect(_entries(log))


def _entries(log: str) -> Iterator[tuple[str, TestStatus]]:
    files = list(find_closed(log, _RUNNING, _FIRST_SUITE))
    ends = [running.start() for running, _ in files[1:]] + [len(log)]
    for (_, suite), end in zip(files, ends, strict=False):
        printed = log[suite.end() : end]
        for names, status in ((_FAILED, TestStatus.FAILED), (_PASSED, TestStatus.PASSED)):
            for name in names.findall(printed):
                yield f"{suite[1]}: {name.strip()}", status
