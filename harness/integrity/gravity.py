"""How much a finding weighs: its word for readers, and which of several comes first."""

from __future__ import annotations

from collections.abc import Iterable

from harness.integrity.kinds import level_of
from harness.verdict import Finding, Level

NOTE = "note"
"""What a finding is called that is no reason for doubt."""

_WEIGHTS = {Level.CLEAN: 0, Level.SUSPECT: 1, Level.TAMPERED: 2}


def word_of(finding: Finding) -> str:
    """Return `note`, `suspect` or `tampered`."""
    level = level_of((finding,))
    return NOTE if level is Level.CLEAN else level.value


def by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the gravest first; equally grave ones keep their order."""
    return sorted(findings, key=lambda finding: -_WEIGHTS[level_of((finding,))])


def gravest(findings: Iterable[Finding]) -> Finding | None:
    """Return the gravest finding, None where there is none above a note."""
    first = next(iter(by_gravity(findings)), None)
    return first if first is not None and word_of(first) != NOTE else None


def in_words(finding: Finding) -> str:
    """Return a finding with its evidence on one line."""
    return f"{finding.message} ({finding.evidence})" if finding.evidence else finding.message
