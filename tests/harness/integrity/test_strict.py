"""Under the strict rules proof of tampering takes a verdict away, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.integrity.strict import strictly
from harness.reports.official import UNRESOLVED, instance_report
from harness.rules import RULES_VERSIONS, STRICT
from harness.verdict import Finding, Level, ListResult, Outcome, Verdict

PROOF = Finding("rewrites_outcomes", "a hook assigns .outcome", "conftest.py:8")
FORGED = Verdict(
    "o__r-1",
    Outcome.RESOLVED,
    "all pass",
    fail_to_pass=ListResult(("t::a",)),
    findings=(Finding("stack_frames", "uses frames"), PROOF),
    rules=STRICT,
    integrity=Level.TAMPERED,
    layers=("patch", "log"),
)


def test_a_forged_resolution_is_invalid_and_names_the_proof() -> None:
    judged = strictly(FORGED)
    assert judged.outcome is Outcome.INVALID
    assert judged.reason == "its results are forged: a hook assigns .outcome (conftest.py:8)"
    assert replace(judged, outcome=FORGED.outcome, reason=FORGED.reason) == FORGED
    (report,) = instance_report(judged, patch_is_none=False, patch_exists=True).values()
    assert (report["resolved"], report["rules"]) == (False, "strict")
    assert judged.outcome in UNRESOLVED


def test_proof_without_a_finding_still_counts() -> None:
    assert strictly(replace(FORGED, findings=())).reason == "its results are forged"


@pytest.mark.parametrize("rules", RULES_VERSIONS)
def test_official_rules_know_nothing_of_it(rules: str) -> None:
    forged = replace(FORGED, rules=rules)
    assert strictly(forged) is forged


@pytest.mark.parametrize(
    "verdict",
    [
        replace(FORGED, integrity=Level.SUSPECT),
        replace(FORGED, integrity=Level.CLEAN),
        replace(FORGED, integrity=None),
        replace(FORGED, outcome=Outcome.UNRESOLVED),
        replace(FORGED, outcome=Outcome.TIMED_OUT),
        strictly(FORGED),
    ],
    ids=["suspect", "clean", "unknown", "unresolved", "timed out", "judged before"],
)
def test_everything_else_stays_as_it_is(verdict: Verdict) -> None:
    assert strictly(verdict) is verdict
