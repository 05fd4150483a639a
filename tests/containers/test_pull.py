"""Pulling from real registries, on this machine: a good one, and several bad ones."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from containers import image_pull
from containers.engine import Engine
from containers.engine_events import PullProgress
from containers.images import ImageStore, Progress
from harness.sandbox import InfrastructureError, SandboxCancelled
from tests.containers.fake_registry import Answer, Asked, fake_registry
from tests.containers.test_images import instance

pytestmark = pytest.mark.engine


@pytest.fixture
def registry(tmp_path: Path, free_port: int) -> Iterator[str]:
    """An empty registry, as `host:port`."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("no registry to pull from: install the package docker-registry")
    config = tmp_path / "registry.yml"
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
        "http": {"addr": f"127.0.0.1:{free_port}"},
    }
    config.write_text(json.dumps(settings))
    with subprocess.Popen(
        [program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{free_port}/v2/", process)
            yield f"127.0.0.1:{free_port}"
        finally:
            process.kill()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the registry does not answer at {url}")


def push(engine: Engine, reference: str) -> None:
    for event in engine._client.push(reference, stream=True, decode=True):
        assert "error" not in event, event


def forwarded(asked: Asked, upstream: str) -> Answer:
    """Return what a real registry answers to the same request."""
    request = urllib.request.Request(f"http://{upstream}{asked.path}", method=asked.method)
    request.add_header("Accept", asked.accept)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, dict(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


def push_noise(engine: Engine, reference: str, folder: Path) -> None:
    """Have an image in a registry of which nothing is on the engine."""
    (folder / "noise").write_bytes(secrets.token_bytes(3_000_000))
    with tarfile.open(folder / "rootfs.tar", "w") as tar:
        tar.add(folder / "noise", "noise")
    engine.import_rootfs(folder / "rootfs.tar", tag=reference, labels={})
    push(engine, reference)
    engine.remove_image(reference)


@pytest.fixture
def noise(engine: Engine, registry: str, tmp_path: Path) -> Iterator[str]:
    """A reference to an image of 3 MB that is in the registry, and nowhere else."""
    reference = f"{registry}/noise:1"
    push_noise(engine, reference, tmp_path)
    yield reference
    engine.remove_image(reference)


@pytest.fixture
def pushed(engine: Engine, bash_image: str, registry: str) -> Iterator[str]:
    """A reference to an image that is in the registry, and not on the engine."""
    reference = f"{registry}/swebench/sweb.eval.x86_64.a_1776_b-1:latest"
    engine.tag(bash_image, reference)
    push(engine, reference)
    engine.remove_image(reference)
    yield reference
    engine.remove_image(reference)


class Busy(BaseHTTPRequestHandler):
    """A registry that has no time for anyone, as Docker Hub has not after a hundred pulls."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path == "/v2/":
            self._answer(200, {})
        else:
            self.asked.append(self.path)
            message = "You have reached your unauthenticated pull rate limit."
            self._answer(429, {"errors": [{"code": "TOOMANYREQUESTS", "message": message}]})

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, code: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing on the tests' stderr."""


class Broken(Busy):
    """A registry that is down behind its front door."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self._answer(503, {"message": "try later"})


class Closed(Busy):
    """A registry for members."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self._answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "who are you?"}]})


@pytest.fixture
def bad_registry(request: pytest.FixtureRequest) -> Iterator[str]:
    handler: type[Busy] = request.param
    handler.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    short = dict.fromkeys(image_pull._RETRY_DELAYS, (0.01,))
    monkeypatch.setattr(image_pull, "_RETRY_DELAYS", short)


def test_an_image_is_pulled_with_its_digest(engine: Engine, pushed: str) -> None:
    acquired = ImageStore(engine).acquire(instance(pushed))
    assert acquired.how == "pulled"
    image = engine.image(pushed)
    assert image is not None
    assert acquired.image_id == image.id
    assert f"{pushed.removesuffix(':latest')}@{acquired.digest}" in image.repo_digests

    again = ImageStore(engine).acquire(instance(pushed))
    assert (again.how, again.digest) == ("present", acquired.digest)


def test_a_layer_that_is_absent_is_downloaded_and_counted(engine: Engine, noise: str) -> None:
    told: list[Progress] = []
    ImageStore(engine).acquire(instance(noise), told.append)
    last = told[-1]
    assert isinstance(last, PullProgress)
    assert (last.layers, last.layers_done) == (1, 1)
    assert last.bytes_done == last.bytes_total


@pytest.mark.parametrize("name", ["swebench/absent:latest", "swebench/absent"])
def test_an_image_that_the_registry_lacks(engine: Engine, registry: str, name: str) -> None:
    with pytest.raises(InfrastructureError, match="its registry has no such image") as caught:
        ImageStore(engine).acquire(instance(f"{registry}/{name}"))
    assert (caught.value.kind, caught.value.retryable) == ("image_unavailable", False)
    assert f"{registry}/{name} of a__b-1" in str(caught.value)


def test_a_tag_that_the_registry_lacks(engine: Engine, pushed: str) -> None:
    with pytest.raises(InfrastructureError) as caught:
        ImageStore(engine).acquire(instance(pushed.replace(":latest", ":other")))
    assert caught.value.kind == "image_unavailable"


def test_a_registry_that_is_not_there(engine: Engine, free_port: int) -> None:
    with pytest.raises(InfrastructureError, match="cannot be reached") as caught:
        ImageStore(engine).acquire(instance(f"127.0.0.1:{free_port}/a:1"))
    assert (caught.value.kind, caught.value.retryable) == ("registry_unreachable", True)


def test_a_registry_whose_name_nobody_knows(engine: Engine) -> None:
    with pytest.raises(InfrastructureError, match="cannot be reached") as caught:
        ImageStore(engine).acquire(instance("registry.invalid/a:1"))
    assert caught.value.kind == "registry_unreachable"


@pytest.mark.parametrize(
    ("bad_registry", "kind"),
    [(Busy, "registry_rate_limited"), (Broken, "registry_failed"), (Closed, "registry_auth")],
    indirect=["bad_registry"],
)
def test_a_registry_that_refuses(engine: Engine, bad_registry: str, kind: str) -> None:
    with pytest.raises(InfrastructureError) as caught:
        ImageStore(engine).acquire(instance(f"{bad_registry}/a:1"))
    assert caught.value.kind == kind
    assert Busy.asked


def test_the_pause_that_a_registry_asks_for_is_kept(engine: Engine, noise: str) -> None:
    """Docker Hub tells how long; the engine keeps that to itself.

    Before a real registry stands one that refuses all manifests, until it has been asked by
    something else than the engine, which is told how long.
    """
    upstream, _, name = noise.partition("/")
    refused: list[str] = []
    told: list[str] = []

    def script(asked: Asked) -> Answer:
        if "/manifests/" in asked.path and not any("requests" in agent for agent in refused):
            refused.append(asked.agent)
            return Answer(429, {"Retry-After": "1"})
        return forwarded(asked, upstream)

    with fake_registry(script) as registry:
        reference = f"{registry.host}/{name}"
        try:
            acquired = ImageStore(engine).acquire(
                instance(reference),
                lambda progress: None if isinstance(progress, str) else told.append(progress.text),
            )
        finally:
            engine.remove_image(reference)
    assert acquired.how == "pulled"
    assert told[0] == "the registry asks to wait 1 s"


def test_a_blob_that_breaks_off_is_asked_for_again(engine: Engine, noise: str) -> None:
    """The engine goes on by itself with what it has, five seconds later."""
    upstream, _, name = noise.partition("/")
    broken: list[str] = []

    def script(asked: Asked) -> Answer:
        answer = forwarded(asked, upstream)
        if len(answer.body) > 1_000_000 and not broken:
            broken.append(asked.path)
            return replace(answer, body=answer.body[:1_000_000])
        return answer

    with fake_registry(script) as registry:
        reference = f"{registry.host}/{name}"
        try:
            acquired = ImageStore(engine).acquire(instance(reference))
        finally:
            engine.remove_image(reference)
    assert acquired.how == "pulled"
    assert len(broken) == 1


def test_blobs_that_are_not_had_now_are_had_at_the_next_try(engine: Engine, noise: str) -> None:
    upstream, _, name = noise.partition("/")
    failed: list[str] = []

    def script(asked: Asked) -> Answer:
        if "/blobs/" in asked.path and not failed:
            failed.append(asked.path)
            return Answer(503)
        return forwarded(asked, upstream)

    with fake_registry(script) as registry:
        reference = f"{registry.host}/{name}"
        try:
            acquired = ImageStore(engine).acquire(instance(reference))
        finally:
            engine.remove_image(reference)
    assert acquired.how == "pulled"
    assert len(failed) == 1


def test_a_registry_that_never_answers_is_left_by_cancel(engine: Engine) -> None:
    """It takes the connection, and says nothing; the engine would wait for ever."""
    asked, release = threading.Event(), threading.Event()

    def script(request: Asked) -> Answer:
        if request.path != "/v2/":
            asked.set()
            release.wait(60)
        return Answer(404)

    failures: list[BaseException] = []

    def acquire() -> None:
        try:
            images.acquire(instance(f"{registry.host}/a:1"))
        except BaseException as error:
            failures.append(error)

    images = ImageStore(engine)
    with fake_registry(script) as registry:
        waiting = threading.Thread(target=acquire)
        waiting.start()
        assert asked.wait(60)
        images.cancel()
        waiting.join(60)
        ended_by_itself = release.is_set()
        release.set()
    assert not ended_by_itself
    assert [type(failure) for failure in failures] == [SandboxCancelled]


def test_a_run_removes_what_it_pulled_and_sees_when_it_changes(
    engine: Engine, noise: str, tmp_path: Path
) -> None:
    images = ImageStore(engine, run_key="run")
    task = instance(noise)
    first = images.acquire(task)
    with images.hold(images.parts(task)):
        assert not images.discard(noise)
    assert images.discard(noise)
    assert engine.image(noise) is None
    assert images.acquire(task).digest == first.digest
    assert images.discard(noise)

    push_noise(engine, noise, tmp_path)
    with pytest.raises(InfrastructureError, match=first.digest) as caught:
        images.acquire(task)
    assert caught.value.kind == "image_changed"
    assert ImageStore(engine, run_key="another").acquire(task).digest != first.digest


def test_an_image_that_a_container_needs_is_not_removed(engine: Engine, noise: str) -> None:
    images = ImageStore(engine, run_key="run")
    images.acquire(instance(noise))
    container = engine.create(
        {"Image": noise, "Cmd": ["true"]}, name=f"swe-verify-test-{secrets.token_hex(4)}"
    )
    try:
        assert not images.discard(noise)
    finally:
        engine.remove(container)
    assert images.discard(noise)


@pytest.mark.parametrize("reference", ["UPPER/case:1", "a b", "https://example.org/a:1"])
def test_a_reference_that_is_none(engine: Engine, reference: str) -> None:
    with pytest.raises(InfrastructureError, match="of a__b-1 is not there") as caught:
        ImageStore(engine).acquire(instance(reference))
    assert (caught.value.kind, caught.value.retryable) == ("image_unavailable", False)
