"""The guard of the engine's disk, with a disk and an engine of paper."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from containers import disk_guard
from containers.disk_guard import DiskGuard, DiskStop
from containers.engine import Engine
from containers.errors import EngineError
from task_specs.limits import GIB, MIB


class PaperEngine:
    """Containers that have written so much, on a disk of 100 GiB with so much left."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {}
        self.free = 50 * GIB
        self.measured: list[str] = []
        self.looked = threading.Semaphore(0)

    def written_bytes(self, container: str) -> int:
        self.measured.append(container)
        if container not in self.written:
            raise EngineError(
                "engine_error", "measure", "No such container", status=404, retryable=True
            )
        return self.written[container]

    def statvfs(self, _path: object) -> os.statvfs_result:
        self.looked.release()
        blocks = 100 * GIB // 512
        return os.statvfs_result(
            (512, 512, blocks, self.free // 512, self.free // 512, 9, 9, 9, 0, 255)
        )

    def let_it_look(self) -> None:
        """Return when the guard has seen what is now, and has done what follows."""
        while self.looked.acquire(blocking=False):
            pass
        for _ in range(8):  # one look may ask four times
            assert self.looked.acquire(timeout=30)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PaperEngine:
    paper = PaperEngine()
    monkeypatch.setattr(os, "statvfs", paper.statvfs)
    monkeypatch.setattr(disk_guard, "LOOK_SECONDS", 0.002)
    return paper


Guard = Callable[..., list[DiskStop]]


@pytest.fixture
def guarded(engine: PaperEngine, tmp_path: Path) -> Iterator[Guard]:
    """Begin to guard a container; the list is filled with what it is stopped for."""
    guard = DiskGuard(cast(Engine, engine), tmp_path)
    with ExitStack() as boxes:

        def begin(container: str, limit: int = 20 * GIB) -> list[DiskStop]:
            stops: list[DiskStop] = []
            boxes.enter_context(guard.guarding(container, limit, stops.append))
            return stops

        yield begin
    guard.close()


def test_a_disk_that_does_not_shrink_costs_no_question(engine: PaperEngine, guarded: Guard) -> None:
    stops = guarded("a")
    engine.let_it_look()
    assert (stops, engine.measured) == ([], [])


def test_who_writes_more_than_it_may_is_stopped(engine: PaperEngine, guarded: Guard) -> None:
    engine.written = {"greedy": 11 * GIB, "modest": GIB}
    greedy, modest = guarded("greedy", 10 * GIB), guarded("modest", 10 * GIB)
    engine.free -= 12 * GIB
    engine.let_it_look()
    assert set(greedy) == {DiskStop.LIMIT}
    assert modest == []


def test_where_the_disk_runs_short_who_wrote_most_is_stopped_and_the_others_get_time(
    engine: PaperEngine, guarded: Guard
) -> None:
    engine.written = {"greedy": 9 * GIB, "modest": GIB}
    greedy, modest = guarded("greedy"), guarded("modest")
    engine.free = GIB
    engine.let_it_look()
    assert set(greedy) == {DiskStop.SHORTAGE}
    assert modest == []


def test_a_disk_that_others_filled_stops_no_box(engine: PaperEngine, guarded: Guard) -> None:
    engine.written = {"a": 10 * MIB}
    stops = guarded("a")
    engine.free = GIB
    engine.let_it_look()
    assert stops == []


def test_a_box_that_is_gone_keeps_nobody_from_measuring_the_others(
    engine: PaperEngine, guarded: Guard
) -> None:
    engine.written = {"greedy": 11 * GIB}
    guarded("gone", 10 * GIB)
    greedy = guarded("greedy", 10 * GIB)
    engine.free -= 12 * GIB
    engine.let_it_look()
    assert set(greedy) == {DiskStop.LIMIT}


def test_a_box_under_which_the_disk_was_full_knows(engine: PaperEngine, tmp_path: Path) -> None:
    guard = DiskGuard(cast(Engine, engine), tmp_path)
    with guard.guarding("a", GIB, print) as calm:
        engine.let_it_look()
    engine.free = 0
    with guard.guarding("b", GIB, print) as unlucky:
        engine.let_it_look()
    guard.close()
    assert not calm.saw_full_disk
    assert unlucky.saw_full_disk
