"""What a run will need of the disk and what will be done about it, said before it begins. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from runner.image_needs import ImageNeeds
from runner.size_estimates import Beside, SizeEstimates
from runner.supply_steps import in_gb, kind_of
from task_specs.instance import Instance

_SUGGESTED_SHARE = 0.75
"""Of the free disk: the rest is for what the tests write and for everything else."""
_TIGHT = 0.9
"""A run that takes more of the free disk than this may well fill it."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """All sizes are bytes."""

    images: int
    """That the run needs, each counted once."""
    present: int
    fetch_bytes: int
    """What those to be fetched take together, shared layers once; an estimate."""
    largest: str
    """The image of those whose size is known that takes the most while it is fetched; or empty."""
    largest_bytes: int
    free_bytes: int | None
    """None where the engine's disk cannot be seen from here."""
    budget_bytes: int | None

    @property
    def to_fetch(self) -> int:
        return self.images - self.present

    @property
    def fits(self) -> bool:
        """Whether all of it can be kept at once; where nothing is known of the disk, it counts
        as large enough."""
        room = self.free_bytes if self.budget_bytes is None else self.budget_bytes
        return room is None or self.fetch_bytes <= room * _TIGHT

    @property
    def impossible(self) -> bool:
        """Whether an image that is known cannot be had within the budget, even alone."""
        return self.budget_bytes is not None and self.largest_bytes > self.budget_bytes

    @property
    def text(self) -> str:
        """The same for people: a sentence or two; empty where nothing has to be fetched."""
        if not self.to_fetch:
            return ""
        count = f"{self.images} image{'s' if self.images > 1 else ''}, {self.present} present"
        text = f"{count}; fetching the rest takes about {in_gb(self.fetch_bytes)}"
        if self.free_bytes is not None:
            text += f"; {in_gb(self.free_bytes)} are free"
        return f"{text}{self._consequence()}."

    def _consequence(self) -> str:
        budget, free = self.budget_bytes, self.free_bytes
        if budget is not None:
            if self.impossible:
                return (
                    f". {self.largest} alone takes {in_gb(self.largest_bytes)} while it is "
                    f"fetched, more than the disk budget of {in_gb(budget)}: its tasks cannot run"
                )
            beyond = free is not None and budget > free
            shortage = ", but the disk has not that much" if beyond else ""
            if self.fits:
                return f". All fit into the disk budget of {in_gb(budget)}{shortage}"
            return (
                f". They are removed as they are done with, so that the run stays within "
                f"{in_gb(budget)}{shortage}"
            )
        if free is None or self.fits:
            return ""
        suggested = max(1, int(free * _SUGGESTED_SHARE / 10**9))
        return f": give --disk-budget {suggested}GB and they are removed as they are done with"


def preflight(
    needs: Iterable[Instance],
    present: Container[str],
    sizes: SizeEstimates,
    *,
    free_bytes: int | None,
    budget_bytes: int | None,
) -> Preflight:
    """Foretell a run over `needs`, whose images are on the engine already where `present` has
    their references.

    What images share is counted once: the first of each family in full, the others beside it.
    """
    images = ImageNeeds(lambda instance: (instance.image,))
    for instance in needs:
        images.needed(instance)
    families = {need.family for need in images if need.reference in present}
    found = sum(need.reference in present for need in images)
    total, largest, largest_bytes = 0, "", 0
    for need in images:
        if need.reference in present:
            continue
        kind = kind_of(need)
        if need.family in families:
            beside = Beside.FAMILY
        else:
            beside = Beside.OTHERS if families else Beside.NOTHING
        families.add(need.family)
        total += sizes.expected(kind, beside).lasting
        known = sizes.known(kind, beside)
        if known is not None and known.most > largest_bytes:
            largest, largest_bytes = need.reference, known.most
    return Preflight(
        images=len(list(images)),
        present=found,
        fetch_bytes=total,
        largest=largest,
        largest_bytes=largest_bytes,
        free_bytes=free_bytes,
        budget_bytes=budget_bytes,
    )


def sizes_for(needs: Iterable[Instance]) -> SizeEstimates:
    """Return what this user's earlier runs have learned of the images that are needed."""
    images = ImageNeeds(lambda instance: (instance.image,))
    for instance in needs:
        images.needed(instance)
    return SizeEstimates([kind_of(need) for need in images])
