"""The integrity of all attempts of a run of ours, or of a tree of logs, whoever made it.

What was recorded is told as it was recorded. Where nothing was, as by the official harness, patch
and log are read now; what only shows while tests run cannot be seen any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.grading import grade
from harness.integrity.attempt import STATIC, with_integrity
from harness.integrity.record import NOTHING_STORED, StoredIntegrity, read_integrity
from harness.integrity.static import integrity_of
from harness.verdict import Level, Outcome
from runner import artifacts
from runner.ledger import LedgerRow
from runner.log_tree import LogFolder, find_log_folders
from runner.regrade import MAX_LOG_BYTES
from runner.report_folder import judged
from runner.store import RunStore
from runner.stored_evidence import (
    Evidence,
    NotGradable,
    read_evidence,
    read_patch,
    read_stored_report,
)
from task_specs.dataset import Dataset
from task_specs.errors import InputError
from task_specs.instance import Instance
from task_specs.prediction import Prediction

SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Audited:
    """One attempt, and whether its verdict can be believed."""

    run_id: str
    model: str
    """As the run names it; in a tree, as the folder does."""
    attempt: int
    instance_id: str
    folder: Path
    outcome: Outcome | None
    """None where nothing says how it ended."""
    integrity: StoredIntegrity
    recorded: bool
    """Whether that was recorded with the verdict, rather than read now."""
    trouble: str = ""
    """Why nothing could be read, in half a sentence."""

    @property
    def level(self) -> Level | None:
        return self.integrity.level

    @property
    def doubtful(self) -> bool:
        """Whether it claims to be resolved and is not clean.

        Under strict rules an attempt that is proven to be forged is INVALID, and claims it all
        the same.
        """
        forged = self.outcome is Outcome.INVALID and self.level is Level.TAMPERED
        claims = forged or self.outcome in (Outcome.RESOLVED, None)
        return claims and self.level is not Level.CLEAN


@dataclass(frozen=True, slots=True)
class Patches:
    """The patches of a file of predictions."""

    by_folder: Mapping[str, Mapping[str, str]]
    """By the folder of a model's attempts, and by instance."""

    @classmethod
    def of(cls, predictions: Sequence[Prediction]) -> Patches:
        by_folder: dict[str, dict[str, str]] = {}
        for each in predictions:
            name = artifacts.model_folder_name(each.model_name_or_path, each.attempt)
            by_folder.setdefault(name, {})[each.instance_id] = each.model_patch or ""
        return cls(by_folder)

    def at(self, folder: LogFolder) -> str | None:
        """Return the patch of an evaluation; one model's are taken whatever its folder's name."""
        if len(self.by_folder) == 1:
            return next(iter(self.by_folder.values())).get(folder.instance_id)
        return self.by_folder.get(folder.model_folder, {}).get(folder.instance_id)


NO_PATCHES = Patches({})


def choose(
    attempts: Sequence[Audited],
    *,
    model: str | None,
    attempt: int | None,
    instance_ids: Sequence[str],
) -> list[Audited]:
    """Return the attempts that are named, all of them where nothing is.

    Raises InputError for a name that is not there, and where the names have no attempt in common.
    """
    _require_there("--model", [model] if model else [], [each.model for each in attempts])
    _require_there("--instance", instance_ids, [each.instance_id for each in attempts])
    chosen = [
        each
        for each in attempts
        if model in (None, each.model)
        and attempt in (None, each.attempt)
        and (not instance_ids or each.instance_id in instance_ids)
    ]
    if not chosen:
        numbers = ", ".join(sorted({str(each.attempt) for each in attempts}))
        raise InputError(f"nothing is left of --model, --attempt ({numbers} are there) and -i")
    return chosen


def _require_there(option: str, wanted: Sequence[str], there: Sequence[str]) -> None:
    for name in wanted:
        if name not in there:
            known = sorted(set(there))
            more = f" and {len(known) - SHOWN_NAMES} more" if len(known) > SHOWN_NAMES else ""
            raise InputError(
                f"{option}: there is no attempt of {name!r}, but of "
                f"{', '.join(known[:SHOWN_NAMES])}{more}"
            )


