"""Real images of small tasks, built and looked into."""

import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from containers.build import build_image
from containers.engine import Engine
from harness.sandbox import InfrastructureError
from task_specs.build_spec import BuildSpec, Environment, GitSource, SdistSource, Source
from task_specs.cache_dir import cache_dir
from task_specs.errors import InputError
from task_specs.instance import Instance
from tests.containers.made_sdists import sdist_bytes, sha256

INSTALL = ("echo 'marker = 1' > installed_by_install.py", "pip --version", "echo x >> mod.py")
PROJECT = sdist_bytes("pkg-1.0", {"mod.py": b"x = 1\n", ".gitignore": b"*.cfg\n", "a.cfg": b"1"})
SECRET = "s3cret-of-the-index"


def instance(source: Source, install: tuple[str, ...] = ()) -> Instance:
    return Instance(
        instance_id="test__built",
        repo="test/built",
        base_commit="HEAD",
        patch="",
        test_patch="",
        FAIL_TO_PASS=(),
        PASS_TO_PASS=(),
        image=f"swe-verify-test/task:{uuid.uuid4().hex[:8]}",
        eval_script="",
        log_parser="parse_log_pytest_v2",
        build=BuildSpec(source, Environment(), install),
    )


@pytest.fixture
def sdist() -> SdistSource:
    source = SdistSource("pkg", "1.0", sha256(PROJECT))
    (cache_dir("sdists") / f"{source.sha256}.sdist").write_bytes(PROJECT)
    return source


@pytest.fixture
def built(engine: Engine) -> Iterator[Callable[[Instance], str]]:
    """Builds images that are gone after the test."""
    references: list[str] = []

    def build(task: Instance) -> str:
        references.append(task.image)
        return build_image(engine, task)

    yield build
    for reference in references:
        engine.remove_image(reference)


def inside(engine: Engine, image: str, script: str) -> str:
    """Run a script in a container without network; return what it prints."""
    container = engine.create(
        {
            "Image": image,
            "Cmd": ["bash", "-c", f"({script}) >&2"],
            "HostConfig": {"NetworkMode": "none"},
            "AttachStderr": True,
        },
        name=f"swe-verify-test-{uuid.uuid4().hex[:8]}",
    )
    try:
        stream = engine.attach(container)
        engine.start(container)
        return b"".join(stream).decode().strip()
    finally:
        engine.remove(container)


@pytest.mark.engine
def test_a_task_of_an_sdist_is_ready_for_its_tests(
    engine: Engine,
    built: Callable[[Instance], str],
    sdist: SdistSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"http://user:{SECRET}@127.0.0.1:9/simple")
    image = built(instance(sdist, INSTALL))

    assert inside(engine, image, "pwd; git status --porcelain; cat mod.py a.cfg") == (
        "/testbed\nx = 1\n1"
    )
    assert inside(engine, image, "git clean -fd; python -c 'import installed_by_install'") == ""
    assert (
        inside(engine, image, "command -v python patch") == "/opt/venv/bin/python\n/usr/bin/patch"
    )
    search = f"grep -rl {SECRET} / --exclude-dir=proc --exclude-dir=sys; ls /run/swe-verify"
    assert "No such file" in inside(engine, image, search).splitlines()[-1]
    assert len(inside(engine, image, search).splitlines()) == 1


@pytest.mark.engine
def test_a_task_of_a_repository_holds_no_later_history(
    engine: Engine, built: Callable[[Instance], str], tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=n", "-c", "user.email=e")
        return subprocess.run(
            ["git", *identity, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    git("init", "--quiet")
    commits = []
    for number in range(2):
        (tmp_path / "f").write_text(f"{number}\n")
        git("add", "f")
        git("commit", "--quiet", "-m", str(number))
        commits.append(git("rev-parse", "HEAD"))

    image = built(instance(GitSource(str(tmp_path), commits[0])))

    assert inside(engine, image, "git rev-parse HEAD; git rev-list --all --count; cat f") == (
        f"{commits[0]}\n1\n0"
    )
    assert "Not a valid object" in inside(engine, image, f"git cat-file -p {commits[1]}")
    restored = f"echo 7 > f; git checkout {commits[0]} f; cat f"
    assert inside(engine, image, restored).splitlines()[-1] == "0"


@pytest.mark.engine
def test_threads_that_want_one_image_build_it_once(engine: Engine, sdist: SdistSource) -> None:
    task = instance(sdist, ("echo building",))
    lines: list[str] = []
    done: list[str] = []
    threads = [
        Thread(target=lambda: done.append(build_image(engine, task, lines.append)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.remove_image(task.image)

    assert done == [task.image] * 3
    assert lines.count("building") == 1


@pytest.mark.engine
def test_the_installation_has_no_network(
    engine: Engine, built: Callable[[Instance], str], sdist: SdistSource
) -> None:
    """What an installation downloads today it may not be able to download tomorrow."""
    with pytest.raises(InfrastructureError, match="No matching distribution found for pytest"):
        built(instance(sdist, ("pip install pytest",)))


@pytest.mark.engine
def test_a_source_that_does_not_exist_is_named_with_its_task(
    engine: Engine, built: Callable[[Instance], str]
) -> None:
    with pytest.raises(InputError, match=r"^test__built: source\.git\.url: cannot read /nowhere"):
        built(instance(GitSource("/nowhere", "0" * 40)))
