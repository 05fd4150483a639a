"""Carry out one evaluation: fill a box, run it, write down what happened."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from harness.apply import PATCH_PATH, applied_line, read_apply_log
from harness.box_run import PreparedImage, request_for, require_ladder, run_box, transcript_of
from harness.decided import decided_watch
from harness.driver import DRIVER_PATH, EVAL_PATH, IS_BOX, driver_script
from harness.eval_script import asset_path
from harness.evaluation import Evaluation, evaluation_of
from harness.options import AS_OFFICIAL, ExecuteOptions
from harness.restored import SCRIPT_PATH, read_restored, restored_files
from harness.sandbox import NO_WAITING, SandboxProvider
from harness.surface import surface_of
from harness.transcript import Transcript
from harness.witness import INSTALL, witness_files
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction


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
    secret = secrets.token_hex(16) if options.witnessed else ""
    evaluation = evaluation_of(instance, prediction, limits, options)
    watch = decided_watch(instance, applied_line(token)) if options.stop_when_decided else None
    request = request_for(image, limits, labels, watch)
    files = attempt_files(evaluation, prediction, token, limits, assets or {}, secret=secret)
    ran = run_box(provider, request, DRIVER_PATH, files, raw_output, turn=turn, secret=secret)
    log = read_apply_log(token, ran.text)
    require_ladder(log, ran.ended, image, ran.text)
    return replace(
        transcript_of(log, ran, image, limits),
        reinstall=evaluation.reinstall(log.rest) if log.applied else "",
        decided=ran.ended.stopped or evaluation.decided(log.rest),
    )


def execute_restored(
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
) -> Transcript | None:
    """Evaluate a resolved patch once more with everything restored that judges it.

    None where the patch gives no occasion: it touches nothing of the surface. Otherwise as
    `execute`, whose parameters and errors it has; see `harness.restored`.
    """
    surface = () if prediction.run_unpatched else surface_of(instance, prediction.model_patch or "")
    if not surface:
        return None
    token, secret = secrets.token_hex(16), secrets.token_hex(16)
    files = restored_files(
        instance,
        prediction,
        surface,
        token=token,
        limits=limits,
        options=options,
        assets=assets or {},
        before=f"if {IS_BOX}; then\n{INSTALL}\nfi",
    )
    request = request_for(image, limits, labels)
    files |= witness_files(secret)
    ran = run_box(provider, request, SCRIPT_PATH, files, raw_output, turn=turn, secret=secret)
    log = read_apply_log(token, ran.text)
    require_ladder(log, ran.ended, image, ran.text)
    transcript = transcript_of(log, ran, image, limits)
    if not log.applied:
        return transcript
    read = read_restored(log.rest, token, ran.ended.exit_code)
    return replace(
        transcript,
        test_output=read.log or log.rest,
        unreadable=read.problem,
        surface_changed=read.changed,
    )


def attempt_files(
    evaluation: Evaluation,
    prediction: Prediction,
    token: str,
    limits: Limits,
    assets: Mapping[str, bytes],
    *,
    secret: str,
) -> dict[str, bytes]:
    """Return the files that go into the box, by absolute path.

    `secret` signs what the witness writes; where it is empty, there is no witness.
    """
    patched = not prediction.run_unpatched
    driver = driver_script(token, limits, patched=patched, witnessed=bool(secret))
    files = {
        **{asset_path(path): content for path, content in assets.items()},
        **evaluation.files,
        **(witness_files(secret) if secret else {}),
        EVAL_PATH: evaluation.script.encode(),
        DRIVER_PATH: driver.encode(),
    }
    if patched:
        # JSON can carry lone surrogates; git shall judge such a patch, not our encoder.
        files[PATCH_PATH] = (prediction.model_patch or "").encode("utf-8", "surrogatepass")
    return files
