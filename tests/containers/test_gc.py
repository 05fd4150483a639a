"""What is swe-verify's on an engine, what uses it, and what goes first."""

from __future__ import annotations

import os
import secrets
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from containers.engine import Engine
from containers.engine_facts import ImageInfo
from containers.gc import Collected, Inventory, collect, take_inventory
from containers.image_lease import held
from containers.image_record import ImageRecord
from containers.layer import LAYER_LABEL
from containers.recipe import BUILD_LABEL
from tests.containers.made_images import HOUR, MB, MadeEngine, dead

DJANGO = "swebench/sweb.eval.x86_64.django_1776_django-1:latest"
FLASK = "swebench/sweb.eval.x86_64.flask_1776_flask-2:latest"


@pytest.fixture
def made() -> MadeEngine:
    return MadeEngine()


def inventory(made: MadeEngine, **options: Any) -> Inventory:
    return take_inventory(cast(Engine, made), **options)


def names(stock: Inventory | Collected) -> list[str]:
    return [image.references[0] for image in stock.images]


def clean_up(made: MadeEngine, *, others: bool = False, **options: Any) -> Collected:
    return collect(cast(Engine, made), inventory(made, others=others), **options)


def used(reference: str, hours_ago: float) -> None:
    """Have an image's last use noted at another time."""
    then = time.time() - hours_ago * HOUR
    os.utime(ImageRecord("made")._path(reference), (then, then))


def built_task(made: MadeEngine) -> None:
    """Add a task's image and what it is built upon, the oldest first."""
    made.add("swe-verify/base:1", "b:200", kind="base", hours_old=9)
    made.add("swe-verify/env:1", "b e:30", kind="env", hours_old=8)
    made.add("swe-verify/task:1", "b e t:2", kind="task", hours_old=7)


def test_what_was_made_and_pulled_is_listed_with_the_last_use_first(made: MadeEngine) -> None:
    built_task(made)
    made.pulled(DJANGO, "s:300 d:50")
    used(DJANGO, 8.5)
    made.add("debian:12", "x:100")
    found = inventory(made).images
    assert [(image.kind, image.references) for image in found] == [
        ("task", ("swe-verify/task:1",)),
        ("environment", ("swe-verify/env:1",)),
        ("pulled", (DJANGO,)),
        ("base", ("swe-verify/base:1",)),
    ]


