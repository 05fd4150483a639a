"""How much disk the engine uses, and how much is left for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from containers.engine import Engine
from containers.engine_facts import EngineInfo


def disk_used(engine: Engine) -> int:
    """Return the bytes of image layers (shared ones once), containers and build cache.

    As the engine counts them: the content of files, which on disk takes some 10 to 15 % more.
    Takes 0.1 s where few containers are there, and longer the more files those have written.
    """
    usage = engine.disk_usage()
    return usage.layers_bytes + usage.containers_bytes + usage.build_cache_bytes


def disk_free(engine: Engine) -> int | None:
    """Return the bytes that are free where the engine keeps images and containers.

    None where that cannot be seen from here.
    """
    storage = storage_here(engine, engine.info())
    return None if storage is None else shutil.disk_usage(storage).free


def storage_here(engine: Engine, info: EngineInfo) -> Path | None:
    """Return the folder of this machine where the engine keeps images and containers.

    None where there is none: the engine is on another machine, or in a virtual one, whose folders
    may well have the names of this machine's.
    """
    here = engine.through_local_socket and info.kernel == os.uname().release
    return Path(info.root_dir) if here and Path(info.root_dir).is_dir() else None
