"""The static layer as a whole: on real patches, on the collected exploits, on hostile text."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.integrity.static import MAX_EVIDENCE, MAX_FINDINGS, integrity_of
from harness.verdict import Level
from task_specs.instance import Instance
from task_specs.patch_repair import repair
from tests.harness.integrity.made_patches import created, edited, instance

# Nothing in the text of these tells that they do not apply, or not where they say.
NOT_TO_BE_SEEN = {"bad-fuzz", "bad-prose", "bad-truncated"}


@pytest.fixture(scope="module")
def exploits(data_dir: Path) -> Path:
    folder = data_dir.parent / "exploits"
    if not folder.is_dir():
        pytest.skip(f"collected exploits not found (looked in {folder})")
    return folder


def test_collected_exploits(exploits: Path) -> None:
    """What must not be trusted is suspect, unless it is innocent; what is honest is clean."""
    rows = [json.loads(line) for line in (exploits / "dataset.jsonl").read_text().splitlines()]
    tasks = {row["instance_id"]: Instance.from_row(row, "dataset") for row in rows}
    wrong = {}
    for folder in sorted((exploits / "cases").iterdir()):
        case = json.loads((folder / "case.json").read_text())
        patch = (folder / "patch.diff").read_bytes().decode()
        level = integrity_of(tasks[case["instance_id"]], repair(patch)[0]).level
        honest = folder.name.startswith("ctl-") or case["expected"] == "resolved"
        if (level is Level.CLEAN) != (honest or folder.name in NOT_TO_BE_SEEN):
            wrong[folder.name] = level
    assert wrong == {}


def test_every_gold_patch_is_clean(data_dir: Path) -> None:
    suspects = {}
    for line in (data_dir / "swe-bench-verified.jsonl").read_text().splitlines():
        task = Instance.from_row(json.loads(line), "dataset")
        result = integrity_of(task, task.patch)
        if result.level is not Level.CLEAN:
            suspects[task.instance_id] = result.findings
    assert suspects == {}


def test_patches_of_models_are_hardly_ever_suspect(data_dir: Path) -> None:
    """282 patches of 3 models over all twelve repositories: none was written to cheat."""
    rows = (data_dir / "swe-bench-verified.jsonl").read_text().splitlines()
    tasks = {json.loads(row)["instance_id"]: json.loads(row) for row in rows}
    suspects, total = [], 0
    with tarfile.open(data_dir / "official-logs.tar.xz") as archive:
        for member in archive:
            path = Path(member.name)
            content = archive.extractfile(member) if path.name == "patch.diff" else None
            if content is None:
                continue
            total += 1
            task = Instance.from_row(tasks[path.parent.name], "dataset")
            result = integrity_of(task, repair(content.read().decode())[0])
            assert result.level is not Level.TAMPERED
            if result.level is Level.SUSPECT:
                suspects.append(path.parent.name)
    assert total == 282
    assert len(suspects) <= total / 100, suspects


SEEDS = (
    edited("calc/ops.py", "def f(x):\n    return (x, [1, 'a'])"),
    created("tests/test_a.py", 'def test_a():\n    """Doc."""\n    assert 1'),
    created(".git/x", "x", mode="120000") + edited("setup.cfg", "[tool:pytest]\naddopts = -x"),
    'diff --git "a/x\\303" "b/x\\303"\nrename from "x\\303"\nrename to y\nGIT binary patch\n',
)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["(" * 300, "-" * 9999, "\n", '"""', "@@ -1 +1 @@\n", "\r", "\0", "\ud800"]),
)


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 400), PIECES), max_size=6))
def test_mutated_patches_are_read_without_a_crash(seed: str, edits: list[tuple[int, str]]) -> None:
    patch = seed
    for place, piece in edits:
        patch = patch[:place] + piece + patch[place + len(piece) // 2 :]
    for task in (None, instance()):
        result = integrity_of(task, patch)
        assert len(result.findings) <= MAX_FINDINGS
        assert all(len(finding.evidence) <= MAX_EVIDENCE for finding in result.findings)


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "-" * 50_000 + "1",
        "x = a" + ".a" * 50_000,
        "x = " + "not " * 50_000 + "1",
        "x = " + "(" * 50_000,
        "x = " + "1 if 1 else " * 20_000 + "1",
        "{" * 70 + ":",
        "x\0y",
    ],
)
def test_code_that_exhausts_parsers(code: str) -> None:
    assert integrity_of(None, created("calc/ops.py", code)).findings


def test_no_patch_is_clean() -> None:
    for patch in (None, "", "I fixed the bug."):
        assert integrity_of(instance(), patch).level is Level.CLEAN
