"""What to do next so that images are there ahead of need and within the budget. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from runner.disk_room import DiskRoom
from runner.image_need import Need, Stage
from runner.image_needs import ImageNeeds
from runner.size_estimates import Beside, FetchSize, ImageKind, SizeEstimates

AT_A_TIME = 4
"""Pulls and builds at one moment."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Begin to fetch an image."""

    need: Need
    beside: Beside
    size: FetchSize


@dataclass(frozen=True, slots=True)
class CallOff:
    """End a fetch that goes on; it is taken up again when there is need and room."""

    need: Need


@dataclass(frozen=True, slots=True)
class Discard:
    """Remove a part from the engine."""

    part: str


@dataclass(frozen=True, slots=True)
class Release:
    """Nobody needs the image any more; it stays where it is."""

    need: Need


@dataclass(frozen=True, slots=True)
class Refuse:
    """The image does not fit into the budget, whatever is removed."""

    need: Need
    reason: str


Step = Fetch | CallOff | Discard | Release | Refuse


@dataclass(frozen=True, slots=True)
class Supplies:
    """All that a decision rests on."""

    needs: ImageNeeds
    sizes: SizeEstimates
    room: DiskRoom | None
    """None without a budget: then nothing is ever removed."""
    ahead: int
    """How many images may be fetched, or on their way, that no item is done with."""


def kind_of(need: Need) -> ImageKind:
    """Return what sizes are estimated by."""
    return ImageKind(need.reference, need.family, need.instance.build is not None)


def next_step(supplies: Supplies, resting: Collection[str] = ()) -> Step | None:
    """Return the next thing to do; None where there is nothing but to wait.

    `resting` are parts that could not be removed a moment ago.
    """
    needs, room = supplies.needs, supplies.room
    for need in needs:
        if need.wanted:
            continue
        if need.stage is Stage.FETCHING and not need.called_off:
            return CallOff(need)
        if need.stage is Stage.READY and (room is None or not need.ours):
            return Release(need)
    if room is None:
        return _fetch(supplies)
    unneeded = needs.unneeded()
    for part in unneeded:
        if part not in resting:
            return Discard(part)
    if room.left < 0:
        return _make_up_for(supplies, room, resting)
    return _fetch_within(supplies, room, resting)


def _fetch(supplies: Supplies) -> Fetch | None:
    needs = supplies.needs
    if len(needs.fetching) >= AT_A_TIME or needs.ahead >= supplies.ahead:
        return None
    need = next(needs.candidates(supplies.ahead), None)
    if need is None:
        return None
    if needs.family_is_there(need.family):
        beside = Beside.FAMILY
    else:
        beside = Beside.OTHERS if needs.any_is_there() else Beside.NOTHING
    size = supplies.sizes.expected(kind_of(need), beside).scaled_to_download(need.download)
    return Fetch(need, beside, size)


def _fetch_within(supplies: Supplies, room: DiskRoom, resting: Collection[str]) -> Step | None:
    """Fetch the next image if there is room, else make room for it if that can be done now.

    The next one waits for its room and lets no smaller one pass, or it might wait for ever. One
    that is alone gets whatever there is: its size may be a mere guess.
    """
    needs = supplies.needs
    fetch = _fetch(supplies)
    if fetch is None or (fetch.size.most <= room.left and not fetch.need.starved):
        return fetch
    need = fetch.need
    known = supplies.sizes.known(kind_of(need), fetch.beside)
    most = max(2 * need.download, 1 if known is None else known.most)
    if most > room.most_for_one:
        return Refuse(need, _too_large(need, most, room))
    part = _droppable(needs, need, resting)
    guessed = known is None and not need.download and not need.starved
    if part is not None and not (guessed and room.left > 0 and needs.bears_for(need, part)):
        return Discard(part)
    if needs.ours_in_use or resting:
        return None
    return replace(fetch, size=fetch.size.within(max(0, room.left)))


def _droppable(needs: ImageNeeds, but: Need | None, resting: Collection[str]) -> str | None:
    return next((part for part in needs.dispensable(but) if part not in resting), None)


def _make_up_for(supplies: Supplies, room: DiskRoom, resting: Collection[str]) -> Step | None:
    """More is used or under way than there is room for: drop what can be had again, then call
    off what is needed last.

    What boxes have written may be the cause; then there may be nothing to drop.
    """
    needs = supplies.needs
    fetching = needs.fetching
    part = _droppable(needs, fetching[0] if fetching else None, resting)
    if part is not None:
        return Discard(part)
    if not fetching:
        return _fetch_within(supplies, room, resting)
    pulls = [need for need in fetching if need.instance.build is None]
    if not pulls or any(need.called_off for need in fetching):
        return None
    last = pulls[-1]
    if len(fetching) > 1 or needs.ours_beside(last):
        return CallOff(last)
    most = room.surely_needs(last.reference)
    return Refuse(last, _too_large(last, most, room)) if most > room.most_for_one else None


def _too_large(need: Need, most: int, room: DiskRoom) -> str:
    if room.most_for_one <= 0:
        return (
            f"the image {need.reference} of {need.instance.instance_id} has no room: the run's "
            f"own output takes all of the disk budget of {in_gb(room.budget)}"
        )
    output = f", of which the run's own output takes {in_gb(room.output)}" if room.output else ""
    return (
        f"the image {need.reference} of {need.instance.instance_id} takes "
        f"{in_gb(most)} of disk while it is fetched, and the disk budget is "
        f"{in_gb(room.budget)}{output}: give --disk-budget a larger size"
    )


def in_gb(size: int) -> str:
    """Write a number of bytes as people speak of disks."""
    if size >= 100 * 10**9:
        return f"{size / 10**9:.0f} GB"
    if size >= 10**9:
        return f"{size / 10**9:.1f} GB"
    return f"{size / 10**6:.0f} MB"
