"""Which failures may be the machine's load, and are looked at again before they are believed."""

from __future__ import annotations

from dataclasses import replace

from harness.verdict import Finding, Outcome
from runner.attempt import AttemptResult
from runner.history import Expectation

SLOWER_AT_MOST = 50.0
"""Turns follow what the machine can carry, so company makes a task a few times slower; never so
much that one which ran here in seconds runs into a limit of half an hour."""


def may_be_load(result: AttemptResult, expected: Expectation | None) -> bool:
    """Whether an attempt may have run out of time or memory because others ran beside it."""
    if not result.had_company or result.transcript is None:
        return False
    if result.verdict.outcome is Outcome.TIMED_OUT:
        return not _is_out_of_reach(result, expected)
    return result.transcript.oom_killed and not result.verdict.resolved


def believed(result: AttemptResult, expected: Expectation | None) -> AttemptResult:
    """Return the result with a finding where it timed out in company and is believed all the
    same."""
    timed_out = result.had_company and result.verdict.outcome is Outcome.TIMED_OUT
    if expected is None or not timed_out or not _is_out_of_reach(result, expected):
        return result
    finding = Finding(
        "believed_in_company",
        f"other tasks ran beside it; in earlier runs its tests took {expected.seconds:.1f} s, "
        f"and company does not make a task {SLOWER_AT_MOST:.0f} times slower",
    )
    findings = (*result.verdict.findings, finding)
    return replace(result, verdict=replace(result.verdict, findings=findings))


def _is_out_of_reach(result: AttemptResult, expected: Expectation | None) -> bool:
    """Whether the time limit is too far from what the task took here before."""
    if expected is None or expected.source != "history":
        return False
    return result.item.limits.seconds > SLOWER_AT_MOST * expected.seconds