def audit_run(output_dir: Path, run_id: str, dataset: Dataset | None) -> list[Audited]:
    """Return every attempt of a run of ours, by model, number and instance.

    `dataset` is for attempts of which nothing was recorded. Raises InputError where there is no
    such run.
    """
    with RunStore.read(output_dir, run_id) as store:
        return [_of_row(run_id, row, store.folder, dataset) for row in store.rows()]


def audit_tree(
    tree: Path, dataset: Dataset | None, predictions: Sequence[Prediction] = ()
) -> list[Audited]:
    """Return every attempt in a tree of logs, by run, model and instance.

    `predictions` have the patches of attempts whose folder has none. Raises InputError where
    there is no attempt, or none is at a task of the dataset.
    """
    patches = Patches.of(predictions)
    folders = find_log_folders(tree)
    if dataset is not None and not any(each.instance_id in dataset.by_id for each in folders):
        raise InputError(f"{tree}: no attempt is at a task of {dataset.name}; is it the dataset?")
    return [_of_folder(folder, dataset, patches) for folder in folders]


def _of_row(run_id: str, row: LedgerRow, run_folder: Path, dataset: Dataset | None) -> Audited:
    path, trouble = artifacts.attempt_folder(run_folder, row.key), ""
    if row.integrity is not None:
        report = (artifacts.read_json(path, artifacts.REPORT) or {}).get(row.key.instance_id)
        layers = read_integrity(report).layers if isinstance(report, dict) else ()
        integrity = StoredIntegrity(row.integrity, layers, row.findings)
    else:
        log = path / artifacts.TEST_OUTPUT
        log_bytes = log.stat().st_size if log.is_file() else None
        folder = LogFolder(run_id, path.parent.name, path.name, path, log_bytes)
        integrity, trouble = _read_now(folder, dataset, NO_PATCHES)
    recorded = row.integrity is not None
    return Audited(run_id, *row.key, path, row.outcome, integrity, recorded, trouble)


def _of_folder(folder: LogFolder, dataset: Dataset | None, patches: Patches) -> Audited:
    report, trouble = read_stored_report(folder, MAX_LOG_BYTES).report, ""
    integrity = report.integrity if report else NOTHING_STORED
    recorded = integrity.level is not None
    if not recorded:
        integrity, trouble = _read_now(folder, dataset, patches)
    return Audited(
        folder.run_id,
        *folder.attempt,
        folder.instance_id,
        folder.path,
        judged(report)[0] if report else None,
        integrity,
        recorded,
        trouble,
    )


def _read_now(
    folder: LogFolder, dataset: Dataset | None, patches: Patches
) -> tuple[StoredIntegrity, str]:
    """Read what an attempt left behind; where that cannot be, say why in half a sentence.

    The log is read only where its task is known.
    """
    try:
        patch = read_patch(folder, MAX_LOG_BYTES)
    except NotGradable as error:
        return NOTHING_STORED, str(error)
    if patch is None:
        patch = patches.at(folder)
    if patch is None:
        return NOTHING_STORED, f"there is no {artifacts.PATCH}"
    if not patch.strip():
        return NOTHING_STORED, "the patch is empty"
    instance = dataset.by_id.get(folder.instance_id) if dataset else None
    if instance is not None:
        with suppress(NotGradable, InputError):  # without its log, its patch is there to be read
            return _with_log(instance, patch, read_evidence(folder, MAX_LOG_BYTES)), ""
    static = integrity_of(instance, patch)
    return StoredIntegrity(static.level, (STATIC,), static.findings), ""


def _with_log(instance: Instance, patch: str, evidence: Evidence) -> StoredIntegrity:
    transcript = evidence.transcript
    if transcript is None:
        raise NotGradable("it has no log")
    verdict = grade(instance, transcript)
    found = with_integrity(instance, patch, evidence.repairs, verdict, transcript)
    return StoredIntegrity(found.integrity, found.layers, found.findings)
