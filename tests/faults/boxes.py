"""One box after another, each disturbed in its own way while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from harness.sandbox import ExecResult, SandboxRequest
from task_specs.limits import MIB, Limits

LIMITS = Limits(seconds=60, memory_bytes=256 * MIB, cpus=1, pids=64, output_bytes=4 * MIB)
BEGUN = "head -c 100000 /dev/zero; "
"""What a box prints first, so that it is seen to have begun through any buffer between."""


@dataclass(frozen=True)
class Boxes:
    """Boxes of one provider."""

    engine: Engine
    provider: DockerSandboxes
    image: str
    folder: Path

    @property
    def output(self) -> Path:
        """What the last box printed."""
        return self.folder / "output"

    def run(
        self,
        script: str,
        limits: Limits = LIMITS,
        *,
        once_begun: Callable[[str], None] | None = None,
    ) -> ExecResult:
        """Run a line of shell; `once_begun` is called with the container when it has printed."""
        self.output.unlink(missing_ok=True)
        ended = threading.Event()
        with self.provider.open(SandboxRequest(self.image, limits)) as box:

            def disturb() -> None:
                while not (self.output.exists() and self.output.stat().st_size):
                    if ended.wait(0.02):
                        return
                assert once_begun is not None
                assert box.container is not None  # type: ignore[attr-defined]
                once_begun(box.container)  # type: ignore[attr-defined]

            disturbing = threading.Thread(target=disturb) if once_begun else None
            if disturbing is not None:
                disturbing.start()
            try:
                return box.run(["/bin/bash", "-c", script], self.output)
            finally:
                ended.set()
                if disturbing is not None:
                    disturbing.join()
