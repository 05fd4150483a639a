"""Acquiring images: what is present is used, what is not is pulled or built, once."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import pytest

from containers import image_pull
from containers.engine import Engine
from containers.engine_events import PullProgress
from containers.engine_facts import EngineInfo, ImageInfo
from containers.errors import engine_error
from containers.image_lease import unleased
from containers.image_record import ImageRecord
from containers.image_reference import content_digest
from containers.images import ImageStore, Progress
from containers.registry_pause import Waiting
from harness.sandbox import InfrastructureError, SandboxCancelled
from task_specs.build_spec import BuildSpec, Environment, GitSource
from task_specs.instance import Instance

SAID = {
    "registry_rate_limited": "toomanyrequests: slow down",
    "registry_failed": "received unexpected HTTP status: 502 Bad Gateway",
    "registry_unreachable": "dial tcp: lookup registry.invalid: no such host",
    "registry_auth": "unauthorized: authentication required",
    "image_not_found": "manifest unknown",
    "disk_full": "no space left on device",
}


class StubEngine:
    """Has the images in `present`; each pull does the next of `pulls`."""

    def __init__(self, *pulls: str | None, present: tuple[str, ...] = ()) -> None:
        self.present = set(present)
        self.pulls = list(pulls)
        self.pulled: list[str] = []
        self.before_pull: Callable[[], None] = lambda: None
        self.content = "d"
        """A hex digit: which content all images have that are here or pulled."""

    def info(self) -> EngineInfo:
        return EngineInfo.from_api(
            {"NCPU": 1, "MemTotal": 1, "ID": "stub"}, api_version="1.41", has_bridge_network=False
        )

    def image(self, reference: str) -> ImageInfo | None:
        if reference not in self.present:
            return None
        digests = (f"{reference.partition(':')[0]}@sha256:{self.content * 64}",)
        return ImageInfo(f"sha256:1{self.content}", (reference,), digests, 5, "x86_64", ())

    def remove_image(self, reference: str) -> bool:
        self.present.remove(reference)
        return True

    def abort(self) -> None:
        """Its pulls end by themselves."""

    def pull(self, reference: str, on_progress: Callable[[PullProgress], None]) -> None:
        self.pulled.append(reference)
        self.before_pull()
        on_progress(PullProgress(reference, 1, 0, 10, 100))
        failure = self.pulls.pop(0) if self.pulls else None
        if failure is not None:
            raise engine_error(f"pull {reference}", failure)
        self.present.add(reference)


def instance(image: str = "example/a:1", *, build: bool = False) -> Instance:
    spec = BuildSpec(GitSource("url", "commit"), Environment()) if build else None
    return Instance(
        instance_id="a__b-1",
        repo="a/b",
        base_commit="HEAD",
        patch="",
        test_patch="",
        FAIL_TO_PASS=(),
        PASS_TO_PASS=(),
        image=image,
        eval_script="",
        log_parser="parse_log_pytest",
        build=spec,
    )


def store(engine: StubEngine, **options: object) -> ImageStore:
    return ImageStore(cast(Engine, engine), **options)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = {
        kind: tuple(0.0 for _ in delays) for kind, delays in image_pull._RETRY_DELAYS.items()
    }
    monkeypatch.setattr(image_pull, "_RETRY_DELAYS", at_once)


def test_what_is_present_is_not_pulled() -> None:
    engine = StubEngine(present=("example/a:1",))
    acquired = store(engine).acquire(instance())
    assert (acquired.how, acquired.image_id, engine.pulled) == ("present", "sha256:1d", [])
    assert acquired.digest == "sha256:" + "d" * 64
    assert acquired.architecture == "x86_64"


def test_what_is_absent_is_pulled_and_progress_is_told() -> None:
    engine, told = StubEngine(), list[Progress]()
    assert store(engine).acquire(instance(), told.append).how == "pulled"
    assert told == [PullProgress("example/a:1", 1, 0, 10, 100)]


@pytest.mark.parametrize(
    ("kind", "tries"),
    [
        ("registry_rate_limited", 4),
        ("registry_failed", 4),
        ("registry_unreachable", 2),
        ("registry_auth", 1),
        ("image_not_found", 1),
        ("disk_full", 1),
    ],
)
def test_only_what_may_pass_is_tried_again(kind: str, tries: int) -> None:
    engine = StubEngine(*[SAID[kind]] * 9)
    with pytest.raises(InfrastructureError, match=r"example/a:1 of a__b-1") as caught:
        store(engine).acquire(instance())
    assert len(engine.pulled) == tries
    assert caught.value.kind == kind.replace("image_not_found", "image_unavailable")
    assert caught.value.retryable is (tries > 1)
    assert SAID[kind] in str(caught.value)


def test_a_failure_that_passes_is_forgotten() -> None:
    engine = StubEngine(SAID["registry_rate_limited"], SAID["registry_failed"], None)
    assert store(engine).acquire(instance()).how == "pulled"
    assert len(engine.pulled) == 3


def test_pulling_can_be_switched_off() -> None:
    engine = StubEngine()
    with pytest.raises(InfrastructureError, match="pulling is switched off") as caught:
        store(engine, pull=False).acquire(instance())
    assert (caught.value.kind, caught.value.retryable) == ("image_unavailable", False)
    assert engine.pulled == []


def test_a_recipe_is_built_and_not_looked_for_in_a_registry() -> None:
    engine, told = StubEngine(), list[Progress]()

    def build(wanted: Instance, on_line: Callable[[Progress], None]) -> str:
        on_line("Step 1/1")
        engine.present.add(wanted.image)
        return wanted.image

    images = store(engine, builder=build)
    acquired = images.acquire(instance(build=True), told.append)
    assert (acquired.how, acquired.digest, told) == ("built", "sha256:1d", ["Step 1/1"])
    assert engine.pulled == []
    assert images.acquire(instance(build=True)).how == "present"


def test_a_recipe_without_a_builder_is_unavailable() -> None:
    with pytest.raises(InfrastructureError, match="building is switched off"):
        store(StubEngine()).acquire(instance(build=True))


def test_threads_that_want_one_image_share_one_pull() -> None:
    """64 workers start with the same image; the registry is asked once."""
    engine = StubEngine()
    shared = store(engine)
    acquired: list[str] = []
    threads = [
        threading.Thread(target=lambda: acquired.append(shared.acquire(instance()).how))
        for _ in range(8)
    ]
    all_wait = threading.Event()
    engine.before_pull = lambda: cast(None, all_wait.wait(30))
    for thread in threads:
        thread.start()
    all_wait.set()
    for thread in threads:
        thread.join()
    assert engine.pulled == ["example/a:1"]
    assert len(acquired) == 8
    assert set(acquired) <= {"pulled", "present"}


def test_threads_that_share_a_pull_share_its_failure() -> None:
    engine = StubEngine(SAID["image_not_found"])
    shared = store(engine)
    joined = threading.Event()
    failures: list[str] = []

    class Flights(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            if key in self:
                joined.set()
            return super().get(key, default)

    def acquire() -> None:
        try:
            shared.acquire(instance())
        except InfrastructureError as error:
            failures.append(error.kind)

    def start_a_follower() -> None:
        follower.start()
        assert joined.wait(30)

    shared._flights = Flights()
    follower = threading.Thread(target=acquire)
    engine.before_pull = start_a_follower
    acquire()
    follower.join()
    assert failures == ["image_unavailable"] * 2
    assert engine.pulled == ["example/a:1"]


def test_only_so_many_pulls_go_on_at_a_time() -> None:
    engine = StubEngine()
    shared = store(engine, at_a_time=2)
    lock, now, most = threading.Lock(), 0, 0
    pause = threading.Event()

    def count() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pause.wait(0.02)
        with lock:
            now -= 1

    engine.before_pull = count
    threads = [
        threading.Thread(target=shared.acquire, args=(instance(f"example/{number}:1"),))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(engine.pulled) == 8
    assert most == 2


def test_cancel_ends_a_pull_at_its_next_report() -> None:
    engine = StubEngine()
    shared = store(engine)
    engine.before_pull = shared.cancel
    with pytest.raises(SandboxCancelled):
        shared.acquire(instance())
    assert engine.present == set()
    with pytest.raises(SandboxCancelled):
        shared.acquire(instance("example/other:1"))


def test_cancel_ends_a_wait_for_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_pull, "_RETRY_DELAYS", {"registry_rate_limited": (3600.0,)})
    engine = StubEngine(SAID["registry_rate_limited"])
    shared = store(engine)
    engine.before_pull = lambda: threading.Timer(0.1, shared.cancel).start()
    with pytest.raises(SandboxCancelled):
        shared.acquire(instance())


def test_cancel_ends_a_wait_for_another_threads_pull() -> None:
    """A pull that hangs in the engine must not keep those from ending who share it."""
    engine = StubEngine()
    shared = store(engine)
    pulling, release = threading.Event(), threading.Event()

    def hang() -> None:
        pulling.set()
        assert release.wait(30)

    def lead() -> None:
        with pytest.raises(SandboxCancelled):
            shared.acquire(instance())

    engine.before_pull = hang
    leader = threading.Thread(target=lead)
    leader.start()
    assert pulling.wait(30)
    threading.Timer(0.1, shared.cancel).start()
    with pytest.raises(SandboxCancelled):
        shared.acquire(instance())
    assert leader.is_alive()
    release.set()
    leader.join()


def test_cancel_ends_a_wait_for_a_slot() -> None:
    engine = StubEngine()
    shared = store(engine, at_a_time=1)
    pulling, release = threading.Event(), threading.Event()

    def hang() -> None:
        pulling.set()
        assert release.wait(30)

    def lead() -> None:
        with suppress(SandboxCancelled):
            shared.acquire(instance())

    engine.before_pull = hang
    leader = threading.Thread(target=lead)
    leader.start()
    assert pulling.wait(30)
    threading.Timer(0.1, shared.cancel).start()
    with pytest.raises(SandboxCancelled):
        shared.acquire(instance("example/other:1"))
    release.set()
    leader.join()
    assert engine.pulled == ["example/a:1"]


def test_cancel_ends_a_wait_for_a_removal() -> None:
    shared = store(StubEngine())
    threading.Timer(0.1, shared.cancel).start()
    with unleased("stub", "example/a:1"), pytest.raises(SandboxCancelled):
        shared.acquire(instance())


def test_a_wait_before_the_next_try_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_pull, "_RETRY_DELAYS", {"registry_failed": (0.01,)})
    engine, told = StubEngine(SAID["registry_failed"]), list[Progress]()
    store(engine).acquire(instance(), told.append)
    waits = [each.text for each in told if isinstance(each, Waiting)]
    assert waits == [f"trying again in 0 s: {SAID['registry_failed']}"]


def test_the_digest_is_known_of_what_is_pinned_or_present() -> None:
    engine = StubEngine(present=("example/a:1",))
    images = store(engine)
    assert images.digest_without_fetching(instance()) == "sha256:" + "d" * 64
    assert images.digest_without_fetching(instance("example/b:1")) is None
    assert images.digest_without_fetching(instance(f"example/b@{D1}")) == D1
    assert engine.pulled == []


def test_what_a_run_pulled_it_can_discard_once() -> None:
    engine = StubEngine()
    images = store(engine, run_key="run")
    images.acquire(instance())
    assert images.discard("example/a:1")
    assert engine.present == set()
    assert not images.discard("example/a:1")


def test_what_was_there_before_the_run_is_never_discarded() -> None:
    engine = StubEngine(present=("example/a:1",))
    images = store(engine, run_key="run")
    images.acquire(instance())
    assert not images.discard("example/a:1")
    assert engine.present == {"example/a:1"}


def test_what_another_run_brought_stays() -> None:
    engine = StubEngine()
    store(engine, run_key="one").acquire(instance())
    other = store(engine, run_key="other")
    assert other.acquire(instance()).how == "present"
    assert not other.discard("example/a:1")


def test_a_run_that_goes_on_knows_what_it_brought() -> None:
    engine = StubEngine()
    store(engine, run_key="run").acquire(instance())
    assert store(engine, run_key="run").discard("example/a:1")


def test_a_store_without_a_key_is_a_run_of_its_own() -> None:
    engine = StubEngine()
    images = store(engine)
    images.acquire(instance())
    assert not store(engine).discard("example/a:1")
    assert images.discard("example/a:1")


def test_an_image_that_was_replaced_meanwhile_is_its_replacers() -> None:
    engine = StubEngine()
    images = store(engine, run_key="run")
    images.acquire(instance())
    engine.content = "e"
    assert not images.discard("example/a:1")


def test_an_image_that_came_back_after_its_removal_is_whose_brought_it() -> None:
    engine = StubEngine()
    images = store(engine, run_key="run")
    images.acquire(instance())
    images.discard("example/a:1")
    engine.present.add("example/a:1")  # by `docker pull`
    assert not images.discard("example/a:1")


def test_a_leased_image_stays_until_nobody_needs_it() -> None:
    engine = StubEngine()
    images = store(engine, run_key="run")
    images.acquire(instance())
    with store(engine, run_key="other").hold(["example/a:1"]):
        assert not images.discard("example/a:1")
    assert images.discard("example/a:1")


def test_a_pull_that_failed_claims_nothing_that_comes_later() -> None:
    """Our own advice is then to load the image by hand: what a user loads, the user keeps."""
    engine = StubEngine(SAID["registry_auth"])
    images = store(engine, run_key="run")
    with pytest.raises(InfrastructureError):
        images.acquire(instance())
    engine.present.add("example/a:1")
    assert not images.discard("example/a:1")


def test_a_killed_run_knows_what_it_was_about_to_bring() -> None:
    """`kill -9` between the end of a pull and the note of it."""
    engine = StubEngine(present=("example/a:1",))
    ImageRecord("stub").begun("example/a:1", "run", "pulled")
    assert not store(engine, run_key="other").discard("example/a:1")
    assert store(engine, run_key="run").discard("example/a:1")


def test_a_tag_that_names_another_content_at_the_second_pull() -> None:
    """Under a disk budget images are pulled again; half a run with another image is no run."""
    engine = StubEngine()
    images = store(engine, run_key="run")
    images.acquire(instance())
    images.discard("example/a:1")
    engine.content = "e"
    for _ in range(2):  # the second time it is present
        with pytest.raises(InfrastructureError) as caught:
            images.acquire(instance())
        assert (caught.value.kind, caught.value.retryable) == ("image_changed", False)
        assert f"sha256:{'d' * 64}" in str(caught.value)
        assert f"sha256:{'e' * 64}" in str(caught.value)
    assert images.discard("example/a:1")
    store(engine, run_key="another run").acquire(instance())


def test_an_image_that_a_user_changed_is_no_error() -> None:
    """`docker pull` of something newer between two calls of one run: the plan runs it again."""
    engine = StubEngine()
    store(engine, run_key="run").acquire(instance())
    engine.content = "e"
    assert store(engine, run_key="run").acquire(instance()).digest == f"sha256:{'e' * 64}"


def test_each_layer_of_a_build_can_be_discarded_unless_it_was_there() -> None:
    engine = StubEngine()
    task = instance("swe-verify/task:a", build=True)

    def build(wanted: Instance, on_line: Callable[[Progress], None]) -> str:
        with unleased("stub", env) as free:
            assert not free  # nobody takes away what is being built upon
        engine.present.update(images.parts(wanted))
        return wanted.image

    images = store(engine, builder=build, run_key="run")
    _, env, base, debian = parts = images.parts(task)
    assert parts[0] == task.image
    assert env.startswith("swe-verify/env:")
    assert base.startswith("swe-verify/base:bookworm-")
    assert debian == "debian:bookworm-slim"
    engine.present.add(debian)
    images.acquire(task)
    assert [images.discard(part) for part in parts] == [True, True, True, False]


def test_a_build_that_fails_leaves_layers_that_are_the_runs() -> None:
    engine = StubEngine()
    task = instance("swe-verify/task:a", build=True)

    def build(wanted: Instance, on_line: Callable[[Progress], None]) -> str:
        engine.present.add(images.parts(wanted)[1])
        raise InfrastructureError("build_failed", "a step failed", retryable=False)

    images = store(engine, builder=build, run_key="run")
    with pytest.raises(InfrastructureError, match="a step failed"):
        images.acquire(task)
    assert [images.discard(part) for part in images.parts(task)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            InfrastructureError("disk_full", "write /x: no space left on device"),
            r"the engine's disk is full: make room with `swe-verify images gc`.*write /x",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/cache/builds/1/repo"),
            r"the disk of /cache/builds/1/repo is full",
        ),
    ],
)
def test_a_build_without_room_says_where(failure: Exception, said: str) -> None:
    def build(wanted: Instance, on_line: Callable[[Progress], None]) -> str:
        raise failure

    with pytest.raises(InfrastructureError, match=said) as caught:
        store(StubEngine(), builder=build).acquire(instance("swe-verify/task:a", build=True))
    assert (caught.value.kind, caught.value.retryable) == ("disk_full", False)


D1, D2 = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.mark.parametrize(
    ("reference", "repo_digests", "digest"),
    [
        ("swebench/x:latest", (f"mirror.example/x@{D1}", f"swebench/x@{D2}"), D2),
        ("host:5000/x", (f"host:5000/x@{D1}",), D1),
        ("host:5000/x:1", (f"host:5000/x@{D1}",), D1),
        ("docker.io/library/debian:12", (f"debian@{D1}",), D1),
        (f"swebench/x@{D1}", (f"swebench/x@{D1}", f"swebench/x@{D2}"), D1),
        (f"swebench/x@{D2}", (f"swebench/x@{D1}", f"swebench/x@{D2}"), D2),
        ("retagged:1", (f"swebench/x@{D2}",), D2),
        ("loaded:1", (), "sha256:1d"),
    ],
)
def test_the_digest_is_the_registrys_own(
    reference: str, repo_digests: tuple[str, ...], digest: str
) -> None:
    image = ImageInfo("sha256:1d", (reference,), repo_digests, 5, "x86_64", ())
    assert content_digest(image, reference) == digest
