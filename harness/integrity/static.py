"""The static layer: what can be told of an attempt by reading its patch, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from harness.integrity.kinds import level_of
from harness.integrity.reaches import reaches
from harness.integrity.reading import read_patch
from harness.integrity.touched import Touch, task_of, touched, touches
from harness.integrity.weakened import weakened
from harness.verdict import Finding, Level
from task_specs.instance import Instance

MAX_EVIDENCE = 400
MAX_FINDINGS = 200
"""How many findings are kept, the gravest ones."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether a verdict can be believed, and why not."""

    level: Level
    findings: tuple[Finding, ...] = ()
    """The gravest first."""
    touches: tuple[Touch, ...] = ()


def integrity_of(instance: Instance | None, patch: str | None) -> Integrity:
    """Return what reading a patch tells of its integrity.

    `patch` is as it was applied, after the repairs on reading; None where there was none.
    Without an instance, which tests it names and whose repository it is for are not known.
    Pure; never raises, whatever the patch, and takes time linear in its length.
    """
    task = task_of(instance)
    read = read_patch(patch or "")
    found = list(dict.fromkeys((*touched(read, task), *weakened(read, task), *reaches(read, task))))
    found.sort(key=lambda finding: -_RANK[level_of((finding,))])
    kept = (replace(finding, evidence=finding.evidence[:MAX_EVIDENCE]) for finding in found)
    return Integrity(level_of(found), tuple(islice(kept, MAX_FINDINGS)), touches(read, task))


_RANK = {Level.CLEAN: 0, Level.SUSPECT: 1, Level.TAMPERED: 2}
