"""The toy tasks are tasks like any other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from harness.eval_script import record_exit_code
from task_specs.prediction_files import load_predictions
from task_specs.sources.registry import load_dataset
from tests.bench.batch import Batch


def written(folder: Path, tasks: int) -> Batch:
    return Batch.write(folder, "toy:1", [1.0] * tasks)


def test_the_dataset_is_read_as_any_other(tmp_path: Path) -> None:
    batch = written(tmp_path, 3)
    dataset = load_dataset(str(batch.dataset))
    assert [instance.image for instance in dataset.instances] == ["toy:1"] * 3


def test_a_task_takes_the_seconds_it_was_given(tmp_path: Path) -> None:
    batch = Batch.write(tmp_path, "toy:1", [60.0, 0.5])
    scripts = [i.eval_script for i in load_dataset(str(batch.dataset)).instances]
    assert ["sleep 60\n" in scripts[0], "sleep 0.5\n" in scripts[1]] == [True, True]


def test_the_exit_code_that_is_recorded_is_that_of_the_tests(tmp_path: Path) -> None:
    """It is kept right before the end marker, so the last test command must stand before it."""
    instance = load_dataset(str(written(tmp_path, 1).dataset)).instances[0]
    lines = record_exit_code(instance.eval_script).splitlines()
    kept = lines.index("SWEBENCH_TEST_EXIT_CODE=$?")
    assert lines[kept - 1].startswith("echo 'PASSED")
    assert "End Test Output" in lines[kept + 1]


def test_one_model_has_another_patch_for_every_task(tmp_path: Path) -> None:
    batch = written(tmp_path, 5)
    patches = load_predictions(str(batch.predictions(3)), load_dataset(str(batch.dataset)))
    assert len({prediction.model_patch for prediction in patches}) == len(patches) == 3


def test_two_models_repeat_each_other_or_differ_in_everything(tmp_path: Path) -> None:
    batch = written(tmp_path, 4)
    dataset = load_dataset(str(batch.dataset))

    def copies(*, same_patches: bool) -> Counter[int]:
        path = batch.two_models(4, same_patches=same_patches)
        counted = Counter(
            (prediction.instance_id, prediction.model_patch)
            for prediction in load_predictions(str(path), dataset)
        )
        return Counter(counted.values())

    assert copies(same_patches=True) == {2: 4}
    assert copies(same_patches=False) == {1: 8}
