"""The command in a process of its own, to be disturbed; and what must hold of what it leaves."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from containers.engine import Engine

RUN_ID = "disturbed"
_FILES = {
    "attempt.json",
    "eval.sh",
    "patch.diff",
    "report.json",
    "run_instance.log",
}


@dataclass(frozen=True)
class DisturbedRun:
    """A run of tasks under `folder`, which holds its output, its cache and its scratch."""

    folder: Path
    tasks: Path
    predictions: Path
    address: str | None = None
    """The engine's; None for the one that is in use here."""
    options: tuple[str, ...] = ("-j", "4")

    @property
    def log_folder(self) -> Path:
        """Where the attempts are."""
        return self.folder / "out" / "logs" / "run_evaluation" / RUN_ID

    def start(self) -> subprocess.Popen[str]:
        """Start the command, in a process group of its own."""
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "SWE_VERIFY_CACHE": str(self.folder / "cache"),
            "TMPDIR": str(temporary),
            **({"DOCKER_HOST": self.address} if self.address else {}),
        }
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "runner", "run", str(self.tasks)),
                *("-p", str(self.predictions), "--run-id", RUN_ID, "--quiet", "--json"),
                *("--output-dir", str(self.folder / "out"), *self.options),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        process = self.start()
        out, err = process.communicate(timeout=900)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def ledger(self) -> dict[str, str]:
        """Return the outcomes that the ledger holds, by instance."""
        path = self.log_folder / "ledger.sqlite"
        if not path.exists():
            return {}
        with closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as connection:
            try:
                return dict(connection.execute("SELECT instance_id, outcome FROM attempts"))
            except sqlite3.OperationalError:  # its run is just making it
                return {}

    def finished(self) -> int:
        """Return how many attempts are done."""
        return sum(outcome != "NOT_RUN" for outcome in self.ledger().values())


def kill_group(process: subprocess.Popen[str]) -> None:
    """End the command and whatever it started, as the kernel does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def flaws(run: DisturbedRun) -> list[str]:
    """Return what is wrong with a run's files: half attempts, or folders and ledger at odds."""
    wrong = []
    rows = run.ledger()
    models = run.log_folder / "toy__model"
    for instance_id, outcome in rows.items():
        if outcome != "NOT_RUN" and not (models / instance_id).is_dir():
            wrong.append(f"{instance_id} is {outcome} and has no folder")
    for folder in models.glob("*"):
        there = {path.name for path in folder.iterdir()}
        try:
            attempt = json.loads((folder / "attempt.json").read_text())
            report = json.loads((folder / "report.json").read_text())[folder.name]
        except (OSError, ValueError, KeyError) as error:
            wrong.append(f"{folder} holds {sorted(there)}: {error}")
            continue
        ran = attempt["transcript"] is not None and attempt["transcript"]["applied"]
        if there != _FILES | ({"test_output.txt", "witness.jsonl"} if ran else set()):
            wrong.append(f"{folder} holds {sorted(there)}")
        recorded = rows.get(folder.name)
        # Killed between the folder and its row, an attempt is not done, and runs again.
        if recorded != "NOT_RUN" and report["resolved"] is not (recorded == "RESOLVED"):
            wrong.append(f"{folder} does not say {recorded}")
    return wrong


def left_over(run: DisturbedRun, engine: Engine) -> list[str]:
    """Return what a finished run should have cleared up: boxes, scratch, half-written files."""
    containers = engine.containers(f"swe-verify.run={RUN_ID}")
    scratch = [
        path
        for place in (run.folder / "tmp", run.log_folder / ".scratch", run.log_folder / ".partial")
        for path in place.rglob("*")
    ]
    unfinished = [
        path
        for pattern in ("*.new", "*.tmp", "*.part", "*.partial")
        for path in run.folder.rglob(pattern)
        if path.name != ".partial"
    ]
    return [container.name for container in containers] + list(map(str, scratch + unfinished))
