"""A task whose tests are a shell script, and its restored evaluations on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.apply import read_apply_log
from harness.grading import grade
from harness.options import AS_OFFICIAL
from harness.restored import SCRIPT_PATH, RestoredLog, read_restored, restored_files
from harness.sandbox import SandboxProvider, SandboxRequest
from harness.surface import surface_of
from harness.transcript import Transcript
from harness.verdict import Verdict
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from tests.fakes import LocalSandboxes

TOKEN = "5ec2e7"
FIX = "--- a/value.txt\n+++ b/value.txt\n@@ -1 +1 @@\n-wrong\n+right\n"
HELPER = (
    'check() { grep -q "$1" value.txt && echo "PASSED t::$2" || { echo "FAILED t::$2"; false; }; }'
)
NO_HELPER = f"""\
--- a/tests/helper.sh
+++ b/tests/helper.sh
@@ -1 +1 @@
-{HELPER}
+check() {{ echo "PASSED t::$2"; }}
"""
TEST_PATCH = """\
diff --git a/tests/test_value.sh b/tests/test_value.sh
--- a/tests/test_value.sh
+++ b/tests/test_value.sh
@@ -1,2 +1,3 @@
 . tests/helper.sh
 check . b
+check "$(cat tests/expected/value)" a
diff --git a/tests/expected/value b/tests/expected/value
new file mode 100644
--- /dev/null
+++ b/tests/expected/value
@@ -0,0 +1 @@
+right
"""
TEST = "bash tests/test_value.sh"


def task(
    *,
    setup: str = ":",
    late: str = ":",
    test: str = TEST,
    test_patch: str = TEST_PATCH,
    image_assets: str = "",
) -> Instance:
    """Return the task: `t::a` passes once `value.txt` is right, `t::b` in any case.

    `setup` and `late` are what the eval_script does before and after it applies the test patch:
    they stand for what a patch has done when it is installed.
    """
    script = f"""\
#!/bin/bash
set -uxo pipefail
cd /testbed
{setup}
git checkout HEAD tests/test_value.sh
git apply -v - <<'EOF_114329324912'
{test_patch}EOF_114329324912
{late}
: '>>>>> Start Test Output'
{test}
: '>>>>> End Test Output'
git checkout HEAD tests/test_value.sh
"""
    return Instance(
        instance_id="o__r-1",
        repo="o/r",
        base_commit="HEAD",
        patch=FIX,
        test_patch=test_patch,
        FAIL_TO_PASS=("t::a",),
        PASS_TO_PASS=("t::b",),
        image="o/r:1",
        eval_script=script,
        log_parser="parse_log_pytest",
        image_assets=image_assets,
    )


def git(repo: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", *identity, *arguments], cwd=repo, check=True, capture_output=True)


def with_repository(root: Path) -> None:
    """Furnish a box."""
    repo = root / "testbed"
    (repo / "tests").mkdir()
    (repo / "value.txt").write_text("wrong\n")
    (repo / "tests/helper.sh").write_text(HELPER + "\n")
    (repo / "tests/test_value.sh").write_text(". tests/helper.sh\ncheck . b\n")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "base")


@dataclass(frozen=True)
class Restored:
    """A restored evaluation that has ended."""

    instance: Instance
    output: str
    exit_code: int | None

    @property
    def applied(self) -> bool:
        return read_apply_log(TOKEN, self.output).applied

    @property
    def read(self) -> RestoredLog:
        return read_restored(self.output, TOKEN, self.exit_code)

    @property
    def verdict(self) -> Verdict:
        assert self.read.log, (self.read.problem, self.output)
        return grade(self.instance, Transcript(self.read.log, exit_code=self.exit_code))


def run_restored(
    patch: str,
    tmp_path: Path,
    instance: Instance | None = None,
    *,
    surface: tuple[str, ...] | None = None,
    prepare: Callable[[Path], None] = with_repository,
    assets: dict[str, bytes] | None = None,
    before: str = "",
    boxes: SandboxProvider | None = None,
    image: str = "o/r:1",
) -> Restored:
    """Evaluate a patch; by default, what it touches of the surface is what is restored."""
    instance = instance or task()
    limits = Limits(seconds=60)
    files = restored_files(
        instance,
        Prediction("o__r-1", "m", patch),
        surface_of(instance, patch) if surface is None else surface,
        token=TOKEN,
        limits=limits,
        options=AS_OFFICIAL,
        assets=assets or {},
        before=before,
    )
    boxes = boxes or LocalSandboxes(prepare)
    with boxes.open(SandboxRequest(image, limits)) as box:
        box.put(files)
        ended = box.run(("/bin/bash", SCRIPT_PATH), tmp_path / "raw")
    return Restored(instance, (tmp_path / "raw").read_text(), ended.exit_code)
