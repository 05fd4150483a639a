"""Removes what a run left on the engine: one that died, or this one, at its end."""

from __future__ import annotations

from collections.abc import Mapping

from containers.engine import Engine
from containers.engine_facts import ContainerInfo
from containers.labels import OWNER_LABEL, RUN_LABEL, Owner


def orphans(engine: Engine) -> list[ContainerInfo]:
    """Return the containers whose run is dead.

    Dead is what this machine can see to be dead. Containers of living runs, of runs on other
    machines that use the same engine, and of anything else than swe-verify are not among them.
    """
    return [found for found in engine.containers(OWNER_LABEL) if _is_orphan(found)]


def reap(engine: Engine) -> list[ContainerInfo]:
    """Remove the containers whose run is dead, and return them."""
    found = orphans(engine)
    for orphan in found:
        engine.remove(orphan.id)
    return found


def remove_own(engine: Engine, labels: Mapping[str, str]) -> None:
    """Remove every container with the `run_labels` that this process gave to a run of its own."""
    owner = (OWNER_LABEL, labels[OWNER_LABEL])
    for found in engine.containers(f"{RUN_LABEL}={labels[RUN_LABEL]}"):
        if owner in found.labels:
            engine.remove(found.id)


def _is_orphan(container: ContainerInfo) -> bool:
    owner = Owner.parse(dict(container.labels)[OWNER_LABEL])
    return owner is not None and owner.is_dead(container_running=container.running)