def test_a_layer_that_others_share_is_not_freed(made: MadeEngine) -> None:
    built_task(made)
    made.pulled(DJANGO, "s:300 d:50")
    made.add("the-users:own", "s u:1")
    stock = inventory(made)
    alone = {image.references[0]: image.alone_bytes // MB for image in stock.images}
    assert alone == {
        "swe-verify/base:1": 0,
        "swe-verify/env:1": 0,
        "swe-verify/task:1": 2,
        DJANGO: 50,
    }
    assert stock.bytes_of(stock.images) == 582 * MB


def test_what_the_user_had_is_listed_when_asked_for(made: MadeEngine) -> None:
    made.add(DJANGO, "d:50")
    made.add("sweb.env.py.x86_64.428468:latest ghcr.io/me/sweb.eval.x86_64.a:1", "e:50")
    made.add("me/not-sweb.eval-but-mine-sweb:1", "m:50")
    assert names(inventory(made)) == []
    others = inventory(made, others=True).images
    assert {image.kind for image in others} == {"other"}
    assert {image.references[0] for image in others} == {
        DJANGO,
        "sweb.env.py.x86_64.428468:latest",
    }


def test_an_image_that_was_replaced_is_not_ours(made: MadeEngine) -> None:
    made.pulled(DJANGO, "d:50")
    made.stored.clear()
    made.add("something:else", "x:1")
    made.add(DJANGO, "d:50 newer:1")  # under another id
    assert names(inventory(made)) == []


def test_what_a_user_built_upon_ours_is_the_users(made: MadeEngine) -> None:
    """Labels are inherited; names are not."""
    built_task(made)
    made.add("mine:1", "b e t m:1", kind="task")
    assert "mine:1" not in names(inventory(made))
    assert names(clean_up(made)) == []
    assert len(made.stored) == 4


def test_leftovers_of_builds_go_when_no_build_can_be_at_them(made: MadeEngine) -> None:
    old = made.add("", "o:5", labels=((BUILD_LABEL, "dead"),), hours_old=2)
    made.add("", "n:5", labels=((BUILD_LABEL, "maybe-alive"),), hours_old=0.5)
    made.add("", "u:5", hours_old=100)  # dangling, and somebody else's
    made.add("", "r:5", labels=((LAYER_LABEL, "env"),), hours_old=3)
    collected = clean_up(made)
    assert {image.kind for image in collected.images} == {"leftover"}
    assert old in names(collected)
    assert collected.freed_bytes == 10 * MB
    assert len(made.stored) == 2


def test_the_least_recently_used_goes_first_until_the_rest_fits(made: MadeEngine) -> None:
    for number, hours_ago in enumerate((5, 1, 9, 3)):
        made.pulled(f"a/{number}:1", f"l{number}:100")
        used(f"a/{number}:1", hours_ago)
    collected = clean_up(made, keep_bytes=250 * MB)
    assert names(collected) == ["a/2:1", "a/0:1"]
    assert collected.freed_bytes == 200 * MB
    assert made.names() == {"a/1:1", "a/3:1"}
    assert names(clean_up(made, keep_bytes=250 * MB)) == []


def test_what_was_used_lately_is_spared(made: MadeEngine) -> None:
    for reference, hours_ago in ((DJANGO, 30), (FLASK, 2)):
        made.pulled(reference, f"{reference[-9:-7]}:100")
        used(reference, hours_ago)
    assert names(clean_up(made, used_before=time.time() - 24 * HOUR)) == [DJANGO]


def test_what_is_built_upon_goes_after_what_is_built(made: MadeEngine) -> None:
    built_task(made)
    collected = clean_up(made)
    assert names(collected) == ["swe-verify/task:1", "swe-verify/env:1", "swe-verify/base:1"]
    assert collected.freed_bytes == 232 * MB
    assert made.stored == {}


def test_what_is_built_upon_stays_as_long_as_what_is_built(made: MadeEngine) -> None:
    built_task(made)
    assert names(clean_up(made, used_before=time.time() - 7.5 * HOUR)) == []
    made.use(next(each.id for each in made.stored.values() if "swe-verify/task:1" in each.tags))
    assert names(clean_up(made)) == []
    assert len(made.stored) == 3


def test_what_a_container_or_a_run_needs_stays(made: MadeEngine) -> None:
    made.use(made.pulled(DJANGO, "d:50"))
    made.pulled(FLASK, "f:50")
    with held("made", [FLASK]):
        uses = {image.references[0]: image.in_use for image in inventory(made).images}
        assert uses == {DJANGO: "container", FLASK: "lease"}
        assert names(clean_up(made)) == []
    assert names(clean_up(made)) == [FLASK]
    assert made.names() == {DJANGO}


def test_what_comes_into_use_on_the_way_stays(made: MadeEngine) -> None:
    made.pulled(DJANGO, "d:50")
    made.pulled(FLASK, "f:50")
    stock = inventory(made)
    with held("made", [FLASK]):
        collected = collect(cast(Engine, made), stock)
    assert names(collected) == [DJANGO]
    assert [image.references for image in collected.refused] == [(FLASK,)]
    assert collected.freed_bytes == 50 * MB


def test_a_container_of_a_dead_run_keeps_nothing_and_goes(made: MadeEngine) -> None:
    made.use(made.pulled(DJANGO, "d:50"), dead())
    collected = clean_up(made, dry_run=True)
    assert (names(collected), collected.containers) == ([DJANGO], 1)
    assert len(made.users) == 1
    collected = clean_up(made)
    assert (names(collected), collected.containers) == ([DJANGO], 1)
    assert (made.stored, made.users) == ({}, {})


def test_a_name_of_the_users_keeps_the_image(made: MadeEngine) -> None:
    made.pulled(DJANGO, "d:50")
    image = made.image(DJANGO)
    assert image is not None
    made.stored[image.id] = ImageInfo(
        image.id, (DJANGO, "keep:me"), (), image.size_bytes, "", (), image.created
    )
    collected = clean_up(made)
    assert (names(collected), collected.freed_bytes) == ([DJANGO], 0)
    assert made.names() == {"keep:me"}


def test_all_takes_what_the_user_had(made: MadeEngine) -> None:
    made.add(DJANGO, "d:50")
    made.add("debian:12", "x:100")
    assert names(clean_up(made)) == []
    assert names(clean_up(made, others=True)) == [DJANGO]
    assert made.names() == {"debian:12"}


def test_a_rehearsal_removes_nothing_and_says_the_same(made: MadeEngine) -> None:
    built_task(made)
    made.pulled(DJANGO, "b d:50")
    told: list[int] = []
    rehearsed = clean_up(made, dry_run=True, on_removed=lambda image, freed: told.append(freed))
    assert len(made.stored) == 4
    assert sum(told) == rehearsed.freed_bytes == 282 * MB
    assert clean_up(made) == rehearsed


def test_what_was_removed_is_no_longer_ours_when_it_comes_back(made: MadeEngine) -> None:
    made.pulled(DJANGO, "d:50")
    clean_up(made)
    made.add(DJANGO, "d")  # by `docker pull`, under the same id
    assert names(inventory(made)) == []


class Fenced:
    """A real engine on which nothing is seen but the images of a test."""

    def __init__(self, engine: Engine, ids: set[str]) -> None:
        self._engine = engine
        self._ids = ids

    def images(self, label: str | None = None) -> list[ImageInfo]:
        return [image for image in self._engine.images(label) if image.id in self._ids]

    def containers(self, label: str) -> list[object]:
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture
def pulled(engine: Engine, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The reference and the id of an image that swe-verify is said to have pulled."""
    (tmp_path / "noise").write_bytes(secrets.token_bytes(100_000))
    with tarfile.open(tmp_path / "rootfs.tar", "w") as tar:
        tar.add(tmp_path / "noise", "noise")
    reference = f"swe-verify-test/gc:{secrets.token_hex(4)}"
    image_id = engine.import_rootfs(tmp_path / "rootfs.tar", tag=reference, labels={})
    record = ImageRecord(engine.info().id)
    record.begun(reference, "run", "pulled")
    record.ended(reference, "run", image_id, image_id)
    yield reference, image_id
    engine.remove_image(reference)


@pytest.mark.engine
def test_on_a_real_engine(engine: Engine, pulled: tuple[str, str]) -> None:
    reference, image_id = pulled
    fenced = cast(Engine, Fenced(engine, {image_id}))
    container = engine.create(
        {"Image": reference, "Cmd": ["x"]}, name=reference.replace("/", "-").replace(":", "-")
    )
    try:
        (found,) = take_inventory(fenced).images
        assert (found.kind, found.in_use) == ("pulled", "container")
        assert found.alone_bytes == found.size_bytes == 100_000
        assert collect(fenced, take_inventory(fenced)).images == ()
    finally:
        engine.remove(container)
    collected = collect(fenced, take_inventory(fenced))
    assert (names(collected), collected.freed_bytes) == ([reference], 100_000)
    assert engine.image(reference) is None
    assert take_inventory(fenced).images == ()
