"""The machine that figures were taken on, and the versions that were compared."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from containers.engine import Engine
from runner.run import swe_verify_version

ROOT = Path(__file__).resolve().parents[2]


def machine() -> dict[str, object]:
    """Return its size: a figure means nothing without."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "processor": _processor(),
        "kernel": platform.release(),
    }


def load() -> float:
    """Return how many processes wanted to run, averaged over the last minute."""
    return round(os.getloadavg()[0], 2)


def versions(official: str) -> dict[str, str]:
    """Return the versions; `official` is the Python that has the official harness."""
    ask = "import importlib.metadata as m; print(m.version('swebench'))"
    engine = Engine.connect()
    try:
        engine_version = engine.info().version
    finally:
        engine.close()
    return {
        "swe_verify": swe_verify_version(),
        "commit": _output("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "swebench": _output(official, "-c", ask),
        "engine": engine_version,
        "python": platform.python_version(),
        "official_python": _output(
            official, "-c", "import platform as p; print(p.python_version())"
        ),
    }


def _output(*command: str) -> str:
    """Return what a command prints; empty where it fails, as git does outside a checkout."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
