"""Patches made from a few words, for tests that read them."""

from __future__ import annotations

from harness.integrity.static import Integrity, integrity_of
from task_specs.instance import Instance


def created(path: str, code: str, mode: str = "100644") -> str:
    """Return a patch that creates a file."""
    lines = code.split("\n")
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    )


def edited(path: str, code: str, context: str = "x = 1") -> str:
    """Return a patch that adds lines behind the first of a file."""
    lines = code.split("\n")
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
        f"@@ -1 +1,{len(lines) + 1} @@\n {context}\n" + "".join(f"+{line}\n" for line in lines)
    )


def instance(repo: str = "toy/calc", test_patch: str = "", eval_script: str = "") -> Instance:
    """Return a task whose tests are in `tests/test_ops.py`, if not told otherwise."""
    return Instance(
        instance_id="toy__calc-1",
        repo=repo,
        base_commit="",
        patch="",
        test_patch=test_patch or edited("tests/test_ops.py", "def test_new(): assert clamp(3)"),
        FAIL_TO_PASS=("tests/test_ops.py::test_clamp_high",),
        PASS_TO_PASS=(),
        image="",
        eval_script=eval_script,
        log_parser="",
    )


def read(patch: str, task: Instance | None = None) -> Integrity:
    """Return what the static layer says of a patch for the usual task."""
    return integrity_of(task or instance(), patch)


def kinds(patch: str, task: Instance | None = None) -> set[str]:
    """Return the kinds of what is found."""
    return {finding.kind for finding in read(patch, task).findings}
