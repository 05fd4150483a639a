"""One attempt, door to door: all that a backend calls, wherever its workers are."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from harness.box_run import PreparedImage
from harness.execute import execute, execute_restored
from harness.grading import grade
from harness.integrity.attempt import with_integrity
from harness.integrity.strict import strictly
from harness.sandbox import InfrastructureError, SandboxCancelled, SandboxProvider
from harness.transcript import Transcript
from harness.verdict import Finding, Outcome, Verdict
from runner.asset_files import AssetFiles
from runner.plan import WorkItem
from runner.transcript_cache import Provenance
from runner.turns import Turn
from task_specs.errors import InputError
from task_specs.instance import Instance

RETRY_PAUSES = (1.0, 5.0, 15.0)  # seconds; a full disk or a busy engine needs a moment
OUTAGES_SURVIVED = 10
"""How often one attempt waits for an engine that went away, which costs it no try."""
ENGINE_AWAY = frozenset({"engine_unreachable", "engine_timeout"})


Evaluated = TypeVar("Evaluated", bound=Transcript | None)


class ImageSource(Protocol):
    """Has the images of a run's instances ready."""

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        """Return what is done once the image is present; it fails with InfrastructureError,
        InputError or SandboxCancelled."""

    def lost(self, instance: Instance) -> None:
        """The engine does not know an image that was ready; `ready` has it fetched again."""

    def make_room(self) -> bool:
        """The engine's disk is full: drop what nobody needs. True where something went."""


