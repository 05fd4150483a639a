"""Writes JUnit XML for a run of ours, or for a folder of reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.reports.junit import Suite, write_junit
from harness.reports.official import GRADED
from harness.reports.terminal import NOBODY_LOOKED, UNKNOWN
from harness.summary import Result, Summary
from harness.verdict import ListResult, Outcome, TestStatus
from runner import artifacts
from runner.plan import AttemptKey
from runner.report_folder import FolderSummary, load_report
from runner.store import run_folder
from task_specs.errors import InputError


def write_run_junit(
    path: Path,
    output_dir: Path,
    run_id: str,
    summaries: Sequence[Summary],
    *,
    require_trusted: bool = False,
) -> None:
    """Write what a run came to, its tests read from the artifacts one attempt at a time.

    With `require_trusted`, what is resolved and not trusted is a failure.
    """
    folder = run_folder(output_dir, run_id)
    style = _Style(several=len(summaries) > 1, require_trusted=require_trusted)
    _write(path, run_id, (suite for each in summaries for suite in _run(each, folder, style)))


def write_folder_junit(
    path: Path, name: str, summaries: Sequence[FolderSummary], *, require_trusted: bool = False
) -> None:
    """Write what a folder of reports came to, its tests read from them one at a time."""
    style = _Style(several=len(summaries) > 1, require_trusted=require_trusted)
    _write(path, name, (suite for each in summaries for suite in _folder(each, style)))


@dataclass(frozen=True, slots=True)
class _Style:
    """How every suite of a document is made."""

    several: bool
    """Whether there are several models or attempts."""
    require_trusted: bool


def _write(path: Path, name: str, suites: Iterable[Suite]) -> None:
    """Write the file aside and rename it into place, so that nobody reads half of it."""
    aside = path.with_name(f".{path.name}.new")
    try:
        with aside.open("w", encoding="utf-8") as file:
            write_junit(suites, name, file)
        aside.replace(path)
    except OSError as error:
        raise InputError(f"--junit: cannot write {path}: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def _run(summary: Summary, folder: Path, style: _Style) -> Iterator[Suite]:
    for result in summary.results:
        key = AttemptKey(result.model_name_or_path, result.attempt, result.instance_id)
        record = artifacts.read_json(artifacts.attempt_folder(folder, key), artifacts.ATTEMPT) or {}
        lists, statuses, seconds = _recorded(record)
        yield _suite(result, lists, style, statuses=statuses, seconds=seconds)
    yield from _not_submitted(summary, style)


def _folder(found: FolderSummary, style: _Style) -> Iterator[Suite]:
    for result in found.summary.results:
        lists = (ListResult(), ListResult())
        if result.outcome in GRADED:
            report = load_report(found.files[result.instance_id], result.instance_id)
            lists = (report.fail_to_pass or ListResult(), report.pass_to_pass or ListResult())
        yield _suite(result, lists, style)
    yield from _not_submitted(found.summary, style)


def _recorded(
    record: Mapping[str, Any],
) -> tuple[tuple[ListResult, ListResult], Mapping[str, TestStatus], float | None]:
    lists = tuple(
        ListResult(tuple(part.get("success", ())), tuple(part.get("failure", ())))
        for part in (record.get("FAIL_TO_PASS", {}), record.get("PASS_TO_PASS", {}))
    )
    statuses = {name: TestStatus(status) for name, status in record.get("tests", {}).items()}
    return (lists[0], lists[1]), statuses, record.get("seconds")


def _suite(
    result: Result,
    lists: tuple[ListResult, ListResult],
    style: _Style,
    *,
    statuses: Mapping[str, TestStatus] | None = None,
    seconds: float | None = None,
) -> Suite:
    return Suite(
        name=_name(result.instance_id, result.model_name_or_path, result.attempt, style.several),
        outcome=result.outcome,
        reason=result.reason,
        fail_to_pass=lists[0],
        pass_to_pass=lists[1],
        statuses=statuses,
        seconds=seconds,
        properties=(
            ("model_name_or_path", result.model_name_or_path),
            ("attempt", str(result.attempt)),
            ("outcome", result.outcome),
            ("reason", result.reason),
            ("integrity", result.integrity or UNKNOWN),
        ),
        doubt=_doubt(result) if style.require_trusted else "",
    )


def _doubt(result: Result) -> str:
    """Say why a resolved attempt does not count where trust is required."""
    if result.outcome is not Outcome.RESOLVED or result.trusted:
        return ""
    return f"resolved, but not trusted: {result.doubt or NOBODY_LOOKED}"


def _not_submitted(summary: Summary, style: _Style) -> Iterator[Suite]:
    """Yield a suite for each instance without a prediction: they are in the denominator."""
    for instance_id in summary.not_submitted:
        name = _name(instance_id, summary.model_name_or_path, summary.attempt, style.several)
        yield Suite(name, None, "there is no prediction")


def _name(instance_id: str, model: str, attempt: int, several: bool) -> str:
    if not several:
        return instance_id
    return f"{instance_id} ({model}{f', attempt {attempt}' if attempt else ''})"
