"""Images ahead of need, with real threads on an engine that is not one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.box_run import PreparedImage
from harness.sandbox import InfrastructureError, SandboxCancelled
from runner.events import Event, ImageProgress, ImageReady
from runner.image_supply import ImageSupply
from task_specs.instance import Instance
from tests.runner.fake_shelf import FakeShelf
from tests.runner.made_trees import an_instance

MB = 10**6
SOON = 30.0
"""Seconds; what does not happen by then never does."""


def task(image: str, family: str = "") -> Instance:
    return an_instance(image=image, instance_id=f"o__{image}", version=family or image)


@dataclass
class Bench:
    """A supply under test, and what it tells."""

    shelf: FakeShelf
    folder: Path
    events: list[Event] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def supply(
        self, *images: str, budget: int | None = None, ahead: int = 16
    ) -> Iterator[ImageSupply]:
        supply = ImageSupply(
            self.shelf,
            [task(image) for image in images],
            budget_bytes=budget,
            run_folder=self.folder,
            listener=self.events.append,
            cancelled=self.cancelled,
            ahead=ahead,
        )
        try:
            yield supply
        finally:
            supply.close()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(FakeShelf({f"i{number}": 100 * MB for number in range(20)}), tmp_path)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)


def run_all(supply: ImageSupply, images: list[str], jobs: int = 2) -> list[str]:
    """A small dispatcher: whatever is ready runs, `jobs` at a time."""
    waiting: dict[Future[PreparedImage], list[str]] = {}
    for image in images:
        waiting.setdefault(supply.ready(task(image)), []).append(image)
    ran: list[str] = []
    while waiting:
        ready, _ = wait(waiting, timeout=SOON, return_when=FIRST_COMPLETED)
        assert ready, f"nothing comes any more, of {waiting.values()}"
        for future in list(ready)[:jobs]:
            for image in waiting.pop(future):
                assert future.result().reference == image
                ran.append(image)
                supply.done(task(image))
    return ran


def test_what_is_present_is_ready_while_pulls_go_on(bench: Bench) -> None:
    bench.shelf.there.add("i9")
    bench.shelf.hold_back("i0", "i1", "i2", "i3")
    with bench.supply("i0", "i1", "i2", "i3", "i9") as supply:
        eventually(lambda: bench.shelf.at_once == 4)
        assert supply.ready(task("i9")).result(SOON) == PreparedImage("i9", "sha256:i9")
        assert not supply.ready(task("i0")).done()
        bench.shelf.let_go("i0")
        assert supply.ready(task("i0")).result(SOON).reference == "i0"


def test_images_come_before_anyone_asks_and_each_is_fetched_once(bench: Bench) -> None:
    images = [f"i{number}" for number in range(12)]
    with bench.supply(*images, *images) as supply:
        eventually(lambda: bench.shelf.there == set(images))
        assert sorted(run_all(supply, images * 2)) == sorted(images * 2)
    assert sorted(bench.shelf.fetches) == sorted(images)
    assert bench.shelf.most_at_once <= 4
    assert bench.shelf.discards == []


def test_only_so_many_come_ahead(bench: Bench) -> None:
    bench.shelf.hold_back("i3")
    with bench.supply("i0", "i1", "i2", "i3", "i4", ahead=3) as supply:
        eventually(lambda: bench.shelf.there == {"i0", "i1", "i2"})
        supply.done(task("i0"))
        eventually(lambda: "i3" in bench.shelf.fetches)
        assert "i4" not in bench.shelf.fetches


def test_progress_is_told_by_a_task_that_needs_the_image(bench: Bench) -> None:
    with bench.supply("i0") as supply:
        supply.ready(task("i0")).result(SOON)
    progress = ImageProgress("o__i0", "pulling 25 of 50 MB, 0 of 1 layers")
    assert bench.events == [progress, ImageReady("o__i0")]


def test_an_image_that_cannot_be_had_fails_alone_and_for_good(bench: Bench) -> None:
    with bench.supply("nowhere", "i0") as supply:
        assert supply.ready(task("i0")).result(SOON).reference == "i0"
        for _ in range(3):
            with pytest.raises(InfrastructureError, match="no nowhere"):
                supply.ready(task("nowhere")).result(SOON)
    assert bench.shelf.fetches.count("nowhere") == 1


def test_asking_again_after_a_failure_that_may_pass_tries_again(bench: Bench) -> None:
    bench.shelf.failures["i0"] = [InfrastructureError("registry_failed", "not now")]
    with bench.supply("i0") as supply:
        with pytest.raises(InfrastructureError, match="not now"):
            supply.ready(task("i0")).result(SOON)
        assert supply.ready(task("i0")).result(SOON).reference == "i0"


def test_an_image_that_was_not_announced_is_had_too(bench: Bench) -> None:
    with bench.supply("i0") as supply:
        assert supply.ready(task("i5")).result(SOON).reference == "i5"


def test_an_image_that_somebody_removes_is_had_again(bench: Bench) -> None:
    """`docker image prune --all` in the middle of a run."""
    with bench.supply("i0") as supply:
        supply.ready(task("i0")).result(SOON)
        bench.shelf.there.clear()
        supply.lost(task("i0"))
        supply.ready(task("i0")).result(SOON)
    assert bench.shelf.there == {"i0"}


def test_an_interruption_ends_all_waiting(bench: Bench) -> None:
    bench.shelf.hold_back("i0")
    with bench.supply("i0") as supply:
        promise = supply.ready(task("i0"))
        bench.cancelled.set()
        with pytest.raises(SandboxCancelled):
            promise.result(SOON)
        with pytest.raises(SandboxCancelled):
            supply.ready(task("i7")).result(SOON)


def test_a_pull_whose_items_were_all_settled_otherwise_is_ended(bench: Bench) -> None:
    bench.shelf.hold_back("i0")
    with bench.supply("i0", "i1") as supply:
        eventually(lambda: "i0" in bench.shelf.fetches)
        supply.done(task("i0"))
        eventually(lambda: bench.shelf.at_once == 0)
        supply.ready(task("i1")).result(SOON)
    assert bench.shelf.there == {"i1"}


def test_ready_images_are_leased_until_they_are_done_with(bench: Bench) -> None:
    bench.shelf.there.add("i0")
    with bench.supply("i0", "i1") as supply:
        supply.ready(task("i0")).result(SOON)
        eventually(lambda: bench.shelf.leases["i0"] == 1)
        supply.done(task("i0"))
        eventually(lambda: bench.shelf.leases["i0"] == 0)
        eventually(lambda: bench.shelf.leases["i1"] == 1)
    assert not +bench.shelf.leases


# Under a budget


def test_a_run_three_times_as_large_as_its_budget(bench: Bench) -> None:
    images = [f"i{number}" for number in range(12)]
    bench.shelf.there.add("i3")
    with bench.supply(*images, budget=450 * MB) as supply:
        assert sorted(run_all(supply, images)) == sorted(images)
        peak = supply.peak_bytes
    assert bench.shelf.there == {"i3"}, "what the user had stays, and nothing else"
    assert sorted(bench.shelf.discards) == sorted(set(images) - {"i3"})
    assert bench.shelf.most_used <= 550 * MB
    assert peak is not None
    assert 100 * MB <= peak <= 450 * MB


def test_the_output_of_the_run_counts(bench: Bench) -> None:
    (bench.folder / "log").write_bytes(b"x" * (2 * MB))
    with (
        bench.supply("i0", budget=1 * MB) as supply,
        pytest.raises(InfrastructureError, match="the run's own output takes all") as caught,
    ):
        supply.ready(task("i0")).result(SOON)
    assert (caught.value.kind, caught.value.retryable) == ("disk_budget", False)


def test_an_image_that_is_too_large_is_refused_as_soon_as_that_shows(bench: Bench) -> None:
    bench.shelf.sizes["big"] = 1000 * MB
    bench.shelf.hold_back("big")
    with bench.supply("big", "i0", budget=500 * MB) as supply:
        with pytest.raises(InfrastructureError, match=r"1\.0 GB of disk") as caught:
            supply.ready(task("big")).result(SOON)
        assert caught.value.kind == "disk_budget"
        assert supply.ready(task("i0")).result(SOON).reference == "i0"


def test_a_run_goes_on_with_what_it_brought_before(bench: Bench) -> None:
    """It was killed: one image is needed still, and of one nobody knows any more."""
    bench.shelf.there.update({"i0", "i1", "i9"})
    bench.shelf.brought_here.update({"i0", "i1"})
    with bench.supply("i0", budget=10_000 * MB) as supply:
        eventually(lambda: bench.shelf.discards == ["i1"])
        assert run_all(supply, ["i0"]) == ["i0"]
        eventually(lambda: bench.shelf.discards == ["i1", "i0"])
    assert bench.shelf.there == {"i9"}
    assert bench.shelf.fetches == []


def test_what_an_interrupted_run_still_needs_stays(bench: Bench) -> None:
    with bench.supply("i0", "i1", budget=10_000 * MB) as supply:
        supply.ready(task("i0")).result(SOON)
        supply.ready(task("i1")).result(SOON)
        supply.done(task("i0"))
        bench.cancelled.set()
    assert bench.shelf.there == {"i1"}


def test_an_image_is_removed_once_its_last_box_is_gone(bench: Bench) -> None:
    """Boxes are removed in the background, a moment after their attempts have ended."""
    with bench.supply("i0", "i1", budget=10_000 * MB) as supply:
        supply.ready(task("i0")).result(SOON)
        bench.shelf.used_by_boxes.add("i0")
        supply.done(task("i0"))
        supply.ready(task("i1")).result(SOON)
        assert "i0" in bench.shelf.there
        bench.shelf.used_by_boxes.clear()
        eventually(lambda: "i0" not in bench.shelf.there)


def test_room_is_made_when_a_pull_finds_the_disk_full(bench: Bench) -> None:
    full = InfrastructureError("disk_full", "no space left on device", retryable=False)
    bench.shelf.failures["i1"] = [full]
    with bench.supply("i0", "i1", budget=10_000 * MB, ahead=1) as supply:
        supply.ready(task("i0")).result(SOON)
        supply.postpone(task("i0"))
        assert supply.ready(task("i1")).result(SOON).reference == "i1"
        assert bench.shelf.discards == ["i0"]


def test_a_disk_that_is_full_of_other_things_fails_the_image(bench: Bench) -> None:
    full = InfrastructureError("disk_full", "no space left on device", retryable=False)
    bench.shelf.failures["i0"] = [full, full]
    with (
        bench.supply("i0", budget=10_000 * MB) as supply,
        pytest.raises(InfrastructureError, match="no space left"),
    ):
        supply.ready(task("i0")).result(SOON)


def test_a_box_that_finds_the_disk_full_gets_room(bench: Bench) -> None:
    with bench.supply("i0", "i1", budget=10_000 * MB) as supply:
        for image in ("i0", "i1"):
            supply.ready(task(image)).result(SOON)
        assert not supply.make_room(), "both are in use"
        supply.postpone(task("i0"))
        assert supply.make_room()
        assert "i0" not in bench.shelf.there
        assert supply.ready(task("i0")).result(SOON).reference == "i0"


def test_without_a_budget_nothing_gives_way(bench: Bench) -> None:
    with bench.supply("i0") as supply:
        supply.ready(task("i0")).result(SOON)
        supply.postpone(task("i0"))
        assert not supply.make_room()
        assert supply.peak_bytes is None
    assert bench.shelf.there == {"i0"}


def test_sizes_are_remembered_for_the_next_run(bench: Bench) -> None:
    """The second run knows, before anything is fetched, that an image does not fit."""
    with bench.supply("i0", budget=1000 * MB) as supply:
        run_all(supply, ["i0"])
        eventually(lambda: bench.shelf.discards == ["i0"])
    with (
        bench.supply("i0", budget=120 * MB) as supply,
        pytest.raises(InfrastructureError, match="150 MB of disk"),
    ):
        supply.ready(task("i0")).result(SOON)
    assert bench.shelf.fetches == ["i0"]
