"""The base image: Debian with Python, git and patch, from a registry or from its packages."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING

from containers.errors import says_disk_full
from containers.host_packages import can_install, install_packages
from containers.layer import (
    LAYER_LABEL,
    Layer,
    OnLine,
    build_folder,
    build_layer,
    image_lock,
)
from containers.recipe import (
    BASE_LANG,
    BASE_PACKAGES,
    BASE_PATH,
    base_dockerfile,
    recipe_digest,
)
from harness.sandbox import InfrastructureError
from task_specs.build_spec import Environment

if TYPE_CHECKING:
    from containers.engine import Engine
    from containers.engine_events import PullProgress

_DEBIAN_PREFIX = "debian:"
_SUITE = "bookworm"
DEBIAN = f"{_DEBIAN_PREFIX}{_SUITE}"
"""The base that can be made without a registry, and that has Python, git and patch added."""

_REGISTRY_SECONDS = 10.0
"""How long a registry may take to say anything before it counts as out of reach."""

_PAUSE_SECONDS = 0.5

_LEFT_OUT = tuple(
    f"--dpkgopt=path-exclude=/usr/share/{kind}/*" for kind in ("doc", "info", "locale", "man")
)

_FORGET_THIS_MACHINE = (
    'rm -f "$1"/etc/apt/sources.list "$1"/etc/resolv.conf "$1"/etc/hostname',
    'rm -rf "$1"/var/cache/* "$1"/var/log/*',
)
"""Run on the finished tree: neither its mirror nor its name servers belong into an image."""

_DEBIAN_ARCHITECTURES = {"x86_64": "amd64"}


def base_reference(environment: Environment) -> str:
    """Return the image that `ensure_base` provides for an environment: a pure function of it."""
    packages = _packages(environment)
    if not packages:
        return environment.base
    name = _SUITE if environment.base == DEBIAN else "custom"
    digest = recipe_digest(
        base_dockerfile(environment.base, packages), *_LEFT_OUT, *_FORGET_THIS_MACHINE
    )
    return f"swe-verify/base:{name}-{digest}"


def base_source(environment: Environment) -> str:
    """Return the image that a registry has, and that `ensure_base` starts from if it can."""
    return f"{DEBIAN}-slim" if environment.base == DEBIAN else environment.base


def ensure_base(engine: Engine, environment: Environment, on_line: OnLine | None = None) -> str:
    """Make an environment's base image present; return its reference.

    `debian:bookworm` is pulled as `debian:bookworm-slim` and its packages are added; where that
    fails, as on a machine without a registry, the same is made from Debian's packages. Any
    other base is taken as it is, present or pulled, with the environment's packages added.
    """
    reference = base_reference(environment)
    with image_lock(reference, on_line):
        if engine.image(reference) is not None:
            return reference
        if environment.base != DEBIAN:
            if engine.image(environment.base) is None:
                _pull(engine, environment.base, on_line)
            if reference != environment.base:
                _add_packages(engine, environment.base, environment, on_line)
            return reference
        try:
            _pull_promptly(engine, base_source(environment), on_line)
            _add_packages(engine, base_source(environment), environment, on_line)
        except InfrastructureError as error:
            if error.kind == "disk_full":
                raise  # which the other way would find full, too
            if on_line is not None:
                on_line(f"making {reference} from Debian's packages, in about a minute: {error}")
            _from_packages(engine, environment, on_line)
    return reference


def _packages(environment: Environment) -> tuple[str, ...]:
    own = BASE_PACKAGES if environment.base == DEBIAN else ()
    return tuple(sorted({*own, *environment.apt}))


def _add_packages(
    engine: Engine, image: str, environment: Environment, on_line: OnLine | None
) -> None:
    layer = Layer(
        kind="base",
        tag=base_reference(environment),
        dockerfile=base_dockerfile(image, _packages(environment)),
        network=True,
    )
    with build_folder(engine, on_line) as folder:
        build_layer(engine, layer, folder, on_line)


def _pull(engine: Engine, reference: str, on_line: OnLine | None) -> None:
    def progressed(progress: PullProgress) -> None:
        if on_line is not None:
            on_line(progress.text)

    engine.pull(reference, progressed)


def _pull_promptly(engine: Engine, reference: str, on_line: OnLine | None) -> None:
    """Pull an image, giving up on a registry that does not even begin to answer."""
    if engine.image(reference) is not None:
        return
    answered, abandoned, ended = Event(), Event(), Event()
    failures: list[InfrastructureError] = []

    def progressed(_: object) -> None:
        answered.set()
        if abandoned.is_set():
            raise InfrastructureError("registry_unreachable", f"the pull of {reference} was left")

    def pull() -> None:
        try:
            engine.pull(reference, progressed)
        except InfrastructureError as error:
            failures.append(error)
        finally:
            ended.set()

    Thread(target=pull, daemon=True, name=f"pull {reference}").start()
    deadline = time.monotonic() + _REGISTRY_SECONDS
    try:
        while not ended.wait(_PAUSE_SECONDS):
            if not answered.is_set() and time.monotonic() > deadline:
                raise InfrastructureError(
                    "registry_unreachable",
                    f"no registry answered within {_REGISTRY_SECONDS:.0f} s when asked "
                    f"for {reference}",
                )
            if on_line is not None:  # which gives whoever listens the chance to call it off
                on_line(f"pulling {reference}")
    except BaseException:
        abandoned.set()
        raise
    if failures:
        raise failures[0]


def _from_packages(engine: Engine, environment: Environment, on_line: OnLine | None) -> None:
    if shutil.which("mmdebstrap") is None:
        if not can_install():
            raise InfrastructureError(
                "base_image_unavailable",
                f"{DEBIAN} can neither be pulled nor be made from Debian's packages: let the "
                "engine reach a registry, or install mmdebstrap",
                retryable=False,
            )
        install_packages(["mmdebstrap", "debian-archive-keyring"], on_line)
    with build_folder(engine, on_line) as folder:
        rootfs = folder / "rootfs.tar"
        _mmdebstrap(rootfs, _packages(environment), engine.info().architecture, on_line)
        engine.import_rootfs(
            rootfs,
            tag=base_reference(environment),
            labels={LAYER_LABEL: "base"},
            changes=[f"ENV PATH={BASE_PATH}", f"ENV LANG={BASE_LANG}", 'CMD ["bash"]'],
        )


def _mmdebstrap(
    rootfs: Path, packages: Sequence[str], architecture: str, on_line: OnLine | None
) -> None:
    command = [
        # A mount namespace of its own: however it ends, its mounts of /proc and /dev go with it.
        *(("unshare", "--mount", "--") if os.geteuid() == 0 else ()),
        "mmdebstrap",
        "--variant=minbase",
        f"--architectures={_DEBIAN_ARCHITECTURES.get(architecture, architecture)}",
        f"--include={','.join(packages)}",
        *_LEFT_OUT,
        *(f"--customize-hook={hook}" for hook in _FORGET_THIS_MACHINE),
        _SUITE,
        str(rootfs),
        *_host_sources(),
    ]
    errors = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, "TMPDIR": str(rootfs.parent)},  # a folder that is removed in any case
        start_new_session=True,
    ) as process:
        try:
            for line in _lines_with_pauses(process):
                if line.startswith("E: "):
                    errors.append(line.removeprefix("E: ").strip())
                elif on_line is not None:
                    on_line(line.removeprefix("I: ").strip())
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # `on_line` called the work off
            raise
    if process.returncode != 0:
        complaint = errors[0] if errors else f"mmdebstrap ended with {process.returncode}"
        full = any(map(says_disk_full, errors))
        raise InfrastructureError(
            "disk_full" if full else "base_image_unavailable",
            f"{DEBIAN} can neither be pulled nor be made from Debian's packages: {complaint}",
            retryable=not full,
        )


def _lines_with_pauses(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield what a process says, and once in a while its last line again.

    It can work silently for long; the repetition gives whoever listens the chance to call it off.
    """
    assert process.stderr is not None
    stderr, lines = process.stderr, Queue[str | None]()

    def listen() -> None:
        for line in stderr:
            lines.put(line)
        lines.put(None)

    Thread(target=listen, daemon=True, name="mmdebstrap").start()
    last = "I: at work"
    while True:
        with suppress(Empty):
            said = lines.get(timeout=_PAUSE_SECONDS)
            if said is None:
                return
            last = said
        yield last


def _host_sources() -> list[str]:
    """Return this machine's own mirrors of the suite, if it has any, as lines of sources.list.

    None of them means the mirrors that mmdebstrap knows itself.
    """
    listing = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "deb $(REPO_URI) $(CODENAME) $(COMPONENT)",
            "Created-By: Packages",
            "Origin: Debian",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = {_SUITE, f"{_SUITE}-updates", f"{_SUITE}-security"}
    lines = [line for line in listing.stdout.splitlines() if line.split()[2] in ours]
    return sorted(set(lines)) if any(line.split()[2] == _SUITE for line in lines) else []
