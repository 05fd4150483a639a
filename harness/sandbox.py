"""The Sandbox protocol: what one evaluation needs of a box, whatever engine provides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from task_specs.limits import Limits


class InfrastructureError(Exception):
    """Ours, not the patch's: the engine, the disk, a registry or the network failed.

    `kind` is a short stable word for counting (such as `disk_full`, `image_unavailable`,
    `engine_unreachable`); the message is one sentence for people. `retryable` is False where
    the same request can only fail the same way again.
    """

    def __init__(self, kind: str, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.kind = kind
        self.retryable = retryable


NO_WAITING: AbstractContextManager[None] = nullcontext()
"""A turn that is always granted at once."""

Watch: TypeAlias = Callable[[Path], str | None]
"""Looks at the output of a box that runs; a sentence that it returns has the box stopped.

It is called now and then from another thread, never twice at once; the file has grown since."""
WATCH_SECONDS = 0.5
"""How long a box runs on, at least, between two looks at its output."""


class SandboxCancelled(Exception):
    """The run was interrupted while this sandbox was open; nothing can be said of the attempt."""


@dataclass(frozen=True, slots=True)
class ExecResult:
    """How the command that ran in a sandbox ended."""

    exit_code: int | None
    """None where it was stopped from outside."""
    seconds: float
    timed_out: bool = False
    output_limit_hit: bool = False
    oom_killed: bool = False
    peak_memory_bytes: int | None = None
    cpu_seconds: float | None = None
    """Processor time that everything inside used together; None where it is not known."""
    disk_limit_hit: bool = False
    stopped: str = ""
    """What its watch said when it had the box stopped; empty where it did not."""


class ChangeKind(StrEnum):
    """What became of a path."""

    MODIFIED = "modified"
    ADDED = "added"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """A path of a box that is not as it is in the box's image, or as it was put in."""

    path: str
    """Absolute."""
    kind: ChangeKind
    """A folder counts as modified where something in it changed."""


UNLISTED = Change("/", ChangeKind.MODIFIED)
"""Among the changes of a box that made more of them than are listed."""


class Sandbox(Protocol):
    """One box for one attempt: files go in, one command runs as its main process, it is gone."""

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files at absolute paths, creating folders, before `run`."""

    def run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None] = NO_WAITING
    ) -> ExecResult:
        """Run `command` as the box's own process; stdout and stderr stream, merged, to `output`.

        They share one pipe, so their order is that of the writing: the markers of an eval_script,
        which bash writes to stderr, must not overtake the results that they enclose. Called
        once. Returns when everything inside has ended or has been stopped by a limit; what was
        printed until then is in `output`.

        `turn` is what a scheduler grants: it is entered, and may block, when all is ready for
        the start, and left as soon as nothing runs any more. Getting ready and clearing up take
        no turn.
        """

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """Return a file's first `max_bytes` bytes after `run`, or None where there is none."""

    def changes(self) -> tuple[Change, ...] | None:
        """Return what is not as in the image after `run`, in the order of paths.

        The engine's own word, which nothing inside can alter. None where it cannot tell. What was
        put in is no change as long as it is as it was put. Of very many, only a part is listed,
        and `UNLISTED`.
        """


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """What a sandbox is opened with."""

    image: str
    """An image that is present on the engine: a reference or an id."""
    limits: Limits
    workdir: str = "/testbed"
    environment: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    watch: Watch | None = None


class SandboxProvider(Protocol):
    """Opens sandboxes; what it opens it removes, whatever happened."""

    def open(self, request: SandboxRequest) -> AbstractContextManager[Sandbox]:
        """Create a box; on leaving the context it is given up, and removed without delay."""

    def cancel(self) -> None:
        """Stop every open box now; their `run` and any later `open` raise SandboxCancelled."""

    def close(self) -> None:
        """Return once every box that was given up has been removed."""
