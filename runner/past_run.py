"""What the attempts of an earlier run took: of ours, or of the official harness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from runner import artifacts
from runner.log_tree import find_log_folders
from runner.measured import Measured
from runner.transcript_json import from_json

_RUNTIME = re.compile(rb"Test runtime: ([0-9_]+\.[0-9]+) seconds")  # official: f"{seconds:_.2f}"
_LONGEST_LOG = 1024 * 1024  # bytes; the harness's own log of an attempt has a few thousand


def measured_in(folder: Path) -> Iterator[tuple[str, Measured]]:
    """Yield an instance id and what it took, for every attempt under `folder` that tells.

    Raises InputError where there is no such folder, or none with evaluations.
    """
    for attempt in find_log_folders(folder):
        measured = _left_by_us(attempt.path) or _left_by_official_harness(attempt.path)
        if measured is not None:
            yield attempt.instance_id, measured


def _left_by_us(folder: Path) -> Measured | None:
    record = artifacts.read_json(folder, artifacts.ATTEMPT) or {}
    ran = record.get("transcript")
    return Measured.of(from_json(ran)) if isinstance(ran, dict) else None


def _left_by_official_harness(folder: Path) -> Measured | None:
    try:
        with (folder / artifacts.INSTANCE_LOG).open("rb") as file:
            found = _RUNTIME.search(file.read(_LONGEST_LOG))
    except OSError:
        return None
    return Measured(float(found[1])) if found and float(found[1]) > 0 else None
