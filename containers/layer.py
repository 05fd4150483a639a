"""One image build from a context folder: its log, its failure in words, and no leftovers."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from containers.errors import BuildFailed, EngineError
from containers.file_lock import file_lock
from containers.pip_settings import proxy_environment
from containers.recipe import BUILD_ARGUMENT, BUILD_LABEL
from harness.sandbox import InfrastructureError
from task_specs.cache_dir import cache_dir

if TYPE_CHECKING:
    from containers.engine import Engine
    from containers.engine_facts import ImageInfo

LAYER_LABEL = "swe-verify.layer"
"""On every image that is built here: `base`, `env` or `task`."""

OnLine = Callable[[str], None]


class ImageBuildError(InfrastructureError):
    """An image could not be built; the message says why, and where the whole log is."""

    def __init__(self, tag: str, cause: InfrastructureError, log: Path) -> None:
        lines = cause.log_tail if isinstance(cause, BuildFailed) else ()
        tail = tuple(_COLOUR.sub("", line) for line in lines)
        complaint = _complaint(tail) or str(cause)
        super().__init__(
            cause.kind,
            f"the image {tag} could not be built: {complaint}; the whole log is in {log}",
            retryable=cause.retryable,
        )
        self.log = log
        self.log_tail = tail
        """The last lines that the build printed."""


def _complaint(tail: Sequence[str]) -> str | None:
    """Return the last line that reads like an error, else the last command that `set -x` shows.

    Not simply the last line: what came from stdout and what came from stderr have no order.
    """
    errors = [line.strip() for line in tail if _ERROR.search(line)]
    commands = [line.removeprefix("+ ") for line in tail if line.startswith("+ ")]
    if errors:
        return errors[-1]
    return f"`{commands[-1]}` failed" if commands else None


_ERROR = re.compile(r"\b(error|fatal|e):|not found|no such", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""The classic builder paints what came from stderr red."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one build makes."""

    kind: str
    """base, env or task."""
    tag: str
    dockerfile: str
    network: bool
    """Whether its commands may reach a network, with this machine's proxy settings."""
    labels: tuple[tuple[str, str], ...] = ()


def image_lock(reference: str, on_line: OnLine | None = None) -> AbstractContextManager[None]:
    """Let one builder at a time make an image; who has to wait says so several times a second."""

    def wait() -> None:
        if on_line is not None:
            on_line(f"waiting for whoever is making {reference}")

    return file_lock(f"image {reference}", wait)


@contextmanager
def build_folder(engine: Engine, on_line: OnLine | None = None) -> Iterator[Path]:
    """Give an empty folder to lay a build's files out in; both are cleared up afterwards.

    The folder's name is the build's, and labels its stages. It is locked as long as this process
    lives: what a killed one left, on disk and on the engine, with pip's credentials in it, is
    removed by whoever builds next.
    """

    def wait() -> None:
        if on_line is not None:
            on_line("waiting for another build to begin")

    with file_lock("builds", wait):
        _clear_up_after_the_dead(engine)
        folder = cache_dir("builds") / uuid.uuid4().hex
        folder.mkdir(mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
        _clear_up(engine, folder)
    except BaseException:
        with suppress(InfrastructureError):  # an engine that is gone hides no other reason
            _clear_up(engine, folder)
        raise
    finally:
        os.close(descriptor)


def build_layer(engine: Engine, layer: Layer, folder: Path, on_line: OnLine | None = None) -> None:
    """Build an image from a `build_folder` and tag it. Raises ImageBuildError."""
    (folder / "Dockerfile").write_text(layer.dockerfile)
    log = log_path(layer.tag)
    with log.open("w", encoding="utf-8") as log_file:

        def say(coloured: str) -> None:
            line = _COLOUR.sub("", coloured)
            print(line, file=log_file, flush=True)
            if on_line is not None:
                on_line(line)

        proxies = proxy_environment() if layer.network else {}
        try:
            engine.build(
                folder,
                tag=layer.tag,
                build_args={BUILD_ARGUMENT: folder.name, **proxies},
                labels={LAYER_LABEL: layer.kind, **dict(layer.labels)},
                network_mode=_network_mode(engine, layer),
                on_line=say,
            )
        except (BuildFailed, EngineError) as error:
            print(error, file=log_file)
            raise ImageBuildError(layer.tag, error, log) from error


def log_path(tag: str) -> Path:
    """Return where the output of an image's last build is kept."""
    return cache_dir("build-logs") / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', tag)}.log"


def _network_mode(engine: Engine, layer: Layer) -> str | None:
    if not layer.network:
        return "none"
    return None if engine.info().has_bridge_network else "host"


def clear_up_after_dead_builds(engine: Engine) -> None:
    """Remove what killed builds left behind, on disk and on the engine."""
    with file_lock("builds"):
        _clear_up_after_the_dead(engine)


def living_builds() -> frozenset[str]:
    """Return the names of the builds of this user that go on, which label what they make."""
    names = []
    with file_lock("builds"):
        for folder in cache_dir("builds").iterdir():
            with _taken_over(folder) as dead:
                if not dead:
                    names.append(folder.name)
    return frozenset(names)


def _clear_up_after_the_dead(engine: Engine) -> None:
    for folder in cache_dir("builds").iterdir():
        with _taken_over(folder) as dead:
            if dead:
                _clear_up(engine, folder)


@contextmanager
def _taken_over(folder: Path) -> Iterator[bool]:
    """Lock a build's folder if its process is dead; yield whether it is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def _clear_up(engine: Engine, folder: Path) -> None:
    """Remove a build's stages; with each go the steps that led to it, but nothing tagged.

    A step that was called off holds its image for a moment more. The folder's name then stays
    behind, empty, for the next build to try again.
    """
    for image in _stages(engine, folder):
        engine.remove_image(image.id)
    shutil.rmtree(folder)
    if _stages(engine, folder):
        folder.mkdir()


def _stages(engine: Engine, folder: Path) -> list[ImageInfo]:
    label = f"{BUILD_LABEL}={folder.name}"
    return [image for image in engine.images(label) if not image.tags]
