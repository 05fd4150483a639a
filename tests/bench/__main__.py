"""Measures swe-verify beside the official harness, in one run, on one machine.

    python -m tests.bench --official PYTHON [--full] [--only WORKLOAD ...] [--rounds N]

PYTHON is an interpreter with `swebench==5.0.2` and all it depends on. Prints a table and writes
the same with every round as JSON. How to read them: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from runner.run import now
from tests.bench import machine, table
from tests.bench.bed import Bed, NotMeasured, say
from tests.bench.registry import WORKLOADS, Workload
from tests.bench.spending import CommandFailed

ROOT = Path(__file__).resolve().parents[2]
JSON_FORMAT = 1


def main() -> None:
    """Parse, measure, print, write."""
    options = _options()
    if shutil.which("docker") is None:
        sys.exit("the official harness stops its containers with the docker client: install it")
    here, found = machine.machine(), machine.versions(options.official)
    say(f"{here['cores']} cores, {here['memory_gb']} GB, {here['processor']}")
    say(", ".join(f"{name} {version}" for name, version in found.items()))
    began = now()
    results = [
        _measured(workload, options)
        for workload in WORKLOADS
        if not options.only or workload.name in options.only
    ]
    form = "full" if options.full else "short"
    document = {
        "format": JSON_FORMAT,
        "form": form,
        "began": began,
        "ended": now(),
        "machine": here,
        "versions": found,
        "workloads": results,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / f"{form}-{began.partition('+')[0].replace(':', '')}.json"
    path.write_text(json.dumps(document, indent=2) + "\n")
    say(f"\nEvery round is in {path}.")
    if any("failed" in result for result in results):
        sys.exit("some of it went wrong: see above")


def _measured(workload: Workload, options: argparse.Namespace) -> dict[str, object]:
    """Measure one workload and print its table; what went wrong is shown, and the rest goes on."""
    say(f"\n{workload.title} ({workload.name})")
    before, began = machine.load(), time.monotonic()
    result: dict[str, object] = {"name": workload.name, "title": workload.title}
    try:
        with tempfile.TemporaryDirectory(prefix="swe-verify-bench-") as folder:
            figures = workload.measure(
                Bed(Path(folder), options.full, options.official, options.data, options.rounds)
            )
    except NotMeasured as error:
        say(f"  not measured: {error}")
        return {**result, "not_measured": str(error)}
    except CommandFailed as error:
        say(f"  failed: {error}")
        return {**result, "failed": str(error)}
    seconds, after = time.monotonic() - began, machine.load()
    for line in table.lines(figures):
        say(f"  {line}")
    say(f"  ({seconds:.0f} s; load {before} before and {after} after)")
    return {
        **result,
        "seconds": seconds,
        "load": {"before": before, "after": after},
        "figures": [table.as_json(figure) for figure in figures],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--official", required=True, help="a Python that has swebench 5.0.2")
    parser.add_argument("--full", action="store_true", help="every task on both sides: an hour")
    parser.add_argument(
        "--only", nargs="+", choices=[workload.name for workload in WORKLOADS], metavar="WORKLOAD"
    )
    parser.add_argument("--rounds", type=int, help="of each workload, in place of what suits it")
    data = os.environ.get("SWE_VERIFY_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(data), help="real evaluation data")
    parser.add_argument("--output", type=Path, default=Path("out") / "bench")
    options = parser.parse_args()
    options.official = str(Path(options.official).absolute())
    return options


if __name__ == "__main__":
    main()
