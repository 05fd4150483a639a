"""The official schemas, and how our outcomes fold into them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from harness.published import official_summary
from harness.reports.official import instance_report, run_summary
from harness.summary import Result, summarize
from harness.verdict import Finding, Level, ListResult, Outcome, Verdict


def test_a_graded_instance() -> None:
    verdict = Verdict(
        "a",
        Outcome.UNRESOLVED,
        "why",
        fail_to_pass=ListResult(("t1",), ("t2",)),
        pass_to_pass=ListResult(("t3",)),
        findings=(Finding("kind", "message", "evidence"),),
        integrity=Level.CLEAN,
        layers=("patch", "log"),
    )
    assert instance_report(verdict, patch_is_none=False, patch_exists=True) == {
        "a": {
            "patch_is_None": False,
            "patch_exists": True,
            "patch_successfully_applied": True,
            "resolved": False,
            "infra_failure": False,
            "tests_status": {
                "FAIL_TO_PASS": {"success": ["t1"], "failure": ["t2"]},
                "PASS_TO_PASS": {"success": ["t3"], "failure": []},
                "FAIL_TO_FAIL": {"success": [], "failure": []},
                "PASS_TO_FAIL": {"success": [], "failure": []},
            },
            "outcome": "UNRESOLVED",
            "reason": "why",
            "integrity": "clean",
            "trusted": False,
            "integrity_layers": ["patch", "log"],
            "findings": [
                {"kind": "kind", "level": "note", "message": "message", "evidence": "evidence"}
            ],
            "rules": "official-5",
        }
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_only_graded_logs_have_a_tests_status(outcome: Outcome) -> None:
    content = instance_report(Verdict("a", outcome, "why"), patch_is_none=False, patch_exists=True)
    report = json.loads(json.dumps(content))["a"]
    graded = outcome in (Outcome.RESOLVED, Outcome.UNRESOLVED)
    assert report["resolved"] is (outcome is Outcome.RESOLVED)
    assert report["patch_successfully_applied"] is graded
    assert ("tests_status" in report) is graded
    assert report["infra_failure"] is (outcome is Outcome.INFRA_ERROR)
    assert report.get("infra_failure_reason") == ("why" if outcome is Outcome.INFRA_ERROR else None)


def test_every_outcome_falls_into_its_official_bucket() -> None:
    """The official harness: no report, an error; a log it does not believe, unresolved."""
    results = [Result(outcome.value, "m", 0, outcome, f"{outcome} reason") for outcome in Outcome]
    suspected = Result(
        "SUSPECTED",
        *("m", 0, Outcome.UNRESOLVED, "disk?"),
        finding_kinds=("infrastructure_suspected",),
    )
    (summary,) = summarize([*results, suspected], [*Outcome, "SUSPECTED", "MISSING"])
    content = json.loads(json.dumps(run_summary(summary)))
    buckets = {key[:-4]: ids for key, ids in content.items() if key.endswith("_ids")}
    assert buckets == {
        "completed": ["INVALID", "RESOLVED", "SUSPECTED", "UNRESOLVED"],
        "incomplete": ["MISSING"],
        "empty_patch": ["EMPTY_PATCH"],
        "submitted": sorted([*Outcome, "SUSPECTED"]),
        "resolved": ["RESOLVED"],
        "unresolved": ["INVALID", "SUSPECTED", "UNRESOLVED"],
        "infra_failure": ["INFRA_ERROR"],
        "ambiguous_failure": ["SUSPECTED", "TIMED_OUT"],
        "error": ["INFRA_ERROR", "NOT_RUN", "NO_REPORT", "PATCH_FAILED", "TIMED_OUT"],
        "trusted": [],
        "suspect": [],
        "tampered": [],
    }
    whole = [*buckets["completed"], *buckets["empty_patch"], *buckets["error"], "MISSING"]
    assert len(whole) == content["total_instances"] == 11
    for name, ids in buckets.items():
        if name != "incomplete":
            assert content[f"{name}_instances"] == len(ids)
    assert content["failure_reasons"] == {
        "INFRA_ERROR": "INFRA_ERROR reason",
        "SUSPECTED": "disk?",
        "TIMED_OUT": "TIMED_OUT reason",
    }
    assert content["schema_version"] == 2


def test_trust_stands_beside_the_official_buckets_and_moves_nothing() -> None:
    levels = {"a": Level.CLEAN, "b": Level.SUSPECT, "c": Level.TAMPERED, "d": None}
    results = [
        Result(name, "m", 0, Outcome.RESOLVED, "", integrity=level)
        for name, level in levels.items()
    ]
    forged = Result("e", "m", 0, Outcome.INVALID, "forged", integrity=Level.TAMPERED)
    (summary,) = summarize([*results, forged], "abcde")
    content = json.loads(json.dumps(run_summary(summary)))
    assert content["resolved_ids"] == ["a", "b", "c", "d"]
    assert (content["trusted_ids"], content["trusted_instances"]) == (["a"], 1)
    assert (content["suspect_ids"], content["suspect_instances"]) == (["b"], 1)
    assert (content["tampered_ids"], content["tampered_instances"]) == (["c", "e"], 2)
    read = official_summary(content, "ours")
    assert read.unread == ()
    assert read.buckets["unresolved"] == {"e"}


def test_what_a_published_summary_has_ours_has_too(data_dir: Path) -> None:
    """The hosted evaluator adds two buckets of its own for work that is queued."""
    with tarfile.open(data_dir / "published-run-gemini-3-pro.tar.xz", "r|xz") as archive:
        for member in archive:
            if member.name.endswith("summary.json"):
                file = archive.extractfile(member)
                assert file is not None
                published = json.load(file)
                break
    resolved, unresolved = published["resolved_ids"], published["unresolved_ids"]
    results = [Result(each, "m", 0, Outcome.RESOLVED, "") for each in resolved]
    results += [Result(each, "m", 0, Outcome.UNRESOLVED, "") for each in unresolved]
    (summary,) = summarize(results, published["submitted_ids"])
    ours = run_summary(summary)
    hosted_only = {
        f"{name}_{kind}" for name in ("pending", "failed") for kind in ("ids", "instances")
    }
    assert set(published) - hosted_only <= set(ours)
    for key in set(published) - hosted_only:
        theirs = published[key]
        assert ours[key] == (sorted(theirs) if isinstance(theirs, list) else theirs)
    assert summary.rate == pytest.approx(0.742)
