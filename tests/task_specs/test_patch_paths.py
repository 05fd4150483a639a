from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from task_specs.errors import InputError
from task_specs.patch_paths import TouchedFile, touched_files

HUNK = "@@ -1 +1 @@\n-old\n+new\n"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return result.stdout


def test_every_kind_of_change_as_git_writes_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    long = "".join(f"line {number}\n" for number in range(20))
    for name in ("changed.py", "deleted.py", "moved.py", "sp ace.py", "täst.py", 'qu"ote.py'):
        (tmp_path / name).write_text(f"{name}\n{long}")
    (tmp_path / "picture.bin").write_bytes(bytes(range(256)))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=base")
    for name in ("changed.py", "sp ace.py", "täst.py", 'qu"ote.py'):
        (tmp_path / name).write_text(f"{name}\n{long}more\n")
    (tmp_path / "deleted.py").unlink()
    (tmp_path / "moved.py").rename(tmp_path / "to here.py")
    (tmp_path / "picture.bin").write_bytes(bytes(reversed(range(256))))
    (tmp_path / "new.py").write_text("")
    git(tmp_path, "add", ".")

    patch = git(tmp_path, "diff", "--cached", "--binary")

    assert set(touched_files(patch, "here")) == {
        TouchedFile("changed.py", "changed.py"),
        TouchedFile("deleted.py", None),
        TouchedFile("moved.py", "to here.py"),
        TouchedFile("sp ace.py", "sp ace.py"),
        TouchedFile("täst.py", "täst.py"),
        TouchedFile('qu"ote.py', 'qu"ote.py'),
        TouchedFile("picture.bin", "picture.bin"),
        TouchedFile(None, "new.py"),
    }


def test_reads_all_patches_of_verified(data_dir: Path) -> None:
    for line in (data_dir / "swe-bench-verified.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for column in ("patch", "test_patch"):
            files = touched_files(row[column], row["instance_id"])
            assert len(files) == row[column].count("\ndiff --git ") + 1


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ("", r"holds no diff of any file"),
        ("Here is the fix.\n", r"holds no diff of any file"),
        (
            f"--- a/x.py\n+++ b/x.py\n{HUNK}@@ -9,3 +9,3 @@\n one\n",
            r"line 7: not a valid patch \(Hunk is shorter than expected\)",
        ),
        (
            "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-old\nold\n",
            r"line 5: not a valid patch \(Hunk diff line expected: old\)",
        ),
        (
            f"diff --git x.py x.py\n--- x.py\n+++ x.py\n{HUNK}",
            r"the file name 'x.py' lacks the prefix 'a/'",
        ),
        (
            f"--- a/../x.py\n+++ b/../x.py\n{HUNK}",
            r"the file name 'a/../x.py' leads out of the repository",
        ),
        (f"--- a//etc/x\n+++ b//etc/x\n{HUNK}", r"'a//etc/x' leads out of the repository"),
        (f'--- "a/t\\303.py"\n+++ "b/t\\303.py"\n{HUNK}', r"is not UTF-8; rename the file"),
    ],
)
def test_faults_name_the_patch_and_where_known_the_line(patch: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"^x/test\.patch(, |: |.*){said}"):
        touched_files(patch, "x/test.patch")


@pytest.mark.parametrize("inside", ["\x0c", "\r", "\x85", "\u2028"])
def test_only_a_newline_ends_a_line(inside: str) -> None:
    """Python's splitlines() makes two lines of one here, and so an invalid patch of a valid one."""
    patch = f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old{inside}page\n+new{inside}page\n"
    assert touched_files(patch, "here") == (TouchedFile("x.py", "x.py"),)


@pytest.mark.parametrize(
    "line",
    [
        f"@@ -{'9' * 5000} +1 @@",
        "diff --git " + "://" * 500 + " " * 2000,
        "Binary files " + " and " * 100_000,
    ],
)
def test_what_the_reader_cannot_bear_is_a_fault_of_its_line(line: str) -> None:
    """Python refuses numbers of 5000 digits; unidiff takes hours for the other two."""
    with pytest.raises(InputError, match=r"^x/test\.patch, line 3: not a "):
        touched_files(f"--- a/x\n+++ b/x\n{line}\n", "x/test.patch")
