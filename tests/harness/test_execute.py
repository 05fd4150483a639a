"""One evaluation from patch to transcript, run for real in a folder of this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from containers import output_watch
from harness.apply import ladder_script
from harness.box_run import PreparedImage
from harness.driver import DRIVER_PATH, EVAL_PATH, driver_script
from harness.evaluation import Evaluation
from harness.execute import attempt_files, execute
from harness.grading import grade
from harness.options import AS_OFFICIAL, ExecuteOptions
from harness.sandbox import InfrastructureError, Sandbox, SandboxRequest
from harness.transcript import Transcript
from harness.verdict import Outcome
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from tests.fakes import LocalSandboxes

FIX = "--- a/value.txt\n+++ b/value.txt\n@@ -1 +1 @@\n-wrong\n+right\n"
EVAL_SCRIPT = """#!/bin/bash
set -uxo pipefail
: '>>>>> Start Test Output'
grep -q right value.txt && echo 'PASSED t::a' || { echo 'FAILED t::a'; false; }
: '>>>>> End Test Output'
"""
INSTANCE = Instance(
    instance_id="o__r-1",
    repo="o/r",
    base_commit="HEAD",
    patch=FIX,
    test_patch="",
    FAIL_TO_PASS=("t::a",),
    PASS_TO_PASS=(),
    image="o/r:1",
    eval_script=EVAL_SCRIPT,
    log_parser="parse_log_pytest",
)
IMAGE = PreparedImage("o/r:1", "sha256:abc")


def with_repository(root: Path) -> None:
    repo = root / "testbed"
    (repo / "value.txt").write_text("wrong\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "base"]):
        subprocess.run(["git", *arguments], cwd=repo, check=True)


def run(
    patch: str | None,
    tmp_path: Path,
    *,
    instance: Instance = INSTANCE,
    boxes: LocalSandboxes | None = None,
    limits: Limits | None = None,
    unpatched: bool = False,
    options: ExecuteOptions = AS_OFFICIAL,
) -> Transcript:
    return execute(
        boxes or LocalSandboxes(with_repository),
        instance,
        Prediction("o__r-1", "m", patch, run_unpatched=unpatched),
        image=IMAGE,
        limits=limits or Limits(seconds=60),
        raw_output=tmp_path / "raw",
        options=options,
    )


def test_a_fix_is_applied_and_the_tests_see_it(tmp_path: Path) -> None:
    transcript = run(FIX, tmp_path)
    assert transcript.applied
    assert [step.command for step in transcript.apply_steps] == ["git apply --verbose"]
    assert transcript.image_digest == "sha256:abc"
    assert transcript.durations.evaluate is not None
    assert grade(INSTANCE, transcript).outcome is Outcome.RESOLVED


def test_the_log_begins_with_the_eval_script_and_is_in_order(tmp_path: Path) -> None:
    """Bash traces to stderr and tests print to stdout: one pipe keeps their order."""
    log = run(FIX, tmp_path).test_output
    assert "git apply" not in log
    start, result, end = (log.index(s) for s in (">>>>> Start", "\nPASSED t::a", ">>>>> End"))
    assert start < result < end
    assert ">>>>> Test Exit Code: 0" in log


def test_a_run_without_a_patch_climbs_no_ladder(tmp_path: Path) -> None:
    transcript = run("", tmp_path, unpatched=True)
    assert transcript.applied
    assert transcript.apply_steps == ()
    verdict = grade(INSTANCE, transcript)
    assert verdict.outcome is Outcome.UNRESOLVED
    assert verdict.fail_to_pass.failure == ("t::a",)


def test_a_patch_that_does_not_apply_runs_no_test(tmp_path: Path) -> None:
    transcript = run(FIX.replace("wrong", "absent"), tmp_path)
    assert not transcript.applied
    assert transcript.test_output == ""
    assert len(transcript.apply_steps) == 5


def test_a_timeout_keeps_what_was_printed(tmp_path: Path) -> None:
    slow = replace(INSTANCE, eval_script="set -x\necho begun\nsleep 600\n")
    transcript = run(FIX, tmp_path, instance=slow, limits=Limits(seconds=3))
    assert transcript.timed_out
    assert transcript.applied
    assert "begun" in transcript.test_output


def test_bytes_that_are_no_text_are_kept_as_marks(tmp_path: Path) -> None:
    binary = replace(INSTANCE, eval_script="printf 'a\\377b\\n'\n")
    assert "a\ufffdb\n" in run(FIX, tmp_path, instance=binary).test_output


def test_a_patch_with_half_a_surrogate_is_gits_to_judge(tmp_path: Path) -> None:
    transcript = run(FIX.replace("right", "\ud800"), tmp_path)
    assert transcript.apply_steps


def test_an_image_without_the_repository_is_our_failure(tmp_path: Path) -> None:
    """The engine makes the folder that the image lacks, and git applies patches anywhere."""
    with pytest.raises(InfrastructureError, match="holds no repository at /testbed") as caught:
        run(FIX, tmp_path, boxes=LocalSandboxes())
    assert caught.value.kind == "image_unusable"
    assert not caught.value.retryable


def test_the_patch_does_not_enter_a_box_that_runs_without_it() -> None:
    unpatched = Prediction("o__r-1", "empty", "", run_unpatched=True)
    assert set(
        attempt_files(Evaluation("", AS_OFFICIAL, {}), unpatched, "t", Limits(), {}, secret="")
    ) == {
        EVAL_PATH,
        DRIVER_PATH,
    }


def test_binary_assets_are_in_the_tree_when_the_tests_begin(tmp_path: Path) -> None:
    """They come after the script's own commands, which may remove what is at their place."""
    listed = {"test_patch": [{"path": "test/a b.png", "url": ""}], "problem_statement": ["x"]}
    script = EVAL_SCRIPT.replace("grep -q right value.txt", "grep -q picture 'test/a b.png'")
    instance = replace(INSTANCE, image_assets=json.dumps(listed), eval_script=script)
    transcript = execute(
        LocalSandboxes(with_repository),
        instance,
        Prediction("o__r-1", "m", FIX),
        image=IMAGE,
        limits=Limits(seconds=60),
        raw_output=tmp_path / "raw",
        assets={"test/a b.png": b"picture\n"},
    )
    assert grade(instance, transcript).outcome is Outcome.RESOLVED


