"""Task directories: one's own tasks, each a folder with task.yaml, gold.patch and test.patch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from task_specs.build_spec import BuildSpec, Environment, GitSource, SdistSource, Source
from task_specs.dataset import Dataset, distinct
from task_specs.errors import InputError
from task_specs.image_ref import built_image
from task_specs.instance import Instance
from task_specs.limits import LimitOverrides
from task_specs.patch_paths import touched_files
from task_specs.task_script import task_script

if TYPE_CHECKING:
    from task_specs.task_file import LimitKeys, SourceKeys, TaskFile

_TASK = "task.yaml"
_GOLD = "gold.patch"
_TEST = "test.patch"
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/]+:")
"""A URL, or the short form host:path; git takes anything else for a local path."""


def load_task_dirs(folder: Path) -> Dataset:
    """Read the task that `folder` is, or every task in it or one folder further down.

    The revision is taken over the files' contents alone, so that the same tasks have the same
    revision wherever they lie. Raises InputError for the first fault in any of them, for an id
    given twice, and where there is no task at all.
    """
    files = _task_files(folder)
    tasks = [_read_task(path) for path in files]
    instances = distinct((str(task.path), task.instance) for task in tasks)
    return Dataset(
        reference=str(folder),
        name=folder.resolve().name,
        revision=_revision(tasks),
        instances=instances,
    )


def _task_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name one that holds task directories")
    here = folder / _TASK
    if here.is_file():
        return [here]
    found = [
        path
        for pattern in (f"*/{_TASK}", f"*/*/{_TASK}")
        for path in folder.glob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise InputError(
            f"{folder}: holds no task; a task is a folder with {_TASK}, {_GOLD} and {_TEST}"
        )
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _Task:
    path: Path
    content: bytes
    """What the three files hold, as one."""
    instance: Instance


def _read_task(path: Path) -> _Task:
    from task_specs.task_file import read_task_file

    task = read_task_file(path)
    folder = path.parent
    gold = _read_patch(folder / _GOLD)
    touched_files(gold, str(folder / _GOLD))
    test = _read_patch(folder / _TEST)
    content = b"".join(
        hashlib.sha256(part).digest() for part in (path.read_bytes(), gold.encode(), test.encode())
    )
    return _Task(path, content, _instance(task, gold, test, folder))


def _read_patch(path: Path) -> str:
    try:
        # Not read_text: it would turn the CRLF of a patched file into LF.
        patch = path.read_bytes().decode()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; every task needs one") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; patches are kept as UTF-8") from None
    if not patch.strip():
        raise InputError(f"{path}: is empty; put the output of `git diff` in it")
    return patch


def _instance(task: TaskFile, gold: str, test: str, folder: Path) -> Instance:
    build = BuildSpec(
        source=_source(task.source, folder),
        environment=Environment(
            base=task.environment.base,
            apt=task.environment.apt,
            pip=task.environment.pip,
        ),
        install=task.install,
    )
    # An sdist becomes a repository of one commit, whose hash nobody needs to write down.
    base_commit = build.source.commit if isinstance(build.source, GitSource) else "HEAD"
    return Instance(
        instance_id=task.instance_id,
        repo=task.repo or _default_repo(build.source),
        base_commit=base_commit,
        patch=gold,
        test_patch=test,
        FAIL_TO_PASS=task.FAIL_TO_PASS,
        PASS_TO_PASS=task.PASS_TO_PASS,
        image=built_image(task.instance_id, build),
        eval_script=task_script(base_commit, test, task.test_command, str(folder / _TEST)),
        log_parser=task.log_parser,
        eval_type=task.eval_type,
        version=task.version or _default_version(build.source),
        problem_statement=task.problem_statement,
        created_at=task.created_at,
        difficulty=task.difficulty,
        expected_seconds=task.expected_seconds,
        build=build,
        limits=_limits(task.limits, task.network),
    )


def _source(keys: SourceKeys, folder: Path) -> Source:
    if keys.sdist is not None:
        return SdistSource(keys.sdist.package, keys.sdist.version, keys.sdist.sha256)
    assert keys.git is not None  # a task file holds exactly one of the two
    return GitSource(_absolute(keys.git.url, folder), keys.git.commit)


def _absolute(url: str, folder: Path) -> str:
    if _REMOTE.match(url):
        return url
    return str((folder / Path(url).expanduser()).resolve())


def _limits(keys: LimitKeys, network: bool | None) -> LimitOverrides:
    return LimitOverrides(
        seconds=keys.seconds,
        memory_bytes=keys.memory,
        cpus=keys.cpus,
        pids=keys.pids,
        output_bytes=keys.output,
        disk_bytes=keys.disk,
        network=network,
    )


def _default_repo(source: Source) -> str:
    if isinstance(source, SdistSource):
        return source.package
    return re.split(r"[/:]", source.url.rstrip("/"))[-1].removesuffix(".git")


def _default_version(source: Source) -> str:
    return source.version if isinstance(source, SdistSource) else ""


def _revision(tasks: Iterable[_Task]) -> str:
    """Hash the tasks in the order of their ids, whatever their folders are called."""
    whole = hashlib.sha256()
    for task in sorted(tasks, key=lambda task: task.instance.instance_id):
        whole.update(task.content)
    return f"sha256:{whole.hexdigest()}"
