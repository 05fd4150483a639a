"""The scheduler, with workers that are threads and work that is scripted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

import pytest

from harness.box_run import PreparedImage
from harness.sandbox import SandboxCancelled
from harness.verdict import Outcome, Verdict
from runner.attempt import AttemptResult
from runner.backends.local import LocalBackend
from runner.plan import WorkItem, work_item
from runner.scheduler import Job, Scheduler
from runner.settings import Settings
from runner.turns import UNKNOWN, Turns
from task_specs.instance import Instance
from tests.runner.test_plan import INSTANCE, PREDICTION
from tests.runner.test_turns import counted


def items(count: int) -> list[WorkItem]:
    return [
        work_item(
            replace(INSTANCE, instance_id=f"o__r-{number}"),
            replace(PREDICTION, instance_id=f"o__r-{number}"),
            Settings(),
            "official-5",
        )
        for number in range(count)
    ]


def result_of(item: WorkItem) -> AttemptResult:
    return AttemptResult(item, Verdict(item.instance.instance_id, Outcome.RESOLVED, ""), None, 0.0)


class Images:
    """Images that become ready when the test says so; at once unless told otherwise."""

    def __init__(self, *, ready: bool = True) -> None:
        self._ready = ready
        self.futures: dict[str, Future[PreparedImage]] = {}

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        future: Future[PreparedImage] = Future()
        self.futures[instance.instance_id] = future
        if self._ready:
            self.come(instance.instance_id)
        return future

    def come(self, instance_id: str) -> None:
        self.futures[instance_id].set_result(PreparedImage("image", "sha256:1"))


Work = Callable[[WorkItem], AttemptResult]


def refuse() -> None:
    raise AssertionError("nothing was to be cancelled")


@contextmanager
def scheduler(
    work: Work,
    jobs: int,
    todo: list[WorkItem],
    *,
    images: Images | None = None,
    cancel: Callable[[], None] = refuse,
    turns: Turns | None = None,
) -> Iterator[Scheduler]:
    turns = turns or counted(jobs)

    def attempt(job: Job) -> AttemptResult:
        with job.turn:
            return work(job.item)

    made = Scheduler(LocalBackend(attempt), turns, images or Images(), cancel)
    for rank, item in enumerate(todo):
        made.add(item, rank, partial(turns.turn, UNKNOWN, rank))
    with closing(made):
        yield made


def test_everything_comes_out_once_and_no_more_than_jobs_at_a_time() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(item: WorkItem) -> AttemptResult:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.01)
        with lock:
            now -= 1
        return result_of(item)

    todo = items(20)
    with scheduler(work, 3, todo) as made:
        results = list(made.results())
    assert sorted(r.item.key for r in results) == sorted(item.key for item in todo)
    assert most == 3


def test_items_begin_in_the_order_of_their_rank() -> None:
    begun: list[str] = []

    def work(item: WorkItem) -> AttemptResult:
        begun.append(item.instance.instance_id)
        return result_of(item)

    with scheduler(work, 1, items(9)) as made:
        list(made.results())
    assert begun == [f"o__r-{number}" for number in range(9)]


def test_what_waits_for_its_image_keeps_no_other_from_running() -> None:
    """Pulls take minutes; a slot that waits for one is a slot lost."""
    images = Images(ready=False)
    begun: list[str] = []

    def work(item: WorkItem) -> AttemptResult:
        begun.append(item.instance.instance_id)
        if item.instance.instance_id == "o__r-2":
            images.come("o__r-0")
        return result_of(item)

    with scheduler(work, 1, items(3), images=images) as made:
        images.come("o__r-1")
        results = made.results()
        assert next(results).item.instance.instance_id == "o__r-1"
        images.come("o__r-2")
        assert [r.item.instance.instance_id for r in results] == ["o__r-2", "o__r-0"]
    assert begun == ["o__r-1", "o__r-2", "o__r-0"]


def test_more_can_be_added_while_results_come() -> None:
    first, second, third = items(3)
    with scheduler(result_of, 2, [first]) as made:
        seen = []
        for result in made.results():
            seen.append(result.item)
            if result.item is first:
                made.add(second, 1, counted(1).turn)
        assert seen == [first, second]
        made.add(third, 2, counted(1).turn)
        assert [result.item for result in made.results()] == [third]


def test_a_consumer_that_leaves_cancels_what_is_under_way() -> None:
    cancelled = threading.Event()

    def work(item: WorkItem) -> AttemptResult:
        if item.instance.instance_id != "o__r-0":
            assert cancelled.wait(10)
            raise SandboxCancelled("stopped")
        return result_of(item)

    turns = counted(2)

    def cancel() -> None:
        cancelled.set()
        turns.cancel()

    with scheduler(work, 2, items(50), cancel=cancel, turns=turns) as made:
        results = made.results()
        assert next(results).item.instance.instance_id == "o__r-0"
        results.close()
        assert cancelled.is_set()


def test_an_interruption_still_hands_on_what_was_complete() -> None:
    """Ctrl-C while one attempt is ending: its verdict counts, and nothing new begins."""
    interrupted, begun = threading.Event(), []

    def work(item: WorkItem) -> AttemptResult:
        begun.append(item.instance.instance_id)
        if item.instance.instance_id == "o__r-0":
            interrupted.set()
            raise SandboxCancelled("stopped")
        assert interrupted.wait(10)
        return result_of(item)

    with scheduler(work, 2, items(50)) as made:
        ended = {r.item.instance.instance_id for r in made.results()}
    assert ended <= set(begun) - {"o__r-0"}
    assert "o__r-1" in ended
    assert len(begun) < 50


def test_a_bug_in_a_worker_is_heard() -> None:
    cancelled = []

    def work(item: WorkItem) -> AttemptResult:
        raise ZeroDivisionError(item.instance.instance_id)

    with (
        scheduler(work, 1, items(1), cancel=lambda: cancelled.append(True)) as made,
        pytest.raises(ZeroDivisionError, match="o__r-0"),
    ):
        list(made.results())
    assert cancelled


def test_nothing_to_do_is_done_at_once() -> None:
    with scheduler(result_of, 4, []) as made:
        assert list(made.results()) == []
