"""Reads back what an evaluation left behind: of ours, or of the official harness.

Ours has an `attempt.json`, which tells all but the log. The official harness leaves hints: a line
at the end of a log that was cut short by time, and the words of its own log where a patch did not
apply.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.eval_script import FAILURE_PHRASES
from harness.integrity.record import read_findings
from harness.published import PublishedReport, read_report
from harness.transcript import ApplyStep, Transcript
from harness.triage import size
from harness.verdict import Outcome, Verdict
from runner import artifacts
from runner.log_tree import LogFolder
from runner.transcript_json import Texts, from_json
from task_specs.errors import InputError
from task_specs.limits import Limits

PATCH_APPLY_FAILED = FAILURE_PHRASES[0]

_TIMEOUT = re.compile(r"\n\nTimeout error: (?P<seconds>\d+(?:\.\d+)?) seconds exceeded\.\s*\Z")
_LAST_CHARACTERS = 200
"""How much of a log's end is searched for the line above."""

_NEITHER_RAN_NOR_FAILED = frozenset({Outcome.INFRA_ERROR, Outcome.NOT_RUN})


class NotGradable(Exception):
    """An evaluation that left nothing to grade; the message says why, in half a sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one evaluation left behind, without its stored verdict."""

    transcript: Transcript | None
    settled: Verdict | None = None
    """The verdict of an attempt that needed no log, such as an empty patch."""
    patch: str | None = None
    """The model's patch; None where it is unknown, or where the tests ran without one."""
    repairs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What a user should know of how it was read, in half sentences."""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The `report.json` of an evaluation, or why there is none to compare with."""

    report: PublishedReport | None
    fault: str = ""
    """Empty where the file is whole, or is not there."""


def read_evidence(folder: LogFolder, max_bytes: int) -> Evidence:
    """Read an evaluation's folder. Raises NotGradable where nothing in it can be graded.

    No file of more than `max_bytes` is read.
    """
    record = artifacts.read_json(folder.path, artifacts.ATTEMPT)
    patch = read_patch(folder, max_bytes)
    if record is None:
        evidence = _left_by_official_harness(folder, patch, max_bytes)
    else:
        evidence = _left_by_us(folder, record, patch, max_bytes)
    notes = []
    if record is None and (folder.path / artifacts.ATTEMPT).exists():
        notes.append(f"its {artifacts.ATTEMPT} cannot be read, so the log alone was graded")
    if folder.log_bytes == 0:
        notes.append(f"its {artifacts.TEST_OUTPUT} is empty")
    return replace(evidence, notes=tuple(notes))


def read_patch(folder: LogFolder, max_bytes: int) -> str | None:
    """Return the model's patch, None where it is not there.

    Raises NotGradable where it is longer than `max_bytes` or cannot be read.
    """
    return _read_text(folder.path / artifacts.PATCH, max_bytes)


def read_stored_report(folder: LogFolder, max_bytes: int) -> StoredReport:
    """Read the report that is beside the log."""
    path = folder.path / artifacts.REPORT
    try:
        text = _read_text(path, max_bytes)
        if text is None:
            return StoredReport(None)
        return StoredReport(read_report(text, artifacts.REPORT, instance_id=folder.instance_id))
    except (InputError, NotGradable) as error:
        return StoredReport(None, str(error))


def _left_by_us(
    folder: LogFolder, record: Mapping[str, object], patch: str | None, max_bytes: int
) -> Evidence:
    ran = record.get("transcript")
    if not isinstance(ran, dict):
        return Evidence(None, settled=_verdict_without_log(folder, record))
    test_output = _read_log(folder, max_bytes) if from_json(ran).applied else ""
    beside = (artifacts.WITNESS, artifacts.RESTORED_OUTPUT, artifacts.RESTORED_WITNESS)
    others = (_read_text(folder.path / name, max_bytes) or "" for name in beside)
    return Evidence(
        from_json(ran, Texts(test_output, *others)),
        patch=None if record.get("run_unpatched") is True else patch,
        repairs=_texts(record.get("repairs")),
    )


def _left_by_official_harness(folder: LogFolder, patch: str | None, max_bytes: int) -> Evidence:
    if folder.log_bytes is not None:
        log = _read_log(folder, max_bytes)
        cut_short = _TIMEOUT.search(log[-_LAST_CHARACTERS:])
        limits = Limits(seconds=float(cut_short["seconds"])) if cut_short else Limits()
        return Evidence(
            Transcript(log, timed_out=cut_short is not None, limits=limits), patch=patch
        )
    if patch is not None and not patch.strip():
        empty = Verdict(folder.instance_id, Outcome.EMPTY_PATCH, "the patch is empty")
        return Evidence(None, settled=empty)
    told = _read_text(folder.path / artifacts.INSTANCE_LOG, max_bytes) or ""
    _, failed, why = told.partition(PATCH_APPLY_FAILED)
    if not failed:
        raise NotGradable(f"there is no {artifacts.TEST_OUTPUT}")
    step = ApplyStep(command="", exit_code=1, output=why.partition("Traceback")[0])
    return Evidence(Transcript("", applied=False, apply_steps=(step,)), patch=patch)


def _verdict_without_log(folder: LogFolder, record: Mapping[str, object]) -> Verdict:
    """Return the verdict of an attempt of ours in which nothing was run."""
    try:
        outcome = Outcome(str(record.get("outcome")))
    except ValueError:
        raise NotGradable(f"its {artifacts.ATTEMPT} names no outcome") from None
    reason = str(record.get("reason", ""))
    if outcome in _NEITHER_RAN_NOR_FAILED:
        raise NotGradable(f"its tests never ran: {reason}")
    return Verdict(
        folder.instance_id, outcome, reason, findings=read_findings(record.get("findings"))
    )


def _read_log(folder: LogFolder, max_bytes: int) -> str:
    text = _read_text(folder.path / artifacts.TEST_OUTPUT, max_bytes)
    if text is None:
        raise NotGradable(f"there is no {artifacts.TEST_OUTPUT}")
    return text


def _read_text(path: Path, max_bytes: int) -> str | None:
    """Return a file's text, undecodable bytes replaced; None where there is no file."""
    try:
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size
            if length > max_bytes:
                raise NotGradable(
                    f"its {path.name} of {size(length)} is above --max-log {size(max_bytes)}"
                )
            return file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotGradable(f"its {path.name} cannot be read: {error.strerror}") from error


def _texts(stored: object) -> tuple[str, ...]:
    items = stored if isinstance(stored, list) else []
    return tuple(item for item in items if isinstance(item, str))
