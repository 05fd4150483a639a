import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from containers.file_lock import file_lock, try_file_lock


def test_two_threads_hold_it_one_after_the_other(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _ in range(25):
            with file_lock("counter"):
                counter.write_text(str(int(counter.read_text()) + 1))

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counter.read_text() == "100"


def test_a_killed_process_holds_it_no_longer() -> None:
    program = """
import os, signal
from containers.file_lock import file_lock
with file_lock("killed"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    result = subprocess.run([sys.executable, "-c", program], check=False)

    assert result.returncode == -9
    with file_lock("killed"):
        pass


def test_who_waits_is_asked_whether_to_go_on() -> None:
    """A builder that waits for another one's image must end with its run."""
    asked = 0

    def on_wait() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise KeyboardInterrupt

    with (
        file_lock("busy"),
        pytest.raises(KeyboardInterrupt),
        file_lock("busy", on_wait),
    ):
        pytest.fail("it is held by somebody else")
    assert asked == 2


def test_a_shared_lock_has_many_holders_and_keeps_out_who_wants_it_alone() -> None:
    with file_lock("shared", shared=True):
        with file_lock("shared", shared=True), try_file_lock("shared") as alone:
            assert not alone
        with try_file_lock("shared") as alone:
            assert not alone
    with try_file_lock("shared") as alone:
        assert alone
        with try_file_lock("shared") as twice:
            assert not twice
