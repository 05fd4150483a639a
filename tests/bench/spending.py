"""What a command costs: time and memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SHOWN_OUTPUT = 2000
"""Characters of its output that are shown where a command fails."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one command cost."""

    seconds: float
    """By the wall clock, from the start of the process to its end."""
    peak_mb: float
    """Of the largest single process."""


class CommandFailed(Exception):
    """A command that was to be measured ended with another exit code than 0."""


def spend(command: list[str], folder: Path, **environment: str) -> Spent:
    """Run a command in `folder` to its end and return what it cost.

    `environment` is set beside what this process has. Raises CommandFailed with the end of what
    the command printed.
    """
    with tempfile.TemporaryFile(dir=folder) as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            text = output.read().decode(errors="replace")[-SHOWN_OUTPUT:]
            raise CommandFailed(f"exit code {process.returncode} of {' '.join(command)}\n{text}")
    return Spent(seconds, usage.ru_maxrss / 1024)


def output_of(command: list[str], folder: Path, **environment: str) -> str:
    """Return what a command prints that measures itself. Raises CommandFailed."""
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}\n{ran.stderr[-SHOWN_OUTPUT:]}")
    return ran.stdout
