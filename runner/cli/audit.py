"""`swe-verify audit`: tell whether a patch is to be trusted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.integrity.static import Integrity
    from task_specs.instance import Instance

STATIC_ONLY = "Only the static layer was applied: the patch was read, and nothing was run."
STANDARD_INPUT = "-"


@click.command(name="audit")
@click.option(
    "--patch",
    "source",
    required=True,
    metavar="FILE",
    help="The patch to read; - is standard input.",
)
@click.option("--dataset", help="The dataset of the task that the patch is for.")
@click.option("--instance", "instance_id", metavar="ID", help="The task that the patch is for.")
@click.option("--split", default="test", show_default=True, help="The dataset's split.")
@options.as_json
def command(
    source: str, dataset: str | None, instance_id: str | None, split: str, as_json: bool
) -> None:
    """Tell what a patch touches, what its code reaches for, and whether that is suspect.

    With a task, it is also known which tests the patch may not touch, and whose repository it is.
    Findings are for a reader; whatever they are, the exit code is 0.

    \b
    Examples:
      swe-verify audit --patch model.diff
      git diff | swe-verify audit --patch - --dataset verified --instance psf__requests-1142
    """
    from harness.integrity.static import integrity_of
    from harness.reports.terminal import printable
    from task_specs.patch_repair import repair

    instance = _instance(dataset, instance_id, split)
    patch, repairs = repair(_read(source))
    integrity = integrity_of(instance, patch)
    if as_json:
        click.echo(json.dumps(_document(integrity, repairs), indent=2))
        return
    for line in _page(integrity, repairs):
        click.echo(printable(line))


def _instance(dataset: str | None, instance_id: str | None, split: str) -> Instance | None:
    if dataset is None and instance_id is None:
        return None
    if dataset is None or instance_id is None:
        raise click.UsageError("--dataset and --instance belong together; give both or neither")
    from task_specs.selection import Selection
    from task_specs.sources.registry import load_dataset

    tasks = load_dataset(dataset, split=split)
    (instance,) = Selection((instance_id,), None, None, (), None).apply(tasks.instances)
    return instance


def _read(source: str) -> str:
    from task_specs.errors import InputError

    try:
        data = sys.stdin.buffer.read() if source == STANDARD_INPUT else Path(source).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{source}: cannot be read ({reason}); name a patch file, or -") from None
    return data.decode("utf-8", "replace")


def _page(integrity: Integrity, repairs: tuple[str, ...]) -> Iterator[str]:
    families: dict[str, list[str]] = {}
    for touch in integrity.touches:
        families.setdefault(touch.family.value, []).append(touch.path)
    if not families:
        yield "The patch touches no file."
    for family, paths in families.items():
        yield f"{family}: {len(paths)} {'file' if len(paths) == 1 else 'files'}"
        yield from (f"  {path}" for path in paths)
    yield from (f"Repaired on reading: {repair}." for repair in repairs)
    if integrity.findings:
        yield ""
    from harness.integrity.kinds import level_of

    for finding in integrity.findings:
        level = level_of((finding,))
        word = "note" if level == "clean" else level.value
        yield f"{word:8}  {finding.kind}: {finding.message}"
        if finding.evidence:
            yield f"{'':8}    {finding.evidence}"
    yield ""
    yield f"Integrity: {integrity.level.value}. {STATIC_ONLY}"


def _document(integrity: Integrity, repairs: tuple[str, ...]) -> dict[str, object]:
    from harness.integrity.kinds import level_of

    return {
        "integrity": integrity.level.value,
        "layers": ["static"],
        "repairs": list(repairs),
        "touches": [
            {"path": touch.path, "family": touch.family.value} for touch in integrity.touches
        ],
        "findings": [
            {
                "kind": finding.kind,
                "level": level_of((finding,)).value,
                "message": finding.message,
                "evidence": finding.evidence,
            }
            for finding in integrity.findings
        ],
    }
