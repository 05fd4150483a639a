"""What every sandbox must do. A sandbox's tests inherit from SandboxContract and say how to
open one; an engine other than Docker is right when it passes these."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from containers import output_watch
from harness.sandbox import (
    ExecResult,
    SandboxCancelled,
    SandboxProvider,
    SandboxRequest,
    Watch,
)
from task_specs.limits import MIB, Limits
from tests.changes_contract import LIMITS, ChangesContract


@dataclass
class Ran:
    """A finished run, with what it left."""

    result: ExecResult
    output: bytes
    read: bytes | None


class RunScript(Protocol):
    """Runs one bash script in a box of its own."""

    def __call__(
        self,
        script: str,
        *,
        limits: Limits = ...,
        files: Mapping[str, bytes] | None = ...,
        environment: tuple[tuple[str, str], ...] = ...,
        watch: Watch | None = ...,
        read: str | None = ...,
        max_bytes: int = ...,
    ) -> Ran: ...


class SandboxContract(ChangesContract):
    """The suite. The subclass has the fixtures `provider` and `image`."""

    @pytest.fixture
    def provider(self) -> SandboxProvider:
        raise NotImplementedError

    @pytest.fixture
    def image(self) -> str:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _looked_at_often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(output_watch, "WATCH_SECONDS", 0.05)

    @pytest.fixture
    def run(self, provider: SandboxProvider, image: str, tmp_path: Path) -> RunScript:
        def run_script(
            script: str,
            *,
            limits: Limits = LIMITS,
            files: Mapping[str, bytes] | None = None,
            environment: tuple[tuple[str, str], ...] = (),
            watch: Watch | None = None,
            read: str | None = None,
            max_bytes: int = MIB,
        ) -> Ran:
            output = tmp_path / "output.txt"
            request = SandboxRequest(image, limits, environment=environment, watch=watch)
            with provider.open(request) as box:
                box.put(files or {})
                result = box.run(["/bin/bash", "-c", script], output)
                content = None if read is None else box.read(read, max_bytes)
            return Ran(result, output.read_bytes(), content)

        return run_script

    @pytest.mark.parametrize("code", [0, 1, 127, 137, 255])
    def test_the_exit_code_is_the_commands(self, run: RunScript, code: int) -> None:
        ran = run(f"exit {code}")
        assert ran.result.exit_code == code
        limits_hit = (ran.result.timed_out, ran.result.output_limit_hit, ran.result.oom_killed)
        assert limits_hit == (False, False, False)
        assert ran.output == b""

    def test_stdout_and_stderr_come_merged_and_in_order(self, run: RunScript) -> None:
        """`set -x` writes the markers to stderr, the tests write to stdout between them."""
        assert run("set -x; echo one; : two; echo three").output == (
            b"+ echo one\none\n+ : two\n+ echo three\nthree\n"
        )

    def test_output_is_kept_byte_for_byte(self, run: RunScript) -> None:
        assert run(r"printf '\x00\xff\xfe\r\n\x1b[0m'").output == b"\x00\xff\xfe\r\n\x1b[0m"

    def test_there_is_no_terminal(self, run: RunScript) -> None:
        """On a terminal, sympy's runner prints no line for each test."""
        assert run("[ -t 0 ] || [ -t 1 ] || [ -t 2 ] || echo none").output == b"none\n"

    def test_files_are_there_with_their_folders(self, run: RunScript) -> None:
        files = {"/put/a/b.txt": b"text\n", "/put/run.sh": b"#!/bin/bash\necho ran; pwd\n"}
        ran = run("cat /put/a/b.txt; /put/run.sh", files=files)
        assert ran.output.startswith(b"text\nran\n")
        assert ran.output.rstrip().endswith(b"/testbed")

    def test_a_file_put_twice_has_its_last_content(
        self, provider: SandboxProvider, image: str, tmp_path: Path
    ) -> None:
        with provider.open(SandboxRequest(image, LIMITS)) as box:
            box.put({"/put/a": b"first", "/put/b": b" kept"})
            box.put({"/put/a": b"second"})
            box.run(["/bin/bash", "-c", "cat /put/a /put/b"], tmp_path / "output")
        assert (tmp_path / "output").read_bytes() == b"second kept"

    @pytest.mark.parametrize("path", ["relative", "/up/../../etc/passwd"])
    def test_a_path_that_leads_elsewhere_is_refused(
        self, provider: SandboxProvider, image: str, path: str
    ) -> None:
        with (
            provider.open(SandboxRequest(image, LIMITS)) as box,
            pytest.raises(ValueError, match="absolute path"),
        ):
            box.put({path: b""})

    def test_the_environment_is_what_was_asked_for(self, run: RunScript) -> None:
        ran = run(
            'echo "$GREETING|$EMPTY|${UNSET-unset}"',
            environment=(("GREETING", "good day"), ("EMPTY", "")),
        )
        assert ran.output == b"good day||unset\n"

    def test_a_timeout_ends_it_and_keeps_what_was_printed(self, run: RunScript) -> None:
        ran = run("echo before; trap '' TERM; sleep 600; echo after", limits=_limits(seconds=1))
        assert ran.output == b"before\n"
        assert ran.result.timed_out
        assert ran.result.exit_code is None
        assert ran.result.seconds >= 1

    def test_what_the_command_leaves_running_does_not_keep_the_box_open(
        self, run: RunScript
    ) -> None:
        """A server that a test started holds stdout open for as long as it lives."""
        ran = run("sleep 600 & echo done")
        assert ran.output == b"done\n"
        assert ran.result.exit_code == 0
        assert not ran.result.timed_out

    def test_a_command_that_closes_its_output_is_waited_for(self, run: RunScript) -> None:
        ran = run("exec >&- 2>&-; sleep 0.3; exit 5")
        assert (ran.result.exit_code, ran.output) == (5, b"")

    def test_a_flood_of_output_is_cut_at_the_limit_and_stopped(self, run: RunScript) -> None:
        """Unread output once kept the engine from killing the box that printed it."""
        ran = run("echo start; yes", limits=_limits(output_bytes=100_001))
        assert ran.result.output_limit_hit
        assert ran.result.exit_code is None
        assert not ran.result.timed_out
        assert ran.output == (b"start\n" + b"y\n" * 50_000)[:100_001]

    def test_output_of_exactly_the_limit_is_no_flood(self, run: RunScript) -> None:
        ran = run("head -c 70000 /dev/zero; exit 3", limits=_limits(output_bytes=70_000))
        assert not ran.result.output_limit_hit
        assert ran.result.exit_code == 3
        assert ran.output == bytes(70_000)

    def test_writing_to_a_closed_pipe_is_the_commands_own_affair(self, run: RunScript) -> None:
        assert run('yes | head -n 1; echo "${PIPESTATUS[@]}"').output == b"y\n141 0\n"

    def test_a_file_is_read_up_to_a_number_of_bytes(self, run: RunScript) -> None:
        ran = run("printf 0123456789 > /testbed/report", read="/testbed/report", max_bytes=4)
        assert ran.read == b"0123"

    def test_an_empty_file_is_not_a_missing_one(self, run: RunScript) -> None:
        assert run(": > /testbed/empty", read="/testbed/empty").read == b""
        assert run(":", read="/testbed/missing").read is None
        assert run(":", read="/testbed/missing/too").read is None

    def test_only_regular_files_are_read(self, run: RunScript) -> None:
        """A link could lead to what the box was not asked for."""
        assert run("ln -s /etc/passwd /testbed/link", read="/testbed/link").read is None
        assert run("mkdir /testbed/folder", read="/testbed/folder").read is None
        assert run("mkfifo /testbed/pipe", read="/testbed/pipe").read is None

    def test_what_was_written_until_a_timeout_can_be_read(self, run: RunScript) -> None:
        ran = run(
            "echo partial > /testbed/report; sleep 600",
            limits=_limits(seconds=1),
            read="/testbed/report",
        )
        assert ran.read == b"partial\n"

    def test_what_its_watch_says_stops_it_and_keeps_what_was_printed(self, run: RunScript) -> None:
        def watch(output: Path) -> str | None:
            return "seen enough" if b"enough" in output.read_bytes() else None

        ran = run("echo some; sleep 0.3; echo enough; sleep 600; echo more", watch=watch)
        assert ran.result.stopped == "seen enough"
        assert ran.result.exit_code is None
        assert not ran.result.timed_out
        assert ran.output == b"some\nenough\n"

    def test_a_watch_sees_each_line_when_it_is_printed(self, run: RunScript) -> None:
        """A buffer between the box and the file once held results back until the end."""
        seen: list[bytes] = []

        def watch(output: Path) -> str | None:
            seen.append(output.read_bytes())
            return None

        ran = run("echo one; sleep 0.5; echo two; sleep 0.5", watch=watch)
        assert (ran.result.stopped, ran.result.exit_code) == ("", 0)
        assert {b"one\n", b"one\ntwo\n"} <= set(seen)

    def test_a_watch_that_fails_costs_the_early_end_alone(self, run: RunScript) -> None:
        def watch(output: Path) -> str | None:
            raise ZeroDivisionError

        ran = run("echo one; sleep 0.3; exit 4", watch=watch)
        assert (ran.result.exit_code, ran.result.stopped, ran.output) == (4, "", b"one\n")

    def test_boxes_share_nothing(self, run: RunScript) -> None:
        run("touch /testbed/trace")
        assert run("ls /testbed").output == b""

    def test_cancel_stops_what_runs_and_what_comes_after(
        self, provider: SandboxProvider, image: str, tmp_path: Path
    ) -> None:
        output = tmp_path / "output"

        def cancel_once_it_runs() -> None:
            while not (output.exists() and output.stat().st_size):
                if finished.wait(0.02):
                    return
            provider.cancel()

        finished = threading.Event()
        canceller = threading.Thread(target=cancel_once_it_runs)
        canceller.start()
        request = SandboxRequest(image, LIMITS)
        try:
            with provider.open(request) as box, pytest.raises(SandboxCancelled):
                # The padding gets it through any buffer between the box and the file.
                box.run(["/bin/bash", "-c", "head -c 100000 /dev/zero; sleep 600"], output)
        finally:
            finished.set()
            canceller.join()
        with pytest.raises(SandboxCancelled), provider.open(request):
            pass

    def test_a_box_that_was_cancelled_before_its_run_does_not_run(
        self, provider: SandboxProvider, image: str, tmp_path: Path
    ) -> None:
        with provider.open(SandboxRequest(image, LIMITS)) as box:
            provider.cancel()
            with pytest.raises(SandboxCancelled):
                box.run(["/bin/bash", "-c", "echo ran"], tmp_path / "output")


def _limits(seconds: float = LIMITS.seconds, output_bytes: int = LIMITS.output_bytes) -> Limits:
    return Limits(seconds, LIMITS.memory_bytes, LIMITS.cpus, LIMITS.pids, output_bytes)
