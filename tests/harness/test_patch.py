"""Reading patches, good and bad."""

from __future__ import annotations

import json
import lzma
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.patch import PatchSummary, summarize_patch

PATCH = """\
diff --git a/src/a.py b/src/a.py
index 1111111..2222222 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,3 +1,4 @@
 one
-two
+2
+zwei
 three
diff --git a/tests/test_a.py b/tests/test_a.py
new file mode 100644
--- /dev/null
+++ b/tests/test_a.py
@@ -0,0 +1 @@
+def test_a(): pass
diff --git a/old name.py b/new name.py
similarity index 100%
rename from old name.py
rename to new name.py
diff --git a/logo.png b/logo.png
index 1111111..2222222 100644
Binary files a/logo.png and b/logo.png differ
"""


def test_a_patch_in_figures() -> None:
    summary = summarize_patch(PATCH)
    assert summary == PatchSummary(
        files=("src/a.py", "tests/test_a.py", "old name.py", "new name.py", "logo.png"),
        added_lines=3,
        removed_lines=1,
        binary_files=("logo.png",),
    )
    assert summary.test_files == ("tests/test_a.py",)


def test_what_git_writes_is_read(tmp_path: Path) -> None:
    """Deleted, made executable, binary, with a name that git quotes."""

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=n", "-c", "user.email=e")
        return subprocess.run(
            ["git", *identity, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    git("init", "-q")
    for name in ("gone.py", "mode.sh", "é\t.py"):
        (tmp_path / name).write_text("line\n")
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    git("add", ".")
    git("commit", "-qm", "base")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "mode.sh").chmod(0o755)
    (tmp_path / "é\t.py").write_text("other\n")
    (tmp_path / "data.bin").write_bytes(b"\0\2")
    summary = summarize_patch(git("diff", "--binary"))
    assert set(summary.files) == {"gone.py", "mode.sh", "é\t.py", "data.bin"}
    assert summary.binary_files == ("data.bin",)
    assert (summary.added_lines, summary.removed_lines, summary.problem) == (1, 2, "")


def test_a_broken_hunk_is_told_with_the_files_it_was_for() -> None:
    """GNU patch can make something of a hunk that a strict reader refuses."""
    broken = PATCH.replace("-1,3 +1,4", "-1,9 +1,9")
    summary = summarize_patch(broken)
    assert summary.problem
    assert summary.files == ("src/a.py", "tests/test_a.py")


def test_a_number_beyond_all_numbers_is_told() -> None:
    """Python refuses to read one of more than 4300 digits."""
    summary = summarize_patch(f"--- a/x\n+++ b/x\n@@ -{'9' * 5000} +1 @@\n+y\n")
    assert summary.problem
    assert summary.files == ("x",)


@pytest.mark.parametrize("text", ["I cannot solve this.", "{}", "\0\1\2", "@@ -1 +1 @@\n+x\n"])
def test_what_is_no_patch_is_told(text: str) -> None:
    summary = summarize_patch(text)
    assert summary.files == ()
    assert summary.problem


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_nothing_is_no_problem(text: str) -> None:
    assert summarize_patch(text) == PatchSummary()


LINES = st.sampled_from(
    [
        *("diff --git a/x b/x", 'diff --git "a/\\303" "b/\\x"', "--- a/x", "+++ b/x", "--- "),
        *('--- "a/\\x"', '+++ "\\303"', "+++ /dev/null", "@@ -1,2 +1,2 @@", "@@ -1 +1 @@"),
        *("@@ -" + "9" * 5000 + " +1 @@", "+a", "-a", " a", "\\ No newline at end of file", ""),
        *("GIT binary patch", "literal 5", "rename from \ud800", "Binary files a and b differ"),
        *("new file mode 100644", "deleted file mode 100644", "rename to y", "\r", "\0"),
    ]
)


@given(st.lists(LINES).map("\n".join) | st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    summary = summarize_patch(text)
    assert set(summary.binary_files) <= set(summary.files)


def test_every_published_patch_is_read(data_dir: Path) -> None:
    with (data_dir / "swe-bench-verified.jsonl").open(encoding="utf-8") as rows:
        instances = [json.loads(row) for row in rows]
    with lzma.open(data_dir / "swe-bench-multimodal-dev.jsonl.xz", "rt", encoding="utf-8") as rows:
        instances += [json.loads(row) for row in rows]
    for instance in instances:
        for column in ("patch", "test_patch"):
            summary = summarize_patch(instance[column])
            assert summary.problem == ""
            assert summary.files


@pytest.mark.parametrize(
    "line",
    [
        "diff --git " + "://" * 500 + " " * 2000,
        "diff --git x://y " + "://a " * 200_000,
        "Binary files " + " and " * 200_000,
        "Binary file a" + " and b" * 200_000,
    ],
)
def test_lines_that_git_never_writes_take_no_time(line: str) -> None:
    """unidiff tries every way to cut them in two: cubic time, hours for four kilobytes."""
    summary = summarize_patch(f"{PATCH}{line}\n")
    assert summary.problem == f"line {PATCH.count(chr(10)) + 1} is not one that git writes"
    assert summary.files == ("src/a.py", "tests/test_a.py")


def test_names_with_the_words_of_such_lines_are_read() -> None:
    line = "Binary files a/salt and pepper and x b/salt and pepper and x differ\n"
    hunk = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+http://b and c\n"
    text = f"diff --git a/s and p b/s and p\n{line}{hunk}"
    assert summarize_patch(text).problem == ""
