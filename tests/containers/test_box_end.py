"""Whether a box ended by its own doing; tests/faults does the same to real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from containers.box_end import SIGNAL_TOLD_SECONDS, own_end, wait_for_end
from containers.engine import Engine
from containers.engine_facts import ContainerState
from containers.errors import EngineError
from harness.sandbox import InfrastructureError


@dataclass
class EndedBox:
    """An engine with one container that is in this state."""

    status: str = "exited"
    oom_killed: bool = False
    signalled: bool = False
    asked_about_signals: bool = False

    def state(self, container: str) -> ContainerState:
        return ContainerState(self.status, 0, self.oom_killed, "", ended=5.0)

    def was_sent_a_signal(self, container: str, until: float) -> bool:
        assert until == 5.0 + SIGNAL_TOLD_SECONDS
        self.asked_about_signals = True
        return self.signalled

    def wait(self, container: str, timeout_seconds: float) -> int:
        assert timeout_seconds == 10.0
        raise EngineError("engine_timeout", "wait", "no answer", status=None, retryable=True)


def kind_of(box: EndedBox, exit_code: int = 0, *, unsaid: bool = False) -> str:
    try:
        own_end(cast(Engine, box), "c0ffee", exit_code, unsaid=unsaid)
    except InfrastructureError as error:
        return error.kind
    return ""


@pytest.mark.parametrize("status", ["removing", "dead"])
def test_a_box_that_is_being_removed(status: str) -> None:
    assert kind_of(EndedBox(status)) == "container_removed"


@pytest.mark.parametrize("status", ["running", "restarting", "paused"])
def test_a_box_that_runs_again(status: str) -> None:
    assert kind_of(EndedBox(status)) == "container_stopped"


def test_a_box_whose_init_said_nothing() -> None:
    assert kind_of(EndedBox(), unsaid=True) == "output_lost"


def test_a_box_that_ran_out_of_memory_is_its_own_failure_whatever_it_said() -> None:
    """Where nothing else is left to kill, the kernel takes the init too."""
    assert kind_of(EndedBox(oom_killed=True), 137, unsaid=True) == ""


def test_an_exit_code_of_a_signal_is_looked_into() -> None:
    assert kind_of(EndedBox(signalled=True), 143) == "container_stopped"
    assert kind_of(EndedBox(signalled=False), 143) == ""


def test_an_ordinary_exit_code_costs_no_question() -> None:
    box = EndedBox(signalled=True)
    assert kind_of(box, 1) == ""
    assert not box.asked_about_signals


def test_a_box_that_runs_on_after_its_output_broke_off_is_not_waited_for() -> None:
    with pytest.raises(InfrastructureError) as caught:
        wait_for_end(cast(Engine, EndedBox()), "c0ffee", 1800, unsaid=True)
    assert caught.value.kind == "output_lost"
