"""Carry out one evaluation: fill a box, run it, write down what happened."""

from __future__ import annotations

import secrets
import shlex
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from harness.apply import (
    HAS_TIMEOUT,
    KILLED_EXIT_CODES,
    NO_REPOSITORY_EXIT_CODE,
    PATCH_PATH,
    ApplyLog,
    applied_line,
    ladder_script,
    read_apply_log,
    time_limited,
)
from harness.decided import decided_watch
from harness.eval_script import asset_path
from harness.evaluation import Evaluation, evaluation_of
from harness.options import AS_OFFICIAL, ExecuteOptions
from harness.sandbox import (
    NO_WAITING,
    ExecResult,
    InfrastructureError,
    SandboxProvider,
    SandboxRequest,
)
from harness.transcript import Durations, Transcript
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction

EVAL_PATH = "/eval.sh"  # as in the official harness
DRIVER_PATH = "/swe-verify/attempt.sh"
WORKDIR = "/testbed"
COMMAND_NOT_FOUND = 127
INNER_MARGIN_SECONDS = 10
"""How much later than the limit from outside, which is the one that is reported, the one inside
the box comes. It is for when nobody outside is left, or the engine does not answer."""

# Nearly every published eval_script runs pip install. Without a network it fails in any case,
# and leaves the image's own installation as it is; retrying five times over only costs time.
OFFLINE_ENVIRONMENT = (("PIP_RETRIES", "0"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1"))


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """The image an attempt runs in, present on the engine."""

    reference: str
    digest: str


def execute(
    provider: SandboxProvider,
    instance: Instance,
    prediction: Prediction,
    *,
    image: PreparedImage,
    limits: Limits,
    raw_output: Path,
    assets: Mapping[str, bytes] | None = None,
    labels: tuple[tuple[str, str], ...] = (),
    turn: AbstractContextManager[None] = NO_WAITING,
    options: ExecuteOptions = AS_OFFICIAL,
) -> Transcript:
    """Evaluate one patch in a fresh box and return what happened.

    `raw_output` is the file that the box's output streams to; `assets` is the content of the
    instance's binary assets by path; `turn` is held while the box runs. Raises
    InfrastructureError where the box could not be had or was lost, SandboxCancelled where the run
    was interrupted.
    """
    token = secrets.token_hex(16)
    evaluation = evaluation_of(instance, prediction, limits, options)
    request = SandboxRequest(
        image=image.reference,
        limits=limits,
        workdir=WORKDIR,
        environment=() if limits.network else OFFLINE_ENVIRONMENT,
        labels=labels,
        watch=decided_watch(instance, applied_line(token)) if options.stop_when_decided else None,
    )
    opening = time.monotonic()
    timed_turn = _TimedTurn(turn)
    with provider.open(request) as sandbox:
        sandbox.put(attempt_files(evaluation, prediction, token, limits, assets or {}))
        ended = sandbox.run(("/bin/bash", DRIVER_PATH), raw_output, timed_turn)
        taken = time.monotonic() - opening
    create_seconds = max(0.0, taken - timed_turn.waited_seconds - ended.seconds)
    # Undecodable bytes are replaced: a log is evidence even where it is not text.
    text = raw_output.read_bytes().decode("utf-8", errors="replace")
    log = read_apply_log(token, text)
    _require_ladder(log, ended, image, text)
    return _transcript(log, ended, evaluation, image, limits, create_seconds=create_seconds)


class _TimedTurn:
    """A turn, and how long it was waited for."""

    def __init__(self, turn: AbstractContextManager[None]) -> None:
        self._turn = turn
        self.waited_seconds = 0.0

    def __enter__(self) -> None:
        asked = time.monotonic()
        self._turn.__enter__()
        self.waited_seconds = time.monotonic() - asked

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._turn.__exit__(kind, error, trace)


def attempt_files(
    evaluation: Evaluation,
    prediction: Prediction,
    token: str,
    limits: Limits,
    assets: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return the files that go into the box, by absolute path."""
    files = {
        **{asset_path(path): content for path, content in assets.items()},
        **evaluation.files,
        EVAL_PATH: evaluation.script.encode(),
        DRIVER_PATH: driver_script(token, limits, patched=not prediction.run_unpatched).encode(),
    }
    if not prediction.run_unpatched:
        # JSON can carry lone surrogates; git shall judge such a patch, not our encoder.
        files[PATCH_PATH] = (prediction.model_patch or "").encode("utf-8", "surrogatepass")
    return files


def driver_script(token: str, limits: Limits, *, patched: bool) -> str:
    """Return the script that is the box's own process: the ladder, then the eval_script."""
    ladder = (
        ladder_script(token, WORKDIR)
        if patched
        else f"printf '\\n%s applied 0.0\\n' {shlex.quote(token)}\n"
    )
    evaluation = f"/bin/bash {EVAL_PATH}"
    limited = time_limited(limits.seconds + INNER_MARGIN_SECONDS, evaluation)
    return f"{ladder}{HAS_TIMEOUT} && exec {limited}\nexec {evaluation}\n"


def _require_ladder(log: ApplyLog, ended: ExecResult, image: PreparedImage, output: str) -> None:
    """Raise InfrastructureError where the ladder could not do its work, whatever the patch."""
    if not log.finished and ended.exit_code == NO_REPOSITORY_EXIT_CODE:
        raise InfrastructureError(
            "image_unusable",
            f"image {image.reference} holds no repository at {WORKDIR}",
            retryable=False,
        )
    stopped_by_limit = ended.timed_out or ended.output_limit_hit or ended.disk_limit_hit
    if not log.finished and not stopped_by_limit:
        last = output.strip().rpartition("\n")[2] or "it printed nothing"
        raise InfrastructureError(
            "sandbox_lost",
            f"the box of image {image.reference} ended with exit code {ended.exit_code} "
            f"before the patch was applied: {last[:200]}",
        )
    if any(step.exit_code == COMMAND_NOT_FOUND for step in log.steps) and not log.applied:
        raise InfrastructureError(
            "image_unusable",
            f"image {image.reference} lacks git or patch, so no patch can be applied in it",
            retryable=False,
        )


def _was_stopped_inside(ended: ExecResult, limits: Limits) -> bool:
    """Whether the box's own time limit ended it, because the one from outside came too late."""
    return ended.exit_code in KILLED_EXIT_CODES and ended.seconds >= limits.seconds


def _transcript(
    log: ApplyLog,
    ended: ExecResult,
    evaluation: Evaluation,
    image: PreparedImage,
    limits: Limits,
    *,
    create_seconds: float,
) -> Transcript:
    evaluate = max(0.0, ended.seconds - (log.seconds or 0.0)) if log.applied else None
    return Transcript(
        test_output=log.rest,
        applied=log.applied,
        apply_steps=log.steps,
        exit_code=ended.exit_code,
        timed_out=ended.timed_out or log.stuck or _was_stopped_inside(ended, limits),
        output_limit_hit=ended.output_limit_hit,
        disk_limit_hit=ended.disk_limit_hit,
        oom_killed=ended.oom_killed,
        peak_memory_bytes=ended.peak_memory_bytes,
        cpu_seconds=ended.cpu_seconds,
        reinstall=evaluation.reinstall(log.rest) if log.applied else "",
        decided=ended.stopped or evaluation.decided(log.rest),
        image=image.reference,
        image_digest=image.digest,
        limits=limits,
        durations=Durations(
            create=create_seconds,
            apply=log.seconds,
            evaluate=evaluate,
            total=create_seconds + ended.seconds,
        ),
    )
