"""The order in which attempts begin: the longest first, so that a batch ends when its work ends.

A long attempt that begins last keeps one slot busy while the others idle. Longest first ends
within 4/3 of the best possible order, whatever the durations (Graham, 1969).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.history import Expectation
from runner.plan import WorkItem
from task_specs.instance import Instance


def in_order(
    items: Sequence[WorkItem], expected: Mapping[str, Expectation], *, keep_together: bool
) -> tuple[WorkItem, ...]:
    """Return the attempts, those that are expected to take longest first.

    `expected` has every instance by its id. Attempts at one instance follow each other in the
    order given. With `keep_together`, so do instances whose images share layers, families with
    the longest attempt first: under a disk budget, what is shared should be fetched once.
    """

    def seconds(item: WorkItem) -> float:
        return expected[item.instance.instance_id].seconds

    longest_first = sorted(items, key=lambda item: (-seconds(item), item.instance.instance_id))
    if not keep_together:
        return tuple(longest_first)
    families: dict[str, list[WorkItem]] = {}  # in the order of their longest
    for item in longest_first:
        families.setdefault(layer_family(item.instance), []).append(item)
    return tuple(item for family in families.values() for item in family)


def layer_family(instance: Instance) -> str:
    """Return what instances have in common whose images share most of their layers.

    That is the environment of an image that is built here. Published images are built by
    repository and version, which have one environment.
    """
    if instance.build is not None:
        return instance.build.environment.digest()
    return f"{instance.repo} {instance.version}"
