"""A model of an engine's disk, on which the steps of a supply are played through.

It knows layers, shared ones too. On its disk is what images have, and what a pull downloads and
unpacks before its image is complete, which an engine's own sum leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runner.disk_room import DiskRoom
from runner.image_need import Need, Stage
from runner.image_needs import ImageNeeds
from runner.size_estimates import Beside, FetchSize, SizeEstimates
from runner.supply_steps import (
    CallOff,
    Discard,
    Fetch,
    Refuse,
    Release,
    Step,
    Supplies,
    kind_of,
    next_step,
)
from task_specs.instance import Instance
from tests.runner.made_trees import an_instance


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    download: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class ModelImage:
    """`layers` from the bottom up; those below the last are its family's."""

    reference: str
    family: str
    layers: tuple[Layer, ...]

    @property
    def most(self) -> int:
        """What it takes on a disk with nothing else, while it is fetched."""
        return sum(layer.download + layer.unpacked for layer in self.layers)

    def instance(self) -> Instance:
        return an_instance(image=self.reference, instance_id=self.reference, version=self.family)


@dataclass(slots=True)
class Pull:
    fetch: Fetch
    missing: frozenset[Layer]
    told: bool = False
    """Whether the registry has said how much there is; nothing is downloaded before."""


class DiskModel:
    """An engine with the images `present`, and a run that needs the images of `order`."""

    def __init__(
        self,
        images: Sequence[ModelImage],
        order: Sequence[str],
        *,
        budget: int | None,
        present: frozenset[str] = frozenset(),
        sizes_known: bool = True,
        ahead: int = 16,
    ) -> None:
        self.images = {image.reference: image for image in images}
        self.present = present
        self.there = set(present)
        self.pulls: dict[str, Pull] = {}
        self.refused: dict[str, str] = {}
        self.running: list[str] = []
        self.steps: list[Step] = []
        self.budget = budget
        self._complete: list[str] = []
        self.needs = ImageNeeds(lambda instance: (instance.image,))
        for reference in order:
            self.needs.needed(self.images[reference].instance())
        self._sizes = SizeEstimates([kind_of(need) for need in self.needs])
        if sizes_known:
            for need in self.needs:
                for beside in Beside:
                    self.learn(need, self.images[need.reference], beside)
        self.room = None if budget is None else DiskRoom(budget, self.engine_says(), 0)
        self._supplies = Supplies(self.needs, self._sizes, self.room, ahead)
        while (unseen := self.needs.next_unseen()) is not None:
            if unseen.reference in present:
                self.needs.arrived(unseen, ours=False)
            else:
                unseen.stage = Stage.ABSENT

    def engine_says(self) -> int:
        """What an engine adds up: the layers of complete images, each once."""
        return sum(layer.unpacked for layer in self._layers(self.there))

    def on_disk(self) -> int:
        """What the run has on the disk."""
        coming = {layer for pull in self.pulls.values() if pull.told for layer in pull.missing}
        held = self._layers(
            self.there | {reference for reference, pull in self.pulls.items() if pull.told}
        )
        added = held - self._layers(self.present)
        return sum(each.unpacked for each in added) + sum(each.download for each in coming)

    def learn(self, need: Need, like: ModelImage, beside: Beside) -> None:
        """Have the run know that an image takes what `like` takes."""
        layers = like.layers[-1:] if beside is Beside.FAMILY else like.layers
        size = FetchSize(sum(e.unpacked for e in layers), sum(e.download for e in layers))
        self._sizes.learn(kind_of(need), beside, size)

    def act(self) -> None:
        """Carry out steps until there is nothing but to wait."""
        while True:
            if self.room is not None:
                self.room.measured(self.engine_says(), 0, ended=self._complete)
                self._complete.clear()
            step = next_step(self._supplies)
            if step is None:
                return
            self.steps.append(step)
            assert len(self.steps) < 5000, f"it never comes to rest: {self.steps[-4:]}"
            self._carry_out(step)
            self._check()

    def tell(self, pull: Pull) -> None:
        """The registry says how much there is to download."""
        need = pull.fetch.need
        pull.told = True
        download = sum(layer.download for layer in pull.missing)
        need.download = max(need.download, download)
        if self.room is not None:
            self.room.progressed(need.reference, 0, download)
            if need.called_off or self.room.left < 0:  # what is to be ended does not go on
                self.act()
        self._check()

    def end(self, pull: Pull) -> None:
        """A pull is complete, or ends because it was called off."""
        need = pull.fetch.need
        del self.pulls[need.reference]
        if need.called_off:
            need.called_off = False
            need.stage = Stage.ABSENT if need.wanted else Stage.GONE
            if self.room is not None:
                self.room.release(need.reference)
        else:
            self.there.add(need.reference)
            self._complete.append(need.reference)
            self.needs.arrived(need, ours=True)

    def _carry_out(self, step: Step) -> None:
        match step:
            case Fetch(need, _, size):
                if self.room is not None:
                    if self.needs.nothing_of_ours:
                        self.room.forget_others()
                    self.room.reserve(need.reference, size)
                need.stage = Stage.FETCHING
                missing = set(self.images[need.reference].layers) - self._layers(self.there)
                self.pulls[need.reference] = Pull(step, frozenset(missing))
            case CallOff(need):
                need.called_off = True
                self.pulls[need.reference].told = False  # what was downloaded is dropped
            case Discard(part):
                assert self.budget is not None, "without a budget nothing is removed"
                assert part not in self.present, "it is the user's"
                assert part not in self.running, "somebody works with it"
                self.needs.left(part)
                self.there.remove(part)
            case Release(need):
                self.needs.stays(need)
            case Refuse(need, reason):
                self.refused[need.reference] = reason
                need.stage = Stage.FAILED
                if self.pulls.pop(need.reference, None) is not None and self.room is not None:
                    self.room.release(need.reference)

    def _check(self) -> None:
        if self.budget is not None:
            assert self.on_disk() <= self.budget, self.steps[-5:]

    def _layers(self, references: set[str] | frozenset[str]) -> set[Layer]:
        return {layer for each in references for layer in self.images[each].layers}
