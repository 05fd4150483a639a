"""The integrity of an attempt: what every layer that looked has found, and what that comes to.

Nothing here changes whether an attempt is resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.grading import grade
from harness.integrity.changed_paths import changed_path_findings
from harness.integrity.kinds import LEVELS, level_of
from harness.integrity.log_reading import log_findings
from harness.integrity.static import integrity_of
from harness.integrity.touched import task_of
from harness.integrity.witnessed import witness_findings
from harness.surface import surface_of
from harness.transcript import Observations, Transcript
from harness.triage import size
from harness.verdict import Finding, Outcome, Verdict
from harness.witness import read_witness
from task_specs.instance import Instance

STATIC, LOG, WITNESS, CHANGES, RESTORED = "patch", "log", "witness", "changes", "restored"
"""The layers: the patch was read; so was the log; there was a witness beside the tests; the engine
told what was changed; the tests ran again with everything restored that judges."""

_NEVER_SETTLED = frozenset({"symlink_out", "submodule", "outside_repository", "odd_name"})
"""What no honest patch holds, whether or not the result depends on it."""
_WHERE = re.compile(r"(.+?):\d+(?:: |$)")


def with_integrity(
    instance: Instance,
    patch: str | None,
    repairs: tuple[str, ...],
    verdict: Verdict,
    transcript: Transcript,
) -> Verdict:
    """Return a verdict of `grade` with its integrity: level, layers and findings.

    `patch` is the model's patch as it was applied; `repairs` is what was mended on reading it.
    Where the patch is not there to be read, nothing can be said of it.
    """
    notes = (*verdict.findings, *_notes(repairs, transcript))
    if patch is None:
        return replace(verdict, findings=notes)
    static = integrity_of(instance, patch)
    names = frozenset(touch.path for touch in static.touches)
    found = [*static.findings, *_findings_of_run(instance, names, verdict, transcript)]
    layers = [STATIC, LOG, *_layers_of_run(transcript)]
    if transcript.restored is not None:
        layers.append(RESTORED)
        again = _verdict_again(instance, verdict, transcript.restored)
        found = [
            *(_settled(found, surface_of(instance, patch)) if again.resolved else found),
            *_findings_again(instance, names, again, transcript.restored),
        ]
    findings = tuple(dict.fromkeys((*notes, *found)))
    return replace(verdict, findings=findings, integrity=level_of(findings), layers=tuple(layers))


def _layers_of_run(transcript: Transcript) -> Iterator[str]:
    seen = transcript.observed
    if seen is not None and seen.witness:
        yield WITNESS
    if seen is not None and seen.changes is not None:
        yield CHANGES


def _findings_of_run(
    instance: Instance, names: frozenset[str], verdict: Verdict, transcript: Transcript
) -> Iterator[Finding]:
    """Yield what one evaluation shows, in its log and beside it."""
    yield from log_findings(instance, transcript, verdict)
    seen = transcript.observed
    if seen is None or not transcript.applied:
        return
    witness = read_witness(seen.witness, seen.secret)
    yield from witness_findings(instance, verdict, witness, names)
    if seen.changes is not None:
        yield from changed_path_findings(
            instance,
            names,
            task_of(instance).named,
            seen.changes,
            network=transcript.limits.network,
        )
    yield from _future(seen)


def _future(seen: Observations) -> Iterator[Finding]:
    if seen.future:
        yield Finding(
            "future_history",
            "the image's repository holds commits from after the task's own",
            evidence=", ".join(seen.future[:5]),
        )


def _verdict_again(instance: Instance, verdict: Verdict, restored: Transcript) -> Verdict:
    return grade(instance, restored, rules=verdict.rules)


def _findings_again(
    instance: Instance, names: frozenset[str], again: Verdict, restored: Transcript
) -> Iterator[Finding]:
    """Yield what the second evaluation shows."""
    if not again.resolved:
        ended = "" if again.outcome is Outcome.UNRESOLVED else f"{again.outcome}: "
        yield Finding(
            "restored_differs",
            "with the tests and what runs them restored, the patch does not resolve the task",
            evidence=f"{ended}{again.reason}",
        )
    if restored.surface_changed:
        yield Finding(
            "changes_tests_at_run_time",
            "tests, or what runs them, were changed while the tests ran",
            evidence=", ".join(restored.surface_changed[:5]),
        )
    for finding in _findings_of_run(instance, names, again, restored):
        if LEVELS.get(finding.kind) is not None:
            yield replace(finding, message=f"{finding.message} (in the restored evaluation)")


def _settled(found: Iterable[Finding], surface: Iterable[str]) -> Iterator[Finding]:
    """Yield findings, those about files that were out of play as notes.

    The task is resolved without what the patch does to these files.
    """
    out_of_play = frozenset(surface)
    for finding in found:
        where = _WHERE.match(finding.evidence)
        path = where[1] if where else finding.evidence
        stays = LEVELS.get(finding.kind) is None or finding.kind in _NEVER_SETTLED
        if stays or path not in out_of_play:
            yield finding
        else:
            message = f"{finding.message}; the task is resolved without that ({finding.kind})"
            yield Finding("settled", message, finding.evidence)


def _notes(repairs: tuple[str, ...], transcript: Transcript) -> Iterator[Finding]:
    for repair in repairs:
        yield Finding("patch_repaired", f"the patch was repaired on reading: {repair}")
    if transcript.limits.network:
        yield Finding(
            "network_enabled",
            "the tests could reach a network, so the result may depend on servers elsewhere",
        )
    if transcript.output_limit_hit:
        limit = size(transcript.limits.output_bytes)
        yield Finding("output_truncated", f"the log ends at the output limit of {limit}")