class Memory(Protocol):
    """What was run before and need not run again."""

    def recall(self, item: WorkItem, image_digest: str) -> AttemptResult | None:
        """Return the result of the same work, done before; None where there is none."""

    def keep(self, result: AttemptResult) -> None:
        """Keep what happened for later."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every attempt of a run works with."""

    provider: SandboxProvider
    images: ImageSource
    memory: Memory
    scratch: Path
    retries: int
    engine_is_back: Callable[[], bool]
    """Waits a while for an engine that does not answer; False where it stays away."""
    assets: AssetFiles = field(default_factory=AssetFiles)
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What became of an attempt that was run once more, alone."""

    outcome: Outcome
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """A verdict and the evidence that it rests on."""

    item: WorkItem
    verdict: Verdict
    transcript: Transcript | None
    """None where nothing was run: an empty patch, or a failure of ours before the tests."""
    seconds: float
    """Wall-clock seconds of the attempt, without what it waited for its turn."""
    trouble: tuple[str, ...] = ()
    """Failures that were ours, each in a sentence, retried ones included."""
    failure_kind: str = ""
    """The kind of the last of them where the outcome is INFRA_ERROR."""
    had_company: bool = False
    """Whether something else ran on the machine at the same time."""
    reused: Provenance | None = None
    """Whose transcript this is, where the same work had been done before."""
    first_look: FirstLook | None = None
    """The earlier result, where this is a second look."""
    second_look_due: bool = False


def run_attempt(item: WorkItem, workshop: Workshop, turn: Turn) -> AttemptResult:
    """Evaluate one work item and judge it.

    A failure that is ours is tried again a few times and ends as INFRA_ERROR, never as the
    patch's. Raises only SandboxCancelled, when the run was interrupted.
    """
    started = time.monotonic()
    trouble: list[str] = []

    def spent() -> float:
        return time.monotonic() - started - turn.waited_seconds

    tries = outages = 0
    while True:
        if workshop.cancelled.is_set():
            raise SandboxCancelled("the run was interrupted")
        try:
            image = workshop.images.ready(item.instance).result()
            known = workshop.memory.recall(item, image.digest)
            if known is not None:
                return known
            transcript = _carry_out(item, workshop, turn, image)
        except SandboxCancelled:
            raise
        except InfrastructureError as error:
            if workshop.cancelled.is_set():  # it is what stopping looks like from within
                raise SandboxCancelled("the run was interrupted") from error
            trouble.append(str(error))
            kind = error.kind
            if kind in ENGINE_AWAY and outages < OUTAGES_SURVIVED and workshop.engine_is_back():
                # Whoever restarts the engine hits the same attempts each time; it is no try lost.
                outages += 1
                continue
            again = _may_pass(error, item.instance, workshop)
        except InputError as error:
            # A task's source turned out not to exist; the other tasks go on.
            trouble.append(str(error))
            kind, again = "wrong_input", False
        except Exception:
            # A bug of ours must not take the batch down, nor be charged to the patch.
            trouble.append(f"swe-verify failed: {traceback.format_exc()}")
            kind, again = "internal_error", False
        else:
            result = AttemptResult(
                item,
                judge(item, transcript),
                transcript,
                spent(),
                tuple(trouble),
                had_company=turn.had_company,
            )
            if result.verdict.outcome is not Outcome.INFRA_ERROR:
                workshop.memory.keep(result)
            return result
        if not again or tries == workshop.retries:
            break
        workshop.cancelled.wait(RETRY_PAUSES[min(tries, len(RETRY_PAUSES) - 1)])
        tries += 1
    return _not_our_day(item, kind, tuple(trouble), spent())


def _may_pass(error: InfrastructureError, instance: Instance, workshop: Workshop) -> bool:
    """Whether a further try makes sense."""
    if error.kind == "image_not_found":  # someone cleared up on this engine meanwhile
        workshop.images.lost(instance)
        return True
    if error.kind == "disk_full":
        return workshop.images.make_room() or error.retryable
    return error.retryable


def _not_our_day(
    item: WorkItem, kind: str, trouble: tuple[str, ...], seconds: float
) -> AttemptResult:
    reason = trouble[-1].strip().rpartition("\n")[2]
    verdict = Verdict(
        item.instance.instance_id,
        Outcome.INFRA_ERROR,
        reason,
        findings=(Finding("infrastructure", f"{kind}: {reason}"),),
        rules=item.rules,
    )
    return AttemptResult(item, verdict, None, seconds, trouble, failure_kind=kind)


def judge(item: WorkItem, transcript: Transcript) -> Verdict:
    """Grade a transcript, and say whether that is to be believed."""
    verdict = grade(item.instance, transcript, rules=item.rules)
    prediction = item.prediction
    patch = None if prediction.run_unpatched else prediction.model_patch
    return strictly(with_integrity(item.instance, patch, prediction.repairs, verdict, transcript))


def settle_empty(item: WorkItem) -> AttemptResult:
    """Return the verdict on an empty patch, which needs no container."""
    none = item.prediction.model_patch is None
    verdict = Verdict(
        item.instance.instance_id,
        Outcome.EMPTY_PATCH,
        "the prediction holds no patch (null)" if none else "the patch is empty",
        rules=item.rules,
    )
    return AttemptResult(item, verdict, None, 0.0)


def _carry_out(item: WorkItem, workshop: Workshop, turn: Turn, image: PreparedImage) -> Transcript:
    """Run the evaluation, and where its result asks for it, the restored one."""
    transcript = _in_box(execute, item, workshop, turn, image)
    resolved = grade(item.instance, transcript, rules=item.rules).resolved
    if not (resolved and item.options.witnessed):
        return transcript
    return replace(transcript, restored=_in_box(execute_restored, item, workshop, turn, image))


def _in_box(
    carry_out: Callable[..., Evaluated],
    item: WorkItem,
    workshop: Workshop,
    turn: Turn,
    image: PreparedImage,
) -> Evaluated:
    assets = workshop.assets.of(item.instance)
    raw = workshop.scratch / uuid.uuid4().hex
    try:
        return carry_out(
            workshop.provider,
            item.instance,
            item.prediction,
            image=image,
            limits=item.limits,
            raw_output=raw,
            assets=assets,
            labels=(("swe-verify.instance", item.instance.instance_id),),
            turn=turn,
            options=item.options,
        )
    except OSError as error:
        raise InfrastructureError(
            "output_unwritable", f"the test output cannot be kept in {raw.parent}: {error.strerror}"
        ) from error
    finally:
        raw.unlink(missing_ok=True)
