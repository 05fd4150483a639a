"""What is looked at when a box has ended, apart from its log."""

from __future__ import annotations

from harness.driver import LEFT_RUNNING_PATH
from harness.integrity.changed_paths import worth_keeping
from harness.sandbox import Sandbox
from harness.transcript import Observations
from harness.witness import RECORD_PATH
from task_specs.limits import KIB, MIB

MAX_RECORD_BYTES = 32 * MIB
_MAX_LEFT_BYTES = 64 * KIB


def observe(sandbox: Sandbox, secret: str, future: tuple[str, ...]) -> Observations:
    """Return what an ended box shows.

    `secret` is what its witness signs with; `future` is what its driver told of the repository.
    Raises InfrastructureError where the engine cannot be asked any more.
    """
    changes = sandbox.changes()
    left = _text(sandbox.read(LEFT_RUNNING_PATH, _MAX_LEFT_BYTES))
    return Observations(
        secret=secret,
        witness=_text(sandbox.read(RECORD_PATH, MAX_RECORD_BYTES)),
        changes=None if changes is None else worth_keeping(changes),
        future=future,
        left_running=tuple(line for line in left.split("\0") if line),
    )


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", errors="replace")
