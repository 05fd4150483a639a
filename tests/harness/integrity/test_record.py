"""Integrity in JSON: what we wrote comes back, what others wrote is left alone."""

from __future__ import annotations

import json

import pytest

from harness.integrity.record import (
    NOTHING_STORED,
    StoredIntegrity,
    integrity_record,
    read_integrity,
)
from harness.verdict import Finding, Level, Outcome, Verdict

FINDINGS = (Finding("at_exit", "uses atexit", "a.py:1"), Finding("odd", "a note"))


def test_what_was_written_is_read() -> None:
    verdict = Verdict(
        "a",
        Outcome.RESOLVED,
        "",
        findings=FINDINGS,
        integrity=Level.SUSPECT,
        layers=("patch", "log"),
    )
    record = json.loads(json.dumps(integrity_record(verdict)))
    assert (record["integrity"], record["trusted"]) == ("suspect", False)
    assert record["findings"][0] == {
        "kind": "at_exit",
        "level": "suspect",
        "message": "uses atexit",
        "evidence": "a.py:1",
    }
    assert record["findings"][1]["level"] == "note"
    assert read_integrity(record) == StoredIntegrity(Level.SUSPECT, ("patch", "log"), FINDINGS)


@pytest.mark.parametrize("level", [Level.CLEAN, Level.SUSPECT, Level.TAMPERED, None])
def test_trusted_is_what_is_resolved_and_clean(level: Level | None) -> None:
    for outcome in Outcome:
        record = integrity_record(Verdict("a", outcome, "", integrity=level))
        assert record["trusted"] is (outcome is Outcome.RESOLVED and level is Level.CLEAN)


def test_of_older_versions_findings_are_read_without_a_level() -> None:
    stored = read_integrity({"findings": [{"kind": "odd", "message": "a note"}]})
    assert stored == StoredIntegrity(findings=(FINDINGS[1],))


@pytest.mark.parametrize(
    "record",
    [
        {"integrity": "spotless", "integrity_layers": "all", "findings": "none"},
        {"integrity": 1, "integrity_layers": {}, "findings": {"kind": "odd"}},
        {"integrity": ["clean"], "findings": [1, "odd", {"kind": "odd"}, {"message": "?"}]},
    ],
)
def test_what_others_keep_under_these_names_is_nothing(record: dict[str, object]) -> None:
    assert read_integrity(record) == NOTHING_STORED
