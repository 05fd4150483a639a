"""The longest first: a batch ends when its work ends."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.history import Expectation
from runner.order import in_order, layer_family
from runner.plan import WorkItem, work_item
from runner.settings import Settings
from task_specs.build_spec import BuildSpec, Environment, SdistSource
from task_specs.instance import Instance
from task_specs.prediction import Prediction
from tests.runner.test_history import INSTANCE


def item(name: str, *, version: str = "", attempt: int = 0) -> WorkItem:
    instance = replace(INSTANCE, instance_id=name, version=version)
    return work_item(
        instance, Prediction(name, "model", "a patch\n", attempt), Settings(), "official-5"
    )


def expecting(seconds: dict[str, float]) -> dict[str, Expectation]:
    return {name: Expectation(took, None, None, "history") for name, took in seconds.items()}


def ids(items: Sequence[WorkItem]) -> list[str]:
    return [item.instance.instance_id for item in items]


def test_the_longest_begins() -> None:
    expected = expecting({"a": 1.0, "b": 3.0, "c": 2.0})
    ordered = in_order([item("a"), item("b"), item("c")], expected, keep_together=False)
    assert ids(ordered) == ["b", "c", "a"]


def test_attempts_at_one_task_follow_each_other() -> None:
    """Then its image is needed once, and no longer."""
    expected = expecting({"a": 2.0, "b": 2.0})
    mixed = [item("b"), item("a"), item("b", attempt=1), item("a", attempt=1)]
    ordered = in_order(mixed, expected, keep_together=False)
    assert [(one.key.instance_id, one.key.attempt) for one in ordered] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("b", 1),
    ]


def test_under_a_disk_budget_families_stay_together() -> None:
    expected = expecting({"long": 9.0, "sibling": 1.0, "middle": 5.0, "other": 2.0})
    items = [
        item("sibling", version="1"),
        item("other", version="2"),
        item("middle", version="2"),
        item("long", version="1"),
    ]
    assert ids(in_order(items, expected, keep_together=True)) == [
        *("long", "sibling"),
        *("middle", "other"),
    ]
    assert ids(in_order(items, expected, keep_together=False)) == [
        *("long", "middle", "other", "sibling")
    ]


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1e6)), st.booleans())
def test_nobody_is_lost(seconds: dict[str, float], keep_together: bool) -> None:
    items = [item(name or "-", version=name[:1]) for name in seconds]
    expected = expecting({name or "-": took for name, took in seconds.items()})
    ordered = in_order(items, expected, keep_together=keep_together)
    assert sorted(ids(ordered)) == sorted(ids(items))


def built(environment: Environment, package: str) -> Instance:
    source = SdistSource(package, "1.0", "0" * 64)
    return replace(INSTANCE, instance_id=package, build=BuildSpec(source, environment))


def test_built_images_share_what_their_environment_is() -> None:
    one = built(Environment(pip=("pytest==8.3.4",)), "a")
    same = built(Environment(pip=("pytest==8.3.4",)), "b")
    other = built(Environment(pip=("pytest==8.3.3",)), "a")
    assert layer_family(one) == layer_family(same) != layer_family(other)


def test_published_images_share_repository_and_version() -> None:
    one = replace(INSTANCE, repo="o/r", version="1.0")
    assert layer_family(one) == layer_family(replace(one, instance_id="o__r-2"))
    assert layer_family(one) != layer_family(replace(one, version="1.1"))
    assert layer_family(one) != layer_family(replace(one, repo="o/s"))


def ends_after(durations: Sequence[float], slots: int) -> float:
    """When a batch ends whose attempts begin in this order, each as soon as a slot is free."""
    free = [0.0] * slots
    for seconds in durations:
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)


SKEWED = {"minute": 60.0, **{f"ten-{n}": 10.0 for n in range(10)}}
SKEWED |= {f"one-{n}": 1.0 for n in range(50)}


@pytest.mark.parametrize("slots", [2, 4])
def test_a_skewed_mix_ends_when_its_work_ends(slots: int) -> None:
    """Nobody can end before the longest, or before all slots were busy all the time."""
    bound = max(sum(SKEWED.values()) / slots, *SKEWED.values())
    ordered = in_order([item(name) for name in SKEWED], expecting(SKEWED), keep_together=False)
    assert ends_after([SKEWED[name] for name in ids(ordered)], slots) <= 1.1 * bound
    as_they_come = [SKEWED[name] for name in reversed(SKEWED)]
    assert ends_after(as_they_come, slots) > 1.1 * bound
