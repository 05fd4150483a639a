"""Grades one stored evaluation again: read, judge, compare, write. What every worker does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.grading import grade
from harness.integrity.attempt import with_integrity
from harness.integrity.strict import strictly
from harness.reports.official import instance_report
from harness.verdict import Finding, Level, Outcome, Verdict
from runner import artifacts
from runner.log_tree import LogFolder
from runner.readable_json import readable_json
from runner.regrade_changes import Change, find_change
from runner.stored_evidence import (
    Evidence,
    NotGradable,
    StoredReport,
    read_evidence,
    read_stored_report,
)
from task_specs.errors import InputError
from task_specs.instance import Instance
from task_specs.limits import MIB

BIG_LOG_BYTES = 8 * MIB
"""Logs from this size on are graded one at a time, so that their memory does not add up."""


@dataclass(frozen=True, slots=True)
class Regraded:
    """What became of one evaluation; small, whatever its log was."""

    folder: LogFolder
    outcome: Outcome
    reason: str
    patch_is_none: bool = False
    finding_kinds: tuple[str, ...] = ()
    integrity: Level | None = None
    trouble: str = ""
    """Why it could not be graded, in half a sentence; empty where it was."""
    notes: tuple[str, ...] = ()
    """What a user should know of how it was read, in half sentences."""
    compared: bool = False
    """Whether there was a stored report to compare with."""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Grader:
    """All that grading a folder needs; handed to every worker once."""

    instances: Mapping[str, Instance]
    """By id, with the labels that judge."""
    absent: Mapping[str, str]
    """Why an instance is not among them, by id, in half a sentence."""
    rules: str
    max_log_bytes: int
    runs_folder: Path
    """Where reports go: `<runs_folder>/<run>/<model>/<instance>/report.json`."""
    one_big_log: AbstractContextManager[Any] | None = None
    """Held while a big log is graded; None where there is one worker."""

    def grade(self, folder: LogFolder) -> Regraded:
        """Grade one folder and write its report. Raises OSError where that cannot be written.

        A fault of the folder is a result, and so is a bug of ours: the rest must be graded.
        """
        stored = read_stored_report(folder, self.max_log_bytes)
        is_big = (folder.log_bytes or 0) >= BIG_LOG_BYTES
        try:
            with self.one_big_log if self.one_big_log and is_big else nullcontext():
                verdict, result = self._judge(folder, stored)
        except (NotGradable, InputError) as error:
            return self.give_up(folder, str(error), stored)
        except MemoryError:
            return self.give_up(folder, "there is too little memory for its log", stored)
        except Exception as error:
            why = f"swe-verify failed: {type(error).__name__}: {error}"
            return self.give_up(folder, why, stored)
        self._write(folder, verdict, stored)
        return result

    def give_up(self, folder: LogFolder, why: str, stored: StoredReport | None = None) -> Regraded:
        """Write down that a folder could not be graded, and return that as its result."""
        reason = f"not graded again: {why}"
        verdict = Verdict(
            folder.instance_id,
            Outcome.INFRA_ERROR,
            reason,
            findings=(Finding("not_graded", reason),),
            rules=self.rules,
        )
        self._write(folder, verdict, stored or StoredReport(None))
        return Regraded(folder, verdict.outcome, reason, trouble=why)

    def _judge(self, folder: LogFolder, stored: StoredReport) -> tuple[Verdict, Regraded]:
        if folder.instance_id in self.absent:
            raise NotGradable(self.absent[folder.instance_id])
        instance = self.instances[folder.instance_id]
        evidence = read_evidence(folder, self.max_log_bytes)
        verdict = self._verdict(instance, evidence)
        notes = evidence.notes
        change = None
        if stored.report is not None:
            change = find_change(stored.report, verdict, instance, evidence.transcript)
        elif stored.fault:
            notes += (f"its stored verdict is not compared: {stored.fault}",)
        return verdict, Regraded(
            folder,
            verdict.outcome,
            verdict.reason,
            patch_is_none=stored.report is not None and stored.report.patch_is_none,
            finding_kinds=tuple(finding.kind for finding in verdict.findings),
            integrity=verdict.integrity,
            notes=notes,
            compared=stored.report is not None,
            change=change,
        )

    def _verdict(self, instance: Instance, evidence: Evidence) -> Verdict:
        transcript = evidence.transcript
        if transcript is None:
            assert evidence.settled is not None
            return replace(evidence.settled, rules=self.rules)
        verdict = grade(instance, transcript, rules=self.rules)
        return strictly(
            with_integrity(instance, evidence.patch, evidence.repairs, verdict, transcript)
        )

    def _write(self, folder: LogFolder, verdict: Verdict, stored: StoredReport) -> None:
        """Write the report in one step, in place of an earlier one."""
        report = instance_report(
            verdict,
            patch_is_none=stored.report is not None and stored.report.patch_is_none,
            patch_exists=stored.report is None or stored.report.patch_exists,
        )
        target = self.runs_folder / folder.run_id / folder.model_folder / folder.instance_id
        write_whole(target / artifacts.REPORT, readable_json(report))


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step, and its folder where that is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
