"""What a run came to: summaries from the ledger, and the official summary files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from harness.integrity.gravity import gravest, in_words
from harness.reports.official import run_summary
from harness.summary import Result, Summary, summarize
from harness.verdict import Level
from runner.artifacts import official_summary_name
from runner.ledger import LedgerRow
from runner.run import Run


def recorded_summaries(run: Run, rows: Iterable[LedgerRow]) -> tuple[Summary, ...]:
    """Return one summary per model and attempt over the run's selection.

    An attempt that was planned and has not run is in the ledger as NOT_RUN; a selected instance
    without a row had no prediction.
    """
    selected = frozenset(run.instance_ids)
    return summarize((result_of(row) for row in rows if row.key.instance_id in selected), selected)


def result_of(row: LedgerRow) -> Result:
    """Return a ledger row as reports read it."""
    doubt = gravest(row.findings)
    return Result(
        instance_id=row.key.instance_id,
        model_name_or_path=row.key.model_name_or_path,
        outcome=row.outcome,
        reason=row.reason,
        attempt=row.key.attempt,
        patch_is_none=row.patch_is_none,
        finding_kinds=tuple(finding.kind for finding in row.findings),
        reused=row.reused,
        integrity=row.integrity,
        doubt=in_words(doubt) if doubt else "",
    )


def official_summary_path(output_dir: Path, run_id: str, summary: Summary) -> Path:
    """Return where the official summary is: `<model>.<run_id>.json`, as other tools expect."""
    name = official_summary_name(summary.model_name_or_path, summary.attempt, run_id)
    return output_dir / name


def write_official_summaries(output_dir: Path, run: Run, summaries: Iterable[Summary]) -> None:
    """Write the official summary of each model and attempt, each in one step."""
    for summary in summaries:
        path = official_summary_path(output_dir, run.run_id, summary)
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(json.dumps(run_summary(summary), indent=4) + "\n", encoding="utf-8")
        aside.replace(path)


def json_report(
    run: Run, summaries: Iterable[Summary], output_dir: Path, *, require_trusted: bool = False
) -> dict[str, object]:
    """Return what `--json` prints: the run, a summary per model and attempt, every attempt."""
    summaries = tuple(summaries)
    return {
        "run_id": run.run_id,
        "dataset": run.dataset_name,
        "dataset_revision": run.dataset_revision,
        "rules": run.rules,
        "headline": headline_key(require_trusted=require_trusted),
        "summaries": [
            summary_json(summary)
            | {"official_summary": str(official_summary_path(output_dir, run.run_id, summary))}
            for summary in summaries
        ],
        "attempts": attempts_json(summaries),
    }


def headline_key(*, require_trusted: bool) -> str:
    """Return which figure of a summary in `--json` is the headline."""
    return "trusted_rate" if require_trusted else "resolved_rate"


def summary_json(summary: Summary) -> dict[str, object]:
    """Return what `--json` says of one model and attempt."""
    return {
        "model_name_or_path": summary.model_name_or_path,
        "attempt": summary.attempt,
        "total": summary.total,
        "resolved": summary.resolved,
        "resolved_rate": summary.rate,
        "interval_95": list(summary.interval),
        **_trust_json(summary),
        "outcomes": outcomes(summary),
        "not_submitted": len(summary.not_submitted),
    }


def _trust_json(summary: Summary) -> dict[str, object]:
    """Return how much of it can be believed; null where nobody looked at what is resolved."""
    known = summary.trust_is_known
    return {
        "trusted": summary.trusted if known else None,
        "trusted_rate": summary.trusted_rate if known else None,
        "trusted_interval_95": list(summary.trusted_interval) if known else None,
        "integrity": {level.value: len(summary.ids_at(level)) for level in Level},
    }


def attempts_json(summaries: Iterable[Summary]) -> list[dict[str, object]]:
    """Return what `--json` says of every attempt."""
    return [
        {
            "model_name_or_path": result.model_name_or_path,
            "attempt": result.attempt,
            "instance_id": result.instance_id,
            "outcome": result.outcome,
            "reason": result.reason,
            "integrity": result.integrity,
            "trusted": result.trusted,
            "findings": list(result.finding_kinds),
            "reused": result.reused,
        }
        for summary in summaries
        for result in summary.results
    ]


def outcomes(summary: Summary) -> dict[str, int]:
    """Return how many attempts ended in each way, those ways only that occur."""
    counts: dict[str, int] = {}
    for result in summary.results:
        counts[result.outcome] = counts.get(result.outcome, 0) + 1
    return counts
