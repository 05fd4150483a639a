"""What the graded evaluations of one run and model come to, and over how many that is counted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.reports.official import run_summary
from harness.summary import Result, Summary
from runner.log_tree import SUBMISSION_LOGS, LogFolder
from runner.regrade_folder import Regraded, write_whole
from runner.run import Run
from runner.summaries import official_summary_path, outcomes
from task_specs.errors import InputError

RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Rate:
    """One model's attempts in one run, in figures."""

    run_id: str
    model_name_or_path: str
    attempt: int
    total: int
    """The denominator: the evaluations found, and what the run's own record selects beside them."""
    not_found: int
    """How many of it have no folder in the tree."""
    resolved: int
    interval: tuple[float, float]
    """The rate's 95 % Wilson interval."""
    trusted: int
    """How many are resolved, and clean as far as patch, log and what was recorded tell."""
    outcomes: Mapping[str, int]
    summary_file: Path

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.resolved / self.total

    @property
    def trusted_rate(self) -> float:
        """From 0 to 1."""
        return self.trusted / self.total


def instances_of_run(folder: LogFolder) -> frozenset[str]:
    """Return the instances that the run of a folder selected, empty where it has not said.

    Our runs say so in their `run.json`; without it a model that failed to answer would do better
    by it. The official harness does not record this.
    """
    if folder.path.parent.name == SUBMISSION_LOGS:
        return frozenset()
    path = folder.path.parents[1] / RUN_FILE
    try:
        return frozenset(Run.from_json(path.read_text(encoding="utf-8"), str(path)).instance_ids)
    except (OSError, UnicodeDecodeError, InputError):
        return frozenset()


def write_summary(output_dir: Path, graded: Sequence[Regraded], selected: Collection[str]) -> Rate:
    """Write the official summary of one run and model; return it in figures.

    `graded` is by instance and not empty; `selected` are the instances that the run tried.
    """
    folder = graded[0].folder
    model, attempt = folder.attempt
    found = {result.folder.instance_id for result in graded}
    summary = Summary(
        model_name_or_path=model,
        attempt=attempt,
        results=tuple(_result(regraded) for regraded in graded),
        not_submitted=tuple(sorted(set(selected) - found)),
    )
    path = official_summary_path(output_dir, folder.run_id, summary)
    write_whole(path, json.dumps(run_summary(summary), indent=4) + "\n")
    return Rate(
        run_id=folder.run_id,
        model_name_or_path=model,
        attempt=attempt,
        total=summary.total,
        not_found=len(summary.not_submitted),
        resolved=summary.resolved,
        interval=summary.interval,
        trusted=summary.trusted,
        outcomes=outcomes(summary),
        summary_file=path,
    )


def _result(regraded: Regraded) -> Result:
    model, attempt = regraded.folder.attempt
    return Result(
        instance_id=regraded.folder.instance_id,
        model_name_or_path=model,
        attempt=attempt,
        outcome=regraded.outcome,
        reason=regraded.reason,
        patch_is_none=regraded.patch_is_none,
        finding_kinds=regraded.finding_kinds,
        integrity=regraded.integrity,
    )
