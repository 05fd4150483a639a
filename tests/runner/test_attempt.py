"""One attempt, with boxes that are scripted: what is charged to the patch and what is not."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.apply import PATCH_PATH
from harness.box_run import PreparedImage
from harness.driver import DRIVER_PATH
from harness.sandbox import (
    NO_WAITING,
    Change,
    ExecResult,
    InfrastructureError,
    Sandbox,
    SandboxCancelled,
    SandboxRequest,
)
from harness.verdict import Outcome
from runner import attempt
from runner.attempt import AttemptResult, Workshop, run_attempt, settle_empty
from runner.plan import WorkItem, work_item
from runner.settings import Settings
from task_specs.errors import InputError
from task_specs.instance import Instance
from task_specs.prediction import Prediction
from tests.runner.test_plan import INSTANCE, PREDICTION
from tests.runner.test_turns import counted

ITEM = work_item(INSTANCE, PREDICTION, Settings(), "official-5")
PASSING_LOG = """+ : '>>>>> Start Test Output'
PASSED t::a
PASSED t::b
+ : '>>>>> End Test Output'
>>>>> Test Exit Code: 0
"""


class ScriptedBox:
    """A box whose end is written in advance. `{token}` stands for the attempt's token."""

    def __init__(self, output: str, ended: ExecResult) -> None:
        self.output = output
        self.ended = ended
        self.files: dict[str, bytes] = {}

    def put(self, files: Mapping[str, bytes]) -> None:
        self.files.update(files)

    def run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None] = NO_WAITING
    ) -> ExecResult:
        driver = self.files[DRIVER_PATH].decode()
        token = re.search(r"\b[0-9a-f]{32}\b", driver)
        assert token is not None
        with turn:
            output.write_text(self.output.replace("{token}", token.group()))
        return self.ended

    def read(self, path: str, max_bytes: int) -> bytes | None:
        return None

    def changes(self) -> tuple[Change, ...] | None:
        return ()


APPLIED = "\n{token} try git apply --verbose 1.0\nok\n{token} exit 0 1.5\n\n{token} applied  1.5\n"
REFUSED = "\n{token} try git apply --verbose 1.0\nno\n{token} exit 1 1.5\n\n{token} failed  1.5\n"
GOOD = (APPLIED + PASSING_LOG, ExecResult(0, 2.0))


class Boxes:
    """Hands out boxes in order; an exception in the list is raised instead."""

    def __init__(self, *ends: tuple[str, ExecResult] | Exception) -> None:
        self.ends = list(ends)
        self.requests: list[SandboxRequest] = []
        self.boxes: list[ScriptedBox] = []
        self.closed = 0

    @contextmanager
    def open(self, request: SandboxRequest) -> Iterator[Sandbox]:
        self.requests.append(request)
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        self.boxes.append(ScriptedBox(*end))
        try:
            yield self.boxes[-1]
        finally:
            self.closed += 1

    def cancel(self) -> None:
        raise AssertionError("nothing was to be cancelled")

    def close(self) -> None:
        raise AssertionError("closing is the run's, not the attempt's")


class Images:
    """Every image is there, unless an exception says otherwise."""

    def __init__(self, *failures: Exception, room: bool = False) -> None:
        self.failures = list(failures)
        self.room = room
        self.lost_images: list[str] = []

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        future: Future[PreparedImage] = Future()
        if self.failures:
            future.set_exception(self.failures.pop(0))
        else:
            future.set_result(PreparedImage(instance.image, "sha256:abc"))
        return future

    def lost(self, instance: Instance) -> None:
        self.lost_images.append(instance.image)

    def make_room(self) -> bool:
        return self.room


class Blank:
    """Nothing was ever run before; what is kept is counted."""

    def __init__(self) -> None:
        self.kept: list[AttemptResult] = []

    def recall(self, item: WorkItem, image_digest: str) -> AttemptResult | None:
        return None

    def keep(self, result: AttemptResult) -> None:
        self.kept.append(result)


def workshop(boxes: Boxes, folder: Path, **changes: Any) -> Workshop:
    given: dict[str, Any] = {
        "provider": boxes,
        "images": Images(),
        "memory": Blank(),
        "scratch": folder,
        "retries": 2,
        "engine_is_back": lambda: True,
    }
    return Workshop(**given | changes)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "RETRY_PAUSES", (0.0,))


@pytest.fixture
def attempt_with(tmp_path: Path) -> Callable[..., AttemptResult]:
    def run(boxes: Boxes, item: WorkItem = ITEM, **changes: Any) -> AttemptResult:
        turn = counted(1).turn()
        result = run_attempt(item, workshop(boxes, tmp_path, **changes), turn)
        assert list(tmp_path.iterdir()) == [], "the raw output was left behind"
        return result

    return run


