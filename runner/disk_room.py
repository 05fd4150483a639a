"""How much of a disk budget is left: arithmetic over what is measured and what is on its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runner.size_estimates import FetchSize


@dataclass(slots=True)
class Reservation:
    """Disk that a fetch under way may need."""

    size: FetchSize
    download: int = 0
    """Bytes that the engine says are to be downloaded, so far."""
    downloaded: int = 0

    @property
    def likely(self) -> FetchSize:
        """What it will take, by all that is known now."""
        return self.size.scaled_to_download(self.download)

    @property
    def at_least(self) -> int:
        """What it takes for sure: the download, and layers no smaller than it beside it."""
        return 2 * self.download


class DiskRoom:
    """The room that a run has on the engine's disk under its budget. All numbers are bytes.

    What counts is how much more the engine's disk holds than when the run began, and the run's
    own output. What is fetched is not visible there before it is complete, so it is reserved for
    until a measurement that was begun after its end.
    """

    def __init__(self, budget: int, disk: int, ours: int) -> None:
        """`disk` is what the engine's disk holds now, `ours` the part of it that an earlier call
        of the run brought."""
        self.budget = budget
        self.peak = 0
        """The most that was seen in use."""
        self._baseline = max(0, disk - ours)
        self._disk = disk
        self._output = 0
        self._reservations: dict[str, Reservation] = {}

    @property
    def used(self) -> int:
        """What counts of what was measured last."""
        return self._disk - self._baseline + self._output

    @property
    def left(self) -> int:
        """What nothing uses and nothing is reserved for; negative where too much is under way."""
        return (
            self.budget
            - self.used
            - sum(reservation.likely.most for reservation in self._reservations.values())
        )

    @property
    def most_for_one(self) -> int:
        """What an image may take that has all the room to itself."""
        return self.budget - self._output

    @property
    def output(self) -> int:
        """What the run's own output takes."""
        return self._output

    def measured(self, disk: int, output: int, *, ended: Iterable[str] = ()) -> int:
        """Take in a measurement; return by how much the engine's disk has grown since the last.

        `ended` are the fetches that were complete before it was begun.
        """
        growth = disk - self._disk
        self._disk, self._output = disk, output
        # Somebody else has made room; that is no credit to spend.
        self._baseline = min(self._baseline, disk)
        under_way = sum(each.downloaded for each in self._reservations.values())
        self.peak = max(self.peak, self.used + under_way)
        for reference in ended:
            self._reservations.pop(reference, None)
        return growth

    def forget_others(self) -> None:
        """Nothing of the run is there, so what has been added is other people's."""
        self._baseline = self._disk

    def reserve(self, reference: str, size: FetchSize) -> None:
        """Set disk aside for a fetch that begins."""
        self._reservations[reference] = Reservation(size)

    def progressed(self, reference: str, downloaded: int, download: int) -> None:
        """A fetch has downloaded so much, of what is known to be so much."""
        reservation = self._reservations[reference]
        reservation.downloaded = max(reservation.downloaded, downloaded)
        reservation.download = max(reservation.download, download)

    def surely_needs(self, reference: str) -> int:
        """Return what a fetch under way takes at least; 0 where none is."""
        reservation = self._reservations.get(reference)
        return 0 if reservation is None else reservation.at_least

    def release(self, reference: str) -> None:
        """A fetch ended without bringing anything."""
        self._reservations.pop(reference, None)
