"""How a box ended, and whether that was its own doing."""

from __future__ import annotations

from containers.engine import Engine
from containers.engine_facts import ContainerState
from containers.errors import EngineError
from harness.sandbox import InfrastructureError

END_SECONDS = 10.0
"""How long a box may run on after its output ended in the middle, before that counts as lost."""

SIGNAL_TOLD_SECONDS = 0.5
"""How much later than a box's end the engine may record the signal that ended it."""


def wait_for_end(engine: Engine, container: str, seconds: float, *, unsaid: bool) -> int:
    """Wait for the end of a box whose output has ended; return its exit code.

    `unsaid` is whether the init's last words are missing. Raises InfrastructureError of kind
    output_lost where the output ended and the box did not: a log with a piece missing would be
    graded as tests that did not run.
    """
    try:
        return engine.wait(container, END_SECONDS if unsaid else seconds)
    except EngineError as error:
        if unsaid and error.kind == "engine_timeout":
            raise _output_lost(container) from error
        raise


def own_end(engine: Engine, container: str, exit_code: int, *, unsaid: bool) -> ContainerState:
    """Return the state of a box that ended by itself.

    Raises InfrastructureError where someone else had a hand in it: container_removed,
    container_stopped, output_lost. Whose hand it was is read from what the box cannot write: its
    init, and the engine's record of events.
    """
    state = engine.state(container)
    if state.status in {"removing", "dead"}:
        raise InfrastructureError(
            "container_removed", "someone removed the container before its command had ended"
        )
    if unsaid and not state.oom_killed:
        raise _output_lost(container)
    restarted = state.status in {"running", "restarting", "paused"}
    told_by = state.ended + SIGNAL_TOLD_SECONDS
    if restarted or (exit_code > 128 and engine.was_sent_a_signal(container, until=told_by)):
        raise InfrastructureError(
            "container_stopped", "someone stopped the container before its command had ended"
        )
    return state


def _output_lost(container: str) -> InfrastructureError:
    return InfrastructureError(
        "output_lost",
        f"the output of container {container[:12]} broke off before its command had ended: "
        "it was killed from outside, or the connection to the engine was cut",
    )