Attempt = Callable[..., AttemptResult]


def test_a_good_patch_is_resolved_and_the_evidence_kept(attempt_with: Attempt) -> None:
    boxes, memory = Boxes(GOOD), Blank()
    result = attempt_with(boxes, memory=memory)
    assert result.verdict.outcome is Outcome.RESOLVED
    assert result.transcript is not None
    assert result.transcript.test_output == PASSING_LOG
    assert result.transcript.image_digest == "sha256:abc"
    assert result.transcript.durations.apply == 0.5
    assert result.transcript.durations.evaluate == 1.5
    assert memory.kept == [result]
    assert boxes.boxes[0].files[PATCH_PATH] == b"a patch\n"
    assert boxes.closed == 1


def test_a_patch_that_does_not_apply_is_its_own_fault(attempt_with: Attempt) -> None:
    result = attempt_with(Boxes((REFUSED, ExecResult(99, 1.0))))
    assert result.verdict.outcome is Outcome.PATCH_FAILED
    assert result.trouble == ()


def test_a_timeout_keeps_what_was_printed(attempt_with: Attempt) -> None:
    cut = APPLIED + PASSING_LOG[:40]
    result = attempt_with(Boxes((cut, ExecResult(None, 9.0, timed_out=True))))
    assert result.verdict.outcome is Outcome.TIMED_OUT
    assert result.transcript is not None
    assert result.transcript.test_output == PASSING_LOG[:40]


def test_a_timeout_while_the_patch_is_applied_is_no_failure_to_apply(attempt_with: Attempt) -> None:
    begun = "\n{token} try git apply --verbose 1.0\n"
    result = attempt_with(Boxes((begun, ExecResult(None, 9.0, timed_out=True))))
    assert result.verdict.outcome is Outcome.TIMED_OUT


def test_our_failures_are_tried_again_and_do_not_count(attempt_with: Attempt) -> None:
    busy = InfrastructureError("engine_timeout", "the engine did not answer")
    boxes = Boxes(busy, busy, GOOD)
    result = attempt_with(boxes)
    assert result.verdict.outcome is Outcome.RESOLVED
    assert result.trouble == ("the engine did not answer",) * 2


def test_our_failures_end_as_ours(attempt_with: Attempt) -> None:
    full = InfrastructureError("disk_full", "no space left on device")
    result = attempt_with(Boxes(full, full, full))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert result.verdict.reason == "no space left on device"
    assert result.failure_kind == "disk_full"
    assert len(result.trouble) == 3


def test_what_cannot_get_better_is_not_tried_again(attempt_with: Attempt) -> None:
    absent = InfrastructureError("image_unavailable", "there is no such image", retryable=False)
    result = attempt_with(Boxes(), images=Images(absent))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert result.trouble == ("there is no such image",)


def test_a_full_disk_is_tried_again_where_room_was_made(attempt_with: Attempt) -> None:
    full = InfrastructureError("disk_full", "no space left on device", retryable=False)
    assert attempt_with(Boxes(full, GOOD), images=Images(room=True)).verdict.resolved
    assert attempt_with(Boxes(full)).failure_kind == "disk_full"


def test_an_image_that_someone_removed_is_fetched_again(attempt_with: Attempt) -> None:
    """`docker image prune --all` in the middle of a run."""
    gone = InfrastructureError("image_not_found", "no such image", retryable=False)
    images = Images()
    assert attempt_with(Boxes(gone, GOOD), images=images).verdict.resolved
    assert images.lost_images == [INSTANCE.image]


def test_an_engine_that_is_away_is_waited_for(attempt_with: Attempt) -> None:
    away = InfrastructureError("engine_unreachable", "the connection broke", retryable=False)
    asked = []

    def comes_back() -> bool:
        asked.append(True)
        return True

    result = attempt_with(Boxes(away, away, GOOD), engine_is_back=comes_back)
    assert result.verdict.resolved
    assert len(asked) == 2


def test_an_engine_that_comes_and_goes_costs_no_tries(attempt_with: Attempt) -> None:
    away = InfrastructureError("engine_unreachable", "the connection broke")
    assert attempt_with(Boxes(*[away] * 8, GOOD)).verdict.resolved
    assert attempt_with(Boxes(*[away] * 50)).failure_kind == "engine_unreachable"


def test_an_engine_that_stays_away_is_not_tried_for_ever(attempt_with: Attempt) -> None:
    away = InfrastructureError("engine_unreachable", "the connection broke")
    result = attempt_with(Boxes(away, away, away), engine_is_back=lambda: False)
    assert result.failure_kind == "engine_unreachable"


