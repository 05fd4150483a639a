from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import cast

import pytest

from containers import base_image
from containers.base_image import base_reference, ensure_base
from containers.engine import Engine
from harness.sandbox import InfrastructureError
from task_specs.build_spec import Environment


def test_equal_environments_have_one_base() -> None:
    plain = base_reference(Environment())

    assert plain.startswith("swe-verify/base:bookworm-")
    assert base_reference(Environment(pip=("pytest",))) == plain
    assert base_reference(Environment(apt=("git",))) == plain
    assert base_reference(Environment(apt=("libxml2", "gcc"))) == base_reference(
        Environment(apt=("gcc", "libxml2"))
    )
    assert base_reference(Environment(apt=("gcc",))) != plain


def test_another_base_is_taken_as_it_is_unless_packages_are_added() -> None:
    image = "registry.example/python:3.12"

    assert base_reference(Environment(base=image)) == image
    added = base_reference(Environment(base=image, apt=("gcc",)))
    assert added.startswith("swe-verify/base:custom-")
    assert added != base_reference(Environment(base="other:1", apt=("gcc",)))


@dataclass
class _Registryless:
    """An engine without images whose pulls end as `answer` says."""

    answer: Callable[[], None]
    asked: list[str] = field(default_factory=list)

    def image(self, reference: str) -> None:
        return None

    def pull(self, reference: str, on_progress: object = None) -> None:
        self.asked.append(reference)
        self.answer()


def _refuse() -> None:
    raise InfrastructureError("registry_unreachable", "no such host")


def test_without_registry_or_packages_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(base_image, "can_install", lambda: False)
    engine = _Registryless(_refuse)
    said: list[str] = []

    with pytest.raises(InfrastructureError, match="or install mmdebstrap"):
        ensure_base(cast(Engine, engine), Environment(), said.append)

    assert engine.asked == ["debian:bookworm-slim"]
    assert said[0].endswith("from Debian's packages, in about a minute: no such host")


def test_a_registry_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind some firewalls a connection neither succeeds nor fails for minutes."""
    monkeypatch.setattr(base_image, "_REGISTRY_SECONDS", 0.05)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(base_image, "can_install", lambda: False)
    released = Event()
    engine = _Registryless(lambda: cast(None, released.wait(60)))
    said: list[str] = []

    with pytest.raises(InfrastructureError, match="nor be made"):
        ensure_base(cast(Engine, engine), Environment(), said.append)

    assert "no registry answered" in said[0]
    released.set()


def test_a_base_that_cannot_be_pulled_is_not_replaced_by_another() -> None:
    engine = _Registryless(_refuse)

    with pytest.raises(InfrastructureError, match="no such host"):
        ensure_base(cast(Engine, engine), Environment(base="python:3.12"))

    assert engine.asked == ["python:3.12"]


def test_a_full_disk_is_not_tried_in_another_way() -> None:
    def full() -> None:
        raise InfrastructureError("disk_full", "no space left on device")

    said: list[str] = []
    with pytest.raises(InfrastructureError) as caught:
        ensure_base(cast(Engine, _Registryless(full)), Environment(), said.append)
    assert (caught.value.kind, said) == ("disk_full", [])


def test_a_pull_of_a_base_can_be_called_off() -> None:
    """Ctrl-C while a registry takes its time over the base of a task's image."""
    released = Event()
    engine = _Registryless(lambda: cast(None, released.wait(60)))

    def on_line(line: str) -> None:
        assert line == "pulling debian:bookworm-slim"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_base(cast(Engine, engine), Environment(), on_line)
    assert not released.is_set()
    released.set()
