"""Who needs which image, in which order, and what is there: bookkeeping without an engine."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from runner.image_need import Need, Stage
from runner.order import layer_family
from task_specs.instance import Instance

_THERE = {Stage.READY, Stage.LEAVING}


class ImageNeeds:
    """The images that a run needs."""

    def __init__(self, parts_of: Callable[[Instance], tuple[str, ...]]) -> None:
        """`parts_of` returns what can be removed of an instance's image one by one."""
        self._parts_of = parts_of
        self._by_reference: dict[str, Need] = {}
        self._parts_there: set[str] = set()
        self._staying_families: set[str] = set()
        self._unseen: deque[Need] = deque()
        self._next_place = 0

    def __iter__(self) -> Iterator[Need]:
        return iter(self._by_reference.values())

    def get(self, reference: str) -> Need | None:
        return self._by_reference.get(reference)

    def next_unseen(self) -> Need | None:
        """Take the next image that somebody should look for on the engine."""
        return self._unseen.popleft() if self._unseen else None

    # What items do

    def needed(self, instance: Instance) -> Need:
        """One more item needs an image, after all that are known."""
        need = self._by_reference.get(instance.image)
        if need is None:
            need = Need(instance, layer_family(instance), self._parts_of(instance))
            self._by_reference[need.reference] = need
            self._unseen.append(need)
        elif need.stage is Stage.GONE:
            self.look_for(need)
        need.places.append(self._next_place)
        self._next_place += 1
        return need

    def look_for(self, need: Need) -> None:
        """Whether it is on the engine is not known, or not any more."""
        need.stage = Stage.UNSEEN
        self._unseen.append(need)

    def done(self, need: Need) -> None:
        """One item needs it no more."""
        need.begun = True
        if need.places:
            need.places.popleft()
        elif need.postponed:
            need.postponed -= 1
        if not need.wanted:
            need.asked = False

    def postpone(self, need: Need) -> None:
        """One item needs it again at the very end, and not before."""
        self.done(need)
        need.postponed += 1
        if not need.places:
            need.asked = False

    # What is there

    def arrived(self, need: Need, *, ours: bool) -> None:
        """It is on the engine, with all its parts."""
        need.stage = Stage.READY
        need.ours = need.ours or ours
        if need.ours:
            self._parts_there.update(need.parts)
        else:
            self._staying_families.add(need.family)

    def found(self, parts: Iterable[str]) -> None:
        """This run fetched them in an earlier call, and they are there."""
        self._parts_there.update(parts)

    def left(self, part: str) -> None:
        """A part has been removed."""
        self._parts_there.discard(part)
        need = self._by_reference.get(part)
        if need is not None and need.stage in _THERE:
            need.ours = False
            need.stage = Stage.ABSENT if need.wanted else Stage.GONE

    @property
    def nothing_of_ours(self) -> bool:
        """Whether nothing that this run fetched is there, or on its way."""
        return not self._parts_there and not self.fetching

    def kept(self, part: str) -> None:
        """A part stays where it is: it is not, or no longer, ours to remove."""
        self._parts_there.discard(part)
        need = self._by_reference.get(part)
        if need is not None and need.stage in _THERE:
            need.ours = False
            need.stage = Stage.READY if need.wanted else Stage.GONE

    def stays(self, need: Need) -> None:
        """It is needed no more, and stays on the engine."""
        need.stage = Stage.GONE
        self._staying_families.add(need.family)

    def family_is_there(self, family: str) -> bool:
        """Whether an image of a family is on the engine."""
        return family in self._staying_families or any(
            need.family == family and need.stage is Stage.READY for need in self
        )

    def any_is_there(self) -> bool:
        """Whether any image of the run is on the engine."""
        return bool(self._staying_families) or any(need.stage is Stage.READY for need in self)

    @property
    def fetching(self) -> list[Need]:
        """What is being fetched, the nearest first."""
        fetching = [need for need in self if need.stage is Stage.FETCHING]
        return sorted(fetching, key=lambda need: need.place)

    @property
    def ahead(self) -> int:
        """How many images are fetched, or being fetched, that no item is done with yet."""
        return sum(
            need.stage is Stage.FETCHING
            or (need.stage is Stage.READY and need.ours and not need.begun)
            for need in self
        )

    @property
    def ours_in_use(self) -> bool:
        """Whether something that this run fetched is there and will go when its work is done, or
        is on its way."""
        return any(
            need.stage is Stage.FETCHING
            or (need.stage is Stage.READY and need.ours and need.wanted)
            for need in self
        )

    def ours_beside(self, need: Need) -> bool:
        """Whether something is there that this run fetched, apart from an image's own parts."""
        return not self._parts_there <= set(need.parts)

    def bears_for(self, need: Need, part: str) -> bool:
        """Whether a part is an image, done with, that is kept for the layers shared with `need`."""
        other = self._by_reference.get(part)
        return other is not None and other.family == need.family and not other.wanted

    # What may come and go

    def candidates(self, window: int) -> Iterator[Need]:
        """Yield what may be fetched now, the nearest first.

        One image of a family goes first and brings the shared layers: four builds that wait for
        the same environment would keep everything else waiting. So an image whose family is just
        being fetched for the first time gives way, but only to the next `window` images: further
        off stand those that were put there to share layers with their neighbours.
        """
        absent = [need for need in self if need.stage is Stage.ABSENT and need.due]
        coming = {need.family for need in self.fetching}
        for need in heapq.nsmallest(window, absent, key=lambda need: need.place):
            if need.family not in coming or self.family_is_there(need.family):
                yield need

    def unneeded(self) -> list[str]:
        """Return the parts that are there and that no item will need, images before their base."""
        needed = {
            part
            for need in self
            if need.wanted or need.stage in {Stage.FETCHING, Stage.UNSEEN}
            for part in need.parts
        }
        needed.update(self._bearers())
        return [part for part in self._top_down() if part not in needed]

    def dispensable(self, but: Need | None = None) -> list[str]:
        """Return the parts that could be had again when they are needed, least useful first:
        those needed later than `but`, and by nobody now; an image before its base."""
        limit = but.place if but is not None else -1.0
        bearers = self._bearers()
        coming = {need.family for need in self.fetching}
        in_use: set[str] = set(but.parts) if but is not None else set()
        places = dict(bearers)
        last: set[str] = set()
        for need in self:
            bears = need.reference in bearers
            is_used = need.wanted and (need.asked or need.place <= limit)
            if need.stage is Stage.FETCHING or (need.stage is Stage.READY and is_used):
                in_use.update(need.parts)
            elif bears and need.family in coming:
                in_use.add(need.reference)
            elif bears and but is not None and need.family == but.family:
                last.add(need.reference)  # without it, `but` would need the more
            if need.wanted:
                for part in need.parts:
                    places[part] = min(need.place, places.get(part, need.place))
        free = [part for part in self._top_down() if part not in in_use]
        held = {part for need in self if need.reference in free for part in need.parts[1:]}
        return sorted(
            (part for part in free if part not in held),
            key=lambda part: (part in last, -places.get(part, float("inf"))),
        )

    def _bearers(self) -> dict[str, float]:
        """Return the pulled images that alone keep the layers that others of their family, still
        to come, share with them; and the places of the next of those.

        Once they are gone, those layers would be downloaded again. And while a pull relies on
        them, they are on disk, but no longer among what the engine adds up.
        """
        ready: dict[str, list[Need]] = {}
        to_come: dict[str, float] = {}
        for need in self:
            if need.instance.build is not None:
                continue
            if need.stage is Stage.READY:
                ready.setdefault(need.family, []).append(need)
            elif need.wanted and need.stage is not Stage.FAILED:
                to_come[need.family] = min(need.place, to_come.get(need.family, need.place))
        return {
            needs[0].reference: to_come[family]
            for family, needs in ready.items()
            if family in to_come and len(needs) == 1 and family not in self._staying_families
        }

    def _top_down(self) -> list[str]:
        """Return the parts that are there, each before those that it stands on."""
        depth = {part: index for need in self for index, part in enumerate(need.parts)}
        return sorted(self._parts_there, key=lambda part: (depth.get(part, 0), part))
