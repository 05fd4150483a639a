"""Which step comes next, played through in a model of an engine's disk."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from runner.image_need import Need, Stage
from runner.size_estimates import Beside
from runner.supply_steps import CallOff, Discard, Fetch, Refuse
from tests.runner.disk_model import DiskModel, Layer, ModelImage

MB = 10**6


def image(name: str, family: str, own: int = 10, shared: int = 100, ratio: float = 3) -> ModelImage:
    """An image of so many MB unpacked, beside and below which is so much of its family's."""
    layers = (
        Layer(f"{family}-shared", int(shared * MB / ratio), shared * MB),
        Layer(name, int(own * MB / ratio), own * MB),
    )
    return ModelImage(name, family, layers)


def fetched(model: DiskModel) -> list[str]:
    return [step.need.reference for step in model.steps if isinstance(step, Fetch)]


def play(model: DiskModel, chance: random.Random, *, jobs: int, asks_for_all: bool) -> list[str]:
    """Run every item as soon as its image is there, with chance in everything that has no order.

    Returns the order in which items ended.
    """
    left = [need.reference for need in model.needs for _ in need.places]
    ended: list[str] = []
    if asks_for_all:
        for need in model.needs:
            need.asked = True
    while left or model.running:
        model.act()
        startable = [each for each in left if stage(model, each) is Stage.READY]
        if len(model.running) < jobs and startable:
            chosen = chance.choice(startable)
            need_of(model, chosen).asked = True
            left.remove(chosen)
            model.running.append(chosen)
            continue
        failed = [each for each in left if stage(model, each) is Stage.FAILED]
        for each in failed:
            left.remove(each)
            model.needs.done(need_of(model, each))
        events = [("end", pull) for pull in model.pulls.values() if pull.told]
        events += [("end", pull) for pull in model.pulls.values() if pull.fetch.need.called_off]
        untold = [pull for pull in model.pulls.values() if not pull.told]
        events += [("tell", pull) for pull in untold if not pull.fetch.need.called_off]
        if model.running and (not events or chance.random() < 0.5):
            done = model.running.pop(chance.randrange(len(model.running)))
            model.needs.done(need_of(model, done))
            ended.append(done)
        elif events:
            what, pull = chance.choice(events)
            model.end(pull) if what == "end" else model.tell(pull)
        else:
            assert failed or not left, f"nothing goes on, and {left} are still to be done"
    model.act()
    while model.pulls:
        model.end(next(iter(model.pulls.values())))
        model.act()
    return ended


def need_of(model: DiskModel, reference: str) -> Need:
    need = model.needs.get(reference)
    assert need is not None
    return need


