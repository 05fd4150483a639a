from __future__ import annotations

from pathlib import Path

import pytest

from task_specs.build_spec import BuildSpec, Environment, GitSource, SdistSource
from task_specs.errors import InputError
from task_specs.image_ref import built_image
from task_specs.limits import LimitOverrides
from task_specs.sources.task_dir import load_task_dirs

SHA = "a" * 64
COMMIT = "c" * 40
SDIST = f"sdist: {{package: tomli, version: '1.2.1', sha256: {SHA}}}"
GOLD = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+new\n"
TEST = GOLD.replace("x.py", "tests/test_x.py")


def write_task(
    folder: Path,
    instance_id: str = "one",
    source: str = SDIST,
    more: str = "",
    gold: str = GOLD,
    test: str = TEST,
) -> Path:
    folder.mkdir(parents=True)
    (folder / "task.yaml").write_text(
        f"instance_id: {instance_id}\n"
        "problem_statement: It is wrong.\n"
        f"source:\n  {source}\n"
        "test_command: pytest -rA\n"
        "log_parser: parse_log_pytest_v2\n"
        "FAIL_TO_PASS: [a]\n"
        f"PASS_TO_PASS: [b]\n{more}"
    )
    (folder / "gold.patch").write_bytes(gold.encode())
    (folder / "test.patch").write_bytes(test.encode())
    return folder


def test_a_task_becomes_an_instance(tmp_path: Path) -> None:
    more = (
        "environment: {pip: [pytest==8.3.4], apt: [make]}\n"
        "install: [pip install -e .]\n"
        "limits: {seconds: 60, memory: 1GiB}\n"
        "network: true\n"
        "difficulty: <15 min fix\n"
        "expected_seconds: 90\n"
    )
    folder = write_task(tmp_path / "a-task", more=more)

    dataset = load_task_dirs(folder)

    (instance,) = dataset.instances
    build = BuildSpec(
        source=SdistSource("tomli", "1.2.1", SHA),
        environment=Environment(apt=("make",), pip=("pytest==8.3.4",)),
        install=("pip install -e .",),
    )
    assert instance.build == build
    assert instance.image == built_image("one", build)
    assert instance.base_commit == "HEAD"
    assert (instance.repo, instance.version) == ("tomli", "1.2.1")
    assert (instance.patch, instance.test_patch) == (GOLD, TEST)
    assert (instance.FAIL_TO_PASS, instance.PASS_TO_PASS) == (("a",), ("b",))
    assert instance.limits == LimitOverrides(seconds=60, memory_bytes=2**30, network=True)
    assert instance.difficulty == "<15 min fix"
    assert instance.expected_seconds == 90.0
    assert "git --literal-pathspecs checkout HEAD -- tests/test_x.py" in instance.eval_script
    assert "\npytest -rA\n" in instance.eval_script
    assert (dataset.name, dataset.reference) == ("a-task", str(folder))


@pytest.mark.parametrize(
    ("url", "means", "repo"),
    [
        ("https://example.org/owner/click.git", "https://example.org/owner/click.git", "click"),
        ("git@example.org:owner/click.git", "git@example.org:owner/click.git", "click"),
        ("../repos/click/", "{tmp}/repos/click", "click"),
        ("/srv/click.git", "/srv/click.git", "click"),
    ],
)
def test_a_local_repository_is_found_from_the_task(
    tmp_path: Path, url: str, means: str, repo: str
) -> None:
    folder = write_task(tmp_path / "task", source=f"git: {{url: '{url}', commit: {COMMIT}}}")
    (instance,) = load_task_dirs(folder).instances
    assert instance.build is not None
    assert instance.build.source == GitSource(means.format(tmp=tmp_path), COMMIT)
    assert instance.base_commit == COMMIT
    assert (instance.repo, instance.version) == (repo, "")
    assert f"checkout {COMMIT} -- tests/test_x.py" in instance.eval_script


def test_tasks_are_found_up_to_two_folders_down(tmp_path: Path) -> None:
    write_task(tmp_path / "tasks" / "b", "two")
    write_task(tmp_path / "tasks" / "a", "one")
    write_task(tmp_path / "tasks" / "group" / "c", "three")
    write_task(tmp_path / "tasks" / "group" / "deep" / "d", "too-deep")
    write_task(tmp_path / "tasks" / ".git" / "e", "hidden")
    (tmp_path / "tasks" / "notes").mkdir()
    dataset = load_task_dirs(tmp_path / "tasks")
    assert [instance.instance_id for instance in dataset.instances] == ["one", "two", "three"]


def test_the_revision_is_of_the_contents_wherever_they_lie(tmp_path: Path) -> None:
    write_task(tmp_path / "here" / "a", "one")
    write_task(tmp_path / "here" / "b", "two")
    write_task(tmp_path / "there" / "z", "one")
    write_task(tmp_path / "there" / "group" / "y", "two")
    here = load_task_dirs(tmp_path / "here").revision
    assert here.startswith("sha256:")
    assert load_task_dirs(tmp_path / "there").revision == here
    for name in ("task.yaml", "gold.patch", "test.patch"):
        path = tmp_path / "here" / "a" / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert load_task_dirs(tmp_path / "here").revision != here, name
        path.write_bytes(before)


def test_line_endings_of_patches_are_kept(tmp_path: Path) -> None:
    gold = GOLD.replace("old\n", "old\r\n").replace("new\n", "new\r\n")
    folder = write_task(tmp_path / "task", gold=gold)
    assert load_task_dirs(folder).instances[0].patch == gold


def test_an_id_given_twice_names_both_files(tmp_path: Path) -> None:
    write_task(tmp_path / "a", "same")
    write_task(tmp_path / "b", "same")
    with pytest.raises(InputError) as caught:
        load_task_dirs(tmp_path)
    for part in ("a/task.yaml", "b/task.yaml", "same"):
        assert part in str(caught.value)


@pytest.mark.parametrize("name", ["gold.patch", "test.patch"])
def test_faults_of_a_patch_name_its_file(tmp_path: Path, name: str) -> None:
    folder = write_task(tmp_path / "task")
    path = folder / name
    faults = {
        b"": ": is empty; put the output of `git diff` in it",
        b" \n": ": is empty; put the output of `git diff` in it",
        b"words\n": ": holds no diff of any file; make it with `git diff`",
        GOLD.encode() + b"@@ -9,2 +9,2 @@\n one\n": ", line 8: not a valid patch (Hunk is shorter "
        "than expected); make it with `git diff`",
        GOLD.encode() + b"caf\xe9": ", line 7: not UTF-8; patches are kept as UTF-8",
    }
    for content, said in faults.items():
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load_task_dirs(tmp_path)
        assert str(caught.value) == f"{path}{said}"
    path.unlink()
    with pytest.raises(InputError, match=rf"{name}: no such file; every task needs one"):
        load_task_dirs(tmp_path)


def test_a_folder_without_tasks_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no task; a task is a folder with "):
        load_task_dirs(tmp_path)
    with pytest.raises(InputError, match="absent: no such folder"):
        load_task_dirs(tmp_path / "absent")
