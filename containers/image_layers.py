"""The layers of images: what several of them share is on the disk, and counted, only once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from containers.engine import Engine
from containers.engine_facts import HistoryStep

Layers = dict[str, int]
"""Bytes of each layer of an image, by what it is: itself upon all those beneath it."""

_AT_A_TIME = 4
_MAKES_NO_LAYER = re.compile(
    r"(/bin/sh -c #\(nop\) +)?(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD"
    r"|SHELL|STOPSIGNAL|USER|VOLUME)\b"
)
"""Instructions of a Dockerfile that never make a layer, as either builder notes them."""


def layers_of(engine: Engine, image_ids: Sequence[str]) -> dict[str, Layers]:
    """Return the layers of images, by their ids."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        layers = pool.map(lambda each: _layers(engine, each), image_ids)
        return dict(zip(image_ids, layers, strict=True))


def total_bytes(images: Iterable[Layers]) -> int:
    """Return what images take together."""
    together: Layers = {}
    for layers in images:
        together |= layers
    return sum(together.values())


def _layers(engine: Engine, image_id: str) -> Layers:
    digests = engine.layers(image_id)
    layers, beneath = Layers(), ""
    for digest, size in zip(digests, _sizes(engine.history(image_id), len(digests)), strict=True):
        beneath = f"{beneath}/{digest}"
        layers[beneath] = size
    return layers


def _sizes(steps: Sequence[HistoryStep], layers: int) -> list[int]:
    """Return the sizes of so many layers.

    The engine tells sizes by the steps of the history, and not which of the steps without size
    made an empty layer. Those that cannot have are left out first, then the last ones.
    """
    spare = len(steps) - layers
    empty = [number for number, step in enumerate(steps) if not step.size_bytes]
    empty.sort(key=lambda number: (not _MAKES_NO_LAYER.match(steps[number].created_by), -number))
    left_out = set(empty[: max(0, spare)])
    sizes = [step.size_bytes for number, step in enumerate(steps) if number not in left_out]
    if len(sizes) != layers:  # a history that was cut, as squashing does
        sizes = [*[0] * (layers - 1), sum(sizes)][:layers]
    return sizes
