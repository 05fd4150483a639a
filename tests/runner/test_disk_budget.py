"""A run whose images take three times its budget, from a real registry, on an engine of its own.

What counts is what the engine's folder takes on disk at every moment, as `du` sees it: downloads
that are not yet unpacked and layers whose image is not complete are in no engine's own sum.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from containers.engine import Engine
from runner.disk_watch import folder_bytes
from tests.faults.disturbed_run import DisturbedRun, kill_group, left_over
from tests.faults.private_engine import PrivateEngine, connected, missing, private_engine
from tests.faults.toy import BREAK, FIX, NO_PATCH, hook, toy_image, write_tasks

pytestmark = pytest.mark.engine

COUNT = 12
NOISE_BYTES = 30_000_000
"""What no compression makes smaller, in each image beside what all share."""
BUDGET = COUNT * NOISE_BYTES // 3
TOLERANCE = 2_000_000
"""The engine's own books, which are on its disk too."""


@dataclass
class Sampler:
    """Watches how much some folders grow."""

    folders: tuple[Path, ...]
    samples: list[int] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        before, over = self._taken(), threading.Event()

        def sample() -> None:
            while not over.wait(0.1):
                self.samples.append(self._taken() - before)

        thread = threading.Thread(target=sample)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _taken(self) -> int:
        """What vanishes meanwhile is complained of, and passed by. The root of a running box is
        a mount: a second sight of what has been counted."""
        command = [
            "du",
            "--summarize",
            "--one-file-system",
            "--block-size=1",
            *map(str, self.folders),
        ]
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return sum(int(line.split()[0]) for line in answer.splitlines())


@contextmanager
def registry_beside(engine: PrivateEngine, folder: Path) -> Iterator[str]:
    """Run a registry in the network of a private engine, as `host:port`."""
    pid = (engine.root / "pid").read_text().strip()
    inside = ["nsenter", f"--net=/proc/{pid}/ns/net"]
    subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
        "http": {"addr": "127.0.0.1:5000"},
    }
    config = folder / "registry.yml"
    config.write_text(json.dumps(settings))
    with subprocess.Popen(
        [*inside, "docker-registry", "serve", config],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            deadline = time.monotonic() + 60
            knock = [*inside, "bash", "-c", "exec 2>/dev/null 3<>/dev/tcp/127.0.0.1/5000"]
            while subprocess.run(knock, check=False).returncode:
                assert process.poll() is None, "the registry does not start"
                assert time.monotonic() < deadline, "the registry does not answer"
                time.sleep(0.05)
            yield "127.0.0.1:5000"
        finally:
            process.kill()


def push_images(engine: Engine, registry: str, folder: Path) -> list[str]:
    """Put images into the registry that share a base, and leave none of them on the engine."""
    images = []
    with toy_image(engine, folder / "toy") as base:
        for number in range(COUNT):
            image = f"{registry}/toy/{number}:1"
            context = folder / f"context-{number}"
            context.mkdir()
            (context / "Dockerfile").write_text(f"FROM {base}\nCOPY noise /noise\n")
            (context / "noise").write_bytes(secrets.token_bytes(NOISE_BYTES))
            engine.build(context, tag=image)
            for event in engine._client.push(image, stream=True, decode=True):
                assert "error" not in event, event
            engine.remove_image(image)
            shutil.rmtree(context)
            images.append(image)
    return images


def write_tasks_with_images(folder: Path, images: list[str]) -> tuple[Path, Path]:
    """Write a task for each image, with a patch of one kind after the other."""
    patches = [
        patch if patch is NO_PATCH else patch + hook(f"sleep 0.{number} # {number}")
        for number, patch in enumerate(([FIX, FIX + BREAK, NO_PATCH] * COUNT)[: len(images)])
    ]
    tasks, predictions = write_tasks(folder, "", list(patches))
    rows = [json.loads(line) for line in tasks.read_text().splitlines()]
    for row, image in zip(rows, images, strict=True):
        row["image"] = image
    tasks.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tasks, predictions


@dataclass
class Bed:
    """An engine without images, beside a registry with those of some tasks."""

    storage: Path
    address: str
    engine: Engine
    tasks: Path
    predictions: Path

    def run(self, folder: Path, *options: str) -> DisturbedRun:
        (folder / "out").mkdir(parents=True)
        return DisturbedRun(
            folder, self.tasks, self.predictions, self.address, ("-j", "2", *options)
        )


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    if lacking := missing():
        pytest.skip(lacking)
    if shutil.which("docker-registry") is None:
        pytest.skip("no registry to pull from: install the package docker-registry")
    folder = tmp_path_factory.mktemp("bed")
    with private_engine() as private, registry_beside(private, folder) as registry:
        engine = connected(private.address)
        tasks, predictions = write_tasks_with_images(folder, push_images(engine, registry, folder))
        assert engine.images() == []
        yield Bed(private.storage, private.address, engine, tasks, predictions)
        engine.close()


def test_a_run_within_a_third_of_what_its_images_take(bed: Bed, tmp_path: Path) -> None:
    bounded = bed.run(tmp_path / "bounded", "--disk-budget", str(BUDGET))
    sampler = Sampler((bed.storage, bounded.folder / "out"))
    with sampler.at_work():
        ended = bounded.finish()
    assert ended.returncode == 0, ended.stderr
    assert bed.engine.images() == [], "what the run fetched is gone"

    before = folder_bytes(bed.storage)
    free = bed.run(tmp_path / "free")
    assert free.finish().returncode == 0
    kept = bed.engine.images()
    taken = folder_bytes(bed.storage) - before
    for image in kept:
        bed.engine.remove_image(image.tags[0])

    assert len(kept) == COUNT
    assert taken > 3 * BUDGET
    assert len(bounded.ledger()) == COUNT
    assert bounded.ledger() == free.ledger()
    assert NOISE_BYTES < max(sampler.samples) <= BUDGET + TOLERANCE
    assert len(sampler.samples) > 20, "it was watched all the way"


def test_a_run_that_was_killed_removes_what_it_fetched_when_it_goes_on(
    bed: Bed, tmp_path: Path
) -> None:
    """Also what it fetched for tasks that were done when it was killed."""
    run = bed.run(tmp_path / "run", "--disk-budget", str(2 * BUDGET))
    process = run.start()
    while run.finished() < COUNT // 3:
        assert process.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    kill_group(process)
    assert bed.engine.images()

    sampler = Sampler((bed.storage,))
    with sampler.at_work():
        ended = run.finish()
    assert ended.returncode == 0, ended.stderr
    assert len(run.ledger()) == COUNT
    assert bed.engine.images() == []
    assert left_over(run, bed.engine) == []
    assert max(sampler.samples) <= 2 * BUDGET + TOLERANCE
