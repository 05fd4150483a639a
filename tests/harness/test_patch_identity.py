"""Patches with one identity share one evaluation, so they had better do the same.

The judge is `git apply` itself, on a tree with files of every kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.patch_identity import patch_identity

LINES = ["alpha", "", "gamma", "index 1111111..2222222 100644", "epsilon", "@@ -1 +1 @@"]
CHANGED = ["alpha", "", "GAMMA", "index 3333333..4444444 100644", "epsilon", "@@ -1 +1 @@"]


@contextmanager
def a_tree() -> Iterator[Path]:
    """A repository with a plain file, one without a final newline, a program, a link, a picture."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "plain.txt").write_text("\n".join(LINES) + "\n")
        (root / "cut.txt").write_text("target")
        (root / "program.sh").write_text("\n".join(LINES) + "\n")
        (root / "program.sh").chmod(0o755)
        (root / "link").symlink_to("target")
        (root / "picture").write_bytes(bytes(range(256)))
        git(root, "init", "-q")
        git(root, "add", ".")
        git(root, "commit", "-qm", "base")
        yield root


def git(root: Path, *arguments: str, patch: str | None = None) -> subprocess.CompletedProcess[str]:
    clean = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    person = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
    mail = {f"GIT_{who}_EMAIL": "x@x" for who in ("AUTHOR", "COMMITTER")}
    return subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **clean, **person, **mail},
        input=patch,
        capture_output=True,
        text=True,
        check=patch is None,
    )


def effect(root: Path, patch: str) -> dict[str, object] | None:
    """What `git apply` makes of the tree, which is put back then; None where it refuses."""
    if git(root, "apply", "-", patch=patch).returncode != 0:
        return None
    made: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        if ".git" not in path.parts and not path.is_dir():
            content = path.readlink() if path.is_symlink() else path.read_bytes()
            made[path.name] = path.lstat().st_mode, content
    git(root, "reset", "-q", "--hard")
    git(root, "clean", "-fdqx")
    return made


def diff_of(root: Path, *options: str) -> str:
    """The patch for what was changed in the tree, which is put back then."""
    git(root, "add", "-A")
    patch = git(root, "diff", "--cached", "--binary", *options).stdout
    git(root, "reset", "-q", "--hard")
    return patch


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    with a_tree() as root:
        yield root


@pytest.fixture(scope="module")
def real_patches(tree: Path) -> dict[str, str]:
    """A patch of every kind that git makes, by name."""
    patches = {}
    (tree / "plain.txt").write_text("\n".join(CHANGED) + "\n")
    patches["changed"] = diff_of(tree)
    (tree / "plain.txt").write_text("\n".join([*LINES, "", "", ""]) + "\n")
    patches["blank lines added"] = diff_of(tree)
    (tree / "plain.txt").write_text("\n".join(["first", *LINES[2:]]) + "\n")
    patches["blank context"] = diff_of(tree, "-U1")
    (tree / "cut.txt").write_text("other")
    patches["without final newline"] = diff_of(tree)
    (tree / "empty.py").touch()
    patches["empty file"] = diff_of(tree)
    (tree / "new.py").write_text("print()\n")
    patches["new file"] = diff_of(tree)
    (tree / "plain.txt").unlink()
    patches["deleted file"] = diff_of(tree)
    (tree / "plain.txt").rename(tree / "moved.txt")
    patches["renamed"] = diff_of(tree, "-M")
    (tree / "plain.txt").rename(tree / "moved.txt")
    (tree / "moved.txt").write_text("\n".join(CHANGED) + "\n")
    patches["renamed and changed"] = diff_of(tree, "-M30%")
    (tree / "program.sh").chmod(0o644)
    patches["mode"] = diff_of(tree)
    (tree / "program.sh").write_text("\n".join(CHANGED) + "\n")
    patches["program"] = diff_of(tree)
    (tree / "picture").write_bytes(bytes(range(255, -1, -1)))
    patches["binary"] = diff_of(tree)
    (tree / "link").unlink()
    (tree / "link").symlink_to("plain.txt")
    patches["link"] = diff_of(tree)
    return patches


