"""What swe-verify keeps on an engine: looked over, and removed where nothing uses it any more."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from containers.engine import Engine
from containers.engine_facts import ImageInfo
from containers.image_layers import Layers, layers_of, total_bytes
from containers.image_lease import unleased
from containers.image_record import ImageRecord, ReferenceRecord
from containers.image_reference import ImageReference
from containers.layer import LAYER_LABEL, clear_up_after_dead_builds, living_builds
from containers.reaper import orphans, reap
from containers.recipe import BUILD_LABEL

Kind = Literal["task", "environment", "base", "pulled", "leftover", "other"]

_KINDS: dict[str, Kind] = {"task": "task", "env": "environment", "base": "base"}
_OWN_NAMES = "swe-verify/"
_OFFICIAL = re.compile(r"^swebench/|(^|/)sweb\.(eval|env|base)\b")
"""Repositories as the official harness, and those that follow it, name theirs."""
_LEFTOVER_SECONDS = 3600.0
"""What a build made and did not tag counts as left over after this time: a build of another
user, which cannot be seen from here, may still be at it."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image on the engine, and what swe-verify has to do with it."""

    id: str
    references: tuple[str, ...]
    """The names to remove it by; its id where it has none."""
    kind: Kind
    """`other` is what swe-verify neither made nor pulled."""
    size_bytes: int
    alone_bytes: int
    """What removing it, and nothing else, would free."""
    last_used: float
    """Seconds since the epoch; since when it exists, where no use of it is recorded."""
    in_use: Literal["", "container", "lease"]
    """What keeps it from being removed: a container, or a run that is about to use it."""
    removable: bool = True
    """False where it has further names, which are not swe-verify's: it stays under those."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The images of swe-verify on an engine, with what all images there consist of."""

    images: tuple[StoredImage, ...]
    """The most recently used first."""
    layers: dict[str, Layers]
    """Of every image on the engine, by id."""

    def bytes_of(self, images: Iterable[StoredImage]) -> int:
        """Return what images take together, layers that they share counted once."""
        return total_bytes(self.layers[image.id] for image in images)


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed, or would be."""

    images: tuple[StoredImage, ...]
    refused: tuple[StoredImage, ...]
    """What the engine did not let go."""
    containers: int
    """Of runs that are dead."""
    freed_bytes: int


def take_inventory(engine: Engine, *, others: bool = False) -> Inventory:
    """Look over the images that swe-verify made or pulled; with `others`, all of SWE-bench's.

    Containers of dead runs do not count as a use.
    """
    engine_id = engine.info().id
    records = {_full(each.reference): each for each in ImageRecord(engine_id).all()}
    dead = {container.id for container in orphans(engine)}
    used = engine.images_in_use(apart_from=dead)
    found = engine.images()
    building = living_builds()  # asked after the images: what was built meanwhile has its tag now
    layers = layers_of(engine, [image.id for image in found])
    users = Counter(layer for each in layers.values() for layer in each)
    images = []
    for image in found:
        kind, names = _belongs(image, records, building)
        if kind is None or (kind == "other" and not others):
            continue
        own = layers[image.id]
        leased = any(_is_leased(engine_id, name) for name in names)
        images.append(
            StoredImage(
                id=image.id,
                references=names or (image.id,),
                kind=kind,
                size_bytes=image.size_bytes,
                alone_bytes=sum(size for layer, size in own.items() if users[layer] == 1),
                last_used=_last_used(image, names, records),
                in_use="container" if image.id in used else "lease" if leased else "",
                removable=set(image.tags) <= set(names),
            )
        )
    images.sort(key=lambda image: image.last_used, reverse=True)
    return Inventory(tuple(images), layers)


def collect(
    engine: Engine,
    inventory: Inventory,
    *,
    used_before: float | None = None,
    keep_bytes: int | None = None,
    dry_run: bool = False,
    on_removed: Callable[[StoredImage, int], object] = lambda image, freed_bytes: None,
) -> Collected:
    """Remove what nothing uses, least recently used first, with containers of dead runs.

    `used_before` spares what was used at that time (seconds since the epoch) or later. With
    `keep_bytes`, it ends as soon as all of the inventory's images together take no more than that.
    `on_removed` hears of each image with what its removal freed.
    """
    containers = orphans(engine) if dry_run else reap(engine)
    if not dry_run:
        clear_up_after_dead_builds(engine)
    engine_id = engine.info().id
    left = {image.id: image for image in inventory.images}
    layers = dict(inventory.layers)
    waiting = sorted(
        (image for image in inventory.images if not image.in_use and _is_old(image, used_before)),
        key=lambda image: (image.last_used, -len(layers[image.id])),
    )
    removed, refused = [], []
    while keep_bytes is None or inventory.bytes_of(left.values()) > keep_bytes:
        image = next((each for each in waiting if not _is_built_upon(each.id, layers)), None)
        if image is None:
            break
        waiting.remove(image)
        if dry_run or _remove(engine, engine_id, image):
            before = total_bytes(layers.values())
            if image.removable:
                del left[image.id], layers[image.id]
            removed.append(image)
            on_removed(image, before - total_bytes(layers.values()))
        else:
            refused.append(image)
    freed = total_bytes(inventory.layers.values()) - total_bytes(layers.values())
    return Collected(tuple(removed), tuple(refused), len(containers), freed)


def _is_old(image: StoredImage, used_before: float | None) -> bool:
    return used_before is None or image.last_used < used_before


def _is_built_upon(image_id: str, layers: dict[str, Layers]) -> bool:
    """Whether all of an image's layers would stay, as the lower ones of another image."""
    own = layers[image_id]
    top = next(reversed(own), None)
    return any(top in other and len(other) > len(own) for other in layers.values())


