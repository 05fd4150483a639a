"""Measuring a disk, and learning sizes from how it grows."""

from __future__ import annotations

import threading
from pathlib import Path

from harness.sandbox import InfrastructureError
from runner.disk_room import DiskRoom
from runner.disk_watch import DiskWatch, folder_bytes
from runner.image_need import Need
from runner.size_estimates import Beside, FetchSize, SizeEstimates
from runner.supply_steps import Fetch, kind_of
from tests.runner.made_trees import an_instance


class Disk:
    """An engine's disk that grows as a test says."""

    def __init__(self, folder: Path) -> None:
        self.holds = 0
        self.answers = True
        self.asked = 0
        self.room = DiskRoom(1000, 0, 0)
        self.needs = [Need(an_instance(image=f"i{n}"), "f", (f"i{n}",)) for n in range(3)]
        self.sizes = SizeEstimates([kind_of(need) for need in self.needs], folder / "sizes.json")
        self.watch = DiskWatch(self.used, folder, self.room, self.sizes, threading.Condition())

    def used(self) -> int:
        self.asked += 1
        if not self.answers:
            raise InfrastructureError("engine_unreachable", "gone")
        return self.holds

    def fetch(self, number: int, grows: int, download: int, image_bytes: int = 1000) -> None:
        need = self.needs[number]
        need.download = download
        fetch = Fetch(need, Beside.OTHERS, FetchSize(1, 1))
        self.room.reserve(need.reference, fetch.size)
        self.holds += grows
        self.watch.fetched(fetch, image_bytes)

    def learned(self, number: int) -> FetchSize | None:
        return self.sizes.known(kind_of(self.needs[number]), Beside.OTHERS)


def test_an_image_is_known_by_how_the_disk_grew(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.fetch(0, grows=100, download=40)
    assert disk.watch.due_now
    disk.watch.look()
    assert disk.learned(0) == FetchSize(100, 40)
    assert not disk.watch.due_now
    assert disk.room.left == 1000 - 100 - disk.room.output, "no longer reserved for"


def test_images_that_came_together_share_the_growth_by_their_downloads(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.fetch(0, grows=90, download=30)
    disk.fetch(1, grows=30, download=10)
    disk.watch.look()
    assert disk.learned(0) == FetchSize(90, 30)
    assert disk.learned(1) == FetchSize(30, 10)


def test_what_others_added_is_not_held_against_an_image(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.fetch(0, grows=900, download=30, image_bytes=80)
    disk.watch.look()
    assert disk.learned(0) == FetchSize(80, 30)


def test_nothing_is_learned_where_something_was_removed_meanwhile(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.fetch(0, grows=100, download=30)
    disk.watch.removed()
    disk.watch.look()
    assert disk.learned(0) is None


def test_an_engine_that_does_not_answer_is_asked_again_and_reservations_stay(
    tmp_path: Path,
) -> None:
    disk = Disk(tmp_path)
    disk.fetch(0, grows=100, download=30)
    disk.answers = False
    disk.watch.look()
    assert disk.room.left < 1000
    disk.answers = True
    disk.fetch(1, grows=50, download=30)
    disk.watch.look()
    assert disk.room.left == 1000 - 150 - disk.room.output


def test_it_is_not_measured_more_often_than_needed(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    for _ in range(5):
        disk.watch.look()
    assert disk.asked == 1


def test_the_bytes_of_a_folder_are_those_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert 100_000 <= folder_bytes(tmp_path) < 120_000
    assert folder_bytes(tmp_path / "nothing") == 0
