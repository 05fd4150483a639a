"""A task's image, layer upon layer; each is built once, whoever asks for it at the same time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from containers.base_image import base_reference, base_source, ensure_base
from containers.checkout import check_out
from containers.layer import Layer, OnLine, build_folder, build_layer, image_lock
from containers.pip_settings import read_pip_settings
from containers.recipe import (
    CA_BUNDLE,
    PIP_CONF,
    PIP_FOLDER,
    REQUIREMENTS,
    env_dockerfile,
    recipe_digest,
    task_dockerfile,
)
from task_specs.build_spec import Environment
from task_specs.errors import InputError
from task_specs.instance import Instance

if TYPE_CHECKING:
    from containers.engine import Engine

INSTANCE_LABEL = "swe-verify.instance"


def build_image(engine: Engine, instance: Instance, on_line: OnLine | None = None) -> str:
    """Build `instance.image` where it is not present, with the layers beneath; return it.

    `on_line` is called with each line that a build prints. Raises ImageBuildError for what the
    recipe's own commands do not do, InputError for a source that does not exist, and
    InfrastructureError for anything that cannot be reached. The instance has a `build`.
    """
    spec = instance.build
    if spec is None:
        raise ValueError(f"{instance.instance_id} has no recipe to build its image from")
    environment = ensure_environment(engine, spec.environment, on_line)
    with image_lock(instance.image, on_line):
        if engine.image(instance.image) is None:
            layer = Layer(
                kind="task",
                tag=instance.image,
                dockerfile=task_dockerfile(environment, spec.install),
                network=False,
                labels=((INSTANCE_LABEL, instance.instance_id),),
            )
            with build_folder(engine, on_line) as folder:
                try:
                    check_out(spec.source, folder / "repo")
                except InputError as error:
                    raise InputError(f"{instance.instance_id}: {error}") from error
                build_layer(engine, layer, folder, on_line)
    return instance.image


def image_parts(instance: Instance) -> tuple[str, ...]:
    """Return the images that an instance needs on the engine, each made from the next.

    One alone where it comes from a registry; the task's, its environment's, its base and what
    that is made from where it is built.
    """
    if instance.build is None:
        return (instance.image,)
    environment = instance.build.environment
    parts = (
        instance.image,
        environment_reference(environment),
        base_reference(environment),
        base_source(environment),
    )
    return tuple(dict.fromkeys(parts))


def environment_reference(environment: Environment) -> str:
    """Return the image that `ensure_environment` provides: a pure function of its recipe."""
    dockerfile, requirements = _recipe(environment)
    return f"swe-verify/env:{recipe_digest(dockerfile, requirements)}"


def ensure_environment(
    engine: Engine, environment: Environment, on_line: OnLine | None = None
) -> str:
    """Make an environment's image present; return its reference.

    It is named by everything it is made from, so tasks with equal environments share it.
    """
    dockerfile, requirements = _recipe(environment)
    tag = environment_reference(environment)
    with image_lock(tag, on_line):
        if engine.image(tag) is None:
            ensure_base(engine, environment, on_line)
            layer = Layer(kind="env", tag=tag, dockerfile=dockerfile, network=True)
            with build_folder(engine, on_line) as folder:
                _write_pip_files(folder / "pip", requirements)
                build_layer(engine, layer, folder, on_line)
    return tag


def _recipe(environment: Environment) -> tuple[str, str]:
    requirements = "".join(f"{requirement}\n" for requirement in environment.pip)
    return env_dockerfile(base_reference(environment)), requirements


def _write_pip_files(folder: Path, requirements: str) -> None:
    settings = read_pip_settings()
    folder.mkdir()
    certificates = None
    if settings.ca_bundle is not None:
        shutil.copyfile(settings.ca_bundle, folder / CA_BUNDLE)
        certificates = f"{PIP_FOLDER}/{CA_BUNDLE}"
    (folder / PIP_CONF).write_text(settings.conf_text(certificates))
    (folder / REQUIREMENTS).write_text(requirements)
