"""Names that are made of others: what a test is called after all the suites around it.

The suites stand in the log once, and in the name of every test in them. So a heading of a megabyte
and a thousand short lines below it would be a gigabyte of names.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.verdict import TestStatus

MOST_CHARACTERS = 64 * 1024 * 1024
"""Of all names together: hundreds of times what the largest test suites have."""


def collect(entries: Iterable[tuple[str, TestStatus]]) -> dict[str, TestStatus]:
    """Return the last status of each name, in the order in which the names first came.

    Nothing at all where the names would be too many to hold: a part of them could be the part
    that somebody wants to be seen.
    """
    statuses: dict[str, TestStatus] = {}
    left = MOST_CHARACTERS
    for name, status in entries:
        left -= len(name)
        if left < 0:
            return {}
        statuses[name] = status
    return statuses
