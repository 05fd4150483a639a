"""Batches of toy tasks: dataset rows that both harnesses accept, and patches that resolve them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FAIL_TO_PASS = "tests/test_value.py::test_right"
PASS_TO_PASS = "tests/test_value.py::test_kept"

TEST_PATCH = """\
diff --git a/tests/expected.txt b/tests/expected.txt
--- a/tests/expected.txt
+++ b/tests/expected.txt
@@ -1 +1 @@
-nothing yet
+right
"""

# In the shape of the published ones. The tests' own time is that of `sleep`. One stream for all,
# since the official harness reads two and can see the end marker before the last result.
EVAL_SCRIPT = """\
#!/bin/bash
set -uxo pipefail
exec 2>&1
cd /testbed
git config --global --add safe.directory /testbed
git status
git checkout HEAD tests/expected.txt
git apply -v - <<'EOF_114329324912'
{test_patch}EOF_114329324912
: '>>>>> Start Test Output'
sleep {seconds:g}
grep -qf tests/expected.txt value.txt && echo 'PASSED {right}'
echo 'PASSED {kept}'
: '>>>>> End Test Output'
git checkout HEAD tests/expected.txt
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks by the seconds that their tests take, in the dataset's order."""

    folder: Path
    seconds: tuple[float, ...]

    @classmethod
    def write(cls, folder: Path, image: str, seconds: Sequence[float]) -> Batch:
        """Write the dataset into `folder`."""
        batch = cls(folder, tuple(seconds))
        folder.mkdir(parents=True, exist_ok=True)
        _write_lines(batch.dataset, (row(n, image, each) for n, each in enumerate(seconds)))
        return batch

    @property
    def dataset(self) -> Path:
        return self.folder / "toy.jsonl"

    def predictions(self, tasks: int) -> Path:
        """Write patches for the first `tasks` tasks, by one model; return the file."""
        rows = [_prediction("toy", task, task) for task in range(tasks)]
        return self._write(f"first-{tasks}", rows)

    def two_models(self, tasks: int, *, same_patches: bool) -> Path:
        """Write patches by two models, which are the same for both or all different."""
        other = 0 if same_patches else tasks
        rows = [_prediction("first", task, task) for task in range(tasks)]
        rows += [_prediction("second", task, task + other) for task in range(tasks)]
        return self._write("same" if same_patches else "different", rows)

    def _write(self, name: str, rows: Iterable[Mapping[str, object]]) -> Path:
        path = self.folder / f"{name}.jsonl"
        _write_lines(path, rows)
        return path


def _prediction(model: str, task: int, patch_number: int) -> dict[str, object]:
    return {
        "instance_id": instance_id(task),
        "model_name_or_path": model,
        "model_patch": patch(patch_number),
    }


def instance_id(number: int) -> str:
    return f"toy__toy-{number:04}"


def row(number: int, image: str, seconds: float) -> dict[str, object]:
    """Return one dataset row in the official columns."""
    script = EVAL_SCRIPT.format(
        test_patch=TEST_PATCH, seconds=seconds, right=FAIL_TO_PASS, kept=PASS_TO_PASS
    )
    return {
        "instance_id": instance_id(number),
        "repo": "toy/toy",
        "version": "1.0",
        "base_commit": "HEAD",
        "patch": patch(number),
        "test_patch": TEST_PATCH,
        "problem_statement": "the value is wrong",
        "hints_text": "",
        "created_at": "2024-01-01T00:00:00Z",
        "environment_setup_commit": "",
        "FAIL_TO_PASS": json.dumps([FAIL_TO_PASS]),
        "PASS_TO_PASS": json.dumps([PASS_TO_PASS]),
        "image": image,
        "eval_script": script,
        "log_parser": "parse_log_pytest_v2",
        "eval_type": "pass_and_fail",
    }


def patch(number: int) -> str:
    """Return a patch that resolves every task, and is another for every number."""
    return (
        "diff --git a/value.txt b/value.txt\n--- a/value.txt\n+++ b/value.txt\n"
        f"@@ -1 +1,2 @@\n-wrong\n+right\n+{number}\n"
    )


def _write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