def stage(model: DiskModel, reference: str) -> Stage:
    return need_of(model, reference).stage


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[ModelImage], list[str], frozenset[str]]:
    images = []
    for family in range(draw(st.integers(1, 4))):
        shared, ratio = draw(st.integers(1, 100)), draw(st.sampled_from([1, 2, 3, 5]))
        for number in range(draw(st.integers(1, 6))):
            own = draw(st.integers(1, 60))
            images.append(image(f"f{family}/{number}", f"f{family}", own, shared, ratio))
    order = [each.reference for each in images for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        order = draw(st.permutations(order))
    present = frozenset(draw(st.sets(st.sampled_from(order), max_size=3)))
    return images, order, present


@given(runs(), st.integers(0, 300), st.integers(1, 5), st.integers(1, 16), st.randoms())
def test_every_item_is_done_within_any_budget_that_holds_the_largest_image(
    run: tuple[list[ModelImage], list[str], frozenset[str]],
    more: int,
    jobs: int,
    ahead: int,
    chance: random.Random,
) -> None:
    """The model asserts at every step that the budget holds, that nothing of the user's is
    removed, and nothing that somebody works with."""
    images, order, present = run
    budget = max(each.most for each in images) + more * MB
    model = DiskModel(images, order, budget=budget, present=present, ahead=ahead)
    ended = play(model, chance, jobs=jobs, asks_for_all=chance.random() < 0.5)
    assert sorted(ended) == sorted(order)
    assert not model.refused
    assert model.there == present, "what the run brought is gone, and only that"


@given(runs(), st.integers(1, 5), st.randoms())
def test_sizes_that_nobody_knows_are_found_out_within_the_budget(
    run: tuple[list[ModelImage], list[str], frozenset[str]], jobs: int, chance: random.Random
) -> None:
    """A first run: all it has is a guess, and what the registry says when a pull begins."""
    images, order, present = run
    images = [image(e.reference, e.family, *sizes_in_mb(e)) for e in images]
    budget = max(each.most for each in images) * 2
    model = DiskModel(images, order, budget=budget, present=present, sizes_known=False)
    ended = play(model, chance, jobs=jobs, asks_for_all=chance.random() < 0.5)
    assert sorted(ended) == sorted(order)
    assert not model.refused
    assert model.there == present


def sizes_in_mb(each: ModelImage) -> tuple[int, int]:
    shared, own = each.layers
    return own.unpacked // MB, shared.unpacked // MB


@given(runs(), st.integers(1, 5), st.randoms())
def test_without_a_budget_everything_stays(
    run: tuple[list[ModelImage], list[str], frozenset[str]], jobs: int, chance: random.Random
) -> None:
    images, order, present = run
    model = DiskModel(images, order, budget=None, present=present)
    ended = play(model, chance, jobs=jobs, asks_for_all=True)
    assert sorted(ended) == sorted(order)
    assert model.there == {*order, *present}
    assert sorted(fetched(model)) == sorted(set(order) - present), "each is fetched once"


@given(runs(), st.randoms())
def test_an_image_too_large_for_the_budget_is_refused_and_the_others_are_done(
    run: tuple[list[ModelImage], list[str], frozenset[str]], chance: random.Random
) -> None:
    images, order, _ = run
    budget = max(each.most for each in images)
    giant = image("giant/1", "giant", own=400, shared=1)
    place = chance.randrange(len(order) + 1)
    with_giant = [*order[:place], giant.reference, *order[place:]]
    model = DiskModel([*images, giant], with_giant, budget=budget)
    ended = play(model, chance, jobs=2, asks_for_all=True)
    assert sorted(ended) == sorted(order)
    assert list(model.refused) == [giant.reference]


def test_the_refusal_says_what_to_do() -> None:
    model = DiskModel([image("big/1", "big", 3000, 1000)], ["big/1"], budget=2000 * MB)
    model.act()
    assert model.steps == [
        Refuse(
            need_of(model, "big/1"),
            "the image big/1 of big/1 takes 5.3 GB of disk while it is fetched, and the disk "
            "budget is 2.0 GB: give --disk-budget a larger size",
        )
    ]


def test_images_are_fetched_in_the_order_of_need_four_at_a_time() -> None:
    images = [image(f"r{n}/1", f"r{n}") for n in range(6)]
    model = DiskModel(images, [e.reference for e in reversed(images)], budget=None)
    model.act()
    assert fetched(model) == ["r5/1", "r4/1", "r3/1", "r2/1"]
    model.end(model.pulls["r3/1"])
    model.act()
    assert fetched(model)[4:] == ["r1/1"]


def test_no_more_are_fetched_ahead_than_asked() -> None:
    images = [image(f"r{n}/1", f"r{n}") for n in range(6)]
    model = DiskModel(images, [e.reference for e in images], budget=None, ahead=2)
    model.act()
    for reference in ("r0/1", "r1/1"):
        model.end(model.pulls[reference])
    model.act()
    assert fetched(model) == ["r0/1", "r1/1"]
    model.needs.done(need_of(model, "r0/1"))
    model.act()
    assert fetched(model) == ["r0/1", "r1/1", "r2/1"]


def test_the_first_of_a_family_brings_what_the_others_share() -> None:
    """Four builds that wait for the same environment would keep everything else waiting."""
    images = [image("a/1", "a"), image("a/2", "a"), image("a/3", "a"), image("b/1", "b")]
    model = DiskModel(images, [each.reference for each in images], budget=None)
    model.act()
    assert fetched(model) == ["a/1", "b/1"]
    model.end(model.pulls["a/1"])
    model.act()
    assert fetched(model) == ["a/1", "b/1", "a/2", "a/3"]


def test_an_image_goes_with_its_last_item_but_its_shared_layers_wait_for_the_family() -> None:
    """Downloading a common base again for each image would cost most of a run's traffic."""
    images = [image("a/1", "a"), image("a/2", "a"), image("b/1", "b")]
    model = DiskModel(images, ["a/1", "b/1", "a/2"], budget=300 * MB, ahead=1)
    model.act()
    model.end(model.pulls["a/1"])
    model.needs.done(need_of(model, "a/1"))
    model.act()
    model.end(model.pulls["b/1"])
    model.needs.done(need_of(model, "b/1"))
    model.act()
    assert model.there == {"a/1"}, "b/1 went; a/1 holds what a/2 shares with it"
    model.end(model.pulls["a/2"])
    model.act()
    assert model.there == {"a/2"}


def test_what_is_needed_last_gives_way_to_what_is_needed_next() -> None:
    """A second look, at the very end, may have its image fetched again if need be."""
    images = [image("a/1", "a"), image("b/1", "b"), image("c/1", "c")]
    model = DiskModel(images, ["a/1", "b/1", "c/1"], budget=200 * MB, ahead=1)
    model.act()
    model.end(model.pulls["a/1"])
    model.needs.postpone(need_of(model, "a/1"))
    model.act()
    assert Discard("a/1") in model.steps
    assert fetched(model) == ["a/1", "b/1"]
    model.end(model.pulls["b/1"])
    for reference in ("b/1", "c/1"):
        if reference in model.pulls:
            model.end(model.pulls[reference])
        model.needs.done(need_of(model, reference))
        model.act()
    need_of(model, "a/1").asked = True
    model.act()
    assert fetched(model)[-1] == "a/1"


def test_a_pull_that_turns_out_too_large_is_called_off_and_taken_up_again() -> None:
    images = [image(f"r{n}/1", f"r{n}", own=60 if n < 2 else 900) for n in range(3)]
    model = DiskModel(images, [e.reference for e in images], budget=1400 * MB, sizes_known=False)
    model.act()
    model.tell(model.pulls["r0/1"])
    model.end(model.pulls["r0/1"])
    model.needs.done(need_of(model, "r0/1"))
    # From here on the run has seen one image, of 160 MB, and takes all others to be like it.
    need = need_of(model, "r0/1")
    for beside in Beside:
        model.learn(need, images[0], beside)
    model.act()
    assert set(model.pulls) == {"r1/1", "r2/1"}
    model.tell(model.pulls["r1/1"])
    model.end(model.pulls["r1/1"])
    need_of(model, "r1/1").asked = True
    model.tell(model.pulls["r2/1"])
    assert any(isinstance(step, CallOff) for step in model.steps)
    model.end(model.pulls["r2/1"])
    model.act()
    assert not model.pulls, "there is no room for it beside r1/1, which is in use"
    model.needs.done(need_of(model, "r1/1"))
    model.act()
    assert set(model.pulls) == {"r2/1"}


def test_a_fetch_that_nobody_needs_any_more_is_called_off() -> None:
    """All its items had been run before, with the same patches."""
    model = DiskModel([image("a/1", "a")], ["a/1"], budget=None)
    model.act()
    need = need_of(model, "a/1")
    model.needs.done(need)
    model.act()
    assert model.steps[-1] == CallOff(need)
