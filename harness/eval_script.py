"""The eval_script's side of the log: writes the markers, and reads them back.

The marker texts and failure phrases are those of the official harness (swebench 5.0.2,
`harness/constants`); published eval_scripts print them, so they cannot change here alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from task_specs.script_text import END_TEST_OUTPUT, START_TEST_OUTPUT

TEST_EXIT_CODE = ">>>>> Test Exit Code"
TEST_EXIT_CODE_VARIABLE = "SWEBENCH_TEST_EXIT_CODE"

FAILURE_PHRASES = (
    ">>>>> Patch Apply Failed",
    ">>>>> Reset Failed",
    ">>>>> Tests Errored",
    ">>>>> Tests Timed Out",
)
"""A log with one of these anywhere in it is not graded."""

HEADER = ("#!/bin/bash", "set -uxo pipefail")

UNREADABLE_EXIT_CODE = -1


def record_exit_code(script: str) -> str:
    """Return an eval_script as it is run: it also prints the test command's exit code.

    A script ends by restoring the test files, so its own exit code says nothing of the tests.
    `$?` is therefore kept before the first line with the end marker and printed after that line,
    outside the part that parsers see. The result is, byte for byte, the `eval.sh` that the
    official harness writes: the header lines are moved to the top, and a script without an end
    marker stays as it is.
    """
    lines = [line for line in script.strip().split("\n") if line not in HEADER]
    for number, line in enumerate(lines):
        if END_TEST_OUTPUT in line:
            lines.insert(number + 1, f'echo "{TEST_EXIT_CODE}: ${TEST_EXIT_CODE_VARIABLE}"')
            lines.insert(number, f"{TEST_EXIT_CODE_VARIABLE}=$?")
            break
    return "\n".join((*HEADER, *lines)) + "\n"


def restore_assets(script: str, paths: Sequence[str]) -> str:
    """Return an eval_script that puts binary assets into the tree before the tests begin.

    They come after the script's own removals and its test patch, as in the official harness.
    """
    return before_the_tests(
        script,
        [
            f"mkdir -p $(dirname {shlex.quote(path)}) && "
            f"cp {shlex.quote(asset_path(path))} {shlex.quote(path)}"
            for path in paths
        ],
    )


def before_the_tests(script: str, commands: Sequence[str]) -> str:
    """Return an eval_script that runs `commands` when all else is ready for the tests."""
    lines = script.split("\n")
    for number, line in enumerate(lines):
        if START_TEST_OUTPUT in line:
            return "\n".join((*lines[:number], *commands, *lines[number:]))
    return "\n".join((*lines, *commands))


def asset_path(path: str) -> str:
    """Return where in the box an asset waits; the official harness has it there too."""
    return f"/image_assets/{path.replace('/', '__')}"


@dataclass(frozen=True, slots=True)
class TestLog:
    """An evaluation's output, cut at its markers."""

    __test__: ClassVar[bool] = False  # pytest would collect it by its name

    text: str
    """All of it, every line ended by `\\n`."""
    tests: str
    """What lies between the markers; empty where the start marker is missing."""
    has_start: bool
    has_end: bool
    failure_phrases: tuple[str, ...]
    exit_code: int | None
    """What the test command returned; None where the log does not say (harness 4 and before)."""


def read_markers(output: str) -> TestLog:
    """Cut an evaluation's output where the official harness cuts it.

    The part between the markers runs from the first start marker to the first end marker after
    it, or to the next start marker, or to the end of the log, whichever comes first. The end
    marker counts as present wherever it stands, even before the start marker.
    """
    text = with_universal_newlines(output)
    has_start = START_TEST_OUTPUT in text
    after_start = text.split(START_TEST_OUTPUT, 2)[1] if has_start else ""
    return TestLog(
        text=text,
        tests=after_start.partition(END_TEST_OUTPUT)[0],
        has_start=has_start,
        has_end=END_TEST_OUTPUT in text,
        failure_phrases=tuple(phrase for phrase in FAILURE_PHRASES if phrase in text),
        exit_code=_exit_code(text),
    )


def with_universal_newlines(text: str) -> str:
    """Turn `\\r\\n` and a lone `\\r` into `\\n`.

    The official harness reads its logs in Python's text mode, which does this, so a progress
    line that a test runner overwrites with `\\r` is several lines to every parser.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _exit_code(text: str) -> int | None:
    found = re.search(rf"{TEST_EXIT_CODE}:\s*(-?\d+)", text)
    if found is None:
        return None
    try:
        return int(found.group(1))
    except ValueError:  # thousands of digits, which Python refuses and no shell prints
        return UNREADABLE_EXIT_CODE
