"""The two sides: one batch through swe-verify, and the same batch through the official harness.

Each is started as a user would start it. The same call again for the same folder is a resume with
nothing left to do, and costs what starting costs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.spending import SHOWN_OUTPUT, CommandFailed, spend

RUN_ID = "bench"


def swe_verify(
    dataset: Path, predictions: Path, place: Path, slots: int, *more: str, cache: Path | None = None
) -> float:
    """Run predictions with output in `place`; return the seconds it took.

    The cache is of this run alone unless another is given. Raises CommandFailed where anything is
    not resolved.
    """
    place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "runner", "run", str(dataset), "-p", str(predictions)]
    command += ["--run-id", RUN_ID, "-j", str(slots), "--output-dir", str(place), "--quiet", *more]
    spent = spend(command, place, SWE_VERIFY_CACHE=str(cache or place / "cache"))
    check_resolved(predictions, place)
    return spent.seconds


def official(python: str, dataset: Path, predictions: Path, place: Path, slots: int) -> float:
    """Do the same with the official harness, by the interpreter that has it."""
    place.mkdir(parents=True, exist_ok=True)
    command = [python, "-m", "swebench.harness.run_evaluation", "-d", str(dataset)]
    command += ["-p", str(predictions), "-id", RUN_ID, "--max_workers", str(slots)]
    spent = spend(command, place)
    check_resolved(predictions, place)
    return spent.seconds


def check_resolved(predictions: Path, place: Path) -> None:
    """Raise CommandFailed unless all is resolved: a run that went wrong is quick."""
    rows = [json.loads(line) for line in predictions.read_text().splitlines()]
    for model in sorted({row["model_name_or_path"] for row in rows}):
        wanted = {row["instance_id"] for row in rows if row["model_name_or_path"] == model}
        summary = json.loads((place / f"{model}.{RUN_ID}.json").read_text())
        missing = sorted(wanted - set(summary["resolved_ids"]))
        if missing:
            log = place / "logs/run_evaluation" / RUN_ID / model / missing[0] / "run_instance.log"
            said = log.read_text()[-SHOWN_OUTPUT:] if log.is_file() else "and it left no log"
            raise CommandFailed(f"{len(missing)} tasks were not resolved: {missing}\n{said}")
