"""Who needs which part of which image; what that means for pulled images is played through in
`test_supply_steps`."""

from __future__ import annotations

from runner.image_need import Need, Stage
from runner.image_needs import ImageNeeds
from task_specs.build_spec import BuildSpec, Environment, GitSource
from task_specs.instance import Instance
from tests.runner.made_trees import an_instance


def built(image: str, environment: str) -> Instance:
    source = GitSource("https://example.org/r", "a" * 40)
    build = BuildSpec(source, Environment(pip=(environment,)))
    return an_instance(image=image, build=build)


def parts(instance: Instance) -> tuple[str, ...]:
    assert instance.build is not None
    return (instance.image, f"env:{instance.build.environment.pip[0]}", "base")


def needs_of(*instances: Instance) -> tuple[ImageNeeds, list[Need]]:
    needs = ImageNeeds(parts)
    return needs, [needs.needed(instance) for instance in instances]


def remove(needs: ImageNeeds, *removed: str) -> None:
    for part in removed:
        needs.left(part)


def test_layers_go_when_no_later_task_needs_them_each_before_what_it_stands_on() -> None:
    needs, (one, two, three) = needs_of(built("t1", "a"), built("t2", "a"), built("t3", "b"))
    for need in (one, two, three):
        needs.arrived(need, ours=True)
    assert needs.unneeded() == []
    needs.done(one)
    assert needs.unneeded() == ["t1"]
    remove(needs, "t1")
    needs.done(two)
    assert needs.unneeded() == ["t2", "env:a"]
    remove(needs, "t2", "env:a")
    needs.done(three)
    assert needs.unneeded() == ["t3", "env:b", "base"]
    remove(needs, "t3", "env:b", "base")
    assert needs.nothing_of_ours


def test_an_environment_that_later_tasks_need_gives_way_to_another_one() -> None:
    """But only when nothing that stands on it is there, and what both stand on stays."""
    needs, (one, other, again) = needs_of(built("t1", "a"), built("t2", "b"), built("t3", "a"))
    for need in (one, other, again):
        need.stage = Stage.ABSENT
    needs.arrived(one, ours=True)
    assert needs.dispensable(but=other) == [], "it is needed sooner"
    needs.done(one)
    remove(needs, "t1")
    assert needs.unneeded() == []
    assert needs.dispensable(but=other) == ["env:a"]
    assert needs.dispensable(but=again) == []


def test_an_image_is_dispensed_with_before_its_environment() -> None:
    needs, (one, two) = needs_of(built("t1", "a"), built("t2", "b"))
    two.stage = Stage.ABSENT
    needs.arrived(one, ours=True)
    needs.postpone(one)
    assert needs.dispensable(but=two) == ["t1"]
    remove(needs, "t1")
    assert one.stage is Stage.ABSENT
    assert needs.dispensable(but=two) == ["env:a"]


def test_what_was_there_before_is_nobodys_to_remove() -> None:
    needs, (one,) = needs_of(built("t1", "a"))
    needs.arrived(one, ours=False)
    needs.done(one)
    assert needs.unneeded() == needs.dispensable() == []
    assert needs.nothing_of_ours


def test_builds_of_one_environment_wait_for_the_first_of_them() -> None:
    needs, made = needs_of(*(built(f"t{n}", "b" if n == 3 else "a") for n in range(4)))
    for need in made:
        need.stage = Stage.ABSENT
    made[0].stage = Stage.FETCHING
    assert list(needs.candidates(16)) == [made[3]]
    assert list(needs.candidates(2)) == [], "it stands too far off"
    needs.arrived(made[0], ours=True)
    assert list(needs.candidates(16)) == made[1:]


def test_items_share_an_image_until_the_last_of_them_is_done() -> None:
    needs, (one, same) = needs_of(built("t1", "a"), built("t1", "a"))
    assert one is same
    needs.arrived(one, ours=True)
    one.asked = True
    needs.done(one)
    assert one.wanted
    assert one.asked
    needs.postpone(one)
    assert one.wanted
    assert not one.asked, "until somebody asks for the second look"
    needs.done(one)
    assert not one.wanted


def test_an_image_that_is_needed_after_all_is_looked_for_again() -> None:
    needs, (one,) = needs_of(built("t1", "a"))
    assert needs.next_unseen() is one
    assert needs.next_unseen() is None
    needs.done(one)
    needs.stays(one)
    assert needs.needed(one.instance) is one
    assert needs.next_unseen() is one
    assert one.stage is Stage.UNSEEN