def test_what_is_known_needs_neither_box_nor_turn(attempt_with: Attempt) -> None:
    known = settle_empty(ITEM)

    class Remembering(Blank):
        def recall(self, item: WorkItem, image_digest: str) -> AttemptResult | None:
            assert image_digest == "sha256:abc"
            return known

    assert attempt_with(Boxes(), memory=Remembering()) is known


def test_a_source_that_does_not_exist_is_wrong_input(attempt_with: Attempt) -> None:
    result = attempt_with(Boxes(), images=Images(InputError("no commit abc in the repository")))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert result.failure_kind == "wrong_input"


def test_a_bug_of_ours_costs_one_attempt_and_not_the_batch(attempt_with: Attempt) -> None:
    result = attempt_with(Boxes(ZeroDivisionError("oops")))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert result.failure_kind == "internal_error"
    assert "Traceback" in result.trouble[0]
    assert result.verdict.reason == "ZeroDivisionError: oops"


def test_a_box_that_dies_before_the_patch_is_in_is_ours(attempt_with: Attempt) -> None:
    dead = ("", ExecResult(137, 0.1))
    result = attempt_with(Boxes(dead, dead, dead))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert result.failure_kind == "sandbox_lost"


def test_an_image_without_git_is_no_fault_of_the_patch(attempt_with: Attempt) -> None:
    missing = REFUSED.replace("exit 1", "exit 127")
    result = attempt_with(Boxes((missing, ExecResult(99, 0.1))))
    assert result.verdict.outcome is Outcome.INFRA_ERROR
    assert "lacks git or patch" in result.verdict.reason


def test_an_interruption_is_no_verdict(attempt_with: Attempt) -> None:
    with pytest.raises(SandboxCancelled):
        attempt_with(Boxes(SandboxCancelled("stopped")))


def test_what_breaks_because_the_run_was_stopped_is_no_verdict(tmp_path: Path) -> None:
    """Stopping hangs up on the engine in the middle of a build, which fails for that reason."""
    cancelled = threading.Event()

    class Stopped(Images):
        def ready(self, instance: Instance) -> Future[PreparedImage]:
            cancelled.set()
            raise InfrastructureError("build_failed", "the engine hung up", retryable=False)

    stopped = workshop(Boxes(), tmp_path, images=Stopped(), cancelled=cancelled)
    with pytest.raises(SandboxCancelled):
        run_attempt(ITEM, stopped, counted(1).turn())


def test_an_interrupted_run_begins_nothing_more(tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(SandboxCancelled):
        run_attempt(ITEM, workshop(Boxes(), tmp_path, cancelled=cancelled), counted(1).turn())


def test_a_run_without_a_patch_brings_none_into_the_box(attempt_with: Attempt) -> None:
    bare = replace(PREDICTION, model_patch="", run_unpatched=True)
    failing = PASSING_LOG.replace("PASSED t::a", "FAILED t::a").replace("Code: 0", "Code: 1")
    boxes = Boxes(("\n{token} applied 1.0\n" + failing, ExecResult(0, 1.0)))
    result = attempt_with(boxes, item=work_item(INSTANCE, bare, Settings(), "official-5"))
    assert result.verdict.outcome is Outcome.UNRESOLVED
    assert PATCH_PATH not in boxes.boxes[0].files


def test_pip_gives_up_at_once_only_where_there_is_no_network(attempt_with: Attempt) -> None:
    boxes = Boxes(GOOD, GOOD)
    attempt_with(boxes)
    online = replace(ITEM, limits=replace(ITEM.limits, network=True))
    result = attempt_with(boxes, item=online)
    offline_environment, online_environment = (dict(r.environment) for r in boxes.requests)
    assert offline_environment["PIP_RETRIES"] == "0"
    assert online_environment == {}
    assert "network_enabled" in [finding.kind for finding in result.verdict.findings]


@pytest.mark.parametrize("patch", [None, ""])
def test_an_empty_patch_is_settled_without_a_box(patch: str | None) -> None:
    empty = Prediction("o__r-1", "model", patch)
    result = settle_empty(work_item(INSTANCE, empty, Settings(), "official-5"))
    assert result.verdict.outcome is Outcome.EMPTY_PATCH
    assert result.transcript is None


def test_repairs_of_the_patch_are_told(attempt_with: Attempt) -> None:
    mended = replace(PREDICTION, repairs=("removed a Markdown fence",))
    result = attempt_with(Boxes(GOOD), item=work_item(INSTANCE, mended, Settings(), "official-5"))
    assert "patch_repaired" in [finding.kind for finding in result.verdict.findings]