KINDS = (
    "changed",
    "blank lines added",
    "blank context",
    "without final newline",
    "empty file",
    "new file",
    "deleted file",
    "renamed",
    "renamed and changed",
    "mode",
    "program",
    "binary",
    "link",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_identity_of_a_patch_does_what_the_patch_does(
    tree: Path, real_patches: dict[str, str], kind: str
) -> None:
    patch = real_patches[kind]
    assert effect(tree, patch) is not None
    assert effect(tree, patch_identity(patch)) == effect(tree, patch)
    assert patch_identity(patch_identity(patch)) == patch_identity(patch)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"binary", "link"}])
def test_other_hashes_and_blank_lines_at_the_end_make_no_other_patch(
    real_patches: dict[str, str], kind: str
) -> None:
    """Hashes differ in length from machine to machine, and models make them up."""
    patch = real_patches[kind]
    other = re.sub(r"(?m)^index \w+\.\.\w+", f"index {'c' * 40}..{'d' * 40}", patch)
    assert patch_identity(other + "\n\n") == patch_identity(patch)


@pytest.mark.parametrize("kind", ["changed", "empty file", "new file", "deleted file", "program"])
def test_a_patch_without_index_lines_is_the_same_patch(
    real_patches: dict[str, str], kind: str
) -> None:
    without = re.sub(r"(?m)^index .*\n", "", real_patches[kind])
    assert without != real_patches[kind]
    assert patch_identity(without) == patch_identity(real_patches[kind])


def test_what_looks_like_an_index_line_in_a_file_stays(real_patches: dict[str, str]) -> None:
    identity = patch_identity(real_patches["changed"])
    assert "\n-index 1111111..2222222 100644\n" in identity
    assert "\n+index 3333333..4444444 100644\n" in identity
    assert len(re.findall(r"(?m)^index ", identity)) == 0


def test_a_binary_file_keeps_the_hashes_of_its_contents(real_patches: dict[str, str]) -> None:
    patch = real_patches["binary"]
    assert patch_identity(patch) == patch
    assert patch_identity(patch + "\n\n") == patch
    named = re.sub(r"(?ms)^GIT binary.*", "Binary files a/picture and b/picture differ\n", patch)
    assert patch_identity(named) == named


def test_a_blank_line_that_belongs_to_a_hunk_stays(tree: Path) -> None:
    """Editors strip the blank in front of an empty context line, and git lets them."""
    head = "diff --git a/plain.txt b/plain.txt\n--- a/plain.txt\n+++ b/plain.txt\n"
    whole = head + "@@ -1,2 +1,2 @@\n-alpha\n+ALPHA\n\n"
    broken = whole.removesuffix("\n")
    assert effect(tree, whole) is not None
    assert effect(tree, broken) is None
    assert patch_identity(whole) != patch_identity(broken)
    assert patch_identity(whole + "\n") == patch_identity(whole)


def test_a_patch_that_breaks_off_before_its_last_newline_is_another(
    tree: Path, real_patches: dict[str, str]
) -> None:
    """git calls it corrupt. Predictions are mended when they are read, so none comes like this."""
    patch = real_patches["changed"]
    assert effect(tree, patch.removesuffix("\n")) is None
    assert patch_identity(patch.removesuffix("\n")) != patch_identity(patch)


def test_a_link_and_a_file_with_the_same_content_are_told_apart(tree: Path) -> None:
    """The mode of the index line says which of the two is meant."""
    hunk = "@@ -1 +1 @@\n-target\n\\ No newline at end of file\n+other\n"
    hunk += "\\ No newline at end of file\n"
    head = "diff --git a/link b/link\n{}--- a/link\n+++ b/link\n"
    as_file = head.format("index 1234567..89abcde 100644\n") + hunk
    as_link = head.format("index 1234567..89abcde 120000\n") + hunk
    unsaid = head.format("") + hunk
    effects = [effect(tree, patch) for patch in (as_file, as_link, unsaid)]
    assert effects[0] is None
    assert effects[1] is not None
    identities = [patch_identity(patch) for patch in (as_file, as_link, unsaid)]
    assert len(set(identities)) == 3


