"""Stored logs graded again, on the same 282 logs of three runs of the official harness.

End to end, each as a user would start it: `swe-verify regrade` once over the three runs, and
`run_evaluation --rewrite_reports true` once for each run, since it takes one at a time. Both read
the dataset from the same file, grade every log, and write every report and the summaries; ours
compares with the stored reports beside that, and the official one asks the container engine for
its images. What the imports cost is shown by itself. The full form also grades a tree of 2 GB.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

from tests.bench.bed import Bed, NotMeasured, take_turns
from tests.bench.figures import Figure
from tests.bench.spending import CommandFailed, Spent, spend

OUR_IMPORTS = "import runner.cli.main, runner.cli.regrade, runner.regrade_pages"
OFFICIAL_IMPORTS = "import swebench.harness.run_evaluation"
DATASET = "swe-bench-verified.jsonl"
LOGS = "official-logs.tar.xz"
BIG_TREE_BYTES = 2 * 10**9


def measure(bed: Bed) -> list[Figure]:
    """Measure both sides in turns."""
    dataset = (bed.data / DATASET).resolve()
    if not dataset.is_file() or not (bed.data / LOGS).is_file():
        raise NotMeasured(f"there is no real data in {bed.data}: set SWE_VERIFY_DATA")
    runs = _unpack(bed.data / LOGS, bed.folder)
    figures = _speed(bed, dataset, runs)
    return [*figures, _big_tree(bed, dataset, runs)] if bed.full else figures


def _speed(bed: Bed, dataset: Path, runs: list[Path]) -> list[Figure]:
    # The official harness writes into the tree it reads, so it has one of its own.
    place = bed.folder / "official"
    shutil.copytree(bed.folder / "logs", place / "logs")
    commands = [_official(bed.official, dataset, run, bed.folder) for run in runs]
    ours: list[Spent] = []
    theirs: list[Spent] = []
    for number in range(bed.rounds or (5 if bed.full else 1)):
        out = bed.folder / f"out-{number}"
        for side in take_turns(number, ours, theirs):
            if side is ours:
                side.append(spend(_ours(dataset, bed.folder / "logs", out), bed.folder))
            else:
                spent = [spend(command, place) for command in commands]
                seconds = sum(each.seconds for each in spent)
                side.append(Spent(seconds, max(each.peak_mb for each in spent)))
        if _resolved(place, runs) != _resolved(out, runs):
            raise CommandFailed("the two do not resolve the same instances")
    our_imports = spend([sys.executable, "-c", OUR_IMPORTS], bed.folder)
    their_imports = spend([bed.official, "-c", OFFICIAL_IMPORTS], bed.folder)
    return [
        Figure(
            "282 logs, end to end",
            "s",
            tuple(each.seconds for each in ours),
            tuple(each.seconds for each in theirs),
            times_less=10,
        ),
        Figure(
            "of that: imports",
            "s",
            (our_imports.seconds,),
            (their_imports.seconds * len(runs),),
        ),
        Figure(
            "largest process",
            "MB",
            tuple(each.peak_mb for each in ours),
            tuple(each.peak_mb for each in theirs),
        ),
    ]


def _big_tree(bed: Bed, dataset: Path, runs: list[Path]) -> Figure:
    """Grade a tree of 2 GB, made of links to the same logs under other runs' names."""
    logs = [path for run in runs for path in run.rglob("test_output.txt")]
    copies = BIG_TREE_BYTES // sum(path.stat().st_size for path in logs) + 1
    big = bed.folder / "big"
    for copy in range(copies):
        for run in runs:
            shutil.copytree(run, big / f"{run.name}-{copy}", copy_function=os.link)
    spent = spend(_ours(dataset, big, bed.folder / "out-big"), bed.folder)
    name = f"largest process, 2 GB of logs ({copies * len(logs)})"
    return Figure(name, "MB", (spent.peak_mb,), at_most=200)


def _unpack(archive: Path, folder: Path) -> list[Path]:
    """Unpack the logs as the official harness keeps them; return the runs' folders."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    runs = folder / "logs" / "run_evaluation"
    runs.parent.mkdir()
    (folder / "official-logs").rename(runs)
    (runs / "index.jsonl").unlink()
    return sorted(path for path in runs.iterdir() if path.is_dir())


def _ours(dataset: Path, tree: Path, output_dir: Path) -> list[str]:
    verb = [sys.executable, "-m", "runner", "regrade", str(dataset), str(tree)]
    return [*verb, "--output-dir", str(output_dir), "--quiet"]


def _official(python: str, dataset: Path, run: Path, folder: Path) -> list[str]:
    """Return the command that writes the reports of a run anew, in place."""
    predictions = folder / f"{run.name}.predictions.json"
    _write_predictions(run, predictions)
    options = {
        "--dataset_name": dataset,
        "--predictions_path": predictions,
        "--run_id": run.name,
        "--rewrite_reports": "true",
        "--max_workers": os.cpu_count() or 1,
    }
    words = [str(word) for option in options.items() for word in option]
    return [python, "-m", "swebench.harness.run_evaluation", *words]


def _write_predictions(run: Path, path: Path) -> None:
    """Write the predictions that the official harness wants, from the patches in the logs."""
    rows = [
        {
            "instance_id": patch.parent.name,
            "model_name_or_path": patch.parent.parent.name,
            "model_patch": patch.read_text(),
        }
        for patch in sorted(run.glob("*/*/patch.diff"))
    ]
    path.write_text(json.dumps(rows))


def _resolved(folder: Path, runs: list[Path]) -> list[str]:
    """Return what the summaries of the runs in a folder call resolved, with their names."""
    return sorted(
        f"{path.name} {instance_id}"
        for run in runs
        for path in folder.glob(f"*.{run.name}.json")
        for instance_id in json.loads(path.read_text())["resolved_ids"]
    )
