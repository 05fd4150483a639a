"""What a run came to: summaries from the ledger, and the official summary files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from harness.reports.official import run_summary
from harness.summary import Result, Summary, summarize
from runner.artifacts import model_folder_name
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
    return Result(
        instance_id=row.key.instance_id,
        model_name_or_path=row.key.model_name_or_path,
        outcome=row.outcome,
        reason=row.reason,
        attempt=row.key.attempt,
        patch_is_none=row.patch_is_none,
        finding_kinds=tuple(finding.kind for finding in row.findings),
        reused=row.reused,
    )


def official_summary_path(output_dir: Path, run_id: str, summary: Summary) -> Path:
    """Return where the official summary is: `<model>.<run_id>.json`, as other tools expect."""
    folder = model_folder_name(summary.model_name_or_path, summary.attempt)
    return output_dir / f"{folder}.{run_id}.json"


def write_official_summaries(output_dir: Path, run: Run, summaries: Iterable[Summary]) -> None:
    """Write the official summary of each model and attempt, each in one step."""
    for summary in summaries:
        path = official_summary_path(output_dir, run.run_id, summary)
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(json.dumps(run_summary(summary), indent=4) + "\n", encoding="utf-8")
        aside.replace(path)


def json_report(run: Run, summaries: Iterable[Summary], output_dir: Path) -> dict[str, object]:
    """Return what `--json` prints: the run, a summary per model and attempt, every attempt."""
    summaries = tuple(summaries)
    return {
        "run_id": run.run_id,
        "dataset": run.dataset_name,
        "dataset_revision": run.dataset_revision,
        "rules": run.rules,
        "summaries": [
            summary_json(summary)
            | {"official_summary": str(official_summary_path(output_dir, run.run_id, summary))}
            for summary in summaries
        ],
        "attempts": attempts_json(summaries),
    }


def summary_json(summary: Summary) -> dict[str, object]:
    """Return what `--json` says of one model and attempt."""
    return {
        "model_name_or_path": summary.model_name_or_path,
        "attempt": summary.attempt,
        "total": summary.total,
        "resolved": summary.resolved,
        "resolved_rate": summary.rate,
        "interval_95": list(summary.interval),
        "outcomes": outcomes(summary),
        "not_submitted": len(summary.not_submitted),
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
