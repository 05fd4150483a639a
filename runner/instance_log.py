"""`run_instance.log`: one attempt told in order, for people."""

from __future__ import annotations

from collections.abc import Iterator

from harness.integrity.gravity import word_of
from harness.transcript import Transcript
from runner.attempt import AttemptResult
from runner.run import now
from task_specs.prediction import Prediction


def instance_log(result: AttemptResult) -> str:
    """Return the log's text."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: AttemptResult) -> Iterator[str]:
    prediction, verdict, transcript = result.item.prediction, result.verdict, result.transcript
    yield (
        f"{now()} {prediction.instance_id}: {prediction.model_name_or_path}, "
        f"attempt {prediction.attempt}"
    )
    for repair in prediction.repairs:
        yield f"patch repaired: {repair}"
    yield from _earlier(result)
    for sentence in result.trouble:
        yield f"failed on our side: {sentence}"
    if transcript is not None:
        yield from _ran(prediction, transcript)
    yield f"{verdict.outcome}: {verdict.reason}"
    if verdict.integrity is not None:
        yield f"integrity: {verdict.integrity} ({', '.join(verdict.layers)})"
    for finding in verdict.findings:
        yield f"{word_of(finding)} {finding.kind}: {finding.message} {finding.evidence}".rstrip()


def _earlier(result: AttemptResult) -> Iterator[str]:
    if result.reused is not None:
        earlier = result.reused
        yield (
            f"reused: the same patch was run on {earlier.finished_at} in {earlier.run_id} "
            f"({earlier.model_name_or_path}, attempt {earlier.attempt})"
        )
    if result.first_look is not None:
        first = result.first_look
        yield (
            f"first look, beside others: {first.outcome} after {first.seconds:.1f} s: "
            f"{first.reason}"
        )
        yield "second look, alone:"


def _ran(prediction: Prediction, transcript: Transcript) -> Iterator[str]:
    yield f"image {transcript.image} ({transcript.image_digest})"
    yield f"limits {transcript.limits}"
    if prediction.run_unpatched:
        yield "no patch: the tests run on the untouched tree"
    for step in transcript.apply_steps:
        yield f"$ {step.command}  → exit {step.exit_code}"
        yield from (f"    {line}" for line in step.output.strip().splitlines())
    if not prediction.run_unpatched:
        # The official harness writes these words, and log readers look for them.
        yield ">>>>> Applied Patch" if transcript.applied else ">>>>> Patch Apply Failed"
    if transcript.timed_out:
        yield f"stopped after {transcript.limits.seconds:g} seconds"
    if transcript.output_limit_hit:
        yield f"stopped after {transcript.limits.output_bytes} bytes of output"
    if transcript.disk_limit_hit:
        yield f"stopped after it had written {transcript.limits.disk_bytes} bytes"
    if transcript.oom_killed:
        yield f"the kernel killed a process at {transcript.limits.memory_bytes} bytes of memory"
    spent = transcript.durations
    for step_name, seconds in (
        ("create box", spent.create),
        ("apply patch", spent.apply),
        ("evaluate", spent.evaluate),
    ):
        if seconds is not None:
            yield f"{step_name}: {seconds:.2f} s"
    yield f"exit code {transcript.exit_code}"
    if transcript.restored is not None:
        again = transcript.restored
        yield f"run again, with tests and test machinery restored: exit code {again.exit_code}"
