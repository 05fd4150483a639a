"""What images share is counted once, whatever the engine tells of their steps."""

from __future__ import annotations

from typing import cast

import pytest

from containers.engine import Engine
from containers.engine_facts import HistoryStep
from containers.image_layers import layers_of, total_bytes


class StubEngine:
    """Has images of the given layers and steps."""

    def __init__(self, **images: tuple[str, list[tuple[str, int]]]) -> None:
        self._images = images

    def layers(self, image_id: str) -> tuple[str, ...]:
        return tuple(self._images[image_id][0].split())

    def history(self, image_id: str) -> tuple[HistoryStep, ...]:
        return tuple(HistoryStep(command, size) for command, size in self._images[image_id][1])


def sizes(layers: str, steps: list[tuple[str, int]]) -> list[int]:
    engine = cast(Engine, StubEngine(image=(layers, steps)))
    return list(layers_of(engine, ["image"])["image"].values())


def test_layers_that_images_share_count_once() -> None:
    base = [("ADD base", 100)]
    engine = StubEngine(
        base=("b", base),
        one=("b x", [*base, ("RUN one", 10)]),
        two=("b y", [*base, ("RUN two", 20)]),
    )
    layers = layers_of(cast(Engine, engine), ["base", "one", "two"])
    assert total_bytes(layers.values()) == 130
    assert total_bytes([layers["one"], layers["two"]]) == 130
    assert total_bytes([layers["two"]]) == 120
    assert total_bytes([]) == 0


def test_the_same_layer_upon_another_is_another() -> None:
    """So engines store it: a layer is what it is, upon what it is upon."""
    engine = StubEngine(
        one=("a x", [("ADD a", 100), ("RUN x", 7)]), two=("b x", [("ADD b", 200), ("RUN x", 7)])
    )
    layers = layers_of(cast(Engine, engine), ["one", "two"])
    assert total_bytes(layers.values()) == 314


@pytest.mark.parametrize(
    "steps",
    [
        [("ADD a", 5), ("/bin/sh -c #(nop)  ENV A=b", 0), ("RUN true", 0), ("COPY c", 9)],
        [("ADD a", 5), ("RUN true", 0), ("LABEL a=b", 0), ("COPY c", 9)],
        [("ARG a", 0), ("ADD a", 5), ("/bin/sh -c #(nop) WORKDIR /w", 0), ("COPY c", 9)],
    ],
)
def test_a_step_without_size_may_have_made_a_layer(steps: list[tuple[str, int]]) -> None:
    assert sizes("a b c", steps) == [5, 0, 9]


def test_steps_that_nobody_can_tell_apart_cost_no_byte() -> None:
    assert sum(sizes("a b", [("ADD a", 5), ("?", 0), ("?", 0), ("RUN c", 9), ("?", 0)])) == 14


def test_a_history_that_was_cut_still_tells_the_sum() -> None:
    assert sizes("a b c", [("everything", 50)]) == [0, 0, 50]
    assert sizes("a b", [("one", 1), ("two", 2), ("three", 3)]) == [0, 6]
    assert sizes("", []) == []


@pytest.mark.engine
def test_of_a_real_engine_it_adds_up_to_what_that_says(engine: Engine, bash_image: str) -> None:
    image = engine.image(bash_image)
    assert image is not None
    layers = layers_of(engine, [image.id])[image.id]
    assert sum(layers.values()) == image.size_bytes > 0


@pytest.mark.engine
def test_an_image_that_is_gone_has_no_layers(engine: Engine) -> None:
    assert layers_of(engine, ["sha256:" + "0" * 64]) == {"sha256:" + "0" * 64: {}}
