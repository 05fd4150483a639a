"""Runs on one machine see each other, and one can have it to itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.sandbox import SandboxCancelled
from runner import machine
from runner.machine import Machine


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_LOOK_AGAIN_SECONDS", -1.0)


def test_runs_count_each_other_while_they_live() -> None:
    first, second = Machine(threading.Event()), Machine(threading.Event())
    assert (first.runs(), second.runs()) == (2, 2)
    second.close()
    assert first.runs() == 1
    first.close()


PRESENT = "from runner.machine import Machine; import threading; m = Machine(threading.Event()); "


def test_a_killed_run_is_not_counted_and_leaves_nothing() -> None:
    here = Machine(threading.Event())
    with subprocess.Popen(
        [sys.executable, "-c", PRESENT + "print('here', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert here.runs() == 2
        other.kill()
        other.wait()
    assert here.runs() == 1
    assert len(list(Path(here._folder).glob("*.present"))) == 1
    here.close()


def test_alone_waits_for_the_others_and_keeps_new_ones_out() -> None:
    first, second = Machine(threading.Event()), Machine(threading.Event())
    inside, leave, alone, done = (threading.Event() for _ in range(4))
    order = []

    def ordinary() -> None:
        with first.among_others():
            inside.set()
            assert leave.wait(10)
            order.append("ordinary")

    def by_itself() -> None:
        with second.alone():
            order.append("alone")
            alone.set()
            assert done.wait(10)

    def latecomer() -> None:
        with first.among_others():
            order.append("latecomer")

    threads = [threading.Thread(target=work) for work in (ordinary, by_itself, latecomer)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    assert not alone.wait(0.3)  # the ordinary turn is not over
    threads[2].start()
    leave.set()
    assert alone.wait(10)
    done.set()
    for thread in threads:
        thread.join(10)
    assert order[:2] in (["ordinary", "alone"], ["ordinary", "latecomer"])
    assert set(order) == {"ordinary", "alone", "latecomer"}


def test_new_ones_do_not_starve_who_wants_to_be_alone() -> None:
    """Without the entrance, a stream of ordinary turns would hold the machine for ever."""
    first, second = Machine(threading.Event()), Machine(threading.Event())
    waiting = threading.Event()
    got_it = threading.Event()

    def by_itself() -> None:
        with second._held("entrance", 2):
            waiting.set()
            with second._held("machine", 2):
                got_it.set()

    with first.among_others():
        thread = threading.Thread(target=by_itself)
        thread.start()
        assert waiting.wait(10)
        newcomer = threading.Thread(target=lambda: first.among_others().__enter__())
        newcomer.start()
        newcomer.join(0.3)
        assert newcomer.is_alive()  # it does not get past the entrance
        assert not got_it.is_set()
    assert got_it.wait(10)
    thread.join(10)
    newcomer.join(10)


def test_waiting_can_be_cancelled() -> None:
    cancelled = threading.Event()
    first, second = Machine(threading.Event()), Machine(cancelled)
    with first.alone():
        threading.Timer(0.1, cancelled.set).start()
        with pytest.raises(SandboxCancelled), second.among_others():
            pass
