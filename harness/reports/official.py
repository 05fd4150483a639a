"""Reports in the official schemas, for tools that already read those.

Fixed by swebench 5.0.2: `report.json` (`harness/grading.py`, `get_eval_report`) and the run's
summary, `schema_version` 2 (`harness/reporting.py`). What is ours is added under new keys only.
"""

from __future__ import annotations

from typing import Any

from harness.integrity.record import integrity_record
from harness.summary import Summary
from harness.verdict import Level, ListResult, Outcome, Verdict

# The official harness writes a report where it has a log, graded or not, and takes a missing
# report for an error; a log it does not believe is a report that says `resolved: false`.
GRADED = (Outcome.RESOLVED, Outcome.UNRESOLVED)
COMPLETED = (*GRADED, Outcome.INVALID)
UNRESOLVED = (Outcome.UNRESOLVED, Outcome.INVALID)
ERROR = (
    Outcome.PATCH_FAILED,
    Outcome.TIMED_OUT,
    Outcome.INFRA_ERROR,
    Outcome.NOT_RUN,
    Outcome.NO_REPORT,
)


def instance_report(verdict: Verdict, *, patch_is_none: bool, patch_exists: bool) -> dict[str, Any]:
    """Return the content of a `report.json`: one instance id and its verdict.

    As in the official one, `patch_successfully_applied` says that the log was graded, and
    `tests_status` is there only then.
    """
    graded = verdict.outcome in GRADED
    infra_failure = verdict.outcome is Outcome.INFRA_ERROR
    report: dict[str, Any] = {
        "patch_is_None": patch_is_none,
        "patch_exists": patch_exists,
        "patch_successfully_applied": graded,
        "resolved": verdict.resolved,
        "infra_failure": infra_failure,
    }
    if infra_failure:
        report["infra_failure_reason"] = verdict.reason
    if graded:
        report["tests_status"] = {
            "FAIL_TO_PASS": _list_status(verdict.fail_to_pass),
            "PASS_TO_PASS": _list_status(verdict.pass_to_pass),
            "FAIL_TO_FAIL": _list_status(ListResult()),
            "PASS_TO_FAIL": _list_status(ListResult()),
        }
    report["outcome"] = verdict.outcome.value
    report["reason"] = verdict.reason
    report |= integrity_record(verdict)
    report["rules"] = verdict.rules
    return {verdict.instance_id: report}


def run_summary(summary: Summary) -> dict[str, Any]:
    """Return the content of `<model>.<run_id>.json` for one model and attempt.

    Every outcome falls into one official bucket. `infra_failure` and `ambiguous_failure` say
    more of ids that are also under `error` or `unresolved`, so the denominator never shrinks.
    """
    buckets = {
        "completed": summary.ids(*COMPLETED),
        "incomplete": summary.not_submitted,
        "empty_patch": summary.ids(Outcome.EMPTY_PATCH),
        "submitted": summary.ids(*Outcome),
        "resolved": summary.ids(Outcome.RESOLVED),
        "unresolved": summary.ids(*UNRESOLVED),
        "infra_failure": summary.ids(Outcome.INFRA_ERROR),
        "ambiguous_failure": _ambiguous(summary),
        "error": summary.ids(*ERROR),
    }
    blamed = {*buckets["infra_failure"], *buckets["ambiguous_failure"]}
    content: dict[str, Any] = {"total_instances": summary.total}
    content |= {f"{name}_instances": len(ids) for name, ids in buckets.items()}
    del content["incomplete_instances"]  # the one count that the official summary does not have
    content |= {f"{name}_ids": list(ids) for name, ids in buckets.items()}
    content["failure_reasons"] = {
        result.instance_id: result.reason
        for result in summary.results
        if result.instance_id in blamed
    }
    content["schema_version"] = 2
    content["outcomes"] = {result.instance_id: result.outcome.value for result in summary.results}
    content["attempt"] = summary.attempt
    return content | _trust(summary)


def _trust(summary: Summary) -> dict[str, Any]:
    """Return our own counts and lists; the levels are of all attempts, however they ended."""
    lists = {
        "trusted": summary.trusted_ids,
        "suspect": summary.ids_at(Level.SUSPECT),
        "tampered": summary.ids_at(Level.TAMPERED),
    }
    counts = {f"{name}_instances": len(ids) for name, ids in lists.items()}
    return counts | {f"{name}_ids": list(ids) for name, ids in lists.items()}


def _ambiguous(summary: Summary) -> tuple[str, ...]:
    """Return the failures that either side may be to blame for: timeouts, and suspicions."""
    return tuple(
        result.instance_id
        for result in summary.results
        if result.outcome is Outcome.TIMED_OUT
        or (result.outcome in UNRESOLVED and "infrastructure_suspected" in result.finding_kinds)
    )


def _list_status(result: ListResult) -> dict[str, list[str]]:
    return {"success": list(result.success), "failure": list(result.failure)}
