from __future__ import annotations

from pathlib import Path

import pytest

from task_specs.errors import InputError
from task_specs.task_file import TaskFile, read_task_file

SHA = "a" * 64
SMALLEST = f"""\
instance_id: owner__repo-1
problem_statement: It is wrong.
source:
  sdist: {{package: repo, version: 2.10, sha256: {SHA}}}
test_command: pytest -rA
log_parser: parse_log_pytest_v2
FAIL_TO_PASS: [test_x.py::test_a]
PASS_TO_PASS: []
"""


def read(tmp_path: Path, text: str) -> TaskFile:
    path = tmp_path / "task.yaml"
    path.write_text(text, encoding="utf-8")
    return read_task_file(path)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    return str(caught.value).removeprefix(f"{tmp_path}/task.yaml, ")


def test_the_smallest_task(tmp_path: Path) -> None:
    task = read(tmp_path, SMALLEST)
    assert task.source.sdist is not None
    assert task.source.sdist.version == "2.10"
    assert task.FAIL_TO_PASS == ("test_x.py::test_a",)
    assert task.environment.base == "debian:bookworm"
    assert task.network is None


def test_every_kind_of_value(tmp_path: Path) -> None:
    task = read(
        tmp_path,
        SMALLEST
        + "limits: {seconds: 1.5, memory: 2GiB, cpus: 1, pids: 256, output: 1024, disk: 1GiB}\n"
        "network: true\n"
        "created_at: 2021-05-18\n"
        "difficulty:\n"
        "expected_seconds: 90\n",
    )
    assert task.limits.model_dump() == {
        "seconds": 1.5,
        "memory": 2 * 2**30,
        "cpus": 1.0,
        "pids": 256,
        "output": 1024,
        "disk": 1024**3,
    }
    assert task.network is True
    assert task.created_at == "2021-05-18"
    assert task.difficulty == ""
    assert task.expected_seconds == 90.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("test_command: pytest -rA", "test_comand: pytest -rA\ntest_command: x"),
            "line 5: unknown key 'test_comand'; did you mean 'test_command'?",
        ),
        (
            ("FAIL_TO_PASS: [test_x.py::test_a]", "fail_to_pass: [x]\nFAIL_TO_PASS: [x]"),
            "line 7: unknown key 'fail_to_pass'; did you mean 'FAIL_TO_PASS'?",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits:\n  memry: 2GiB"),
            "line 10: unknown key 'memry' in limits; did you mean 'memory'?",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits:\n  xyz: 2GiB"),
            "line 10: unknown key 'xyz' in limits; "
            "known are seconds, memory, cpus, pids, output, disk",
        ),
        (("log_parser: parse_log_pytest_v2\n", ""), "line 1: log_parser is missing"),
        (("pytest -rA", ""), "line 5: test_command is empty"),
        ((f", sha256: {SHA}", ""), "line 4: source.sdist.sha256 is missing"),
        (
            (SHA, "abc"),
            "line 4: source.sdist.sha256 must be 64 hexadecimal digits in lower case",
        ),
        (("[test_x.py::test_a]", "[]"), "line 7: FAIL_TO_PASS must not be empty"),
        (("[test_x.py::test_a]", "test_a"), "line 7: FAIL_TO_PASS must be a list"),
        (("[test_x.py::test_a]", "\n  - a\n  -\n"), "line 9: FAIL_TO_PASS[1] must be text"),
        (("[test_x.py::test_a]", "\n  - a\n  - {b: c}"), "line 9: FAIL_TO_PASS[1] must be text"),
        (("It is wrong.", "'  '"), "line 2: problem_statement must not be empty"),
        (
            ("parse_log_pytest_v2", "pytest"),
            "line 6: log_parser must be the official name of a parser, such as parse_log_pytest_v2",
        ),
        (
            ("owner__repo-1", "owner/repo"),
            "line 1: instance_id may hold letters, digits, dots, dashes and underscores, the "
            "first a letter or digit",
        ),
        (
            ("owner__repo-1", "x" * 116),
            "line 1: instance_id must not be longer than 115 characters",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits: {memory: lots}"),
            "line 9: limits.memory 'lots' is not a size; write a number and a unit, such as 512MiB",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits: {seconds: 0}"),
            "line 9: limits.seconds must be more than 0",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits: {seconds: inf}"),
            "line 9: limits.seconds must be a finite number",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits: {pids: 1.5}"),
            "line 9: limits.pids must be a whole number",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nlimits: 60"),
            "line 9: limits must hold keys of its own: seconds, memory, cpus, pids, output, disk",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nnetwork: maybe"),
            "line 9: network must be true or false",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\neval_type: all"),
            "line 9: eval_type must be 'pass_and_fail' or 'fail_only'",
        ),
        (
            ("PASS_TO_PASS: []", "PASS_TO_PASS: []\nenvironment:\n  base: Debian"),
            "line 10: environment.base: 'Debian' is not an image reference; write it as "
            "[registry/]name[:tag][@digest], the name in lower case",
        ),
        (
            ("source:\n", f"source:\n  git: {{url: ., commit: {'a' * 40}}}\n"),
            "line 4: source must hold exactly one of sdist and git",
        ),
        (
            (
                f"sdist: {{package: repo, version: 2.10, sha256: {SHA}}}",
                "git: {url: ., commit: HEAD}",
            ),
            "line 4: source.git.commit must be a full commit hash: 40 hexadecimal digits in lower "
            "case",
        ),
    ],
)
def test_faults_name_line_and_key(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert SMALLEST.count(change[0]) >= 1
    assert refusal(tmp_path, SMALLEST.replace(*change)) == said


def test_of_several_faults_the_first_in_the_file_is_told(tmp_path: Path) -> None:
    text = SMALLEST.replace("It is wrong.", "").replace("[]", "none") + "colour: red\n"
    assert refusal(tmp_path, text) == "line 2: problem_statement is empty (and 2 more faults)"
