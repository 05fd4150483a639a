"""What is put into a box, by the options."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.eval_script import record_exit_code
from harness.evaluation import evaluation_of
from harness.options import AS_OFFICIAL, ExecuteOptions, Reinstall
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from task_specs.script_text import START_TEST_OUTPUT

AUTO = ExecuteOptions(Reinstall.AUTO)
BOTH = ExecuteOptions(Reinstall.AUTO, stop_when_decided=True)


@pytest.fixture
def verified(data_dir: Path) -> Iterator[tuple[Instance, Prediction]]:
    def with_gold() -> Iterator[tuple[Instance, Prediction]]:
        rows = (data_dir / "swe-bench-verified.jsonl").read_text(encoding="utf-8").splitlines()
        for row in map(json.loads, rows):
            instance = Instance.from_row(row, "the dataset")
            yield instance, Prediction(instance.instance_id, "gold", instance.patch)

    return with_gold()


def test_by_default_it_is_the_official_script(
    verified: Iterator[tuple[Instance, Prediction]],
) -> None:
    for instance, gold in verified:
        evaluation = evaluation_of(instance, gold, Limits(), AS_OFFICIAL)
        assert evaluation.script == record_exit_code(instance.eval_script)
        assert evaluation.files == {}
        assert (evaluation.reinstall("x"), evaluation.decided("x")) == ("", "")


def test_no_option_changes_how_the_tests_are_run(
    verified: Iterator[tuple[Instance, Prediction]],
) -> None:
    for instance, gold in verified:
        official = evaluation_of(instance, gold, Limits(), AS_OFFICIAL).script
        chosen = evaluation_of(instance, gold, Limits(), BOTH).script
        assert chosen.partition(START_TEST_OUTPUT)[2] == official.partition(START_TEST_OUTPUT)[2]
        missing = set(official.splitlines()) - set(chosen.splitlines())
        assert not missing


def test_what_was_made_of_the_installation_is_told(
    verified: Iterator[tuple[Instance, Prediction]],
) -> None:
    instance, gold = next(verified)
    asked = evaluation_of(instance, gold, Limits(), AUTO)
    said = "+ cd /testbed\n+ : 'swe-verify: reinstall skipped because of x'\n"
    assert asked.reinstall(said) == "skipped because of x"
    assert asked.reinstall("+ cd /testbed\n") == "not known: the evaluation did not get as far"
    late = f"+ : '{START_TEST_OUTPUT}'\n{said}"
    assert asked.reinstall(late).startswith("not known")
    online = evaluation_of(instance, gold, replace(Limits(), network=True), AUTO)
    assert online.reinstall(said).startswith("not skipped because the network is on")


def test_without_a_patch_nothing_needs_to_be_installed_again(
    verified: Iterator[tuple[Instance, Prediction]],
) -> None:
    instance, gold = next(verified)
    patch = "--- a/setup.py\n+++ b/setup.py\n@@ -1 +1 @@\n-a\n+b\n"
    touches = replace(gold, model_patch=patch)
    assert not evaluation_of(instance, touches, Limits(), AUTO).files
    unpatched = replace(touches, run_unpatched=True)
    assert evaluation_of(instance, unpatched, Limits(), AUTO).files