def _remove(engine: Engine, engine_id: str, image: StoredImage) -> bool:
    """Remove an image under all its names; False where one is leased or refers to another now."""
    record = ImageRecord(engine_id)
    removed = True
    for name in image.references:
        with unleased(engine_id, name) as free:
            present = engine.image(name) if free else None
            gone = present is not None and present.id == image.id and engine.remove_image(name)
            if gone:
                record.removed(name)
        removed = removed and gone
    return removed


def _belongs(
    image: ImageInfo, records: dict[str, ReferenceRecord], building: frozenset[str]
) -> tuple[Kind | None, tuple[str, ...]]:
    """Return an image's kind and the names that are swe-verify's; no kind where it is not ours."""
    labels = dict(image.labels)
    built = tuple(tag for tag in image.tags if tag.startswith(_OWN_NAMES))
    if LAYER_LABEL in labels and built:
        return _KINDS.get(labels[LAYER_LABEL], "task"), built
    if (
        not image.tags
        and not image.repo_digests
        and (LAYER_LABEL in labels or BUILD_LABEL in labels)
    ):
        old = image.created < time.time() - _LEFTOVER_SECONDS
        alive = labels.get(BUILD_LABEL) in building
        return ("leftover" if old and not alive else None), ()
    names = image.tags or image.repo_digests
    pulled = tuple(name for name in names if _brought(image, records.get(_full(name))))
    if pulled:
        return "pulled", pulled
    official = any(_OFFICIAL.search(name) for name in names)
    return ("other" if official else None), names


def _brought(image: ImageInfo, record: ReferenceRecord | None) -> bool:
    if record is None:
        return False
    fetch = record.fetches[-1]
    return fetch.image_id == image.id and not fetch.removed


def _last_used(
    image: ImageInfo, names: Sequence[str], records: dict[str, ReferenceRecord]
) -> float:
    known = [records[_full(name)].last_used for name in names if _full(name) in records]
    return max(known, default=image.created)


def _is_leased(engine_id: str, name: str) -> bool:
    with unleased(engine_id, name) as free:
        return not free


def _full(name: str) -> str:
    return str(ImageReference.parse(name))
