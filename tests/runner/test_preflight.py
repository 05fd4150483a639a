"""What a user is told before anything is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.preflight import Preflight, preflight, sizes_for
from runner.size_estimates import Beside, FetchSize, ImageKind
from task_specs.instance import Instance
from task_specs.sources.registry import load_dataset
from tests.runner.made_trees import an_instance

GB = 10**9


def tasks(count: int, families: int = 1) -> list[Instance]:
    return [
        an_instance(number, image=f"r/{number}", version=str(number % families))
        for number in range(count)
    ]


def foretold(
    needs: list[Instance],
    *,
    present: int = 0,
    free: float | None = None,
    budget: float | None = None,
) -> Preflight:
    return preflight(
        needs,
        {instance.image for instance in needs[:present]},
        sizes_for(needs),
        free_bytes=None if free is None else int(free * GB),
        budget_bytes=None if budget is None else int(budget * GB),
    )


def test_verified_on_a_disk_that_is_too_small(data_dir: Path) -> None:
    """Its images are known to take about 240 GB together."""
    needs = list(load_dataset(str(data_dir / "swe-bench-verified.jsonl")).instances)
    said = foretold(needs, present=12, free=79)
    assert (said.images, said.present, said.to_fetch) == (500, 12, 488)
    assert 220 * GB < said.fetch_bytes < 260 * GB
    assert not said.fits
    assert said.text == (
        f"500 images, 12 present; fetching the rest takes about "
        f"{said.fetch_bytes / GB:.0f} GB; "
        "79.0 GB are free: give --disk-budget 59GB and they are removed as they are done with."
    )


def test_images_that_several_items_need_count_once() -> None:
    assert foretold(tasks(3) * 5).images == 3


def test_a_run_that_has_all_its_images_says_nothing() -> None:
    assert foretold(tasks(3), present=3, free=1).text == ""


def test_a_run_that_fits_gets_no_advice() -> None:
    assert foretold(tasks(2), free=500).text == (
        "2 images, 0 present; fetching the rest takes about 3.2 GB; 500 GB are free."
    )


def test_a_disk_that_cannot_be_seen_gets_none_either() -> None:
    assert foretold(tasks(1)).text == ("1 image, 0 present; fetching the rest takes about 3.0 GB.")


@pytest.mark.parametrize(
    ("free", "budget", "end"),
    [
        (500, 400, ". All fit into the disk budget of 400 GB."),
        (
            79,
            60,
            ". They are removed as they are done with, so that the run stays within 60.0 GB.",
        ),
        (
            30,
            60,
            ". They are removed as they are done with, so that the run stays within 60.0 GB, "
            "but the disk has not that much.",
        ),
    ],
)
def test_what_a_budget_will_do(free: float, budget: float, end: str) -> None:
    said = foretold(tasks(80, families=80), free=free, budget=budget)
    assert not said.impossible
    assert said.text.endswith(end)


def test_a_budget_below_an_image_that_is_known() -> None:
    needs = tasks(2)
    sizes = sizes_for(needs)
    sizes.learn(ImageKind("r/1", "o/r 0", built=False), Beside.FAMILY, FetchSize(7 * GB, 2 * GB))
    said = preflight(needs, (), sizes, free_bytes=None, budget_bytes=5 * GB)
    assert said.impossible
    assert said.text.endswith(
        ". r/1 alone takes 9.0 GB while it is fetched, more than the disk budget of 5.0 GB: "
        "its tasks cannot run."
    )
