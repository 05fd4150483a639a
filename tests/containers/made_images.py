"""An engine that only has images, made up by a test."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from containers.engine_facts import ContainerInfo, EngineInfo, HistoryStep, ImageInfo
from containers.image_record import ImageRecord
from containers.labels import OWNER_LABEL, Owner
from containers.layer import LAYER_LABEL

HOUR = 3600.0
MB = 10**6


class MadeEngine:
    """Keeps images as engines do: one goes with its last tag, unless something needs it."""

    def __init__(self) -> None:
        self.stored: dict[str, ImageInfo] = {}
        self.digests: dict[str, tuple[str, ...]] = {}
        self.sizes: dict[str, int] = {}
        self.users: dict[str, str] = {}
        """Image ids by the ids of the containers made from them."""
        self.owners: dict[str, Owner] = {}
        """By the ids of the containers."""

    def add(
        self,
        tags: str,
        layers: str,
        *,
        hours_old: float = 2,
        kind: str = "",
        labels: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Add an image; `layers` is such as `a:100 b:20`, with sizes in MB. Return its id."""
        image_id = f"sha256:{len(self.stored):064x}"
        pairs = [pair.partition(":")[::2] for pair in layers.split()]
        self.digests[image_id] = tuple(name for name, _ in pairs)
        self.sizes |= {name: int(size) * MB for name, size in pairs if size}
        self.stored[image_id] = ImageInfo(
            id=image_id,
            tags=tuple(tags.split()),
            repo_digests=(),
            size_bytes=sum(self.sizes[name] for name, _ in pairs),
            architecture="",
            labels=(*labels, *(((LAYER_LABEL, kind),) if kind else ())),
            created=time.time() - hours_old * HOUR,
        )
        return image_id

    def pulled(self, reference: str, layers: str, *, hours_old: float = 2) -> str:
        """Add an image that swe-verify pulled."""
        image_id = self.add(reference, layers, hours_old=hours_old)
        record = ImageRecord("made")
        record.begun(reference, "run", "pulled")
        record.ended(reference, "run", image_id, image_id)
        return image_id

    def use(self, image_id: str, owner: Owner | None = None) -> None:
        """Have a container made from an image."""
        container = f"container-{len(self.users)}"
        self.users[container] = image_id
        if owner is not None:
            self.owners[container] = owner

    def names(self) -> set[str]:
        """Return all tags that are there."""
        return {tag for image in self.stored.values() for tag in image.tags}

    def info(self) -> EngineInfo:
        return EngineInfo.from_api(
            {"NCPU": 1, "MemTotal": 1, "ID": "made"}, api_version="1.41", has_bridge_network=False
        )

    def images(self, label: str | None = None) -> list[ImageInfo]:
        key, _, value = (label or "").partition("=")
        return [
            image
            for image in self.stored.values()
            if label is None or dict(image.labels).get(key) in ({value} if value else {value, None})
        ]

    def image(self, reference: str) -> ImageInfo | None:
        if reference in self.stored:
            return self.stored[reference]
        return next((each for each in self.stored.values() if reference in each.tags), None)

    def layers(self, image_id: str) -> tuple[str, ...]:
        return self.digests[image_id]

    def history(self, image_id: str) -> tuple[HistoryStep, ...]:
        return tuple(HistoryStep(f"RUN {name}", self.sizes[name]) for name in self.layers(image_id))

    def images_in_use(self, apart_from: Collection[str] = ()) -> frozenset[str]:
        return frozenset(image for name, image in self.users.items() if name not in apart_from)

    def remove_image(self, reference: str) -> bool:
        image = self.image(reference)
        if image is None:
            return False
        rest = tuple(tag for tag in image.tags if tag != reference)
        if not rest and image.id in self.users.values():
            return False
        if rest:
            self.stored[image.id] = replace(image, tags=rest)
        else:
            del self.stored[image.id]
        return True

    def containers(self, label: str) -> list[ContainerInfo]:
        assert label == OWNER_LABEL
        return [
            ContainerInfo(name, name, running=False, created=0.0, labels=((label, str(owner)),))
            for name, owner in self.owners.items()
        ]

    def remove(self, container: str) -> None:
        del self.users[container], self.owners[container]


def dead() -> Owner:
    """Return a process of this machine that has ended."""
    return replace(Owner.current(), started=1)
