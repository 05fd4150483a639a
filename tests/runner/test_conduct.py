"""A run carried out without an engine: order, repetitions, memory of earlier runs, second looks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.sandbox import ExecResult, InfrastructureError, SandboxRequest
from harness.verdict import Outcome
from runner import attempt
from runner.attempt import AttemptResult
from runner.conduct import Conductor, Knowledge
from runner.events import Event, Expected
from runner.history import History
from runner.plan import WorkItem, work_item
from runner.reuse import Reuse
from runner.settings import Settings
from runner.transcript_cache import TranscriptCache
from task_specs.instance import Instance
from task_specs.prediction import Prediction
from tests.fake_equipment import APPLIED, FakeEquipment, Script
from tests.runner.test_attempt import PASSING_LOG
from tests.runner.test_plan import INSTANCE

PASSES = (APPLIED + PASSING_LOG, ExecResult(0, 1.0))
HANGS = (APPLIED + PASSING_LOG[:40], ExecResult(None, 9.0, timed_out=True))
FAILS = (
    APPLIED + PASSING_LOG.replace("PASSED t::a", "FAILED t::a").replace("Code: 0", "Code: 1"),
    ExecResult(1, 1.0),
)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "RETRY_PAUSES", (0.0,))


def task(number: int, tests: int = 1) -> Instance:
    return replace(
        INSTANCE,
        instance_id=f"o__r-{number}",
        image=f"o/r:{number}",
        PASS_TO_PASS=("t::b",) * tests,
        eval_script=f"run tests of {number}",
    )


def item(
    instance: Instance, patch: str = "a patch\n", model: str = "model", **settings: bool
) -> WorkItem:
    prediction = Prediction(instance.instance_id, model, patch)
    return work_item(instance, prediction, Settings(**settings), "official-5")  # type: ignore[arg-type]


class Counting:
    """A script that counts how often each patch was run."""

    def __init__(self, script: Script = lambda request, patch: PASSES) -> None:
        self.script = script
        self.runs: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    def __call__(self, request: SandboxRequest, patch: str) -> tuple[str, ExecResult]:
        with self.lock:
            self.runs.append((request.image, patch))
        return self.script(request, patch)


def conduct(
    folder: Path,
    items: Sequence[WorkItem],
    equipment: FakeEquipment,
    settings: Settings | None = None,
    events: list[Event] | None = None,
) -> list[AttemptResult]:
    settings = settings or Settings()
    reuse = Reuse(TranscriptCache(folder / "cache"), "run", fresh=settings.fresh)
    with History(folder / "history.sqlite") as history:
        conductor = Conductor(
            equipment,
            Knowledge(reuse, history),
            settings,
            scratch=folder,
            listener=(events if events is not None else []).append,
        )
        return list(conductor.results(items))


def test_what_was_run_before_is_recalled_with_its_provenance(tmp_path: Path) -> None:
    script = Counting()
    conduct(tmp_path, [item(task(1), model="a")], FakeEquipment(script))
    again = conduct(tmp_path, [item(task(1), model="b")], FakeEquipment(script))
    assert len(script.runs) == 1
    assert again[0].verdict.outcome is Outcome.RESOLVED
    assert again[0].reused is not None
    assert again[0].reused.model_name_or_path == "a"
    fresh = conduct(
        tmp_path, [item(task(1), model="b")], FakeEquipment(script), Settings(fresh=True)
    )
    assert len(script.runs) == 2
    assert fresh[0].reused is None


def test_another_image_under_the_same_name_is_run(tmp_path: Path) -> None:
    script = Counting()
    conduct(tmp_path, [item(task(1))], FakeEquipment(script))

    class Renewed(FakeEquipment):
        def digest_without_fetching(self, instance: Instance) -> str | None:
            return None

    assert len(script.runs) == 1
    again = conduct(tmp_path, [item(task(1))], Renewed(script))
    assert again[0].reused is not None  # told by the digest once the image was there
    assert len(script.runs) == 1


def test_a_network_makes_the_past_worthless(tmp_path: Path) -> None:
    online = item(task(1))
    online = replace(online, limits=replace(online.limits, network=True))
    script = Counting()
    for _ in range(2):
        conduct(tmp_path, [online], FakeEquipment(script))
    assert len(script.runs) == 2


def test_identical_patches_of_a_batch_run_once(tmp_path: Path) -> None:
    script = Counting()
    models = [item(task(1), model=f"m{number}") for number in range(5)]
    results = conduct(tmp_path, models, FakeEquipment(script))
    assert len(script.runs) == 1
    assert {r.item.key for r in results} == {i.key for i in models}
    assert sum(r.reused is None for r in results) == 1


def test_a_failure_of_ours_is_not_shared(tmp_path: Path) -> None:
    absent = InfrastructureError("image_unavailable", "there is none", retryable=False)
    equipment = FakeEquipment(Counting(), failures={"o__r-1": absent})
    results = conduct(tmp_path, [item(task(1), model=m) for m in "abc"], equipment)
    assert [r.verdict.outcome for r in results] == [Outcome.INFRA_ERROR] * 3
    assert all(r.reused is None for r in results)
    assert equipment.supplies[0].given_up.count("o__r-1") >= 1


def test_the_longest_go_first_and_the_estimate_is_told(tmp_path: Path) -> None:
    script, events = Counting(), list[Event]()
    todo = [item(task(number, tests=number)) for number in range(1, 61)]
    conduct(tmp_path, todo, FakeEquipment(script, jobs=1), events=events)
    numbers = [int(image.rpartition(":")[2]) for image, _ in script.runs]
    # A few get ready ahead of their turn, and who is ready first begins first.
    assert set(range(51, 61)) < set(numbers[:30])
    told = next(event for event in events if isinstance(event, Expected))
    assert set(told.seconds) == {each.key for each in todo}


def test_a_timeout_in_company_is_looked_at_again_alone(tmp_path: Path) -> None:
    """A machine that was too busy is no fault of the patch."""
    meeting = threading.Barrier(2)
    seen: list[str] = []

    def script(request: SandboxRequest, patch: str) -> tuple[str, ExecResult]:
        seen.append(request.image)
        if seen.count(request.image) == 1:
            meeting.wait(10)
        return HANGS if request.image == "o/r:1" and seen.count("o/r:1") == 1 else PASSES

    results = conduct(tmp_path, [item(task(1)), item(task(2))], FakeEquipment(script))
    by_look = [r for r in results if r.item.instance.instance_id == "o__r-1"]
    assert [r.verdict.outcome for r in by_look] == [Outcome.TIMED_OUT, Outcome.RESOLVED]
    assert [r.second_look_due for r in by_look] == [True, False]
    assert by_look[1].first_look is not None
    assert by_look[1].first_look.outcome is Outcome.TIMED_OUT
    assert not by_look[1].had_company


def test_a_timeout_alone_is_believed_and_so_is_one_where_the_user_says_so(tmp_path: Path) -> None:
    results = conduct(tmp_path, [item(task(1))], FakeEquipment(lambda *_: HANGS))
    assert [(r.verdict.outcome, r.second_look_due) for r in results] == [(Outcome.TIMED_OUT, False)]
    meeting = threading.Barrier(2)

    def together(request: SandboxRequest, patch: str) -> tuple[str, ExecResult]:
        meeting.wait(10)
        return HANGS

    believed = Settings(second_look=False)
    results = conduct(tmp_path, [item(task(1)), item(task(2))], FakeEquipment(together), believed)
    assert [r.second_look_due for r in results] == [False, False]


def test_want_of_memory_is_looked_at_again_and_followers_wait_for_it(tmp_path: Path) -> None:
    killed = (FAILS[0], replace(FAILS[1], oom_killed=True))
    meeting = threading.Barrier(2)
    runs: list[str] = []

    def script(request: SandboxRequest, patch: str) -> tuple[str, ExecResult]:
        runs.append(request.image)
        if runs.count(request.image) == 1:
            meeting.wait(10)
            return killed if request.image == "o/r:1" else PASSES
        return PASSES

    todo = [item(task(1), model="a"), item(task(2)), item(task(1), model="b")]
    results = conduct(tmp_path, todo, FakeEquipment(script))
    final = {r.item.key: r.verdict.outcome for r in results}
    assert set(final.values()) == {Outcome.RESOLVED}
    assert runs.count("o/r:1") == 2
    assert len(results) == 4


def test_cancelling_ends_it(tmp_path: Path) -> None:
    running = threading.Event()
    equipment = FakeEquipment(lambda *_: PASSES)

    def hang(request: SandboxRequest, patch: str) -> tuple[str, ExecResult]:
        running.set()
        assert equipment.provider.cancelled.wait(10)
        return PASSES

    equipment.provider.script = hang
    with History(tmp_path / "history.sqlite") as history:
        conductor = Conductor(
            equipment,
            Knowledge(Reuse(TranscriptCache(tmp_path / "c"), "r", fresh=True), history),
            Settings(),
            scratch=tmp_path,
            listener=lambda _: None,
        )

        def cancel() -> None:
            assert running.wait(10)
            conductor.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        assert list(conductor.results([item(task(n)) for n in range(30)])) == []
        thread.join()
    assert equipment.provider.closed
    assert equipment.supplies[0].closed
