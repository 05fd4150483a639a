"""Sandboxes on a real engine: the contract, and what only containers do."""

from __future__ import annotations

import os
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from containers.labels import OWNER_LABEL, RUN_LABEL, Owner
from harness.sandbox import InfrastructureError, SandboxCancelled, SandboxRequest
from task_specs.limits import MIB
from tests.changes_contract import LIMITS
from tests.sandbox_contract import RunScript, SandboxContract

pytestmark = pytest.mark.engine

RUN = f"docker-sandbox-tests-{os.getpid()}"
BASH = ["/bin/bash", "-c"]


class TestDockerSandbox(SandboxContract):
    @pytest.fixture
    def provider(self, engine: Engine) -> Iterator[DockerSandboxes]:
        provider = DockerSandboxes(engine, RUN)
        yield provider
        provider.close()
        assert engine.containers(f"{RUN_LABEL}={RUN}") == []

    @pytest.fixture
    def image(self, bash_image: str) -> str:
        return bash_image

    @pytest.fixture
    def furnished(
        self, provider: DockerSandboxes, furnished_image: str
    ) -> tuple[DockerSandboxes, str]:
        return provider, furnished_image

    def test_a_box_is_started_ahead_of_its_turn_and_its_command_is_not(
        self, provider: DockerSandboxes, image: str, engine: Engine, tmp_path: Path
    ) -> None:
        """Starting is what takes longest, and time limits begin at the turn."""
        began: list[float] = []

        @contextmanager
        def turn() -> Iterator[None]:
            (box,) = engine.containers(f"{RUN_LABEL}={RUN}")
            assert box.running
            time.sleep(1.5)
            began.append(time.time())
            yield

        limits = replace(LIMITS, seconds=1)
        with provider.open(SandboxRequest(image, limits)) as box:
            command = [*BASH, 'echo $EPOCHREALTIME; read -r || echo "no input"']
            ended = box.run(command, tmp_path / "output", turn())
        assert (ended.exit_code, ended.timed_out) == (0, False)
        said_at, no_input = (tmp_path / "output").read_text().splitlines()
        assert float(said_at) >= began[0]
        assert no_input == "no input"

    def test_running_out_of_memory_is_noticed_whichever_process_dies(self, run: RunScript) -> None:
        """A test runner survives when the kernel kills a worker, and reports a plain failure."""
        ran = run("head -c 400M /dev/zero | tail -n 1 | wc -c; exit 3")
        assert ran.result.oom_killed
        assert ran.result.exit_code == 3

    def test_running_out_of_memory_ends_the_command_itself(self, run: RunScript) -> None:
        ran = run("exec tail -n 1 /dev/zero")
        assert ran.result.oom_killed
        assert ran.result.exit_code == 137

    def test_the_peak_of_memory_is_what_the_kernel_counted(self, run: RunScript) -> None:
        ran = run("x=$(head -c 60M /dev/zero | tr '\\0' x); sleep 1.5; echo ${#x}")
        if ran.result.peak_memory_bytes is None:
            pytest.skip("the engine's control groups are not visible from here")
        assert 60 * MIB < ran.result.peak_memory_bytes <= LIMITS.memory_bytes

    def test_a_fork_bomb_stays_in_its_box(self, run: RunScript) -> None:
        """Every process and thread counts; what is forked beyond the limit fails to start."""
        ran = run(
            "for i in {1..200}; do sleep 100 & done 2>/dev/null; wait",
            limits=replace(LIMITS, pids=32, seconds=3),
        )
        assert b"Resource temporarily unavailable" in ran.output or ran.result.timed_out
        assert ran.result.exit_code != 0

    def test_everything_inside_dies_with_the_command(
        self, run: RunScript, engine: Engine, provider: DockerSandboxes
    ) -> None:
        """Also what ignores signals, left its session and closed its output."""
        run("(trap '' TERM HUP INT; exec >/dev/null 2>&1; while :; do :; done) & exit 0")
        provider.close()
        assert engine.containers(f"{RUN_LABEL}={RUN}") == []

    def test_the_box_has_no_network_and_knows_its_own_name(self, run: RunScript) -> None:
        """Without an entry in /etc/hosts, tests that look their own host up fail."""
        ran = run("cut -d: -f1 /proc/net/dev | tail -n +3; cat /etc/hosts; echo $HOSTNAME")
        devices, *_, name = ran.output.decode().split()
        assert devices == "lo"
        assert "127.0.0.1\ttestbed" in ran.output.decode()
        assert name == "testbed"

    def test_a_box_with_a_network_starts_on_this_engine(self, run: RunScript) -> None:
        """An engine may have no bridge; then it gets the host's network."""
        assert run("echo up", limits=replace(LIMITS, network=True)).output == b"up\n"

    def test_rights_are_few(self, run: RunScript) -> None:
        status = run("grep -E 'CapBnd|CapEff|NoNewPrivs' /proc/self/status").output.split()
        assert status == [
            *(b"CapEff:", b"00000000000404fb"),
            *(b"CapBnd:", b"00000000000404fb"),
            *(b"NoNewPrivs:", b"1"),
        ]

    def test_what_the_image_says_of_its_start_is_void(
        self, engine: Engine, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        """Entry point, user, health checks and volumes of an image are for other uses of it."""
        context = tmp_path / "context"
        context.mkdir()
        (context / "Dockerfile").write_text(
            f'FROM {bash_image}\nENTRYPOINT ["/bin/false"]\nUSER 1000\n'
            "HEALTHCHECK CMD false\nVOLUME /data\nENV KEPT=yes\n"
        )
        tag = f"{bash_image}-odd"
        engine.build(context, tag=tag)
        try:
            with provider.open(SandboxRequest(tag, LIMITS)) as box:
                result = box.run([*BASH, "id -u; echo $KEPT; pwd"], tmp_path / "output")
        finally:
            provider.close()  # an image stays as long as a container of it
            assert engine.remove_image(tag)
        assert result.exit_code == 0
        assert (tmp_path / "output").read_text() == "0\nyes\n/testbed\n"

    def test_the_mode_of_folders_that_were_there_stays(self, run: RunScript) -> None:
        """A tar entry for /tmp once took away its sticky bit."""
        script = "mkdir -m 1777 /tmp 2>/dev/null; stat -c %a /put/x.sh /put/y"
        files = {"/put/x.sh": b"", "/put/y": b""}
        assert run(script, files=files).output == b"755\n644\n"

    def test_a_box_says_whose_it_is(
        self, engine: Engine, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        request = SandboxRequest(bash_image, LIMITS, labels=(("swe-verify.instance", "a__b-1"),))
        with provider.open(request) as box:
            box.run([*BASH, "true"], tmp_path / "output")
            (found,) = engine.containers(f"{RUN_LABEL}={RUN}")
        labels = dict(found.labels)
        assert labels["swe-verify.instance"] == "a__b-1"
        assert Owner.parse(labels[OWNER_LABEL]) == Owner.current()
        assert found.name.startswith("swe-verify-bash-")

    def test_it_is_removed_also_when_its_user_fails(
        self, engine: Engine, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        def fail_after_running() -> None:
            with provider.open(SandboxRequest(bash_image, LIMITS)) as box:
                box.run([*BASH, "true"], tmp_path / "output")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_after_running()
        provider.close()
        assert engine.containers(f"{RUN_LABEL}={RUN}") == []

    def test_many_boxes_at_once_keep_their_output_apart(
        self, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        def run_one(number: int) -> None:
            with provider.open(SandboxRequest(bash_image, LIMITS)) as box:
                box.put({"/number": str(number).encode()})
                box.run([*BASH, "cat /number; exit $(cat /number)"], tmp_path / str(number))

        threads = [threading.Thread(target=run_one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(tmp_path / str(number)).read_text() for number in range(8)] == list("01234567")

    def test_cancel_stops_all_of_many_boxes(
        self, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        cancelled: list[int] = []
        running = threading.Barrier(5)

        def run_one(number: int) -> None:
            try:
                with provider.open(SandboxRequest(bash_image, LIMITS)) as box:
                    running.wait()
                    box.run([*BASH, "sleep 600"], tmp_path / str(number))
            except SandboxCancelled:
                cancelled.append(number)

        threads = [threading.Thread(target=run_one, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        running.wait()
        provider.cancel()
        for thread in threads:
            thread.join()
        assert sorted(cancelled) == [0, 1, 2, 3]

    @pytest.mark.parametrize("program", ["/bin/missing", "/etc", "/put/not-a-program"])
    def test_an_image_that_cannot_run_the_command_is_our_failure(
        self, bash_image: str, provider: DockerSandboxes, tmp_path: Path, program: str
    ) -> None:
        with provider.open(SandboxRequest(bash_image, LIMITS)) as box:
            box.put({"/put/not-a-program": b"\x7fELF nothing"})
            with pytest.raises(InfrastructureError, match=program) as caught:
                box.run([program], tmp_path / "output")
        assert caught.value.kind == "image_unusable"
        assert not caught.value.retryable

    def test_an_image_without_a_shell_is_our_failure(
        self, engine: Engine, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        (tmp_path / "hello").write_text("a file, and nothing to run")
        with tarfile.open(tmp_path / "rootfs.tar", "w") as tar:
            tar.add(tmp_path / "hello", "hello")
        tag = f"swe-verify-test/no-shell:{os.getpid()}"
        engine.import_rootfs(tmp_path / "rootfs.tar", tag=tag, labels={})
        try:
            with (
                provider.open(SandboxRequest(tag, LIMITS)) as box,
                pytest.raises(InfrastructureError, match="/bin/bash: No such file") as caught,
            ):
                box.run(["/bin/bash", "/eval.sh"], tmp_path / "output")
        finally:
            provider.close()  # an image stays as long as a container of it
            assert engine.remove_image(tag)
        assert caught.value.kind == "image_unusable"

    def test_a_missing_command_in_a_script_is_the_scripts_failure(self, run: RunScript) -> None:
        assert run("/bin/missing").result.exit_code == 127

    def test_an_image_that_is_not_there_is_our_failure(
        self, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        with (
            provider.open(SandboxRequest("swe-verify-test/absent:1", LIMITS)) as box,
            pytest.raises(InfrastructureError, match="swe-verify-test/absent:1") as caught,
        ):
            box.run(["true"], tmp_path / "output")
        assert caught.value.kind == "image_not_found"

    def test_a_container_that_someone_removes_is_our_failure(
        self, engine: Engine, bash_image: str, provider: DockerSandboxes, tmp_path: Path
    ) -> None:
        """`docker system prune` in another window is not a wrong patch."""
        output = tmp_path / "output"

        def remove_once_it_runs() -> None:
            while not (output.exists() and output.stat().st_size):
                if finished.wait(0.02):
                    return
            for found in engine.containers(f"{RUN_LABEL}={RUN}"):
                engine.remove(found.id)

        finished = threading.Event()
        remover = threading.Thread(target=remove_once_it_runs)
        remover.start()
        try:
            with (
                provider.open(SandboxRequest(bash_image, LIMITS)) as box,
                pytest.raises(InfrastructureError, match=r"removed|No such container"),
            ):
                box.run([*BASH, "head -c 100000 /dev/zero; sleep 600"], output)
        finally:
            finished.set()
            remover.join()

    def test_a_huge_file_is_read_only_as_far_as_asked(self, run: RunScript) -> None:
        ran = run("truncate -s 100G /testbed/huge", read="/testbed/huge", max_bytes=10)
        assert ran.read == bytes(10)