@pytest.mark.parametrize("patched", [True, False])
def test_the_driver_is_valid_bash(patched: bool) -> None:
    checked = subprocess.run(
        ["bash", "-n"],
        input=driver_script("4f0c", Limits(), patched=patched),
        text=True,
        check=False,
    )
    assert checked.returncode == 0


class NobodyOutside(LocalSandboxes):
    """Boxes that no one stops from outside: the runner is dead, or its engine does not answer."""

    @contextmanager
    def open(self, request: SandboxRequest) -> Iterator[Sandbox]:
        endless = replace(request, limits=replace(request.limits, seconds=600))
        with super().open(endless) as box:
            yield box


def test_the_tests_end_also_when_nobody_is_left_to_stop_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.driver.INNER_MARGIN_SECONDS", 0)
    slow = replace(INSTANCE, eval_script="set -x\necho begun\nsleep 600\n")
    boxes = NobodyOutside(with_repository)
    transcript = run(FIX, tmp_path, instance=slow, boxes=boxes, limits=Limits(seconds=1))
    assert transcript.timed_out
    assert transcript.applied
    assert "begun" in transcript.test_output
    assert grade(slow, transcript).outcome is Outcome.TIMED_OUT


def test_what_kills_itself_in_time_has_not_timed_out(tmp_path: Path) -> None:
    killed = replace(INSTANCE, eval_script="set -x\nkill -KILL $$\n")
    transcript = run(FIX, tmp_path, instance=killed)
    assert transcript.exit_code == 137
    assert not transcript.timed_out


def test_a_patch_that_hangs_on_the_way_into_the_tree_has_timed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_hanging_git(root: Path) -> None:
        with_repository(root)
        (root / "git").write_text("#!/bin/bash\nexec sleep 600\n")
        (root / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{root}:{os.environ['PATH']}")

    monkeypatch.setattr("harness.driver.ladder_script", partial(ladder_script, rung_seconds=1))
    monkeypatch.setattr("harness.git_history.SECONDS", 1)
    transcript = run(FIX, tmp_path, boxes=LocalSandboxes(with_a_hanging_git))
    assert transcript.timed_out
    assert not transcript.applied
    verdict = grade(INSTANCE, transcript)
    assert verdict.outcome is Outcome.TIMED_OUT
    assert verdict.reason == (
        "stopped by a time limit while `git apply --verbose` applied the patch"
    )


@pytest.mark.parametrize("patched", [True, False])
def test_the_tests_are_run_as_officially(tmp_path: Path, patched: bool) -> None:
    """By `/bin/bash /eval.sh`, in a session and with signals that are nobody's business."""
    script = "tr '\\0' ' ' </proc/$$/cmdline; echo; grep -E '^Sig(Blk|Ign)' /proc/self/status\n"
    plain = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True)
    instance = replace(INSTANCE, eval_script=script)
    transcript = run(FIX if patched else "", tmp_path, instance=instance, unpatched=not patched)
    assert re.search(r"^/bin/bash \S*/eval\.sh ", transcript.test_output, re.MULTILINE)
    signals = [line for line in plain.stdout.splitlines() if line.startswith("Sig")]
    assert len(signals) == 2
    assert all(line in transcript.test_output for line in signals)


def test_tests_are_stopped_once_the_outcome_is_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_watch, "WATCH_SECONDS", 0.05)
    script = (
        "set -x\n: '>>>>> Start Test Output'\necho 'test_b (m.C) ... ok'\n"
        "echo 'test_a (m.C) ... FAIL'\necho 'test_c (m.C) ... ok'\nsleep 600\n"
        ": '>>>>> End Test Output'\n"
    )
    slow = replace(
        INSTANCE,
        eval_script=script,
        log_parser="parse_log_django",
        FAIL_TO_PASS=("test_a (m.C)", "test_z (m.C)"),
        PASS_TO_PASS=("test_b (m.C)",),
    )
    transcript = run(FIX, tmp_path, instance=slow, options=ExecuteOptions(stop_when_decided=True))
    assert transcript.decided == "stopped early: FAIL_TO_PASS test test_a (m.C) failed"
    assert not transcript.timed_out
    verdict = grade(slow, transcript)
    assert verdict.outcome is Outcome.UNRESOLVED
    assert verdict.reason == (
        "stopped early: FAIL_TO_PASS test test_a (m.C) failed; "
        "tests that were not reached count as failed"
    )
    assert verdict.fail_to_pass.failure == ("test_a (m.C)", "test_z (m.C)")
    assert verdict.pass_to_pass.success == ("test_b (m.C)",)
