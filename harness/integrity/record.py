"""The integrity of a verdict in JSON, and back: the same keys in every file and document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.integrity.gravity import word_of
from harness.verdict import Finding, Level, Verdict


@dataclass(frozen=True, slots=True)
class StoredIntegrity:
    """What a record says of whether its verdict can be believed."""

    level: Level | None = None
    """None where nobody looked, or another program made the record."""
    layers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


NOTHING_STORED = StoredIntegrity()


def integrity_record(verdict: Verdict) -> dict[str, Any]:
    """Return whether a verdict can be believed, who looked, and what was found."""
    return {
        "integrity": verdict.integrity,
        "trusted": verdict.trusted,
        "integrity_layers": list(verdict.layers),
        "findings": [finding_record(finding) for finding in verdict.findings],
    }


def finding_record(finding: Finding) -> dict[str, str]:
    """Return a finding for programs."""
    return {
        "kind": finding.kind,
        "level": word_of(finding),
        "message": finding.message,
        "evidence": finding.evidence,
    }


def read_integrity(record: Mapping[str, object]) -> StoredIntegrity:
    """Return what a record says under our keys; what another program keeps there is nothing."""
    level, layers = record.get("integrity"), record.get("integrity_layers")
    return StoredIntegrity(
        Level(level) if isinstance(level, str) and level in set(Level) else None,
        tuple(map(str, layers)) if isinstance(layers, list) else (),
        read_findings(record.get("findings")),
    )


def read_findings(stored: object) -> tuple[Finding, ...]:
    """Return the findings of a list of records; what is none is left out."""
    return tuple(
        Finding(str(item["kind"]), str(item["message"]), str(item.get("evidence", "")))
        for item in (stored if isinstance(stored, list) else ())
        if isinstance(item, dict) and {"kind", "message"} <= item.keys()
    )
