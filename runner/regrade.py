"""Grade a tree of stored evaluations again, without an engine, and write what comes of it.

Nothing in the tree is touched. Reports and summaries go to a folder of their own, in the official
layout and schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from harness.rules import checked_rules
from harness.sandbox import InfrastructureError
from harness.verdict import DEFAULT_RULES
from runner import artifacts
from runner.log_tree import LogFolder, find_log_folders
from runner.regrade_folder import Grader, Regraded, write_whole
from runner.regrade_rates import RUN_FILE, Rate, instances_of_run, write_summary
from runner.regrade_workers import default_jobs, grade_all
from runner.run import Run, checked_run_id
from runner.store import LOGS
from task_specs.dataset import Dataset
from task_specs.errors import InputError
from task_specs.instance import Instance
from task_specs.limits import MIB

MAX_LOG_BYTES = 256 * MIB
"""Twice what a run keeps of an attempt's output unless told otherwise."""


class Regrade:
    """A tree to be graded again: found and checked on opening, graded by `results()`."""

    def __init__(
        self,
        dataset: Dataset,
        tree: Path,
        output_dir: Path,
        *,
        instances: Sequence[Instance] | None = None,
        labels: Dataset | None = None,
        rules: str = DEFAULT_RULES,
        jobs: int | None = None,
        max_log_bytes: int = MAX_LOG_BYTES,
        run_id: str | None = None,
        split: str = "test",
    ) -> None:
        """`instances` is the selection, all of the dataset unless given. `labels` is a dataset
        whose FAIL_TO_PASS and PASS_TO_PASS judge in place of the dataset's own. `run_id` names
        what is written, where the tree holds one run; `split` is written down beside it.

        Raises InputError for unknown rules, for a tree that holds nothing to grade, and for an
        output folder that would mix new reports with stored ones.
        """
        self.rules = checked_rules(rules)
        self.dataset = dataset
        self.labels = labels or dataset
        self.tree = tree
        self.output_dir = output_dir
        self._split = split
        self.rates: list[Rate] = []
        """By run, model and attempt; complete when `results()` has ended."""
        found = find_log_folders(tree)
        chosen = dataset.instances if instances is None else tuple(instances)
        self.folders = _renamed(_selected(found, chosen, dataset, tree), run_id)
        self.left_out = len(found) - len(self.folders)
        """How many evaluations of the tree are of instances that are not selected."""
        _check_output(output_dir, tree, self.folders)
        self._jobs = jobs or default_jobs()
        self._chosen = {instance.instance_id for instance in chosen}
        self._grader = Grader(
            instances=_labelled(chosen, self.labels),
            absent=self._absent_instances(),
            rules=self.rules,
            max_log_bytes=max_log_bytes,
            runs_folder=output_dir / LOGS,
        )

    def results(self) -> Iterator[Regraded]:
        """Grade and yield each evaluation, by run, model and instance, once its report is written.

        A model's summary is written after the last of its evaluations. Raises
        InfrastructureError where the output cannot be written.
        """
        try:
            self._write_runs()
            graded = grade_all(self._grader, self.folders, self._jobs)
            for _, of_model in groupby(graded, lambda result: _run_and_model(result.folder)):
                results = []
                for result in of_model:
                    # What changed is for whoever reads along; kept, it would fill the memory.
                    results.append(replace(result, change=None, notes=()))
                    yield result
                selected = self._selected_in_run(results[0].folder)
                self.rates.append(write_summary(self.output_dir, results, selected))
        except OSError as error:
            raise InfrastructureError(
                "output_unwritable", f"cannot write to {self.output_dir}: {error.strerror}"
            ) from error

    def _absent_instances(self) -> dict[str, str]:
        """Return why an instance of the tree cannot be judged, by id."""
        ids = {folder.instance_id for folder in self.folders}
        return {
            instance_id: f"{source.reference} holds no such instance"
            for source in (self.labels, self.dataset)
            for instance_id in ids - source.by_id.keys()
        }

    def _selected_in_run(self, folder: LogFolder) -> frozenset[str]:
        return instances_of_run(folder) & self._chosen

    def _write_runs(self) -> None:
        """Write for each run what graded it, where the official harness keeps that too."""
        for run_id, of_run in groupby(self.folders, lambda folder: folder.run_id):
            folders = list(of_run)
            found = {folder.instance_id for folder in folders}
            run = Run(
                run_id=run_id,
                dataset=self.labels.reference,
                dataset_name=self.labels.name,
                dataset_revision=self.labels.revision,
                split=self._split,
                predictions=f"(graded again from {self.tree})",
                instance_ids=tuple(sorted(found | self._selected_in_run(folders[0]))),
                rules=self.rules,
            )
            write_whole(self.output_dir / LOGS / run_id / RUN_FILE, run.to_json())


def _selected(
    found: Sequence[LogFolder], chosen: Sequence[Instance], dataset: Dataset, tree: Path
) -> list[LogFolder]:
    """Return the evaluations of chosen instances.

    Of unknown instances too, which will be complained of, unless only some were asked for.
    """
    ids = {instance.instance_id for instance in chosen}
    folders = [folder for folder in found if folder.instance_id in ids]
    if not folders:
        raise InputError(
            f"{tree} holds {len(found)} evaluations, none of a selected instance of "
            f"{dataset.reference}: name the dataset that they are of"
        )
    if len(chosen) == len(dataset.instances):
        folders = list(found)
    if all(folder.has_report_alone for folder in folders):
        raise InputError(
            f"{tree} holds no {artifacts.TEST_OUTPUT}, so there is nothing to grade; "
            f"what its reports say is told by `swe-verify report`"
        )
    return folders


def _renamed(folders: list[LogFolder], run_id: str | None) -> list[LogFolder]:
    if run_id is None:
        return folders
    runs = sorted({folder.run_id for folder in folders})
    if len(runs) > 1:
        raise InputError(
            f"--run-id cannot name {len(runs)} runs at once ({', '.join(runs[:3])}): "
            "name the folder of one of them"
        )
    return [replace(folder, run_id=checked_run_id(run_id)) for folder in folders]


def _labelled(chosen: Sequence[Instance], labels: Dataset) -> dict[str, Instance]:
    """Return the instances that the labels know, with those labels."""
    return {
        instance.instance_id: replace(
            instance,
            FAIL_TO_PASS=labels.by_id[instance.instance_id].FAIL_TO_PASS,
            PASS_TO_PASS=labels.by_id[instance.instance_id].PASS_TO_PASS,
        )
        for instance in chosen
        if instance.instance_id in labels.by_id
    }


def _check_output(output_dir: Path, tree: Path, folders: Sequence[LogFolder]) -> None:
    """Refuse to write where something that was run or read might be overwritten."""
    read, written = tree.resolve(), (output_dir / LOGS).resolve()
    if written.is_relative_to(read) or read.is_relative_to(written):
        raise InputError(
            f"--output-dir {output_dir} would mix new reports with those of {tree}: "
            "choose a folder apart from it"
        )
    for folder in folders:
        artifacts.official_summary_name(*folder.attempt, folder.run_id)
        target = written / folder.run_id / folder.model_folder / folder.instance_id
        if (target / artifacts.TEST_OUTPUT).exists():
            raise InputError(
                f"--output-dir {output_dir} holds a run {folder.run_id} with logs of its own: "
                "choose another folder, or a --run-id"
            )


def _run_and_model(folder: LogFolder) -> tuple[str, str]:
    return folder.run_id, folder.model_folder
