import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from containers.engine import Engine
from containers.layer import (
    LAYER_LABEL,
    ImageBuildError,
    Layer,
    build_folder,
    build_layer,
    clear_up_after_dead_builds,
    image_lock,
    living_builds,
)
from containers.recipe import BUILD_ARGUMENT, BUILD_LABEL
from harness.sandbox import InfrastructureError
from task_specs.cache_dir import cache_dir

pytestmark = pytest.mark.engine

STAGE = f'ARG {BUILD_ARGUMENT}\nLABEL {BUILD_LABEL}="${BUILD_ARGUMENT}"'


@pytest.fixture
def tag(engine: Engine) -> Iterator[str]:
    tag = f"swe-verify-test/layer:{secrets.token_hex(4)}"
    yield tag
    engine.remove_image(tag)


class Building:
    """Builds Dockerfiles, and knows what a build printed and left untagged."""

    def __init__(self, engine: Engine, tag: str) -> None:
        self._engine = engine
        self._tag = tag
        self.lines: list[str] = []
        self.folder = Path()

    def build(self, dockerfile: str, files: Mapping[str, str] | None = None) -> None:
        layer = Layer(kind="task", tag=self._tag, dockerfile=dockerfile, network=False)
        with build_folder(self._engine) as self.folder:
            for name, text in (files or {}).items():
                (self.folder / name).write_text(text)
            build_layer(self._engine, layer, self.folder, self.lines.append)

    @property
    def left_untagged(self) -> list[str]:
        found = self._engine.images(f"{BUILD_LABEL}={self.folder.name}")
        return [image.id for image in found if not image.tags]


@pytest.fixture
def building(engine: Engine, tag: str) -> Building:
    return Building(engine, tag)


def test_stages_and_their_secrets_are_gone_after_a_build(
    engine: Engine, bash_image: str, tag: str, building: Building
) -> None:
    building.build(
        f"FROM {bash_image} AS first\n{STAGE}\nCOPY secret /secret\n"
        'RUN ["bash", "-c", "wc -c < /secret > /public"]\n'
        f"FROM {bash_image}\n{STAGE}\nCOPY --from=first /public /public\n",
        {"secret": "token\n"},
    )

    image = engine.image(tag)
    assert image is not None
    assert dict(image.labels)[LAYER_LABEL] == "task"
    assert any("COPY secret" in line for line in building.lines)
    assert building.left_untagged == []
    assert list(cache_dir("builds").iterdir()) == []


def test_a_failed_build_says_why_and_leaves_only_its_log(
    engine: Engine, bash_image: str, tag: str, building: Building
) -> None:
    script = '["bash", "-c", "echo first; echo ERROR: no wheel for x >&2; echo last; exit 3"]'

    with pytest.raises(ImageBuildError, match="ERROR: no wheel for x; the whole log is in") as e:
        building.build(f"FROM {bash_image}\n{STAGE}\nRUN {script}\n")

    assert e.value.kind == "build_failed"
    assert not e.value.retryable
    assert "ERROR: no wheel for x" in e.value.log_tail
    log = e.value.log.read_text()
    assert "first" in log
    assert "\x1b" not in log
    assert engine.image(tag) is None
    assert building.left_untagged == []
    assert list(cache_dir("builds").iterdir()) == []


def test_without_an_error_line_the_last_command_is_the_reason(
    bash_image: str, building: Building
) -> None:
    # One pipe: of two, the engine reads in any order, and "hello" could come last.
    script = '["bash", "-c", "exec 2>&1; set -ex; echo hello; false"]'

    with pytest.raises(ImageBuildError, match="could not be built: `false` failed; the whole log"):
        building.build(f"FROM {bash_image}\n{STAGE}\nRUN {script}\n")


def test_a_layer_without_network_has_none(bash_image: str, building: Building) -> None:
    script = '["bash", "-c", "echo devices: $(ls /sys/class/net)"]'

    building.build(f"FROM {bash_image}\n{STAGE}\nRUN {script}\n")

    [devices] = [line for line in building.lines if line.startswith("devices:")]
    assert "eth" not in devices
    assert "docker" not in devices


def test_what_a_killed_build_left_is_removed_by_the_next(
    engine: Engine, bash_image: str, tag: str
) -> None:
    """It may hold pip's credentials, and its process is no more there to remove it."""
    killed = cache_dir("builds") / secrets.token_hex(16)  # no process holds its lock
    killed.mkdir()
    (killed / "Dockerfile").write_text(f"FROM {bash_image}\n{STAGE}\n")
    leftover = engine.build(killed, tag=tag, build_args={BUILD_ARGUMENT: killed.name})
    engine.tag(bash_image, tag)  # takes the tag from the leftover

    with build_folder(engine) as alive, build_folder(engine):
        assert alive.exists()

    assert not killed.exists()
    assert engine.image(leftover) is None


def test_an_engine_that_is_gone_hides_no_other_reason(engine: Engine) -> None:
    class Gone:
        def images(self, label: str) -> None:
            raise InfrastructureError("engine_unreachable", "gone")

    with pytest.raises(KeyboardInterrupt), build_folder(cast(Engine, Gone())):
        raise KeyboardInterrupt

    [left] = cache_dir("builds").iterdir()
    with build_folder(engine):
        assert not left.exists()


def test_who_waits_for_another_builder_can_be_called_off() -> None:
    """Ctrl-C while another process builds the environment that both need."""
    said: list[str] = []

    def on_line(line: str) -> None:
        said.append(line)
        raise KeyboardInterrupt

    with (
        image_lock("swe-verify/env:1"),
        pytest.raises(KeyboardInterrupt),
        image_lock("swe-verify/env:1", on_line),
    ):
        pytest.fail("another one is making it")
    assert said == ["waiting for whoever is making swe-verify/env:1"]


def test_living_builds_are_told_from_dead_ones(engine: Engine) -> None:
    with build_folder(engine) as folder:
        (folder.parent / "killed").mkdir()
        assert living_builds() == {folder.name}
        clear_up_after_dead_builds(engine)
        assert folder.exists()
        assert not (folder.parent / "killed").exists()
    assert living_builds() == frozenset()
