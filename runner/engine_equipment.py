"""Open the workshop of this machine: its container engine, its images, its sandboxes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.execute import PreparedImage
from runner.asset_files import AssetFiles
from runner.attempt import Workshop
from runner.events import Listener, Notice
from runner.settings import Settings
from task_specs.instance import Instance

if TYPE_CHECKING:
    from containers.engine import Engine
    from containers.images import ImageStore, Progress


class EngineImages:
    """Images of the engine: present, pulled or built."""

    def __init__(self, store: ImageStore) -> None:
        self._store = store

    def prepare(self, instance: Instance, on_text: Callable[[str], None]) -> PreparedImage:
        """Make the image present, telling how that goes in words."""
        acquired = self._store.acquire(instance, lambda progress: on_text(_in_words(progress)))
        return PreparedImage(acquired.reference, acquired.digest)

    def cancel(self) -> None:
        """End the pulls and builds that go on."""
        self._store.cancel()


def open_workshop(
    engine: Engine, run_id: str, scratch: Path, settings: Settings, listener: Listener
) -> Workshop:
    """Return what the attempts of a run work with, having removed what dead runs left behind."""
    from containers.build import build_image
    from containers.docker_sandbox import DockerSandboxes
    from containers.images import ImageStore
    from containers.reaper import reap

    removed = reap(engine)
    if removed:
        listener(Notice(f"Removed {len(removed)} container(s) that a dead run had left behind."))
    images = ImageStore(
        engine,
        lambda instance, on_progress: build_image(engine, instance, on_progress),
        pull=settings.pull,
    )
    return Workshop(
        provider=DockerSandboxes(engine, run_id),
        images=EngineImages(images),
        scratch=scratch,
        listener=listener,
        retries=settings.infrastructure_retries,
        assets=AssetFiles(settings.assets),
    )


def _in_words(progress: Progress) -> str:
    if isinstance(progress, str):
        return f"building: {progress.strip()}"
    if not progress.bytes_total:
        return "pulling"
    return (
        f"pulling {progress.bytes_done / 1e6:.0f} of {progress.bytes_total / 1e6:.0f} MB, "
        f"{progress.layers_done} of {progress.layers} layers"
    )