def test_an_index_line_that_alone_makes_a_header_stays(tree: Path) -> None:
    hunk = "@@ -1 +1 @@\n-alpha\n+ALPHA\n"
    lone = "diff --git a/plain.txt b/plain.txt\nindex 1234567..89abcde 100644\n" + hunk
    assert patch_identity(lone) == lone


def test_prose_around_a_patch_stays(real_patches: dict[str, str]) -> None:
    mail = "From: a model\nSubject: index 1111111..2222222\n\nindex 1111111..2222222 100644\n---\n"
    identity = patch_identity(mail + real_patches["new file"] + "-- \n2.39.5\n\n")
    assert identity.startswith(mail)
    assert identity.endswith("-- \n2.39.5\n")
    assert "index 0000000" not in identity


@pytest.mark.parametrize(
    "patch",
    ["", "no patch at all", "\n\n", "diff --git ", "@@ -1", "GIT binary patch\nliteral 3\n"],
)
def test_what_is_no_patch_does_no_harm(patch: str) -> None:
    assert patch_identity(patch) == patch.rstrip("\n") or patch_identity(patch) == patch


CUT = "\\ No newline at end of file\n"
BODIES = {
    "plain.txt": "@@ -1,2 +1,2 @@\n-alpha\n+ALPHA\n\n",
    "program.sh": "@@ -1,4 +1,5 @@\n alpha\n\n+more\n gamma\n index 1111111..2222222 100644\n",
    "cut.txt": f"@@ -1 +1 @@\n-target\n{CUT}+other\n",
    "link": f"@@ -1 +1 @@\n-target\n{CUT}+other\n{CUT}",
    "new": "@@ -0,0 +1,3 @@\n+one\n+\n+index 1234567..89abcde\n",
}
INDEXES = ["", "index 1234567..89abcde\n"] + [
    f"index 1234567..89abcde {mode}\n" for mode in (100644, 100755, 120000, 160000)
]
ENDS = ["", "\n", "\n\n", "-- \n2.39.5\n", "diff --git a/x b/x\n", "@@ -1 +1 @@\n"]


@st.composite
def strange_patches(draw: st.DrawFn) -> str:
    """Patches that are right or nearly so: a line may be missing, or be there twice."""
    path, body = draw(st.sampled_from(sorted(BODIES.items())))
    head = f"diff --git a/{path} b/{path}\n"
    mode = "new file mode 100755\n" if path == "new" else ""
    names = f"--- {'/dev/null' if path == 'new' else f'a/{path}'}\n+++ b/{path}\n"
    lines = [head, mode, draw(st.sampled_from(INDEXES)), names, *body.splitlines(keepends=True)]
    if draw(st.booleans()):
        number = draw(st.integers(0, len(lines) - 1))
        lines[number] *= draw(st.sampled_from([0, 2]))
    return "".join(lines) + draw(st.sampled_from(ENDS))


@settings(max_examples=150)
@given(strange_patches(), st.data())
def test_no_two_patches_that_git_applies_otherwise_have_one_identity(
    tree: Path, patch: str, data: st.DataObject
) -> None:
    """The other patch is what a wrong notion of identity would take for the same."""
    other = data.draw(
        st.sampled_from(
            [
                patch_identity(patch),
                re.sub(r"(?m)^index .*\n", "", patch),
                re.sub(r"(?m)^(index .*?) \d+$", r"\1 100644", patch),
                patch.rstrip("\n"),
                patch.rstrip("\n") + "\n",
                patch + "\n",
            ]
        )
    )
    if patch_identity(other) == patch_identity(patch):
        assert effect(tree, other) == effect(tree, patch)


@given(st.text(alphabet="@-+ \\\nidxG1,\r\x0c", max_size=200))
def test_it_never_fails_and_is_its_own_identity(text: str) -> None:
    identity = patch_identity(text)
    assert patch_identity(identity) == identity


def test_real_patches_lose_their_index_lines_and_nothing_else(data_dir: Path) -> None:
    index = re.compile(r"^index [0-9a-f]+\.\.[0-9a-f]+( 100644| 100755)?\n", re.MULTILINE)
    for line in (data_dir / "swe-bench-verified.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        for patch in (row["patch"], row["test_patch"]):
            assert patch_identity(patch) == index.sub("", patch)
