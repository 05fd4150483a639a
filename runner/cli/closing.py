"""What `run` ends with and `report` prints: the same page, for people."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.summary import Summary
    from runner.report_folder import FolderSummary
    from runner.run import Run
    from task_specs.dataset import Dataset


def closing_report(run: Run, summaries: Sequence[Summary], output_dir: Path) -> str:
    """Return the page: what was graded, what failed and why, the rate, and where the files are."""
    from harness.reports.terminal import end_of_run, printable
    from runner.store import run_folder
    from runner.summaries import official_summary_path

    show = ["swe-verify", "show", run.run_id]
    if output_dir != Path():
        show += ["--output-dir", str(output_dir)]
    head = (
        f"Run {run.run_id}: {len(run.instance_ids)} tasks of {run.dataset_name} "
        f"({run.dataset_revision[:19]}), rules {run.rules}"
    )
    files = [run_folder(output_dir, run.run_id)]
    files += [official_summary_path(output_dir, run.run_id, summary) for summary in summaries]
    foot = "\n".join(f"  {file}" for file in files)
    page = f"{printable(head)}\n\n{end_of_run(summaries, show, _width())}"
    return "\n\n".join((page, *_reused(summaries), f"Files:\n{foot}"))


def _reused(summaries: Sequence[Summary]) -> Iterator[str]:
    results = [result for summary in summaries for result in summary.results]
    reused = sum(result.reused for result in results)
    if reused:
        yield (
            f"{reused} of {len(results)} verdicts rest on the same patch run before on the same "
            "task and image; --fresh runs every patch anew."
        )


def closing_folder_report(
    folder: Path, found: Sequence[FolderSummary], dataset: Dataset | None
) -> str:
    """Return the same page of a folder of reports, with what its denominator is."""
    from harness.reports.terminal import end_of_run, printable

    reports = sum(len(each.files) for each in found)
    denominator = (
        f"over the {len(dataset.instances)} tasks of {dataset.name} ({dataset.revision[:19]})"
        if dataset
        else "over the instances found here; --dataset gives the real denominator"
    )
    head = f"Folder {folder}: {reports} reports, {denominator}"
    page = end_of_run([each.summary for each in found], width=_width())
    return f"{printable(head)}\n\n{page}"


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
